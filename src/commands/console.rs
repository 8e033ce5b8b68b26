//! `meshform console`: expressions evaluated with the names of the configuration and what the state records.

use meshform_engine::compile::RootNames;
use meshform_engine::config::Folder;
use meshform_engine::desired::Lookup;
use meshform_engine::{Kinds, Object};
use meshform_lang::{Sources, Value, parse_expression};
use meshform_state::{Address, Snapshot, Store as _, StoreError};

use crate::failure::{Exit, Failure, FailureKind};
use crate::folder::OnDisk;
use crate::keyboard::Keyboard;
use crate::pipeline;
use crate::render::Secrets;
use crate::render::console::{document, text};
use crate::session::Session;

/// What ends a session at a prompt.
const END: &str = "exit";

pub(super) fn run(session: &Session) -> Result<Exit, Failure> {
    let loaded = pipeline::read_from(session, &OrEmpty(OnDisk::new(&session.folder)))?;
    let snapshot = match session.store().load() {
        Ok(folded) => folded.snapshot,
        // Nothing was ever made: expressions have values all the same.
        Err(StoreError::Missing { .. }) => Snapshot::default(),
        Err(error) => return Err(error.into()),
    };
    let (loaded, names) = pipeline::names(session, loaded, Some(&session.now()))?;
    session.printer.diagnostics(&loaded.warnings, &loaded.sources);
    let console = Console {
        session,
        sources: loaded.sources,
        names,
        recorded: Recorded {
            snapshot,
            kinds: &session.kinds,
        },
    };
    if !session.can_ask() {
        let text = session
            .whole_input()
            .map_err(|error| Failure::caused(FailureKind::Usage, "Expression cannot be read", &error))?;
        if !text.trim().is_empty() {
            console.answer(&text)?;
        }
        return Ok(Exit::Done);
    }
    console.talk()
}

struct Console<'a> {
    session: &'a Session,
    sources: Sources,
    names: Option<RootNames>,
    recorded: Recorded<'a>,
}

impl Console<'_> {
    /// Answers what is typed, until that ends.
    fn talk(&self) -> Result<Exit, Failure> {
        let printer = &self.session.printer;
        let wrong = |error: &dyn std::error::Error| {
            Failure::caused(FailureKind::Usage, "Terminal cannot be used", error)
        };
        let Some(input) = self.session.take_input() else {
            return Ok(Exit::Done);
        };
        let mut keyboard = Keyboard::new(input, printer).map_err(|error| wrong(&error))?;
        while let Some(line) = keyboard.next() {
            match line.trim() {
                "" => {}
                END => break,
                _ => {
                    if let Err(failure) = self.answer(&line) {
                        printer.diagnostics(&failure.diagnostics, &failure.sources);
                    }
                }
            }
        }
        Ok(Exit::Done)
    }

    fn answer(&self, expression: &str) -> Result<(), Failure> {
        let mut sources = self.sources.clone();
        let id = sources.add("<console>", expression.trim_end());
        let value = parse_expression(&sources, id).and_then(|expr| match &self.names {
            Some(names) => names.evaluate(&expr, &self.recorded),
            None => Ok(Value::Null(meshform_lang::Type::Any)),
        });
        match value {
            Ok(value) => {
                let printer = &self.session.printer;
                // Marks alone hide here: whoever asks for `nonsensitive` shall see it.
                let secrets = Secrets::default();
                if printer.is_text() {
                    printer.data(&format!("{}\n", text(&secrets, &value)));
                } else {
                    printer.document(&document(&secrets, &value));
                }
                Ok(())
            }
            Err(found) => Err(Failure::told(FailureKind::Configuration, found, sources)),
        }
    }
}

/// A folder that holds an empty configuration if it holds none: expressions need none.
struct OrEmpty(OnDisk);

impl Folder for OrEmpty {
    fn read_folder(&self, path: &str) -> Result<Vec<(String, String)>, String> {
        let mut files = self.0.read_folder(path)?;
        if path.is_empty() && files.is_empty() {
            files.push(("mesh.hcl".to_owned(), String::new()));
        }
        Ok(files)
    }
}

/// What the state records.
struct Recorded<'a> {
    snapshot: Snapshot,
    kinds: &'a Kinds,
}

impl Lookup for Recorded<'_> {
    fn object(&self, address: &Address) -> Option<Value> {
        let record = self.snapshot.records.get(address)?;
        let kind = self.kinds.managed(&record.kind)?;
        let object = Object::decode(&record.attributes, kind.schema()).ok()?;
        Some(object.to_value(kind.schema()))
    }
}
