//! How the sandbox says what it does. It must never decide what is said: that is the caller's.

use std::sync::Arc;

/// Takes one line of progress.
pub type Reporter = Arc<dyn Fn(&str) + Send + Sync>;

/// Returns a reporter that writes plain lines to standard error.
#[must_use]
#[expect(
    clippy::print_stderr,
    reason = "the progress of a build of minutes must be visible under `cargo test`"
)]
pub fn to_stderr() -> Reporter {
    Arc::new(|line| eprintln!("{line}"))
}

/// Returns a reporter that says nothing.
#[must_use]
pub fn silent() -> Reporter {
    Arc::new(|_| {})
}
