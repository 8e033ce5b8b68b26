//! A mesh of a hundred clusters, each of which discovers every other one, on a world that takes everything.

use meshform_bench::mesh::{Bench, Made, text};
use meshform_engine::Action;

const CLUSTERS: usize = 100;

/// The networks that the clusters are in, each with a gateway chart of its own.
const NETWORKS: usize = 4;

fn of_kind(made: &Made, kind: &str) -> usize {
    let changes = made.plan.changes.iter();
    changes.filter(|change| change.kind.schema().kind == kind).count()
}

/// The addresses of what is done.
fn done(made: &Made) -> Vec<&str> {
    let changes = made.plan.changes.iter();
    changes
        .filter(|change| change.action != Action::NoOp)
        .map(|change| change.address.as_str())
        .collect()
}

/// A few of them.
fn some<'a>(all: &'a [&'a str]) -> &'a [&'a str] {
    &all[..all.len().min(9)]
}

#[tokio::test]
async fn a_hundred_clusters_find_each_other_and_one_more_touches_only_what_it_must() {
    let mut bench = Bench::new();
    let first = bench.plan(&text(CLUSTERS)).await;
    let pairs = CLUSTERS * (CLUSTERS - 1);
    assert_eq!(of_kind(&first, "istio_remote_secret"), pairs);
    assert_eq!(of_kind(&first, "istio_reader_account"), pairs);
    assert_eq!(
        of_kind(&first, "istio_chart"),
        3 * CLUSTERS,
        "a chart is one resource"
    );
    // One rendering for all of the base chart, one for each istiod, whose name differs, and one for each network.
    let renderings = 1 + CLUSTERS + NETWORKS;
    assert_eq!(bench.renderings(), renderings);
    assert_eq!(
        bench.outside.asked("helm_template"),
        renderings,
        "each is asked for once"
    );
    let resources = first.plan.changes.len();
    assert_eq!(first.plan.summary().add, resources);
    let edges: usize = first.plan.steps.iter().map(|step| step.after.len()).sum();
    println!(
        "{resources} resources, {} steps, {edges} edges between them",
        first.plan.steps.len()
    );

    let outcome = bench.apply(&first).await;
    assert!(
        outcome.is_complete(),
        "{:?} {:?}",
        outcome.failed,
        outcome.skipped.first()
    );
    assert_eq!(bench.outside.effects(), resources);
    _ = bench.outside.reads();
    let again = bench.plan(&text(CLUSTERS)).await;
    assert!(
        again.plan.is_empty() && again.plan.steps.is_empty(),
        "{:?}",
        some(&done(&again))
    );
    // One batch for each kind in each place.
    let batches = bench.outside.reads();
    assert!(batches <= 8 * (CLUSTERS + 1), "{batches} requests");

    _ = bench.outside.asked("helm_template");
    let more = bench.plan(&text(CLUSTERS + 1)).await;
    let own = more.plan.changes.len() - resources;
    let touched = done(&more);
    println!(
        "one more cluster: {own} resources, {} steps",
        more.plan.steps.len()
    );
    assert_eq!(
        touched.len(),
        own,
        "nothing else is touched: {:?}",
        some(&touched)
    );
    assert_eq!(more.plan.steps.len(), own, "a step for each, and none between");
    let name = format!("c{CLUSTERS:03}");
    assert!(
        touched.iter().all(|address| address.contains(&name)),
        "{touched:?}"
    );
    // With each of the others in both directions: an account and a secret.
    assert_eq!(own - 4 * CLUSTERS, of_kind(&first, "istio_chart") / CLUSTERS + 3);
    assert_eq!(bench.renderings(), renderings + 1);
    let outcome = bench.apply(&more).await;
    assert!(
        outcome.is_complete(),
        "{:?} {:?}",
        outcome.failed,
        outcome.skipped.first()
    );
    assert_eq!(bench.outside.effects(), own);
}
