//! Small builders that every word uses. Nothing here may know a word.

use std::collections::BTreeMap;

use meshform_engine::compile::{Arguments, Derived, Expanded, Place, WordBlock};
use meshform_engine::config::{Argument, BlockSchema, Nested, Takes};
use meshform_lang::{Type, Value};
use meshform_state::addr::Key;
use meshform_state::{Address, Scope, Str};

/// An argument that may be there and takes a text that decides what exists.
pub(crate) fn said(name: &'static str, doc: &'static str) -> Argument {
    Argument::optional(name, Takes::Structural(Type::String), doc)
}

/// A nested block that may be there once.
pub(crate) fn nested(name: &'static str, body: BlockSchema, doc: &'static str) -> Nested {
    Nested {
        name,
        labels: &[],
        required: false,
        repeated: false,
        body,
        doc,
    }
}

/// The account and region that the arguments `account` and `region` of a block say; none of both takes the account of
/// the credentials.
///
/// # Errors
/// If nothing says which region, in a sentence.
pub(crate) fn regional(arguments: &Arguments) -> Result<Scope, String> {
    let own = Place::Regional {
        account: None,
        region: None,
        plan_role: None,
        apply_role: None,
    };
    let place = arguments.word("account").map_or(&own, |account| &account.place);
    place.scope(arguments.text("region"))
}

/// Where resources in a block live that is a place.
pub(crate) fn scope_of(block: &Expanded) -> Scope {
    match &block.place {
        Place::Fixed(scope) => scope.clone(),
        // VPCs and clusters always have one.
        Place::Nowhere | Place::Regional { .. } => Scope::Local,
    }
}

/// Starts a resource of `kind`, below its block as `name`. `why` is a clause, as [`Derived::why`].
pub(crate) fn resource(kind: &'static str, name: &'static str, why: impl Into<String>) -> Made {
    Made(Derived {
        kind,
        name,
        key: None,
        scope: None,
        attributes: Vec::new(),
        depends_on: Vec::new(),
        keep: false,
        why: why.into(),
    })
}

/// A resource under construction.
pub(crate) struct Made(Derived);

impl Made {
    /// Gives it a key.
    pub(crate) fn key(mut self, key: &str) -> Self {
        self.0.key = Some(Key::Text(key.to_owned()));
        self
    }

    /// Says where it lives, if that is not the place of its block.
    pub(crate) fn within(mut self, scope: &Scope) -> Self {
        self.0.scope = Some(scope.clone());
        self
    }

    /// Sets an attribute.
    pub(crate) fn set(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.attributes.push((name, value.into()));
        self
    }

    /// Sets an attribute where there is a value for it.
    pub(crate) fn set_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Puts it behind `others`.
    pub(crate) fn after(mut self, others: impl IntoIterator<Item = Address>) -> Self {
        self.0.depends_on.extend(others);
        self
    }

    /// The resource.
    pub(crate) fn done(self) -> Derived {
        self.0
    }
}

/// The name of a block for people: that of the block, with the key if there is one.
pub(crate) fn label(block: &WordBlock) -> String {
    match block.address.segments().pop() {
        Some(last) => match last.key {
            Some(Key::Text(key)) => format!("{}-{key}", last.name),
            Some(Key::Index(index)) => format!("{}-{index}", last.name),
            None => last.name,
        },
        None => block.address.to_string(),
    }
}

/// A known or later text that a block exports.
pub(crate) fn export(block: &Expanded, name: &str) -> Value {
    block
        .exports
        .get(name)
        .cloned()
        .unwrap_or(Value::Null(Type::String))
}

/// The text that a block exports, where it is known.
pub(crate) fn text(block: &Expanded, name: &str) -> Option<String> {
    block.exports.get(name)?.as_str().map(str::to_owned)
}

/// An object of these members.
pub(crate) fn object<'a>(members: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::object(members.into_iter().map(|(name, value)| (Str::from(name), value)))
}

/// A map of texts.
pub(crate) fn map<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let entries: BTreeMap<Str, Value> = entries
        .into_iter()
        .map(|(name, value)| (Str::from(name), Value::from(value)))
        .collect();
    Value::map(Type::String, entries)
}

/// A text that may be missing.
pub(crate) fn maybe(text: Option<&str>) -> Value {
    text.map_or(Value::Null(Type::String), Value::from)
}
