//! The differences that are meant, each with its reason, and how each is shown to be one. Whatever is not one of these is
//! a mistake of ours.
//!
//! All of them are about what is known when not all is: of known values both sides say the same. So the reference is
//! asked again in many `worlds`, each with a known value for every name that is known later. Ours may fail early only
//! if the reference fails in all of them, and may know more of a result, or of its secrecy, only if all their results
//! are as it says.

use meshform_lang::{Diagnostics, Value};
use serde_json::Value as Json;

use super::wire::{encode, revealed, settled};

/// Why an answer may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Excuse {
    /// Whatever the unknown part becomes, this must fail: ours says so when planning.
    Early,
    /// What the reference says, be it that there is no value, is not so in some world. What ours says is.
    Refuted,
    /// Which part will be taken is not known, and one of them is secret: ours is secret. So it is in some world.
    Secrecy,
    /// What is secret and not known is so as a whole, since its parts are not known one by one.
    Cautious,
    /// The reference loses the mark of a null among the elements of a set.
    Null,
    /// Ours knows more of the result.
    Sharper,
    /// Of sets, one has elements of a type that is not known. The reference says that the result has those of the others,
    /// which `setunion([1], later)` need not have; ours says nothing, also where only empty sets could be meant.
    Open,
    /// The reference takes a set for one of as many elements as it has before they are known, in their order. Ours does
    /// not, and knows less of what comes of that, be it that it fails.
    Count,
    /// There is no world in which it has a value, but both see that only later.
    Doomed,
}

/// Why an answer may not differ.
#[derive(Debug)]
pub(super) struct NoExcuse {
    pub(super) text: String,
    /// Whether ours is right, but says less.
    pub(super) is_less: bool,
}

impl From<String> for NoExcuse {
    fn from(text: String) -> Self {
        NoExcuse { text, is_less: false }
    }
}

fn less(text: &str) -> NoExcuse {
    NoExcuse {
        text: text.to_owned(),
        is_less: true,
    }
}

/// Why `ours` may differ from `theirs`, given their answers `later` in all worlds; else what is wrong with it.
pub(super) fn excuse(
    ours: &Result<Value, Diagnostics>,
    theirs: &Json,
    later: &[&Json],
) -> Result<Excuse, NoExcuse> {
    let Ok(ours) = ours else { return Ok(early(later)?) };
    let ours = settled(&encode(ours));
    let theirs = theirs.get("value").map(settled);
    let holds = holds(&ours, theirs.as_ref(), later)?;
    match theirs {
        Some(theirs) if holds > 0 => values(&ours, &theirs, later),
        Some(_) => Ok(Excuse::Doomed),
        None if holds > 0 => Ok(Excuse::Refuted),
        None => Err(less("only theirs fails")),
    }
}

/// Ours fails already. It may if the reference does in each world, be it only in a part that is not asked for there.
fn early(later: &[&Json]) -> Result<Excuse, String> {
    let fails = |answer: &&Json| answer.get("error").is_some() || answer["strict"].get("error").is_some();
    let excused =
        |answer: &&Json| fails(answer) || ["mistake", "panic"].iter().any(|name| answer.get(name).is_some());
    match later.iter().position(|answer| !excused(answer)) {
        Some(world) => Err(format!(
            "only ours fails; it has a value in world {world}: {}",
            later[world]
        )),
        None if later.iter().any(fails) => Ok(Excuse::Early),
        None => Err("only ours fails".to_owned()),
    }
}

/// In how many worlds there is a value; `ours` must allow all of them, but for what both say alike: the value without
/// marks, or which marks there are.
fn holds(ours: &Json, theirs: Option<&Json>, later: &[&Json]) -> Result<usize, String> {
    let mut count = 0;
    let bare = revealed(ours);
    let same_value = theirs
        .map(revealed)
        .is_some_and(|theirs| theirs == bare || opened(&theirs) == bare);
    let same_marks = theirs.is_some_and(|theirs| secrecy(theirs) == secrecy(ours));
    for (world, answer) in later.iter().enumerate() {
        let Some(value) = answer.get("value") else {
            continue;
        };
        let is_so = allows(&bare, &revealed(&settled(value)), Marks::Some);
        let strict = &answer["strict"];
        let mut values = [Some(value), strict.get("value")].into_iter().flatten();
        if is_so && same_marks || values.any(|value| allows(ours, &settled(value), Marks::Some)) {
            count += 1;
        } else if strict.get("error").is_none() && (is_so || !same_value) {
            return Err(format!("it is not so in world {world}: {value}"));
        }
    }
    Ok(count)
}

/// Both have a value, and ours is right. How much each says is compared without the secret marks.
fn values(ours: &Json, theirs: &Json, later: &[&Json]) -> Result<Excuse, NoExcuse> {
    let values: Vec<Json> = later
        .iter()
        .filter_map(|answer| answer.get("value"))
        .map(settled)
        .collect();
    let (bare_ours, bare_theirs) = (revealed(ours), revealed(theirs));
    if bare_ours != bare_theirs && !allows(&bare_theirs, &bare_ours, Marks::All) {
        let refuted = values
            .iter()
            .any(|value| !allows(&bare_theirs, &revealed(value), Marks::All));
        return if refuted {
            Ok(Excuse::Refuted)
        } else if bare_ours == opened(&bare_theirs) {
            Ok(Excuse::Open)
        } else {
            Err(less("ours knows less"))
        };
    }
    if secrecy(ours) == secrecy(theirs) {
        Ok(Excuse::Sharper)
    } else if values.iter().any(|value| allows(ours, value, Marks::All)) {
        Ok(Excuse::Secrecy)
    } else {
        Ok(Excuse::Cautious)
    }
}

