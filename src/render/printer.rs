//! Where output goes: data to stdout, talk to stderr, and never a secret.

use std::io::{self, BufWriter, Write};
use std::sync::{Arc, Mutex, RwLock};

use meshform_engine::Clock;
use meshform_engine::clock::timestamp;
use meshform_lang::{Diagnostics, Sources};
use meshform_state::Value;
use serde_json::{Map, Value as Json, json};

use super::contexts::Contexts;
use super::diagnostics;
use super::style::Palette;
use super::values::Secrets;

/// How much is written at a time of what is long.
const CHUNK: usize = 64 << 10;

/// A stream to write to.
pub struct Stream {
    /// Where the bytes go.
    pub writer: Box<dyn Write + Send>,
    /// Whether somebody watches it on a terminal.
    pub terminal: bool,
}

/// The form of a command's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text for people.
    Text,
    /// One JSON document on stdout.
    Document,
    /// One JSON object for each event on stdout.
    Stream,
}

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Info,
    Warn,
    Error,
}

/// Writes all output of a command. Clones write to the same streams.
#[derive(Clone)]
pub(crate) struct Printer {
    shared: Arc<Shared>,
}

struct Shared {
    out: Mutex<Channel>,
    err: Mutex<Channel>,
    form: Form,
    live: bool,
    palette: Palette,
    error_palette: Palette,
    secrets: RwLock<Secrets>,
    clock: Arc<dyn Clock>,
}

struct Channel {
    writer: Box<dyn Write + Send>,
    /// Why nothing more can be written. A closed pipe is no failure: who reads has read enough.
    failed: Option<io::Error>,
    closed: bool,
}

impl Channel {
    fn write(&mut self, bytes: &[u8]) {
        if self.closed {
            return;
        }
        if let Err(error) = self.writer.write_all(bytes).and_then(|()| self.writer.flush()) {
            self.closed = true;
            self.failed = Some(error).filter(|error| error.kind() != io::ErrorKind::BrokenPipe);
        }
    }
}

impl Printer {
    /// A printer to `out` and `err` in `form`; with `colour`, streams that somebody watches are coloured.
    pub(crate) fn new(out: Stream, err: Stream, form: Form, colour: bool, clock: Arc<dyn Clock>) -> Self {
        let palette = |terminal: bool| {
            if terminal && colour {
                Palette::Colour
            } else {
                Palette::Plain
            }
        };
        let channel = |writer| {
            Mutex::new(Channel {
                writer,
                failed: None,
                closed: false,
            })
        };
        Printer {
            shared: Arc::new(Shared {
                form,
                live: out.terminal && err.terminal,
                palette: palette(out.terminal),
                error_palette: palette(err.terminal),
                out: channel(out.writer),
                err: channel(err.writer),
                secrets: RwLock::default(),
                clock,
            }),
        }
    }

    /// The form of the output.
    pub(crate) fn form(&self) -> Form {
        self.shared.form
    }

    /// Whether output is text for people.
    pub(crate) fn is_text(&self) -> bool {
        self.shared.form == Form::Text
    }

    /// Whether lines may move: somebody watches both streams.
    pub(super) fn is_live(&self) -> bool {
        self.shared.live
    }

    /// The colours of stdout.
    pub(crate) fn palette(&self) -> Palette {
        self.shared.palette
    }

    /// Writes what was asked for.
    pub(crate) fn data(&self, text: &str) {
        write(&self.shared.out, text);
    }

    /// Where what was asked for is written piece by piece, since it may be long. What cannot be written is told at the
    /// end, as of all output.
    pub(crate) fn data_writer(&self) -> impl Write + '_ {
        BufWriter::with_capacity(CHUNK, Data(&self.shared.out))
    }

    /// Writes a JSON document.
    pub(crate) fn document(&self, document: &Json) {
        self.data(&format!("{document}\n"));
    }

    /// Writes what is said beside.
    pub(crate) fn talk(&self, text: &str) {
        write(&self.shared.err, text);
    }

    /// Remembers what must not be shown from now on.
    pub(crate) fn learn<'a>(&self, values: impl IntoIterator<Item = &'a Value>) {
        if let Ok(mut secrets) = self.shared.secrets.write() {
            values.into_iter().for_each(|value| secrets.learn(value));
        }
    }

    /// What must not be shown.
    pub(crate) fn secrets(&self) -> Secrets {
        self.shared
            .secrets
            .read()
            .map(|secrets| secrets.clone())
            .unwrap_or_default()
    }

    /// `text` without secrets.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.shared
            .secrets
            .read()
            .map_or_else(|_| String::new(), |secrets| secrets.redact(text))
    }

    /// Tells of mistakes and warnings.
    pub(crate) fn diagnostics(&self, diagnostics: &Diagnostics, sources: &Sources) {
        let secrets = self.secrets();
        if self.form() == Form::Stream {
            let contexts = Contexts::default();
            for diagnostic in &diagnostics.0 {
                let told = diagnostics::machine(diagnostic, sources, &secrets, &contexts);
                let (level, word) = match diagnostic.severity {
                    meshform_lang::Severity::Error => (Level::Error, "Error"),
                    meshform_lang::Severity::Warning => (Level::Warn, "Warning"),
                };
                let message = format!("{word}: {}", diagnostic.summary);
                self.event(
                    "diagnostic",
                    level,
                    &message,
                    Map::from_iter([("diagnostic".to_owned(), told)]),
                );
            }
        } else {
            let text = diagnostics::text(diagnostics, sources, &secrets, self.shared.error_palette);
            if !text.is_empty() {
                self.talk(&format!("\n{text}"));
            }
        }
    }

    /// Writes one event of the machine-readable form.
    pub(crate) fn event(&self, kind: &str, level: Level, message: &str, fields: Map<String, Json>) {
        let mut line = fields;
        line.insert(
            "@level".into(),
            json!(match level {
                Level::Info => "info",
                Level::Warn => "warn",
                Level::Error => "error",
            }),
        );
        line.insert("@message".into(), json!(self.redact(message)));
        line.insert("@module".into(), json!("meshform.ui"));
        line.insert("@timestamp".into(), json!(timestamp(self.shared.clock.now_ms())));
        line.insert("type".into(), json!(kind));
        self.document(&line.into());
    }

    /// Writes the first event of the machine-readable form.
    pub(crate) fn version(&self) {
        let version = env!("CARGO_PKG_VERSION");
        let fields = [("meshform", json!(version)), ("ui", json!("1.2"))];
        let fields = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        self.event("version", Level::Info, &format!("Meshform {version}"), fields);
    }

    /// Why something that was asked for could not be written.
    pub(crate) fn failed(&self) -> Option<io::Error> {
        self.shared.out.lock().ok()?.failed.take()
    }
}

fn write(channel: &Mutex<Channel>, text: &str) {
    if let Ok(mut channel) = channel.lock() {
        channel.write(text.as_bytes());
    }
}

/// A channel as a writer that never fails.
struct Data<'a>(&'a Mutex<Channel>);

impl Write for Data<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Ok(mut channel) = self.0.lock() {
            channel.write(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
