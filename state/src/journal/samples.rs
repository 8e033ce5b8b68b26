//! Records, events and whole runs for tests.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::{Event, Intent, IntentId, Locator, Operation, Outcome};
use crate::snapshot::{DeposedKey, OutputRecord, Record, RunMark, Snapshot};
use crate::{Address, Scope, ScopeKey};

pub(crate) const LINEAGE: &str = "6f0c3a52-8a6e-4f0e-9d54-0f3f5b1f6a11";
pub(crate) const RUN: &str = "2b9d1c44-1f3a-4a53-8f0e-d2c0a9d6c2aa";

pub(crate) fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub(crate) fn region() -> Scope {
    Scope::Aws {
        account: None,
        region: "us-west-2".into(),
        plan_role: None,
        apply_role: None,
    }
}

pub(crate) fn record(at: &str, uid: &str) -> Record {
    Record {
        address: address(at),
        kind: "aws_vpc".into(),
        schema_version: 0,
        scope: region().key(),
        id: format!("vpc-{uid}"),
        uid: uid.to_owned(),
        attributes: raw(r#"{"cidr":"10.0.0.0/16","weight":0.1000000000000000000001}"#),
        private: None,
        dependencies: Vec::new(),
        create_before_destroy: false,
        keep: false,
        incomplete: false,
    }
}

pub(crate) fn draft(at: &str, uid: &str) -> Arc<Record> {
    Arc::new(Record {
        id: String::new(),
        ..record(at, uid)
    })
}

/// The run that [`begin`] begins.
pub(crate) fn mark(run: &str) -> RunMark {
    RunMark {
        run: run.to_owned(),
        began: "2026-01-01T00:00:00Z".to_owned(),
    }
}

pub(crate) fn begin(run: &str, serial: u64) -> Event {
    let (run, lineage) = (run.to_owned(), LINEAGE.to_owned());
    Event::Begin {
        run,
        lineage,
        serial,
        plan: "sha256:0".into(),
        time: "2026-01-01T00:00:00Z".into(),
    }
}

pub(crate) fn end(run: &str) -> Event {
    Event::End { run: run.to_owned() }
}

pub(crate) fn creation(id: u64, at: &str, uid: &str) -> Intent {
    Intent {
        id: IntentId(id),
        address: address(at),
        kind: "aws_vpc".into(),
        scope: region().key(),
        uid: uid.to_owned(),
        operation: Operation::Create,
        effect: "ec2:CreateVpc".into(),
        locator: Locator::Uid,
        time_ms: 1_767_225_600_000,
        draft: Some(draft(at, uid)),
    }
}

pub(crate) fn intent(intent: Intent) -> Event {
    Event::Intent(Box::new(intent))
}

pub(crate) fn done(id: u64, object: Option<&str>) -> Event {
    Event::Outcome {
        intent: IntentId(id),
        outcome: Outcome::Done {
            id: object.map(str::to_owned),
        },
    }
}

pub(crate) fn put(record: Record) -> Event {
    Event::Put(Arc::new(record))
}

pub(crate) fn key(at: &str, uid: &str) -> DeposedKey {
    DeposedKey {
        address: address(at),
        uid: uid.to_owned(),
    }
}

/// A second object of the creation of `u1` at `at`.
pub(crate) fn double(at: &str) -> Event {
    Event::Double(Arc::new(Record {
        id: "vpc-2".into(),
        ..record(at, &Record::uid_of_double("u1", "vpc-2"))
    }))
}

/// One of each, not a history that could be.
pub(crate) fn every_event() -> Vec<Event> {
    let at = r#"vpc.west["a\nb"].aws_vpc.this"#;
    let untidy = Record {
        attributes: raw("{\n  \"a\": [1,\r\n 2]\n}"),
        private: Some(raw(r#"{"owned":["a\nb"]}"#)),
        dependencies: vec![address("aws_vpc.other[3]")],
        create_before_destroy: true,
        incomplete: true,
        ..record(at, "u1")
    };
    let failed = Outcome::Failed {
        message: "throttled\nfor long".into(),
    };
    let cluster = Scope::Cluster {
        name: "a".into(),
        uid: Some("k".into()),
        kubeconfig: None,
        context: None,
        eks: None,
    };
    vec![
        begin(RUN, 4),
        Event::Scope(Scope::Local),
        Event::Scope(region()),
        Event::Scope(cluster),
        intent(creation(1, at, "u1")),
        intent(Intent {
            draft: None,
            locator: Locator::Natural("ns".into()),
            ..creation(2, at, "u1")
        }),
        intent(Intent {
            operation: Operation::Delete,
            locator: Locator::Id("i".into()),
            ..creation(3, at, "u1")
        }),
        intent(Intent {
            operation: Operation::Update,
            locator: Locator::Token("t".into()),
            ..creation(4, at, "u1")
        }),
        done(1, Some("vpc-1")),
        done(2, None),
        Event::Outcome {
            intent: IntentId(3),
            outcome: failed,
        },
        Event::Outcome {
            intent: IntentId(4),
            outcome: Outcome::Resolved { id: None },
        },
        put(untidy),
        Event::Gone(address(at)),
        Event::Depose(key(at, "u1")),
        Event::DeposedGone(key(at, "u1")),
        double(at),
        Event::Restore(key(at, "u1")),
        Event::Moved {
            from: address("a.b"),
            to: address("a.c"),
        },
        Event::Output {
            name: "id".into(),
            value: None,
        },
        Event::Output {
            name: "id".into(),
            value: Some(OutputRecord {
                sensitive: false,
                value: Some(raw(r#"{"type":"number","value":1}"#)),
            }),
        },
        end(RUN),
    ]
}

/// A run that creates objects, of `len` events.
pub(crate) fn whole_run(len: usize) -> Vec<Event> {
    let mut events = vec![begin(RUN, 0), Event::Scope(region())];
    for number in 1.. {
        if events.len() >= len {
            break;
        }
        let (at, uid) = (format!("aws_vpc.many[{number}]"), format!("u{number}"));
        events.push(intent(creation(number, &at, &uid)));
        events.push(done(number, Some(&format!("vpc-{uid}"))));
        events.push(put(record(&at, &uid)));
    }
    events.truncate(len);
    events
}

/// Anything that can be told about an object, so equal for equal states.
pub(crate) fn picture(snapshot: &Snapshot) -> String {
    let text = |records: &mut dyn Iterator<Item = &Arc<Record>>| {
        records
            .map(|record| serde_json::to_string(record).unwrap())
            .collect::<Vec<_>>()
            .join("\n")
    };
    format!(
        "{} {} {:?}\n{:?}\n{}\n-\n{}\n-\n{}",
        snapshot.lineage,
        snapshot.serial,
        snapshot.last_run,
        snapshot.scopes,
        text(&mut snapshot.records.values()),
        text(&mut snapshot.deposed.values()),
        serde_json::to_string(&snapshot.outputs).unwrap(),
    )
}

fn any_address() -> impl Strategy<Value = String> {
    (0..4u8, 0..3u8).prop_map(|(name, index)| format!("k.n{name}[{index}]"))
}

/// Any event over few addresses, uids and numbers, so that legal and illegal ones are about as frequent.
pub(crate) fn any_event() -> impl Strategy<Value = Event> {
    let uid = || (0..3u8).prop_map(|uid| format!("u{uid}"));
    let named = || (any_address(), uid());
    prop_oneof![
        1 => (0..2u64).prop_map(|serial| begin(RUN, serial)),
        1 => Just(Event::Scope(region())),
        6 => (1..30u64, named(), any::<bool>()).prop_map(|(id, (at, uid), with_draft)| {
            let creation = creation(id, &at, &uid);
            intent(if with_draft { creation } else { Intent { draft: None, ..creation } })
        }),
        6 => (1..30u64, prop::option::of(Just("vpc-1"))).prop_map(|(id, object)| done(id, object)),
        6 => (named(), any::<(bool, bool)>(), prop::collection::vec(any_address(), 0..3)).prop_map(
            |((at, uid), (incomplete, keep), dependencies)| {
                let dependencies = dependencies.iter().map(|at| address(at)).collect();
                put(Record { incomplete, keep, dependencies, ..record(&at, &uid) })
            }
        ),
        3 => any_address().prop_map(|at| Event::Gone(address(&at))),
        3 => named().prop_map(|(at, uid)| Event::Depose(key(&at, &uid))),
        2 => named().prop_map(|(at, uid)| Event::DeposedGone(key(&at, &uid))),
        2 => any_address().prop_map(|at| double(&at)),
        2 => named().prop_map(|(at, uid)| Event::Restore(key(&at, &uid))),
        2 => (any_address(), any_address()).prop_map(|(a, b)| Event::Moved { from: address(&a), to: address(&b) }),
        1 => Just(end(RUN)),
    ]
}

/// A snapshot with one of everything and `count` records.
pub(crate) fn snapshot(count: usize) -> Snapshot {
    let mut snapshot = Snapshot {
        serial: 7,
        last_run: Some(mark(RUN)),
        ..Snapshot::new(LINEAGE)
    };
    for scope in [region(), Scope::Local] {
        snapshot.scopes.insert(scope.key(), scope);
    }
    for number in 0..count {
        let at = format!("aws_vpc.many[{number}]");
        snapshot
            .records
            .insert(address(&at), Arc::new(record(&at, &format!("u{number}"))));
    }
    let old = Record {
        scope: ScopeKey("local".into()),
        incomplete: true,
        ..record("aws_vpc.many[0]", "old")
    };
    snapshot.deposed.insert(DeposedKey::of(&old), Arc::new(old));
    let value = Some(raw(r#"{"type":"string","value":"vpc-1"}"#));
    snapshot.outputs.insert(
        "id".into(),
        OutputRecord {
            sensitive: false,
            value,
        },
    );
    snapshot.outputs.insert(
        "key".into(),
        OutputRecord {
            sensitive: true,
            value: None,
        },
    );
    snapshot
}
