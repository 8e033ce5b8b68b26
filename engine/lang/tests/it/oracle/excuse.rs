//! The differences that are meant, each with its reason. Whatever is not one of these is a mistake of ours.

use meshform_lang::{Diagnostics, Value};
use serde_json::{Value as Json, json};

use super::wire::encode;

/// Why an answer may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Excuse {
    /// The reference narrows what it does not know by lengths, bounds and first letters too, and forgets now and then
    /// that a result is never null. Ours knows types, secrets and "never null".
    Narrowing,
    /// With a key or condition that is secret and not known, the reference loses the mark. Ours stays secret.
    Secrecy,
    /// A result that is not known has a type of which the reference knows less.
    Type,
    /// Whatever the unknown part becomes, this must fail: ours says so when planning.
    Early,
    /// A mistake in a branch that is not taken decides its type in the reference; ours does not look at it.
    Branch,
    /// The functions of the reference are newer than Terraform's, and accept what Terraform refuses.
    Newer,
    /// The last digit of a logarithm, and the sign of zero.
    Digits,
}

/// Why `ours` may differ from `theirs`, a value or an error.
pub(super) fn excuse(text: &str, ours: &Result<Value, Diagnostics>, theirs: &Json) -> Option<Excuse> {
    match (ours, theirs.get("value")) {
        (Ok(ours), Some(theirs)) => values(
            text,
            &super::wire::settled(&encode(ours)),
            &super::wire::settled(theirs),
        ),
        (Err(found), Some(theirs)) => early(text, found, theirs),
        (Ok(_), None) => {
            let error = theirs["error"].as_str().unwrap_or_default();
            error
                .contains("Inconsistent conditional result types")
                .then_some(Excuse::Branch)
        }
        (Err(_), None) => None,
    }
}

fn values(text: &str, ours: &Json, theirs: &Json) -> Option<Excuse> {
    if text.contains("log(") && digits(ours) == digits(theirs)
        || digits(ours) == digits(theirs) && *ours != *theirs
    {
        return Some(Excuse::Digits);
    }
    let open = ["later", "sure", "half", "timestamp"]
        .iter()
        .any(|name| text.contains(name));
    [
        (
            Excuse::Narrowing,
            Allow {
                narrowing: true,
                ..Allow::default()
            },
        ),
        (
            Excuse::Secrecy,
            Allow {
                narrowing: true,
                secrecy: true,
                ..Allow::default()
            },
        ),
        (
            Excuse::Type,
            Allow {
                narrowing: true,
                secrecy: true,
                types: true,
            },
        ),
    ]
    .into_iter()
    .find(|(_, allow)| open && allow.fits(ours, theirs))
    .map(|(excuse, _)| excuse)
}

fn early(text: &str, found: &Diagnostics, theirs: &Json) -> Option<Excuse> {
    let told: Vec<String> = found
        .0
        .iter()
        .map(|one| format!("{}: {}", one.summary, one.detail))
        .collect();
    let all = |parts: &[&str]| {
        told.iter()
            .all(|told| parts.iter().any(|part| told.contains(part)))
    };
    if all(&[
        "`contains`: it must not be null",
        "`signum`: a whole number",
        "`log` failed: the result is no finite",
    ]) {
        return Some(Excuse::Newer);
    }
    let open = ["later", "sure", "half"].iter().any(|name| text.contains(name));
    let certain = [
        "An index must be a whole number",
        "A negative number is no index",
        "There is no such element",
        "The elements of a set have no index",
        "a list or a tuple is required",
        "all sets must have elements of the same type",
        // Both branches of a condition that is not known are wrong.
        "nobody",
        "a whole number is required",
        "the pattern is not found",
    ];
    (open && is_later(theirs) && all(&certain)).then_some(Excuse::Early)
}

fn is_later(form: &Json) -> bool {
    form.get("later").is_some() || form.get("secret").is_some_and(is_later)
}

/// Numbers to the digits that all agree on.
fn digits(form: &Json) -> Json {
    match form {
        Json::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| match (name.as_str(), value) {
                ("number", Json::String(text)) => {
                    let short: String = text.trim_start_matches('-').chars().take(15).collect();
                    let sign = if text == "-0" {
                        ""
                    } else {
                        &text[..text.len() - text.trim_start_matches('-').len()]
                    };
                    (name.clone(), json!(format!("{sign}{short}")))
                }
                _ => (name.clone(), digits(value)),
            });
            fields.collect::<serde_json::Map<_, _>>().into()
        }
        Json::Array(items) => items.iter().map(digits).collect(),
        plain => plain.clone(),
    }
}

/// In which respects two answers may differ.
#[derive(Debug, Clone, Copy, Default)]
struct Allow {
    narrowing: bool,
    secrecy: bool,
    types: bool,
}

impl Allow {
    fn fits(self, ours: &Json, theirs: &Json) -> bool {
        if ours == theirs {
            return true;
        }
        match (ours.get("secret"), theirs.get("secret")) {
            (Some(ours), Some(theirs)) => return self.fits(ours, theirs),
            (Some(ours), None) if self.secrecy => {
                return theirs.get("later").is_some() && self.fits(ours, theirs);
            }
            (None, None) => {}
            _ => return false,
        }
        if let Some(later) = ours.get("later") {
            return self.narrowing && self.same_type(later, &type_of(theirs));
        }
        let pair = |name: &str| Some((ours.get(name)?, theirs.get(name)?));
        for name in ["list", "tuple"] {
            if let Some((Json::Array(ours), Json::Array(theirs))) = pair(name) {
                return ours.len() == theirs.len()
                    && ours
                        .iter()
                        .zip(theirs)
                        .all(|(ours, theirs)| self.fits(ours, theirs));
            }
        }
        for name in ["map", "object"] {
            if let Some((Json::Object(ours), Json::Object(theirs))) = pair(name) {
                return ours.keys().eq(theirs.keys())
                    && ours
                        .values()
                        .zip(theirs.values())
                        .all(|(ours, theirs)| self.fits(ours, theirs));
            }
        }
        false
    }

    fn same_type(self, ours: &Json, theirs: &Json) -> bool {
        match (ours, theirs) {
            _ if ours == theirs => true,
            // Of which type it is, one side knows better.
            (_, Json::String(any)) if any == "dynamic" => self.types,
            (Json::Array(ours), Json::Array(theirs)) => {
                ours.len() == theirs.len()
                    && ours
                        .iter()
                        .zip(theirs)
                        .all(|(ours, theirs)| self.same_type(ours, theirs))
            }
            (Json::Object(ours), Json::Object(theirs)) => {
                ours.keys().eq(theirs.keys())
                    && ours
                        .values()
                        .zip(theirs.values())
                        .all(|(ours, theirs)| self.same_type(ours, theirs))
            }
            (Json::String(any), _) if any == "dynamic" => self.types,
            _ => false,
        }
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
            return json!(name);
        }
    }
    for name in ["list", "set", "map"] {
        if form.get(name).is_some() {
            return json!([name, form["of"]]);
        }
    }
    if let Some(inner) = form.get("secret") {
        return type_of(inner);
    }
    if let Some(items) = form["tuple"].as_array() {
        return json!(["tuple", items.iter().map(type_of).collect::<Vec<_>>()]);
    }
    let attributes = form["object"].as_object().into_iter().flatten();
    json!([
        "object",
        attributes
            .map(|(name, item)| (name.clone(), type_of(item)))
            .collect::<serde_json::Map<_, _>>()
    ])
}
