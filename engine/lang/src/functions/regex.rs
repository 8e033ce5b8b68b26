//! Regular expressions, in the syntax of the reference implementations (RE2).

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

use meshform_state::{Str, Type, Value};
use regex::{Captures, Regex, RegexBuilder};

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

fn compile(arguments: &Arguments<'_>, index: usize, pattern: &str) -> Result<Regex, Failure> {
    let built = RegexBuilder::new(&ascii_classes(pattern))
        .size_limit(MAX_COMPILED)
        .nest_limit(100)
        .build();
    let _ = arguments;
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

/// In RE2 `\d`, `\s`, `\w` and `\b` know ASCII only, a `[` inside of brackets is plain, as is a `{` that tells no count.
fn ascii_classes(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains(['\\', '[', '{']) {
        return Cow::Borrowed(pattern);
    }
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut letters = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some('s') => out.push_str("[\\t\\n\\x0c\\r ]"),
                Some('S') => out.push_str("[^\\t\\n\\x0c\\r ]"),
                Some('b') if !in_class => out.push_str("(?-u:\\b)"),
                Some('B') if !in_class => out.push_str("(?-u:\\B)"),
                Some('Q') => {
                    let mut literal: String = letters.by_ref().collect();
                    let rest = literal.find("\\E").map(|end| literal.split_off(end));
                    out.push_str(&regex::escape(&literal));
                    if let Some(rest) = rest {
                        out.push_str(&ascii_classes(&rest[2..]));
                    }
                }
                Some(plain @ ('<' | '>')) => out.push(plain),
                Some(digit @ '0'..='7') => octal(digit, &mut letters, &mut out),
                Some(was @ ('p' | 'P' | 'x')) if letters.peek() == Some(&'{') => {
                    // These braces belong to it.
                    out.extend(['\\', was, '{']);
                    letters.next();
                }
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '{' if !in_class && !tells_count(letters.clone()) => out.push_str("\\{"),
            '[' if in_class && letters.peek() != Some(&':') => out.push_str("\\["),
            '[' => {
                out.push('[');
                if in_class {
                    // A named class, such as `[:alpha:]`: up to its own end.
                    for inner in letters.by_ref() {
                        out.push(inner);
                        if inner == ']' {
                            break;
                        }
                    }
                    continue;
                }
                in_class = true;
                if letters.peek() == Some(&'^') {
                    out.extend(letters.next());
                }
                if letters.peek() == Some(&']') {
                    letters.next();
                    out.push_str("\\]");
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => out.extend(['\\', letter]),
            // Twice would take a class from another one.
            '-' if in_class && letters.next_if_eq(&'-').is_some() => out.push_str("-\\-"),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// Whether the text from behind a `{` on is a count: `2}`, `2,}` or `2,3}`.
fn tells_count(letters: impl Iterator<Item = char>) -> bool {
    let inner: String = letters.take_while(|letter| *letter != '}').collect();
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match inner.split_once(',') {
        Some((least, most)) => !least.is_empty() && number(least) && number(most),
        None => !inner.is_empty() && number(&inner),
    }
}

/// `\0` with up to two more digits is a letter by its code, and so is `\1` to `\7` with at least one.
fn octal(first: char, letters: &mut Peekable<Chars<'_>>, out: &mut String) {
    let mut digits = String::from(first);
    while digits.len() < 3
        && let Some(digit) = letters.next_if(|next| matches!(next, '0'..='7'))
    {
        digits.push(digit);
    }
    match u32::from_str_radix(&digits, 8) {
        Ok(code) if first == '0' || digits.len() > 1 => out.push_str(&format!("\\x{{{code:x}}}")),
        _ => out.extend(['\\', first]),
    }
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
        Some(pattern) => match_type(&compile(arguments, 0, pattern)?),
        None => Ok(Type::Any),
    }
}

fn all_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    one_type(arguments).map(Type::list)
}

fn find_one(arguments: &Arguments<'_>) -> Answer {
    let regex = compile(arguments, 0, arguments.text(0))?;
    match_type(&regex)?;
    match regex.captures(arguments.text(1)) {
        Some(found) => Ok(match_value(&regex, &found)),
        None => Err(Failure::new("the pattern is not found in the text")),
    }
}

fn find_all(arguments: &Arguments<'_>) -> Answer {
    let regex = compile(arguments, 0, arguments.text(0))?;
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
    let regex = compile(arguments, 1, inner)?;
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
