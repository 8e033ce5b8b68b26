//! What the document of a plan says of each resource and output.
//!
//! What the reference has no field for is below a `meshform` key. Unlike there, a sensitive value is never written:
//! it is null, and the parallel `…_sensitive` tree says why.

use meshform_engine::Object;
use meshform_engine::plan::{Action, Change, Drift, Order, OutputChange, Plan};
use meshform_state::Value;
use serde_json::{Map, Value as Json, json};

use super::address_json::{Parts, parts, provider};
use super::headline::{action_reason, because};
use super::json_values::{Trees, fields, ty, value};
use super::plan_document::Around;
use super::plan_text::{change_at, is_visible};
use super::resource::shown;
use super::values::Secrets;

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

pub(super) fn resource_change(change: &Change, around: &Around<'_>) -> Json {
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

pub(super) fn drift_change(drift: &Drift, plan: &Plan, secrets: &Secrets) -> Option<Json> {
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

pub(super) fn output_change(output: &OutputChange, secrets: &Secrets) -> Json {
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

/// The outputs as they will be.
pub(super) fn planned_outputs(plan: &Plan, secrets: &Secrets) -> Map<String, Json> {
    let known = plan.outputs.iter().filter_map(|output| {
        let after = output.after.as_ref()?;
        let mut out = json!({ "sensitive": output.sensitive, "type": ty(&after.ty()) });
        if !output.sensitive && after.is_known() {
            out["value"] = value(secrets, after).known;
        }
        Some((output.name.to_string(), out))
    });
    known.collect()
}

/// A resource as it is or will be.
pub(super) fn resource(change: &Change, object: &Object, secrets: &Secrets) -> Json {
    let schema = change.kind.schema();
    let trees = fields(secrets, schema, object);
    let mut out = entry(&change.address, schema.kind, schema.data);
    out.remove("module_address");
    out.insert("schema_version".into(), json!(schema.version));
    out.insert("values".into(), trees.known);
    out.insert("sensitive_values".into(), trees.sensitive);
    out.into()
}

/// The changes that the event stream tells of.
pub(crate) fn told(plan: &Plan) -> impl Iterator<Item = &Change> {
    plan.changes.iter().filter(|change| is_visible(change))
}
