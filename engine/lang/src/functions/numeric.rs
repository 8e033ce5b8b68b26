//! Numbers.

use meshform_state::value::Number;
use meshform_state::{Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Param, Want};
use crate::convert::convert_to;

const NUM: Param = Param::new("num", Want::Number);
const ONE: &[Param] = &[NUM];

const fn of_one(name: &'static str, run: fn(&Arguments<'_>) -> Answer) -> Function {
    Function::new(name, ONE, Gives::Always(Want::Number), run)
}

pub(super) const FUNCTIONS: &[Function] = &[
    of_one("abs", |a| {
        Ok(Value::Number(if a.number(0).is_negative() {
            a.number(0).negated()
        } else {
            a.number(0)
        }))
    }),
    of_one("ceil", |a| Ok(Value::Number(a.number(0).ceiled()))),
    of_one("floor", |a| Ok(Value::Number(a.number(0).floored()))),
    of_one("signum", signum),
    Function::new("max", ONE, Gives::Always(Want::Number), |a| {
        Ok(Value::Number(best(a, |new, old| new > old)))
    })
    .rest(NUM),
    Function::new("min", ONE, Gives::Always(Want::Number), |a| {
        Ok(Value::Number(best(a, |new, old| new < old)))
    })
    .rest(NUM),
    Function::new(
        "log",
        &[NUM, Param::new("base", Want::Number)],
        Gives::Always(Want::Number),
        log,
    ),
    Function::new(
        "pow",
        &[NUM, Param::new("power", Want::Number)],
        Gives::Always(Want::Number),
        pow,
    ),
    Function::new(
        "parseint",
        &[Param::new("number", Want::Any), Param::new("base", Want::Number)],
        Gives::By(parse_int_type),
        parse_int,
    ),
    Function::new(
        "sum",
        &[Param::new("list", Want::Any)],
        Gives::Always(Want::Number),
        sum,
    ),
    Function::new("range", ONE, Gives::Always(Want::ListNumber), range).optional(NUM, 2),
];

fn signum(arguments: &Arguments<'_>) -> Answer {
    let number = arguments.number(0);
    if !number.is_whole() {
        return Err(Failure::argument(0, "a whole number is required"));
    }
    Ok(Value::int(if number.is_zero() {
        0
    } else if number.is_negative() {
        -1
    } else {
        1
    }))
}

fn best(arguments: &Arguments<'_>, better: fn(&Number, &Number) -> bool) -> Number {
    let mut found = arguments.number(0);
    for index in 1..arguments.len() {
        let next = arguments.number(index);
        if better(&next, &found) {
            found = next;
        }
    }
    found
}

/// The reference computes these with doubles, and prints them with the digits that a double has.
fn double(result: f64) -> Answer {
    let failed = || Failure::new("the result is no finite number");
    if !result.is_finite() {
        return Err(failed());
    }
    Number::parse(&result.to_string())
        .map(Value::Number)
        .map_err(|_| failed())
}

fn log(arguments: &Arguments<'_>) -> Answer {
    let (number, base) = (arguments.number(0).to_f64(), arguments.number(1).to_f64());
    if number.is_infinite() || base.is_infinite() {
        return Err(Failure::new("a number is too large"));
    }
    double(logarithm(number) / logarithm(base))
}

/// The natural logarithm as the C library of FreeBSD computes it, and the reference after it: another method differs in
/// the last digit now and then.
fn logarithm(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const EVEN: [f64; 4] = [
        6.666_666_666_666_735e-1,
        2.857_142_874_366_239e-1,
        1.818_357_216_161_805e-1,
        1.479_819_860_511_658_6e-1,
    ];
    const ODD: [f64; 3] = [
        3.999_999_999_940_942e-1,
        2.222_219_843_214_978_4e-1,
        1.531_383_769_920_937_3e-1,
    ];
    if !x.is_normal() || x < 0.0 {
        return x.ln();
    }
    // x is 2^exponent times a number from half of √2 up to √2.
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as f64 - 1022.0;
    let mut fraction = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3fe0_0000_0000_0000);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1.0;
    }
    let f = fraction - 1.0;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let even = s2 * (EVEN[0] + s4 * (EVEN[1] + s4 * (EVEN[2] + s4 * EVEN[3])));
    let odd = s4 * (ODD[0] + s4 * (ODD[1] + s4 * ODD[2]));
    let half = 0.5 * f * f;
    exponent * LN2_HIGH - ((half - (s * (half + (even + odd)) + exponent * LN2_LOW)) - f)
}

fn pow(arguments: &Arguments<'_>) -> Answer {
    double(power(arguments.number(0).to_f64(), arguments.number(1).to_f64()))
}

