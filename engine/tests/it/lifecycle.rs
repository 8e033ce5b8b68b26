//! What becomes of one change, and what is told of it.

use meshform_engine::plan::{Reason, StepKind};
use meshform_engine::testing::kinds::{BY_NAME, BY_TOKEN, BY_UID, LOCAL};
use meshform_engine::testing::{Fault, Lab, Make, desired, filled};
use meshform_engine::{Action, Desired};
use meshform_state::{Type, Value};

use crate::shapes::{at, changed, ended, small, whole, with};

/// `made`, but with the resource at the address of `instead` replaced by it.
fn but(made: Vec<Make>, instead: Make) -> Vec<Make> {
    let address = instead.resource().address.clone();
    made.into_iter()
        .map(|make| {
            if make.resource().address == address {
                instead.clone()
            } else {
                make
            }
        })
        .collect()
}

fn happened(lab: &Lab, since: usize) -> Vec<(String, String)> {
    let ledger = lab.world.ledger();
    ledger[since..]
        .iter()
        .map(|happened| (happened.what.to_owned(), happened.name.clone()))
        .collect()
}

fn told(what: &[(&str, &str)]) -> Vec<(String, String)> {
    what.iter()
        .map(|(what, name)| ((*what).to_owned(), (*name).to_owned()))
        .collect()
}

fn pair(first: &Make, second: &Make) -> Desired {
    desired([first.clone(), second.clone()])
}

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

#[test]
fn an_update_changes_the_object_in_place() {
    let mut lab = with(&desired(small()));
    let since = lab.world.ledger().len();
    let wanted = desired(but(small(), Make::new(BY_UID, "net").set("size", 7)));
    assert_eq!(lab.converge(&wanted).unwrap(), 1);
    assert_eq!(happened(&lab, since), told(&[("update", "net")]));
}

#[test]
fn a_replacement_deletes_first_and_what_is_in_it_before_it() {
    let (net, inner) = (
        Make::new(BY_UID, "net"),
        Make::new(BY_TOKEN, "in").refer("parent", "fake_uid.net"),
    );
    let mut lab = with(&pair(&net, &inner));
    let since = lab.world.ledger().len();
    lab.converge(&pair(&net.set("zone", "b"), &inner)).unwrap();
    let expected = [
        ("delete", "in"),
        ("delete", "net"),
        ("create", "net"),
        ("create", "in"),
    ];
    assert_eq!(happened(&lab, since), told(&expected));
}

#[test]
fn a_replacement_creates_first_where_that_is_asked_for() {
    let (net, inner) = (
        Make::new(BY_UID, "net"),
        Make::new(BY_TOKEN, "in").refer("parent", "fake_uid.net"),
    );
    let mut lab = with(&pair(&net, &inner));
    let since = lab.world.ledger().len();
    // What the inner one needs is created first with it.
    lab.converge(&pair(&net.set("zone", "b"), &inner.create_first()))
        .unwrap();
    let expected = [
        ("create", "net"),
        ("create", "in"),
        ("delete", "in"),
        ("delete", "net"),
    ];
    assert_eq!(happened(&lab, since), told(&expected));
}

#[test]
fn destruction_goes_from_the_last_to_the_first() {
    let mut lab = with(&whole());
    let since = lab.world.ledger().len();
    lab.options.destroy = true;
    lab.converge(&desired([])).unwrap();
    let order: Vec<String> = happened(&lab, since).into_iter().map(|(_, name)| name).collect();
    let place = |name: &str| order.iter().position(|other| other == name).unwrap();
    assert!(
        place("stack") < place("entry") && place("entry") < place("boxa") && place("boxa") < place("net")
    );
    assert!(lab.world.things().is_empty() && lab.snapshot().outputs.is_empty());
}

#[test]
fn a_replacement_that_cannot_be_made_leaves_the_old_one_in_its_place() {
    let net = Make::new(BY_UID, "net").create_first();
    let user = Make::new(BY_NAME, "user").uses(&["fake_uid.net"]);
    let mut lab = with(&pair(&net, &user));
    lab.world.fault(1, Fault::Refused);
    let wanted = pair(&net.clone().set("zone", "b"), &user);
    let outcome = ended(lab.apply(&wanted));
    assert_eq!(outcome.failed.len(), 1);
    assert_eq!(lab.snapshot().deposed.len(), 1);
    // Taken back, there is nothing to do but to remember it.
    let plan = lab.plan(&pair(&net, &user)).unwrap();
    assert!(
        plan.changes.iter().all(|change| change.action == Action::NoOp),
        "{:?}",
        plan.changes
    );
    // Tried again, the old one still goes last.
    let since = lab.world.ledger().len();
    lab.converge(&wanted).unwrap();
    assert_eq!(
        happened(&lab, since),
        told(&[("create", "net"), ("update", "user"), ("delete", "net")])
    );
    // And taken back for good.
    let mut lab = with(&pair(&net, &user));
    lab.world.fault(1, Fault::Refused);
    ended(lab.apply(&wanted));
    let since = lab.world.ledger().len();
    lab.converge(&pair(&net, &user)).unwrap();
    assert!(happened(&lab, since).is_empty());
    assert!(lab.snapshot().deposed.is_empty());
}

