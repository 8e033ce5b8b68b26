//! Address blocks.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use meshform_state::{Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Param, Want};

const PREFIX: Param = Param::new("prefix", Want::String);
const NUMBER: Want = Want::Number;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "cidrhost",
        &[PREFIX, Param::new("hostnum", NUMBER)],
        Gives::Always(Want::String),
        host,
    ),
    Function::new("cidrnetmask", &[PREFIX], Gives::Always(Want::String), netmask),
    Function::new(
        "cidrsubnet",
        &[
            PREFIX,
            Param::new("newbits", NUMBER),
            Param::new("netnum", NUMBER),
        ],
        Gives::Always(Want::String),
        subnet,
    ),
    Function::new("cidrsubnets", &[PREFIX], Gives::Always(Want::ListString), subnets)
        .rest(Param::new("newbits", NUMBER)),
    Function::new(
        "cidrcontains",
        &[
            Param::new("containing_prefix", Want::String),
            Param::new("contained_ip_or_prefix", Want::String),
        ],
        Gives::Always(Want::Bool),
        contains,
    ),
];

/// A block: its first address, as a number of `bits` bits, and the length of its prefix.
#[derive(Clone, Copy)]
struct Block {
    first: u128,
    length: u32,
    bits: u32,
}

impl Block {
    fn parse(text: &str) -> Option<Block> {
        let (address, length) = text.split_once('/')?;
        let (first, bits) = parse_address(address)?;
        let length = length.parse().ok().filter(|length| *length <= bits)?;
        Some(Block {
            first: first & !low_mask(bits - length),
            length,
            bits,
        })
    }

    fn host_bits(self) -> u32 {
        self.bits - self.length
    }

    fn address(self, number: u128) -> IpAddr {
        if self.bits == 32 {
            IpAddr::V4(Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)))
        } else {
            IpAddr::V6(Ipv6Addr::from(number))
        }
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address(self.first), self.length)
    }
}

/// Leading zeros in the parts of an IPv4 address do not make them octal.
fn parse_address(text: &str) -> Option<(u128, u32)> {
    if text.contains(':') {
        return text
            .parse::<Ipv6Addr>()
            .ok()
            .map(|address| (u128::from(address), 128));
    }
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() != 4
        || parts
            .iter()
            .any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return None;
    }
    let mut number = 0_u128;
    for part in parts {
        number = (number << 8) | u128::from(part.parse::<u8>().ok()?);
    }
    Some((number, 32))
}

fn low_mask(bits: u32) -> u128 {
    if bits >= 128 { u128::MAX } else { (1 << bits) - 1 }
}

fn block(arguments: &Arguments<'_>, index: usize) -> Result<Block, Failure> {
    let text = arguments.text(index);
    Block::parse(text).ok_or_else(|| {
        Failure::argument(
            index,
            format!("`{text}` is no address block such as `10.0.0.0/16`"),
        )
    })
}

/// The number at `index`, which may be larger than 64 bits.
fn number(arguments: &Arguments<'_>, index: usize) -> Result<i128, Failure> {
    let whole = arguments.number(index).to_integer();
    whole
        .and_then(|whole| i128::try_from(&whole).ok())
        .ok_or_else(|| Failure::argument(index, "a whole number is required"))
}

fn host(arguments: &Arguments<'_>) -> Answer {
    let block = block(arguments, 0)?;
    let at = number(arguments, 1)?;
    let room = low_mask(block.host_bits());
    // Negative numbers count from the end.
    let offset = if at >= 0 {
        at.unsigned_abs()
    } else {
        at.unsigned_abs() - 1
    };
    if offset > room {
        let message = format!("{block} has no host with the number {at}");
        return Err(Failure::argument(1, message));
    }
    let offset = if at >= 0 { offset } else { room - offset };
    Ok(Value::string(block.address(block.first | offset).to_string()))
}

fn netmask(arguments: &Arguments<'_>) -> Answer {
    let block = block(arguments, 0)?;
    if block.bits != 32 {
        return Err(Failure::argument(0, "only IPv4 has netmasks"));
    }
    let mask = low_mask(32) & !low_mask(block.host_bits());
    Ok(Value::string(block.address(mask).to_string()))
}

fn longer(block: Block, bits: i64) -> Result<u32, String> {
    let length = i64::from(block.length) + bits;
    u32::try_from(length)
        .ok()
        .filter(|length| *length <= block.bits)
        .ok_or_else(|| {
            format!(
                "{block} cannot be made longer by {bits} bits: a prefix has {} bits at most",
                block.bits
            )
        })
}

fn subnet(arguments: &Arguments<'_>) -> Answer {
    let block = block(arguments, 0)?;
    let bits = arguments.whole(1)?;
    let length = longer(block, bits).map_err(|message| Failure::argument(1, message))?;
    let at = number(arguments, 2)?;
    let room = if length > block.length {
        low_mask(length - block.length)
    } else {
        0
    };
    let Some(at) = u128::try_from(at).ok().filter(|at| *at <= room) else {
        let message =
            format!("{block} has no subnet with the number {at} when its prefix is {bits} bits longer");
        return Err(Failure::argument(2, message));
    };
    let host_bits = block.bits - length;
    let first = if host_bits >= 128 {
        0
    } else {
        (block.first | (at << host_bits)) & !low_mask(host_bits)
    };
    Ok(Value::string(
        Block {
            first,
            length,
            bits: block.bits,
        }
        .to_string(),
    ))
}

fn subnets(arguments: &Arguments<'_>) -> Answer {
    let block = block(arguments, 0)?;
    let mut next = block.first;
    let last = block.first | low_mask(block.host_bits());
    let mut found = Vec::new();
    let mut full = false;
    for index in 1..arguments.len() {
        let bits = arguments.whole(index)?;
        let problem = |message: String| Failure::argument(index, message);
        if bits < 1 {
            return Err(problem(
                "a subnet's prefix must be longer by at least one bit".to_owned(),
            ));
        }
        let length = longer(block, bits).map_err(problem)?;
        let mask = low_mask(block.bits - length);
        // The next place that is aligned to the size of this subnet.
        let first = if next & mask == 0 {
            next
        } else {
            (next | mask).saturating_add(1)
        };
        if full || first > last || first < next {
            return Err(problem(format!("there is no room left in {block}")));
        }
        found.push(Value::string(
            Block {
                first,
                length,
                bits: block.bits,
            }
            .to_string(),
        ));
        let end = first | mask;
        full = end >= last;
        next = end.saturating_add(1);
    }
    Ok(Value::list(Type::String, found))
}

fn contains(arguments: &Arguments<'_>) -> Answer {
    let outer = block(arguments, 0)?;
    let text = arguments.text(1);
    let inner = Block::parse(text)
        .or_else(|| {
            parse_address(text).map(|(first, bits)| Block {
                first,
                length: bits,
                bits,
            })
        })
        .ok_or_else(|| Failure::argument(1, format!("`{text}` is no address and no address block")))?;
    if outer.bits != inner.bits {
        return Err(Failure::argument(1, "both must be IPv4 or both IPv6"));
    }
    let inside = inner.length >= outer.length && inner.first & !low_mask(outer.host_bits()) == outer.first;
    Ok(Value::Bool(inside))
}
