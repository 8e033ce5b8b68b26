//! Quantities: `1000m` is `1`, and an API server answers with whichever it likes better.

use meshform_state::Value;

/// The fields whose entries are quantities.
const PARENTS: &[&str] = &[
    "limits",
    "requests",
    "hard",
    "capacity",
    "allocatable",
    "overhead",
];

/// The fields that are quantities themselves.
const FIELDS: &[&str] = &[
    "sizeLimit",
    "divisor",
    "targetAverageValue",
    "averageValue",
    "storage",
];

/// Whether the field at the end of `path` is a quantity.
pub(super) fn is_quantity(path: &[&str]) -> bool {
    match path {
        [.., parent, _] if PARENTS.contains(parent) => true,
        [.., field] => FIELDS.contains(field),
        [] => false,
    }
}

/// Whether `a` and `b` are the same amount.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    let amount = |value: &Value| match value {
        Value::Number(number) => parse(&number.to_string()),
        _ => value.as_str().and_then(parse),
    };
    amount(a).is_some_and(|amount_of_a| amount(b) == Some(amount_of_a))
}

/// The amount in billionths, the smallest that an API server keeps; `None` if it is no quantity or too large to tell.
fn parse(text: &str) -> Option<i128> {
    let split = text
        .find(|letter: char| !letter.is_ascii_digit() && !"+-.".contains(letter))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let decimals = i32::try_from(fraction.len()).ok()?;
    let (binary, decimal) = scale(suffix)?;
    let amount = digits.checked_mul(1_i128.checked_shl(binary)?)?;
    let exponent = decimal - decimals + 9;
    let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
    if exponent >= 0 {
        amount.checked_mul(power)
    } else {
        (amount % power == 0).then(|| amount / power)
    }
}

/// What a suffix multiplies by: powers of two and of ten.
fn scale(suffix: &str) -> Option<(u32, i32)> {
    Some(match suffix {
        "n" => (0, -9),
        "u" => (0, -6),
        "m" => (0, -3),
        "" => (0, 0),
        "k" => (0, 3),
        "M" => (0, 6),
        "G" => (0, 9),
        "T" => (0, 12),
        "P" => (0, 15),
        "E" => (0, 18),
        "Ki" => (10, 0),
        "Mi" => (20, 0),
        "Gi" => (30, 0),
        "Ti" => (40, 0),
        "Pi" => (50, 0),
        "Ei" => (60, 0),
        exponent => (
            0,
            exponent
                .strip_prefix(['e', 'E'])?
                .parse()
                .ok()
                .filter(|power: &i32| power.abs() < 30)?,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_amounts_are_the_same_however_they_are_written() {
        for (a, b) in [
            ("1000m", "1"),
            ("1024Mi", "1Gi"),
            ("0.5", "500m"),
            ("1e3", "1k"),
            ("1.5Gi", "1536Mi"),
            ("100n", "0.1u"),
        ] {
            assert!(same(&Value::from(a), &Value::from(b)), "{a} and {b}");
        }
        assert!(same(&Value::int(2), &Value::from("2000m")));
    }

    #[test]
    fn other_amounts_and_other_texts_differ() {
        for (a, b) in [
            ("1000m", "2"),
            ("1G", "1Gi"),
            ("", ""),
            ("x", "x"),
            ("1..2", "1..2"),
            ("1q", "1q"),
        ] {
            assert!(!same(&Value::from(a), &Value::from(b)), "{a} and {b}");
        }
    }

    #[test]
    fn only_known_fields_are_quantities() {
        assert!(is_quantity(&["spec", "resources", "limits", "cpu"]));
        assert!(is_quantity(&["emptyDir", "sizeLimit"]));
        assert!(!is_quantity(&["data", "cpu"]));
        assert!(!is_quantity(&[]));
    }
}
