//! Base64, gzip, URL and CSV.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use meshform_state::{Str, Type, Value};

use super::charset::Charset;
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

fn encode_text(arguments: &Arguments<'_>) -> Answer {
    let charset = charset(arguments)?;
    let bytes = charset.encode(arguments.text(0));
    let bytes = bytes.ok_or_else(|| Failure::argument(0, "it holds characters that the encoding has not"))?;
    Ok(Value::string(STANDARD.encode(bytes)))
}

fn decode_text(arguments: &Arguments<'_>) -> Answer {
    let charset = charset(arguments)?;
    let text = charset.decode(decode_base64(arguments)?);
    text.map(string)
        .ok_or_else(|| Failure::argument(0, "what it holds is no text in this encoding"))
}

fn charset(arguments: &Arguments<'_>) -> Result<Charset, Failure> {
    let name = arguments.text(1);
    Charset::find(name)
        .ok_or_else(|| Failure::argument(1, format!("`{name}` is not the IANA name of a known encoding")))
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

/// The line of a quote that means nothing where it stands: the reader would take it as a letter.
fn misplaced_quote(text: &str) -> Option<usize> {
    let mut line = 1;
    let mut quoted = false;
    let mut at_start = true;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        line += usize::from(letter == '\n');
        if letter != '"' {
            at_start = !quoted && matches!(letter, ',' | '\n');
            continue;
        }
        match (quoted, letters.peek()) {
            (true, Some('"')) => _ = letters.next(),
            (true, None | Some(',' | '\r' | '\n')) => quoted = false,
            (false, _) if at_start => quoted = true,
            _ => return Some(line),
        }
        at_start = false;
    }
    quoted.then_some(line)
}

fn csv_decode(arguments: &Arguments<'_>) -> Answer {
    if let Some(line) = misplaced_quote(arguments.text(0)) {
        let message =
            format!("line {line}: a quote must open a field, and stand twice or close the field within");
        return Err(Failure::argument(0, message));
    }
    // Lines end in one way, within quotes too.
    let text = arguments.text(0).replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
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
