//! What counts of a live object and what does not.

use proptest::prelude::*;

use super::*;

fn json(text: &str) -> Value {
    from_json(&serde_json::from_str(text).unwrap())
}

fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null(meshform_state::Type::Any),
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(number) => Value::int(number.as_i64().unwrap()),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => Value::tuple(items.iter().map(from_json).collect()),
        serde_json::Value::Object(entries) => Value::object(
            entries
                .iter()
                .map(|(name, value)| (name.as_str().into(), from_json(value))),
        ),
    }
}

#[track_caller]
fn check(observed: &str, desired: &str, recorded: Option<&str>, expected: &str) {
    let recorded = recorded.map(json);
    assert_eq!(
        manifest(&json(observed), &json(desired), recorded.as_ref()),
        json(expected)
    );
}

#[test]
fn fields_of_others_and_defaults_do_not_count() {
    let desired = r#"{"apiVersion":"v1","metadata":{"name":"a"},"spec":{"ports":[{"port":80}]}}"#;
    let observed = r#"{"apiVersion":"v1","metadata":{"name":"a","labels":{"x":"y"}},"spec":{"clusterIP":"10.0.0.1",
        "ports":[{"port":9,"protocol":"TCP"},{"port":80,"protocol":"TCP","targetPort":80}]}}"#;
    check(observed, desired, None, desired);
}

#[test]
fn a_changed_field_shows() {
    check(
        r#"{"data":{"a":"2","b":"3"}}"#,
        r#"{"data":{"a":"1"}}"#,
        None,
        r#"{"data":{"a":"2"}}"#,
    );
}

#[test]
fn a_field_that_we_set_before_shows_until_it_is_gone() {
    let recorded = Some(r#"{"data":{"a":"1","b":"2"}}"#);
    check(
        r#"{"data":{"a":"1","b":"9"}}"#,
        r#"{"data":{"a":"1"}}"#,
        recorded,
        r#"{"data":{"a":"1","b":"9"}}"#,
    );
    check(
        r#"{"data":{"a":"1"}}"#,
        r#"{"data":{"a":"1"}}"#,
        recorded,
        r#"{"data":{"a":"1"}}"#,
    );
    check(r#"{"data":{"c":"1"}}"#, "{}", recorded, "{}");
}

#[test]
fn an_atomic_list_counts_as_a_whole() {
    let desired = r#"{"subjects":[{"kind":"User","name":"a"}]}"#;
    let observed = r#"{"subjects":[{"kind":"User","name":"a"},{"kind":"User","name":"mallory"}]}"#;
    check(observed, desired, None, observed);
}

#[test]
fn items_of_an_atomic_list_are_matched_by_position() {
    let desired = r#"{"rules":[{"from":"a"},{"from":"b"}]}"#;
    check(
        r#"{"rules":[{"from":"a","x":1},{"from":"b"}]}"#,
        desired,
        None,
        desired,
    );
    check(
        r#"{"rules":[{"from":"b"},{"from":"a"}]}"#,
        desired,
        None,
        r#"{"rules":[{"from":"b"},{"from":"a"}]}"#,
    );
}

#[test]
fn the_ports_of_a_network_policy_are_atomic() {
    let desired = r#"{"spec":{"ingress":[{"ports":[{"port":80,"protocol":"TCP"}]}]}}"#;
    let observed =
        r#"{"spec":{"ingress":[{"ports":[{"port":80,"protocol":"TCP"},{"port":22,"protocol":"TCP"}]}]}}"#;
    check(observed, desired, None, observed);
}

#[test]
fn containers_are_matched_by_name_and_keep_our_order() {
    let desired = r#"{"containers":[{"name":"b","image":"b:1"},{"name":"a","image":"a:1"}]}"#;
    let observed = r#"{"containers":[{"name":"proxy","image":"p"},{"name":"a","image":"a:1","tty":true},
        {"name":"b","image":"b:2"}]}"#;
    let expected = r#"{"containers":[{"name":"b","image":"b:2"},{"name":"a","image":"a:1"}]}"#;
    check(observed, desired, None, expected);
    let recorded = Some(r#"{"containers":[{"name":"proxy","image":"p"},{"name":"a","image":"a:1"}]}"#);
    let expected = r#"{"containers":[{"name":"b","image":"b:2"},{"name":"a","image":"a:1"},
        {"name":"proxy","image":"p"}]}"#;
    check(observed, desired, recorded, expected);
}

