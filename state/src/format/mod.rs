//! Snapshots to bytes and back, for ever.
//!
//! Every format begins `{"format":N,"meshform":"VERSION"`: who reads looks at that alone first, so that a newer
//! file is refused by its name and not by its first unknown field. Format 2 is written; formats 1 and 2 are read, and
//! each keeps its files below `tests/fixtures/formats`. They differ in the `heading`; what follows is `lines`. A file that is empty, cut short or edited
//! is damaged, never a state without resources.
//!
//! This module must never know where bytes come from or go to.

mod heading;
mod lines;

use crate::snapshot::{RunMark, Snapshot};
pub use heading::Heading;

/// The format that this version writes, and the newest that it reads.
pub const SNAPSHOT_FORMAT: u64 = 2;

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

/// The bytes of `snapshot`: JSON, one record a line, in the order of addresses. Equal snapshots are equal bytes.
///
/// # Errors
/// If a record is filed under another object's key, or has no JSON form.
pub fn encode_snapshot(snapshot: &Snapshot) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(512 * (snapshot.records.len() + 2));
    lines::write(snapshot, &mut bytes)?;
    Ok(bytes)
}

/// Writes what [`encode_snapshot`] returns, record by record.
///
/// # Errors
/// As [`encode_snapshot`] and as `out` says.
pub fn write_snapshot(snapshot: &Snapshot, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    lines::write(snapshot, out)
}

/// Reads a snapshot of any known format.
///
/// # Errors
/// [`FormatError`], with the place of the first mistake.
pub fn decode_snapshot(bytes: &[u8]) -> Result<Snapshot, FormatError> {
    known(bytes)?;
    lines::read(bytes)
}

/// Reads only the first line: cheap, however large the snapshot.
///
/// # Errors
/// As [`decode_snapshot`], for that line.
pub fn decode_heading(bytes: &[u8]) -> Result<Heading, FormatError> {
    known(bytes)?;
    lines::read_heading(bytes)
}

/// The snapshot in `bytes` with another run open on it, or none: the rest is as it was, in the format of today.
///
/// # Errors
/// As [`decode_snapshot`], for the heading and the checksum.
pub fn with_open_run(bytes: &[u8], open_run: Option<&RunMark>) -> Result<Vec<u8>, FormatError> {
    let heading = Heading {
        open_run: open_run.cloned(),
        ..decode_heading(bytes)?
    };
    lines::with_heading(bytes, &heading)
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
        (0, _) => Err(damaged("there is no format 0")),
        (1..=SNAPSHOT_FORMAT, _) => Ok(()),
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
mod tests;
