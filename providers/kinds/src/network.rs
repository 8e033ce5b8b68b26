//! IPv4 blocks as attributes: their one form, and what is wrong with them.

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use ipnet::Ipv4Net;
use meshform_engine::{Object, Problem, Schema};
use meshform_state::Value;

/// An IPv4 block in its one form. Bits right of the mask stay as they are: dropping them in silence would hide a
/// slip, so [`check_ipv4`] refuses them.
///
/// # Errors
/// A sentence, if `value` is not an IPv4 block.
pub fn ipv4(value: Value) -> Result<Value, String> {
    let (inner, secret) = value.reveal();
    let Value::String(text) = inner else {
        return Ok(value);
    };
    let block = parse(text)?;
    let normal = Value::string(block.to_string());
    Ok(if secret { normal.into_secret() } else { normal })
}

fn parse(text: &str) -> Result<Ipv4Net, String> {
    if let Ok(block) = text.parse() {
        return Ok(block);
    }
    Err(match text.parse::<Ipv4Addr>() {
        Ok(_) => format!("`{text}` is an address, not a block: write `{text}/32` for this address alone."),
        Err(_) if text.contains(':') => {
            format!("`{text}` is not an IPv4 block such as `10.0.0.0/16`; IPv6 is not supported here.")
        }
        Err(_) => format!("`{text}` is not an IPv4 block such as `10.0.0.0/16`."),
    })
}

/// What is wrong with the block in `attribute`: host bits, or a netmask outside `masks`. Nothing, if it is not known.
#[must_use]
pub fn check_ipv4(
    schema: &Schema,
    object: &Object,
    attribute: &'static str,
    masks: RangeInclusive<u8>,
) -> Option<Problem> {
    let text = object.get(schema, attribute).as_str()?;
    let problem = |message, hint| {
        Some(Problem {
            attribute,
            message,
            hint,
        })
    };
    let block = match parse(text) {
        Ok(block) => block,
        Err(message) => return problem(message, None),
    };
    if block.trunc() != block {
        let message = format!("`{text}` has bits set right of its netmask.");
        return problem(
            message,
            Some(format!(
                "The block that holds this address is `{}`.",
                block.trunc()
            )),
        );
    }
    if !masks.contains(&block.prefix_len()) {
        let message = format!(
            "The netmask of `{text}` must be from /{} to /{}.",
            masks.start(),
            masks.end()
        );
        return problem(message, None);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_one_form() {
        assert_eq!(ipv4("10.0.0.0/16".into()), Ok("10.0.0.0/16".into()));
        assert_eq!(
            ipv4(Value::from("10.0.0.0/16").into_secret()),
            Ok(Value::from("10.0.0.0/16").into_secret())
        );
    }

    #[test]
    fn what_is_no_block_is_told_apart() {
        let told = |text: &str| ipv4(text.into()).unwrap_err();
        assert_eq!(
            told("10.0.0.1"),
            "`10.0.0.1` is an address, not a block: write `10.0.0.1/32` for this address alone."
        );
        assert_eq!(told("ten"), "`ten` is not an IPv4 block such as `10.0.0.0/16`.");
        assert!(told("fd00::/8").contains("IPv6"));
        assert!(told("10.0.0.0/33").contains("not an IPv4 block"));
    }
}
