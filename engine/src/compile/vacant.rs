//! Blocks that say what becomes of objects that leave them, though no instance of them is left to say so.

use meshform_lang::Expr;
use meshform_state::Value;

use super::compiler::Compiler;
use super::names::Names;
use super::program::{Each, InstanceId};
use crate::desired::{Desired, Vacant};

impl Compiler<'_> {
    /// Notes the blocks of the module instance `id` that have no instance.
    pub(super) fn vacant(&self, id: InstanceId, desired: &mut Desired) {
        let module = self.module(id);
        let instance = &self.program.instances[id];
        for (name, resource) in &module.resources {
            let (prevents, destroys) = (&resource.lifecycle.prevent_destroy, &resource.lifecycle.destroy);
            if prevents.is_none() && destroys.is_none() {
                continue;
            }
            let block = instance.resources.get(name);
            if block.is_some_and(|block| block.instances.iter().flatten().next().is_some()) {
                continue;
            }
            let names = Names::new(&self.program, id, &Each::None);
            // One that asks for its key says nothing without one.
            let says = |expr: &Option<Expr>, truth: bool| {
                let value = expr.as_ref().and_then(|expr| expr.evaluate(&names).ok());
                matches!(value, Some(Value::Bool(said)) if said == truth)
            };
            desired.vacant.push(Vacant {
                block: instance.resource_address(name).block(),
                prevent_destroy: says(prevents, true),
                keep: says(destroys, false),
                range: resource.range,
            });
        }
    }
}
