//! What one evaluation may still make and look at, so that no expression can fill the memory or run for ever.

use std::cell::Cell;

use meshform_state::{Type, Value};

use super::Evaluated;
use super::secrecy::Marks;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Range;

/// How much one evaluation may still make, and look at. Each element counts, and each few bytes of a text.
pub(crate) struct Budget {
    left: Cell<u64>,
    looks_left: Cell<u64>,
    /// How many templates are being evaluated inside one another.
    pub(crate) templates: Cell<u32>,
    pub(crate) marks: Marks,
}

/// About as many elements as fit half a gigabyte.
const MAX_SIZE: u64 = 4_000_000;

/// How many parts one value may have. Those that it shares with itself or others count wherever they are: they cost no
/// memory, but whoever goes through the value meets each of them, here and in all that is done with the value later.
const MAX_PARTS: u64 = 16_000_000;

/// How many parts of values may be looked at: some seconds.
const MAX_LOOKS: u64 = 400_000_000;

/// How deep the parts of a value may be in one another: what goes through it needs stack for each level.
const MAX_DEPTH: u32 = 256;

/// Bytes of text that count as one element.
pub(crate) const TEXT_UNIT: usize = 64;

impl Budget {
    pub(crate) fn new() -> Self {
        Budget {
            left: Cell::new(MAX_SIZE),
            looks_left: Cell::new(MAX_LOOKS),
            templates: Cell::new(0),
            marks: Marks::default(),
        }
    }

    /// One for an evaluation that marks what it binds of secret collections.
    pub(super) fn marking() -> Self {
        Budget {
            marks: Marks::made(),
            ..Budget::new()
        }
    }

    /// Whether `size` more units may be made.
    pub(crate) fn allows(&self, size: u64) -> bool {
        match self.left.get().checked_sub(size) {
            Some(left) => {
                self.left.set(left);
                true
            }
            None => false,
        }
    }

    pub(crate) fn spend(&self, size: usize, range: Range) -> Evaluated<()> {
        if self.allows(size as u64) {
            Ok(())
        } else {
            let message =
                format!("Evaluating this makes more than {MAX_SIZE} elements, or texts as large as that.");
            Err(too_large(message, range))
        }
    }

    /// Counts the parts of `value`, which is made at `range` or gone through there, and gives how many they are.
    pub(crate) fn weigh(&self, value: &Value, range: Range) -> Evaluated<u64> {
        self.count(range, |left| weigh(value, 0, left))
    }

    /// [`weigh`](Budget::weigh) for what asks for no more than the type of `value`.
    pub(crate) fn weigh_type(&self, value: &Value, range: Range) -> Evaluated<u64> {
        self.count(range, |left| weigh_shape(value, 0, left))
    }

    /// Counts `value` as one of several that are kept, which together have so many `parts`.
    pub(crate) fn gather(&self, parts: &mut u64, value: &Value, range: Range) -> Evaluated<()> {
        *parts += self.weigh(value, range)?;
        if *parts > MAX_PARTS {
            return Err(too_large(too_many(), range));
        }
        Ok(())
    }

    fn count(&self, range: Range, walk: impl FnOnce(&mut u64) -> Result<(), Excess>) -> Evaluated<u64> {
        let limit = MAX_PARTS.min(self.looks_left.get());
        let mut left = limit;
        let result = walk(&mut left);
        let seen = limit - left;
        self.looks_left.set(self.looks_left.get() - seen);
        let message = match result {
            Ok(()) => return Ok(seen),
            Err(Excess::Depth) => format!("The parts of this value are more than {MAX_DEPTH} levels deep."),
            Err(Excess::Parts) if limit == MAX_PARTS => too_many(),
            Err(Excess::Parts) => {
                format!("Evaluating this goes through more than {MAX_LOOKS} parts of values.")
            }
        };
        Err(too_large(message, range))
    }
}

fn too_many() -> String {
    format!("This value has more than {MAX_PARTS} parts; one that is in it several times counts each time.")
}

fn too_large(message: String, range: Range) -> Diagnostics {
    Diagnostic::error("Result too large", message).at(range).into()
}

