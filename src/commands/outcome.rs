//! What became of a run: the counts, the outputs, and what went wrong.

use std::collections::BTreeMap;

use meshform_engine::apply::{Outcome, RecoverError};
use meshform_engine::{Action, ErrorClass};
use meshform_lang::{Diagnostic, Diagnostics, Severity, Sources};
use meshform_state::Address;
use serde_json::{Map, Value as Json, json};

use crate::failure::{Exit, Failure, FailureKind, chain};
use crate::render::{Level, Role, outputs};
use crate::session::Session;

/// More names than these are only counted.
const MOST_NAMES: usize = 10;

/// Shows what became of a run.
///
/// # Errors
/// If not all of the plan was done.
pub(super) fn report(
    session: &Session,
    outcome: Outcome,
    destroy: bool,
    sources: &Sources,
) -> Result<Exit, Failure> {
    if !outcome.stale.is_empty() {
        let told = outcome.stale.iter().map(|mismatch| {
            Diagnostic::error("Plan is stale", format!("{} Nothing was done.", mismatch.what))
                .about(&mismatch.address)
        });
        return Err(Failure::told(
            FailureKind::Stale,
            Diagnostics(told.collect()),
            Sources::default(),
        )
        .hint("Plan again."));
    }
    count(session, &outcome, destroy);
    if outcome.is_complete() {
        session.printer.diagnostics(&outcome.broken, sources);
        outputs::show(&session.printer, &outcome.snapshot);
        return Ok(Exit::Done);
    }
    Err(incomplete(session, outcome, sources))
}

/// The line with what was done.
fn count(session: &Session, outcome: &Outcome, destroy: bool) {
    let count = |action: Action| outcome.done.iter().filter(|(_, done)| *done == action).count();
    let (added, changed, destroyed) = (
        count(Action::Create),
        count(Action::Update),
        count(Action::Delete),
    );
    let (word, operation) = if destroy {
        ("Destroy", "destroy")
    } else {
        ("Apply", "apply")
    };
    let imported = outcome.adopted.len();
    let counts = if destroy {
        format!("{destroyed} destroyed")
    } else {
        let taken = if imported > 0 {
            format!("{imported} imported, ")
        } else {
            String::new()
        };
        format!("{taken}{added} added, {changed} changed, {destroyed} destroyed")
    };
    let (end, role) = if outcome.is_complete() {
        ("complete!", Role::Success)
    } else {
        ("incomplete.", Role::Alarm)
    };
    let text = format!("{word} {end} Resources: {counts}.");
    let printer = &session.printer;
    if printer.is_text() {
        printer.data(&format!("\n{}\n", printer.palette().paint(role, text)));
    } else {
        let changes = json!({
            "add": added, "change": changed, "import": imported, "remove": destroyed, "operation": operation,
        });
        printer.event(
            "change_summary",
            Level::Info,
            &text,
            Map::from_iter([("changes".to_owned(), changes)]),
        );
    }
}

fn incomplete(session: &Session, outcome: Outcome, sources: &Sources) -> Failure {
    let mut found = failures(&outcome);
    found.extend(skipped(&outcome));
    for doubt in &outcome.in_doubt {
        let detail = format!(
            "The answer to `{}` was lost, so nobody knows yet whether it happened.",
            doubt.effect
        );
        let hint = "The next `meshform apply` finds out first, and goes on from there.";
        found.push(
            Diagnostic::warning("Outcome is not known", detail)
                .about(&doubt.address)
                .hint(hint),
        );
    }
    found.extend(outcome.broken.0.iter().cloned());
    let mut kind = FailureKind::Partial;
    if let Some(error) = &outcome.store_error {
        let hint = error.hint();
        found.push(Diagnostic::error("State cannot be written", chain(error)).hint(hint));
    }
    if outcome.interrupted {
        kind = FailureKind::Interrupted;
        let detail = "What was running has ended or will be looked up; state and journal are complete.";
        found.push(
            Diagnostic::error("Interrupted", detail).hint("The same command goes on where this run stopped."),
        );
    }
    let mut counts = Map::new();
    let unique = |addresses: Vec<&Address>| {
        addresses
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    };
    counts.insert(
        "done".into(),
        json!(unique(outcome.done.iter().map(|(address, _)| address).collect())),
    );
    counts.insert("failed".into(), json!(outcome.failed.len()));
    counts.insert("skipped".into(), json!(outcome.skipped.len()));
    counts.insert("in_doubt".into(), json!(outcome.in_doubt.len()));
    if session.printer.is_text() {
        let number = |name: &str| counts.get(name).and_then(Json::as_u64).unwrap_or(0);
        session.printer.data(&format!(
            "{} done, {} failed, {} not begun, {} in doubt. What is done stays done; the same command goes on from here.\n",
            number("done"),
            number("failed"),
            number("skipped"),
            number("in_doubt")
        ));
    } else {
        session
            .printer
            .event("meshform_incomplete", Level::Error, "Applied in part", counts);
    }
    Failure::told(kind, Diagnostics(found), sources.clone())
}

