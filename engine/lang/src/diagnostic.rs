//! Mistakes and warnings, as data. Wording and form are the renderer's concern.

use meshform_state::Address;

use crate::hint::did_you_mean;
use crate::source::Range;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be done until it is mended.
    Error,
    /// Worth knowing.
    Warning,
}

/// One thing to tell the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// One line, as a title: `Unsupported attribute`.
    pub summary: String,
    /// Sentences that say what is wrong, with the names involved.
    pub detail: String,
    /// What to do about it, if one can say.
    pub hint: Option<String>,
    /// Where it is.
    pub range: Option<Range>,
    /// The resource that it concerns.
    pub address: Option<Address>,
    /// Other places that matter: the first definition of a duplicate, the edges of a cycle.
    pub related: Vec<Related>,
    /// The values that took part in it; secret ones only by name.
    pub values: Vec<ValueNote>,
    /// The check of the preflight that found it, by its id.
    pub check: Option<&'static str>,
}

/// Another place that belongs to a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub range: Range,
    /// What is there.
    pub label: String,
}

/// A value that took part in a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueNote {
    /// The reference, as written.
    pub traversal: String,
    /// What it is: `is object with 1 attribute "a"`.
    pub statement: String,
}

impl Diagnostic {
    /// An error.
    #[must_use]
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Error,
            summary: summary.into(),
            detail: detail.into(),
            hint: None,
            range: None,
            address: None,
            related: Vec::new(),
            values: Vec::new(),
            check: None,
        }
    }

    /// A warning.
    #[must_use]
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(summary, detail)
        }
    }

    /// With its place.
    #[must_use]
    pub fn at(mut self, range: Range) -> Self {
        self.range = Some(range);
        self
    }

    /// Adds as a hint which of `candidates` may have been meant by `name`, if one is near enough.
    #[must_use]
    pub fn meant<'a>(self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match did_you_mean(name, candidates) {
            Some(near) => self.hint(format!("Did you mean `{near}`?")),
            None => self,
        }
    }

    /// With what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With the resource that it concerns.
    #[must_use]
    pub fn about(mut self, address: &Address) -> Self {
        self.address = Some(address.clone());
        self
    }

    /// With the check that found it.
    #[must_use]
    pub fn check(mut self, id: &'static str) -> Self {
        self.check = Some(id);
        self
    }

    /// With another place.
    #[must_use]
    pub fn related(mut self, range: Range, label: impl Into<String>) -> Self {
        self.related.push(Related {
            range,
            label: label.into(),
        });
        self
    }
}

/// All that a stage has to tell. Sort before showing: stages may find mistakes in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Diagnostics::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// Whether any is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the value of `result`, or keeps its mistakes and gives `None`.
    pub fn collect<T>(&mut self, result: Result<T, Diagnostics>) -> Option<T> {
        result.map_err(|found| self.extend(found)).ok()
    }

    /// The values of all `results`.
    ///
    /// # Errors
    /// The mistakes of all that failed. One may fail without a mistake of its own, as where a name means something that
    /// was told of elsewhere or waits for an answer: then there may be none to tell, and still no value.
    pub fn all<T>(results: impl IntoIterator<Item = Result<T, Diagnostics>>) -> Result<Vec<T>, Diagnostics> {
        let results = results.into_iter();
        let (mut found, mut is_whole) = (Diagnostics::new(), true);
        let mut values = Vec::with_capacity(results.size_hint().0);
        for result in results {
            let value = found.collect(result);
            is_whole &= value.is_some();
            values.extend(value);
        }
        if is_whole { Ok(values) } else { Err(found) }
    }

    /// Orders by severity, place, address and text, and drops repetitions, so that output does not depend on the
    /// order of work.
    pub fn sort(&mut self) {
        let key = |d: &Diagnostic| {
            let related = d.related.iter().map(|one| (one.range, one.label.clone()));
            (
                d.severity,
                d.range,
                d.address.clone(),
                d.summary.clone(),
                d.detail.clone(),
                related.collect::<Vec<_>>(),
            )
        };
        self.0.sort_by_key(key);
        self.0.dedup();
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Diagnostics(vec![diagnostic])
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
