//! Asking before acting.

use meshform_engine::plan::Plan;

use crate::failure::{Failure, FailureKind};
use crate::session::Session;

/// Refuses to begin what could not be asked about.
///
/// # Errors
/// If approval is needed and nobody can give it.
pub(super) fn can_ask(session: &Session, input: bool) -> Result<(), Failure> {
    if session.can_ask() && input && session.printer.is_text() {
        return Ok(());
    }
    let detail = "This command changes things, and nobody can be asked whether it may: stdin is no terminal, or \
                  `-input=false` or `-json` was given. Nothing was done.";
    Err(Failure::new(FailureKind::Declined, "Approval is needed", detail).hint(
        "Give `-auto-approve`, or save a plan with `meshform plan -out=FILE`, review it and apply it with \
         `meshform apply FILE`.",
    ))
}

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether all goes, or the part that was named.
    Destroy,
    /// Whether what was observed is recorded.
    Record,
    /// Whether the plan is carried out.
    Perform,
}

impl Question {
    pub(super) fn of(plan: &Plan) -> Self {
        match (plan.destroy, plan.refresh_only) {
            (true, _) => Question::Destroy,
            (false, true) => Question::Record,
            (false, false) => Question::Perform,
        }
    }

    fn text(self, partial: bool) -> &'static str {
        match (self, partial) {
            (Question::Destroy, false) => {
                "\nDo you really want to destroy all resources?\n  Meshform will destroy everything that it manages \
                 here, as shown above.\n  There is no undo. Only 'yes' will be accepted to confirm.\n\n  Enter a value: "
            }
            (Question::Destroy, true) => {
                "\nDo you really want to destroy these resources?\n  Meshform will destroy what is shown above.\n  \
                 There is no undo. Only 'yes' will be accepted to confirm.\n\n  Enter a value: "
            }
            (Question::Record, _) => {
                "\nDo you want to update the state to reflect these detected changes?\n  Meshform will write them to \
                 the state without changing any real infrastructure.\n  There is no undo. Only 'yes' will be accepted \
                 to confirm.\n\n  Enter a value: "
            }
            (Question::Perform, _) => {
                "\nDo you want to perform these actions?\n  Meshform will perform the actions described above.\n  Only \
                 'yes' will be accepted to approve.\n\n  Enter a value: "
            }
        }
    }
}

/// Asks whether the plan that was shown may be carried out.
///
/// # Errors
/// If the answer is not `yes`.
pub(super) async fn ask(session: &Session, plan: &Plan) -> Result<(), Failure> {
    let question = Question::of(plan);
    session.printer.data(question.text(plan.partial));
    let answer = session.answer().await;
    session.printer.data("\n");
    match answer.as_deref() {
        Some("yes") => Ok(()),
        _ if session.stop.soft.is_cancelled() => Err(super::plan::interrupted()),
        _ => {
            let what = if plan.destroy { "Destroy" } else { "Apply" };
            Err(Failure::new(
                FailureKind::Declined,
                format!("{what} cancelled"),
                "Nothing was changed.",
            ))
        }
    }
}
