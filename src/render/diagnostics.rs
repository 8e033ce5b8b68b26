//! Mistakes and warnings with the place that they are about, for people and for machines.

use std::borrow::Cow;
use std::ops::Range as Bytes;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};
use meshform_lang::{Diagnostic, Diagnostics, Position, Range, Severity, SourceFile, Sources};
use serde_json::{Value as Json, json};

use super::contexts::Contexts;
use super::style::{Palette, Role};
use super::values::{Secrets, visible};

/// The width of paragraphs.
const WIDTH: usize = 90;

/// All of `diagnostics` in their order, with empty lines between them.
pub(crate) fn text(
    diagnostics: &Diagnostics,
    sources: &Sources,
    secrets: &Secrets,
    palette: Palette,
) -> String {
    let renderer = match palette {
        Palette::Plain => Renderer::plain(),
        Palette::Colour => Renderer::styled(),
    };
    let mut out = String::new();
    for (index, diagnostic) in diagnostics.0.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let has_place = diagnostic.range.is_some() || !diagnostic.related.is_empty();
        let text = if has_place {
            one(diagnostic, sources, secrets, &renderer)
        } else {
            unplaced(diagnostic, secrets, palette)
        };
        out.push_str(&text);
        out.push('\n');
    }
    out
}

/// A diagnostic without a place: its title, and what it says as paragraphs.
fn unplaced(diagnostic: &Diagnostic, secrets: &Secrets, palette: Palette) -> String {
    let clean = |text: &str| visible(&secrets.redact(text));
    let (word, role) = match diagnostic.severity {
        Severity::Error => ("Error", Role::Alarm),
        Severity::Warning => ("Warning", Role::Change),
    };
    let title = palette.paint(Role::Strong, clean(&diagnostic.summary));
    let mut out = format!("{} {title}\n", palette.paint(role, format!("{word}:")));
    if let Some(address) = &diagnostic.address {
        out.push_str(&format!("  with {address}\n"));
    }
    for value in &diagnostic.values {
        out.push_str(&format!(
            "  {}\n",
            clean(&format!("{} {}", value.traversal, value.statement))
        ));
    }
    if !diagnostic.detail.is_empty() {
        out.push_str(&format!("\n{}\n", wrapped(&clean(&diagnostic.detail), "  ")));
    }
    if let Some(hint) = &diagnostic.hint {
        out.push_str(&format!(
            "\n{}\n",
            wrapped(&format!("hint: {}", clean(hint)), "  ")
        ));
    }
    out.truncate(out.trim_end().len());
    out
}

