//! Format 1: a line for the heading, one for each scope, output, record and deposed object, one for the checksum.
//!
//! ```text
//! {"format":1,"meshform":"0.1.0","lineage":"6f0c…","serial":7,"last_run":"2b9d…",
//! "scopes":[
//! {"key":"local","scope":{"type":"local"}}
//! ],
//! "outputs":[
//! {"name":"vpc_id","output":{"sensitive":false,"value":{…}}}
//! ],
//! "records":[
//! {"address":"aws_vpc.a",…},
//! {"address":"aws_vpc.b",…}
//! ],
//! "deposed":[
//! ],
//! "crc32":"9c6a4ff0"}
//! ```
//!
//! It is JSON to every other tool, and read here line by line: a mistake has a place, and a million records need no
//! more memory than themselves. The checksum covers all before its line. [`Record`]'s own form is part of the format:
//! whoever changes it makes a format 2 and leaves a copy of today's here.

use std::io::{self, Write};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{FormatError, Heading};
use crate::snapshot::{DeposedKey, OutputRecord, Record, Snapshot};
use crate::{Scope, ScopeKey};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadingLine {
    format: u64,
    meshform: String,
    lineage: String,
    serial: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_run: Option<String>,
}

#[derive(Serialize)]
struct ScopeOut<'a> {
    key: &'a ScopeKey,
    scope: &'a Scope,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeIn {
    key: ScopeKey,
    scope: Scope,
}

#[derive(Serialize)]
struct OutputOut<'a> {
    name: &'a str,
    output: &'a OutputRecord,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputIn {
    name: String,
    output: OutputRecord,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trailer {
    crc32: String,
}

pub(super) fn write(snapshot: &Snapshot, out: &mut dyn Write) -> io::Result<()> {
    let misfiled = |record: &Record| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("`{}` is filed under another key", record.address),
        )
    };
    let mut lines = Lines {
        out,
        checksum: crc32fast::Hasher::new(),
        line: Vec::new(),
    };
    let heading = serde_json::to_string(&HeadingLine {
        format: 1,
        meshform: env!("CARGO_PKG_VERSION").to_owned(),
        lineage: snapshot.lineage.clone(),
        serial: snapshot.serial,
        last_run: snapshot.last_run.clone(),
    })?;
    lines.put(heading.trim_end_matches('}').as_bytes())?;
    lines.put(b",\n")?;
    lines.section(
        "scopes",
        snapshot
            .scopes
            .iter()
            .map(|(key, scope)| Ok(ScopeOut { key, scope })),
    )?;
    lines.section(
        "outputs",
        snapshot
            .outputs
            .iter()
            .map(|(name, output)| Ok(OutputOut { name, output })),
    )?;
    let records = snapshot.records.iter();
    lines.section(
        "records",
        records.map(|(at, r)| if *at == r.address { Ok(r) } else { Err(misfiled(r)) }),
    )?;
    let deposed = snapshot.deposed.iter().map(|(key, record)| {
        if (&key.address, &key.uid) == (&record.address, &record.uid) {
            Ok(record)
        } else {
            Err(misfiled(record))
        }
    });
    lines.section("deposed", deposed)?;
    let checksum = lines.checksum.clone().finalize();
    lines.put(format!("\"crc32\":\"{checksum:08x}\"}}\n").as_bytes())
}

struct Lines<'a> {
    out: &'a mut dyn Write,
    checksum: crc32fast::Hasher,
    line: Vec<u8>,
}

impl Lines<'_> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.checksum.update(bytes);
        self.out.write_all(bytes)
    }

    fn section<T: Serialize>(
        &mut self,
        name: &str,
        items: impl Iterator<Item = io::Result<T>>,
    ) -> io::Result<()> {
        self.put(format!("\"{name}\":[").as_bytes())?;
        let mut line = std::mem::take(&mut self.line);
        for (index, item) in items.enumerate() {
            line.clear();
            line.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
            let start = line.len();
            serde_json::to_writer(&mut line, &item?)?;
            super::on_one_line(&mut line[start..]);
            self.put(&line)?;
        }
        self.line = line;
        self.put(b"\n],\n")
    }
}

pub(super) fn read_heading(bytes: &[u8]) -> Result<Heading, FormatError> {
    let heading = Reader::new(bytes).heading()?;
    Ok(Heading {
        lineage: heading.lineage,
        serial: heading.serial,
    })
}

