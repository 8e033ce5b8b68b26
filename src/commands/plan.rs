//! `meshform plan`: shows what apply would do. Takes no lock and writes nothing but the file of `-out`.

use meshform_engine::event::EventSink;
use meshform_lang::{Diagnostic, Diagnostics};
use meshform_state::Store as _;
use meshform_state::journal::Folded;

use crate::cli::PlanArgs;
use crate::failure::{Exit, Failure, FailureKind};
use crate::interrupt::{droppable, heeding};
use crate::pipeline::{self, Planned, Wish};
use crate::render::{Progress, View, planned, rule};
use crate::session::{Access, Session};
use crate::{plan_file, saved};

pub(super) async fn run(session: &Session, args: &PlanArgs) -> Result<Exit, Failure> {
    crate::settings::duration("-lock-timeout", &args.lock.lock_timeout)?;
    if let Some(out) = &args.out {
        plan_file::may_write(session, out)?;
    }
    let wish = Wish::new(session, &args.scope, args.destroy)?;
    let loaded = pipeline::read_folder(session)?;
    let folded = session.store().load()?;
    let lineage = folded.snapshot.lineage.clone();
    session
        .printer
        .diagnostics(&doubts(session, &folded), &loaded.sources);
    let progress = Progress::start(&session.printer, session.clock.clone());
    let work = from_folder(
        session,
        loaded,
        (&folded.snapshot, wish),
        Access::Read,
        &*progress,
    );
    let made = heeding(&session.stop, droppable(&session.stop, work)).await;
    progress.finish();
    let made = made.ok_or_else(interrupted)??;
    show(session, &made);
    if let Some(out) = &args.out {
        let bytes = saved::pack(session, &made, &lineage)?;
        plan_file::write(session, out, &bytes)?;
    }
    hint(session, &made, args.out.as_deref());
    let differs = args.detailed_exitcode && !made.plan.is_empty();
    // The process ends here: to take a million resources apart piece by piece would take seconds.
    std::mem::forget((made, folded));
    Ok(if differs { Exit::Differs } else { Exit::Done })
}

/// Plans the configuration in the folder.
pub(super) async fn from_folder(
    session: &Session,
    loaded: pipeline::Loaded,
    (snapshot, wish): (&meshform_state::Snapshot, Wish),
    access: Access,
    sink: &dyn EventSink,
) -> Result<Planned, Failure> {
    let registry = session.registry(access);
    let reads = pipeline::reads(&session.folder);
    pipeline::plan(
        session,
        &registry,
        loaded,
        (&std::collections::BTreeMap::new(), reads),
        (snapshot, wish),
        sink,
    )
    .await
}

/// Nothing was done yet when the user interrupted.
pub(super) fn interrupted() -> Failure {
    Failure::new(FailureKind::Interrupted, "Interrupted", "Nothing was changed.")
}

/// Shows a plan.
pub(super) fn show(session: &Session, made: &Planned) {
    let printer = &session.printer;
    printer.diagnostics(&made.loaded.warnings, &made.loaded.sources);
    if printer.is_text() {
        let secrets = printer.secrets();
        let sources = Some(&made.loaded.sources);
        let view = View {
            plan: &made.plan,
            sources,
            secrets: &secrets,
            palette: printer.palette(),
        };
        // What cannot be written is told at the end.
        _ = view.write(&mut printer.data_writer());
    } else {
        planned(
            printer,
            &made.plan,
            if made.plan.destroy { "destroy" } else { "plan" },
        );
    }
}

fn hint(session: &Session, made: &Planned, out: Option<&str>) {
    if !session.printer.is_text() || session.environment.is_automation() || made.plan.is_empty() {
        return;
    }
    let text = match out {
        Some(out) => format!(
            "Saved the plan to: {out}\n\nTo perform exactly these actions, run the following command to apply:\n    \
             meshform apply {out:?}\n"
        ),
        None => {
            "Note: You didn't use the -out option to save this plan, so Meshform can't guarantee to take\n\
                 exactly these actions if you run `meshform apply` now.\n"
                .to_owned()
        }
    };
    session.printer.data(&format!("\n{}\n{text}", rule()));
}

/// What another run left open, or has open now.
fn doubts(session: &Session, folded: &Folded) -> Diagnostics {
    let mut found = Diagnostics::new();
    if folded.open_run.is_none() {
        return found;
    }
    let holder = session.store().holder().ok().flatten();
    let diagnostic = match holder {
        Some(holder) => Diagnostic::warning(
            "State is in use",
            format!(
                "`{}` of {} (process {}) has worked on it since {}. This plan shows what was true a moment ago.",
                holder.command, holder.who, holder.process, holder.since
            ),
        ),
        None => {
            let doubts: Vec<String> = folded
                .in_doubt
                .iter()
                .map(|doubt| format!("`{}` for {}", doubt.intent.effect, doubt.intent.address))
                .collect();
            let (detail, hint) = match doubts.as_slice() {
                [] => (
                    "All that it did is recorded.".to_owned(),
                    "The next `meshform apply` goes on from there.",
                ),
                doubts => (
                    format!("Nobody knows yet whether these happened: {}.", doubts.join(", ")),
                    "The next `meshform apply` finds out and goes on. This plan counts them as not happened.",
                ),
            };
            Diagnostic::warning("The last apply was interrupted", detail).hint(hint)
        }
    };
    found.push(diagnostic);
    found
}