/// `base` to the `exponent`. A whole one multiplies significand and exponent apart, as Go does it: the last digit shows
/// which way was taken.
fn power(base: f64, exponent: f64) -> f64 {
    let count = exponent.abs();
    if count.fract() != 0.0 || count == 1.0 || count > 1e15 || base == 0.0 || !base.is_finite() {
        return base.powf(exponent);
    }
    let (mut part, mut places) = split(base);
    let (mut result, mut total) = (1.0_f64, 0_i64);
    let mut left = count;
    while left >= 1.0 && places.abs() <= 1 << 12 {
        if left % 2.0 == 1.0 {
            result *= part;
            total += places;
        }
        part *= part;
        places *= 2;
        if part < 0.5 {
            part += part;
            places -= 1;
        }
        left = (left / 2.0).floor();
    }
    if left >= 1.0 {
        total += places;
    }
    if exponent < 0.0 {
        (result, total) = (1.0 / result, -total);
    }
    scaled(result, total)
}

/// A significand from a half to one, and the power of two that makes it `number`, which is neither zero nor infinite.
fn split(number: f64) -> (f64, i64) {
    let mut part = number;
    let mut places = 0;
    while part.abs() >= 1.0 {
        part /= 2.0;
        places += 1;
    }
    while part.abs() < 0.5 {
        part *= 2.0;
        places -= 1;
    }
    (part, places)
}

/// `number` times two to the `places`.
fn scaled(number: f64, places: i64) -> f64 {
    let places = i32::try_from(places.clamp(-4000, 4000)).unwrap_or(0);
    let half = places / 2;
    number * 2_f64.powi(half) * 2_f64.powi(places - half)
}

fn parse_int_type(arguments: &Arguments<'_>) -> Result<Type, Failure> {
    match arguments.value(0).ty() {
        Type::String | Type::Any => Ok(Type::Number),
        _ => Err(Failure::argument(0, "a string is required")),
    }
}

fn parse_int(arguments: &Arguments<'_>) -> Answer {
    let Some(text) = arguments.value(0).as_str() else {
        return Err(Failure::argument(0, "a string is required"));
    };
    let base = arguments.whole(1)?;
    let Some(base) = u32::try_from(base).ok().filter(|base| (2..=62).contains(base)) else {
        return Err(Failure::argument(
            1,
            "the base must be a whole number from 2 to 62",
        ));
    };
    arguments.spend_text(text.len())?;
    let problem = || Failure::argument(0, format!("`{text}` is no whole number in base {base}"));
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || digits.len() > 4096 {
        return Err(problem());
    }
    let mut value = dashu_int::IBig::from(0);
    for digit in digits.chars() {
        // Up to base 36 both cases mean the same; above, capitals stand for the higher digits.
        let digit = match digit {
            '0'..='9' => u32::from(digit) - u32::from('0'),
            'a'..='z' => u32::from(digit) - u32::from('a') + 10,
            'A'..='Z' if base <= 36 => u32::from(digit) - u32::from('A') + 10,
            'A'..='Z' => u32::from(digit) - u32::from('A') + 36,
            _ => return Err(problem()),
        };
        if digit >= base {
            return Err(problem());
        }
        value = value * base + digit;
    }
    Ok(Value::Number(Number::from(if negative { -value } else { value })))
}

fn sum(arguments: &Arguments<'_>) -> Answer {
    let Some(items) = arguments.value(0).items() else {
        return Err(Failure::argument(0, "a list, set or tuple is required"));
    };
    if items.is_empty() {
        return Err(Failure::argument(0, "an empty list has no sum"));
    }
    let mut total = Number::from(0_i64);
    for item in items {
        match convert_to(item, &Type::Number) {
            Ok(Value::Number(number)) => {
                total = total
                    .plus(&number)
                    .ok_or_else(|| Failure::new("the sum is too large"))?;
            }
            _ => return Err(Failure::argument(0, "all elements must be numbers")),
        }
    }
    Ok(Value::Number(total))
}

fn range(arguments: &Arguments<'_>) -> Answer {
    let one = Number::from(1_i64);
    let (start, end) = match arguments.len() {
        1 => (Number::from(0_i64), arguments.number(0)),
        _ => (arguments.number(0), arguments.number(1)),
    };
    let down = end < start;
    let step = match arguments.len() {
        3 => arguments.number(2),
        _ if down => one.negated(),
        _ => one,
    };
    if step.is_zero() {
        return Err(Failure::argument(2, "the step must not be zero"));
    }
    if start != end && down != step.is_negative() {
        let way = if down { "below" } else { "above" };
        return Err(Failure::argument(
            2,
            format!("the end is {way} the start, so the step must lead there"),
        ));
    }
    let mut numbers = Vec::new();
    let mut next = start;
    while if down { next > end } else { next < end } {
        if numbers.len() >= MAX_RANGE {
            return Err(Failure::new(format!(
                "it would have more than {MAX_RANGE} numbers"
            )));
        }
        numbers.push(Value::Number(next.clone()));
        next = next
            .plus(&step)
            .ok_or_else(|| Failure::new("the numbers become too large"))?;
    }
    arguments.spend(numbers.len())?;
    Ok(Value::list(Type::Number, numbers))
}

const MAX_RANGE: usize = 1_000_000;
