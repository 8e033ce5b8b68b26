//! What changes between two values, as a tree. How that looks is [`super::lines`]'s concern.

use std::collections::{BTreeMap, BTreeSet};

use meshform_state::{Str, Type, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::values::{Secrets, leaf, parse_json, visible};

/// What happens to one part of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Same,
    Add,
    Remove,
    Change,
}

/// One part of a value, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diff {
    pub(crate) sign: Sign,
    pub(crate) form: Form,
}

/// How a part is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// One line.
    Leaf {
        before: Option<String>,
        after: Option<String>,
    },
    /// A text of several lines.
    Lines(Vec<(Sign, String)>),
    /// The entries of an object or map, sorted by key.
    Entries(Vec<(Str, Diff)>),
    /// The elements of a list or set.
    Elements(Elements),
    /// A text that holds JSON. Without a change in it, only its spacing differs.
    Json(Box<Diff>),
    /// Two forms with nothing in common.
    Becomes(Box<Diff>, Box<Diff>),
}

/// The elements of a list or set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elements {
    pub(crate) items: Vec<Diff>,
    /// Whether neighbours say where a change is.
    pub(crate) ordered: bool,
    /// Whether elements that are known by a name change their places.
    pub(crate) moved: bool,
}

/// The attributes by which elements of a list are known, in the order of preference.
const ELEMENT_NAMES: [&str; 2] = ["name", "key"];

/// Compares two values; `None` is absence.
pub(crate) fn diff(secrets: &Secrets, before: Option<&Value>, after: Option<&Value>) -> Diff {
    let before = before.map(|value| secrets.canonical(value));
    let after = after.map(|value| secrets.canonical(value));
    compare(before.as_ref(), after.as_ref())
}

/// Both values are in canonical form.
fn compare(before: Option<&Value>, after: Option<&Value>) -> Diff {
    match (before, after) {
        (Some(before), Some(after)) => change(before, after),
        (Some(value), None) => whole(value, Sign::Remove),
        (None, Some(value)) => whole(value, Sign::Add),
        (None, None) => whole(&Value::Null(Type::Any), Sign::Same),
    }
}

fn change(before: &Value, after: &Value) -> Diff {
    if before == after {
        return whole(before, Sign::Same);
    }
    let form = match (before, after) {
        (Value::Secret(_), Value::Secret(_)) => Form::Leaf {
            before: None,
            after: Some(leaf(after)),
        },
        (Value::Object(a), Value::Object(b)) => {
            let names: BTreeSet<&Str> = a.keys().chain(b.keys()).collect();
            Form::Entries(
                names
                    .into_iter()
                    .map(|name| (name.clone(), compare(a.get(name), b.get(name))))
                    .collect(),
            )
        }
        (Value::Set(a), Value::Set(b)) => Form::Elements(set(&a.items, &b.items)),
        (Value::Tuple(a), Value::Tuple(b)) => Form::Elements(keyed(a, b).unwrap_or_else(|| list(a, b))),
        (Value::String(a), Value::String(b)) => texts(a, b),
        _ if is_line(before) && is_line(after) => Form::Leaf {
            before: Some(leaf(before)),
            after: Some(leaf(after)),
        },
        _ => Form::Becomes(
            Box::new(whole(before, Sign::Remove)),
            Box::new(whole(after, Sign::Add)),
        ),
    };
    Diff {
        sign: Sign::Change,
        form,
    }
}

/// A value all of which has one sign.
fn whole(value: &Value, sign: Sign) -> Diff {
    let form = match value {
        Value::String(text) => match parse_json(text) {
            Some(json) if !is_line(&json) => Form::Json(Box::new(whole(&json, sign))),
            _ if text.contains('\n') => {
                Form::Lines(lines(text).into_iter().map(|line| (Sign::Same, line)).collect())
            }
            _ => one(leaf(value), sign),
        },
        Value::Object(entries) if !entries.is_empty() => Form::Entries(
            entries
                .iter()
                .map(|(name, item)| (name.clone(), whole(item, sign)))
                .collect(),
        ),
        Value::Set(set) if !set.items.is_empty() => Form::Elements(Elements {
            items: set.items.iter().map(|item| whole(item, sign)).collect(),
            ordered: false,
            moved: false,
        }),
        Value::Tuple(items) if !items.is_empty() => Form::Elements(Elements {
            items: items.iter().map(|item| whole(item, sign)).collect(),
            ordered: true,
            moved: false,
        }),
        _ => one(leaf(value), sign),
    };
    Diff { sign, form }
}

fn one(text: String, sign: Sign) -> Form {
    match sign {
        Sign::Remove => Form::Leaf {
            before: Some(text),
            after: None,
        },
        _ => Form::Leaf {
            before: None,
            after: Some(text),
        },
    }
}

/// Whether a value is shown on one line.
fn is_line(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains('\n') && parse_json(text).is_none_or(|json| is_line(&json)),
        _ => {
            value.items().is_none_or(<[Value]>::is_empty)
                && value.entries().is_none_or(|entries| entries.is_empty())
        }
    }
}

