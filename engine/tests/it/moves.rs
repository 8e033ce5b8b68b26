//! Moved and removed resources, data read during apply, secrets.

use std::sync::Arc;

use meshform_engine::adapter::ErrorClass;
use meshform_engine::desired::{Lookup, Moved, Recipe, Removed};
use meshform_engine::testing::kinds::{BY_TOKEN, BY_UID, LOOKUP};
use meshform_engine::testing::{Death, Fault, KillAt, Lab, Make, Ran, Trace, desired};
use meshform_engine::{Action, Desired};
use meshform_lang::Diagnostics;
use meshform_state::Value;
use meshform_state::disk::{Cut, Moment};

use crate::shapes::{at, ended, with};

fn pair() -> Vec<Make> {
    vec![
        Make::new(BY_UID, "net"),
        Make::new(BY_TOKEN, "in").refer("parent", "fake_uid.net"),
    ]
}

/// With a chain of moves, in the order in which they are written.
fn moved(mut desired: Desired, moves: &[(&str, &str)]) -> Desired {
    let range = Make::new(BY_UID, "x").resource().range;
    desired.moved.extend(moves.iter().map(|(from, to)| Moved {
        from: at(from),
        to: at(to),
        range,
    }));
    desired
}

/// [`pair`] with the net at another address.
fn renamed(to: &str) -> Desired {
    let net = Make::at(BY_UID, to).set("name", Value::string("net"));
    desired([net, Make::new(BY_TOKEN, "in").refer("parent", to)])
}

#[test]
fn a_move_changes_no_object_and_keeps_the_order() {
    let mut lab = with(&desired(pair()));
    let since = lab.world.ledger().len();
    let wanted = moved(
        renamed("fake_uid.west"),
        &[
            ("fake_uid.net", "fake_uid.mid"),
            ("fake_uid.mid", "fake_uid.west"),
        ],
    );
    assert_eq!(
        lab.plan(&wanted).unwrap().summary(),
        meshform_engine::plan::Summary::default()
    );
    lab.converge(&wanted).unwrap();
    assert_eq!(lab.world.ledger().len(), since);
    assert!(lab.snapshot().records.contains_key(&at("fake_uid.west")));
    assert_eq!(
        lab.snapshot().records[&at("fake_token.in")].dependencies,
        [at("fake_uid.west")]
    );
}

fn recounted(wanted: Desired, places: &[&str]) -> Desired {
    Desired {
        recounted: places.iter().map(|place| at(place)).collect(),
        ..wanted
    }
}

/// The net at `was`, which the state has, is at `is` now, and `count` alone says so.
fn follows_count(was: &str, is: &str, and: &[Make]) -> (Lab, usize) {
    let net = |at: &str| Make::at(BY_UID, at).set("name", Value::string("net"));
    let mut lab = with(&desired([net(was)].into_iter().chain(and.iter().cloned())));
    let since = lab.world.ledger().len();
    let wanted = recounted(desired([net(is)]), &[is]);
    lab.converge(&wanted).unwrap();
    assert!(lab.snapshot().records.contains_key(&at(is)), "{is}");
    assert_eq!(lab.snapshot().records.len(), 1, "{is}");
    let done = lab.world.ledger().len() - since;
    (lab, done)
}

#[test]
fn what_count_moves_stays_as_it_is() {
    for (was, is) in [
        ("fake_uid.net", "fake_uid.net[0]"),
        ("fake_uid.net[0]", "fake_uid.net"),
    ] {
        assert_eq!(follows_count(was, is, &[]).1, 0, "{was} to {is}");
    }
    let other = Make::at(BY_UID, "fake_uid.net[1]").set("name", Value::string("other"));
    let (lab, _) = follows_count("fake_uid.net[0]", "fake_uid.net", &[other]);
    assert_eq!(
        (lab.world.happened("create"), lab.world.happened("delete")),
        (2, 1)
    );
    assert!(lab.world.named("net").is_some());
}

#[test]
fn count_moves_nothing_to_where_something_is() {
    let net = |at: &str, name: &str| Make::at(BY_UID, at).set("name", Value::string(name));
    let mut lab = with(&desired([
        net("fake_uid.net", "old"),
        net("fake_uid.net[0]", "net"),
    ]));
    let wanted = recounted(desired([net("fake_uid.net[0]", "net")]), &["fake_uid.net[0]"]);
    lab.converge(&wanted).unwrap();
    assert_eq!(
        (lab.world.happened("create"), lab.world.happened("delete")),
        (2, 1)
    );
    assert!(lab.world.named("old").is_none());
}