/// `text` in lines of readable width. What is between backticks is not torn apart: it is for copying.
fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in words(paragraph) {
            if !line.is_empty() && line.chars().count() + word.chars().count() >= WIDTH {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        lines.push(line);
    }
    lines
        .iter()
        .map(|line| format!("{indent}{line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn words(paragraph: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for word in paragraph.split_whitespace() {
        match found.last_mut() {
            Some(last) if inside => last.push_str(&format!(" {word}")),
            _ => found.push(word.to_owned()),
        }
        inside ^= word.matches('`').count() % 2 == 1;
    }
    found
}

fn one(diagnostic: &Diagnostic, sources: &Sources, secrets: &Secrets, renderer: &Renderer) -> String {
    let clean = |text: &str| visible(&secrets.redact(text));
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR.with_name("Error"),
        Severity::Warning => Level::WARNING.with_name("Warning"),
    };
    let mut elements: Vec<Element<'_>> = Vec::new();
    elements.extend(snippets(diagnostic, sources).into_iter().map(Element::from));
    let mut note = |text: String| elements.push(Level::NOTE.no_name().message(text).into());
    if let Some(address) = &diagnostic.address {
        note(format!("with {address}"));
    }
    for value in &diagnostic.values {
        note(clean(&format!("{} {}", value.traversal, value.statement)));
    }
    if !diagnostic.detail.is_empty() {
        note(wrapped(&clean(&diagnostic.detail), ""));
    }
    if let Some(hint) = &diagnostic.hint {
        elements.push(
            Level::HELP
                .with_name("hint")
                .message(wrapped(&clean(hint), ""))
                .into(),
        );
    }
    let group: Group<'_> = level.primary_title(clean(&diagnostic.summary)).elements(elements);
    let text = renderer.render(&[group]);
    // Marks behind short lines end in spaces, which would make every copy of a message look edited.
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// One excerpt for each text that `diagnostic` has a place in, its own first.
fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a Sources,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let mut places: Vec<(Range, AnnotationKind, Option<Cow<'a, str>>)> = Vec::new();
    if let Some(range) = diagnostic.range {
        places.push((range, AnnotationKind::Primary, None));
    }
    for related in &diagnostic.related {
        places.push((
            related.range,
            AnnotationKind::Context,
            Some(visible(&related.label).into()),
        ));
    }
    let mut found: Vec<(meshform_lang::SourceId, Snippet<'a, _>)> = Vec::new();
    for (range, kind, label) in places {
        let Some(file) = sources.get(range.source) else {
            continue;
        };
        let annotation = kind.span(bytes(file, range)).label(label);
        match found.iter().position(|(source, _)| *source == range.source) {
            Some(at) => {
                let (source, snippet) = found.remove(at);
                found.insert(at, (source, snippet.annotation(annotation)));
            }
            None => {
                let snippet = Snippet::source(file.shown())
                    .path(file.name.as_str())
                    .annotation(annotation);
                found.push((range.source, snippet));
            }
        }
    }
    found.into_iter().map(|(_, snippet)| snippet).collect()
}

/// The bytes of `range`, moved to where characters begin: a mistake in a range must not hide the mistake it is about.
fn bytes(file: &SourceFile, range: Range) -> Bytes<usize> {
    let inside = |at: u32| {
        let mut at = (at as usize).min(file.text.len());
        while !file.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (inside(range.start), inside(range.end));
    start..end.max(start)
}

/// The form of `validate -json`.
pub(crate) fn report(diagnostics: &Diagnostics, sources: &Sources, secrets: &Secrets) -> Json {
    let count = |severity| {
        diagnostics
            .0
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    };
    let contexts = Contexts::default();
    json!({
        "format_version": "1.0",
        "valid": !diagnostics.has_errors(),
        "error_count": count(Severity::Error),
        "warning_count": count(Severity::Warning),
        "diagnostics": diagnostics.0.iter().map(|one| machine(one, sources, secrets, &contexts)).collect::<Vec<_>>(),
    })
}

/// One diagnostic for machines. What the reference has no field for is below `meshform`.
pub(crate) fn machine(
    diagnostic: &Diagnostic,
    sources: &Sources,
    secrets: &Secrets,
    contexts: &Contexts,
) -> Json {
    let mut out = json!({
        "severity": match diagnostic.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "summary": secrets.redact(&diagnostic.summary),
        "detail": secrets.redact(&diagnostic.detail),
    });
    if let Some(address) = &diagnostic.address {
        out["address"] = json!(address.as_str());
    }
    if let Some((range, snippet)) = diagnostic
        .range
        .and_then(|range| located(range, diagnostic, sources, secrets, contexts))
    {
        out["range"] = range;
        out["snippet"] = snippet;
    }
    let related: Vec<Json> = diagnostic
        .related
        .iter()
        .filter_map(|related| {
            Some(json!({ "range": place(related.range, sources)?, "label": related.label }))
        })
        .collect();
    let hint = diagnostic.hint.as_ref().map(|hint| secrets.redact(hint));
    if hint.is_some() || !related.is_empty() {
        out["meshform"] = json!({ "hint": hint, "related": related });
    }
    out
}

fn place(range: Range, sources: &Sources) -> Option<Json> {
    let file = sources.get(range.source)?;
    let at =
        |Position { line, column, byte }: Position| json!({ "line": line, "column": column, "byte": byte });
    Some(json!({
        "filename": file.name,
        "start": at(sources.position(range)),
        "end": at(sources.end_position(range)),
    }))
}

fn located(
    range: Range,
    diagnostic: &Diagnostic,
    sources: &Sources,
    secrets: &Secrets,
    contexts: &Contexts,
) -> Option<(Json, Json)> {
    let file = sources.get(range.source)?;
    let span = bytes(file, range);
    let first = file.text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let last = file.text[span.end..]
        .find('\n')
        .map_or(file.text.len(), |at| span.end + at);
    let values: Vec<Json> = diagnostic
        .values
        .iter()
        .map(|value| json!({ "traversal": value.traversal, "statement": secrets.redact(&value.statement) }))
        .collect();
    let snippet = json!({
        "context": contexts.around(range, sources).map(|header| secrets.redact(&header)),
        "code": secrets.redact(&file.shown()[first..last]),
        "start_line": sources.position(range).line,
        "highlight_start_offset": span.start - first,
        "highlight_end_offset": span.end - first,
        "values": values,
    });
    Some((place(range, sources)?, snippet))
}

#[cfg(test)]
mod tests {
    use meshform_lang::ValueNote;

    use super::super::testing::address;
    use super::*;

    const TEXT: &str = "locals {\n  hosts = { a = 1 }\n}\nresource \"meshform_data\" \"r\" {\n  input = local.hosts[\"b\"]\n}\n";

    fn example() -> (Diagnostics, Sources) {
        let mut sources = Sources::default();
        let main = sources.add("mesh.hcl", TEXT);
        let other = sources.add("more.mesh.hcl", "locals {\n  hosts = 1\n}\n");
        let at = |source, text: &str, part: &str| {
            let start = u32::try_from(text.find(part).unwrap()).unwrap();
            Range {
                source,
                start,
                end: start + u32::try_from(part.len()).unwrap(),
            }
        };
        let mut index = Diagnostic::error(
            "Invalid index",
            "The given key does not identify an element in this value.",
        )
        .at(at(main, TEXT, "local.hosts[\"b\"]"))
        .about(&address("meshform_data.r"))
        .hint("Did you mean `a`?")
        .related(at(main, TEXT, "hosts = {"), "the value is made here")
        .related(
            at(other, "locals {\n  hosts = 1\n}\n", "hosts = 1"),
            "and again here",
        );
        index.values.push(ValueNote {
            traversal: "local.hosts".into(),
            statement: "is object with 1 attribute \"a\"".into(),
        });
        let whole = Diagnostic::warning(
            "Nothing to do",
            "This folder has no resources, and a secret: hunter2.",
        );
        let outside = Diagnostic::error("Unexpected end", "A brace is missing.").at(Range {
            source: main,
            start: 900,
            end: 901,
        });
        (Diagnostics(vec![index, whole, outside]), sources)
    }

    fn secrets() -> Secrets {
        let mut secrets = Secrets::default();
        secrets.learn(&meshform_state::Value::from("hunter2").into_secret());
        secrets
    }

    #[test]
    fn a_mistake_is_shown_with_its_place_values_hint_and_related_places() {
        let (diagnostics, sources) = example();
        insta::assert_snapshot!(text(&diagnostics, &sources, &secrets(), Palette::Plain));
    }

    #[test]
    fn machines_get_the_form_of_validate() {
        let (diagnostics, sources) = example();
        insta::assert_snapshot!(
            serde_json::to_string_pretty(&report(&diagnostics, &sources, &secrets())).unwrap()
        );
    }
}
