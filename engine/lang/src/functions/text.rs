//! Texts.

use meshform_state::{Type, Value};
use unicode_segmentation::UnicodeSegmentation;

use super::{Answer, Arguments, Failure, Function, Gives, Param, Want, string};

const STR: Param = Param::new("str", Want::String);
const ONE: &[Param] = &[STR];

const fn of_one(name: &'static str, run: fn(&Arguments<'_>) -> Answer) -> Function {
    Function::new(name, ONE, Gives::Always(Want::String), run)
}

const fn of_two(
    name: &'static str,
    params: &'static [Param; 2],
    gives: Want,
    run: fn(&Arguments<'_>) -> Answer,
) -> Function {
    Function::new(name, params, Gives::Always(gives), run)
}

pub(super) const FUNCTIONS: &[Function] = &[
    of_one("upper", |a| {
        Ok(string(a.text(0).chars().map(upper).collect::<String>()))
    }),
    of_one("lower", |a| {
        Ok(string(a.text(0).chars().map(lower).collect::<String>()))
    }),
    of_one("title", |a| Ok(string(title(a.text(0))))),
    of_one("strrev", |a| {
        Ok(string(a.text(0).graphemes(true).rev().collect::<String>()))
    }),
    of_one("chomp", |a| Ok(string(a.text(0).trim_end_matches(['\r', '\n'])))),
    of_one("trimspace", |a| Ok(string(a.text(0).trim()))),
    of_two(
        "trim",
        &[STR, Param::new("cutset", Want::String)],
        Want::String,
        |a| {
            let set: Vec<char> = a.text(1).chars().collect();
            Ok(string(a.text(0).trim_matches(set.as_slice())))
        },
    ),
    of_two(
        "trimprefix",
        &[STR, Param::new("prefix", Want::String)],
        Want::String,
        |a| Ok(string(a.text(0).strip_prefix(a.text(1)).unwrap_or(a.text(0)))),
    ),
    of_two(
        "trimsuffix",
        &[STR, Param::new("suffix", Want::String)],
        Want::String,
        |a| Ok(string(a.text(0).strip_suffix(a.text(1)).unwrap_or(a.text(0)))),
    ),
    of_two(
        "startswith",
        &[STR, Param::new("prefix", Want::String)],
        Want::Bool,
        |a| Ok(Value::Bool(a.text(0).starts_with(a.text(1)))),
    ),
    of_two(
        "endswith",
        &[STR, Param::new("suffix", Want::String)],
        Want::Bool,
        |a| Ok(Value::Bool(a.text(0).ends_with(a.text(1)))),
    ),
    of_two(
        "strcontains",
        &[STR, Param::new("substr", Want::String)],
        Want::Bool,
        |a| Ok(Value::Bool(a.text(0).contains(a.text(1)))),
    ),
    of_two(
        "split",
        &[Param::new("separator", Want::String), STR],
        Want::ListString,
        split,
    ),
    Function::new(
        "join",
        &[Param::new("separator", Want::String)],
        Gives::Always(Want::String),
        join,
    )
    .rest(Param::new("lists", Want::ListString)),
    Function::new(
        "substr",
        &[
            STR,
            Param::new("offset", Want::Number),
            Param::new("length", Want::Number),
        ],
        Gives::Always(Want::String),
        substr,
    ),
    of_two(
        "indent",
        &[Param::new("spaces", Want::Number), STR],
        Want::String,
        indent,
    ),
];

/// One letter for one letter: `ß`, which would become two, stays.
fn upper(letter: char) -> char {
    let mut mapped = letter.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for letter in text.chars() {
        // A word begins behind what is neither a letter, a digit nor an underscore.
        if before.is_alphanumeric() || before == '_' || !before.is_ascii() && !before.is_whitespace() {
            out.push(letter);
        } else {
            out.push(match letter {
                // Letters that are two in one have a form of their own at the start of a word.
                'Ǆ'..='ǆ' => 'ǅ',
                'Ǉ'..='ǉ' => 'ǈ',
                'Ǌ'..='ǌ' => 'ǋ',
                'Ǳ'..='ǳ' => 'ǲ',
                letter => upper(letter),
            });
        }
        before = letter;
    }
    out
}

fn split(arguments: &Arguments<'_>) -> Answer {
    let (separator, text) = (arguments.text(0), arguments.text(1));
    let parts: Vec<Value> = if separator.is_empty() {
        text.chars().map(|letter| string(letter.to_string())).collect()
    } else {
        text.split(separator).map(string).collect()
    };
    arguments.spend(parts.len())?;
    Ok(Value::list(Type::String, parts))
}

fn join(arguments: &Arguments<'_>) -> Answer {
    let mut out = String::new();
    let separator = arguments.text(0);
    let mut first = true;
    for list in 1..arguments.len() {
        for item in arguments.items(list) {
            let Value::String(text) = item else {
                return Err(Failure::argument(
                    list,
                    "an element is null; each must have a text",
                ));
            };
            if !first {
                out.push_str(separator);
            }
            first = false;
            out.push_str(text);
        }
        arguments.spend_text(out.len())?;
    }
    if arguments.len() == 1 {
        return Err(Failure::new("at least one list is required"));
    }
    Ok(string(out))
}

fn substr(arguments: &Arguments<'_>) -> Answer {
    let (offset, length) = (arguments.whole(1)?, arguments.whole(2)?);
    let letters: Vec<&str> = arguments.text(0).graphemes(true).collect();
    let count = i64::try_from(letters.len()).unwrap_or(i64::MAX);
    let start = if offset < 0 {
        (count + offset).max(0)
    } else {
        offset.min(count)
    };
    // Counted from the end, no length means all of the rest, as in terraform.
    let end = if length < 0 || (offset < 0 && length == 0) {
        count
    } else {
        start.saturating_add(length).min(count)
    };
    let at = |place: i64| usize::try_from(place).unwrap_or(0);
    Ok(string(letters[at(start)..at(end)].concat()))
}

fn indent(arguments: &Arguments<'_>) -> Answer {
    let spaces = arguments.whole(0)?;
    let Ok(spaces) = usize::try_from(spaces) else {
        return Err(Failure::argument(0, "the number of spaces must not be negative"));
    };
    let text = arguments.text(1);
    arguments.spend_text(
        text.len()
            .saturating_add(text.matches('\n').count().saturating_mul(spaces)),
    )?;
    let spaces = " ".repeat(if text.contains('\n') { spaces } else { 0 });
    Ok(string(text.replace('\n', &format!("\n{spaces}"))))
}
