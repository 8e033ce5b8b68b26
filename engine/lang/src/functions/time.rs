//! Date and time: arithmetic on moments that are given. What would need a clock or randomness is known later.

use std::fmt::Write as _;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use meshform_state::{Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Param, Want};
use crate::eval::later_not_null;

const MOMENT: Param = Param::new("timestamp", Want::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("timestamp", &[], Gives::Always(Want::String), |a| {
        let now = a.env.scope.now();
        Ok(now.map_or_else(|| later_not_null(Type::String), Value::String))
    }),
    Function::new("plantimestamp", &[], Gives::Always(Want::String), |a| {
        Ok(a.env
            .scope
            .plan_timestamp()
            .map_or_else(|| later_not_null(Type::String), Value::String))
    }),
    Function::new(
        "formatdate",
        &[Param::new("format", Want::String), MOMENT],
        Gives::Always(Want::String),
        format_date,
    ),
    Function::new(
        "timeadd",
        &[MOMENT, Param::new("duration", Want::String)],
        Gives::Always(Want::String),
        time_add,
    ),
    Function::new(
        "timecmp",
        &[
            Param::new("timestamp_a", Want::String),
            Param::new("timestamp_b", Want::String),
        ],
        Gives::Always(Want::Number),
        time_compare,
    ),
];

/// A moment of RFC 3339: the time on the wall, and how far that is from UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    local: DateTime,
    offset_minutes: i64,
    utc: bool,
}

impl Moment {
    pub(super) fn parse(text: &str) -> Option<Moment> {
        let number = |from: usize, to: usize| -> Option<i16> {
            let digits = text.get(from..to)?;
            digits
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| digits.parse().ok())?
        };
        let small = |from: usize, to: usize| number(from, to).and_then(|number| i8::try_from(number).ok());
        let is = |at: usize, wanted: &[u8]| text.as_bytes().get(at).is_some_and(|byte| wanted.contains(byte));
        if !(is(4, b"-") && is(7, b"-") && is(10, b"T") && is(13, b":") && is(16, b":")) {
            return None;
        }
        let mut at = 19;
        let mut nanoseconds = 0;
        if is(at, b".") {
            let digits = text.get(at + 1..)?.bytes().take_while(u8::is_ascii_digit).count();
            let shown = text.get(at + 1..at + 1 + digits.min(9))?;
            nanoseconds = format!("{shown:0<9}").parse().ok().filter(|_| digits > 0)?;
            at += 1 + digits;
        }
        let utc = is(at, b"Z");
        let offset_minutes = if utc {
            at += 1;
            0
        } else {
            if !is(at, b"+-") || !is(at + 3, b":") {
                return None;
            }
            let (hours, minutes) = (small(at + 1, at + 3)?, small(at + 4, at + 6)?);
            let total = i64::from(hours) * 60 + i64::from(minutes);
            let negative = is(at, b"-");
            at += 6;
            if hours > 23 || minutes > 59 {
                return None;
            }
            if negative { -total } else { total }
        };
        let local = DateTime::new(
            number(0, 4)?,
            small(5, 7)?,
            small(8, 10)?,
            small(11, 13)?,
            small(14, 16)?,
            small(17, 19)?,
            nanoseconds,
        );
        (at == text.len()).then_some(())?;
        Some(Moment {
            local: local.ok()?,
            offset_minutes,
            utc,
        })
    }

    fn in_utc(self) -> Option<DateTime> {
        self.local
            .checked_sub(SignedDuration::from_mins(self.offset_minutes))
            .ok()
    }

    fn offset(self, colon: &str) -> String {
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let minutes = self.offset_minutes.abs();
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }

    /// As RFC 3339, in whole seconds.
    pub(super) fn rfc3339(self) -> String {
        let d = self.local;
        let zone = if self.utc || self.offset_minutes == 0 {
            "Z".to_owned()
        } else {
            self.offset(":")
        };
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{zone}",
            d.year(),
            d.month(),
            d.day(),
            d.hour(),
            d.minute(),
            d.second()
        )
    }
}

fn moment(arguments: &Arguments<'_>, index: usize) -> Result<Moment, Failure> {
    let text = arguments.text(index);
    Moment::parse(text).ok_or_else(|| {
        Failure::argument(
            index,
            format!("`{text}` is no moment such as `2018-01-02T23:12:01Z` (RFC 3339)"),
        )
    })
}

fn time_compare(arguments: &Arguments<'_>) -> Answer {
    let (a, b) = (moment(arguments, 0)?.in_utc(), moment(arguments, 1)?.in_utc());
    Ok(Value::int(a.cmp(&b) as i64))
}

fn time_add(arguments: &Arguments<'_>) -> Answer {
    let start = moment(arguments, 0)?;
    let text = arguments.text(1);
    let duration = duration(text).ok_or_else(|| {
        Failure::argument(
            1,
            format!("`{text}` is no duration such as `1h30m` (units are h, m, s, ms, us, ns)"),
        )
    })?;
    let local = start
        .local
        .checked_add(duration)
        .map_err(|_| Failure::new("the moment is out of range"))?;
    Ok(Value::string(Moment { local, ..start }.rfc3339()))
}

