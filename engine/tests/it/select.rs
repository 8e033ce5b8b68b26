//! Parts of a plan: targets, exclusions, replacements on request, and plans that only record.

use std::collections::BTreeSet;

use meshform_engine::plan::Plan;
use meshform_engine::testing::kinds::{BY_TOKEN, BY_UID};
use meshform_engine::testing::{Lab, Make, desired};
use meshform_engine::{Action, Desired};
use meshform_state::{Address, Value};

use crate::shapes::{ended, small, whole, with};

fn set(texts: &[&str]) -> BTreeSet<Address> {
    texts.iter().map(|text| Address::parse(text).unwrap()).collect()
}

/// What happens where, without the kinds.
fn told(plan: &Plan) -> Vec<String> {
    let changes = plan.changes.iter().filter(|change| change.action != Action::NoOp);
    changes
        .map(|change| {
            let name = change.address.as_str().split_once('.').unwrap().1;
            format!("{:?} {name}", change.action)
        })
        .collect()
}

fn left(lab: &Lab) -> Vec<String> {
    let records = lab.snapshot().records;
    records
        .keys()
        .map(|address| address.as_str().split_once('.').unwrap().1.to_owned())
        .collect()
}

#[test]
fn a_target_brings_what_it_needs_and_nothing_else() {
    let mut lab = Lab::new(1);
    lab.options.target = set(&["fake_name.entry"]);
    let outcome = ended(lab.apply(&whole()));
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!(left(&lab), ["entry", "box[\"a\"]", "net"]);
    assert!(
        outcome.snapshot.outputs.is_empty(),
        "an output of what is left out was recorded"
    );
    assert!(lab.plan(&whole()).unwrap().is_empty());
    lab.options.target.clear();
    assert_eq!(told(&lab.plan(&whole()).unwrap()).len(), 3);
    lab.converge(&whole()).unwrap();
}

#[test]
fn a_target_may_name_a_whole_block() {
    let mut lab = Lab::new(1);
    lab.options.target = set(&["fake_token.box"]);
    assert_eq!(
        told(&lab.plan(&whole()).unwrap()),
        ["Create box[\"a\"]", "Create box[\"b\"]", "Create net"]
    );
}

#[test]
fn an_exclusion_leaves_out_what_needs_it() {
    let mut lab = Lab::new(1);
    lab.options.exclude = set(&["fake_token.box[\"a\"]"]);
    assert_eq!(
        told(&lab.plan(&whole()).unwrap()),
        ["Create box[\"b\"]", "Create net"]
    );
}

#[test]
fn destroying_a_target_destroys_what_stands_on_it() {
    let mut lab = with(&whole());
    lab.options.destroy = true;
    lab.options.target = set(&["fake_token.box[\"a\"]"]);
    let outcome = ended(lab.apply(&whole()));
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!(left(&lab), ["box[\"b\"]", "net"]);
    assert!(
        !outcome.snapshot.outputs.contains_key("stack"),
        "its output stays"
    );
}

#[test]
fn destroying_all_but_one_keeps_what_that_stands_on() {
    let mut lab = with(&whole());
    lab.options.destroy = true;
    lab.options.exclude = set(&["fake_name.entry"]);
    let outcome = ended(lab.apply(&whole()));
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!(left(&lab), ["entry", "box[\"a\"]", "net"]);
}

#[test]
fn what_left_the_configuration_takes_with_it_what_stands_on_it() {
    let mut lab = with(&whole());
    let fewer = desired(small().into_iter().filter(|made| {
        let address = made.resource().address.as_str();
        !address.ends_with("stack") && !address.ends_with("note")
    }));
    lab.options.target = set(&["fake_two.stack"]);
    assert_eq!(told(&lab.plan(&fewer).unwrap()), ["Delete note", "Delete stack"]);
    lab.options.target.clear();
    lab.options.exclude = set(&["fake_local.note"]);
    let excluded = lab.plan(&fewer);
    assert!(
        excluded.is_ok_and(|plan| plan.is_empty()),
        "what the note stands on would go"
    );
}

#[test]
fn only_what_is_selected_is_read() {
    let mut lab = with(&whole());
    let before = lab.world.reads();
    lab.plan(&whole()).unwrap();
    let all = lab.world.reads() - before;
    lab.options.target = set(&["fake_uid.net"]);
    lab.plan(&whole()).unwrap();
    let part = lab.world.reads() - before - all;
    assert!(part < all, "{part} reads for one of {all}");
}

#[test]
fn addresses_that_nobody_knows_are_mistakes() {
    type Change = fn(&mut Lab);
    let lab_with = |change: Change| {
        let mut lab = with(&whole());
        change(&mut lab);
        lab.plan(&whole()).unwrap_err()
    };
    let cases: [(Change, &str); 4] = [
        (
            |lab| lab.options.target = set(&["fake_uid.nat"]),
            "Resource not found",
        ),
        (
            |lab| lab.options.exclude = set(&["fake_uid.nat"]),
            "Resource not found",
        ),
        (
            |lab| lab.options.replace = set(&["fake_token.none"]),
            "Resource not found",
        ),
        // It has instances.
        (
            |lab| lab.options.replace = set(&["fake_token.box"]),
            "Instance not named",
        ),
    ];
    for (case, expected) in cases {
        let told = lab_with(case);
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn what_changed_outside_is_recorded_and_nothing_is_touched() {
    let one = |size: i64| {
        desired([
            Make::new(BY_UID, "net"),
            Make::new(BY_TOKEN, "in").set("size", size),
        ])
    };
    let mut lab = with(&one(1));
    let thing = lab.world.named("in").unwrap();
    lab.world.change(&thing.id, "size", Value::from(5));
    let since = lab.world.ledger().len();
    lab.options.refresh_only = true;
    let plan = lab.plan(&one(1)).unwrap();
    assert!(!plan.is_empty() && plan.summary() == meshform_engine::plan::Summary::default());
    assert!(ended(lab.apply(&one(1))).is_complete());
    assert_eq!(lab.world.ledger().len(), since);
    assert!(
        lab.plan(&one(1)).unwrap().is_empty(),
        "it is recorded again and again"
    );
    lab.options.refresh_only = false;
    // What is recorded is no drift any more, and the configuration still wins.
    let plan = lab.plan(&one(1)).unwrap();
    assert!(plan.drift.is_empty(), "{:?}", plan.drift);
    assert_eq!(told(&plan), ["Update in"]);
    lab.converge(&one(5)).unwrap();
    assert_eq!(lab.world.ledger().len(), since);
}

#[test]
fn what_is_gone_is_dropped_and_nothing_is_made_anew() {
    let all: Desired = whole();
    let mut lab = with(&all);
    let entry = lab.world.named("entry").unwrap();
    lab.world.destroy(&entry.id);
    let since = lab.world.ledger().len();
    lab.options.refresh_only = true;
    let more = desired(small().into_iter().chain([Make::new(BY_UID, "more")]));
    assert!(ended(lab.apply(&more)).is_complete());
    assert_eq!(lab.world.ledger().len(), since);
    assert!(!left(&lab).iter().any(|name| name == "entry" || name == "more"));
    lab.options.refresh_only = false;
    lab.converge(&all).unwrap();
    assert_eq!(lab.world.happened("create"), 6);
}
