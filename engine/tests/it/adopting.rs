//! Objects that are there already are taken over: by id, before anything else, and only once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use meshform_engine::compile::Import;
use meshform_engine::testing::kinds::{BY_TOKEN, BY_UID};
use meshform_engine::testing::{Death, KillAt, Lab, Make, Ran, Thing, desired};
use meshform_engine::{Action, Desired, Event};
use meshform_lang::Range;
use meshform_state::Value;
use meshform_state::disk::{Cut, Verdict};

use crate::shapes::{at, ended};

/// The uid that somebody else's objects bear.
const STRANGER: &str = "somebody else";

fn import(to: &str, id: &str) -> Import {
    let range: Range = Make::new(BY_UID, "x").resource().range;
    Import {
        to: at(to),
        id: id.into(),
        range,
    }
}

/// `import`, by another block.
fn elsewhere(import: Import) -> Import {
    let range = Range {
        end: import.range.end + 1,
        ..import.range
    };
    Import { range, ..import }
}

/// A world in which somebody has made a net and a box.
fn inhabited() -> Lab {
    let mut lab = Lab::new(11);
    let scope = Make::new(BY_UID, "x").resource().scope.clone();
    for (kind, id, name) in [(BY_UID, "net-1", "net"), (BY_TOKEN, "box-1", "box")] {
        lab.world.plant(Thing {
            id: id.to_owned(),
            kind: kind.to_owned(),
            scope: scope.clone(),
            uid: STRANGER.to_owned(),
            fields: [("name", Value::from(name)), ("size", Value::int(1))].into(),
            password: None,
            whole: true,
            version: 1,
            seen_at: Duration::ZERO,
            ready_at: Duration::ZERO,
        });
    }
    lab.imports = vec![import("fake_uid.net", "net-1"), import("fake_token.box", "box-1")];
    lab
}

/// The net as it is, the box bigger, and something new in the net.
fn wanted() -> Desired {
    desired([
        Make::new(BY_UID, "net"),
        Make::new(BY_TOKEN, "box").set("size", 4).after("fake_uid.net"),
        Make::new(BY_UID, "more").refer("parent", "fake_uid.net"),
    ])
}

#[test]
fn what_is_there_is_taken_over_and_changed_where_it_differs() {
    let mut lab = inhabited();
    let plan = lab.plan(&wanted()).unwrap();
    let summary = plan.summary();
    assert_eq!(
        (summary.import, summary.add, summary.change, summary.destroy),
        (2, 1, 1, 0)
    );
    assert_eq!(plan.change(&at("fake_uid.net")).unwrap().action, Action::NoOp);
    assert!(plan.drift.is_empty());
    let outcome = ended(lab.apply(&wanted()));
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!(outcome.adopted, [at("fake_token.box"), at("fake_uid.net")]);
    let told: Vec<Event> = lab
        .heard()
        .into_iter()
        .filter(|event| matches!(event, Event::Adopted { .. }))
        .collect();
    assert_eq!(told.len(), 2);
    assert_eq!(lab.world.happened("create"), 1);
    assert_eq!(lab.world.named("box").unwrap().fields["size"], Value::int(4));
    let records = lab.snapshot().records;
    assert_eq!(records[&at("fake_uid.net")].id, "net-1");
    assert_eq!(records[&at("fake_token.box")].dependencies, [at("fake_uid.net")]);
    // The blocks may stay: they have done their work.
    lab.settled(&wanted()).unwrap();
    // What was taken over is destroyed as what was made.
    lab.options.destroy = true;
    lab.converge(&desired([])).unwrap();
    assert!(lab.world.things().is_empty());
}

#[test]
fn equal_inputs_make_the_same_plan() {
    let digest = || meshform_engine::plan::digest(&inhabited().plan(&wanted()).unwrap());
    assert_eq!(digest(), digest());
    let mut other = inhabited();
    other.imports.remove(0);
    assert_ne!(
        digest(),
        meshform_engine::plan::digest(&other.plan(&wanted()).unwrap())
    );
}

#[test]
fn what_cannot_be_taken_over_is_refused_before_anything_is_done() {
    for (imports, told) in [
        (vec![import("fake_uid.net", "net-2")], "not found"),
        (vec![import("fake_uid.none", "net-1")], "without a resource"),
        (
            vec![import("fake_uid.net", "net-1"), import("fake_uid.net", "net-1")],
            "This block imports the object `net-1` more than once as the one resource `fake_uid.net`",
        ),
        (
            vec![
                import("fake_uid.net", "net-1"),
                elsewhere(import("fake_uid.net", "net-9")),
            ],
            "Two blocks import the objects `net-1` and `net-9` as `fake_uid.net`",
        ),
        (
            vec![import("fake_uid.net", "net-1"), import("fake_uid.more", "net-1")],
            "two addresses",
        ),
    ] {
        let mut lab = inhabited();
        lab.imports = imports;
        let Ran::Refused(reason) = lab.apply(&wanted()) else {
            panic!("{told}: not refused")
        };
        assert!(reason.contains(told), "{told}: {reason}");
        assert!(lab.snapshot().records.is_empty() && lab.world.happened("create") == 0);
    }
    // What is recorded has an address already.
    let mut lab = inhabited();
    lab.converge(&wanted()).unwrap();
    lab.imports = vec![import("fake_uid.other", "net-1")];
    let both = desired([Make::new(BY_UID, "net"), Make::new(BY_UID, "other")]);
    assert!(
        lab.plan(&both)
            .unwrap_err()
            .contains("recorded as `fake_uid.net`")
    );
}

#[test]
fn an_object_that_goes_between_plan_and_apply_makes_the_plan_stale() {
    let mut lab = inhabited();
    let only = desired([Make::new(BY_UID, "net"), Make::new(BY_TOKEN, "box")]);
    let outcome = ended(lab.apply_after(&only, |world| world.destroy("net-1")));
    assert_eq!(outcome.stale.len(), 1, "{outcome:?}");
    assert!(outcome.adopted.is_empty() && lab.snapshot().records.is_empty());
}

#[test]
fn a_death_at_any_step_of_the_disk_takes_each_object_over_once() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut clean = inhabited();
    let (first, heard) = (clean.store.disk().steps(), Arc::clone(&told));
    clean.store.disk().on_operation(move |event| {
        heard.lock().unwrap().push((event.index - first, event.moment));
        Verdict::Go
    });
    assert!(ended(clean.apply(&wanted())).is_complete());
    let told = std::mem::take(&mut *told.lock().unwrap());
    assert!(told.len() > 10, "{told:?}");
    for (step, moment) in told {
        for death in [
            Death::Process,
            Death::Power(Cut::Everything),
            Death::Power(Cut::Some { seed: 1 }),
        ] {
            let mut lab = inhabited();
            lab.kill_at(KillAt { step, moment, death });
            lab.converge(&wanted())
                .unwrap_or_else(|wrong| panic!("{step}, {moment:?}, {death:?}: {wrong}"));
            assert_eq!(lab.world.happened("create"), 1, "{step}, {moment:?}, {death:?}");
            assert_eq!(lab.world.things().len(), 3);
        }
    }
}