#[test]
fn a_deposed_object_waits_until_all_that_used_it_has_turned_away() {
    let net = Make::new(BY_UID, "net").create_first();
    let user = Make::new(BY_NAME, "user").uses(&["fake_uid.net"]);
    let mut lab = with(&pair(&net, &user));
    let wanted = pair(&net.set("zone", "b"), &user);
    lab.world.fault(2, Fault::Refused);
    let outcome = ended(lab.apply(&wanted));
    assert_eq!(outcome.failed[0].address, at("fake_name.user"));
    assert_eq!(outcome.skipped[0].because, Some(at("fake_name.user")));
    let plan = lab.plan(&wanted).unwrap();
    let kinds: Vec<StepKind> = plan.steps.iter().map(|step| step.kind).collect();
    assert_eq!(kinds, [StepKind::Update, StepKind::Delete]);
    assert_eq!(plan.steps[1].after, [0]);
    assert!(plan.changes.iter().any(|change| change.reason == Reason::Deposed));
    assert_eq!(lab.converge(&wanted).unwrap(), 1);
}

#[test]
fn drift_is_found_with_what_was_and_reverted() {
    let mut lab = with(&whole());
    let id = lab.world.named("entry").unwrap().id;
    lab.world.change(&id, "size", Value::int(9));
    let plan = lab.plan(&whole()).unwrap();
    assert_eq!(plan.drift.len(), 1);
    assert_eq!(plan.summary().change, 1);
    lab.converge(&whole()).unwrap();
    assert_eq!(lab.world.named("entry").unwrap().fields["size"], Value::int(1));
}

#[test]
fn what_vanished_is_made_anew() {
    let mut lab = with(&whole());
    let id = lab.world.named("stack").unwrap().id;
    lab.world.destroy(&id);
    let plan = lab.plan(&whole()).unwrap();
    let create = plan
        .changes
        .iter()
        .find(|change| change.address == at("fake_two.stack"))
        .unwrap();
    assert_eq!(
        (create.action, &create.reason),
        (Action::Create, &Reason::Vanished)
    );
    lab.converge(&whole()).unwrap();
}

#[test]
fn what_left_the_configuration_and_vanished_is_forgotten() {
    let mut lab = with(&whole());
    let id = lab.world.named("boxb").unwrap().id;
    lab.world.destroy(&id);
    let rest = small()
        .into_iter()
        .filter(|make| make.resource().address.as_str() != "fake_token.box[\"b\"]");
    lab.converge(&desired(rest)).unwrap();
    assert_eq!(lab.world.happened("delete"), 0);
}

#[test]
fn outputs_are_recorded_changed_and_removed() {
    let made = || desired([Make::new(BY_UID, "net")]);
    let mut lab = with(&filled(made(), "net", "fake_uid.net", "made"));
    let output = |lab: &Lab| {
        lab.snapshot()
            .outputs
            .get("net")
            .map(|output| output.value.clone().unwrap().to_string())
    };
    assert!(output(&lab).unwrap().contains("made of uid-0001"));
    lab.converge(&filled(made(), "net", "fake_uid.net", "id"))
        .unwrap();
    assert!(output(&lab).unwrap().contains("uid-0001"));
    lab.converge(&made()).unwrap();
    assert_eq!(output(&lab), None);
}

#[test]
fn a_local_resource_is_replaced_without_any_effect() {
    let note = Make::new(LOCAL, "note");
    let mut lab = with(&desired([note.clone()]));
    lab.converge(&desired([note.set("zone", "b")])).unwrap();
    assert_eq!(lab.world.calls(), 0);
}

#[test]
fn what_prevents_its_destruction_is_not_replaced() {
    let net = Make::new(BY_UID, "net").lifecycle(|lifecycle| lifecycle.prevent_destroy = true);
    let lab = with(&desired([net.clone()]));
    let refused = lab.plan(&desired([net.set("zone", "b")])).unwrap_err();
    assert!(refused.contains("Destruction is prevented"), "{refused}");
}

#[test]
fn none_and_empty_are_the_same_to_an_api_and_two_things_to_a_value_in_the_state() {
    let empty = Value::list(Type::String, Vec::new());
    for (kind, differs) in [(BY_UID, false), (LOCAL, true)] {
        let (none, empty) = (
            desired([Make::new(kind, "note")]),
            desired([Make::new(kind, "note").set("uses", empty.clone())]),
        );
        for (before, after) in [(&none, &empty), (&empty, &none)] {
            let mut lab = with(before);
            assert_eq!(!lab.plan(after).unwrap().is_empty(), differs, "{kind}");
            lab.converge(after).unwrap();
            lab.settled(after).unwrap();
        }
    }
}

#[test]
fn an_output_of_no_type_is_recorded_once() {
    let mut wanted = filled(desired([Make::new(BY_UID, "net")]), "net", "fake_uid.net", "id");
    let nothing = || Value::Null(Type::Any);
    for value in [
        Value::tuple(vec![nothing(), Value::object([("a".into(), nothing())])]),
        Value::set(Type::Any, Vec::new()),
    ] {
        wanted.outputs[0].value = value;
        let mut lab = with(&wanted);
        assert!(lab.plan(&wanted).unwrap().is_empty());
        assert!(ended(lab.apply(&wanted)).done.is_empty());
    }
}
