//! Why a command did not do what it was asked, and the exit code that says so.

use std::error::Error;
use std::fmt::Write as _;

use meshform_lang::{Diagnostic, Diagnostics, Sources};
use meshform_state::StoreError;

/// How a process ends. The numbers are documented; scripts depend on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, nothing to do, no difference.
    Done,
    /// An error, and nothing was done.
    Error,
    /// `plan -detailed-exitcode` found changes, a check of `preflight` or `verify` failed, or `fmt -check` found a file that
    /// is not in the standard form.
    Differs,
    /// The state is locked by somebody else.
    Locked,
    /// The saved plan is stale, and nothing was done.
    Stale,
    /// Applied in part.
    Partial,
    /// Interrupted; state and journal are complete.
    Interrupted,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Error => 1,
            Exit::Differs => 2,
            Exit::Locked => 3,
            Exit::Stale => 4,
            Exit::Partial => 5,
            Exit::Interrupted => 130,
        }
    }
}

/// What kind of failure it is, as far as the caller of the command must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The command line is wrong.
    Usage,
    /// The configuration or a variable is wrong.
    Configuration,
    /// The state cannot be read or written.
    State,
    /// Somebody else works on the state.
    Locked,
    /// Something outside cannot be read.
    Outside,
    /// The user did not agree.
    Declined,
    /// What the saved plan stands on has moved.
    Stale,
    /// Some of it is done.
    Partial,
    /// It was stopped from outside.
    Interrupted,
    /// The answer cannot be written.
    Output,
    /// A mistake of this program.
    Internal,
}

impl FailureKind {
    fn exit(self) -> Exit {
        match self {
            FailureKind::Usage
            | FailureKind::Configuration
            | FailureKind::State
            | FailureKind::Outside
            | FailureKind::Declined
            | FailureKind::Output
            | FailureKind::Internal => Exit::Error,
            FailureKind::Locked => Exit::Locked,
            FailureKind::Stale => Exit::Stale,
            FailureKind::Partial => Exit::Partial,
            FailureKind::Interrupted => Exit::Interrupted,
        }
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: FailureKind,
    /// What to tell, in order.
    pub(crate) diagnostics: Diagnostics,
    /// The texts that their places are in.
    pub(crate) sources: Box<Sources>,
}

impl Failure {
    /// A failure with a title and sentences about it.
    pub(crate) fn new(kind: FailureKind, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Failure::told(
            kind,
            Diagnostic::error(summary, detail).into(),
            Sources::default(),
        )
    }

    /// A failure that `error` tells, with all its causes.
    pub(crate) fn caused(kind: FailureKind, summary: impl Into<String>, error: &dyn Error) -> Self {
        Failure::new(kind, summary, chain(error))
    }

    /// A failure that `diagnostics` tell, put in order.
    pub(crate) fn told(kind: FailureKind, mut diagnostics: Diagnostics, sources: Sources) -> Self {
        diagnostics.sort();
        Failure {
            kind,
            diagnostics,
            sources: Box::new(sources),
        }
    }

    /// With what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(last) = self.diagnostics.0.last_mut() {
            last.hint = Some(hint.into());
        }
        self
    }

    /// How the process ends.
    pub(crate) fn exit(&self) -> Exit {
        self.kind.exit()
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (kind, summary) = match &error {
            StoreError::Missing { .. } => (FailureKind::State, "State not found"),
            StoreError::Exists { .. } => (FailureKind::State, "State exists already"),
            StoreError::Damaged { .. } => (FailureKind::State, "State is damaged"),
            StoreError::Newer { .. } => (FailureKind::State, "State is of a newer version"),
            StoreError::Locked { .. } => (FailureKind::Locked, "State is locked"),
            StoreError::Journal { .. } => (FailureKind::State, "Journal cannot be used"),
            StoreError::JournalLost(_) => (FailureKind::State, "Journal of an interrupted run is lost"),
            StoreError::NotLost { .. } => (FailureKind::State, "Nothing to abandon"),
            StoreError::Io { .. } => (FailureKind::State, "State cannot be reached"),
        };
        Failure::caused(kind, summary, &error).hint(error.hint())
    }
}

/// An error and its causes as sentences, each cause once: some errors repeat their cause in their own text.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = sentence(&error.to_string());
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(next.trim_end_matches('.')) {
            _ = write!(text, " Cause: {}", sentence(&next));
        }
        cause = error.source();
    }
    text
}

/// `text` with a capital at its start, unless that is a name in backticks, and a full stop at its end.
fn sentence(text: &str) -> String {
    let mut chars = text.trim().chars();
    let mut out: String = chars
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    out.push_str(chars.as_str());
    if !out.is_empty() && !out.ends_with(['.', '!', '?', ':']) {
        out.push('.');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: Option<Box<Link>>,
    }

    fn link(text: &'static str, source: Option<Link>) -> Link {
        Link {
            text,
            source: source.map(Box::new),
        }
    }

    #[test]
    fn causes_are_told_once() {
        let error = link(
            "failed to read it: no",
            Some(link("no", Some(link("the disk is gone", None)))),
        );
        assert_eq!(chain(&error), "Failed to read it: no. Cause: The disk is gone.");
    }

    #[test]
    fn a_locked_state_has_its_own_exit_code() {
        let failure = Failure::from(StoreError::Locked {
            place: "x".into(),
            holder: None,
        });
        assert_eq!(failure.exit(), Exit::Locked);
        assert_eq!(failure.exit().code(), 3);
        assert!(failure.diagnostics.0[0].hint.is_some());
    }
}
