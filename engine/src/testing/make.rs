//! Configurations without a language: resources, built one by one.

use std::sync::Arc;

use meshform_lang::{Range, SourceId};
use meshform_state::{Address, Scope, Str, Type, Value};

use super::kinds;
use crate::desired::{Dependency, Desired, Lifecycle, Output, Resource};
use crate::kind::{Home, Kind};

/// The region that things of the fake world are in, if no other is given.
fn region(name: &str) -> Scope {
    Scope::Aws {
        account: Some("000000000000".to_owned()),
        region: name.to_owned(),
        plan_role: None,
        apply_role: None,
    }
}

/// A resource in the making.
#[derive(Debug, Clone)]
pub struct Make {
    resource: Resource,
    scope: Scope,
}

/// Nowhere: there is no text.
fn nowhere() -> Range {
    Range {
        source: SourceId(0),
        start: 0,
        end: 0,
    }
}

/// `text` as an address; what is none becomes one that says so.
#[must_use]
pub(super) fn address(text: &str) -> Address {
    Address::parse(text).unwrap_or_else(|error| {
        let plain: String = error.text.chars().filter(char::is_ascii_alphanumeric).collect();
        Address::from_segments(&[meshform_state::addr::Segment {
            name: format!("no_address_{plain}"),
            key: None,
        }])
    })
}

impl Make {
    /// The resource `KIND.NAME`, with the attribute `name` that `name` says.
    #[must_use]
    pub fn new(kind: &'static str, name: &str) -> Self {
        let plain: String = name
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        Make::at(kind, &format!("{kind}.{name}")).set("name", Value::string(plain))
    }

    /// The resource of `kind` at the address `at`, with nothing set.
    #[must_use]
    pub fn at(kind: &'static str, at: &str) -> Self {
        let all = kinds::all();
        let missing = || Arc::new(kinds::FakeKind::new(kind, Home::Aws)) as Arc<dyn Kind>;
        let found = all
            .managed(kind)
            .or_else(|| all.data(kind))
            .cloned()
            .unwrap_or_else(missing);
        let scope = if found.schema().home == Home::Local {
            Scope::Local
        } else {
            region("us-test-1")
        };
        let fields = found
            .schema()
            .attributes
            .iter()
            .map(|attribute| Value::Null(attribute.ty.clone()))
            .collect();
        let resource = Resource {
            address: address(at),
            kind: found,
            scope: scope.key(),
            fields,
            recipes: Vec::new(),
            dependencies: Vec::new(),
            lifecycle: Lifecycle::default(),
            why: None,
            range: nowhere(),
        };
        Make { resource, scope }
    }

    /// Sets an attribute.
    #[must_use]
    pub fn set(mut self, attribute: &str, value: impl Into<Value>) -> Self {
        if let Some(slot) = self.resource.kind.schema().slot(attribute) {
            self.resource.fields[slot] = value.into();
        }
        self
    }

    /// Lets it live in another region.
    #[must_use]
    pub fn region(mut self, name: &str) -> Self {
        self.scope = region(name);
        self.resource.scope = self.scope.key();
        self
    }

    /// It comes after `on`.
    #[must_use]
    pub fn after(mut self, on: &str) -> Self {
        let dependency = Dependency {
            on: address(on),
            attribute: "depends_on".into(),
            range: nowhere(),
        };
        self.resource.dependencies.push(dependency);
        self
    }

    /// Its attribute is the id of `on`.
    #[must_use]
    pub fn refer(self, attribute: &str, on: &str) -> Self {
        self.refer_to(attribute, on, "id")
    }

    /// Its attribute is the attribute `of` of `on`.
    #[must_use]
    pub fn refer_to(self, attribute: &str, on: &str, of: &str) -> Self {
        let value = Value::later_from(Type::String, &address(on), of);
        let mut made = self.set(attribute, value).after(on);
        if let Some(dependency) = made.resource.dependencies.last_mut() {
            dependency.attribute = attribute.into();
        }
        made
    }

    /// It uses each of `on`.
    #[must_use]
    pub fn uses(mut self, on: &[&str]) -> Self {
        let ids = on
            .iter()
            .map(|on| Value::later_from(Type::String, &address(on), "id"))
            .collect();
        for on in on {
            self = self.after(on);
        }
        self.set("uses", Value::list(Type::String, ids))
    }

    /// Its replacement is created first.
    #[must_use]
    pub fn create_first(self) -> Self {
        self.lifecycle(|lifecycle| lifecycle.create_before_destroy = true)
    }

    /// With this change of its lifecycle.
    #[must_use]
    pub fn lifecycle(mut self, change: impl FnOnce(&mut Lifecycle)) -> Self {
        change(&mut self.resource.lifecycle);
        self
    }

    /// The resource.
    #[must_use]
    pub fn resource(&self) -> &Resource {
        &self.resource
    }
}

/// All of `made`, in the order of their addresses.
#[must_use]
pub fn desired(made: impl IntoIterator<Item = Make>) -> Desired {
    let mut desired = Desired::default();
    for make in made {
        desired.scopes.insert(make.scope.key(), make.scope);
        desired.resources.push(make.resource);
    }
    desired.resources.sort_by(|a, b| a.address.cmp(&b.address));
    desired
}

/// `desired` with an output `name`: the attribute `of` of the resource at `on`.
#[must_use]
pub fn filled(mut desired: Desired, name: &str, on: &str, of: &str) -> Desired {
    desired.outputs.push(Output {
        name: Str::from(name),
        value: Value::later_from(Type::String, &address(on), of),
        recipe: None,
        sensitive: false,
        dependencies: vec![address(on)],
        range: nowhere(),
    });
    desired.outputs.sort_by(|a, b| a.name.cmp(&b.name));
    desired
}