#[test]
fn what_count_moves_takes_its_parts_along() {
    let part = |at: &str| Make::at(BY_UID, at).set("name", Value::string("net"));
    for (was, is) in [("module.m", "module.m[0]"), ("module.m[0]", "module.m")] {
        let mut lab = with(&desired([part(&format!("{was}.fake_uid.net"))]));
        let since = lab.world.ledger().len();
        let place = format!("{is}.fake_uid.net[0]");
        let wanted = recounted(desired([part(&place)]), &[is, &place]);
        lab.converge(&wanted).unwrap();
        assert_eq!(lab.world.ledger().len(), since, "{was} to {is}");
        assert!(lab.snapshot().records.contains_key(&at(&place)));
    }
}

#[test]
fn what_moved_out_of_the_configuration_is_deleted_after_what_is_in_it() {
    let mut lab = with(&desired(pair()));
    let wanted = moved(desired([]), &[("fake_uid.net", "fake_uid.gone")]);
    assert_eq!(lab.converge(&wanted).unwrap(), 1);
    assert_eq!(lab.world.happened("delete"), 2);
}

#[test]
fn many_moves_free_each_address_before_it_is_taken() {
    let all = |prefix: usize| {
        (0..30).map(move |n| {
            Make::at(BY_UID, &format!("fake_uid.n{}", n + prefix)).set("name", Value::string(format!("n{n}")))
        })
    };
    let mut lab = with(&desired(all(0)));
    let moves: Vec<(String, String)> = (0..30)
        .rev()
        .map(|n| (format!("fake_uid.n{n}"), format!("fake_uid.n{}", n + 1)))
        .collect();
    let moves: Vec<(&str, &str)> = moves
        .iter()
        .map(|(from, to)| (from.as_str(), to.as_str()))
        .collect();
    let since = lab.world.ledger().len();
    assert!(ended(lab.apply(&moved(desired(all(1)), &moves))).is_complete());
    lab.settled(&desired(all(1))).unwrap();
    assert_eq!(lab.world.ledger().len(), since);
}

#[test]
fn a_move_survives_a_death_at_every_step() {
    let wanted = || moved(renamed("fake_uid.west"), &[("fake_uid.net", "fake_uid.west")]);
    let mut lab = with(&desired(pair()));
    let first = lab.store.disk().steps();
    assert!(ended(lab.apply(&wanted())).is_complete());
    let steps = lab.store.disk().steps() - first;
    for step in 0..steps {
        for moment in [Moment::Before, Moment::After] {
            let mut lab = with(&desired(pair()));
            lab.kill_at(KillAt {
                step,
                moment,
                death: Death::Power(Cut::Everything),
            });
            lab.converge(&wanted()).unwrap();
            assert_eq!(
                (lab.world.happened("create"), lab.world.happened("delete")),
                (2, 0)
            );
        }
    }
}

#[test]
fn what_is_removed_is_forgotten_or_deleted_as_it_says() {
    for destroy in [false, true] {
        let mut lab = with(&desired(pair()));
        let mut wanted = desired([]);
        let range = Make::new(BY_UID, "x").resource().range;
        wanted.removed.push(Removed {
            from: at("fake_uid.net"),
            destroy,
            range,
        });
        let outcome = ended(lab.apply(&wanted));
        let net = outcome
            .done
            .iter()
            .find(|(address, _)| *address == at("fake_uid.net"))
            .unwrap();
        assert_eq!(net.1, if destroy { Action::Delete } else { Action::Forget });
        assert_eq!(lab.world.things().len(), usize::from(!destroy));
        assert!(lab.snapshot().records.is_empty());
    }
}

/// [`pair`] without both, the net being let go of.
fn let_go() -> Desired {
    let mut wanted = desired([]);
    wanted.removed.push(Removed {
        from: at("fake_uid.net"),
        destroy: false,
        range: Make::new(BY_UID, "x").resource().range,
    });
    wanted
}

#[test]
fn what_is_let_go_of_is_never_deleted_wherever_the_process_dies() {
    let mut lab = with(&desired(pair()));
    let trace = Trace::of(&lab);
    assert!(ended(lab.apply(&let_go())).is_complete());
    let told = trace.end(&lab);
    for (step, _, moment) in told {
        let mut lab = with(&desired(pair()));
        let death = Death::Power(Cut::Everything);
        lab.kill_at(KillAt { step, moment, death });
        let complete = |ran: Ran| matches!(ran, Ran::Ended(outcome) if outcome.is_complete());
        assert!(
            (0..4).any(|_| complete(lab.apply(&let_go()))),
            "{step} {moment:?}: comes to its end"
        );
        let left: Vec<String> = lab
            .world
            .things()
            .iter()
            .map(|thing| thing.name().to_owned())
            .collect();
        assert_eq!(left, ["net"], "{step} {moment:?}");
        assert!(lab.snapshot().records.is_empty(), "{step} {moment:?}");
        assert!(lab.plan(&let_go()).unwrap().is_empty(), "{step} {moment:?}");
    }
}

