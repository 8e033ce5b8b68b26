//! Saved plans: what goes into an archive, and what is read back from it.
//!
//! No secret goes in. Defaults of sensitive variables are blanked in the texts and taken from the folder again; files
//! whose content became secret are read again. Of both there are slow hashes, so that others than the plan was made with
//! are noticed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use meshform_engine::archive::{self, Archive, FORMAT, Manifest, Shown};
use meshform_engine::compile::{Given, GivenBy};
use meshform_engine::config::{Config, Module, Texts, load};
use meshform_engine::plan::{Options, digest};
use meshform_lang::{Diagnostic, Diagnostics, Range, Sources, convert};
use meshform_state::value::{decode, encode};
use meshform_state::{Address, Str, Type, Value};

use crate::failure::{Failure, FailureKind};
use crate::fingerprint::Fingerprint;
use crate::folder::{OnDisk, Reads};
use crate::pipeline::{self, Loaded, Planned, Wish};
use crate::render::{Palette, Secrets, View, plan_document};
use crate::session::Session;

/// What a saved plan is called in messages about values that it brings.
const ORIGIN: &str = "the saved plan";

/// What stands for a default that is not saved.
const BLANK: &str = "(not in the saved plan)";

/// A saved plan that was read, ready to be made again.
pub(crate) struct Unpacked {
    /// What it stands on.
    pub(crate) manifest: Manifest,
    /// Its configuration and values.
    pub(crate) loaded: Loaded,
    /// The files that functions read.
    pub(crate) reads: Arc<Reads>,
    /// The answers of the outside, by question, as written.
    pub(crate) facts: BTreeMap<String, String>,
    /// What was wished.
    pub(crate) wish: Wish,
    /// What it showed.
    pub(crate) pages: Pages,
}

/// A saved plan as it was read.
pub(crate) struct Saved {
    /// What it shows.
    pub(crate) pages: Pages,
    archive: Archive,
}

/// What of a saved plan is only shown: it stays packed until somebody asks for it.
pub(crate) struct Pages {
    bytes: Vec<u8>,
}

impl Pages {
    /// Writes what is asked for.
    ///
    /// # Errors
    /// If it is damaged, or as `out` says.
    pub(crate) fn copy(&self, shown: Shown, out: &mut dyn Write) -> Result<(), Failure> {
        archive::copy(&self.bytes, shown, out)
            .map_err(|error| Failure::caused(FailureKind::Usage, "Saved plan cannot be read", &error))
    }
}

/// The bytes of a saved plan.
///
/// # Errors
/// If something in it cannot be written.
pub(crate) fn pack(session: &Session, made: &Planned, lineage: &str) -> Result<Vec<u8>, Failure> {
    let secrets = session.printer.secrets();
    let cannot =
        |error: &dyn std::error::Error| Failure::caused(FailureKind::Internal, "Plan cannot be saved", error);
    let salt = session.entropy.uuid();
    let fingerprint = Fingerprint { salt: &salt };
    let (files, secret_files) =
        split_files(&made.reads, &secrets, &fingerprint).map_err(|error| cannot(&error))?;
    let secret_values = secret_values(&made.loaded, &fingerprint).map_err(|error| cannot(&error))?;
    let mut facts = BTreeMap::new();
    for (key, answer) in made.facts.iter() {
        let kind = key.split('|').next().and_then(|name| session.kinds.data(name));
        if let Some(kind) = kind {
            let text = answer.encode(kind.schema()).map_err(|error| cannot(&error))?;
            facts.insert(key.clone(), text.get().to_owned());
        }
    }
    let mut variables = BTreeMap::new();
    for (name, value) in open_variables(made) {
        let mut text = String::new();
        encode(&value, &Type::Any, &mut text).map_err(|error| cannot(&error))?;
        variables.insert(name.to_string(), text);
    }
    let view = View {
        plan: &made.plan,
        sources: Some(&made.loaded.sources),
        secrets: &secrets,
        palette: Palette::Plain,
    };
    let sensitive = made
        .loaded
        .config
        .root
        .variables
        .values()
        .filter(|variable| variable.sensitive);
    let wish = &made.wish.options;
    let names = |addresses: &BTreeSet<Address>| addresses.iter().map(Address::to_string).collect();
    let archive = Archive {
        manifest: Manifest {
            format: FORMAT,
            meshform: env!("CARGO_PKG_VERSION").to_owned(),
            lineage: lineage.to_owned(),
            digest: digest(&made.plan),
            created: made.wish.timestamp.clone(),
            destroy: wish.destroy,
            refresh_only: wish.refresh_only,
            refresh: made.wish.refresh,
            replace: names(&wish.replace),
            target: names(&wish.target),
            exclude: names(&wish.exclude),
            sensitive_variables: sensitive.map(|variable| variable.name.to_string()).collect(),
            secret_values,
            secret_files,
            salt,
        },
        sources: texts(&made.loaded.config, &made.loaded.sources),
        files,
        variables,
        facts,
    };
    archive
        .to_bytes(&|out| view.write(out), &|out| write_document(session, made, out))
        .map_err(|error| cannot(&error))
}

