//! Recorded outputs and states, for people and for machines.

use std::collections::BTreeMap;

use meshform_engine::{Kinds, Object};
use meshform_state::value::decode;
use meshform_state::{OutputRecord, Record, Snapshot, Type, Value};
use serde_json::{Map, Value as Json, json};

use super::address_json::parts;
use super::json_values::{fields, ty, value};
use super::plan_json::entry;
use super::printer::{Level, Printer};
use super::resource::state_block;
use super::values::{Secrets, leaf, quote, visible};

/// What stands for an output that must not be shown.
const SENSITIVE: &str = "<sensitive>";

/// The recorded value, if it may be shown.
pub(crate) fn recorded(record: &OutputRecord) -> Option<Value> {
    let raw = record.value.as_ref().filter(|_| !record.sensitive)?;
    decode(raw.get(), &Type::Any).ok()
}

/// Shows the outputs after an apply.
pub(crate) fn show(printer: &Printer, snapshot: &Snapshot) {
    if snapshot.outputs.is_empty() {
        return;
    }
    if printer.is_text() {
        printer.data(&format!(
            "\nOutputs:\n\n{}",
            text(&printer.secrets(), &snapshot.outputs)
        ));
    } else {
        let message = format!("Outputs: {}", snapshot.outputs.len());
        let outputs = document(&printer.secrets(), &snapshot.outputs);
        printer.event(
            "outputs",
            Level::Info,
            &message,
            Map::from_iter([("outputs".to_owned(), outputs)]),
        );
    }
}

/// `name = value` for each output.
pub(crate) fn text(secrets: &Secrets, outputs: &BTreeMap<String, OutputRecord>) -> String {
    let line = |(name, record): (&String, &OutputRecord)| {
        let value = recorded(record).map_or_else(
            || SENSITIVE.to_owned(),
            |value| literal(&secrets.canonical(&value), 0),
        );
        format!("{name} = {value}\n")
    };
    outputs.iter().map(line).collect()
}

/// The outputs by name, as `output -json` gives them.
pub(crate) fn document(secrets: &Secrets, outputs: &BTreeMap<String, OutputRecord>) -> Json {
    let one = |record: &OutputRecord| {
        let mut out = json!({ "sensitive": record.sensitive });
        if let Some(known) = recorded(record) {
            out["type"] = ty(&known.ty());
            out["value"] = value(secrets, &known).known;
        }
        out
    };
    outputs
        .iter()
        .map(|(name, record)| (name.clone(), one(record)))
        .collect::<Map<_, _>>()
        .into()
}

/// A value as configuration would write it.
pub(crate) fn literal(value: &Value, indent: usize) -> String {
    let inside = "  ".repeat(indent + 1);
    let end = "  ".repeat(indent);
    match value {
        Value::Secret(_) => SENSITIVE.to_owned(),
        Value::String(text) if text.contains('\n') => {
            let lines: Vec<String> = text
                .strip_suffix('\n')
                .unwrap_or(text)
                .split('\n')
                .map(visible)
                .collect();
            format!("<<EOT\n{}\nEOT", lines.join("\n"))
        }
        _ => match (value.entries(), value.items()) {
            (Some(entries), _) if !entries.is_empty() => {
                let lines = entries
                    .iter()
                    .map(|(name, item)| format!("{inside}{} = {}\n", quote(name), literal(item, indent + 1)));
                format!("{{\n{}{end}}}", lines.collect::<String>())
            }
            (_, Some(items)) if !items.is_empty() => {
                let lines = items
                    .iter()
                    .map(|item| format!("{inside}{},\n", literal(item, indent + 1)));
                format!("[\n{}{end}]", lines.collect::<String>())
            }
            _ => leaf(value),
        },
    }
}

/// A recorded resource as text.
pub(crate) fn resource(kinds: &Kinds, secrets: &Secrets, record: &Record) -> String {
    let found = parts(&record.address);
    let kind = if found.mode == "data" {
        kinds.data(&record.kind)
    } else {
        kinds.managed(&record.kind)
    };
    let object = kind.and_then(|kind| Some((kind, Object::decode(&record.attributes, kind.schema()).ok()?)));
    match object {
        Some((kind, object)) => state_block(&record.address, kind.schema(), &object, secrets),
        // Written by another version: it is shown as it is rather than not at all.
        None => format!(
            "# {}:\n# `{}` is not known to this version\n{}\n",
            record.address, record.kind, record.attributes
        ),
    }
}

/// The state as text.
pub(crate) fn state(kinds: &Kinds, secrets: &Secrets, snapshot: &Snapshot) -> String {
    let mut blocks: Vec<String> = snapshot
        .records
        .values()
        .map(|record| resource(kinds, secrets, record))
        .collect();
    for (key, record) in &snapshot.deposed {
        blocks.push(format!(
            "# deposed object {}, to be destroyed\n{}",
            key.uid,
            resource(kinds, secrets, record)
        ));
    }
    if !snapshot.outputs.is_empty() {
        blocks.push(format!("\nOutputs:\n\n{}", text(secrets, &snapshot.outputs)));
    }
    if blocks.is_empty() {
        "The state is empty. No resources are represented.\n".to_owned()
    } else {
        blocks.join("\n")
    }
}

/// The state as a document: a superset of version 1.0 of the reference's format.
pub(crate) fn state_document(kinds: &Kinds, secrets: &Secrets, snapshot: &Snapshot) -> Json {
    let mut by_module: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for record in snapshot.records.values() {
        by_module
            .entry(parts(&record.address).module)
            .or_default()
            .push(resource_document(kinds, secrets, record));
    }
    let root = by_module.remove("").unwrap_or_default();
    let mut module = json!({ "resources": root });
    if !by_module.is_empty() {
        let children = by_module
            .into_iter()
            .map(|(address, list)| json!({ "address": address, "resources": list }));
        module["child_modules"] = children.collect();
    }
    json!({
        "format_version": "1.0",
        "values": { "outputs": document(secrets, &snapshot.outputs), "root_module": module },
        "meshform": {
            "version": env!("CARGO_PKG_VERSION"),
            "lineage": snapshot.lineage,
            "serial": snapshot.serial,
        },
    })
}

/// A recorded resource as a document.
pub(crate) fn resource_document(kinds: &Kinds, secrets: &Secrets, record: &Record) -> Json {
    let kind = if parts(&record.address).mode == "data" {
        kinds.data(&record.kind)
    } else {
        kinds.managed(&record.kind)
    };
    let object = kind.and_then(|kind| Some((kind, Object::decode(&record.attributes, kind.schema()).ok()?)));
    let mut out = entry(
        &record.address,
        &record.kind,
        parts(&record.address).mode == "data",
    );
    out.insert("schema_version".into(), json!(record.schema_version));
    if let Some((kind, object)) = object {
        let trees = fields(secrets, kind.schema(), &object);
        out.insert("values".into(), trees.known);
        out.insert("sensitive_values".into(), trees.sensitive);
    }
    let depends_on: Vec<&str> = record
        .dependencies
        .iter()
        .map(meshform_state::Address::as_str)
        .collect();
    if !depends_on.is_empty() {
        out.insert("depends_on".into(), json!(depends_on));
    }
    out.insert(
        "meshform".into(),
        json!({ "id": record.id, "scope": &*record.scope.0, "incomplete": record.incomplete }),
    );
    out.into()
}
