//! The plan for machines: a superset of version 1.2 of the reference's format.
//!
//! What the reference has no field for is below a `meshform` key. Unlike there, a sensitive value is never written:
//! it is null, and the parallel `…_sensitive` tree says why.

use std::collections::BTreeMap;

use meshform_engine::Object;
use meshform_engine::plan::{Action, Change, Drift, Order, OutputChange, Plan, digest};
use meshform_lang::Sources;
use meshform_state::{Str, Value};
use serde_json::{Map, Value as Json, json};

use super::address_json::{Parts, parts, provider};
use super::headline::{action_reason, because};
use super::json_values::{Trees, fields, ty, value};
use super::plan_text::{change_at, is_visible};
use super::resource::shown;
use super::values::Secrets;

/// The version of the format that this is a superset of.
const FORMAT_VERSION: &str = "1.2";

/// What stands in the document beside the plan itself.
pub(crate) struct Around<'a> {
    /// The variables of the root module that are not sensitive.
    pub(crate) variables: &'a BTreeMap<Str, Value>,
    /// When the plan was made, in RFC 3339.
    pub(crate) timestamp: &'a str,
    /// The texts that its places are in.
    pub(crate) sources: Option<&'a Sources>,
    /// What must not be shown.
    pub(crate) secrets: &'a Secrets,
}

/// The whole document.
pub(crate) fn document(plan: &Plan, around: &Around<'_>) -> Json {
    let secrets = around.secrets;
    let variables: Map<String, Json> = around
        .variables
        .iter()
        .map(|(name, given)| (name.to_string(), json!({ "value": value(secrets, given).known })))
        .collect();
    let output_changes: Map<String, Json> = plan
        .outputs
        .iter()
        .map(|output| (output.name.to_string(), output_change(output, secrets)))
        .collect();
    json!({
        "format_version": FORMAT_VERSION,
        "terraform_version": null,
        "variables": variables,
        "planned_values": planned_values(plan, secrets),
        "resource_drift": plan.drift.iter().filter_map(|drift| drift_change(drift, plan, secrets)).collect::<Vec<_>>(),
        "resource_changes": plan.changes.iter().map(|change| resource_change(change, around)).collect::<Vec<_>>(),
        "output_changes": output_changes,
        "prior_state": { "format_version": "1.0", "values": prior_values(plan, secrets) },
        "configuration": { "root_module": {} },
        "relevant_attributes": [],
        "checks": [],
        "timestamp": around.timestamp,
        "applyable": !plan.is_empty(),
        "complete": !plan.partial,
        "errored": false,
        "meshform": {
            "version": env!("CARGO_PKG_VERSION"),
            "digest": digest(plan),
            "destroy": plan.destroy,
            "summary": {
                "add": plan.summary().add,
                "change": plan.summary().change,
                "destroy": plan.summary().destroy,
                "forget": plan.summary().forget,
                "import": plan.summary().import,
            },
        },
    })
}

/// What the reference calls an action.
pub(crate) fn actions(action: Action) -> &'static [&'static str] {
    match action {
        Action::NoOp => &["no-op"],
        Action::Create => &["create"],
        Action::Read => &["read"],
        Action::Update => &["update"],
        Action::Replace(Order::DeleteFirst) => &["delete", "create"],
        Action::Replace(Order::CreateFirst) => &["create", "delete"],
        Action::Delete => &["delete"],
        Action::Forget => &["forget"],
    }
}

/// The parts of an address, as every entry of the document begins.
pub(super) fn entry(address: &meshform_state::Address, kind: &str, data: bool) -> Map<String, Json> {
    let Parts {
        module, name, index, ..
    } = parts(address);
    let mut out = Map::new();
    out.insert("address".into(), json!(address.as_str()));
    if !module.is_empty() {
        out.insert("module_address".into(), json!(module));
    }
    out.insert("mode".into(), json!(if data { "data" } else { "managed" }));
    out.insert("type".into(), json!(kind));
    out.insert("name".into(), json!(name));
    if let Some(index) = index {
        out.insert("index".into(), index);
    }
    out.insert("provider_name".into(), json!(provider(kind)));
    out
}

