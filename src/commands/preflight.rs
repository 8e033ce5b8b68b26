//! `meshform preflight`: what would be in the way of the configuration, and what it will let whom do. The first half of
//! `plan`, with what `plan` does not need beside: as whom we are known, and what we may do. Changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt as _};
use meshform_engine::compile::{Place, Purpose};
use meshform_engine::gather::Unanswered;
use meshform_engine::refresh::Reader;
use meshform_kinds::kubernetes::Right;
use meshform_lang::{Diagnostic, Diagnostics, Severity, Sources};
use meshform_modules::preflight::{Denied, Met, Outlook, Problem, needed, report};
use meshform_modules::report::Report;
use meshform_state::{Scope, ScopeKey, Snapshot, Store as _, StoreError};

use crate::cli::PreflightArgs;
use crate::failure::{Exit, Failure, FailureKind, chain};
use crate::interrupt::{droppable, heeding};
use crate::pipeline::{self, Loaded};
use crate::render::checks;
use crate::session::{Access, Session};
use crate::survey::{self, Surveyed};

/// How many clusters are asked at once what we may do.
const CLUSTERS_AT_ONCE: usize = 8;

/// The check of accounts and clusters.
const ACCESS: &str = "P10";

/// The check of charts.
const CHARTS: &str = "P35";

