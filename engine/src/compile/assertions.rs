//! Conditions: those that are decided now, and those that only planning or apply can decide.

use std::sync::Arc;

use meshform_lang::{Diagnostic, Diagnostics, Range, Severity, convert_to};
use meshform_state::{Address, Type, Value};

use crate::config::{Condition, no_message};
use crate::desired::Lookup;

use super::compiler::{Compiler, Dependencies, Place};
use super::inputs::Purpose;
use super::names::{Names, Use};
use super::nodes::What;
use super::program::{Each, InstanceId, Program};
use super::wording::explained;

/// When a condition is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before the resource is touched, or the output is given.
    Before,
    /// When the resource is as it should be.
    After,
    /// At the end, of the whole.
    End,
}

/// A condition that could not be decided yet.
#[derive(Clone)]
pub struct Assertion {
    /// The resource that it belongs to, if it is one's.
    pub address: Option<Address>,
    /// The resources that must not be touched where it is broken, though it is not theirs: they use the value that it is
    /// about.
    pub guards: Arc<[Address]>,
    /// When it is looked at.
    pub phase: Phase,
    /// The condition.
    pub range: Range,
    claim: Claim,
    program: Arc<Program>,
}

/// A condition in its place.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) condition: Condition,
    pub(super) instance: InstanceId,
    pub(super) each: Each,
    pub(super) address: Option<Address>,
    pub(super) phase: Phase,
    /// What to say when it is broken, and how bad that is.
    pub(super) summary: &'static str,
    pub(super) severity: Severity,
    pub(super) related: Vec<(Range, String)>,
    /// The variable or output that it is about, if it is one's.
    pub(super) about: Option<What>,
}

/// What came of looking at a condition.
enum Verdict {
    Holds,
    Broken(String),
    Open,
}

impl Claim {
    fn broken(&self, message: String) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.summary, message).at(self.condition.condition.range());
        diagnostic.severity = self.severity;
        diagnostic.address = self.address.clone();
        let related = self.related.iter();
        related.fold(diagnostic, |diagnostic, (range, label)| {
            diagnostic.related(*range, label.clone())
        })
    }

    /// Whether it is about what was given: where it is broken, nothing can be planned.
    fn is_given(&self) -> bool {
        matches!(self.about, Some(What::Variable(_)))
    }

    /// What came of looking at the condition, with the names of `names`.
    fn judge(&self, names: &Names<'_>) -> Result<Verdict, Diagnostics> {
        let value = self.condition.condition.evaluate(names)?;
        let (value, _) = value.reveal();
        match convert_to(value, &Type::Bool) {
            Ok(Value::Bool(true)) => Ok(Verdict::Holds),
            Ok(Value::Later(_)) => Ok(Verdict::Open),
            Ok(Value::Bool(false)) => {
                let message = self.condition.message.evaluate(names)?;
                told(&message, self.condition.message.range()).map(Verdict::Broken)
            }
            _ => {
                let detail = "A condition must be `true` or `false`.";
                let range = self.condition.condition.range();
                Err(Diagnostic::error("Invalid condition", detail).at(range).into())
            }
        }
    }
}

impl Assertion {
    pub(super) fn new(claim: Claim, guards: Arc<[Address]>, program: Arc<Program>) -> Self {
        Assertion {
            address: claim.address.clone(),
            guards,
            phase: claim.phase,
            range: claim.condition.condition.range(),
            claim,
            program,
        }
    }

    /// What is wrong, as far as `lookup` knows. A condition that is still open is not wrong.
    #[must_use]
    pub fn check(&self, lookup: &dyn Lookup) -> Diagnostics {
        let own = self.address.as_ref().and_then(|address| lookup.object(address));
        if own.is_none() && self.phase == Phase::After {
            // The object is not there, or nobody asked about it.
            return Diagnostics::new();
        }
        let names = Names::new(&self.program, self.claim.instance, &self.claim.each).with_lookup(lookup);
        let names = match &own {
            Some(own) if self.phase == Phase::After => names.with_own(own),
            _ => names,
        };
        match explained(self.claim.judge(&names), self.range) {
            Ok(Verdict::Holds | Verdict::Open) => Diagnostics::new(),
            Ok(Verdict::Broken(message)) => self.claim.broken(message).into(),
            Err(found) => found,
        }
    }
}

impl Compiler<'_> {
    /// Looks at a condition, and keeps it for later if it cannot be decided. What it was about.
    pub(super) fn claim(&mut self, claim: Claim, own: Option<&Value>) -> Vec<Use> {
        if self.inputs.purpose == Purpose::Destroy && !claim.is_given() {
            // Conditions say what must hold of what is wanted, and nothing is.
            return Vec::new();
        }
        let names = Names::new(&self.program, claim.instance, &claim.each);
        let names = match own {
            Some(own) => names.with_own(own),
            None => names,
        };
        let (verdict, range) = (claim.judge(&names), claim.condition.condition.range());
        let used = names.used();
        self.effort.evaluations += 1;
        match verdict {
            Ok(Verdict::Holds) => {}
            Ok(Verdict::Broken(_)) if self.inputs.part && !claim.is_given() => self.open_claims.push(claim),
            Ok(Verdict::Broken(message)) => self.found.push(claim.broken(message)),
            Ok(Verdict::Open) => self.open_claims.push(claim),
            Err(found) => _ = self.collected::<()>(Err(found), range),
        }
        used
    }

    /// The conditions of a resource instance, and what it therefore comes after.
    pub(super) fn resource_claims(
        &mut self,
        conditions: &[Condition],
        phase: Phase,
        address: &Address,
        place: Place<'_>,
        own: Option<&Value>,
        dependencies: &mut Dependencies,
    ) {
        let (summary, name) = match phase {
            Phase::Before => ("Precondition failed", "precondition"),
            Phase::After | Phase::End => ("Postcondition failed", "postcondition"),
        };
        for condition in conditions {
            let claim = Claim {
                condition: condition.clone(),
                instance: place.instance,
                each: place.each.clone(),
                address: Some(address.clone()),
                phase,
                summary,
                severity: Severity::Error,
                related: Vec::new(),
                about: None,
            };
            let used = self.claim(claim, own);
            let references = condition.condition.references();
            let more = self.unfollowed(&references, &used, place.instance);
            dependencies.add_used(&used, name);
            dependencies.add_used(&more, name);
        }
    }
}

impl std::fmt::Debug for Assertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assertion")
            .field("address", &self.address)
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}

/// What `message` says.
fn told(message: &Value, range: Range) -> Result<String, Diagnostics> {
    if matches!(message, Value::Secret(_)) {
        return Ok("The message depends on a sensitive value, so it is not shown.".to_owned());
    }
    match convert_to(message, &Type::String) {
        Ok(Value::String(text)) => Ok(text.to_string()),
        Ok(Value::Later(_)) => Ok("The condition is not met.".to_owned()),
        _ => Err(no_message(range).into()),
    }
}
