//! What is written can be read, for ever, and nothing else can.

use std::io;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::Record;
use crate::journal::samples::{self, picture};
use crate::journal::{Event, decode_frames};

#[test]
fn a_newer_format_is_refused_by_its_name_whatever_it_looks_like() {
    let newer = |writer: &str| {
        Err(FormatError::Newer {
            found: 3,
            writer: writer.to_owned(),
        })
    };
    assert_eq!(
        known(b"{\"format\":3,\"meshform\":\"3.1.4\",\"new\":[]"),
        newer("3.1.4")
    );
    assert_eq!(
        known(b"{\n  \"format\": 3,\n  \"meshform\": \"3.1.4\"\n}"),
        newer("3.1.4")
    );
    assert_eq!(known(b"{\"format\":3}"), newer(""));
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

/// These files are as each format was first written, and are never changed.
#[test]
fn reads_the_files_of_every_format() {
    let one = include_bytes!("../../tests/fixtures/formats/v1.state.json");
    let mut expected = samples::snapshot(2);
    assert_eq!(expected.last_run, Some(samples::mark(samples::RUN)));
    let two = include_bytes!("../../tests/fixtures/formats/v2.state.json");
    assert_eq!(picture(&decode_snapshot(two).unwrap()), picture(&expected));
    assert_eq!(decode_heading(two).unwrap().open_run, None);
    let open = include_bytes!("../../tests/fixtures/formats/v2.open.state.json");
    assert_eq!(picture(&decode_snapshot(open).unwrap()), picture(&expected));
    let run = decode_heading(open).unwrap().open_run.unwrap();
    assert_eq!(
        run.to_string(),
        "run 77aa0000-1f3a-4a53-8f0e-d2c0a9d6c2aa of 2026-01-02T00:00:00Z"
    );

    expected.last_run = Some(RunMark {
        began: String::new(),
        ..samples::mark(samples::RUN)
    });
    assert_eq!(picture(&decode_snapshot(one).unwrap()), picture(&expected));
    let heading = decode_heading(one).unwrap();
    assert_eq!((heading.open_run, heading.last_run), (None, expected.last_run));
}

#[test]
fn reads_the_journals_of_every_format() {
    let json = |events: &[Event]| {
        serde_json::to_string(events)
            .unwrap()
            .replace([' ', '\n', '\r'], "")
    };
    let mut events = samples::every_event();
    let two = include_bytes!("../../tests/fixtures/formats/v2.state.journal");
    let frames = decode_frames(two).unwrap();
    assert_eq!(frames.valid_len, two.len() as u64);
    assert_eq!(json(&frames.events), json(&events));
    events.retain(|event| !matches!(event, Event::Double(_)));
    let one = include_bytes!("../../tests/fixtures/formats/v1.state.journal");
    let frames = decode_frames(one).unwrap();
    assert_eq!(frames.valid_len, one.len() as u64);
    assert_eq!(json(&frames.events), json(&events));
}

#[test]
fn a_run_is_opened_on_a_snapshot_without_touching_the_rest() {
    let snapshot = samples::snapshot(3);
    let bytes = encode_snapshot(&snapshot).unwrap();
    let run = samples::mark("next");
    let open = with_open_run(&bytes, Some(&run)).unwrap();
    assert_eq!(decode_heading(&open).unwrap().open_run, Some(run));
    assert_eq!(picture(&decode_snapshot(&open).unwrap()), picture(&snapshot));
    assert_eq!(with_open_run(&open, None).unwrap(), bytes);
    let old = include_bytes!("../../tests/fixtures/formats/v1.state.json");
    let renewed = with_open_run(old, None).unwrap();
    let picture_of = |bytes: &[u8]| picture(&decode_snapshot(bytes).unwrap());
    assert_eq!(picture_of(&renewed), picture_of(old));

    let text = String::from_utf8(bytes).unwrap();
    for damaged in [
        text.replacen("10.0.0.0", "10.1.0.0", 1),
        text[..text.len() / 2].to_owned(),
        text.replacen("\"open", "", 1) + "more",
        text.lines().next().unwrap().to_owned() + "\n",
    ] {
        assert!(with_open_run(damaged.as_bytes(), None).is_err(), "{damaged}");
    }
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        Just("0.30000000000000000000000000001".to_owned()),
        Just("true".to_owned()),
    ];
    prop::collection::vec(leaf, 1..4).prop_map(|items| format!("{{\"v\": [\n{}\n]}}", items.join(",\r\n")))
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
