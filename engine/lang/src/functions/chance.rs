//! What chance decides. The scope gives the chance, once things are done; before that the results are for later.

use meshform_state::{Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Param, Want};
use crate::eval::later_not_null;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("uuid", &[], Gives::Always(Want::String), |a| {
        Ok(a.env
            .scope
            .chance(a.range)
            .map_or_else(|| later_not_null(Type::String), |bytes| Value::from(uuid(bytes))))
    }),
    Function::new(
        "bcrypt",
        &[Param::new("str", Want::String)],
        Gives::Always(Want::String),
        hashed,
    )
    .optional(Param::new("cost", Want::Number), 1),
];

/// As the reference has it.
const COST: i64 = 10;

/// Each step doubles the time; 16 take seconds.
const COSTS: std::ops::RangeInclusive<i64> = 4..=16;

/// What the algorithm looks at.
const LONGEST: usize = 72;

/// `bytes` as a UUID of version 4 (RFC 9562, 5.4).
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut out = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

fn hashed(arguments: &Arguments<'_>) -> Answer {
    let cost = if arguments.lacks(1) {
        COST
    } else {
        arguments.whole(1)?
    };
    let Some(cost) = u32::try_from(cost)
        .ok()
        .filter(|cost| COSTS.contains(&i64::from(*cost)))
    else {
        let message = format!("a cost from {} to {} is required", COSTS.start(), COSTS.end());
        return Err(Failure::argument(1, message));
    };
    let text = arguments.text(0);
    if text.len() > LONGEST {
        let message = format!("at most {LONGEST} bytes can be hashed");
        return Err(Failure::argument(0, message));
    }
    let Some(salt) = arguments.env.scope.chance(arguments.range) else {
        return Ok(later_not_null(Type::String));
    };
    let parts =
        bcrypt::hash_with_salt(text, cost, salt).map_err(|error| Failure::argument(0, error.to_string()))?;
    Ok(Value::from(parts.format_for_version(bcrypt::Version::TwoA)))
}
