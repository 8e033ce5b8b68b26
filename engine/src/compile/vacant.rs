//! Blocks without any instance: what becomes of objects that leave them, which no instance is left to say.

use meshform_lang::{Expr, Scope};
use meshform_state::{Address, Value};

use super::compiler::Compiler;
use super::names::Names;
use super::program::{Each, InstanceId, Keys};
use crate::config::{NoNames, Resource};
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
            let block = instance.resource_address(name);
            desired.vacant.push(vacant(resource, block, because, &names));
        }
    }

    /// Notes the blocks of the modules that have no instance.
    pub(super) fn vacant_modules(&self, desired: &mut Desired) {
        for (site, _) in self.by_site.iter().enumerate().filter(|(_, all)| all.is_empty()) {
            let site = &self.program.sites[site];
            for (name, resource) in &site.module.resources {
                if let Ok(block) = Address::parse(&format!("{}.{name}", site.path)) {
                    desired
                        .vacant
                        .push(vacant(resource, block, Emptied::Module, &NoNames));
                }
            }
        }
    }
}

fn vacant(resource: &Resource, block: Address, because: Emptied, names: &dyn Scope) -> Vacant {
    // One that asks for its key, or for what is in a module that is not there, says nothing.
    let says = |expr: &Option<Expr>, truth: bool| {
        let value = expr.as_ref().and_then(|expr| expr.evaluate(names).ok());
        matches!(value, Some(Value::Bool(said)) if said == truth)
    };
    Vacant {
        block,
        because,
        prevent_destroy: says(&resource.lifecycle.prevent_destroy, true),
        keep: says(&resource.lifecycle.destroy, false),
        range: resource.range,
    }
}