fn texts(before: &str, after: &str) -> Form {
    if let (Some(a), Some(b)) = (parse_json(before), parse_json(after))
        && (!is_line(&a) || !is_line(&b))
    {
        return Form::Json(Box::new(change(&a, &b)));
    }
    let (a, b) = (Value::from(before), Value::from(after));
    if parse_json(before).is_some() || parse_json(after).is_some() {
        return Form::Becomes(Box::new(whole(&a, Sign::Remove)), Box::new(whole(&b, Sign::Add)));
    }
    if !before.contains('\n') && !after.contains('\n') {
        return Form::Leaf {
            before: Some(leaf(&a)),
            after: Some(leaf(&b)),
        };
    }
    let (old, new) = (lines(before), lines(after));
    let mut all = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (tag, was, is) = op.as_tag_tuple();
        if tag == similar::DiffTag::Equal {
            all.extend(old[was].iter().map(|line| (Sign::Same, line.clone())));
        } else {
            all.extend(old[was].iter().map(|line| (Sign::Remove, line.clone())));
            all.extend(new[is].iter().map(|line| (Sign::Add, line.clone())));
        }
    }
    Form::Lines(all)
}

fn lines(text: &str) -> Vec<String> {
    text.strip_suffix('\n')
        .unwrap_or(text)
        .split('\n')
        .map(visible)
        .collect()
}

fn set(before: &[Value], after: &[Value]) -> Elements {
    let all: BTreeSet<&Value> = before.iter().chain(after).collect();
    let item = |value: &&Value| match (before.contains(value), after.contains(value)) {
        (true, true) => whole(value, Sign::Same),
        (true, false) => whole(value, Sign::Remove),
        _ => whole(value, Sign::Add),
    };
    Elements {
        items: all.iter().map(item).collect(),
        ordered: false,
        moved: false,
    }
}

fn list(before: &[Value], after: &[Value]) -> Elements {
    let mut items = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, before, after) {
        match op {
            DiffOp::Equal { old_index, len, .. } => {
                items.extend(
                    before[old_index..old_index + len]
                        .iter()
                        .map(|item| whole(item, Sign::Same)),
                );
            }
            DiffOp::Delete {
                old_index, old_len, ..
            } => {
                items.extend(
                    before[old_index..old_index + old_len]
                        .iter()
                        .map(|item| whole(item, Sign::Remove)),
                );
            }
            DiffOp::Insert {
                new_index, new_len, ..
            } => {
                items.extend(
                    after[new_index..new_index + new_len]
                        .iter()
                        .map(|item| whole(item, Sign::Add)),
                );
            }
            DiffOp::Replace {
                old_index,
                old_len,
                new_index,
                new_len,
            } => {
                replaced(
                    &before[old_index..old_index + old_len],
                    &after[new_index..new_index + new_len],
                    &mut items,
                );
            }
        }
    }
    Elements {
        items,
        ordered: true,
        moved: false,
    }
}

/// Objects in the same place are one object that changes; other elements are only where as many come as go.
fn replaced(before: &[Value], after: &[Value], items: &mut Vec<Diff>) {
    let alike = |a: &Value, b: &Value| {
        before.len() == after.len() || (a.entries().is_some() && b.entries().is_some())
    };
    let pairs = before.iter().zip(after).take_while(|(a, b)| alike(a, b)).count();
    items.extend(before.iter().zip(after).take(pairs).map(|(a, b)| change(a, b)));
    items.extend(before[pairs..].iter().map(|item| whole(item, Sign::Remove)));
    items.extend(after[pairs..].iter().map(|item| whole(item, Sign::Add)));
}

/// Lists of objects that all bear a different known name are compared by that name, whatever their order.
fn keyed(before: &[Value], after: &[Value]) -> Option<Elements> {
    let attribute = ELEMENT_NAMES
        .into_iter()
        .find(|name| names(before, name).is_some() && names(after, name).is_some())?;
    let (old, new) = (names(before, attribute)?, names(after, attribute)?);
    let (old_at, new_at) = (places(&old), places(&new));
    let moved = !old.iter().filter_map(|name| new_at.get(name)).is_sorted();
    let mut items: Vec<Diff> = Vec::new();
    let gone = |range: std::ops::Range<usize>, items: &mut Vec<Diff>| {
        let range = range.filter(|at| !new_at.contains_key(old[*at]));
        items.extend(range.map(|at| whole(&before[at], Sign::Remove)));
    };
    let mut shown = 0;
    for (name, item) in new.iter().zip(after) {
        match old_at.get(name) {
            Some(&at) => {
                // What goes is shown where it was: before the element that followed it.
                gone(shown..at, &mut items);
                shown = shown.max(at + 1);
                items.push(change(&before[at], item));
            }
            None => items.push(whole(item, Sign::Add)),
        }
    }
    gone(shown..old.len(), &mut items);
    Some(Elements {
        items,
        ordered: false,
        moved,
    })
}

fn places<'a>(names: &[&'a str]) -> BTreeMap<&'a str, usize> {
    names
        .iter()
        .enumerate()
        .map(|(place, name)| (*name, place))
        .collect()
}

/// The names of all elements by `attribute`, if each has one of its own.
fn names<'a>(items: &'a [Value], attribute: &str) -> Option<Vec<&'a str>> {
    let name = |item: &'a Value| match item.entries()?.get(attribute)? {
        Value::String(text) => Some(&**text),
        _ => None,
    };
    let names: Vec<&str> = items.iter().map(name).collect::<Option<_>>()?;
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    (distinct.len() == names.len()).then_some(names)
}