/// A later list or set of numbers or truths as one of which the elements are not known.
fn opened(form: &Json) -> Json {
    let mut form = form.clone();
    if let Some(element) = form.pointer_mut("/later/1")
        && (*element == "number" || *element == "bool")
    {
        *element = "dynamic".into();
    }
    form
}

/// Whether two answers are the same but for the mark of a null, which the reference loses where it makes a set:
/// `issensitive(toset([sensitive(null), "z"]))` is false in Terraform 1.11.4, and true for any other value.
pub(super) fn null_mark(ours: &Json, theirs: &Json) -> bool {
    revealed(ours) == revealed(theirs) && secrecy(theirs).len() < secrecy(ours).len() && has_null(ours)
}

fn has_null(form: &Json) -> bool {
    match form {
        Json::Object(fields) => fields.contains_key("null") || fields.values().any(has_null),
        Json::Array(items) => items.iter().any(has_null),
        _ => false,
    }
}

/// Where `form` is secret.
fn secrecy(form: &Json) -> Vec<String> {
    fn add(form: &Json, path: &str, found: &mut Vec<String>) {
        match form {
            Json::Object(fields) => {
                for (name, inner) in fields {
                    let path = format!("{path}.{name}");
                    if name == "secret" {
                        found.push(path.clone());
                    }
                    add(inner, &path, found);
                }
            }
            Json::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    add(item, &format!("{path}[{at}]"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    add(form, "", &mut found);
    found
}

/// How many of the secret marks of what was said before must be there at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marks {
    All,
    Some,
}

/// Whether a value of which `before` is known may turn out to be `after`.
fn allows(before: &Json, after: &Json, kept: Marks) -> bool {
    if before == after {
        return true;
    }
    if let Some(inner) = before.get("secret") {
        let bare = revealed(after);
        return (kept == Marks::Some || bare != *after) && allows(&revealed(inner), &bare, kept);
    }
    if let Some(ty) = before.get("later") {
        let never_null = before.get("not_null").is_some();
        let has_secret = revealed(after) != *after;
        let may_be_null =
            after.get("null").is_some() || after.get("later").is_some() && after.get("not_null").is_none();
        // A null of no type becomes one of the type that is asked for.
        let fits = fits(ty, &type_of(after)) || after.get("null").is_some_and(|of| of == "dynamic");
        return !(has_secret || never_null && may_be_null) && fits;
    }
    // What a null would have been is decided by what is not taken, be it that it fails.
    if let (Some(before), Some(after)) = (before.get("null"), after.get("null")) {
        return fits(before, after) || fits(after, before);
    }
    let of = || fits(&before["of"], &after["of"]);
    let pair = |name: &str| Some((before.get(name)?, after.get(name)?));
    let all = |(before, after): (&Json, &Json)| match (before, after) {
        (Json::Array(before), Json::Array(after)) => {
            before.len() == after.len()
                && before
                    .iter()
                    .zip(after)
                    .all(|(before, after)| allows(before, after, kept))
        }
        (Json::Object(before), Json::Object(after)) => {
            before.keys().eq(after.keys())
                && before
                    .values()
                    .zip(after.values())
                    .all(|(before, after)| allows(before, after, kept))
        }
        _ => false,
    };
    if let Some((Json::Array(before), Json::Array(after))) = pair("set") {
        // Elements that are not known may turn out to be one.
        return of()
            && after.len() <= before.len()
            && after.is_empty() == before.is_empty()
            && before
                .iter()
                .all(|item| after.iter().any(|after| allows(item, after, kept)));
    }
    ["list", "map"]
        .iter()
        .any(|name| pair(name).is_some_and(all) && of())
        || ["tuple", "object"].iter().any(|name| pair(name).is_some_and(all))
}

/// Whether what is of the type `before` may turn out to be of `after`.
fn fits(before: &Json, after: &Json) -> bool {
    match (before, after) {
        _ if before == after => true,
        (Json::String(any), _) => any == "dynamic",
        (Json::Array(before), Json::Array(after)) => {
            before.len() == after.len()
                && before
                    .iter()
                    .zip(after)
                    .all(|(before, after)| fits(before, after))
        }
        (Json::Object(before), Json::Object(after)) => {
            before.keys().eq(after.keys())
                && before
                    .values()
                    .zip(after.values())
                    .all(|(before, after)| fits(before, after))
        }
        _ => false,
    }
}

fn type_of(form: &Json) -> Json {
    for name in ["null", "later"] {
        if let Some(of) = form.get(name) {
            return of.clone();
        }
    }
    for name in ["bool", "number", "string"] {
        if form.get(name).is_some() {
            return name.into();
        }
    }
    for name in ["list", "set", "map"] {
        if form.get(name).is_some() {
            return serde_json::json!([name, form["of"]]);
        }
    }
    if let Some(inner) = form.get("secret") {
        return type_of(inner);
    }
    if let Some(items) = form["tuple"].as_array() {
        return serde_json::json!(["tuple", items.iter().map(type_of).collect::<Vec<_>>()]);
    }
    let attributes = form["object"].as_object().into_iter().flatten();
    serde_json::json!([
        "object",
        attributes
            .map(|(name, item)| (name.clone(), type_of(item)))
            .collect::<serde_json::Map<_, _>>()
    ])
}
