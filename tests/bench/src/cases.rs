//! What is measured: the rows of the report.

use crate::shapes::Shape;

/// What is done with a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// A plan that finds nothing to do.
    NoOp,
    /// A plan that finds nothing to do, saved to a file.
    Saved,
    /// A plan that makes everything.
    Create,
    /// A plan that deletes everything.
    Destroy,
    /// An apply from nothing.
    Apply,
}

impl Work {
    fn told(self) -> &'static str {
        match self {
            Work::NoOp => "no-op plan",
            Work::Saved => "no-op plan with -out",
            Work::Create => "first plan",
            Work::Destroy => "destroy plan",
            Work::Apply => "apply",
        }
    }

    /// Whether it begins with nothing.
    pub(crate) fn is_first(self) -> bool {
        matches!(self, Work::Create | Work::Apply)
    }
}

/// What we want to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Target {
    /// Nothing is said.
    None,
    /// Most CPU seconds, and most megabytes.
    Most(f64, u64),
    /// Most megabytes.
    Memory(u64),
    /// CPU and state for each resource, as a part of what they are in the same work on fewer: of so many, at most so
    /// many times the CPU, at most so many times the bytes.
    Growth(Shape, f64, f64),
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) shape: Shape,
    pub(crate) work: Work,
    /// Whether the peers are measured too; some rows they do not finish in a day.
    pub(crate) peers: bool,
    pub(crate) target: Target,
}

impl Case {
    /// Its name in reports.
    pub(crate) fn name(&self) -> String {
        format!("{}, {}", self.work.told(), self.shape.told())
    }
}

const fn case(work: Work, shape: Shape, peers: bool, target: Target) -> Case {
    Case {
        shape,
        work,
        peers,
        target,
    }
}

const INDEPENDENT: Shape = Shape::Independent(1_000);
const CHAIN: Shape = Shape::Chain(1_000);
const LAYERS: Shape = Shape::Layers(100, 10);
const SOME: Shape = Shape::ForEach(10_000);
const MANY: Shape = Shape::ForEach(100_000);
const MILLION: Shape = Shape::ForEach(1_000_000);

/// All rows of the report.
pub(crate) const CASES: &[Case] = &[
    case(Work::NoOp, INDEPENDENT, true, Target::Most(0.05, 40)),
    case(Work::NoOp, LAYERS, true, Target::Most(0.1, 60)),
    case(Work::NoOp, CHAIN, true, Target::None),
    case(Work::Create, INDEPENDENT, true, Target::None),
    case(Work::Create, LAYERS, true, Target::None),
    case(Work::Destroy, LAYERS, true, Target::Most(0.1, 60)),
    case(Work::Apply, INDEPENDENT, true, Target::Most(1.0, 100)),
    case(Work::Apply, CHAIN, false, Target::Most(1.0, 100)),
    case(
        Work::NoOp,
        Shape::Independent(10_000),
        true,
        Target::Most(0.5, 150),
    ),
    case(Work::NoOp, Shape::Gated(100, 99), false, Target::None),
    case(Work::NoOp, SOME, false, Target::None),
    case(Work::NoOp, MANY, false, Target::Growth(SOME, 1.5, 1.1)),
    case(Work::NoOp, MILLION, false, Target::Growth(SOME, 1.5, 1.1)),
    case(Work::Saved, MILLION, false, Target::Memory(8_192)),
    case(Work::Create, MILLION, false, Target::Memory(8_192)),
    case(Work::Apply, MANY, false, Target::None),
];

/// A small shape and one four times as large, whose costs are compared.
pub(crate) struct Pair {
    pub(crate) small: Case,
    pub(crate) large: Case,
}

const fn pair(work: Work, small: Shape, large: Shape) -> Pair {
    Pair {
        small: case(work, small, false, Target::None),
        large: case(work, large, false, Target::None),
    }
}

/// What is compared where every change is tested, in a debug build.
pub(crate) const PAIRS: &[Pair] = &[
    pair(Work::NoOp, Shape::Independent(500), Shape::Independent(2_000)),
    pair(Work::NoOp, Shape::Chain(500), Shape::Chain(2_000)),
    pair(Work::NoOp, Shape::Layers(25, 10), Shape::Layers(100, 10)),
    pair(Work::NoOp, Shape::ForEach(1_000), Shape::ForEach(4_000)),
    pair(Work::NoOp, Shape::Gated(10, 49), Shape::Gated(40, 49)),
    pair(Work::Saved, Shape::ForEach(500), Shape::ForEach(2_000)),
    pair(Work::Destroy, Shape::Layers(25, 10), Shape::Layers(100, 10)),
    pair(Work::Apply, Shape::Independent(250), Shape::Independent(1_000)),
    pair(Work::Apply, Shape::Chain(250), Shape::Chain(1_000)),
];

/// What is compared with a peer where every change is tested, if one is found.
pub(crate) const BESIDE: &[Case] = &[
    case(Work::NoOp, Shape::Independent(300), true, Target::None),
    case(Work::NoOp, Shape::Layers(30, 10), true, Target::None),
    case(Work::Destroy, Shape::Layers(30, 10), true, Target::None),
];