#[test]
fn finalizers_of_others_do_not_count() {
    let desired = r#"{"metadata":{"finalizers":["a"]}}"#;
    check(r#"{"metadata":{"finalizers":["x","a"]}}"#, desired, None, desired);
    check(
        r#"{"metadata":{"finalizers":["x"]}}"#,
        desired,
        None,
        r#"{"metadata":{"finalizers":[]}}"#,
    );
}

#[test]
fn quantities_are_as_given() {
    let desired = r#"{"resources":{"limits":{"cpu":"1000m","memory":"1024Mi"}}}"#;
    check(
        r#"{"resources":{"limits":{"cpu":"1","memory":"1Gi"}}}"#,
        desired,
        None,
        desired,
    );
    let more = r#"{"resources":{"limits":{"cpu":"2","memory":"1Gi"}}}"#;
    let expected = r#"{"resources":{"limits":{"cpu":"2","memory":"1024Mi"}}}"#;
    check(more, desired, None, expected);
}

#[test]
fn empty_values_that_a_typed_structure_loses_are_no_difference() {
    let desired =
        r#"{"apiVersion":"apps/v1","metadata":{"labels":{}},"spec":{"hostNetwork":false,"args":[]}}"#;
    check(
        r#"{"apiVersion":"apps/v1","metadata":{"name":"a"},"spec":{}}"#,
        desired,
        None,
        desired,
    );
    let entries = r#"{"apiVersion":"v1","data":{"a":""},"automountServiceAccountToken":false}"#;
    check(r#"{"apiVersion":"v1"}"#, entries, None, r#"{"apiVersion":"v1"}"#);
}

#[test]
fn custom_objects_are_kept_as_sent() {
    let desired = r#"{"apiVersion":"networking.istio.io/v1","spec":{"enabled":false}}"#;
    let observed = r#"{"apiVersion":"networking.istio.io/v1","spec":{}}"#;
    check(observed, desired, None, observed);
}

#[test]
fn while_it_is_not_known_what_is_wanted_what_was_counts() {
    let later = Value::later(meshform_state::Type::Any);
    let (observed, recorded) = (
        json(r#"{"data":{"a":"2","b":"3"}}"#),
        json(r#"{"data":{"a":"1"}}"#),
    );
    assert_eq!(
        manifest(&observed, &later, Some(&recorded)),
        json(r#"{"data":{"a":"2"}}"#)
    );
    assert_eq!(manifest(&observed, &later, None), observed);
    let desired = Value::object([("data".into(), later)]);
    assert_eq!(
        manifest(&observed, &desired, Some(&recorded)),
        json(r#"{"data":{"a":"2"}}"#)
    );
}

fn trees() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        "[a-z]{1,3}".prop_map(Value::from),
        (1_i64..9).prop_map(Value::int),
        Just(Value::Bool(true))
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let named = (
            prop::collection::btree_map("[a-d]", inner.clone(), 0..4),
            "[a-z]{1,3}",
        );
        prop_oneof![
            prop::collection::btree_map("[a-d]", inner.clone(), 1..4)
                .prop_map(|map| Value::object(map.into_iter().map(|(name, value)| (Str::from(name), value)))),
            prop::collection::vec(inner, 1..4).prop_map(Value::tuple),
            prop::collection::vec(named, 1..4).prop_map(|items| {
                let items = items.into_iter().enumerate().map(|(index, (map, name))| {
                    let name = (Str::from("name"), Value::from(format!("{name}{index}")));
                    let fields = map.into_iter().map(|(name, value)| (Str::from(name), value));
                    Value::object(fields.chain([name]))
                });
                Value::object([("containers".into(), Value::tuple(items.collect()))])
            }),
        ]
    })
}

fn objects() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[a-d]", trees(), 0..4)
        .prop_map(|map| Value::object(map.into_iter().map(|(name, value)| (Str::from(name), value))))
}

/// `value` with what servers and others add: entries that are not in it, items of keyed lists, another order of those.
fn noisy(value: &Value, field: &str) -> Value {
    match value {
        Value::Object(entries) => {
            let own = entries
                .iter()
                .map(|(name, value)| (name.clone(), noisy(value, name)));
            Value::object(own.chain([("zz".into(), Value::from("default"))]))
        }
        Value::Tuple(items) => {
            let own = items.iter().map(|item| noisy(item, ""));
            if field == "containers" {
                let sidecar = Value::object([("name".into(), Value::from("sidecar"))]);
                Value::tuple([sidecar].into_iter().chain(own.rev()).collect())
            } else {
                Value::tuple(own.collect())
            }
        }
        other => other.clone(),
    }
}

/// `value` with one leaf changed.
fn changed(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let last = entries.keys().next_back().cloned();
            let change = |(name, value): (&Str, &Value)| {
                (
                    name.clone(),
                    if Some(name) == last.as_ref() {
                        changed(value)
                    } else {
                        value.clone()
                    },
                )
            };
            Value::object(entries.iter().map(change).collect::<Vec<_>>())
        }
        Value::Tuple(items) => {
            let change =
                |(index, item): (usize, &Value)| if index == 0 { changed(item) } else { item.clone() };
            Value::tuple(items.iter().enumerate().map(change).collect())
        }
        _ => Value::from("something else"),
    }
}

proptest! {
    #[test]
    fn what_others_add_never_counts(desired in objects()) {
        let observed = noisy(&desired, "");
        prop_assert_eq!(manifest(&observed, &desired, None), desired.clone());
        prop_assert_eq!(manifest(&observed, &desired, Some(&desired)), desired);
    }

    #[test]
    fn a_change_of_what_is_wanted_always_counts(desired in objects()) {
        prop_assume!(!is_empty(&desired));
        let observed = noisy(&changed(&desired), "");
        prop_assert_ne!(manifest(&observed, &desired, None), desired);
    }

    #[test]
    fn cutting_twice_is_cutting_once(observed in objects(), desired in objects(), recorded in objects()) {
        let once = manifest(&observed, &desired, Some(&recorded));
        prop_assert_eq!(manifest(&once, &desired, Some(&recorded)), once);
    }

    #[test]
    fn nothing_is_left_when_nothing_is_wanted(observed in objects()) {
        prop_assert_eq!(manifest(&observed, &Value::object([]), None), Value::object([]));
    }
}
