//! Filling in what was later: by origin, or by evaluating an expression again.

use std::sync::Arc;

use meshform_lang::Diagnostics;
use meshform_state::Value;

use crate::desired::{Lookup, Recipe, Resource};

/// The configured attributes of `resource` with everything filled in that `lookup` knows.
///
/// # Errors
/// Mistakes in expressions that show only now.
pub(crate) fn fields(resource: &Resource, lookup: &dyn Lookup) -> Result<Box<[Value]>, Diagnostics> {
    let mut fields = resource.fields.clone();
    let mut diagnostics = Diagnostics::new();
    for (slot, recipe) in &resource.recipes {
        if let Some(value) = diagnostics.collect(recipe.evaluate(lookup))
            && let Some(field) = fields.get_mut(*slot)
        {
            *field = value;
        }
    }
    for (slot, field) in fields.iter_mut().enumerate() {
        if !field.is_known() {
            let filled = fill(field, lookup);
            *field = match &resource.kind.schema().attributes[slot].normalise {
                // A value that arrives late is brought to its one form where it arrives.
                Some(normalise) if filled.is_known() && !filled.is_null() => {
                    normalise(filled.clone()).unwrap_or(filled)
                }
                _ => filled,
            };
        }
    }
    if diagnostics.has_errors() {
        Err(diagnostics)
    } else {
        Ok(fields)
    }
}

/// The value of an output with everything filled in that `lookup` knows.
///
/// # Errors
/// Mistakes in its expression that show only now.
pub(crate) fn value(
    value: &Value,
    recipe: Option<&Arc<dyn Recipe>>,
    lookup: &dyn Lookup,
) -> Result<Value, Diagnostics> {
    match recipe {
        Some(recipe) => recipe.evaluate(lookup),
        None => Ok(fill(value, lookup)),
    }
}

/// Finds a value again whose later parts name their origins.
pub(crate) struct Refill(pub(crate) Value);

impl Recipe for Refill {
    fn evaluate(&self, lookup: &dyn Lookup) -> Result<Value, Diagnostics> {
        Ok(fill(&self.0, lookup))
    }
}

/// `value` with each later part that names its origin replaced, where `lookup` knows it.
pub(crate) fn fill(value: &Value, lookup: &dyn Lookup) -> Value {
    if value.is_known() {
        return value.clone();
    }
    match value {
        Value::Later(later) => later
            .origin
            .as_ref()
            .and_then(|origin| lookup.attribute(&origin.address, &origin.attribute))
            .unwrap_or_else(|| value.clone()),
        Value::List(list) => Value::list(
            list.element.clone(),
            list.items.iter().map(|item| fill(item, lookup)).collect(),
        ),
        Value::Set(list) => Value::set(
            list.element.clone(),
            list.items.iter().map(|item| fill(item, lookup)).collect(),
        ),
        Value::Map(map) => Value::map(
            map.element.clone(),
            map.entries
                .iter()
                .map(|(name, item)| (name.clone(), fill(item, lookup)))
                .collect(),
        ),
        Value::Tuple(items) => Value::tuple(items.iter().map(|item| fill(item, lookup)).collect()),
        Value::Object(attributes) => Value::object(
            attributes
                .iter()
                .map(|(name, item)| (name.clone(), fill(item, lookup))),
        ),
        Value::Secret(inner) => fill(inner, lookup).into_secret(),
        other => other.clone(),
    }
}
