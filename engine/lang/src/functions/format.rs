//! `format` and `formatlist`: verbs as in the reference implementations.

use meshform_state::value::Number;
use meshform_state::{Type, Value};
use unicode_segmentation::UnicodeSegmentation;

use super::{Answer, Arguments, Failure, Function, Gives, Known, Param, Want, json, string};
use crate::convert::{convert_to, is_open_set, reveal_all};
use crate::eval::{later_not_null, secret_if};

const FORMAT: &[Param] = &[Param::new("format", Want::String)];
const ARGS: Param = Param::new("args", Want::Any).or_null().or_open();

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("format", FORMAT, Gives::Always(Want::String), |a| {
        Ok(string(format(a.text(0), &a.values[1..], a)?))
    })
    .rest(ARGS),
    Function::new("formatlist", FORMAT, Gives::Always(Want::ListString), format_list).rest(Param {
        known: Known::Own,
        takes_secrets: true,
        ..ARGS
    }),
];

/// One `%…` of a format.
struct Verb {
    letter: char,
    minus: bool,
    plus: bool,
    space: bool,
    sharp: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Wider fields than this are a mistake.
const MAX_WIDTH: usize = 100_000;

fn format(text: &str, args: &[Value], arguments: &Arguments<'_>) -> Result<String, Failure> {
    let mut out = String::with_capacity(text.len());
    let mut next = 0;
    let mut used = 0;
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix('%') {
            out.push('%');
            rest = behind;
            continue;
        }
        let verb = parse_verb(&mut rest, &mut next)?;
        used = used.max(next + 1);
        let Some(value) = args.get(next) else {
            let message = format!("the format needs at least {} arguments behind it", next + 1);
            return Err(Failure::argument(0, message));
        };
        let shown = show(&verb, value).map_err(|message| Failure::argument(next + 1, message))?;
        arguments.spend_text(shown.len())?;
        out.push_str(&shown);
        next += 1;
    }
    out.push_str(rest);
    if used < args.len() {
        let message = format!("the format uses {used} of the {} arguments behind it", args.len());
        return Err(Failure::argument(used + 1, message));
    }
    Ok(out)
}

fn digits(rest: &mut &str) -> Option<usize> {
    let end = rest
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, behind) = rest.split_at(end);
    *rest = behind;
    number.parse().ok()
}

fn parse_verb(rest: &mut &str, next: &mut usize) -> Result<Verb, Failure> {
    let problem = |message: String| Err(Failure::argument(0, message));
    let mut verb = Verb {
        letter: 'v',
        minus: false,
        plus: false,
        space: false,
        sharp: false,
        zero: false,
        width: None,
        precision: None,
    };
    while let Some(letter @ ('-' | '+' | ' ' | '#' | '0')) = rest.chars().next() {
        match letter {
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            ' ' => verb.space = true,
            '#' => verb.sharp = true,
            _ => verb.zero = true,
        }
        *rest = &rest[1..];
    }
    if rest.starts_with(|letter: char| letter.is_ascii_digit()) {
        verb.width = digits(rest);
    }
    if let Some(behind) = rest.strip_prefix('.') {
        *rest = behind;
        verb.precision = Some(digits(rest).unwrap_or(0));
    }
    if let Some(behind) = rest.strip_prefix('[') {
        *rest = behind;
        let index = digits(rest).filter(|index| *index > 0 && rest.starts_with(']'));
        let Some(index) = index else {
            return problem("`[` needs the number of an argument and `]`".to_owned());
        };
        *rest = &rest[1..];
        *next = index - 1;
    }
    let Some(letter) = rest.chars().next() else {
        return problem("the format ends in the middle of a `%` verb".to_owned());
    };
    *rest = &rest[letter.len_utf8()..];
    verb.letter = letter;
    if verb
        .width
        .max(verb.precision)
        .is_some_and(|size| size > MAX_WIDTH)
    {
        return problem(format!("a width or precision may be {MAX_WIDTH} at most"));
    }
    Ok(verb)
}

fn show(verb: &Verb, value: &Value) -> Result<String, String> {
    match verb.letter {
        'v' => show_any(verb, value),
        't' | 'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' | 's' | 'q' if value.is_null() => {
            Err("it must not be null".to_owned())
        }
        't' => convert(value, &Type::Bool).map(|truth| text_of(&truth)),
        's' | 'q' => {
            let text = match convert_to(value, &Type::String) {
                Ok(text) => text_of(&text),
                Err(error) => return Err(error.to_string()),
            };
            let text = match verb.precision.filter(|length| *length > 0) {
                Some(length) => text.graphemes(true).take(length).collect(),
                None => text,
            };
            Ok(pad(
                verb,
                if verb.letter == 'q' {
                    json::quoted(&text)
                } else {
                    text
                },
            ))
        }
        'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => match convert(value, &Type::Number)? {
            Value::Number(number) if !number.is_whole() && "bdoxX".contains(verb.letter) => {
                Err(format!("`%{}` needs a whole number", verb.letter))
            }
            Value::Number(number) => Ok(show_number(verb, &number)),
            _ => Err("a number is required".to_owned()),
        },
        other => Err(format!("there is no verb `%{other}`")),
    }
}

