//! `meshform verify`: whether the mesh that was applied works. Reads the state and the clusters, changes nothing.

use std::sync::Arc;

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

/// How many clusters are looked at at once.
const CLUSTERS_AT_ONCE: usize = 8;

pub(super) async fn run(session: &Session, _args: &VerifyArgs) -> Result<Exit, Failure> {
    let snapshot = session.local_store().load()?.snapshot;
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
    let kube = Arc::new(session.kube(Access::Read));
    let probes = stream::iter(looks)
        .map(|look| one(Arc::clone(&kube), look))
        .buffered(CLUSTERS_AT_ONCE);
    let seen = heeding(
        &session.stop,
        droppable(&session.stop, probes.collect::<Vec<_>>()),
    )
    .await;
    let seen = seen.ok_or_else(super::plan::interrupted)?;
    let now = i64::try_from(session.clock.now_ms() / 1000).unwrap_or(i64::MAX);
    let report = judge(&expected, &seen, now);
    show(session, &report);
    Ok(if report.holds() { Exit::Done } else { Exit::Differs })
}

async fn one(kube: Arc<KubeAdapter>, look: Look) -> meshform_kinds::evidence::ClusterEvidence {
    kube.probe(&look).await
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
