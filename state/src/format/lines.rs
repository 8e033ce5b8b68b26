//! Formats 1 and 2: a line for the heading, one for each scope, output, record and deposed object, one for the checksum.
//!
//! ```text
//! {"format":2,"meshform":"0.1.0","lineage":"6f0c…","serial":7,…
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
//! more memory than themselves. The checksum covers all before its line. The two formats differ in the heading alone.
//! [`Record`]'s own form is part of the format: whoever changes it makes a format 3 and leaves a copy of today's here.

use std::io::{self, Write};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{FormatError, Heading, sniff};
use crate::snapshot::{DeposedKey, OutputRecord, Record, Snapshot};
use crate::{Scope, ScopeKey};

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
    lines.put(&Heading::of(snapshot).encode()?)?;
    lines.put(b"\n")?;
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
    lines.put(trailer(checksum).as_bytes())
}

fn trailer(checksum: u32) -> String {
    format!("\"crc32\":\"{checksum:08x}\"}}\n")
}

/// The same snapshot with another heading. A mistake in its lines stays one: the checksum is made anew only where the
/// old one was right.
pub(super) fn with_heading(bytes: &[u8], heading: &Heading) -> Result<Vec<u8>, FormatError> {
    let mut reader = Reader::new(bytes);
    let first = reader.next()?.len() + 1;
    let last = bytes.len() - bytes.len().min(trailer(0).len());
    reader.line += bytes[first.min(last)..last]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count();
    reader.at = last;
    reader.trailer()?;
    let unwritable = |error: serde_json::Error| reader.damaged(1, error.to_string());
    let mut out = heading.encode().map_err(unwritable)?;
    out.push(b'\n');
    out.extend_from_slice(&bytes[first..last]);
    let checksum = crc32fast::hash(&out);
    out.extend_from_slice(trailer(checksum).as_bytes());
    Ok(out)
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
    Reader::new(bytes).heading()
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
        serde_json::from_slice(json).map_err(|error| self.mistaken(&error))
    }

    fn mistaken(&self, error: &serde_json::Error) -> FormatError {
        let text = error.to_string();
        let reason = text
            .rsplit_once(" at line ")
            .map_or(text.as_str(), |(reason, _)| reason);
        self.damaged(error.column(), reason)
    }

    fn heading(&mut self) -> Result<Heading, FormatError> {
        let format = sniff(self.bytes).map_or(0, |(format, _)| format);
        let line = self.next()?;
        let open = line
            .strip_suffix(b",")
            .ok_or_else(|| self.damaged(line.len(), "a comma is missing"))?;
        Heading::decode(format, &[open, b"}"].concat()).map_err(|error| self.mistaken(&error))
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
