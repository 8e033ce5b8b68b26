//! Snapshots to bytes and back, for ever.
//!
//! Every format begins `{"format":N,"meshform":"VERSION"`: who reads looks at that alone first, so that a newer
//! file is refused by its name and not by its first unknown field. Format 1 (`v1`) is written; each format ever
//! released keeps its reader and its files below `tests/fixtures/formats`. A file that is empty, cut short or edited
//! is damaged, never a state without resources.
//!
//! This module must never know where bytes come from or go to.

mod v1;

use crate::snapshot::Snapshot;

/// The format that this version writes, and the newest that it reads.
pub const SNAPSHOT_FORMAT: u64 = 1;

/// Why bytes are not a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// They are not what was once written.
    #[error("line {line}, column {column}: {reason}")]
    Damaged {
        /// From 1.
        line: usize,
        /// From 1, in bytes.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// A newer version wrote them.
    #[error("format {found}, written by version {writer}")]
    Newer {
        /// The format.
        found: u64,
        /// The version, empty if it does not say.
        writer: String,
    },
}

/// What the first line of a snapshot says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// [`Snapshot::lineage`].
    pub lineage: String,
    /// [`Snapshot::serial`].
    pub serial: u64,
}

/// The bytes of `snapshot`: JSON, one record a line, in the order of addresses. Equal snapshots are equal bytes.
///
/// # Errors
/// If a record is filed under another object's key, or has no JSON form.
pub fn encode_snapshot(snapshot: &Snapshot) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(512 * (snapshot.records.len() + 2));
    v1::write(snapshot, &mut bytes)?;
    Ok(bytes)
}

/// Writes what [`encode_snapshot`] returns, record by record.
///
/// # Errors
/// As [`encode_snapshot`] and as `out` says.
pub fn write_snapshot(snapshot: &Snapshot, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    v1::write(snapshot, out)
}

/// Reads a snapshot of any known format.
///
/// # Errors
/// [`FormatError`], with the place of the first mistake.
pub fn decode_snapshot(bytes: &[u8]) -> Result<Snapshot, FormatError> {
    known(bytes)?;
    v1::read(bytes)
}

/// Reads only the first line: cheap, however large the snapshot.
///
/// # Errors
/// As [`decode_snapshot`], for that line.
pub fn decode_heading(bytes: &[u8]) -> Result<Heading, FormatError> {
    known(bytes)?;
    v1::read_heading(bytes)
}

/// Makes JSON one line. Line ends are only between its tokens: inside a text they are escaped.
pub(crate) fn on_one_line(json: &mut [u8]) {
    for byte in json.iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r')) {
        *byte = b' ';
    }
}

fn known(bytes: &[u8]) -> Result<(), FormatError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(FormatError::Damaged {
            line: 1,
            column: 1,
            reason: "it is empty".to_owned(),
        });
    }
    let damaged = |reason: &str| FormatError::Damaged {
        line: 1,
        column: 1,
        reason: reason.to_owned(),
    };
    if bytes.iter().all(|byte| *byte == 0) {
        return Err(damaged(
            "it holds only zeros, as after a power cut on a disk that keeps no promise",
        ));
    }
    let sniffed = sniff(bytes).ok_or_else(|| damaged("it does not begin as a meshform state"))?;
    match sniffed {
        (SNAPSHOT_FORMAT, _) => Ok(()),
        (0, _) => Err(damaged("there is no format 0")),
        (found, writer) => Err(FormatError::Newer { found, writer }),
    }
}

/// Format and writer, whatever follows.
fn sniff(bytes: &[u8]) -> Option<(u64, String)> {
    let rest = after(bytes, "{")?;
    let rest = after(rest, "\"format\"")?;
    let rest = after(rest, ":")?.trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let format = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    Some((format, writer(&rest[digits..]).unwrap_or_default()))
}

fn writer(bytes: &[u8]) -> Option<String> {
    let rest = after(bytes, ",")?;
    let rest = after(rest, "\"meshform\"")?;
    let rest = after(rest, ":")?;
    let rest = after(rest, "\"")?;
    let end = rest.iter().take(64).position(|byte| *byte == b'"')?;
    Some(String::from_utf8_lossy(&rest[..end]).into_owned())
}

fn after<'a>(bytes: &'a [u8], token: &str) -> Option<&'a [u8]> {
    bytes.trim_ascii_start().strip_prefix(token.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_format_is_refused_by_its_name_whatever_it_looks_like() {
        let newer = |writer: &str| {
            Err(FormatError::Newer {
                found: 2,
                writer: writer.to_owned(),
            })
        };
        assert_eq!(
            known(b"{\"format\":2,\"meshform\":\"3.1.4\",\"new\":[]"),
            newer("3.1.4")
        );
        assert_eq!(
            known(b"{\n  \"format\": 2,\n  \"meshform\": \"3.1.4\"\n}"),
            newer("3.1.4")
        );
        assert_eq!(known(b"{\"format\":2}"), newer(""));
    }

    #[test]
    fn nothing_and_strangers_are_damage() {
        for bytes in [
            &b""[..],
            b"\n \n",
            b"\0\0\0\0",
            b"{}",
            b"{\"version\":4,\"serial\":1}",
            b"{\"format\":0}",
        ] {
            assert!(
                matches!(decode_snapshot(bytes), Err(FormatError::Damaged { line: 1, .. })),
                "{bytes:?}"
            );
        }
    }
}