/// What failed, but what a condition or a mistake in the configuration tells more of.
fn failures(outcome: &Outcome) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let told = |address: &Address| {
        let of = |one: &Diagnostic| one.address.as_ref() == Some(address) && one.severity == Severity::Error;
        outcome.broken.0.iter().any(of)
    };
    let (unrecorded, failed): (Vec<_>, Vec<_>) =
        outcome.failed.iter().partition(|failure| failure.class.is_none());
    // A condition that is not met tells more than that its step failed.
    let failed = failed.into_iter().filter(|failure| !told(&failure.address));
    let (guarded, failed): (Vec<_>, Vec<_>) = failed.partition(|failure| failure.by_condition);
    if !guarded.is_empty() {
        let mut addresses: Vec<&Address> = guarded.iter().map(|failure| &failure.address).collect();
        addresses.sort();
        let detail = format!(
            "Not begun, since they use a value that must not be what it is: {}.",
            names(&addresses)
        );
        found.push(Diagnostic::warning("Steps were left out", detail));
    }
    for failure in failed {
        let summary = format!("{} of {} failed", noun(failure.action), failure.address);
        let mut diagnostic = Diagnostic::error(summary, sentence(&failure.message)).about(&failure.address);
        diagnostic.hint = failure.hint.clone().or_else(|| advice(failure.class));
        found.push(diagnostic);
    }
    if let Some(first) = unrecorded.first() {
        // As many as were under way when the disk refused, and the same is to be said of each.
        let addresses: Vec<&Address> = unrecorded.iter().map(|failure| &failure.address).collect();
        let detail = format!("Done, but that could not be recorded: {}.", names(&addresses));
        let mut diagnostic = Diagnostic::error("Steps could not be recorded", detail);
        diagnostic.hint = first.hint.clone();
        found.push(diagnostic);
    }
    found
}

/// What was not begun, by the failed one that it needs.
fn skipped(outcome: &Outcome) -> Vec<Diagnostic> {
    let mut by_cause: BTreeMap<Option<&Address>, Vec<&Address>> = BTreeMap::new();
    for skipped in &outcome.skipped {
        by_cause
            .entry(skipped.because.as_ref())
            .or_default()
            .push(&skipped.address);
    }
    let told = by_cause.into_iter().map(|(because, addresses)| {
        let names = names(&addresses);
        match because {
            Some(because) => {
                let detail = format!("Not begun, since they need {because}: {names}.");
                Diagnostic::warning("Steps were left out", detail)
            }
            None => Diagnostic::warning(
                "Steps were left out",
                format!("Not begun, since the run was stopped: {names}."),
            ),
        }
    });
    told.collect()
}

fn names(addresses: &[&Address]) -> String {
    let shown: Vec<&str> = addresses
        .iter()
        .take(MOST_NAMES)
        .map(|address| address.as_str())
        .collect();
    let more = addresses.len().saturating_sub(MOST_NAMES);
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{rest}", shown.join(", "))
}

fn noun(action: Action) -> &'static str {
    match action {
        Action::Create => "Creation",
        Action::Update => "Modification",
        Action::Delete => "Destruction",
        Action::Read => "Reading",
        Action::Replace(_) => "Replacement",
        Action::Forget | Action::NoOp => "Recording",
    }
}

fn advice(class: Option<ErrorClass>) -> Option<String> {
    let text = match class? {
        ErrorClass::Unauthenticated => "Check that the credentials are there and have not expired.",
        ErrorClass::Denied => "Check that the role or user has the right to do this.",
        ErrorClass::Quota => "Ask for a higher limit, or free some of what counts against it.",
        ErrorClass::Throttled | ErrorClass::Unavailable => "Apply again later: what is done stays done.",
        ErrorClass::Conflict => "Somebody else changed or owns it. Plan again to see what is there.",
        ErrorClass::NotFound | ErrorClass::Busy | ErrorClass::Invalid | ErrorClass::Other => return None,
    };
    Some(text.to_owned())
}

fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// Why an interrupted run could not be settled.
pub(super) fn not_recovered(error: RecoverError) -> Failure {
    match error {
        RecoverError::Store(error) => error.into(),
        RecoverError::Lookup { ref address, .. } => {
            let diagnostic = Diagnostic::error("Interrupted run cannot be settled", chain(&error))
                .about(address)
                .hint("Nothing was done. Make the API reachable and apply again.");
            Failure::told(FailureKind::Outside, diagnostic.into(), Sources::default())
        }
    }
}

