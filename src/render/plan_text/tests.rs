//! Whole plans as people see them.

use meshform_engine::adapter::Owner;
use meshform_engine::plan::{Drift, Reason, Step, StepKind};
use meshform_state::{Type, Value};

use super::super::testing::{address, change, json, later, object, thing};
use super::*;

fn text(plan: &Plan) -> String {
    let mut secrets = Secrets::default();
    secrets.learn(&Value::from("hunter2").into_secret());
    let view = View {
        plan,
        sources: None,
        secrets: &secrets,
        palette: Palette::Plain,
    };
    let mut out = Vec::new();
    view.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn replace(at: &str, order: Order) -> Change {
    let id = |id: Value, trigger: i64| {
        object(&[
            ("id", id),
            ("input", "same".into()),
            ("triggers_replace", Value::tuple(vec![trigger.into()])),
        ])
    };
    let mut change = change(
        at,
        Action::Replace(order),
        Some(id("a-1".into(), 1)),
        Some(id(later(), 2)),
    );
    change.replace_slots = vec![3];
    change.reason = Reason::CannotUpdate;
    change
}

fn with(mut change: Change, reason: Reason) -> Change {
    change.reason = reason;
    change
}

#[test]
fn each_action_has_its_symbol_headline_and_reason() {
    let gone = || Some(object(&[("id", "x-1".into()), ("input", "bye".into())]));
    let mut created = change(
        "vpc.west.test_thing.private[\"a\"]",
        Action::Create,
        None,
        Some(object(&[
            ("id", later()),
            ("input", "c".into()),
            ("output", later()),
        ])),
    );
    created.why = Some("private subnet in zone us-west-2a".into());
    let mut moved = change("test_thing.new_name", Action::NoOp, gone(), gone());
    moved.previous_address = Some(address("test_thing.old_name"));
    let mut deposed = change("test_thing.cbd", Action::Delete, gone(), None);
    deposed.deposed = Some("0a1b2c3d4e5f".to_owned());
    let read = object(&[("id", later()), ("input", "q".into())]);
    let changes = vec![
        with(
            change("data.test_thing.x", Action::Read, None, Some(read)),
            Reason::ConfigUnknown,
        ),
        replace("test_thing.cbd", Order::CreateFirst),
        with(deposed, Reason::Deposed),
        with(
            change("test_thing.fe[\"a\"]", Action::Delete, gone(), None),
            Reason::KeyGone,
        ),
        with(
            change("test_thing.ct[2]", Action::Delete, gone(), None),
            Reason::IndexGone,
        ),
        with(
            change("test_thing.forget", Action::Forget, gone(), None),
            Reason::Removed,
        ),
        with(
            change("test_thing.gone", Action::Delete, gone(), None),
            Reason::NotInConfiguration,
        ),
        moved,
        change("test_thing.quiet", Action::NoOp, gone(), gone()),
        replace("test_thing.repl", Order::DeleteFirst),
        created,
    ];
    insta::assert_snapshot!(text(&Plan {
        changes,
        ..Plan::default()
    }));
}

/// One value of each form, before a change or after it.
fn forms(changed: bool) -> Value {
    let pick = |a: &str, b: &str| {
        json(&format!("[{}]", if changed { b } else { a }))
            .items()
            .unwrap()[0]
            .clone()
    };
    let strings =
        |items: &[&str]| Value::set(Type::String, items.iter().map(|item| (*item).into()).collect());
    let long: Vec<String> = (0..20)
        .map(|n| {
            if changed && n == 10 {
                "x".into()
            } else {
                n.to_string()
            }
        })
        .collect();
    Value::object([
        ("a".into(), pick("1", "2")),
        ("list".into(), pick(r#"["x","y"]"#, r#"["x","z","y"]"#)),
        (
            "far".into(),
            pick(
                r#"["a","b","c","d","e","f","g"]"#,
                r#"["a","b","c","X","e","f","g"]"#,
            ),
        ),
        ("multi".into(), pick(r#""l1\nl2\nl3""#, r#""l1\nL2\nl3""#)),
        ("long".into(), long.join("\n").into()),
        (
            "pol".into(),
            pick(
                r#""{\"S\":[{\"a\":[\"x\"],\"e\":\"Allow\"}]}""#,
                r#""{\"S\":[{\"a\":[\"x\"],\"e\":\"Deny\"}]}""#,
            ),
        ),
        ("spacing".into(), pick(r#""{\"S\":[1]}""#, r#""{ \"S\": [1] }""#)),
        (
            "keyed".into(),
            pick(
                r#"[{"name":"x","p":1},{"name":"old","p":7},{"name":"y","p":2}]"#,
                r#"[{"name":"x","p":1},{"name":"y","p":5},{"name":"z","p":3}]"#,
            ),
        ),
        (
            "turned".into(),
            pick(
                r#"[{"key":"x","p":1},{"key":"y","p":2}]"#,
                r#"[{"key":"y","p":2},{"key":"x","p":1}]"#,
            ),
        ),
        (
            "objects".into(),
            pick(r#"[{"p":1},{"q":2}]"#, r#"[{"p":2},{"q":2}]"#),
        ),
        (
            "set".into(),
            if changed {
                strings(&["b", "c"])
            } else {
                strings(&["a", "b"])
            },
        ),
        ("control".into(), pick(r#""a\u001b[31mred""#, r#""b""#)),
        ("we ird".into(), pick("null", r#""x""#)),
        ("kind".into(), pick(r#""x""#, r#""{\"a\":1}""#)),
        ("same".into(), "same".into()),
        ("empty".into(), pick("{}", r#"{"a":1}"#)),
        ("gone".into(), pick(r#"{"x":{"y":[1]}}"#, "null")),
    ])
}

#[test]
fn values_are_shown_as_terraform_shows_them() {
    let was = object(&[
        ("id", "a-1".into()),
        ("input", forms(false)),
        ("output", json(r#"[{"a":[1,"x\ny"]}]"#)),
    ]);
    let is = object(&[("id", "a-1".into()), ("input", forms(true)), ("output", later())]);
    let changes = vec![change("test_thing.upd", Action::Update, Some(was), Some(is))];
    insta::assert_snapshot!(text(&Plan {
        changes,
        ..Plan::default()
    }));
}

#[test]
fn secrets_are_not_shown_even_where_an_attribute_echoes_them() {
    let was = object(&[
        ("id", "a-1".into()),
        ("output", "hunter2".into()),
        ("token_wo_version", 1.into()),
    ]);
    let is = object(&[
        ("id", "a-1".into()),
        ("input", Value::from("other secret").into_secret()),
        ("output", later()),
        ("token_wo", Value::from("hunter2").into_secret()),
        ("token_wo_version", 2.into()),
    ]);
    let outputs = vec![
        OutputChange {
            name: "n".into(),
            before: None,
            after: Some(later()),
            sensitive: false,
            recipe: None,
        },
        OutputChange {
            name: "s".into(),
            before: Some("a".into()),
            after: Some("b".into()),
            sensitive: true,
            recipe: None,
        },
        OutputChange {
            name: "t".into(),
            before: Some("hunter2".into()),
            after: None,
            sensitive: false,
            recipe: None,
        },
    ];
    let changes = vec![
        change("test_thing.new", Action::Create, None, Some(is.clone())),
        change("test_thing.sec", Action::Update, Some(was), Some(is)),
    ];
    let text = text(&Plan {
        changes,
        outputs,
        ..Plan::default()
    });
    assert!(
        !text.contains("hunter2") && !text.contains("other secret"),
        "{text}"
    );
    insta::assert_snapshot!(text);
}

#[test]
fn drift_names_its_owner() {
    let was = object(&[("id", "a-1".into()), ("input", json(r#"[{"a":1,"b":2}]"#))]);
    let is = object(&[("id", "a-1".into()), ("input", json(r#"[{"a":5,"b":2}]"#))]);
    let owner = Owner {
        path: ".input[0].a".into(),
        manager: "kubectl-edit".into(),
        time: Some("2026-01-02T03:04:05Z".into()),
    };
    let drift = vec![
        Drift {
            address: address("test_thing.a"),
            before: was.clone(),
            after: Some(is.clone()),
            owners: vec![owner],
        },
        Drift {
            address: address("test_thing.b"),
            before: was.clone(),
            after: None,
            owners: vec![],
        },
    ];
    let changes = vec![
        change("test_thing.a", Action::Update, Some(is), Some(was.clone())),
        with(
            change("test_thing.b", Action::Create, None, Some(was)),
            Reason::Vanished,
        ),
    ];
    insta::assert_snapshot!(text(&Plan {
        changes,
        drift,
        ..Plan::default()
    }));
}

#[test]
fn a_plan_without_changes_says_so() {
    let same = || Some(object(&[("id", "a-1".into())]));
    let changes = vec![change("test_thing.a", Action::NoOp, same(), same())];
    let nothing = Plan {
        changes,
        ..Plan::default()
    };
    let steps = vec![Step {
        change: 0,
        kind: StepKind::Record,
        after: vec![],
        expect: meshform_engine::plan::Expect::Anything,
    }];
    let records = Plan {
        steps,
        ..nothing.clone()
    };
    let destroy = Plan {
        destroy: true,
        ..Plan::default()
    };
    let outputs = vec![OutputChange {
        name: "o".into(),
        before: None,
        after: Some(json(r#"{"a":[1]}"#)),
        sensitive: false,
        recipe: None,
    }];
    let outputs = Plan {
        outputs,
        ..nothing.clone()
    };
    insta::assert_snapshot!(
        [nothing, records, destroy, outputs]
            .map(|plan| text(&plan))
            .join("=====\n")
    );
    assert!(thing(true).schema().data);
}