pub(super) fn read(bytes: &[u8]) -> Result<Snapshot, FormatError> {
    let mut reader = Reader::new(bytes);
    let heading = reader.heading()?;
    let mut snapshot = Snapshot {
        serial: heading.serial,
        last_run: heading.last_run,
        ..Snapshot::new(heading.lineage)
    };
    reader.section("scopes", |item: ScopeIn| {
        snapshot.scopes.insert(item.key, item.scope).is_none()
    })?;
    reader.section("outputs", |item: OutputIn| {
        snapshot.outputs.insert(item.name, item.output).is_none()
    })?;
    reader.section("records", |record: Record| {
        snapshot
            .records
            .insert(record.address.clone(), Arc::new(record))
            .is_none()
    })?;
    reader.section("deposed", |record: Record| {
        snapshot
            .deposed
            .insert(DeposedKey::of(&record), Arc::new(record))
            .is_none()
    })?;
    reader.trailer()?;
    Ok(snapshot)
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// Where the next line begins.
    at: usize,
    /// The number of the line last taken.
    line: usize,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Reader {
            bytes,
            at: 0,
            line: 0,
        }
    }

    fn damaged(&self, column: usize, reason: impl Into<String>) -> FormatError {
        FormatError::Damaged {
            line: self.line.max(1),
            column: column.max(1),
            reason: reason.into(),
        }
    }

    fn next(&mut self) -> Result<&'a [u8], FormatError> {
        let rest = &self.bytes[self.at..];
        self.line += 1;
        let Some(len) = rest.iter().position(|byte| *byte == b'\n') else {
            return Err(self.damaged(rest.len() + 1, "it ends too early"));
        };
        self.at += len + 1;
        Ok(&rest[..len])
    }

    fn parse<T: DeserializeOwned>(&self, json: &[u8]) -> Result<T, FormatError> {
        serde_json::from_slice(json).map_err(|error| {
            let text = error.to_string();
            let reason = text
                .rsplit_once(" at line ")
                .map_or(text.as_str(), |(reason, _)| reason);
            self.damaged(error.column(), reason)
        })
    }

    fn heading(&mut self) -> Result<HeadingLine, FormatError> {
        let line = self.next()?;
        let open = line
            .strip_suffix(b",")
            .ok_or_else(|| self.damaged(line.len(), "a comma is missing"))?;
        self.parse(&[open, b"}"].concat())
    }

    /// Reads the lines of one section; `keep` tells whether the item is the first of its name.
    fn section<T: DeserializeOwned>(
        &mut self,
        name: &str,
        mut keep: impl FnMut(T) -> bool,
    ) -> Result<(), FormatError> {
        let opening = format!("\"{name}\":[");
        if self.next()? != opening.as_bytes() {
            return Err(self.damaged(1, format!("`{opening}` is expected")));
        }
        let mut more = None;
        loop {
            let line = self.next()?;
            if line == b"]," && more != Some(true) {
                return Ok(());
            }
            if more == Some(false) {
                return Err(self.damaged(1, "`],` is expected, or a comma on the line before"));
            }
            let item = line.strip_suffix(b",");
            more = Some(item.is_some());
            if !keep(self.parse(item.unwrap_or(line))?) {
                return Err(self.damaged(1, "this one is here twice"));
            }
        }
    }

    fn trailer(&mut self) -> Result<(), FormatError> {
        let covered = &self.bytes[..self.at];
        let line = self.next()?;
        let Trailer { crc32 } = self.parse(&[b"{", line].concat())?;
        let found = format!("{:08x}", crc32fast::hash(covered));
        if crc32 != found {
            let reason =
                format!("the checksum is {crc32}, that of the lines above {found}: something was changed");
            return Err(self.damaged(10, reason));
        }
        if self.at != self.bytes.len() {
            self.line += 1;
            return Err(self.damaged(1, "something follows the end"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{decode_heading, decode_snapshot, encode_snapshot};
    use super::*;
    use crate::journal::samples::{self, picture};

    #[test]
    fn reads_what_it_wrote_and_writes_the_same_again() {
        for count in [0, 1, 12] {
            let snapshot = samples::snapshot(count);
            let bytes = encode_snapshot(&snapshot).unwrap();
            let back = decode_snapshot(&bytes).unwrap();
            assert_eq!(picture(&back), picture(&snapshot));
            assert_eq!(encode_snapshot(&back).unwrap(), bytes);
            assert_eq!(decode_heading(&bytes).unwrap().serial, 7);
        }
    }

    #[test]
    fn it_is_json_with_one_line_for_each_record_in_order() {
        let bytes = encode_snapshot(&samples::snapshot(12)).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(json["records"].as_array().unwrap().len(), 12);
        let lines = text
            .lines()
            .skip_while(|line| !line.starts_with("\"records\""))
            .skip(1);
        for (number, line) in lines.take(12).enumerate() {
            assert!(
                line.starts_with(&format!("{{\"address\":\"aws_vpc.many[{number}]\"")),
                "{line}"
            );
        }
    }

    #[test]
    fn damage_has_a_place() {
        let bytes = encode_snapshot(&samples::snapshot(3)).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let place = |text: &str| match decode_snapshot(text.as_bytes()) {
            Err(FormatError::Damaged { line, column, reason }) => (line, column, reason),
            other => panic!("{other:?}"),
        };
        let line_of = |needle: &str| text[..text.find(needle).unwrap()].lines().count();
        let broken = text.replacen("\"kind\":\"aws_vpc\"", "\"kind\":aws_vpc", 1);
        let (line, column, _) = place(&broken);
        assert_eq!((line, column > 20), (line_of("many[0]"), true));
        let (line, _, reason) = place(&text.replacen("10.0.0.0", "10.1.0.0", 1));
        assert_eq!(line, text.lines().count());
        assert!(reason.contains("checksum"), "{reason}");
        let (line, _, reason) = place(&text.replace("many[2]", "many[1]"));
        assert_eq!(
            (line, reason.as_str()),
            (line_of("many[2]"), "this one is here twice")
        );
        assert!(
            place(&text.replacen("\"kind\"", "\"sort\"", 1))
                .2
                .contains("unknown field `sort`")
        );
        assert!(place(&format!("{text}more")).2.contains("follows the end"));
    }

    #[test]
    fn a_misfiled_record_is_not_written() {
        let mut snapshot = samples::snapshot(1);
        let record = snapshot.records.pop_first().unwrap().1;
        snapshot
            .records
            .insert(samples::address("aws_vpc.elsewhere"), record);
        assert_eq!(
            encode_snapshot(&snapshot).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }

    /// These files were written by released versions and are never changed.
    #[test]
    fn reads_the_files_of_every_release() {
        let bytes = include_bytes!("../../tests/fixtures/formats/v1.state.json");
        let snapshot = decode_snapshot(bytes).unwrap();
        assert_eq!(picture(&snapshot), picture(&samples::snapshot(2)));
        let journal = include_bytes!("../../tests/fixtures/formats/v1.state.journal");
        let frames = crate::journal::decode_frames(journal).unwrap();
        let json = |events: &[crate::journal::Event]| serde_json::to_string(events).unwrap();
        assert_eq!(frames.valid_len, journal.len() as u64);
        assert_eq!(
            json(&frames.events).replace([' ', '\n', '\r'], ""),
            json(&samples::every_event()).replace([' ', '\n', '\r'], "")
        );
    }

    fn any_json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(|n| n.to_string()),
            any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
            Just("0.30000000000000000000000000001".to_owned()),
            Just("true".to_owned()),
        ];
        prop::collection::vec(leaf, 1..4)
            .prop_map(|items| format!("{{\"v\": [\n{}\n]}}", items.join(",\r\n")))
    }

    proptest! {
        #[test]
        fn any_records_survive(
            values in prop::collection::vec((any_json(), any::<String>(), any::<bool>()), 0..8),
        ) {
            let mut snapshot = samples::snapshot(0);
            for (number, (json, text, flag)) in values.iter().enumerate() {
                let at = samples::address("k.n").keyed(&crate::addr::Key::Text(format!("{text}{number}")));
                let record = Record {
                    address: at.clone(),
                    attributes: samples::raw(json),
                    private: flag.then(|| samples::raw(json)),
                    id: text.clone(),
                    incomplete: *flag,
                    ..samples::record("k.n", &number.to_string())
                };
                snapshot.records.insert(at, Arc::new(record));
            }
            let bytes = encode_snapshot(&snapshot).unwrap();
            let back = decode_snapshot(&bytes).unwrap();
            prop_assert_eq!(encode_snapshot(&back).unwrap(), bytes);
            prop_assert_eq!(picture(&back), picture(&snapshot).replace("[\n", "[ ")
                .replace(",\r\n", ",  ").replace("\n]}", " ]}"));
        }

        #[test]
        fn no_truncation_and_no_flipped_byte_is_read(at in 0.0..1.0f64, flip in 1..=255u8) {
            let bytes = encode_snapshot(&samples::snapshot(4)).unwrap();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
                reason = "a position within the file")]
            let at = (bytes.len() as f64 * at) as usize;
            prop_assert!(decode_snapshot(&bytes[..at]).is_err());
            let mut flipped = bytes.clone();
            flipped[at] ^= flip;
            prop_assert!(decode_snapshot(&flipped).is_err());
        }
    }
}
