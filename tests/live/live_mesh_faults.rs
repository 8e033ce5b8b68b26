//! The fault matrix over a mesh: two VPCs and their peering, security groups, a root of AWS Private CA, two clusters with
//! their authorities, reader accounts and remote secrets, as the words make them. Charts are `live_mesh`'s.
//!
//! How many effects there are is what the door and the API servers recorded in a clean run. That is more than a change can
//! wait for, so one point of each sort is tried: each sort of effect with each sort of fault, where less is done than in a
//! whole mesh if the sort is there too; sorts that the first example has are tried in `live_faults`. `.ci/nightly` tries all
//! points of the whole mesh.

use meshform_state::disk::Verdict;

use crate::support::matrix::{is_whole, sampled_matrix};
use crate::support::meshes::Example;
use crate::support::points::Point;
use crate::support::scenario::{Clean, Scenario, Way};

fn both(example: Example) -> [Scenario; 2] {
    [
        Scenario::of(example, Way::Build),
        Scenario::of(example, Way::Raze),
    ]
}

/// The points that `of` finds in what happens to `example`.
fn points(example: Example, of: impl Fn(Scenario, &Clean) -> Vec<Point>) -> Vec<Point> {
    let each = both(example).into_iter();
    each.flat_map(|scenario| of(scenario, &scenario.clean()))
        .collect()
}

/// The points that `of` finds in the parts of a mesh, which are tried where not all are wished.
fn parts(of: impl Fn(Scenario, &Clean) -> Vec<Point>) -> Vec<Point> {
    if is_whole() {
        return Vec::new();
    }
    let each = [Example::Ground, Example::Trust].into_iter();
    each.flat_map(|example| points(example, &of)).collect()
}

#[test]
fn every_effect_of_a_mesh_on_aws_survives_every_fault() {
    let of = |scenario: Scenario, clean: &Clean| {
        let mut points = scenario.aws_points(clean);
        points.extend(scenario.deaths_under_way(clean));
        points
    };
    for scenario in both(Example::Mesh) {
        let clean = scenario.clean();
        assert!(clean.aws.len() >= 20, "{:?}", clean.aws);
    }
    let tried = [Scenario::CREATE, Scenario::DESTROY_NETWORK].map(|scenario| of(scenario, &scenario.clean()));
    sampled_matrix(
        "faults of AWS in a mesh",
        points(Example::Mesh, of),
        parts(of),
        tried.concat(),
    );
}

#[test]
fn every_effect_of_a_mesh_on_kubernetes_survives_every_fault() {
    let mut points = Vec::new();
    for (way, whole) in [Way::Build, Way::Raze].into_iter().zip(both(Example::Trust)) {
        let clean = whole.clean();
        assert!(clean.kube.len() >= 14, "{:?}", clean.kube);
        points.extend(whole.kube_points(&clean));
        // Of a root in a cluster, what a root of AWS has not.
        let local = Scenario::of(Example::LocalTrust, way);
        let mut more = local.clean();
        more.kube.retain(|change| !clean.kube.contains(change));
        assert!(!more.kube.is_empty());
        points.extend(local.kube_points(&more));
    }
    let create = Scenario::CREATE;
    let tried = create.kube_points(&create.clean());
    sampled_matrix("faults of Kubernetes in a mesh", points, Vec::new(), tried);
}

#[test]
fn every_record_of_the_journal_of_a_mesh_survives_a_death_before_and_after() {
    // What a power cut leaves of a record depends on nothing that is in it: the first example meets those.
    let fits = |verdict| matches!(verdict, Verdict::Die | Verdict::Tear(_));
    let of = |scenario: Scenario, clean: &Clean| scenario.record_points(clean, fits);
    for scenario in both(Example::Mesh) {
        let clean = scenario.clean();
        assert!(clean.records.len() >= 30, "{:?}", clean.records);
    }
    sampled_matrix(
        "deaths at journal records of a mesh",
        points(Example::Mesh, of),
        parts(of),
        Vec::new(),
    );
}
