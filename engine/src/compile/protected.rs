//! Blocks whose objects must not be destroyed, though no instance of them is left to say so.

use meshform_state::Value;

use super::compiler::Compiler;
use super::names::Names;
use super::program::{Each, InstanceId};
use crate::desired::Desired;

impl Compiler<'_> {
    /// Notes the blocks of the module instance `id` that have `prevent_destroy` and no instance.
    pub(super) fn protected(&self, id: InstanceId, desired: &mut Desired) {
        let module = self.module(id);
        let instance = &self.program.instances[id];
        for (name, resource) in &module.resources {
            let Some(expr) = &resource.lifecycle.prevent_destroy else {
                continue;
            };
            let block = instance.resources.get(name);
            if block.is_some_and(|block| block.instances.iter().flatten().next().is_some()) {
                continue;
            }
            let names = Names::new(&self.program, id, &Each::None);
            // One that asks for its key says nothing without one.
            if let Ok(Value::Bool(true)) = expr.evaluate(&names) {
                let address = instance.resource_address(name);
                desired.protected.push((address.block(), resource.range));
            }
        }
    }
}
