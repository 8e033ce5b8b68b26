//! Blocks without any instance: what becomes of objects that leave them, which no instance is left to say.

use meshform_lang::Expr;
use meshform_state::Value;

use super::compiler::Compiler;
use super::names::Names;
use super::program::{Each, InstanceId, Keys};
use crate::desired::{Desired, Emptied, Vacant};

impl Compiler<'_> {
    /// Notes the blocks of the module instance `id` that have no instance.
    pub(super) fn vacant(&self, id: InstanceId, desired: &mut Desired) {
        let module = self.module(id);
        let instance = &self.program.instances[id];
        for (name, resource) in &module.resources {
            let keys = instance.resources.get(name).map(|block| &block.keys);
            let because = match keys {
                Some(Keys::Count(0)) => Emptied::Count,
                Some(Keys::Each(each)) if each.is_empty() => Emptied::ForEach,
                Some(Keys::Disabled) => Emptied::Disabled,
                _ => continue,
            };
            let names = Names::new(&self.program, id, &Each::None);
            // One that asks for its key says nothing without one.
            let says = |expr: &Option<Expr>, truth: bool| {
                let value = expr.as_ref().and_then(|expr| expr.evaluate(&names).ok());
                matches!(value, Some(Value::Bool(said)) if said == truth)
            };
            desired.vacant.push(Vacant {
                block: instance.resource_address(name).block(),
                because,
                prevent_destroy: says(&resource.lifecycle.prevent_destroy, true),
                keep: says(&resource.lifecycle.destroy, false),
                range: resource.range,
            });
        }
    }
}
