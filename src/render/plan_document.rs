//! The plan for machines: a superset of version 1.2 of the reference's format.
//!
//! It is written entry by entry, with the names in the order of a map: a plan may have a million resources, and each is
//! in it three times.

use std::collections::BTreeMap;
use std::io;

use meshform_engine::Object;
use meshform_engine::plan::{Action, Change, Plan, digest};
use meshform_lang::Sources;
use meshform_state::{Str, Value};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use super::address_json::parts;
use super::json_values::value;
use super::plan_json::{drift_change, output_change, planned_outputs, resource, resource_change};
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

/// Writes the whole document.
///
/// # Errors
/// As `out` says.
pub(crate) fn write(plan: &Plan, around: &Around<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer(out, &Document { plan, around }).map_err(io::Error::from)
}

struct Document<'a> {
    plan: &'a Plan,
    around: &'a Around<'a>,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Document { plan, around } = *self;
        let secrets = around.secrets;
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("applyable", &!plan.is_empty())?;
        out.serialize_entry("checks", &json!([]))?;
        out.serialize_entry("complete", &!plan.partial)?;
        out.serialize_entry("configuration", &json!({ "root_module": {} }))?;
        out.serialize_entry("errored", &false)?;
        out.serialize_entry("format_version", FORMAT_VERSION)?;
        out.serialize_entry("meshform", &own(plan))?;
        let outputs = plan.outputs.iter();
        let outputs: Map<String, Json> = outputs
            .map(|output| (output.name.to_string(), output_change(output, secrets)))
            .collect();
        out.serialize_entry("output_changes", &outputs)?;
        out.serialize_entry(
            "planned_values",
            &PlannedValues {
                outputs: planned_outputs(plan, secrets),
                root_module: Module::new(plan, secrets, &PLANNED),
            },
        )?;
        let values = PriorValues {
            root_module: Module::new(plan, secrets, &PRIOR),
        };
        out.serialize_entry(
            "prior_state",
            &PriorState {
                format_version: "1.0",
                values,
            },
        )?;
        out.serialize_entry("relevant_attributes", &json!([]))?;
        let changes = || plan.changes.iter().map(|change| resource_change(change, around));
        out.serialize_entry("resource_changes", &Each(changes))?;
        let drift = || {
            plan.drift
                .iter()
                .filter_map(|drift| drift_change(drift, plan, secrets))
        };
        out.serialize_entry("resource_drift", &Each(drift))?;
        out.serialize_entry("terraform_version", &Json::Null)?;
        out.serialize_entry("timestamp", around.timestamp)?;
        let variables = around.variables.iter();
        let variables: Map<String, Json> = variables
            .map(|(name, given)| (name.to_string(), json!({ "value": value(secrets, given).known })))
            .collect();
        out.serialize_entry("variables", &variables)?;
        out.end()
    }
}

/// What the reference has no field for.
fn own(plan: &Plan) -> Json {
    let summary = plan.summary();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "digest": digest(plan),
        "destroy": plan.destroy,
        "summary": {
            "add": summary.add,
            "change": summary.change,
            "destroy": summary.destroy,
            "forget": summary.forget,
            "import": summary.import,
        },
    })
}

#[derive(Serialize)]
struct PlannedValues<'a> {
    outputs: Map<String, Json>,
    root_module: Module<'a>,
}

#[derive(Serialize)]
struct PriorState<'a> {
    format_version: &'static str,
    values: PriorValues<'a>,
}

#[derive(Serialize)]
struct PriorValues<'a> {
    root_module: Module<'a>,
}

/// What an iterator has, in a list that never is one.
struct Each<F>(F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: Iterator,
    I::Item: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// One side of changes.
struct Side {
    has: fn(&Change) -> bool,
    of: fn(&Change) -> Option<Object>,
}

/// What will be. A forgotten object stays as it is.
const PLANNED: Side = Side {
    has: |change| change.after.is_some() || (change.action == Action::Forget && change.before.is_some()),
    of: |change| shown(change).1,
};

/// What is.
const PRIOR: Side = Side {
    has: |change| change.before.is_some(),
    of: |change| change.before.clone(),
};

/// Resources in the tree of the modules and words that they belong to, one level deep.
struct Module<'a> {
    root: Vec<&'a Change>,
    below: BTreeMap<String, Vec<&'a Change>>,
    side: &'static Side,
    secrets: &'a Secrets,
}

impl<'a> Module<'a> {
    fn new(plan: &'a Plan, secrets: &'a Secrets, side: &'static Side) -> Self {
        let (mut root, mut below) = (Vec::new(), BTreeMap::<String, Vec<&Change>>::new());
        let current = plan.changes.iter().filter(|change| change.deposed.is_none());
        for change in current.filter(|change| (side.has)(change)) {
            match parts(&change.address).module {
                module if module.is_empty() => root.push(change),
                module => below.entry(module).or_default().push(change),
            }
        }
        Module {
            root,
            below,
            side,
            secrets,
        }
    }

    fn resources(&self, changes: &[&Change]) -> impl Serialize {
        Each(move || {
            let told = |change: &&Change| Some(resource(change, &(self.side.of)(change)?, self.secrets));
            changes.iter().filter_map(told)
        })
    }
}

impl Serialize for Module<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        if !self.below.is_empty() {
            let children = || {
                self.below.iter().map(|(address, changes)| Child {
                    address,
                    resources: self.resources(changes),
                })
            };
            out.serialize_entry("child_modules", &Each(children))?;
        }
        out.serialize_entry("resources", &self.resources(&self.root))?;
        out.end()
    }
}

#[derive(Serialize)]
struct Child<'a, R> {
    address: &'a str,
    resources: R,
}

#[cfg(test)]
mod tests {
    use meshform_engine::plan::{Order, OutputChange, Reason};

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
        let mut written = Vec::new();
        write(&plan, &around, &mut written).unwrap();
        let mut document: Json = serde_json::from_slice(&written).unwrap();
        assert_eq!(document.to_string().as_bytes(), written, "in the order of a map");
        document["meshform"]["digest"] = json!("…");
        let text = serde_json::to_string_pretty(&document).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        insta::assert_snapshot!(text);
    }
}