/// Writes a plan as a document.
///
/// # Errors
/// As `out` says.
pub(crate) fn write_document(session: &Session, made: &Planned, out: &mut dyn Write) -> io::Result<()> {
    let around = plan_document::Around {
        variables: &open_variables(made),
        timestamp: &made.wish.timestamp,
        sources: Some(&made.loaded.sources),
        secrets: &session.printer.secrets(),
    };
    plan_document::write(&made.plan, &around, out)
}

/// The given values of variables that are not sensitive.
pub(crate) fn open_variables(made: &Planned) -> BTreeMap<Str, Value> {
    let declared = &made.loaded.config.root.variables;
    let values = made.loaded.values.iter();
    values
        .filter(|(name, _)| declared.get(*name).is_some_and(|variable| !variable.sensitive))
        .map(|(name, given)| (name.clone(), given.value.clone()))
        .collect()
}

/// The contents of files, by path, and hashes of the contents of others.
type Files = (BTreeMap<String, Vec<u8>>, BTreeMap<String, String>);

/// The files that functions read: those to keep, and the hashes of those that became secret.
fn split_files(
    reads: &Reads,
    secrets: &Secrets,
    fingerprint: &Fingerprint<'_>,
) -> Result<Files, argon2::Error> {
    let (mut open, mut secret) = (BTreeMap::new(), BTreeMap::new());
    for (path, bytes) in reads.all() {
        if secrets.touch(&bytes) {
            let hash = fingerprint.of([path.as_bytes(), &bytes[..]])?;
            secret.insert(path, hash);
        } else {
            open.insert(path, bytes.to_vec());
        }
    }
    Ok((open, secret))
}

/// A hash of the values of all sensitive variables, given or by default, those of modules too; none if there are none.
fn secret_values(loaded: &Loaded, fingerprint: &Fingerprint<'_>) -> Result<Option<String>, argon2::Error> {
    let mut all = Vec::new();
    modules(&loaded.config.root, &mut all);
    let mut parts: Vec<[String; 3]> = Vec::new();
    for (place, module) in all.into_iter().enumerate() {
        let sensitive = module.variables.values().filter(|variable| variable.sensitive);
        for variable in sensitive {
            let given = loaded.values.get(&variable.name).filter(|_| place == 0);
            let default = || variable.default.as_ref()?.as_literal().cloned();
            let Some(value) = given.map(|given| given.value.clone()).or_else(default) else {
                continue;
            };
            // As the variable takes it: `5` from the environment is the same as a number from a file.
            let value = convert(&value, &variable.constraint).unwrap_or(value);
            let mut text = String::new();
            // What has no form to be compared in cannot be a value of a variable.
            if encode(&value, &Type::Any, &mut text).is_ok() {
                parts.push([module.folder.clone(), variable.name.to_string(), text]);
            }
        }
    }
    if parts.is_empty() {
        return Ok(None);
    }
    parts.sort();
    let parts = parts.iter().flatten().map(String::as_bytes);
    fingerprint.of(parts).map(Some)
}

/// Refuses to go on with other values of sensitive variables than the plan was made with.
fn same_secrets(loaded: &Loaded, manifest: &Manifest) -> Result<(), Failure> {
    let fingerprint = Fingerprint { salt: &manifest.salt };
    let now = secret_values(loaded, &fingerprint)
        .map_err(|error| Failure::caused(FailureKind::Internal, "Saved plan cannot be used", &error))?;
    if now == manifest.secret_values {
        return Ok(());
    }
    let names: Vec<String> = manifest
        .sensitive_variables
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let what = match names.as_slice() {
        [] => "A sensitive variable of a module".to_owned(),
        [name] => format!("The sensitive variable {name}"),
        names => format!("One of the sensitive variables {}", names.join(", ")),
    };
    let detail = format!("{what} has another value than when the plan was made. Nothing was done.");
    Err(
        Failure::new(FailureKind::Stale, "Sensitive value differs from the plan's", detail).hint(
            "Give the value again that the plan was made with, or make a new plan: a saved plan does exactly what was \
             reviewed.",
        ),
    )
}