#[test]
fn what_is_to_be_kept_outlives_a_destruction() {
    let kept = Make::new(BY_UID, "net").lifecycle(|lifecycle| lifecycle.keep = true);
    let wanted = desired([kept, Make::new(BY_TOKEN, "in").refer("parent", "fake_uid.net")]);
    let mut lab = with(&wanted);
    lab.options.destroy = true;
    let outcome = ended(lab.apply(&wanted));
    assert!(outcome.is_complete());
    assert_eq!(lab.world.things().len(), 1);
    assert!(lab.snapshot().records.is_empty());
}

#[test]
fn data_is_read_between_what_it_needs_and_what_needs_it() {
    let net = Make::new(BY_UID, "net");
    let look = Make::at(LOOKUP, "data.fake_lookup.net").refer("parent", "fake_uid.net");
    let user = Make::new(BY_TOKEN, "user").refer_to("label", "data.fake_lookup.net", "made");
    let mut lab = Lab::new(1);
    let outcome = ended(lab.apply(&desired([net, look, user])));
    assert!(outcome.is_complete(), "{outcome:?}");
    assert_eq!(outcome.done[1], (at("data.fake_lookup.net"), Action::Read));
    assert_eq!(
        lab.world.named("user").unwrap().fields["label"],
        Value::string("made of uid-0001")
    );
    assert!(!lab.snapshot().records.contains_key(&at("data.fake_lookup.net")));
}

/// What nobody knows at planning turns out to be a secret.
struct Turns(&'static str);

impl Recipe for Turns {
    fn evaluate(&self, lookup: &dyn Lookup) -> Result<Value, Diagnostics> {
        let made = lookup
            .attribute(&at("fake_uid.net"), "made")
            .unwrap_or(Value::later(meshform_state::Type::String));
        Ok(if made.is_known() {
            Value::string(self.0).into_secret()
        } else {
            made
        })
    }
}

/// A resource whose attribute is such a value.
fn telling(attribute: &str) -> Desired {
    let telling = Make::new(BY_TOKEN, "user")
        .set(attribute, Value::later(meshform_state::Type::String))
        .after("fake_uid.net");
    let mut wanted = desired([Make::new(BY_UID, "net"), telling]);
    let user = wanted
        .resources
        .iter_mut()
        .find(|resource| resource.address == at("fake_token.user"))
        .unwrap();
    let slot = user.kind.schema().slot(attribute).unwrap();
    user.recipes.push((slot, Arc::new(Turns("hush"))));
    wanted
}

#[test]
fn a_secret_for_a_stored_attribute_is_refused_before_anything_is_sent() {
    let mut lab = Lab::new(1);
    let outcome = ended(lab.apply(&telling("label")));
    assert_eq!(outcome.failed[0].class, Some(ErrorClass::Invalid));
    assert!(
        outcome.failed[0].hint.as_ref().unwrap().contains("write-only"),
        "{outcome:?}"
    );
    assert_eq!(lab.world.happened("create"), 1);

    // An update is refused as a creation is.
    let mut lab = with(&desired([
        Make::new(BY_UID, "net"),
        Make::new(BY_TOKEN, "user").after("fake_uid.net"),
    ]));
    let mut wanted = telling("label");
    let net = wanted
        .resources
        .iter_mut()
        .find(|resource| resource.address == at("fake_uid.net"))
        .unwrap();
    let slot = net.kind.schema().slot("zone").unwrap();
    net.fields[slot] = Value::string("b");
    let outcome = ended(lab.apply(&wanted));
    assert_eq!(outcome.failed[0].address, at("fake_token.user"));
    assert_eq!(lab.world.happened("update"), 0);
}

#[test]
fn a_secret_for_a_write_only_attribute_is_sent_and_kept_nowhere() {
    let mut lab = Lab::new(1);
    lab.world.fault(2, Fault::KillAfter);
    assert!(matches!(lab.apply(&telling("password")), Ran::Killed));
    lab.converge(&telling("password")).unwrap();
    assert_eq!(lab.world.named("user").unwrap().password.as_deref(), Some("hush"));
    let disk = lab.store.disk().process();
    for name in disk.names() {
        let text = meshform_state::disk::Disk::read(&disk, &name).unwrap();
        assert!(
            !text.windows(4).any(|window| window == b"hush"),
            "{}",
            name.display()
        );
    }
}