fn convert(value: &Value, ty: &Type) -> Result<Value, String> {
    convert_to(value, ty).map_err(|error| error.to_string())
}

fn text_of(value: &Value) -> String {
    match convert_to(value, &Type::String) {
        Ok(Value::String(text)) => text.to_string(),
        _ => String::new(),
    }
}

fn show_any(verb: &Verb, value: &Value) -> Result<String, String> {
    let shown = match value {
        Value::Null(_) => "null".to_owned(),
        _ if verb.sharp => json::encode(value),
        Value::String(_) | Value::Bool(_) => text_of(value),
        Value::Number(number) => {
            let sign = if number.is_negative() { "-" } else { "" };
            format!("{sign}{}", shortest(&magnitude(number), 'g'))
        }
        _ => json::encode(value),
    };
    Ok(pad(verb, shown))
}

fn magnitude(number: &Number) -> Number {
    if number.is_negative() {
        number.negated()
    } else {
        number.clone()
    }
}

fn show_number(verb: &Verb, number: &Number) -> String {
    let sign = if number.is_negative() {
        "-"
    } else if verb.plus {
        "+"
    } else if verb.space {
        " "
    } else {
        ""
    };
    let number = magnitude(number);
    let mut zero = verb.zero && !verb.minus;
    let body = match verb.letter {
        'b' | 'd' | 'o' | 'x' | 'X' => {
            let Some(body) = whole(verb, sign, &number) else {
                return String::new();
            };
            zero = false;
            body
        }
        'f' => fixed(&number, verb.precision.unwrap_or(6)),
        'e' | 'E' => exponential(&number, verb.precision.unwrap_or(6), verb.letter),
        _ => match verb.precision {
            Some(precision) => general(&number, precision, verb.letter),
            None => shortest(&number, verb.letter),
        },
    };
    match verb.width {
        Some(width) if zero => {
            let zeros = width.saturating_sub(sign.len() + body.len());
            format!("{sign}{}{body}", "0".repeat(zeros))
        }
        _ => pad(&Verb { zero: false, ..*verb }, format!("{sign}{body}")),
    }
}

