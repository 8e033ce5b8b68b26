//! What plain words of YAML mean.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use meshform_state::value::Number;
use meshform_state::{Type, Value};

use crate::convert::convert_to;
use crate::functions::string;
use crate::functions::time::Moment;

/// The value of a word that stands for null or a truth.
fn word(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Value::Null(Type::Any)),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => {
            Some(Value::Bool(true))
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
            Some(Value::Bool(false))
        }
        _ => None,
    }
}

/// The value of a text without quotes and tag; `None` for numbers that are none, such as infinity.
pub(super) fn plain(text: &str) -> Option<Value> {
    if let Some(word) = word(text) {
        return Some(word);
    }
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" | ".nan"
        | ".NaN" | ".NAN" => return None,
        _ => {}
    }
    if let Some(number) = number(text) {
        return Some(Value::Number(number));
    }
    Some(moment(text).map_or_else(|| string(text), Value::string))
}

/// A text of several lines, written with `|` or `>`, without a tag. Its type is that of a text, yet it is read like one
/// without quotes before: so does the reference.
pub(super) fn block(text: &str) -> Option<Value> {
    convert_to(&plain(text)?, &Type::String).ok()
}

/// What `text` is with the tag `tag` of the core schema; `None` if it does not fit.
pub(super) fn tagged(text: &str, quoted: bool, tag: &str) -> Option<Value> {
    let looks_typed = text
        .bytes()
        .next()
        .is_none_or(|first| b"+-.~0123456789yYnNtTfFoO".contains(&first));
    match tag {
        "str" => return Some(string(text)),
        "binary" => return STANDARD.decode(text).is_ok().then(|| string(text)),
        _ if quoted && looks_typed => return Some(string(text)),
        "timestamp" if let Some(moment) = moment(text) => return Some(Value::string(moment)),
        _ => {}
    }
    if let Some(value) = word(text).or_else(|| number(text).map(Value::Number)) {
        return Some(value);
    }
    match tag {
        "int" | "float" => number(&text.replace('_', "")).map(Value::Number),
        "null" => Some(Value::Null(Type::Any)),
        _ => None,
    }
}

/// A number, but not what only looks like one.
fn number(text: &str) -> Option<Number> {
    let radix = |digits: &str, radix: u32| {
        u64::from_str_radix(digits, radix)
            .ok()
            .filter(|_| !digits.starts_with('+'))
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16).map(|number| Number::from(dashu_int::IBig::from(number)));
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8).map(|number| Number::from(dashu_int::IBig::from(number)));
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_ok = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) || !exponent_ok {
        return None;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    let exponent = exponent.map_or(String::new(), |exponent| format!("e{exponent}"));
    Number::parse(&format!("{sign}{whole}.{fraction}{exponent}")).ok()
}

/// A date, or a date and a time, as RFC 3339.
fn moment(text: &str) -> Option<String> {
    let starts_with_year = text.len() >= 8 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    if !starts_with_year || text.as_bytes()[4] != b'-' {
        return None;
    }
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time.trim())),
        None => (text, None),
    };
    let two = |part: &str| (part.len() <= 2).then(|| part.parse::<u8>().ok()).flatten();
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (parts.next()?, two(parts.next()?)?, two(parts.next()?)?);
    let time = match time {
        None => "00:00:00Z".to_owned(),
        Some(time) if time.ends_with('Z') || time.contains(['+', '-']) => time.to_owned(),
        Some(time) => format!("{time}Z"),
    };
    Moment::parse(&format!("{year}-{month:02}-{day:02}T{time}")).map(Moment::rfc3339)
}
