//! Encodings of texts, by the names that IANA has registered for them.

use encoding_rs::Encoding;

/// An encoding.
#[derive(Clone, Copy)]
pub(super) enum Charset {
    Utf8,
    Ascii,
    Latin1,
    Utf16 { little: bool, marked: bool },
    Table(&'static Encoding),
}

/// Those that need a table. What the web calls by these names is what IANA does.
const TABLES: &[&str] = &[
    "big5",
    "euc-jp",
    "euc-kr",
    "gb18030",
    "gbk",
    "ibm866",
    "iso-2022-jp",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "iso-8859-2",
    "iso-8859-3",
    "iso-8859-4",
    "iso-8859-5",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "shift_jis",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
];

/// The table with the label `name`, be it an alias such as `latin2`.
fn by_label(name: &str) -> Option<&'static Encoding> {
    let table = Encoding::for_label(name.as_bytes())?;
    let chief = table.name().to_ascii_lowercase();
    // For the web, Latin 1 and Latin 5 are these, which have more letters.
    let is_more = matches!(chief.as_str(), "windows-1252" | "windows-1254");
    (TABLES.contains(&chief.as_str()) && (!is_more || name == chief)).then_some(table)
}

/// The web gives a control character to a byte that has no meaning; IANA gives it none.
fn has_meaning(table: &'static Encoding, text: &str) -> bool {
    table == encoding_rs::GB18030 || !text.chars().any(|letter| ('\u{80}'..='\u{9f}').contains(&letter))
}

impl Charset {
    pub(super) fn find(name: &str) -> Option<Charset> {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "utf-8" => Some(Charset::Utf8),
            "us-ascii" | "ascii" | "us" | "iso646-us" | "ibm367" | "cp367" => Some(Charset::Ascii),
            "iso-8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "latin1" | "l1" | "ibm819" | "cp819" => {
                Some(Charset::Latin1)
            }
            "utf-16" => Some(Charset::Utf16 {
                little: false,
                marked: true,
            }),
            "utf-16le" => Some(Charset::Utf16 {
                little: true,
                marked: false,
            }),
            "utf-16be" => Some(Charset::Utf16 {
                little: false,
                marked: false,
            }),
            "cp936" | "ms936" | "windows-936" => Some(Charset::Table(encoding_rs::GBK)),
            "mac" => Some(Charset::Table(encoding_rs::MACINTOSH)),
            name => by_label(name).map(Charset::Table),
        }
    }

    /// The bytes of `text`; nothing if it holds a character that this encoding has not.
    pub(super) fn encode(self, text: &str) -> Option<Vec<u8>> {
        let below = |limit: u32| {
            let letters = text.chars().map(u32::from);
            letters
                .map(|letter| u8::try_from(letter).ok().filter(|_| letter < limit))
                .collect()
        };
        match self {
            Charset::Utf8 => Some(text.as_bytes().to_vec()),
            Charset::Ascii => below(0x80),
            Charset::Latin1 => below(0x100),
            Charset::Utf16 { little, marked } => {
                let mark = marked.then_some(0xfeff_u16);
                let units = mark.into_iter().chain(text.encode_utf16());
                Some(
                    units
                        .flat_map(|unit| {
                            if little {
                                unit.to_le_bytes()
                            } else {
                                unit.to_be_bytes()
                            }
                        })
                        .collect(),
                )
            }
            Charset::Table(table) => {
                let (bytes, _, lossy) = table.encode(text);
                (!lossy && has_meaning(table, text)).then(|| bytes.into_owned())
            }
        }
    }

    /// The text that `bytes` hold; nothing if they are none in this encoding.
    pub(super) fn decode(self, bytes: Vec<u8>) -> Option<String> {
        match self {
            Charset::Utf8 => String::from_utf8(bytes).ok(),
            Charset::Ascii => String::from_utf8(bytes).ok().filter(|text| text.is_ascii()),
            Charset::Latin1 => Some(bytes.into_iter().map(char::from).collect()),
            Charset::Utf16 { little, marked } => {
                let (little, bytes) = match bytes.get(..2) {
                    Some([0xff, 0xfe]) if marked => (true, &bytes[2..]),
                    Some([0xfe, 0xff]) if marked => (false, &bytes[2..]),
                    _ => (little, &bytes[..]),
                };
                if bytes.len() % 2 != 0 {
                    return None;
                }
                let units = bytes.chunks_exact(2).map(|pair| {
                    if little {
                        u16::from_le_bytes([pair[0], pair[1]])
                    } else {
                        u16::from_be_bytes([pair[0], pair[1]])
                    }
                });
                String::from_utf16(&units.collect::<Vec<_>>()).ok()
            }
            Charset::Table(table) => {
                let text = table.decode_without_bom_handling_and_without_replacement(&bytes)?;
                has_meaning(table, &text).then(|| text.into_owned())
            }
        }
    }
}
