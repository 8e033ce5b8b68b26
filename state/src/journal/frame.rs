//! Frames: how events lie in a file, so that a torn last write is told from damage.
//!
//! A journal is a line that names format and writer, then one line for each event:
//!
//! ```text
//! meshform-journal 2 0.1.0
//! 0000006f 9c6a4ff0 {"begin":{…}}
//! 0000002b 01f5c3aa {"intent":{…}}
//! 0000002b+77e0d2c1 {"put":{…}}
//! ```
//!
//! Length and CRC-32 come first. A blank between them starts a write, a plus continues it: what one write appended
//! was acknowledged as one, so that only the last write of a file can be torn, whatever order its blocks reached the
//! disk in. This module must never judge whether events make sense; that is the fold's.

use serde::ser::Error as _;

use super::Event;

/// The format of journals that this version writes, and the newest that it reads.
pub const JOURNAL_FORMAT: u64 = 2;

const MAGIC: &[u8] = b"meshform-journal ";
/// Length, mark, checksum, blank.
const PREFIX: usize = 18;
const STARTS: u8 = b' ';
const CONTINUES: u8 = b'+';
/// No first line of any format is longer.
const LONGEST_HEADER: usize = 128;

/// What the bytes of a journal hold.
#[derive(Debug, Clone)]
pub struct Frames {
    /// The events.
    pub events: Vec<Event>,
    /// The length of the whole frames; what is behind is taken for a torn last write, which was never acknowledged:
    /// damage to the last write alone, once it was, looks the same. 0 if not even the first line is whole.
    pub valid_len: u64,
}

/// A frame that was written whole and is no longer what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the journal is damaged at byte {offset}: {reason}")]
pub struct DamagedFrame {
    /// Where.
    pub offset: u64,
    /// What is wrong.
    pub reason: String,
}

impl DamagedFrame {
    fn new(at: usize, reason: impl Into<String>) -> Self {
        DamagedFrame {
            offset: at as u64,
            reason: reason.into(),
        }
    }
}

/// The first line of a journal, written together with its first events.
#[must_use]
pub fn encode_header() -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.extend_from_slice(format!("{JOURNAL_FORMAT} {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
    header
}

/// The bytes of one event, as a write of its own.
///
/// # Errors
/// If the event has no JSON form, which none of the types here can cause.
pub fn encode_frame(event: &Event) -> Result<Vec<u8>, serde_json::Error> {
    encode_frames(std::slice::from_ref(event))
}

/// The bytes of events that one write appends.
///
/// # Errors
/// As [`encode_frame`].
pub fn encode_frames(events: &[Event]) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::new();
    for (index, event) in events.iter().enumerate() {
        let mark = if index == 0 { STARTS } else { CONTINUES };
        let start = out.len();
        out.extend_from_slice(&[b' '; PREFIX]);
        serde_json::to_writer(&mut out, event)?;
        let json = &mut out[start + PREFIX..];
        crate::format::on_one_line(json);
        let len = u32::try_from(json.len()).map_err(serde_json::Error::custom)?;
        let prefix = format!("{len:08x}{}{:08x} ", char::from(mark), checksum(mark, json));
        out[start..start + PREFIX].copy_from_slice(prefix.as_bytes());
        out.push(b'\n');
    }
    Ok(out)
}

/// Reads a journal.
///
/// # Errors
/// [`DamagedFrame`] if a write before the last one is not whole, or if this is no journal of a format known here.
pub fn decode_frames(bytes: &[u8]) -> Result<Frames, DamagedFrame> {
    let mut events = Vec::new();
    let Some(mut at) = header(bytes)? else {
        return Ok(Frames { events, valid_len: 0 });
    };
    while at < bytes.len() {
        let Some(frame) = frame_at(bytes, at) else {
            if write_starts_behind(bytes, at) {
                return Err(DamagedFrame::new(at, "a record here is not what was written"));
            }
            break;
        };
        if frame.continues && events.is_empty() {
            return Err(DamagedFrame::new(at, "the first record is missing"));
        }
        let event = serde_json::from_slice(frame.json).map_err(|error| {
            DamagedFrame::new(at, format!("a whole record cannot be understood: {error}"))
        })?;
        events.push(event);
        at = frame.end;
    }
    Ok(Frames {
        events,
        valid_len: at as u64,
    })
}

