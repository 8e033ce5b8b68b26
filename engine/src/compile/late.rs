//! The values that only apply can know, looked at for their own sake: what is wrong with them is said though no resource
//! asks for them.

use std::sync::Arc;

use meshform_lang::{Diagnostics, Range, Traversal};
use meshform_state::{Str, Value};

use crate::desired::Lookup;

use super::names::Names;
use super::nodes::What;
use super::program::{Cell, Each, InstanceId, Program};

/// The variables and outputs of modules and the locals that could not be evaluated whole.
#[derive(Clone)]
pub struct LateValues {
    program: Arc<Program>,
    values: Vec<(InstanceId, What, Range)>,
}

impl LateValues {
    /// Those of `program`, if there are any.
    pub(super) fn of(program: &Arc<Program>) -> Option<Self> {
        let mut values = Vec::new();
        for (id, instance) in program.instances.iter().enumerate() {
            let module = &program.sites[instance.site].module;
            let is_late = |cell: &Cell| cell.value.as_ref().is_some_and(|value| program.is_open(value));
            let late = |cell: Option<&Cell>| cell.is_some_and(is_late);
            for (name, variable) in &module.variables {
                if late(instance.variables.get(name)) {
                    values.push((id, What::Variable(name.clone()), variable.range));
                }
            }
            for (name, local) in &module.locals {
                if late(instance.locals.get(name)) {
                    values.push((id, What::Local(name.clone()), local.expr.range()));
                }
            }
            // Those of the root module are evaluated to be recorded.
            for (name, output) in module.outputs.iter().filter(|_| id != 0) {
                if late(instance.outputs.get(name)) {
                    values.push((id, What::Output(name.clone()), output.value.range()));
                }
            }
        }
        (!values.is_empty()).then(|| LateValues {
            program: Arc::clone(program),
            values,
        })
    }

    /// What is wrong with them, as far as `lookup` knows what they come from.
    #[must_use]
    pub fn check(&self, lookup: &dyn Lookup) -> Diagnostics {
        let mut found = Diagnostics::new();
        for (id, what, range) in &self.values {
            found.collect(self.value(*id, what, *range, lookup));
        }
        found.sort();
        found
    }

    fn value(
        &self,
        id: InstanceId,
        what: &What,
        range: Range,
        lookup: &dyn Lookup,
    ) -> Result<Value, Diagnostics> {
        let names = Names::new(&self.program, id, &Each::None).with_lookup(lookup);
        let traversal = Traversal {
            root: Str::from(""),
            root_range: range,
            steps: Vec::new(),
            range,
        };
        let found = match what {
            What::Variable(name) => names.variable(name, &traversal),
            What::Local(name) => names.local(name, &traversal),
            What::Output(name) => names.output(id, name, &traversal),
            _ => return Ok(Value::Bool(true)),
        };
        found.map(|found| found.value)
    }
}

impl std::fmt::Debug for LateValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LateValues")
            .field("values", &self.values.len())
            .finish_non_exhaustive()
    }
}
