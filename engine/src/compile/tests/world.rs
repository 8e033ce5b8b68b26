//! A small world to compile in: three kinds, two words, and what they come to as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use meshform_lang::{Diagnostic, Diagnostics, Sources};
use meshform_state::addr::{Key, Segment};
use meshform_state::value::to_json;
use meshform_state::{Address, Scope, Str, Type, Value};

use crate::compile::{
    Arguments, Compiled, Context, Derivation, Derived, Expanded, Expansion, Given, GivenBy, Inputs, Place,
    Stop, Vocabulary, WordBlock, compile,
};
use crate::config::{Argument, BlockSchema, Config, Nested, Reach, Takes, Texts, WordSchema, load};
use crate::kind::{Attribute, Home, Kind, Kinds, Problem, Schema};
use crate::{Facts, Object};

struct Fake(Schema);

impl Kind for Fake {
    fn schema(&self) -> &Schema {
        &self.0
    }

    fn validate(&self, object: &Object) -> Vec<Problem> {
        if object.get(&self.0, "name").as_str() == Some("forbidden") {
            return vec![Problem {
                attribute: "name",
                message: "This name is taken.".to_owned(),
                hint: Some("Take another.".to_owned()),
            }];
        }
        Vec::new()
    }
}

fn thing() -> Schema {
    let rule = Type::object([("port".into(), Type::Number), ("note".into(), Type::String)]);
    let attributes = vec![
        Attribute::required("name", Type::String, "What it is called."),
        Attribute::optional("size", Type::Number, "How large it is.").default(Value::int(1)),
        Attribute::optional("tags", Type::map(Type::String), "Its tags."),
        Attribute::optional("rule", Type::list(rule.clone()), "Its rules."),
        Attribute::optional("gate", rule, "Its gate."),
        Attribute::optional("zone", Type::String, "Its zone.").or_computed(),
        Attribute::optional("token", Type::String, "Its token.").write_only(),
        Attribute::optional("data", Type::Any, "Anything."),
        Attribute::computed("id", Type::String, "Its id."),
    ];
    Schema::new("thing", Home::Local, attributes)
}

fn machine() -> Schema {
    let attributes = vec![
        Attribute::required("name", Type::String, "What it is called."),
        Attribute::computed("id", Type::String, "Its id."),
    ];
    Schema::new("machine", Home::Aws, attributes)
}

fn zones() -> Schema {
    let attributes = vec![
        Attribute::optional("filter", Type::String, "Which ones."),
        Attribute::computed("names", Type::list(Type::String), "Their names."),
    ];
    let mut schema = Schema::new("zones", Home::Local, attributes);
    schema.data = true;
    schema
}

/// The kinds of this world.
pub(super) fn kinds() -> Kinds {
    let mut kinds = Kinds::default();
    for schema in [thing(), machine(), zones()] {
        kinds.add(Arc::new(Fake(schema)));
    }
    kinds
}

/// The vocabulary of this world: `nest`, which makes eggs, and may name a friend.
pub(super) struct Nests(Vec<WordSchema>);

impl Nests {
    pub(super) fn new() -> Self {
        let arguments = vec![
            Argument::required("eggs", Takes::Structural(Type::Number), "How many eggs."),
            Argument::optional("colour", Takes::Value(Type::String), "Their colour."),
            Argument::optional("friend", Takes::Word(Reach::Name, &["nest"]), "A nest to like."),
            Argument::optional(
                "beside",
                Takes::Word(Reach::Whole, &["nest"]),
                "A nest to stand beside.",
            ),
        ];
        let near = Argument::optional(
            "near",
            Takes::Word(Reach::Name, &["nest"]),
            "A nest to see from there.",
        );
        let home = Nested {
            name: "home",
            labels: &[],
            required: false,
            repeated: false,
            body: BlockSchema {
                arguments: vec![near],
                ..BlockSchema::default()
            },
            doc: "Where it is.",
        };
        let body = BlockSchema {
            arguments,
            blocks: vec![home],
            open: false,
        };
        let nest = WordSchema {
            name: "nest",
            named: true,
            for_each: true,
            after: &[],
            body,
            exports: &["colour", "eggs", "friend", "tree"],
            doc: "A nest.",
        };
        let orchard = WordSchema {
            name: "orchard",
            named: false,
            for_each: false,
            after: &["nest"],
            body: BlockSchema::default(),
            exports: &[],
            doc: "Sees all nests, and makes a path from each to the next.",
        };
        Nests(vec![nest, orchard])
    }
}

impl Vocabulary for Nests {
    fn words(&self) -> &[WordSchema] {
        &self.0
    }