fn resource_change(change: &Change, around: &Around<'_>) -> Json {
    let schema = change.kind.schema();
    let (before, after) = shown(change);
    let mut out = entry(&change.address, schema.kind, schema.data);
    if let Some(from) = &change.previous_address {
        out.insert("previous_address".into(), json!(from.as_str()));
    }
    if let Some(uid) = &change.deposed {
        out.insert("deposed".into(), json!(uid));
    }
    let mut body = sides(schema, before.as_ref(), after.as_ref(), around.secrets);
    body.insert("actions".into(), json!(actions(change.action)));
    if !change.replace_slots.is_empty() {
        let paths: Vec<Json> = change
            .replace_slots
            .iter()
            .map(|slot| json!([schema.attributes[*slot].name]))
            .collect();
        body.insert("replace_paths".into(), json!(paths));
    }
    if let (true, Some(record)) = (change.adopted, &change.record) {
        body.insert("importing".into(), json!({ "id": record.id }));
    }
    out.insert("change".into(), body.into());
    if let Some(reason) = action_reason(change) {
        out.insert("action_reason".into(), json!(reason));
    }
    let place = change.range.zip(around.sources).and_then(|(range, sources)| {
        let file = sources.get(range.source)?;
        let position = sources.position(range);
        Some(json!({ "filename": file.name, "line": position.line, "column": position.column }))
    });
    out.insert(
        "meshform".into(),
        json!({
            "why": change.why.as_deref(),
            "because": because(change),
            "range": place,
            "scope": &*change.scope.0,
        }),
    );
    out.into()
}

/// Before and after with their parallel trees.
fn sides(
    schema: &meshform_engine::Schema,
    before: Option<&Object>,
    after: Option<&Object>,
    secrets: &Secrets,
) -> Map<String, Json> {
    let none = || Trees {
        known: Json::Null,
        later: json!({}),
        sensitive: json!(false),
    };
    let side = |object: Option<&Object>| object.map_or_else(none, |object| fields(secrets, schema, object));
    let (before, after) = (side(before), side(after));
    let mut out = Map::new();
    out.insert("before".into(), before.known);
    out.insert("after".into(), after.known);
    out.insert("after_unknown".into(), after.later);
    out.insert("before_sensitive".into(), before.sensitive);
    out.insert("after_sensitive".into(), after.sensitive);
    out
}

fn drift_change(drift: &Drift, plan: &Plan, secrets: &Secrets) -> Option<Json> {
    let change = change_at(plan, &drift.address)?;
    let schema = change.kind.schema();
    let mut out = entry(&drift.address, schema.kind, schema.data);
    let after = drift
        .after
        .as_ref()
        .map(|after| change.kind.project(after, &drift.before, Some(&drift.before)));
    let mut body = sides(schema, Some(&drift.before), after.as_ref(), secrets);
    body.insert(
        "actions".into(),
        json!(actions(if after.is_some() {
            Action::Update
        } else {
            Action::Delete
        })),
    );
    out.insert("change".into(), body.into());
    let owners: Vec<Json> = drift
        .owners
        .iter()
        .map(|owner| json!({ "path": owner.path, "manager": owner.manager, "time": owner.time }))
        .collect();
    out.insert("meshform".into(), json!({ "owners": owners }));
    Some(out.into())
}

fn output_change(output: &OutputChange, secrets: &Secrets) -> Json {
    let side = |side: Option<&Value>| {
        side.map(|side| {
            if output.sensitive {
                side.clone().into_secret()
            } else {
                side.clone()
            }
        })
        .map(|side| value(secrets, &side))
    };
    let (before, after) = (side(output.before.as_ref()), side(output.after.as_ref()));
    let action = match (&before, &after) {
        (None, _) => "create",
        (_, None) => "delete",
        _ => "update",
    };
    let known = |side: &Option<Trees>| side.as_ref().map_or(Json::Null, |trees| trees.known.clone());
    json!({
        "actions": [action],
        "before": known(&before),
        "after": known(&after),
        "after_unknown": after.as_ref().map_or(json!(false), |trees| trees.later.clone()),
        "before_sensitive": output.sensitive,
        "after_sensitive": output.sensitive,
    })
}

