//! What checks found: the form in which `preflight` and `verify` say it.

use std::fmt;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It is wrong.
    Failed,
    /// It could not be looked at, so it is not known to be right.
    Unknown,
    /// It is right, and will not be for long.
    Warning,
    /// It is right.
    Passed,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check, by its id in `docs/verify.md` or `docs/preflight.md`.
    pub check: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// Where: a cluster, a direction between two, a place in the configuration.
    pub place: String,
    /// What was seen, in a sentence.
    pub detail: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Everything that was looked at, what is most likely the cause first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The findings: failures before what is unknown before warnings before what is right; within each, in the order in
    /// which one explains the next: trust, then discovery, then the ways of traffic.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Puts findings in their order.
    pub(crate) fn of(mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.verdict);
        Report { findings }
    }

    /// Whether nothing is wrong and nothing is unknown.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.count(Verdict::Failed) == 0 && self.count(Verdict::Unknown) == 0
    }

    /// How many checks ended so.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.verdict == verdict)
            .count()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Failed => "failed",
            Verdict::Unknown => "unknown",
            Verdict::Warning => "warning",
            Verdict::Passed => "passed",
        })
    }
}