    fn expand(&self, block: &WordBlock, context: &mut Context<'_>) -> Result<Expansion, Stop> {
        if &*block.word == "orchard" {
            return Ok(orchard(context));
        }
        let arguments = &block.arguments;
        let eggs = arguments.int("eggs").unwrap_or(0);
        if eggs > 9 {
            let detail = format!("{eggs} eggs do not fit.");
            return Err(Diagnostic::error("Too many eggs", detail)
                .at(arguments.range("eggs"))
                .into());
        }
        let zones = context.ask("zones", &Scope::Local, &[], arguments.range)?;
        let zone = context
            .answer("zones", &zones, "names")
            .and_then(|names| names.items()?.first().cloned());
        let tree = derived(
            "tree",
            None,
            vec![
                ("name", Value::from("tree")),
                ("zone", zone.unwrap_or(Value::Null(Type::String))),
            ],
            "the tree under the nest".to_owned(),
        );
        let tree_id = context.attribute(&block.resource("thing", "tree", None), "thing", "id");
        let mut resources = vec![tree];
        for egg in 0..eggs {
            let mut attributes = vec![
                ("name", Value::from(format!("egg {egg}"))),
                ("data", tree_id.clone()),
            ];
            if let Some(colour) = arguments.value("colour") {
                let tags = BTreeMap::from([("colour".into(), colour.clone())]);
                attributes.push(("tags", Value::map(Type::String, tags)));
            }
            let key = u64::try_from(egg).ok().map(Key::Index);
            resources.push(derived("egg", key, attributes, format!("egg {egg}")));
        }
        let last = block
            .address
            .segments()
            .pop()
            .map_or(String::new(), |last| last.name);
        let region = format!("{}-1", last.replace('_', "-"));
        let place = Place::Fixed(Scope::Aws {
            account: None,
            region,
            plan_role: None,
            apply_role: None,
        });
        Ok(Expansion {
            resources,
            exports: exports(arguments, eggs, tree_id),
            place,
        })
    }

    fn assemble(&self, blocks: &[Arc<Expanded>], context: &mut Context<'_>) -> Result<Vec<Derivation>, Stop> {
        Ok(paths(blocks, context))
    }
}

/// A fence that bears the names of all nests.
fn orchard(context: &Context<'_>) -> Expansion {
    let nests: Vec<&str> = context
        .blocks("nest")
        .map(|nest| nest.block.address.as_str())
        .collect();
    let name = vec![("name", Value::from(nests.join(" ")))];
    Expansion {
        resources: vec![derived("fence", None, name, "around all nests".to_owned())],
        ..Expansion::default()
    }
}

/// A path from each nest to the next, where there is an orchard.
fn paths(blocks: &[Arc<Expanded>], context: &Context<'_>) -> Vec<Derivation> {
    let Some(orchard) = blocks.iter().find(|block| &*block.block.word == "orchard") else {
        return Vec::new();
    };
    let mut block = orchard.block.clone();
    block.address = Address::from_segments(&[Segment {
        name: "path".to_owned(),
        key: None,
    }]);
    let nests: Vec<&Arc<Expanded>> = blocks
        .iter()
        .filter(|block| &*block.block.word == "nest")
        .collect();
    let tree =
        |nest: &Expanded| context.attribute(&nest.block.resource("thing", "tree", None), "thing", "id");
    let path = |pair: &[&Arc<Expanded>]| {
        let key = format!("{}->{}", pair[0].block.address, pair[1].block.address);
        let attributes = vec![
            ("name", Value::from("path")),
            ("data", tree(pair[0])),
            ("zone", tree(pair[1])),
        ];
        derived("to", Some(Key::Text(key)), attributes, "between nests".to_owned())
    };
    let resources = nests.windows(2).map(path).collect();
    vec![Derivation { block, resources }]
}