/// All modules of a configuration.
fn modules<'a>(module: &'a Module, found: &mut Vec<&'a Module>) {
    found.push(module);
    module
        .calls
        .values()
        .for_each(|call| modules(&call.module, found));
}

/// The defaults of sensitive variables, by folder of the module and name.
fn defaults(config: &Config) -> BTreeMap<(String, Str), Range> {
    let mut all = Vec::new();
    modules(&config.root, &mut all);
    let sensitive = all.into_iter().flat_map(|module| {
        let variables = module.variables.values().filter(|variable| variable.sensitive);
        variables.map(|variable| (module.folder.clone(), variable))
    });
    sensitive
        .filter_map(|(folder, variable)| {
            Some((
                (folder, variable.name.clone()),
                variable.default.as_ref()?.range(),
            ))
        })
        .collect()
}

/// The texts of the configuration, with the defaults of sensitive variables blanked.
fn texts(config: &Config, sources: &Sources) -> BTreeMap<String, String> {
    let blank = |range: Range| {
        let file = sources.get(range.source);
        let lines = file.map_or(0, |file| {
            file.text[range.start as usize..range.end as usize]
                .matches('\n')
                .count()
        });
        // Lines stay where they are, so that places in the plan still fit.
        format!("\"{BLANK}\"{}", "\n".repeat(lines))
    };
    let changes = defaults(config)
        .into_values()
        .map(|range| (range, blank(range)))
        .collect();
    replaced(sources, changes)
}

/// The texts of configuration files in `sources`, with some ranges replaced.
fn replaced(sources: &Sources, mut changes: Vec<(Range, String)>) -> BTreeMap<String, String> {
    changes.sort_by_key(|(range, _)| std::cmp::Reverse((range.source, range.start)));
    changes.dedup_by_key(|(range, _)| *range);
    let configuration = sources.iter().filter(|(_, file)| file.name.ends_with("mesh.hcl"));
    configuration
        .map(|(id, file)| {
            let mut text = file.text.to_string();
            for (range, with) in changes.iter().filter(|(range, _)| range.source == id) {
                text.replace_range(range.start as usize..range.end as usize, with);
            }
            (file.name.clone(), text)
        })
        .collect()
}

/// Reads the archive at `path`, relative to the folder.
///
/// # Errors
/// If there is none or it is damaged.
pub(crate) fn open(session: &Session, path: &str) -> Result<Saved, Failure> {
    let bytes = std::fs::read(session.folder.join(path)).map_err(|error| {
        Failure::new(
            FailureKind::Usage,
            "Saved plan cannot be read",
            format!("Failed to read `{path}`: {error}."),
        )
    })?;
    let archive = Archive::from_bytes(&bytes).map_err(|error| {
        Failure::caused(FailureKind::Usage, "Saved plan cannot be read", &error)
            .hint("`meshform plan -out=FILE` saves a new one.")
    })?;
    Ok(Saved {
        pages: Pages { bytes },
        archive,
    })
}

