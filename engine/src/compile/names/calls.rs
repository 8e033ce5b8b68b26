//! What `module.x` means: the outputs of a call, of one or of all its instances.

use std::cell::RefCell;

use meshform_lang::{Diagnostic, Diagnostics, Resolved, Step, Traversal};
use meshform_state::{Str, Value};

use crate::compile::nodes::asked_output;
use crate::compile::program::{Each, InstanceId};
use crate::compile::select::{Selected, select};
use crate::compile::view::together;

use super::{Found, Names, later};

impl Names<'_> {
    pub(super) fn call(&self, name: &Str, steps: usize, traversal: &Traversal) -> Found {
        let instance = &self.program.instances[self.instance];
        let block = instance.calls.get(name).ok_or_else(Diagnostics::new)?;
        let shown = format!("module.{name}");
        let asked = asked_output(traversal, steps);
        let (at, steps) = match select(block, &shown, steps, traversal)? {
            Selected::Waiting => return Ok(later(steps)),
            Selected::All => {
                let failed = RefCell::new(Diagnostics::new());
                let outputs = |id: &InstanceId| match self.outputs(*id, asked, traversal) {
                    Ok(outputs) => Some(Value::object(outputs)),
                    Err(found) => {
                        failed.borrow_mut().extend(found);
                        None
                    }
                };
                let value = together(block, outputs).ok_or_else(|| failed.take())?;
                return Ok(Resolved { value, steps });
            }
            Selected::One(at, steps) => (at, steps),
        };
        let id = block
            .instances
            .get(at)
            .copied()
            .flatten()
            .ok_or_else(Diagnostics::new)?;
        let Some((Step::Attribute(output), range)) = traversal.steps.get(steps) else {
            return Ok(Resolved {
                value: Value::object(self.outputs(id, None, traversal)?),
                steps,
            });
        };
        let called = &self.program.instances[id];
        let module = &self.program.sites[called.site].module;
        if !module.outputs.contains_key(output) {
            let detail = format!("The module `{name}` has no output `{output}`.");
            let diagnostic = Diagnostic::error("Unsupported attribute", detail).at(*range);
            return Err(diagnostic
                .meant(output, module.outputs.keys().map(|name| &**name))
                .into());
        }
        let found = self.output(id, output, traversal)?;
        Ok(Resolved {
            value: found.value,
            steps: steps + 1,
        })
    }

    /// The outputs of a call; where one is asked for, that alone: the order of evaluation waits for no other.
    fn outputs(
        &self,
        id: InstanceId,
        asked: Option<&Str>,
        traversal: &Traversal,
    ) -> Result<Vec<(Str, Value)>, Diagnostics> {
        let outputs = &self.program.sites[self.program.instances[id].site].module.outputs;
        let asked = asked.filter(|asked| outputs.contains_key(*asked));
        outputs
            .keys()
            .filter(|name| asked.is_none_or(|asked| asked == *name))
            .map(|name| Ok((name.clone(), self.output(id, name, traversal)?.value)))
            .collect()
    }

    pub(in crate::compile) fn output(&self, id: InstanceId, name: &Str, traversal: &Traversal) -> Found {
        let called = &self.program.instances[id];
        self.cell(called.outputs.get(name), traversal, |lookup| {
            let output = self.program.sites[called.site].module.outputs.get(name)?;
            let names = Names::new(self.program, id, &Each::None).with_lookup(lookup);
            Some(
                output
                    .value
                    .evaluate(&names)
                    .map(|value| Resolved { value, steps: 1 }),
            )
        })
    }
}