fn derived(
    name: &'static str,
    key: Option<Key>,
    attributes: Vec<(&'static str, Value)>,
    why: String,
) -> Derived {
    Derived {
        kind: "thing",
        name,
        key,
        scope: None,
        attributes,
        depends_on: Vec::new(),
        keep: false,
        why,
    }
}

fn exports(arguments: &Arguments, eggs: i64, tree: Value) -> BTreeMap<Str, Value> {
    let none = || Value::Null(Type::String);
    let friend = arguments
        .words("friend")
        .first()
        .map(|friend| Value::from(friend.address.as_str()));
    BTreeMap::from([
        ("tree".into(), tree),
        ("eggs".into(), Value::int(eggs)),
        (
            "colour".into(),
            arguments.value("colour").cloned().unwrap_or_else(none),
        ),
        ("friend".into(), friend.unwrap_or_else(none)),
    ])
}

/// A configuration loaded in this world.
pub(super) struct Loaded {
    pub(super) sources: Sources,
    pub(super) config: Config,
    pub(super) diagnostics: Diagnostics,
}

pub(super) fn loaded(files: &[(&str, &str)]) -> Loaded {
    let mut sources = Sources::default();
    let folder = Texts::new(files.iter().map(|(name, text)| (*name, *text)));
    let (config, diagnostics) = load(&mut sources, &folder, Nests::new().words());
    Loaded {
        sources,
        config,
        diagnostics,
    }
}

/// Facts in which every question about zones has the answer `names`.
pub(super) fn answered(compiled: &Compiled, facts: &Facts, names: &[&str]) -> Facts {
    let mut facts = facts.clone();
    for query in &compiled.missing {
        let mut answer = query.arguments.clone();
        let names = names.iter().map(|name| Value::from(*name)).collect();
        answer.set(&zones(), "names", Value::list(Type::String, names));
        facts.insert(query, answer);
    }
    facts
}

pub(super) fn inputs(variables: &[(&str, Value)]) -> Inputs {
    let given = |value: &Value| Given {
        value: value.clone(),
        by: GivenBy::Flag("-var".to_owned()),
        range: None,
    };
    let variables = variables
        .iter()
        .map(|(name, value)| (Str::from(*name), given(value)))
        .collect();
    Inputs {
        variables,
        ..Inputs::default()
    }
}

/// Compiles until nothing is missing; the zones are `a` and `b`.
pub(super) fn compiled(loaded: &Loaded, inputs: &Inputs) -> Compiled {
    let (vocabulary, kinds, mut facts) = (Nests::new(), kinds(), Facts::default());
    loop {
        let mut compiled = compile(&loaded.config, inputs, &facts, &vocabulary, &kinds);
        if compiled.missing.is_empty() || compiled.diagnostics.has_errors() {
            compiled.diagnostics.extend(loaded.diagnostics.clone());
            compiled.diagnostics.sort();
            return compiled;
        }
        facts = answered(&compiled, &facts, &["a", "b"]);
    }
}

/// All mistakes in `text`, of loading and of compiling, as a reader would see them.
pub(super) fn mistakes(text: &str) -> String {
    let loaded = loaded(&[("mesh.hcl", text)]);
    let compiled = compiled(&loaded, &Inputs::default());
    shown(&loaded.sources, &compiled.diagnostics)
}

pub(super) fn shown(sources: &Sources, diagnostics: &Diagnostics) -> String {
    let mut out = String::new();
    for diagnostic in &diagnostics.0 {
        let place = diagnostic
            .range
            .map_or("?".to_owned(), |range| sources.describe(range));
        let severity = format!("{:?}", diagnostic.severity).to_lowercase();
        let _ = writeln!(
            out,
            "{severity} {place} {}: {}",
            diagnostic.summary, diagnostic.detail
        );
        if let Some(hint) = &diagnostic.hint {
            let _ = writeln!(out, "    hint: {hint}");
        }
        for related in &diagnostic.related {
            let _ = writeln!(out, "    {}: {}", sources.describe(related.range), related.label);
        }
    }
    out
}

/// The desired resources and outputs of `text`, which must have no mistakes.
pub(super) fn desired(text: &str) -> String {
    let loaded = loaded(&[("mesh.hcl", text)]);
    let compiled = compiled(&loaded, &Inputs::default());
    assert!(
        compiled.diagnostics.is_empty(),
        "{}",
        shown(&loaded.sources, &compiled.diagnostics)
    );
    listed(&compiled)
}

pub(super) fn listed(compiled: &Compiled) -> String {
    let mut out = String::new();
    for resource in &compiled.desired.resources {
        let _ = write!(out, "{} in {}", resource.address, resource.scope);
        if let Some(why) = &resource.why {
            let _ = write!(out, ": {why}");
        }
        out.push('\n');
        for (attribute, field) in resource.kind.schema().attributes.iter().zip(&resource.fields) {
            if !field.is_null() {
                let _ = writeln!(out, "  {} = {}", attribute.name, text(field));
            }
        }
        let recipes: Vec<&str> = resource
            .recipes
            .iter()
            .map(|(slot, _)| resource.kind.schema().attributes[*slot].name)
            .collect();
        if !recipes.is_empty() {
            let _ = writeln!(out, "  again: {}", recipes.join(", "));
        }
        for dependency in &resource.dependencies {
            let _ = writeln!(out, "  after {} by {}", dependency.on, dependency.attribute);
        }
    }
    for output in &compiled.desired.outputs {
        let again = if output.recipe.is_some() { ", again" } else { "" };
        let after: Vec<&str> = output.dependencies.iter().map(Address::as_str).collect();
        let after = if after.is_empty() {
            String::new()
        } else {
            format!(", after {}", after.join(" "))
        };
        let _ = writeln!(
            out,
            "output {} = {}{again}{after}",
            output.name,
            text(&output.value)
        );
    }
    out
}

/// A value as text, with where later parts come from.
pub(super) fn text(value: &Value) -> String {
    let inside = |items: &[Value]| items.iter().map(text).collect::<Vec<_>>().join(", ");
    match value {
        Value::Later(later) => match &later.origin {
            Some(origin) => format!("<{} of {}>", origin.attribute, origin.address),
            None => format!("<{}>", later.ty),
        },
        Value::Secret(_) => "(secret)".to_owned(),
        Value::List(list) | Value::Set(list) if !value.is_known() => format!("[{}]", inside(&list.items)),
        Value::Tuple(items) if !value.is_known() => format!("[{}]", inside(items)),
        Value::Map(_) | Value::Object(_) if !value.is_known() || value.has_secret() => {
            let entries = value
                .entries()
                .into_iter()
                .flatten()
                .map(|(name, item)| format!("{name}: {}", text(item)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        known => to_json(known).map_or_else(|_| "?".to_owned(), |json| json.to_string()),
    }
}