/// `-1h30m1.5s`
fn duration(text: &str) -> Option<SignedDuration> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest
            .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .filter(|end| *end > 0)?;
        let (number, behind) = rest.split_at(end);
        let (unit, behind) = UNITS
            .iter()
            .find_map(|(name, unit)| Some((*unit, behind.strip_prefix(name)?)))?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total.checked_add(whole.checked_mul(unit)?)?;
        if !fraction.is_empty() {
            let digits = fraction.get(..fraction.len().min(18))?;
            let scale = 10_i128.pow(u32::try_from(digits.len()).ok()?);
            total = total.checked_add(digits.parse::<i128>().ok()?.checked_mul(unit)? / scale)?;
        } else if number == "." {
            return None;
        }
        rest = behind;
    }
    let total = if negative { -total } else { total };
    let nanoseconds = i64::try_from(total).ok()?;
    Some(SignedDuration::from_nanos(nanoseconds))
}

/// Longer names first.
const UNITS: &[(&str, i128)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

fn format_date(arguments: &Arguments<'_>) -> Answer {
    let moment = moment(arguments, 1)?;
    let mut out = String::new();
    let mut rest = arguments.text(0);
    while let Some(letter) = rest.chars().next() {
        if letter == '\'' {
            rest = quoted(&rest[1..], &mut out)?;
            continue;
        }
        if !letter.is_ascii_alphabetic() {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
            continue;
        }
        let length = rest.find(|other| other != letter).unwrap_or(rest.len());
        let (verb, behind) = rest.split_at(length);
        verb_text(verb, moment, &mut out).ok_or_else(|| {
            Failure::argument(
                0,
                format!("`{verb}` means nothing in a format; put plain text between single quotes"),
            )
        })?;
        rest = behind;
    }
    Ok(Value::string(out))
}

/// Text between single quotes, of which two stand for one.
fn quoted<'a>(rest: &'a str, out: &mut String) -> Result<&'a str, Failure> {
    if let Some(behind) = rest.strip_prefix('\'') {
        out.push('\'');
        return Ok(behind);
    }
    let mut at = rest;
    loop {
        let Some(end) = at.find('\'') else {
            return Err(Failure::argument(0, "a single quote is not closed"));
        };
        out.push_str(&at[..end]);
        at = &at[end + 1..];
        let Some(behind) = at.strip_prefix('\'') else {
            return Ok(at);
        };
        out.push('\'');
        // At the very end two close the text too: so it is in the reference.
        if behind.is_empty() {
            return Ok(behind);
        }
        at = behind;
    }
}

fn verb_text(verb: &str, moment: Moment, out: &mut String) -> Option<()> {
    let d = moment.local;
    let index = |number: i8| usize::try_from(number - 1).unwrap_or(0);
    let month = MONTHS[index(d.month())];
    let day = DAYS[index(d.weekday().to_monday_one_offset())];
    let twelve = if d.hour() % 12 == 0 { 12 } else { d.hour() % 12 };
    let afternoon = d.hour() >= 12;
    let written = match verb {
        "YYYY" => write!(out, "{:04}", d.year()),
        "YY" => write!(out, "{:02}", d.year() % 100),
        "MMMM" => write!(out, "{month}"),
        "MMM" => write!(out, "{}", &month[..3]),
        "MM" => write!(out, "{:02}", d.month()),
        "M" => write!(out, "{}", d.month()),
        "DD" => write!(out, "{:02}", d.day()),
        "D" => write!(out, "{}", d.day()),
        "EEEE" => write!(out, "{day}"),
        "EEE" => write!(out, "{}", &day[..3]),
        "hh" => write!(out, "{:02}", d.hour()),
        "h" => write!(out, "{}", d.hour()),
        "HH" => write!(out, "{twelve:02}"),
        "H" => write!(out, "{twelve}"),
        "AA" => write!(out, "{}", if afternoon { "PM" } else { "AM" }),
        "aa" => write!(out, "{}", if afternoon { "pm" } else { "am" }),
        "mm" => write!(out, "{:02}", d.minute()),
        "m" => write!(out, "{}", d.minute()),
        "ss" => write!(out, "{:02}", d.second()),
        "s" => write!(out, "{}", d.second()),
        "ZZZZZ" => write!(out, "{}", moment.offset(":")),
        "ZZZZ" => write!(out, "{}", moment.offset("")),
        "ZZZ" if moment.offset_minutes == 0 => write!(out, "UTC"),
        "ZZZ" => write!(out, "{}", moment.offset("")),
        "Z" if moment.offset_minutes == 0 => write!(out, "Z"),
        "Z" => write!(out, "{}", moment.offset(":")),
        _ => return None,
    };
    written.ok()
}
