//! YAML text to a value. One document; aliases count in full against what an evaluation may make.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, Tag};
use meshform_state::{Str, Value};

use super::scalar;
use crate::functions::{Answer, Arguments, Failure, string};

/// How deep collections may be nested.
const MAX_DEPTH: usize = 100;

/// A value that is complete, with the anchor it has.
struct Open {
    anchor: usize,
    kind: Kind,
}

enum Kind {
    Sequence(Vec<Value>),
    Mapping {
        entries: BTreeMap<Str, Value>,
        merged: Vec<Value>,
        key: Option<Key>,
    },
}

enum Key {
    Name(Str),
    Merge,
}

struct Reader<'a> {
    arguments: &'a Arguments<'a>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Value, usize)>,
    root: Option<Value>,
}

pub(super) fn decode(arguments: &Arguments<'_>) -> Answer {
    let problem = |message: String| Failure::argument(0, message);
    let mut reader = Reader {
        arguments,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        root: None,
    };
    let mut documents = 0;
    for event in Parser::new_from_str(arguments.text(0)) {
        let (event, span) = event.map_err(|error| {
            let place = error.marker();
            problem(format!(
                "it is no YAML: line {}, column {}: {}",
                place.line(),
                place.col() + 1,
                error.info()
            ))
        })?;
        let line = span.start.line();
        let at = move |message: String| Failure::argument(0, format!("line {line}: {message}"));
        match event {
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    return Err(at(
                        "there is a second document; only one can be decoded".to_owned()
                    ));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                if plain && tag.is_none() && text == "<<" && reader.wants_key() {
                    reader.merge_key();
                } else {
                    let value = scalar_value(&text, style, tag.as_deref()).map_err(at)?;
                    reader.put(value, anchor).map_err(at)?;
                }
            }
            Event::SequenceStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "seq").map_err(at)?;
                reader.begin(Kind::Sequence(Vec::new()), anchor).map_err(at)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "map").map_err(at)?;
                let kind = Kind::Mapping {
                    entries: BTreeMap::new(),
                    merged: Vec::new(),
                    key: None,
                };
                reader.begin(kind, anchor).map_err(at)?;
            }
            Event::SequenceEnd | Event::MappingEnd => reader.end().map_err(at)?,
            Event::Alias(anchor) => reader.alias(anchor).map_err(at)?,
            _ => {}
        }
    }
    reader
        .root
        .ok_or_else(|| problem("there is no document in it".to_owned()))
}

impl Reader<'_> {
    fn wants_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                kind: Kind::Mapping { key: None, .. },
                ..
            })
        )
    }

    fn merge_key(&mut self) {
        if let Some(Open {
            kind: Kind::Mapping { key, .. },
            ..
        }) = self.open.last_mut()
        {
            *key = Some(Key::Merge);
        }
    }

    fn begin(&mut self, kind: Kind, anchor: usize) -> Result<(), String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(format!(
                "collections are nested more than {MAX_DEPTH} levels deep"
            ));
        }
        if self.wants_key() {
            return Err("a collection cannot be a key".to_owned());
        }
        self.open.push(Open { anchor, kind });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = match open.kind {
            Kind::Sequence(items) => Value::tuple(items),
            Kind::Mapping {
                mut entries, merged, ..
            } => {
                // What stands in the mapping itself wins over what is merged in, earlier over later.
                for other in merged {
                    for (name, item) in other.entries().into_iter().flatten() {
                        entries.entry(name.clone()).or_insert_with(|| item.clone());
                    }
                }
                Value::object(entries)
            }
        };
        self.put(value, open.anchor)
    }

    fn alias(&mut self, anchor: usize) -> Result<(), String> {
        let Some((value, size)) = self.anchors.get(&anchor).cloned() else {
            return Err("an alias refers to what is not complete yet".to_owned());
        };
        if !self.arguments.env.budget.allows(size as u64) {
            return Err("with its aliases it is too large".to_owned());
        }
        self.put(value, 0)
    }

    fn put(&mut self, value: Value, anchor: usize) -> Result<(), String> {
        if !self.arguments.env.budget.allows(1) {
            return Err("it is too large".to_owned());
        }
        if anchor != 0 {
            let size = size(&value);
            self.anchors.insert(anchor, (value.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(value),
            Some(Kind::Sequence(items)) => items.push(value),
            Some(Kind::Mapping { entries, merged, key }) => match key.take() {
                None => {
                    let Ok(Value::String(name)) = crate::convert::convert_to(&value, &crate::Type::String)
                    else {
                        return Err("a key must be a text".to_owned());
                    };
                    *key = Some(Key::Name(name));
                }
                Some(Key::Name(name)) => _ = entries.insert(name, value),
                Some(Key::Merge) => match &value {
                    Value::Object(_) => merged.push(value),
                    Value::Tuple(items) if items.iter().all(|item| matches!(item, Value::Object(_))) => {
                        merged.extend(items.iter().cloned());
                    }
                    _ => return Err("`<<` needs a mapping, or a sequence of mappings".to_owned()),
                },
            },
        }
        Ok(())
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Tuple(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(attributes) => 1 + attributes.values().map(size).sum::<usize>(),
        Value::String(text) => 1 + text.len() / crate::eval::TEXT_UNIT,
        _ => 1,
    }
}

/// The name of a standard tag.
fn core_tag(tag: &Tag) -> Option<String> {
    tag.to_string()
        .strip_prefix("tag:yaml.org,2002:")
        .map(str::to_owned)
}

fn check_tag(tag: Option<&Tag>, wanted: &str) -> Result<(), String> {
    match tag {
        Some(tag) if core_tag(tag).as_deref() != Some(wanted) => {
            Err(format!("the tag `{tag}` means nothing here"))
        }
        _ => Ok(()),
    }
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    let Some(tag) = tag else {
        let value = match style {
            ScalarStyle::Plain => scalar::plain(text),
            _ if quoted => Some(string(text)),
            _ => scalar::block(text),
        };
        return value.ok_or_else(|| format!("`{text}` is no number that can be represented"));
    };
    match core_tag(tag).as_deref() {
        Some(name @ ("str" | "binary" | "timestamp" | "int" | "float" | "bool" | "null")) => {
            scalar::tagged(text, quoted, name).ok_or_else(|| format!("`{text}` does not fit its tag"))
        }
        _ if tag.suffix().is_empty() => Ok(string(text)),
        _ => Err(format!("the tag `{tag}` means nothing here")),
    }
}
