//! Kinds of the fake world: one schema, and one kind for each way to find a lost creation again.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_state::{Type, Value};

use crate::kind::{Attribute, Home, Kind, Kinds, Schema};
use crate::object::Object;

/// Found by the uid that the object bears; creating it twice makes two.
pub const BY_UID: &str = "fake_uid";
/// The API takes a token and answers a repetition as it did the first time.
pub const BY_TOKEN: &str = "fake_token";
/// Its name is taken once it is there; the uid that it bears says whether it is ours.
pub const BY_NAME: &str = "fake_name";
/// As [`BY_UID`], and it takes two effects to make one.
pub const IN_TWO: &str = "fake_two";
/// Lives in the state alone.
pub const LOCAL: &str = "fake_local";
/// A data source: `made` of the object whose id is `parent`.
pub const LOOKUP: &str = "fake_lookup";

/// The managed kinds whose objects are in the world.
pub const REMOTE: [&str; 4] = [BY_UID, BY_TOKEN, BY_NAME, IN_TWO];

/// A kind of the fake world.
#[derive(Debug)]
pub struct FakeKind {
    schema: Schema,
}

impl FakeKind {
    /// The kind `name` at `home`.
    #[must_use]
    pub fn new(name: &'static str, home: Home) -> Self {
        FakeKind {
            schema: Schema::new(name, home, attributes()),
        }
    }

    /// The data source.
    #[must_use]
    pub fn lookup() -> Self {
        let attributes = vec![
            Attribute::required("parent", Type::String, "The id to look for."),
            Attribute::computed("made", Type::String, "What the world made of it."),
        ];
        let mut schema = Schema::new(LOOKUP, Home::Aws, attributes);
        schema.data = true;
        FakeKind { schema }
    }
}

fn attributes() -> Vec<Attribute> {
    vec![
        Attribute::computed("id", Type::String, "What the world calls it."),
        Attribute::required("name", Type::String, "Its own name.").force_new(),
        Attribute::optional("zone", Type::String, "Where it is.").force_new(),
        Attribute::optional("size", Type::Number, "How big it is.").default(Value::int(1)),
        Attribute::optional("parent", Type::String, "The id of what it is in.").force_new(),
        Attribute::optional("uses", Type::list(Type::String), "The ids of what it uses."),
        Attribute::optional("label", Type::String, "What the world fills in if nobody does.").or_computed(),
        Attribute::optional("password", Type::String, "Sent, never stored.").write_only(),
        Attribute::optional("password_version", Type::Number, "When to send it again."),
        Attribute::computed("made", Type::String, "What the world made of it."),
        Attribute::computed(
            "whole",
            Type::Bool,
            "Whether all effects of its creation have happened.",
        ),
    ]
}

impl Kind for FakeKind {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn refine(&self, prior: Option<&Object>, planned: &mut Object) {
        // What a broken creation left undone is a difference, so that the next plan finishes it.
        if let Some(prior) = prior
            && prior.get(&self.schema, "whole").as_bool() == Some(false)
        {
            planned.set(&self.schema, "whole", Value::Bool(true));
        }
    }
}

/// All kinds of the fake world.
#[must_use]
pub fn all() -> Kinds {
    let mut kinds = Kinds::default();
    for name in REMOTE {
        kinds.add(Arc::new(FakeKind::new(name, Home::Aws)));
    }
    kinds.add(Arc::new(FakeKind::new(LOCAL, Home::Local)));
    kinds.add(Arc::new(FakeKind::lookup()));
    kinds
}

/// What the world is told: all attributes that are kept and known, as name and value.
#[must_use]
pub(super) fn given(object: &Object, schema: &Schema) -> BTreeMap<&'static str, Value> {
    let plain = |value: &Value| value.reveal().0.clone();
    let known = schema
        .attributes
        .iter()
        .zip(&object.fields)
        .filter(|(attribute, value)| {
            // That something has no value is worth telling where the world would set one.
            let is_told = attribute.computed || !value.is_null();
            is_told && !attribute.write_only && value.is_known()
        });
    known
        .map(|(attribute, value)| (attribute.name, plain(value)))
        .collect()
}

/// What the world sets the attribute `name` of the object `id` to, if nobody else does: something of its type, the same
/// each time.
#[must_use]
pub fn made(name: &str, ty: &Type, id: &str) -> Value {
    let text = || Value::from(format!("{name} of {id}"));
    match ty {
        Type::Bool => Value::from(true),
        Type::Number => Value::int(1),
        Type::List(element) => Value::list(Type::clone(element), vec![made(name, element, id)]),
        Type::Set(element) => Value::set(Type::clone(element), vec![made(name, element, id)]),
        Type::Map(element) => Value::map(Type::clone(element), BTreeMap::new()),
        Type::Tuple(items) => Value::tuple(items.iter().map(|item| made(name, item, id)).collect()),
        Type::Object(attributes) => {
            let attributes = attributes.iter();
            Value::object(attributes.map(|(inner, ty)| (inner.clone(), made(inner, ty, id))))
        }
        Type::String | Type::Any => text(),
    }
}
