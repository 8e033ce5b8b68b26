//! `meshform verify`: whether the mesh that was applied works. Reads the state and the clusters, changes nothing.

use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use meshform_kube::KubeAdapter;
use meshform_kube::probe::Look;
use meshform_modules::report::Report;
use meshform_modules::verify::{Expected, judge};
use meshform_state::{Snapshot, Store as _};

use crate::cli::VerifyArgs;
use crate::failure::{Exit, Failure, FailureKind};
use crate::interrupt::{droppable, heeding};
use crate::render::checks;
use crate::session::{Access, Session};
use crate::settings::duration;

/// How many clusters are looked at at once.
const CLUSTERS_AT_ONCE: usize = 8;

/// How long it waits before it looks again.
const PAUSE: Duration = Duration::from_secs(2);

pub(super) async fn run(session: &Session, args: &VerifyArgs) -> Result<Exit, Failure> {
    let wait = duration("-wait", &args.wait)?;
    let snapshot = session.store().load()?.snapshot;
    let expected = Expected::of(&snapshot, &session.kinds).map_err(|error| {
        Failure::caused(FailureKind::State, "Nothing to verify", &error)
            .hint("`meshform apply` makes a mesh; `verify` says whether it works.")
    })?;
    let looks = looks(&snapshot, &expected);
    if session.printer.is_text() {
        let names: Vec<&str> = looks.iter().map(|look| look.cluster.as_str()).collect();
        session
            .printer
            .talk(&format!("Looking at {}...\n", names.join(", ")));
    }
    let kube = session.kube(Access::Read);
    let looking = until_it_holds(session, wait, || look(session, &kube, &expected, &looks));
    let report = heeding(&session.stop, droppable(&session.stop, looking)).await;
    let report = report.ok_or_else(super::plan::interrupted)?;
    show(session, &report);
    Ok(if report.holds() { Exit::Done } else { Exit::Differs })
}

/// What `look` finds, once that is nothing wrong or `wait` is over.
async fn until_it_holds<F: Future<Output = Report>>(
    session: &Session,
    wait: Duration,
    look: impl Fn() -> F,
) -> Report {
    let start = session.clock.monotonic();
    let mut told = None;
    loop {
        let report = look().await;
        let left = wait.saturating_sub(session.clock.monotonic().saturating_sub(start));
        if report.holds() || left < PAUSE {
            return report;
        }
        let first = report.findings.first();
        let news = first.map(|finding| format!("{} {}: {}", finding.check, finding.place, finding.detail));
        if session.printer.is_text() && told != news {
            let news = news.as_deref().unwrap_or_default();
            session.printer.talk(&format!("Not yet: {news}\n"));
        }
        told = news;
        session.clock.sleep(PAUSE).await;
    }
}

/// One look at every cluster.
async fn look(session: &Session, kube: &KubeAdapter, expected: &Expected, looks: &[Look]) -> Report {
    let probes = stream::iter(looks).map(|look| kube.probe(look));
    let seen = probes.buffered(CLUSTERS_AT_ONCE).collect::<Vec<_>>().await;
    let now = i64::try_from(session.clock.now_ms() / 1000).unwrap_or(i64::MAX);
    judge(expected, &seen, now)
}

/// What to look for in each cluster.
fn looks(snapshot: &Snapshot, expected: &Expected) -> Vec<Look> {
    expected
        .members
        .iter()
        .filter_map(|member| {
            Some(Look {
                scope: snapshot.scopes.get(&member.scope)?.clone(),
                cluster: member.name.clone(),
                namespace: member.namespace.clone(),
                root: member.root.clone(),
            })
        })
        .collect()
}

fn show(session: &Session, report: &Report) {
    if session.printer.is_text() {
        session
            .printer
            .data(&checks::text(report, checks::VERIFIED, session.printer.palette()));
    } else {
        session.printer.document(&checks::document(report));
    }
}
