//! Configurations that several tests use.

use meshform_engine::Desired;
use meshform_engine::apply::Outcome;
use meshform_engine::testing::kinds::{BY_NAME, BY_TOKEN, BY_UID, IN_TWO, LOCAL};
use meshform_engine::testing::{Lab, Make, Ran, desired, filled};
use meshform_state::Address;

/// A net, two boxes in it by token, an entry by name that uses a box, a stack in two effects, something local.
pub(crate) fn small() -> Vec<Make> {
    vec![
        Make::new(BY_UID, "net"),
        Make::new(BY_TOKEN, "box[\"a\"]").refer("parent", "fake_uid.net"),
        Make::new(BY_TOKEN, "box[\"b\"]").refer("parent", "fake_uid.net"),
        Make::new(BY_NAME, "entry").uses(&["fake_token.box[\"a\"]"]),
        Make::new(IN_TWO, "stack")
            .refer("parent", "fake_uid.net")
            .after("fake_name.entry"),
        Make::new(LOCAL, "note").refer("parent", "fake_two.stack"),
    ]
}

/// [`small`] with an output.
pub(crate) fn whole() -> Desired {
    filled(desired(small()), "stack", "fake_two.stack", "made")
}

/// [`small`] with every action in it: an update, a replacement of each order, a deletion and a creation, all one
/// behind the other.
pub(crate) fn changed() -> Desired {
    let made = vec![
        Make::new(BY_UID, "net").set("zone", "b").create_first(),
        Make::new(BY_TOKEN, "box[\"a\"]")
            .refer("parent", "fake_uid.net")
            .set("size", 3)
            .create_first(),
        Make::new(BY_NAME, "entry")
            .uses(&["fake_token.box[\"a\"]"])
            .set("size", 2),
        Make::new(IN_TWO, "stack")
            .refer("parent", "fake_uid.net")
            .after("fake_name.entry"),
        Make::new(LOCAL, "note").refer("parent", "fake_two.stack"),
        Make::new(BY_UID, "more").refer("parent", "fake_two.stack"),
    ];
    filled(desired(made), "stack", "fake_two.stack", "made")
}

/// The outcome of one process that must come to its end.
pub(crate) fn ended(ran: Ran) -> Outcome {
    match ran {
        Ran::Ended(outcome) => *outcome,
        other => panic!("{other:?}"),
    }
}

/// A lab in which `desired` is there.
pub(crate) fn with(desired: &Desired) -> Lab {
    let mut lab = Lab::new(7);
    lab.converge(desired).unwrap();
    lab
}

pub(crate) fn at(text: &str) -> Address {
    Address::parse(text).unwrap()
}
