//! Variables, locals, outputs and checks.

use std::sync::Arc;

use meshform_lang::{Diagnostic, Range, Severity};
use meshform_state::{Address, Str, Value};

use crate::config::{Condition, NoNames, Variable};

use super::assertions::{Claim, Phase};
use super::compiler::{Compiler, Evaluated, Place, needs};
use super::fitting::fitting;
use super::inputs::{GivenBy, Purpose};
use super::names::Use;
use super::nodes::What;
use super::program::{Cell, Each, InstanceId};

/// A value given for a variable.
struct Given {
    value: Option<Value>,
    used: Vec<Use>,
    range: Range,
    /// Who gave it, if that is outside the configuration.
    by: Option<GivenBy>,
}

impl Compiler<'_> {
    pub(super) fn variable(&mut self, id: InstanceId, name: &Str) {
        let module = self.module(id).clone();
        let Some(variable) = module.variables.get(name) else {
            return;
        };
        let given = match self.program.instances[id].caller.clone() {
            Some((caller, each)) => self.passed(id, caller, &each, name),
            None => self.given(variable),
        };
        let default = || {
            variable
                .default
                .as_ref()
                .map(|expr| (expr.evaluate(&NoNames), expr.range()))
        };
        let given = match given {
            Some(given) if variable.nullable || !given.value.as_ref().is_some_and(Value::is_null) => {
                Some(given)
            }
            other => default()
                .map(|(value, range)| Given {
                    value: self.found.collect(value),
                    used: Vec::new(),
                    range,
                    by: None,
                })
                .or(other),
        };
        let Some(given) = given else {
            let value = self.absent(variable, id);
            self.instance(id).variables.insert(
                name.clone(),
                Cell {
                    value,
                    needs: Arc::from([]),
                },
            );
            return;
        };
        let from = given.by.map_or_else(String::new, |by| format!(" from {by}"));
        let value = given.value.and_then(|value| {
            let fitting = fitting(variable, &value, &from, given.range);
            self.found.collect(fitting)
        });
        let cell = Cell {
            value,
            needs: needs(&given.used),
        };
        self.instance(id).variables.insert(name.clone(), cell);
    }

    fn passed(&mut self, id: InstanceId, caller: InstanceId, each: &Each, name: &Str) -> Option<Given> {
        let (_, call) = self.program.sites[self.program.instances[id].site]
            .parent
            .clone()?;
        let input = self.module(caller).calls.get(&call)?.inputs.get(name)?.clone();
        let range = input.expr.range();
        Some(
            match self.expr(
                &input.expr,
                Place {
                    instance: caller,
                    each,
                },
            ) {
                Some(Evaluated { value, used }) => Given {
                    value: Some(value),
                    used,
                    range,
                    by: None,
                },
                None => Given {
                    value: None,
                    used: Vec::new(),
                    range,
                    by: None,
                },
            },
        )
    }

    fn given(&mut self, variable: &Variable) -> Option<Given> {
        let given = self.inputs.variables.get(&variable.name)?;
        let range = given.range.unwrap_or(variable.range);
        Some(Given {
            value: Some(given.value.clone()),
            used: Vec::new(),
            range,
            by: Some(given.by.clone()),
        })
    }

    /// The value of a variable that nobody gives one.
    fn absent(&mut self, variable: &Variable, id: InstanceId) -> Option<Value> {
        if self.inputs.purpose == Purpose::Validate {
            let later = Value::later(variable.constraint.ty());
            return Some(if variable.sensitive {
                later.into_secret()
            } else {
                later
            });
        }
        if id != 0 {
            // Loading reported a call that gives too little.
            return None;
        }
        let name = &variable.name;
        let detail = format!("The variable `{name}` has no default, and no value is given for it.");
        let hint = format!(
            "Give one with `-var {name}=VALUE`, in `meshform.vars.hcl`, or in the environment as `MESHFORM_VAR_{name}`."
        );
        self.found.push(
            Diagnostic::error("No value for variable", detail)
                .hint(hint)
                .at(variable.range),
        );
        None
    }

    pub(super) fn validation(&mut self, id: InstanceId, name: &Str) {
        let module = self.module(id).clone();
        let Some(variable) = module.variables.get(name) else {
            return;
        };
        for validation in &variable.validations {
            let mut claim = general(validation, id, Phase::Before, "Invalid value for variable");
            claim
                .related
                .push((variable.range, format!("the variable `{name}` is here")));
            claim.related.extend(self.giver(id, name));
            claim.about = Some(What::Variable(name.clone()));
            let more = self.claim_of_value(claim);
            if let Some(cell) = self.instance(id).variables.get_mut(name) {
                cell.wait_for(&more);
            }
        }
    }

    /// Looks at the condition of a value. What it waits for, if it is kept for later: whoever uses the value does, too.
    fn claim_of_value(&mut self, claim: Claim) -> Arc<[Address]> {
        let before = self.open_claims.len();
        let references = claim.condition.condition.references();
        let id = claim.instance;
        let mut used = self.claim(claim, None);
        if self.open_claims.len() == before {
            return Arc::from([]);
        }
        let more = self.unfollowed(&references, &used, id);
        used.extend(more);
        needs(&used)
    }

    /// Where the variable `name` gets its value, and by whom.
    fn giver(&self, id: InstanceId, name: &Str) -> Option<(Range, String)> {
        let instance = &self.program.instances[id];
        let Some((caller, _)) = &instance.caller else {
            let range = self.inputs.variables.get(name)?.range?;
            return Some((range, "its value is given here".to_owned()));
        };
        let (_, call) = self.program.sites[instance.site].parent.as_ref()?;
        let input = self.module(*caller).calls.get(call)?.inputs.get(name)?;
        let path = instance.path.as_ref()?;
        Some((input.expr.range(), format!("`{path}` gets its value here")))
    }

    pub(super) fn local(&mut self, id: InstanceId, name: &Str) {
        let Some(local) = self.module(id).locals.get(name).cloned() else {
            return;
        };
        let found = self.expr(
            &local.expr,
            Place {
                instance: id,
                each: &Each::None,
            },
        );
        let cell = self.cell(found, &local.expr, id);
        self.instance(id).locals.insert(name.clone(), cell);
    }

    fn cell(&self, found: Option<Evaluated>, expr: &meshform_lang::Expr, id: InstanceId) -> Cell {
        let Some(Evaluated { value, mut used }) = found else {
            return Cell {
                value: None,
                needs: Arc::from([]),
            };
        };
        if self.program.is_open(&value) {
            let more = self.unfollowed(&expr.references(), &used, id);
            used.extend(more);
        }
        Cell {
            value: Some(value),
            needs: needs(&used),
        }
    }

    pub(super) fn output(&mut self, id: InstanceId, name: &Str) {
        let module = self.module(id).clone();
        let Some(output) = module.outputs.get(name) else {
            return;
        };
        let place = Place {
            instance: id,
            each: &Each::None,
        };
        let found = self.expr(&output.value, place);
        let mut cell = self.cell(found, &output.value, id);
        let is_root = id == 0;
        if let Some(value) = cell.value.take() {
            if is_root && value.has_secret() && !output.sensitive {
                let detail = format!("The value of the output `{name}` comes from something sensitive.");
                let hint =
                    "Say `sensitive = true` to keep it hidden, or `nonsensitive(…)` if it is no secret.";
                let diagnostic = Diagnostic::error("Output shows a sensitive value", detail).hint(hint);
                self.found.push(diagnostic.at(output.value.range()));
            }
            cell.value = Some(if output.sensitive {
                value.into_secret()
            } else {
                value
            });
        }
        if !output.depends_on.is_empty() {
            let more = output
                .depends_on
                .iter()
                .filter_map(|traversal| self.behind(traversal, id));
            let more: Vec<Address> = more.flat_map(|all| all.to_vec()).collect();
            cell.wait_for(&more);
        }
        for precondition in &output.preconditions {
            let mut claim = general(precondition, id, Phase::Before, "Output precondition failed");
            claim.about = Some(What::Output(name.clone()));
            cell.wait_for(&self.claim_of_value(claim));
        }
        self.instance(id).outputs.insert(name.clone(), cell);
    }

    pub(super) fn check(&mut self, id: InstanceId, name: &Str) {
        let module = self.module(id).clone();
        let Some(check) = module.checks.get(name) else {
            return;
        };
        for assertion in &check.assertions {
            let mut claim = general(assertion, id, Phase::End, "Check failed");
            claim
                .related
                .push((check.range, format!("the check `{name}` is here")));
            claim.severity = Severity::Warning;
            self.claim(claim, None);
        }
    }
}

/// A condition that belongs to no resource.
fn general(condition: &Condition, instance: InstanceId, phase: Phase, summary: &'static str) -> Claim {
    Claim {
        condition: condition.clone(),
        instance,
        each: Each::None,
        address: None,
        phase,
        summary,
        severity: Severity::Error,
        related: Vec::new(),
        about: None,
    }
}
