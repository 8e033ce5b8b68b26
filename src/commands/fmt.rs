//! `meshform fmt`: the standard layout of configuration files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use meshform_lang::{Diagnostic, Diagnostics, Sources, format};
use meshform_state::disk::write_file;

use crate::cli::FmtArgs;
use crate::failure::{Exit, Failure, FailureKind};
use crate::render::text_diff;
use crate::session::Session;

/// Stands for stdin.
const STDIN: &str = "-";

pub(super) fn run(session: &Session, args: &FmtArgs) -> Result<Exit, Failure> {
    let mut run = Run {
        session,
        // With stdin there is nothing to name and no file to write to.
        list: args.list && args.targets != [STDIN],
        write: args.write && !args.check && args.targets != [STDIN],
        args,
        differs: false,
        sources: Sources::default(),
        found: Diagnostics::new(),
    };
    if args.targets == [STDIN] {
        match session.whole_input() {
            Ok(text) => run.one("<stdin>", text, None),
            Err(error) => run.refuse("<stdin>", &error),
        }
    } else {
        for path in run.files() {
            match std::fs::read(session.folder.join(&path)) {
                Ok(bytes) => match String::from_utf8(bytes) {
                    Ok(text) => run.one(&path.display().to_string(), text, Some(&path)),
                    Err(_) => run.refuse(&path.display().to_string(), "it is not UTF-8"),
                },
                Err(error) => run.refuse(&path.display().to_string(), error),
            }
        }
    }
    if !run.found.is_empty() {
        return Err(Failure::told(FailureKind::Configuration, run.found, run.sources));
    }
    Ok(if args.check && run.differs {
        Exit::Differs
    } else {
        Exit::Done
    })
}

struct Run<'a> {
    session: &'a Session,
    args: &'a FmtArgs,
    list: bool,
    write: bool,
    differs: bool,
    sources: Sources,
    found: Diagnostics,
}

impl Run<'_> {
    fn refuse(&mut self, name: &str, error: impl std::fmt::Display) {
        let detail = format!("`{name}` cannot be formatted: {error}.");
        self.found
            .push(Diagnostic::error("File cannot be formatted", detail));
    }

    /// The files that the targets name, each once, relative to the folder.
    fn files(&mut self) -> BTreeSet<PathBuf> {
        let mut files = BTreeSet::new();
        let here = [".".to_owned()];
        let targets = if self.args.targets.is_empty() {
            &here[..]
        } else {
            &self.args.targets
        };
        for target in targets {
            let path = PathBuf::from(target);
            let whole = self.session.folder.join(&path);
            if whole.is_dir() {
                let inside = if target == "." { PathBuf::new() } else { path };
                if let Err(error) = self.folder(&inside, &mut files) {
                    self.refuse(target, error);
                }
            } else if !whole.exists() {
                self.refuse(target, "there is no such file or folder");
            } else if path.extension().is_some_and(|ending| ending == "hcl") {
                files.insert(path);
            } else {
                self.refuse(target, "only files whose name ends in `.hcl` are");
            }
        }
        files
    }

    fn folder(&mut self, folder: &Path, files: &mut BTreeSet<PathBuf>) -> std::io::Result<()> {
        for entry in std::fs::read_dir(self.session.folder.join(folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            // Links to folders are not followed: they may lead in a circle.
            if entry.file_type()?.is_dir() {
                if self.args.recursive {
                    self.folder(&folder.join(&name), files)?;
                }
            } else if is_ours(&name) && entry.path().is_file() {
                files.insert(folder.join(&name));
            }
        }
        Ok(())
    }

    fn one(&mut self, name: &str, text: String, file: Option<&Path>) {
        let id = self.sources.add(name, text.as_str());
        let Some(formatted) = self.found.collect(format(&self.sources, id)) else {
            return;
        };
        let printer = &self.session.printer;
        let differs = formatted != text;
        self.differs |= differs;
        if differs && self.list {
            printer.data(&format!("{name}\n"));
        }
        if differs && self.args.diff {
            printer.data(&text_diff(name, &text, &formatted, printer.palette()));
        }
        if !self.list && !self.write && !self.args.diff && !self.args.check {
            printer.data(&formatted);
        }
        if differs
            && self.write
            && let Some(file) = file
            && let Err(error) = replace(&self.session.folder.join(file), &formatted)
        {
            self.refuse(name, error);
        }
    }
}

/// Whether a file of this name in a folder is one of a configuration.
fn is_ours(name: &str) -> bool {
    name == "mesh.hcl" || name.ends_with(".mesh.hcl") || name.ends_with(".vars.hcl")
}

/// Replaces the content of the file at `path`, behind a link too, and keeps who may read it.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = path.canonicalize()?;
    let permissions = std::fs::metadata(&path)?.permissions();
    write_file(&path, text.as_bytes())?;
    std::fs::set_permissions(&path, permissions)
}
