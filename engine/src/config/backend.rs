//! Where a configuration may keep its state: `backend "local" {}`, the folder of the configuration.

use meshform_lang::Diagnostic;

use super::model::Settings;

/// The one place that this version knows.
const LOCAL: &str = "local";

impl Settings {
    /// What is wrong with where the state is to be kept.
    #[must_use]
    pub fn check_backend(&self) -> Option<Diagnostic> {
        let backend = self.backend.as_ref()?;
        if &*backend.kind != LOCAL {
            let detail = format!(
                "This version keeps states in the folder only, not in `{}`.",
                backend.kind
            );
            let hint = "Leave the `backend` block out, or write `backend \"local\" {}`.";
            return Some(
                Diagnostic::error("Unsupported backend", detail)
                    .at(backend.range)
                    .hint(hint),
            );
        }
        let (name, range) = backend.arguments.first()?;
        let detail = format!(
            "The backend `{LOCAL}` has no argument `{name}`: the state is always beside the configuration, in `meshform.state.json`."
        );
        let hint = "Take it out. For another place run meshform in another folder, with `-chdir`.";
        Some(
            Diagnostic::error("Unsupported argument", detail)
                .at(*range)
                .hint(hint),
        )
    }
}