fn planned_values(plan: &Plan, secrets: &Secrets) -> Json {
    let outputs: Map<String, Json> = plan
        .outputs
        .iter()
        .filter_map(|output| {
            let after = output.after.as_ref()?;
            let mut out = json!({ "sensitive": output.sensitive, "type": ty(&after.ty()) });
            if !output.sensitive && after.is_known() {
                out["value"] = value(secrets, after).known;
            }
            Some((output.name.to_string(), out))
        })
        .collect();
    let after = plan
        .changes
        .iter()
        .filter_map(|change| Some((change, shown(change).1?)));
    json!({ "outputs": outputs, "root_module": modules(after, secrets) })
}

fn prior_values(plan: &Plan, secrets: &Secrets) -> Json {
    let before = plan
        .changes
        .iter()
        .filter_map(|change| Some((change, change.before.clone()?)));
    json!({ "root_module": modules(before, secrets) })
}

/// Resources in the tree of the modules and words that they belong to, one level deep.
fn modules<'a>(resources: impl Iterator<Item = (&'a Change, Object)>, secrets: &Secrets) -> Json {
    let mut by_module: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for (change, object) in resources.filter(|(change, _)| change.deposed.is_none()) {
        let schema = change.kind.schema();
        let trees = fields(secrets, schema, &object);
        let mut out = entry(&change.address, schema.kind, schema.data);
        out.remove("module_address");
        out.insert("schema_version".into(), json!(schema.version));
        out.insert("values".into(), trees.known);
        out.insert("sensitive_values".into(), trees.sensitive);
        by_module
            .entry(parts(&change.address).module)
            .or_default()
            .push(out.into());
    }
    let root = by_module.remove("").unwrap_or_default();
    let children: Vec<Json> = by_module
        .into_iter()
        .map(|(address, resources)| json!({ "address": address, "resources": resources }))
        .collect();
    let mut out = Map::new();
    out.insert("resources".into(), root.into());
    if !children.is_empty() {
        out.insert("child_modules".into(), children.into());
    }
    out.into()
}

/// The changes that the event stream tells of.
pub(crate) fn told(plan: &Plan) -> impl Iterator<Item = &Change> {
    plan.changes.iter().filter(|change| is_visible(change))
}

#[cfg(test)]
mod tests {
    use meshform_engine::plan::Reason;

    use super::super::testing::{change, json as from, later, object};
    use super::*;

    #[test]
    fn a_plan_is_told_in_the_form_of_the_reference_and_keeps_secrets() {
        let was = object(&[
            ("id", "a-1".into()),
            ("input", from("[1,{\"a\":1}]")),
            ("output", "hunter2".into()),
        ]);
        let is = object(&[
            ("id", later()),
            (
                "input",
                Value::tuple(vec![later(), Value::from("hunter2").into_secret()]),
            ),
            ("output", later()),
            ("token_wo", Value::from("hunter2").into_secret()),
        ]);
        let mut replaced = change(
            "vpc.west.test_thing.a[\"k\"]",
            Action::Replace(Order::CreateFirst),
            Some(was),
            Some(is),
        );
        replaced.replace_slots = vec![1];
        replaced.reason = Reason::CannotUpdate;
        replaced.why = Some("a thing".into());
        let outputs = vec![OutputChange {
            name: "s".into(),
            before: Some(Value::from("old")),
            after: Some(Value::from("hunter2")),
            sensitive: true,
            recipe: None,
        }];
        let mut secrets = Secrets::default();
        secrets.learn(&Value::from("hunter2").into_secret());
        let variables = BTreeMap::from([("v".into(), Value::int(1))]);
        let around = Around {
            variables: &variables,
            timestamp: "2026-01-02T03:04:05.000Z",
            sources: None,
            secrets: &secrets,
        };
        let plan = Plan {
            changes: vec![replaced],
            outputs,
            ..Plan::default()
        };
        let mut document = document(&plan, &around);
        document["meshform"]["digest"] = json!("…");
        let text = serde_json::to_string_pretty(&document).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        insta::assert_snapshot!(text);
    }
}
