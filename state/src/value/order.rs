//! The order of the elements of a set, as the reference implementations have it: texts, numbers and truths by what they
//! are, all else by a text of it (go-cty, `cty/set_internals.go`). Later values come behind what is known, nulls last.

use std::fmt::Write as _;

use super::number::Number;
use super::{Type, Value};

/// Puts `items`, all of the type `element`, in their order.
pub(super) fn sort(element: &Type, items: &mut [Value]) {
    if matches!(element, Type::String | Type::Number | Type::Bool) {
        items.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
        return;
    }
    items.sort_by_cached_key(|item| Key {
        rank: rank(item),
        text: text(item),
        item: item.clone(),
    });
}

/// What an element is ordered by. Two that have one text are in an order of our own.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rank: u8,
    text: String,
    item: Value,
}

fn rank(item: &Value) -> u8 {
    match item {
        Value::Later(_) => 1,
        Value::Null(_) => 2,
        _ => 0,
    }
}

fn text(item: &Value) -> String {
    let mut text = String::new();
    write(item, &mut text);
    text
}

fn write(item: &Value, text: &mut String) {
    match item {
        Value::Null(_) => text.push('~'),
        Value::Later(_) => text.push('?'),
        Value::Bool(truth) => text.push(if *truth { 'T' } else { 'F' }),
        Value::Number(number) => text.push_str(&ten_digits(number)),
        Value::String(string) => quote(string, text),
        Value::List(list) | Value::Set(list) => each(&list.items, '[', ']', text),
        Value::Tuple(items) => each(&**items, '<', '>', text),
        Value::Object(attributes) => each(attributes.values(), '<', '>', text),
        Value::Map(map) => {
            text.push('{');
            for (key, value) in &map.entries {
                quote(key, text);
                text.push(':');
                write(value, text);
                text.push(';');
            }
            text.push('}');
        }
        Value::Secret(inner) => write(inner, text),
    }
}

fn each<'a>(items: impl IntoIterator<Item = &'a Value>, open: char, close: char, text: &mut String) {
    text.push(open);
    for item in items {
        write(item, text);
        text.push(';');
    }
    text.push(close);
}

/// As Go's `%q`.
fn quote(string: &str, text: &mut String) {
    text.push('"');
    for letter in string.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            '\u{7}' => text.push_str("\\a"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{b}' => text.push_str("\\v"),
            // Writing to a text cannot fail.
            '\0'..' ' | '\u{7f}' => _ = write!(text, "\\x{:02x}", u32::from(letter)),
            _ => text.push(letter),
        }
    }
    text.push('"');
}

/// As Go's `%.10g`.
fn ten_digits(number: &Number) -> String {
    const DIGITS: usize = 10;
    if let Some(small) = number.to_i64()
        && small.unsigned_abs() < 10_u64.pow(10)
    {
        return small.to_string();
    }
    let decimal = number.to_float().with_base_and_precision::<10>(DIGITS).value();
    let (significand, exponent) = (decimal.repr().significand(), decimal.repr().exponent());
    let whole = significand.to_string();
    let (sign, whole) = whole
        .strip_prefix('-')
        .map_or(("", &*whole), |whole| ("-", whole));
    let digits = whole.trim_end_matches('0');
    // Where the point is, counted from the first digit.
    let point = exponent + isize::try_from(whole.len()).unwrap_or(isize::MAX);
    let count = isize::try_from(digits.len()).unwrap_or(isize::MAX);
    let limit = if count < 10 && count >= point { count } else { 10 };
    let power = point - 1;
    match (point, power < -4 || power >= limit) {
        (_, true) => {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            let minus = if power < 0 { '-' } else { '+' };
            format!("{sign}{first}{dot}{rest}e{minus}{:02}", power.unsigned_abs())
        }
        (..=0, _) => format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs())),
        _ => {
            let point = point.unsigned_abs();
            match digits.split_at_checked(point) {
                Some((whole, "")) => format!("{sign}{whole}"),
                Some((whole, part)) => format!("{sign}{whole}.{part}"),
                None => format!("{sign}{digits}{}", "0".repeat(point - digits.len())),
            }
        }
    }
}
