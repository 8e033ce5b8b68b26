//! What becomes of one change.

use meshform_engine::testing::Lab;

use crate::shapes::{changed, ended, whole, with};

#[test]
fn everything_is_created_in_one_go_and_then_nothing_is_left_to_do() {
    let mut lab = Lab::new(1);
    assert_eq!(lab.converge(&whole()).unwrap(), 1);
    assert_eq!(lab.world.happened("create"), 5);
    assert_eq!(lab.snapshot().records.len(), 6);
    let outcome = ended(lab.apply(&whole()));
    assert!(outcome.done.is_empty() && outcome.is_complete());
}

#[test]
fn a_change_of_everything_is_carried_out_in_one_go() {
    let mut lab = with(&whole());
    assert_eq!(lab.converge(&changed()).unwrap(), 1);
}
