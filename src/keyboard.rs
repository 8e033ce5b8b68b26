//! Lines that somebody types at a prompt: with editing and history on a terminal, plain otherwise.
//!
//! The history lives in memory only: what is typed may be secret.

use std::io::BufRead;

use meshform_lang::{Sources, parse_expression};
use rustyline::completion::Completer;
use rustyline::config::Configurer as _;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Editor, Helper};

use crate::render::Printer;
use crate::session::Input;

/// What stands before what is typed.
const PROMPT: &str = "> ";

/// Where expressions are typed.
pub(crate) enum Keyboard {
    /// The terminal of this process.
    Editor(Box<Editor<Expressions, MemHistory>>),
    /// Lines from anywhere.
    Lines(Box<dyn BufRead + Send>, Printer),
}

impl Keyboard {
    /// The keyboard behind `input`.
    ///
    /// # Errors
    /// If the terminal cannot be prepared.
    pub(crate) fn new(input: Input, printer: &Printer) -> rustyline::Result<Self> {
        if !input.editable {
            return Ok(Keyboard::Lines(input.reader, printer.clone()));
        }
        let mut editor = Editor::with_history(Config::default(), MemHistory::new())?;
        editor.set_auto_add_history(true);
        editor.set_helper(Some(Expressions));
        Ok(Keyboard::Editor(Box::new(editor)))
    }

    /// The next expression, which may be of several lines; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<String> {
        match self {
            Keyboard::Editor(editor) => loop {
                match editor.readline(PROMPT) {
                    // Ctrl-C drops what is being typed, as in a shell. Ctrl-D is the end.
                    Err(ReadlineError::Interrupted) => {}
                    read => return read.ok(),
                }
            },
            Keyboard::Lines(reader, printer) => {
                let mut text = String::new();
                loop {
                    printer.data(if text.is_empty() { PROMPT } else { ": " });
                    if reader.read_line(&mut text).ok()? == 0 {
                        return Some(text).filter(|text| !text.is_empty());
                    }
                    if !is_unfinished(&text) {
                        return Some(text);
                    }
                }
            }
        }
    }
}

/// Whether the only thing wrong with `text` is that it ends: more lines may make it an expression.
fn is_unfinished(text: &str) -> bool {
    let text = text.trim_end();
    let mut sources = Sources::default();
    // The marker of a heredoc is one only behind a line end.
    let id = sources.add("", format!("{text}\n"));
    !text.is_empty()
        && parse_expression(&sources, id).is_err_and(|found| {
            found.0.first().is_some_and(|first| {
                let start = first.range.map_or(0, |range| range.start as usize);
                // Where a line ends, a quoted text does: no further line can close it.
                let is_quote = start == text.len() && first.summary == UNTERMINATED;
                start >= text.len() && !is_quote
            })
        })
}

/// What the language says of a text whose end is missing.
const UNTERMINATED: &str = "Unterminated template string";

/// Tells the editor whether what is typed is a whole expression.
pub(crate) struct Expressions;

impl Validator for Expressions {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_unfinished(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

impl Completer for Expressions {
    type Candidate = String;
}

impl Hinter for Expressions {
    type Hint = String;
}

impl Highlighter for Expressions {}

impl Helper for Expressions {}

#[cfg(test)]
mod tests {
    use super::is_unfinished;

    #[test]
    fn only_what_ends_too_early_goes_on() {
        for text in [
            "[1,\n",
            "{\n  a = 1\n",
            "length(",
            "(1 +",
            "1 +",
            "<<EOT",
            "[<<-EOT\n  a\n\n",
        ] {
            assert!(is_unfinished(text), "{text}");
        }
        for text in [
            "",
            "1",
            "a b",
            "1 +* 2",
            "[1]",
            ")",
            "\"a",
            "<<EOT\na\nEOT",
            "<<EOT\n${1 +* 2}",
        ] {
            assert!(!is_unfinished(text), "{text}");
        }
    }
}