/// The format of a journal and the version that wrote it, if its first line is whole.
#[must_use]
pub fn journal_format(bytes: &[u8]) -> Option<(u64, String)> {
    let line = bytes.strip_prefix(MAGIC)?;
    let end = line.iter().take(LONGEST_HEADER).position(|byte| *byte == b'\n')?;
    let (format, writer) = std::str::from_utf8(&line[..end]).ok()?.split_once(' ')?;
    // A blank would be of the first record, whose line begins where the damaged end of this one was.
    (!writer.contains(' ')).then_some((format.parse().ok()?, writer.to_owned()))
}

/// The length of the first line; `None` if its write was torn.
fn header(bytes: &[u8]) -> Result<Option<usize>, DamagedFrame> {
    match journal_format(bytes) {
        Some((1..=JOURNAL_FORMAT, _)) => {
            return Ok(bytes.iter().position(|byte| *byte == b'\n').map(|end| end + 1));
        }
        Some((format, writer)) => {
            let reason =
                format!("it has format {format}, written by version {writer}; this is {JOURNAL_FORMAT}");
            return Err(DamagedFrame::new(0, reason));
        }
        None => {}
    }
    let cut_short = MAGIC.starts_with(bytes)
        || bytes.starts_with(MAGIC) && bytes.len() < LONGEST_HEADER && !bytes.contains(&b'\n');
    // Blocks that never reached the disk read as zeros.
    let holed = bytes.contains(&0) && (bytes[0] == 0 || bytes.starts_with(&MAGIC[..1]));
    if cut_short || holed && !write_starts_behind(bytes, 0) {
        return Ok(None);
    }
    Err(DamagedFrame::new(0, "it does not begin as a journal"))
}

struct Frame<'a> {
    continues: bool,
    json: &'a [u8],
    end: usize,
}

/// The whole frame that begins at `at`, if there is one.
fn frame_at(bytes: &[u8], at: usize) -> Option<Frame<'_>> {
    let prefix = bytes.get(at..at + PREFIX)?;
    let mark = prefix[8];
    if !matches!(mark, STARTS | CONTINUES) || prefix[17] != b' ' {
        return None;
    }
    let start = at + PREFIX;
    let end = start.checked_add(hex(&prefix[..8])? as usize)?;
    let json = bytes.get(start..end)?;
    if bytes.get(end) != Some(&b'\n') || checksum(mark, json) != hex(&prefix[9..17])? {
        return None;
    }
    Some(Frame {
        continues: mark == CONTINUES,
        json,
        end: end + 1,
    })
}

/// Whether a write begins, whole, anywhere behind `at`: then all before it was acknowledged. Looks at every byte, since
/// the damage may be the end of the line before.
fn write_starts_behind(bytes: &[u8], at: usize) -> bool {
    let last = bytes.len().saturating_sub(PREFIX);
    (at + 1..=last)
        .filter(|start| bytes[start + 8] == STARTS && bytes[start + 17] == b' ')
        .any(|start| frame_at(bytes, start).is_some())
}

fn checksum(mark: u8, json: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[mark]);
    hasher.update(json);
    hasher.finalize()
}

