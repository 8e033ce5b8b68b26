//! Regular expressions, in the syntax of the reference implementations (RE2).

use meshform_state::{Str, Type, Value};
use regex::{Captures, Regex, RegexBuilder};

use super::pattern::translate;
use super::{Answer, Arguments, Failure, Function, Gives, Param, Want, string};

const PATTERN: &[Param] = &[
    Param::new("pattern", Want::String),
    Param::new("string", Want::String),
];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("regex", PATTERN, Gives::By(one_type), find_one),
    Function::new("regexall", PATTERN, Gives::By(all_type), find_all),
    Function::new(
        "replace",
        &[
            Param::new("str", Want::String),
            Param::new("substr", Want::String),
            Param::new("replace", Want::String),
        ],
        Gives::Always(Want::String),
        replace,
    ),
];

/// Larger compiled patterns are refused.
const MAX_COMPILED: usize = 4 << 20;

fn compile(index: usize, pattern: &str) -> Result<Regex, Failure> {
    let translated = translate(pattern)
        .map_err(|reason| Failure::argument(index, format!("it is no pattern: {reason}")))?;
    let built = RegexBuilder::new(&translated)
        .size_limit(MAX_COMPILED)
        .nest_limit(100)
        .build();
    built.map_err(|error| {
        let message = match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
            other => {
                let text = other.to_string();
                let last = text
                    .lines()
                    .last()
                    .unwrap_or("")
                    .trim_start_matches("error: ")
                    .to_owned();
                format!("it is no pattern: {last}")
            }
        };
        Failure::argument(index, message)
    })
}

/// The type of one match: a text without groups, a tuple with plain groups, an object with named ones.
fn match_type(regex: &Regex) -> Result<Type, Failure> {
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return Ok(Type::String);
    }
    if names.iter().all(Option::is_none) {
        return Ok(Type::Tuple(names.iter().map(|_| Type::String).collect()));
    }
    if names.iter().any(Option::is_none) {
        return Err(Failure::argument(0, "either all groups must have names or none"));
    }
    Ok(Type::object(
        names
            .into_iter()
            .flatten()
            .map(|name| (Str::from(name), Type::String)),
    ))
}

fn match_value(regex: &Regex, found: &Captures<'_>) -> Value {
    let group = |index: usize| {
        found
            .get(index)
            .map_or(Value::Null(Type::String), |group| string(group.as_str()))
    };
    let names: Vec<Option<&str>> = regex.capture_names().collect();
    if names.len() == 1 {
        return group(0);
    }
    if names[1].is_none() {
        return Value::tuple((1..names.len()).map(group).collect());
    }
    Value::object(
        names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| Some((Str::from((*name)?), group(index)))),
    )
}

fn one_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    match arguments.value(0).as_str() {
        Some(pattern) => match_type(&compile(0, pattern)?),
        None => Ok(Type::Any),
    }
}

fn all_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    one_type(arguments).map(Type::list)
}

fn find_one(arguments: &Arguments<'_>) -> Answer {
    let regex = compile(0, arguments.text(0))?;
    match_type(&regex)?;
    match regex.captures(arguments.text(1)) {
        Some(found) => Ok(match_value(&regex, &found)),
        None => Err(Failure::new("the pattern is not found in the text")),
    }
}

fn find_all(arguments: &Arguments<'_>) -> Answer {
    let regex = compile(0, arguments.text(0))?;
    let ty = match_type(&regex)?;
    let mut matches = Vec::new();
    for found in regex.captures_iter(arguments.text(1)) {
        arguments.spend(found.len())?;
        matches.push(match_value(&regex, &found));
    }
    Ok(Value::list(ty, matches))
}

fn replace(arguments: &Arguments<'_>) -> Answer {
    let (text, pattern, with) = (arguments.text(0), arguments.text(1), arguments.text(2));
    let inner = pattern.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(inner) = inner else {
        let count = text.matches(pattern).count();
        arguments.spend_text(text.len().saturating_add(count.saturating_mul(with.len())))?;
        return Ok(string(text.replace(pattern, with)));
    };
    let regex = compile(1, inner)?;
    let mut out = String::new();
    let mut at = 0;
    for found in regex.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&text[at..whole.start()]);
        let before = out.len();
        found.expand(with, &mut out);
        at = whole.end();
        arguments.spend_text(out.len() - before)?;
    }
    out.push_str(&text[at..]);
    Ok(string(out))
}
