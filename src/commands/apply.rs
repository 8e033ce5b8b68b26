//! `meshform apply`: carries out a plan, a saved one or one that it makes and asks about.

use std::sync::Arc;

use meshform_engine::EventSink;
use meshform_engine::apply::{Context, Limits, recover, run as carry_out};
use meshform_engine::archive::Shown;
use meshform_engine::plan::digest;
use meshform_engine::retry::RetryPolicy;
use meshform_state::journal::Recorder;
use meshform_state::{Snapshot, Store};

use super::approve::{ask, can_ask};
use super::outcome;
use super::plan::{from_folder as plan_folder, interrupted, show};
use crate::cli::{ApplyArgs, RunArgs};
use crate::failure::{Exit, Failure, FailureKind};
use crate::interrupt::{droppable, heeding};
use crate::pipeline::{self, Planned, Wish};
use crate::render::Progress;
use crate::saved;
use crate::session::{Access, Session};
use crate::settings::duration;

pub(super) async fn run(session: &Session, args: &ApplyArgs) -> Result<Exit, Failure> {
    match &args.plan {
        Some(path) if decides(args) => {
            let detail = format!(
                "`{path}` says already what is done; flags that say what is planned, such as `-destroy`, `-replace` or \
                 `-target`, belong to `plan`."
            );
            Err(Failure::new(
                FailureKind::Usage,
                "Flag does not fit a saved plan",
                detail,
            ))
        }
        Some(path) => heeding(&session.stop, from_file(session, &args.run, path)).await,
        None => from_folder(session, &args.run, args.destroy).await,
    }
}

/// Whether flags say what is planned.
fn decides(args: &ApplyArgs) -> bool {
    let scope = &args.run.scope;
    let named = [&scope.replace, &scope.target, &scope.exclude];
    args.destroy || scope.refresh_only || !scope.refresh || named.iter().any(|named| !named.is_empty())
}

/// Plans the configuration in the folder, asks, and applies.
pub(super) async fn from_folder(session: &Session, args: &RunArgs, destroy: bool) -> Result<Exit, Failure> {
    if !args.auto_approve {
        can_ask(session, args.scope.input)?;
    }
    heeding(&session.stop, async {
        let wish = Wish::new(session, &args.scope, destroy)?;
        let loaded = pipeline::read_folder(session)?;
        let store = session.store();
        let progress = Progress::start(&session.printer, session.clock.clone());
        let command = if destroy { "destroy" } else { "apply" };
        let recorder = opened(session, &store, (command, args), &*progress).await?;
        let snapshot = &recorder.folded().snapshot;
        let planning = plan_folder(session, loaded, (snapshot, wish), Access::Read, &*progress);
        let made = droppable(&session.stop, planning).await;
        progress.finish();
        let made = made.ok_or_else(interrupted)??;
        show(session, &made);
        if !args.auto_approve && !made.plan.is_empty() {
            ask(session, &made.plan).await?;
        }
        apply(session, made, recorder, args).await
    })
    .await
}

/// Makes a saved plan again and, if it is still the same, applies it. It was approved when it was reviewed.
async fn from_file(session: &Session, args: &RunArgs, path: &str) -> Result<Exit, Failure> {
    let unpacked = saved::unpack(session, saved::open(session, path)?)?;
    let store = session.store();
    let progress = Progress::start(&session.printer, session.clock.clone());
    let recorder = opened(session, &store, ("apply", args), &*progress).await?;
    let snapshot = recorder.folded().snapshot.clone();
    let manifest = unpacked.manifest;
    same_state(&manifest.lineage, &snapshot)?;
    let registry = session.registry(Access::Read);
    let known = (&unpacked.facts, unpacked.reads);
    let work = pipeline::plan(
        session,
        &registry,
        unpacked.loaded,
        known,
        (&snapshot, unpacked.wish),
        &*progress,
    );
    let made = droppable(&session.stop, work).await;
    progress.finish();
    let made = made.ok_or_else(interrupted)??;
    if digest(&made.plan) != manifest.digest {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        unpacked.pages.copy(Shown::Document, &mut before)?;
        // Memory takes what is written to it.
        _ = saved::write_document(session, &made, &mut after);
        let moved = outcome::moved(&before, &after);
        let detail =
            format!("What the plan stands on has changed since it was made{moved}. Nothing was done.");
        return Err(Failure::new(FailureKind::Stale, "Saved plan is stale", detail)
            .hint(format!("Make a new plan with `meshform plan -out={path}`.")));
    }
    apply(session, made, recorder, args).await
}

/// A plan for one state must not be applied to another.
fn same_state(lineage: &str, snapshot: &Snapshot) -> Result<(), Failure> {
    if lineage == snapshot.lineage {
        return Ok(());
    }
    let detail = format!(
        "It was made for the state {lineage}; the state here is {}.",
        snapshot.lineage
    );
    Err(Failure::new(
        FailureKind::Stale,
        "Saved plan is for another state",
        detail,
    ))
}

/// Locks the state and settles what an interrupted run left in doubt.
async fn opened(
    session: &Session,
    store: &dyn Store,
    (command, args): (&str, &RunArgs),
    sink: &dyn EventSink,
) -> Result<Recorder, Failure> {
    let timeout = duration("-lock-timeout", &args.lock.lock_timeout)?;
    let waiting = session.lock(store, command, timeout);
    let guard = droppable(&session.stop, waiting)
        .await
        .ok_or_else(interrupted)??;
    let registry = session.registry(Access::Change);
    let means = (&*session.clock, &*session.entropy, RetryPolicy::default());
    let place = store.describe();
    let recovering = recover(guard, &place, &registry, means, sink);
    droppable(&session.stop, recovering)
        .await
        .ok_or_else(interrupted)?
        .map_err(outcome::not_recovered)
}

async fn apply(
    session: &Session,
    made: Planned,
    recorder: Recorder,
    args: &RunArgs,
) -> Result<Exit, Failure> {
    let progress = Progress::start(&session.printer, session.clock.clone());
    let limits = args.scope.parallelism.map_or_else(Limits::default, |limit| {
        let limit = usize::from(limit);
        Limits {
            total: limit,
            per_scope: limit,
        }
    });
    let context = Context {
        registry: session.registry(Access::Change),
        kinds: session.kinds.clone(),
        clock: Arc::clone(&session.clock),
        entropy: Arc::clone(&session.entropy),
        sink: Arc::clone(&progress) as Arc<dyn EventSink>,
        limits,
        retry: RetryPolicy::default(),
        fail_fast: args.fail_fast,
    };
    let destroy = made.plan.destroy;
    let result = carry_out(Arc::clone(&made.plan), recorder, context, session.stop.clone()).await;
    progress.finish();
    let outcome = result.map_err(|errors| pipeline::unreadable(errors, &made.loaded.sources))?;
    outcome::report(session, outcome, destroy, &made.loaded.sources)
}