fn hex(digits: &[u8]) -> Option<u32> {
    if !digits
        .iter()
        .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::journal::samples;

    fn json(events: &[Event]) -> Vec<String> {
        events
            .iter()
            .map(|event| serde_json::to_string(event).unwrap())
            .collect()
    }

    /// A journal of writes of these lengths, and where each write ends.
    fn journal(writes: &[usize]) -> (Vec<u8>, Vec<Event>, Vec<usize>) {
        let all = samples::whole_run(writes.iter().sum());
        let mut bytes = encode_header();
        let (mut ends, mut taken) = (vec![], 0);
        for len in writes {
            bytes.extend(encode_frames(&all[taken..taken + len]).unwrap());
            taken += len;
            ends.push(bytes.len());
        }
        (bytes, all[..taken].to_vec(), ends)
    }

    #[test]
    fn every_event_reads_back_and_lies_on_one_line() {
        let events = samples::every_event();
        let mut bytes = encode_header();
        bytes.extend(encode_frames(&events).unwrap());
        assert_eq!(
            bytes.iter().filter(|byte| **byte == b'\n').count(),
            events.len() + 1
        );
        let frames = decode_frames(&bytes).unwrap();
        // Line ends between tokens of what others encoded became blanks.
        let told: Vec<String> = json(&events)
            .iter()
            .map(|text| text.replace(['\n', '\r'], " "))
            .collect();
        assert_eq!(json(&frames.events), told);
        assert_eq!(frames.valid_len, bytes.len() as u64);
    }

    #[test]
    fn a_newer_format_is_named_with_its_writer() {
        let bytes = b"meshform-journal 7 9.8.7\nwhatever";
        assert_eq!(journal_format(bytes), Some((7, "9.8.7".to_owned())));
        assert!(decode_frames(bytes).unwrap_err().reason.contains("9.8.7"));
    }

    #[test]
    fn what_is_no_journal_is_damage() {
        for bytes in [&b"hello"[..], b"meshform-journal one two\n", b"\n", b"{}"] {
            assert_eq!(decode_frames(bytes).unwrap_err().offset, 0, "{bytes:?}");
        }
    }

    #[test]
    fn a_missing_first_line_is_damage() {
        let (bytes, _, _) = journal(&[2, 1]);
        let second = encode_header().len();
        let cut = second + bytes[second..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let without = [&bytes[..second], &bytes[cut..]].concat();
        assert!(
            decode_frames(&without)
                .unwrap_err()
                .reason
                .contains("first record is missing")
        );
    }

    proptest! {
        #[test]
        fn any_truncation_with_any_tail_is_a_prefix(
            writes in prop::collection::vec(1..4usize, 1..5), cut in 0.0..1.0f64, zeros in 0..9000usize,
        ) {
            let (bytes, events, _) = journal(&writes);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
                reason = "a position within the file")]
            let cut = (bytes.len() as f64 * cut) as usize;
            let mut torn = bytes[..cut].to_vec();
            torn.resize(cut + zeros, 0);
            let frames = decode_frames(&torn).unwrap();
            prop_assert!(frames.valid_len <= cut as u64);
            prop_assert_eq!(json(&frames.events), json(&events[..frames.events.len()]));
            let again = decode_frames(&torn[..usize::try_from(frames.valid_len).unwrap()]).unwrap();
            prop_assert_eq!(json(&again.events), json(&frames.events));
        }

        #[test]
        fn a_flipped_byte_is_damage_unless_in_the_last_write(
            writes in prop::collection::vec(1..4usize, 2..5), at in 0.0..1.0f64, flip in 1..=255u8,
        ) {
            let (mut bytes, events, ends) = journal(&writes);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
                reason = "a position within the file")]
            let at = (bytes.len() as f64 * at) as usize;
            bytes[at] ^= flip;
            let in_last = at >= ends[ends.len() - 2];
            match decode_frames(&bytes) {
                Ok(frames) => {
                    // The writer's version in the first line is for people only.
                    let harmless = at < encode_header().len();
                    prop_assert!(in_last || harmless, "byte {at} of {ends:?}");
                    prop_assert_eq!(json(&frames.events), json(&events[..frames.events.len()]));
                    let before: usize = writes[..writes.len() - 1].iter().sum();
                    prop_assert!(frames.events.len() >= before);
                }
                Err(damage) => prop_assert!(!in_last && damage.offset <= at as u64),
            }
        }

        #[test]
        fn a_hole_in_the_last_write_is_torn(first in 1..4usize, last in 2..6usize, from in 0.0..1.0f64) {
            let (mut bytes, events, ends) = journal(&[first, last]);
            let (start, end) = (ends[0], ends[1]);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss,
                reason = "a position within the file")]
            let hole = start + ((end - start) as f64 * from) as usize;
            let stop = (hole + 64).min(end);
            bytes[hole..stop].fill(0);
            let frames = decode_frames(&bytes).unwrap();
            prop_assert!(frames.events.len() >= first);
            prop_assert_eq!(json(&frames.events), json(&events[..frames.events.len()]));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            _ = decode_frames(&bytes);
            _ = decode_frames(&[encode_header(), bytes].concat());
        }
    }
}
