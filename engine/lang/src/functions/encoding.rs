//! Base64, gzip, URL and CSV.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use meshform_state::{Str, Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Param, Want, string};

const TEXT: &[Param] = &[Param::new("str", Want::String)];
const WITH_ENCODING: &[Param] = &[
    Param::new("string", Want::String),
    Param::new("encoding", Want::String),
];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64encode", TEXT, Gives::Always(Want::String), |a| {
        Ok(Value::string(STANDARD.encode(a.text(0))))
    }),
    Function::new("base64gzip", TEXT, Gives::Always(Want::String), base64_gzip),
    Function::new("base64decode", TEXT, Gives::Always(Want::String), |a| {
        let bytes = decode_base64(a)?;
        let text = String::from_utf8(bytes);
        text.map(string)
            .map_err(|_| Failure::argument(0, "what it holds is no UTF-8 text"))
    }),
    Function::new(
        "textencodebase64",
        WITH_ENCODING,
        Gives::Always(Want::String),
        encode_text,
    ),
    Function::new(
        "textdecodebase64",
        WITH_ENCODING,
        Gives::Always(Want::String),
        decode_text,
    ),
    Function::new("urlencode", TEXT, Gives::Always(Want::String), |a| {
        Ok(Value::string(url_encode(a.text(0))))
    }),
    Function::new("urldecode", TEXT, Gives::Always(Want::String), url_decode),
    Function::new("csvdecode", TEXT, Gives::Always(Want::Any), csv_decode),
];

/// The bytes are not those of other programs, which compress otherwise: what they unpack to is the same.
fn base64_gzip(arguments: &Arguments<'_>) -> Answer {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    let bytes = packed
        .write_all(arguments.text(0).as_bytes())
        .and_then(|()| packed.finish());
    let bytes = bytes.map_err(|error| Failure::argument(0, error.to_string()))?;
    Ok(Value::string(STANDARD.encode(bytes)))
}

fn decode_base64(arguments: &Arguments<'_>) -> Result<Vec<u8>, Failure> {
    // Line ends may stand anywhere in it.
    let text: String = arguments
        .text(0)
        .chars()
        .filter(|letter| !matches!(letter, '\r' | '\n'))
        .collect();
    STANDARD
        .decode(text)
        .map_err(|_| Failure::argument(0, "it is no Base64"))
}

/// Encodings that need no table, or a small one.
#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Latin1,
    Utf16 { little: bool },
}

fn encoding(arguments: &Arguments<'_>) -> Result<Encoding, Failure> {
    let name = arguments.text(1).to_ascii_uppercase();
    match name.as_str() {
        "UTF-8" | "UTF8" => Ok(Encoding::Utf8),
        "ISO-8859-1" | "ISO_8859-1" | "LATIN1" | "US-ASCII" | "ASCII" => Ok(Encoding::Latin1),
        "UTF-16LE" => Ok(Encoding::Utf16 { little: true }),
        "UTF-16BE" => Ok(Encoding::Utf16 { little: false }),
        _ => Err(Failure::argument(
            1,
            "known encodings are UTF-8, UTF-16LE, UTF-16BE and ISO-8859-1",
        )),
    }
}

fn encode_text(arguments: &Arguments<'_>) -> Answer {
    let text = arguments.text(0);
    let bytes: Vec<u8> = match encoding(arguments)? {
        Encoding::Utf8 => text.bytes().collect(),
        Encoding::Latin1 => {
            let bytes: Option<Vec<u8>> = text
                .chars()
                .map(|letter| u8::try_from(u32::from(letter)).ok())
                .collect();
            bytes.ok_or_else(|| Failure::argument(0, "it holds characters that the encoding has not"))?
        }
        Encoding::Utf16 { little } => text
            .encode_utf16()
            .flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect(),
    };
    Ok(Value::string(STANDARD.encode(bytes)))
}

fn decode_text(arguments: &Arguments<'_>) -> Answer {
    let encoding = encoding(arguments)?;
    let bytes = decode_base64(arguments)?;
    let text = match encoding {
        Encoding::Utf8 => String::from_utf8(bytes).ok(),
        Encoding::Latin1 => Some(bytes.into_iter().map(char::from).collect()),
        Encoding::Utf16 { little } => {
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|pair| {
                    if little {
                        u16::from_le_bytes([pair[0], pair[1]])
                    } else {
                        u16::from_be_bytes([pair[0], pair[1]])
                    }
                })
                .collect();
            String::from_utf16(&units).ok().filter(|_| bytes.len() % 2 == 0)
        }
    };
    text.map(string)
        .ok_or_else(|| Failure::argument(0, "what it holds is no text in this encoding"))
}

fn url_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

fn url_decode(arguments: &Arguments<'_>) -> Answer {
    let mut bytes = Vec::new();
    let text = arguments.text(0).as_bytes();
    let mut at = 0;
    while at < text.len() {
        let byte = match text[at] {
            b'+' => b' ',
            b'%' => {
                let digits = text
                    .get(at + 1..at + 3)
                    .and_then(|digits| std::str::from_utf8(digits).ok());
                let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                at += 2;
                byte.ok_or_else(|| Failure::argument(0, "a `%` must be followed by two hexadecimal digits"))?
            }
            other => other,
        };
        bytes.push(byte);
        at += 1;
    }
    let text = String::from_utf8(bytes);
    text.map(string)
        .map_err(|_| Failure::argument(0, "what it holds is no UTF-8 text"))
}

fn csv_decode(arguments: &Arguments<'_>) -> Answer {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(arguments.text(0).as_bytes());
    let problem = |error: csv::Error| {
        let line = error
            .position()
            .map_or(String::new(), |place| format!("line {}: ", place.line()));
        let reason = match error.kind() {
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => {
                format!("it has {len} columns, the first line {expected_len}")
            }
            _ => "it cannot be read".to_owned(),
        };
        Failure::argument(0, format!("{line}{reason}"))
    };
    let mut records = reader.records();
    let Some(header) = records.next() else {
        return Err(Failure::argument(
            0,
            "the line with the names of the columns is missing",
        ));
    };
    let names: Vec<Str> = header
        .map_err(problem)?
        .iter()
        .map(|name| crate::syntax::normalize(name).into())
        .collect();
    let row_type = Type::object(names.iter().map(|name| (name.clone(), Type::String)));
    if let Type::Object(attributes) = &row_type
        && attributes.len() != names.len()
    {
        return Err(Failure::argument(0, "two columns have the same name"));
    }
    let mut rows = Vec::new();
    for record in records {
        let record = record.map_err(problem)?;
        arguments.spend(record.len())?;
        rows.push(Value::object(
            names.iter().cloned().zip(record.iter().map(string)),
        ));
    }
    Ok(Value::list(row_type, rows))
}