/// Takes a saved plan apart, with its sensitive variables given again.
///
/// # Errors
/// If one of them is missing, or anything else in it cannot be used.
pub(crate) fn unpack(session: &Session, saved: Saved) -> Result<Unpacked, Failure> {
    let Saved { pages, archive } = saved;
    let Archive {
        manifest,
        sources,
        files,
        variables,
        facts,
    } = archive;
    let texts = restored(session, sources);
    let sensitive = &manifest.sensitive_variables;
    let loaded = pipeline::read(session, &Texts::new(texts), |config, sources| {
        let given = session
            .environment
            .values(&session.folder, &session.variables, config, sources)?;
        values(given, &variables, sensitive)
    })?;
    for name in sensitive {
        let default = loaded
            .config
            .root
            .variables
            .get(&**name)
            .and_then(|variable| variable.default.as_ref());
        let is_blank = default
            .and_then(|default| default.as_literal()?.as_str())
            .is_some_and(|text| text == BLANK);
        if is_blank && !loaded.values.contains_key(&**name) {
            let detail =
                format!("The saved plan holds no secrets, and the sensitive variable `{name}` has no value.");
            return Err(
                Failure::new(FailureKind::Usage, "Sensitive variable is missing", detail).hint(format!(
                    "Give it again: as `MESHFORM_VAR_{name}`, or by the same file or flag as for the plan."
                )),
            );
        }
    }
    same_secrets(&loaded, &manifest)?;
    let mut saved: BTreeMap<String, Arc<[u8]>> = files
        .into_iter()
        .map(|(path, bytes)| (path, Arc::from(bytes)))
        .collect();
    for (path, expected) in &manifest.secret_files {
        saved.insert(
            path.clone(),
            secret_file(&session.folder, path, (&manifest.salt, expected))?,
        );
    }
    let wish = Wish {
        refresh: manifest.refresh,
        options: Options {
            destroy: manifest.destroy,
            refresh_only: manifest.refresh_only,
            replace: pipeline::addresses(&manifest.replace)?,
            target: pipeline::addresses(&manifest.target)?,
            exclude: pipeline::addresses(&manifest.exclude)?,
        },
        timestamp: manifest.created.clone(),
    };
    let reads = Arc::new(Reads::new(&session.folder, saved));
    Ok(Unpacked {
        manifest,
        loaded,
        reads,
        facts,
        wish,
        pages,
    })
}

/// The texts of a saved plan with the defaults that were blanked, as far as the folder still has them.
fn restored(session: &Session, texts: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let words = session.vocabulary().words();
    let (mut saved, mut present) = (Sources::default(), Sources::default());
    let (saved_config, _) = load(&mut saved, &Texts::new(texts.clone()), words);
    let (present_config, _) = load(&mut present, &OnDisk::new(&session.folder), words);
    let known = defaults(&present_config);
    let changes = defaults(&saved_config).into_iter().filter_map(|(name, blank)| {
        let range = known.get(&name)?;
        let text = present
            .get(range.source)?
            .text
            .get(range.start as usize..range.end as usize)?;
        Some((blank, text.to_owned()))
    });
    let changes: Vec<(Range, String)> = changes.collect();
    if changes.is_empty() {
        texts
    } else {
        replaced(&saved, changes)
    }
}

/// What was saved, and what was given again for sensitive variables.
fn values(
    given: BTreeMap<Str, Given>,
    saved: &BTreeMap<String, String>,
    sensitive: &[String],
) -> Result<BTreeMap<Str, Given>, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut values = BTreeMap::new();
    for (name, one) in given {
        if sensitive.iter().any(|sensitive| **sensitive == *name) {
            values.insert(name, one);
        } else if matches!(one.by, GivenBy::Flag(_)) {
            let detail = format!(
                "`{name}` has the value that it had when the plan was made; another cannot be given."
            );
            found.push(
                Diagnostic::error("Variable is part of the saved plan", detail).hint("Make a new plan."),
            );
        }
    }
    for (name, text) in saved {
        match decode(text, &Type::Any) {
            Ok(value) => {
                let by = GivenBy::Environment(ORIGIN.to_owned());
                values.insert(
                    name.as_str().into(),
                    Given {
                        value,
                        by,
                        range: None,
                    },
                );
            }
            Err(error) => found.push(Diagnostic::error("Saved plan is damaged", error.to_string())),
        }
    }
    if found.has_errors() {
        Err(found)
    } else {
        Ok(values)
    }
}

fn secret_file(folder: &Path, path: &str, (salt, expected): (&str, &str)) -> Result<Arc<[u8]>, Failure> {
    let moved = |what: String| {
        Failure::new(FailureKind::Stale, "Saved plan is stale", what)
            .hint("The content of this file is secret, so the plan does not hold it. Make a new plan.")
    };
    let bytes = std::fs::read(folder.join(path))
        .map_err(|error| moved(format!("`{path}` cannot be read: {error}.")))?;
    let hash = Fingerprint { salt }.of([path.as_bytes(), &bytes[..]]);
    if hash.is_ok_and(|hash| hash == expected) {
        Ok(bytes.into())
    } else {
        Err(moved(format!("`{path}` has changed since the plan was made.")))
    }
}