/// Why a value is not gone through to its end.
enum Excess {
    Parts,
    Depth,
}

fn take(count: usize, left: &mut u64) -> Result<(), Excess> {
    *left = left.checked_sub(count as u64).ok_or_else(|| {
        *left = 0;
        Excess::Parts
    })?;
    Ok(())
}

fn weigh(value: &Value, depth: u32, left: &mut u64) -> Result<(), Excess> {
    let depth = deeper(depth)?;
    take(1, left)?;
    match value {
        Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::String(text) => take(text.len() / TEXT_UNIT, left),
        Value::Null(ty) => weigh_ty(ty, depth, left),
        Value::Later(later) => weigh_ty(&later.ty, depth, left),
        Value::Secret(inner) => weigh(inner, depth, left),
        Value::Tuple(items) => items.iter().try_for_each(|item| weigh(item, depth, left)),
        Value::List(list) | Value::Set(list) => {
            weigh_ty(&list.element, depth, left)?;
            list.items.iter().try_for_each(|item| weigh(item, depth, left))
        }
        Value::Map(map) => {
            weigh_ty(&map.element, depth, left)?;
            weigh_entries(map.entries.iter(), left, |item, left| weigh(item, depth, left))
        }
        Value::Object(attributes) => {
            weigh_entries(attributes.iter(), left, |item, left| weigh(item, depth, left))
        }
    }
}

fn weigh_entries<'a, T: 'a>(
    entries: impl Iterator<Item = (&'a meshform_state::Str, &'a T)>,
    left: &mut u64,
    weigh: impl Fn(&T, &mut u64) -> Result<(), Excess>,
) -> Result<(), Excess> {
    for (name, item) in entries {
        take(name.len() / TEXT_UNIT, left)?;
        weigh(item, left)?;
    }
    Ok(())
}

/// What is gone through to tell the type of `value`: elements that share one are not.
fn weigh_shape(value: &Value, depth: u32, left: &mut u64) -> Result<(), Excess> {
    let depth = deeper(depth)?;
    match value {
        Value::Secret(inner) => weigh_shape(inner, depth, left),
        Value::Tuple(items) => {
            take(1, left)?;
            items.iter().try_for_each(|item| weigh_shape(item, depth, left))
        }
        Value::Object(attributes) => {
            take(1, left)?;
            weigh_entries(attributes.iter(), left, |item, left| {
                weigh_shape(item, depth, left)
            })
        }
        _ => take(1, left),
    }
}

fn weigh_ty(ty: &Type, depth: u32, left: &mut u64) -> Result<(), Excess> {
    let depth = deeper(depth)?;
    match ty {
        Type::Any | Type::Bool | Type::Number | Type::String => Ok(()),
        Type::List(element) | Type::Set(element) | Type::Map(element) => {
            take(1, left)?;
            weigh_ty(element, depth, left)
        }
        Type::Tuple(items) => {
            take(1 + items.len(), left)?;
            items.iter().try_for_each(|item| weigh_ty(item, depth, left))
        }
        Type::Object(attributes) => {
            take(1 + attributes.len(), left)?;
            weigh_entries(attributes.iter(), left, |item, left| weigh_ty(item, depth, left))
        }
    }
}

fn deeper(depth: u32) -> Result<u32, Excess> {
    if depth >= MAX_DEPTH {
        return Err(Excess::Depth);
    }
    Ok(depth + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_before_counts() {
        let mut sources = crate::source::Sources::default();
        let range = Range {
            source: sources.add("test", ""),
            start: 0,
            end: 0,
        };
        let budget = Budget::new();
        budget.looks_left.set(100);
        let value = Value::tuple(vec![Value::Bool(true); 39]);
        assert_eq!(budget.weigh(&value, range), Ok(40));
        assert_eq!(budget.weigh_type(&value, range), Ok(40));
        assert!(budget.weigh(&value, range).is_err());
        // What failed was looked at all the same.
        assert!(budget.weigh(&Value::Bool(true), range).is_err());
    }
}