/// What differs between a saved plan and the one that was made from it again, as a clause.
pub(super) fn moved(saved: &[u8], now: &[u8]) -> String {
    let (before, after) = (changes(saved), changes(now));
    let all: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ: Vec<&str> = all
        .into_iter()
        .filter(|address| before.get(*address) != after.get(*address))
        .map(String::as_str)
        .collect();
    let more = if differ.len() > MOST_NAMES { ", …" } else { "" };
    let shown = &differ[..differ.len().min(MOST_NAMES)];
    if differ.is_empty() {
        String::new()
    } else {
        format!(": {}{more}", shown.join(", "))
    }
}

/// The changes of the document of a plan, by address; what of it is no such document has none.
fn changes(document: &[u8]) -> BTreeMap<String, Json> {
    #[derive(serde::Deserialize)]
    struct Document {
        resource_changes: Vec<Entry>,
    }
    #[derive(serde::Deserialize)]
    struct Entry {
        address: String,
        change: Json,
    }
    let document: Option<Document> = serde_json::from_slice(document).ok();
    let entries = document
        .into_iter()
        .flat_map(|document| document.resource_changes);
    entries.map(|entry| (entry.address, entry.change)).collect()
}

#[cfg(test)]
mod tests {
    use meshform_engine::apply::{Doubt, Failure as Failed, Skipped};

    use super::*;
    use crate::render::Form;
    use crate::render::testing::{Written, address, printer};
    use crate::session::Input;

    fn reported(outcome: Outcome, form: Form) -> String {
        let written = Written::default();
        let printer = printer(&written, form, &["hunter2"]);
        let input = Input {
            reader: Box::new(std::io::empty()),
            terminal: false,
            editable: false,
        };
        let session = Session::new(
            ".".into(),
            crate::Environment::default(),
            Vec::new(),
            printer.clone(),
            input,
        );
        let exit = report(&session, outcome, false, &Sources::default()).unwrap_or_else(|failure| {
            printer.diagnostics(&failure.diagnostics, &failure.sources);
            failure.exit()
        });
        format!("{}exit code {}\n", written.text(), exit.code())
    }

    #[test]
    fn what_could_not_be_recorded_is_told_once_however_much_it_is() {
        let failed = |nth: usize| Failed {
            address: address(&format!("test_thing.n[{nth}]")),
            action: Action::Create,
            class: None,
            message: "it was done, but that could not be recorded".into(),
            hint: Some("Mend the disk or the permissions and run again: it will be looked up.".into()),
            by_condition: false,
        };
        let outcome = Outcome {
            failed: (0..200).map(failed).collect(),
            ..Outcome::default()
        };
        insta::assert_snapshot!(reported(outcome, Form::Text));
    }

    fn partial() -> Outcome {
        let failed = Failed {
            address: address("test_thing.a"),
            action: Action::Create,
            class: Some(ErrorClass::Denied),
            message: "AccessDenied: no right to use hunter2".into(),
            hint: None,
            by_condition: false,
        };
        let skipped = |at: &str, because: Option<&str>| Skipped {
            address: address(at),
            action: Action::Create,
            because: because.map(address),
        };
        Outcome {
            done: vec![
                (address("test_thing.d"), Action::Create),
                (address("test_thing.e"), Action::Delete),
            ],
            failed: vec![failed],
            skipped: vec![
                skipped("test_thing.b", Some("test_thing.a")),
                skipped("test_thing.c", Some("test_thing.a")),
            ],
            in_doubt: vec![Doubt {
                address: address("test_thing.f"),
                effect: "test:Create".into(),
            }],
            ..Outcome::default()
        }
    }

    #[test]
    fn a_partial_failure_says_what_is_done_failed_left_out_and_in_doubt() {
        insta::assert_snapshot!(reported(partial(), Form::Text));
        insta::assert_snapshot!(reported(partial(), Form::Stream));
    }

    #[test]
    fn an_interrupted_run_says_how_to_go_on() {
        let skipped = Skipped {
            address: address("test_thing.b"),
            action: Action::Create,
            because: None,
        };
        let outcome = Outcome {
            interrupted: true,
            skipped: vec![skipped],
            ..Outcome::default()
        };
        insta::assert_snapshot!(reported(outcome, Form::Text));
    }

    #[test]
    fn what_moved_before_the_run_makes_the_plan_stale() {
        let stale = meshform_engine::apply::Mismatch {
            address: address("test_thing.b"),
            what: "It is gone.".into(),
        };
        insta::assert_snapshot!(reported(
            Outcome {
                stale: vec![stale],
                ..Outcome::default()
            },
            Form::Text
        ));
    }
}
