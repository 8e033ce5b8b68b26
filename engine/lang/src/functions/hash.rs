//! Digests of texts and files, and identifiers made of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use meshform_state::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::files::bytes_of;
use super::{Answer, Arguments, Failure, Function, Gives, Param, Want};

const TEXT: &[Param] = &[Param::new("str", Want::String)];
const PATH: &[Param] = &[Param::new("path", Want::String)];

const fn of_text(name: &'static str, run: fn(&Arguments<'_>) -> Answer) -> Function {
    Function::new(name, TEXT, Gives::Always(Want::String), run)
}

const fn of_file(name: &'static str, run: fn(&Arguments<'_>) -> Answer) -> Function {
    Function::new(name, PATH, Gives::Always(Want::String), run)
}

pub(super) const FUNCTIONS: &[Function] = &[
    of_text("md5", |a| Ok(hex(&Md5::digest(a.text(0))))),
    of_text("sha1", |a| Ok(hex(&Sha1::digest(a.text(0))))),
    of_text("sha256", |a| Ok(hex(&Sha256::digest(a.text(0))))),
    of_text("sha512", |a| Ok(hex(&Sha512::digest(a.text(0))))),
    of_text("base64sha256", |a| Ok(base64(&Sha256::digest(a.text(0))))),
    of_text("base64sha512", |a| Ok(base64(&Sha512::digest(a.text(0))))),
    of_file("filemd5", |a| Ok(hex(&Md5::digest(&*bytes_of(a, 0)?)))),
    of_file("filesha1", |a| Ok(hex(&Sha1::digest(&*bytes_of(a, 0)?)))),
    of_file("filesha256", |a| Ok(hex(&Sha256::digest(&*bytes_of(a, 0)?)))),
    of_file("filesha512", |a| Ok(hex(&Sha512::digest(&*bytes_of(a, 0)?)))),
    of_file("filebase64sha256", |a| {
        Ok(base64(&Sha256::digest(&*bytes_of(a, 0)?)))
    }),
    of_file("filebase64sha512", |a| {
        Ok(base64(&Sha512::digest(&*bytes_of(a, 0)?)))
    }),
    Function::new(
        "uuidv5",
        &[
            Param::new("namespace", Want::String),
            Param::new("name", Want::String),
        ],
        Gives::Always(Want::String),
        uuid_of_name,
    ),
];

fn hex(bytes: &[u8]) -> Value {
    Value::string(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn base64(bytes: &[u8]) -> Value {
    Value::string(STANDARD.encode(bytes))
}

/// The name spaces of RFC 4122 differ in one byte.
const NAMESPACE: u128 = 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8;

fn uuid_of_name(arguments: &Arguments<'_>) -> Answer {
    let space = match arguments.text(0) {
        "dns" => NAMESPACE,
        "url" => NAMESPACE + (1 << 96),
        "oid" => NAMESPACE + (2 << 96),
        "x500" => NAMESPACE + (4 << 96),
        other => parse_uuid(other)
            .ok_or_else(|| Failure::argument(0, "it must be `dns`, `url`, `oid`, `x500` or a UUID"))?,
    };
    let mut hasher = Sha1::new();
    hasher.update(space.to_be_bytes());
    hasher.update(arguments.text(1));
    let digest = hasher.finalize();
    let mut id = digest
        .iter()
        .take(16)
        .fold(0_u128, |id, byte| (id << 8) | u128::from(*byte));
    id = (id & !(0xf << 76)) | (5 << 76);
    id = (id & !(0b11 << 62)) | (0b10 << 62);
    let text = format!("{id:032x}");
    let parts = [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ];
    Ok(Value::string(parts.join("-")))
}

fn parse_uuid(text: &str) -> Option<u128> {
    let dashes = text
        .bytes()
        .enumerate()
        .all(|(at, byte)| (byte == b'-') == matches!(at, 8 | 13 | 18 | 23));
    if text.len() != 36 || !dashes {
        return None;
    }
    u128::from_str_radix(&text.replace('-', ""), 16).ok()
}