/// The digits of a whole number behind what tells their base; nothing for zero where no digit is asked for.
fn whole(verb: &Verb, sign: &str, number: &Number) -> Option<String> {
    let number = number.truncated().to_integer().unwrap_or_default();
    let (base, prefix) = match verb.letter {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = format!("{}", number.in_radix(base));
    if verb.letter == 'X' {
        digits.make_ascii_uppercase();
    }
    let prefix = if verb.sharp { prefix } else { "" };
    let least = match (verb.precision, verb.width) {
        (Some(0), _) if digits == "0" => return None,
        (Some(precision), _) => precision,
        (None, Some(width)) if verb.zero && !verb.minus => width.saturating_sub(sign.len() + prefix.len()),
        (None, _) => 0,
    };
    let zeros = "0".repeat(least.saturating_sub(digits.len()));
    Some(format!("{prefix}{zeros}{digits}"))
}

/// The digits of `number` before and behind the point.
fn parts(number: &Number) -> (String, String) {
    let text = number.to_string();
    match text.split_once('.') {
        Some((whole, fraction)) => (whole.to_owned(), fraction.to_owned()),
        None => (text, String::new()),
    }
}

/// Rounds a run of decimal digits to `keep`, half to even; the flag tells that a digit was carried out in front.
fn round(digits: &str, keep: usize) -> (String, bool) {
    if digits.len() <= keep {
        return (format!("{digits}{}", "0".repeat(keep - digits.len())), false);
    }
    let (kept, cut) = digits.split_at(keep);
    let mut kept: Vec<u8> = kept.bytes().collect();
    let half = cut.as_bytes()[0]
        .cmp(&b'5')
        .then_with(|| cut[1..].bytes().any(|digit| digit != b'0').cmp(&false));
    let odd = kept.last().is_some_and(|digit| digit % 2 == 1);
    let up = half.is_gt() || half.is_eq() && odd;
    let mut carry = up;
    for digit in kept.iter_mut().rev() {
        if !carry {
            break;
        }
        carry = *digit == b'9';
        *digit = if carry { b'0' } else { *digit + 1 };
    }
    if carry {
        kept.insert(0, b'1');
    }
    (kept.into_iter().map(char::from).collect(), carry)
}

fn fixed(number: &Number, precision: usize) -> String {
    let (whole, fraction) = parts(number);
    let (digits, carried) = round(&format!("{whole}{fraction}"), whole.len() + precision);
    let point = whole.len() + usize::from(carried);
    if precision == 0 {
        digits[..point].to_owned()
    } else {
        format!("{}.{}", &digits[..point], &digits[point..])
    }
}

/// The significant digits of `number` and its decimal exponent.
fn significant(number: &Number) -> (String, i64) {
    let (whole, fraction) = parts(number);
    let all = format!("{whole}{fraction}");
    let zeros = all.len() - all.trim_start_matches('0').len();
    if zeros == all.len() {
        return ("0".to_owned(), 0);
    }
    let exponent = i64::try_from(whole.len()).unwrap_or(0) - 1 - i64::try_from(zeros).unwrap_or(0);
    (all[zeros..].to_owned(), exponent)
}

fn exponential(number: &Number, precision: usize, letter: char) -> String {
    let (digits, exponent) = significant(number);
    let (digits, carried) = round(&digits, precision + 1);
    let exponent = exponent + i64::from(carried);
    let mantissa = if precision == 0 {
        digits[..1].to_owned()
    } else {
        format!("{}.{}", &digits[..1], &digits[1..=precision])
    };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{letter}{sign}{:02}", exponent.abs())
}

fn general(number: &Number, precision: usize, letter: char) -> String {
    let precision = precision.max(1);
    let (digits, exponent) = significant(number);
    let (digits, carried) = round(&digits, precision);
    let exponent = exponent + i64::from(carried);
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    if exponent < -4 || exponent >= i64::try_from(precision).unwrap_or(i64::MAX) {
        let mantissa = if digits.len() == 1 {
            digits.to_owned()
        } else {
            format!("{}.{}", &digits[..1], &digits[1..])
        };
        let sign = if exponent < 0 { '-' } else { '+' };
        let letter = if letter == 'G' { 'E' } else { 'e' };
        return format!("{mantissa}{letter}{sign}{:02}", exponent.abs());
    }
    let decimals = i64::try_from(digits.len()).unwrap_or(0) - 1 - exponent;
    fixed(number, usize::try_from(decimals).unwrap_or(0))
}

/// As many digits as the number has; with an exponent from a million on, and for small fractions.
fn shortest(number: &Number, letter: char) -> String {
    let (digits, exponent) = significant(number);
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() || (-4..6).contains(&exponent) {
        return number.to_string();
    }
    exponential(number, digits.len() - 1, if letter == 'G' { 'E' } else { 'e' })
}

fn pad(verb: &Verb, text: String) -> String {
    let Some(width) = verb.width else { return text };
    let missing = width.saturating_sub(text.graphemes(true).count());
    let filler = if verb.zero { "0" } else { " " };
    if verb.minus {
        format!("{text}{}", filler.repeat(missing))
    } else {
        format!("{}{text}", filler.repeat(missing))
    }
}

fn format_list(arguments: &Arguments<'_>) -> Answer {
    let mut secret = false;
    let mut length: Option<(usize, usize)> = None;
    let mut values = Vec::new();
    for (index, value) in arguments.values.iter().enumerate().skip(1) {
        arguments.weigh(index)?;
        let (value, is_secret) = reveal_all(value);
        secret |= is_secret;
        let open = match &value {
            Value::Later(later) => !matches!(later.ty, Type::Bool | Type::Number | Type::String),
            known => is_open_set(known),
        };
        if open {
            return Ok(secret_if(secret, later_not_null(Type::list(Type::String))));
        }
        if let Some(items) = value.items() {
            match length {
                Some((first, count)) if count != items.len() => {
                    let message = format!(
                        "it has {} elements, but argument {first} has {count}",
                        items.len()
                    );
                    return Err(Failure::argument(index, message));
                }
                _ => length = Some((index, items.len())),
            }
        }
        values.push(value);
    }
    let count = length.map_or(1, |(_, count)| count);
    arguments.spend(count)?;
    let mut lines = Vec::with_capacity(count);
    for at in 0..count {
        let row: Vec<Value> = values
            .iter()
            .map(|value| {
                value
                    .items()
                    .map_or_else(|| value.clone(), |items| items[at].clone())
            })
            .collect();
        lines.push(if row.iter().all(Value::is_known) {
            string(format(arguments.text(0), &row, arguments)?)
        } else {
            later_not_null(Type::String)
        });
    }
    Ok(secret_if(secret, Value::list(Type::String, lines)))
}
