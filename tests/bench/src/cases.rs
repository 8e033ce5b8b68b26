//! What is measured: the rows of the report.

use crate::shapes::Shape;

/// What is done with a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// A plan that finds nothing to do.
    NoOp,
    /// A plan that deletes everything.
    Destroy,
    /// An apply from nothing.
    Apply,
}

/// One row.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) work: Work,
    /// Whether the peers are measured too; some rows they do not finish in a day.
    pub(crate) peers: bool,
    /// Most CPU seconds, and most megabytes: what we want to reach.
    pub(crate) target: Option<(f64, u64)>,
}

const fn case(name: &'static str, shape: Shape, work: Work, peers: bool, target: Option<(f64, u64)>) -> Case {
    Case {
        name,
        shape,
        work,
        peers,
        target,
    }
}

/// All rows.
pub(crate) const CASES: &[Case] = &[
    case(
        "no-op plan, 1,000 independent",
        Shape::Independent(1_000),
        Work::NoOp,
        true,
        Some((0.05, 40)),
    ),
    case(
        "no-op plan, 100 layers of 10, each using all of the layer above",
        Shape::Layers(100, 10),
        Work::NoOp,
        true,
        Some((0.1, 60)),
    ),
    case(
        "no-op plan, chain of 1,000",
        Shape::Chain(1_000),
        Work::NoOp,
        true,
        None,
    ),
    case(
        "destroy plan, 100 layers of 10",
        Shape::Layers(100, 10),
        Work::Destroy,
        true,
        Some((0.1, 60)),
    ),
    case(
        "apply, 1,000 independent",
        Shape::Independent(1_000),
        Work::Apply,
        true,
        Some((1.0, 100)),
    ),
    case(
        "apply, chain of 1,000",
        Shape::Chain(1_000),
        Work::Apply,
        false,
        Some((1.0, 100)),
    ),
    case(
        "no-op plan, 10,000 independent",
        Shape::Independent(10_000),
        Work::NoOp,
        true,
        Some((0.5, 150)),
    ),
    case(
        "no-op plan, 10,000 by for_each",
        Shape::ForEach(10_000),
        Work::NoOp,
        false,
        None,
    ),
    case(
        "no-op plan, 100 clusters of 99 behind a gate",
        Shape::Gated(100, 99),
        Work::NoOp,
        false,
        None,
    ),
    case(
        "no-op plan, 100,000 by for_each",
        Shape::ForEach(100_000),
        Work::NoOp,
        false,
        None,
    ),
    case(
        "no-op plan, 1,000,000 by for_each",
        Shape::ForEach(1_000_000),
        Work::NoOp,
        false,
        Some((f64::INFINITY, 8_192)),
    ),
];