pub(super) async fn run(session: &Session, _args: &PreflightArgs) -> Result<Exit, Failure> {
    let mut loaded = pipeline::read_folder(session)?;
    let snapshot = match session.store().load() {
        Ok(folded) => Some(folded.snapshot),
        // A mesh can be looked at before its folder is made ready.
        Err(StoreError::Missing { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let work = look(session, &mut loaded, snapshot.as_ref());
    let outlook = heeding(&session.stop, droppable(&session.stop, work)).await;
    let outlook = outlook.ok_or_else(super::plan::interrupted)??;
    let report = report(&outlook);
    session.printer.diagnostics(&loaded.warnings, &loaded.sources);
    show(session, &report);
    Ok(if report.holds() { Exit::Done } else { Exit::Differs })
}

async fn look(
    session: &Session,
    loaded: &mut Loaded,
    snapshot: Option<&Snapshot>,
) -> Result<Outlook, Failure> {
    let reads = pipeline::reads(&session.folder);
    let mut inputs = survey::inputs(loaded, Purpose::Plan, reads, Some(&session.now()));
    inputs.lineage = snapshot.map(|snapshot| snapshot.lineage.as_str().into());
    let registry = session.registry(Access::Read);
    let reader = session.reader(&registry);
    let answers = BTreeMap::new();
    let mut surveyed = survey::survey(session, &reader, &loaded.config, &inputs, &answers).await;
    let mut found = std::mem::take(&mut surveyed.compiled.diagnostics);
    found.extend(survey::locked(session, &surveyed.facts, &answers)?);
    found.sort();
    let (checked, rest): (Vec<Diagnostic>, Vec<Diagnostic>) =
        found.0.into_iter().partition(|one| one.check.is_some());
    // What no check stands for is a mistake in the text, and told as every command tells it.
    if Diagnostics(rest.clone()).has_errors() {
        let all = checked.into_iter().chain(rest).collect();
        return Err(Failure::told(
            FailureKind::Configuration,
            Diagnostics(all),
            loaded.sources.clone(),
        ));
    }
    loaded.warnings.0.extend(rest);
    let mut problems: Vec<Problem> = checked
        .iter()
        .filter_map(|one| Some(problem(one.check?, one, &loaded.sources)))
        .collect();
    let unanswered = surveyed.unanswered.iter();
    problems.extend(unanswered.map(|one| problem(check_of(one), &one.diagnostic, &loaded.sources)));
    let scopes = scopes(&surveyed);
    let met = meet(&reader, snapshot, &scopes, &mut problems).await;
    let denied = rights(session, &surveyed, &scopes).await;
    Ok(Outlook {
        blocks: surveyed.compiled.blocks,
        desired: surveyed.compiled.desired,
        problems,
        met,
        denied,
    })
}

/// What a question that was not answered is about.
fn check_of(unanswered: &Unanswered) -> &'static str {
    match unanswered.scope {
        Scope::Local => CHARTS,
        Scope::Aws { .. } | Scope::Cluster { .. } => ACCESS,
    }
}

fn problem(check: &'static str, one: &Diagnostic, sources: &Sources) -> Problem {
    let place = one.range.map(|range| sources.describe(range));
    Problem {
        check,
        is_error: one.severity == Severity::Error,
        place: place.unwrap_or_else(|| "configuration".to_owned()),
        detail: format!("{}. {}", one.summary, one.detail),
        hint: one.hint.clone(),
    }
}

/// The accounts and clusters of the configuration, but for those that did not answer.
fn scopes(surveyed: &Surveyed) -> BTreeMap<ScopeKey, Scope> {
    let silent: BTreeSet<ScopeKey> = surveyed.unanswered.iter().map(|one| one.scope.key()).collect();
    let mut scopes = surveyed.compiled.desired.scopes.clone();
    for block in &surveyed.compiled.blocks {
        if let Place::Fixed(scope) = &block.place {
            scopes.insert(scope.key(), scope.clone());
        }
    }
    scopes.retain(|key, scope| !silent.contains(key) && *scope != Scope::Local);
    scopes
}

/// As whom we are known in `scopes`. One that is another than the state knows is a problem.
async fn meet(
    reader: &Reader<'_>,
    snapshot: Option<&Snapshot>,
    scopes: &BTreeMap<ScopeKey, Scope>,
    problems: &mut Vec<Problem>,
) -> Vec<Met> {
    let none = Snapshot::default();
    let (identities, errors) = reader.identities(snapshot.unwrap_or(&none), scopes).await;
    problems.extend(errors.into_iter().map(|error| {
        Problem {
            check: ACCESS,
            is_error: true,
            place: scopes
                .get(&error.scope)
                .map_or_else(|| error.scope.to_string(), place),
            detail: chain(&error.source),
            hint: error.source.hint,
        }
    }));
    let met = scopes.iter().filter_map(|(key, scope)| {
        Some(Met {
            place: place(scope),
            caller: identities.get(key)?.caller.clone(),
        })
    });
    met.collect()
}

/// What those who apply may not do in each cluster.
async fn rights(session: &Session, surveyed: &Surveyed, scopes: &BTreeMap<ScopeKey, Scope>) -> Vec<Denied> {
    let kube = &session.kube(Access::Change);
    let needed = needed(&surveyed.compiled.desired);
    let asked = needed.into_iter().filter_map(|(key, rights)| {
        let rights: Vec<Right> = rights.into_iter().collect();
        Some((scopes.get(&key)?, rights))
    });
    stream::iter(asked)
        .map(|(scope, rights)| async move {
            let rights = kube.denied(scope, &rights).await;
            Denied {
                place: place(scope),
                rights: rights.map_err(|error| error.to_string()),
            }
        })
        .buffered(CLUSTERS_AT_ONCE)
        .collect()
        .await
}

/// A scope as people call it.
fn place(scope: &Scope) -> String {
    match scope {
        Scope::Local => "this machine".to_owned(),
        Scope::Cluster { name, .. } => format!("cluster {name}"),
        Scope::Aws {
            account: Some(account),
            region,
            ..
        } => format!("account {account}, {region}"),
        Scope::Aws { region, .. } => format!("AWS, {region}"),
    }
}

fn show(session: &Session, report: &Report) {
    let printer = &session.printer;
    if !printer.is_text() {
        printer.document(&checks::document(report));
    } else if report.findings.is_empty() {
        printer.data("Nothing to check: the configuration reaches no account and no cluster.\n");
    } else {
        printer.data(&checks::text(report, checks::CLEARED, printer.palette()));
    }
}
