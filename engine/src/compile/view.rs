//! What expressions see of resources: configured values at once, the rest later.

use meshform_state::{Str, Type, Value};

use crate::desired::Lookup;
use crate::kind::Attribute;

use super::program::{Block, Data, Keys, ResourceInstance};

impl ResourceInstance {
    /// What expressions see of the attribute in `slot`.
    pub(super) fn view(&self, slot: usize) -> Value {
        let schema = self.kind.schema();
        let attribute = &schema.attributes[slot];
        match &self.data {
            Data::Answered(answer) => answer.fields[slot].clone(),
            Data::Waiting if attribute.computed => Value::later(attribute.ty.clone()),
            Data::Waiting | Data::Deferred | Data::Managed => self.configured(slot, attribute),
        }
    }

    fn configured(&self, slot: usize, attribute: &Attribute) -> Value {
        let later = || Value::later_from(attribute.ty.clone(), &self.address, attribute.name);
        let field = &self.fields[slot];
        if attribute.write_only {
            return Value::Null(attribute.ty.clone());
        }
        if field.is_null() {
            return match &attribute.default {
                _ if attribute.computed => later(),
                Some(default) => default.clone(),
                None => Value::Null(attribute.ty.clone()),
            };
        }
        match field {
            // What comes later is then found here; its own origin may be converted or normalised on the way.
            Value::Later(_) => later(),
            other => other.clone(),
        }
    }

    /// What expressions see of all attributes.
    pub(super) fn whole(&self) -> Value {
        let attributes = self.kind.schema().attributes.iter().enumerate();
        Value::object(attributes.map(|(slot, attribute)| (Str::from(attribute.name), self.view(slot))))
    }

    /// What is known of it now: what `lookup` knows, or what compilation knew.
    pub(super) fn now(&self, lookup: Option<&dyn Lookup>) -> Value {
        match lookup.and_then(|lookup| lookup.object(&self.address)) {
            Some(object) => object,
            None => self.whole(),
        }
    }
}

/// The value of all instances of a block together: that of the only one, a tuple or an object.
pub(super) fn together<T>(block: &Block<T>, value: impl Fn(&T) -> Option<Value>) -> Option<Value> {
    let each = |at: usize| block.instances.get(at)?.as_ref().and_then(&value);
    match &block.keys {
        Keys::Failed => None,
        Keys::Waiting => Some(Value::later(Type::Any)),
        Keys::Disabled => Some(Value::Null(Type::Any)),
        Keys::Single => each(0),
        Keys::Count(count) => (0..*count)
            .map(each)
            .collect::<Option<Vec<_>>>()
            .map(Value::tuple),
        Keys::Each(keys) => {
            let entries: Option<Vec<_>> = keys
                .iter()
                .enumerate()
                .map(|(at, (key, _))| Some((key.clone(), each(at)?)))
                .collect();
            entries.map(Value::object)
        }
    }
}
