//! Reading folders into a [`Config`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshform_lang::{
    Attribute, Block, Body, Diagnostic, Diagnostics, Range, Sources, did_you_mean, parse_body,
};
use meshform_state::{Str, Value};

use super::conditions::{references, repeat, text};
use super::folder::Folder;
use super::merge::Once;
use super::model::{Call, Config, Local, Module, Settings};
use super::schema::{WordSchema, labels};
use super::{blocks, language, resources};

/// Modules that call modules that call modules: more levels than this are a mistake.
const MAX_DEPTH: usize = 32;

/// Reads the root folder of `folder` and the folders of the modules that it calls. The words that blocks may be of are
/// `words`.
///
/// What was understood is in the configuration, what was not in the diagnostics.
#[must_use]
pub fn load(sources: &mut Sources, folder: &dyn Folder, words: &[WordSchema]) -> (Config, Diagnostics) {
    let mut loader = Loader {
        sources,
        folder,
        words,
        modules: BTreeMap::new(),
        settings: None,
        open: Vec::new(),
        found: Diagnostics::new(),
    };
    let root = loader.module("", None);
    let settings = loader.settings.map(|(settings, _)| settings).unwrap_or_default();
    let mut found = loader.found;
    found.sort();
    (Config { settings, root }, found)
}

/// Whether a file of this name belongs to a configuration.
fn is_configuration(name: &str) -> bool {
    name == "mesh.hcl"
        || name
            .strip_suffix(".mesh.hcl")
            .is_some_and(|stem| !stem.is_empty())
}

struct Loader<'a> {
    sources: &'a mut Sources,
    folder: &'a dyn Folder,
    words: &'a [WordSchema],
    /// Each folder is read once, however often it is called.
    modules: BTreeMap<String, Arc<Module>>,
    settings: Option<(Settings, Range)>,
    /// The folders whose modules are being read, to find one that calls itself.
    open: Vec<String>,
    found: Diagnostics,
}

/// The blocks of one folder by what they are.
struct Parts {
    variables: Once<Str, super::Variable>,
    locals: Once<Str, Local>,
    outputs: Once<Str, super::Output>,
    resources: Once<super::ResourceName, super::Resource>,
    words: Once<super::WordName, super::Word>,
    calls: Once<Str, Call>,
    checks: Once<Str, super::Check>,
    module: Module,
}

impl Parts {
    fn new(folder: &str) -> Self {
        Parts {
            variables: Once::new("variable"),
            locals: Once::new("local"),
            outputs: Once::new("output"),
            resources: Once::new("resource"),
            words: Once::new("block"),
            calls: Once::new("module"),
            checks: Once::new("check"),
            module: Module::new(folder),
        }
    }

    fn finish(self) -> Module {
        Module {
            variables: self.variables.finish(),
            locals: self.locals.finish(),
            outputs: self.outputs.finish(),
            resources: self.resources.finish(),
            words: self.words.finish(),
            calls: self.calls.finish(),
            checks: self.checks.finish(),
            ..self.module
        }
    }
}

impl Loader<'_> {
    fn module(&mut self, path: &str, caller: Option<Range>) -> Arc<Module> {
        if let Some(module) = self.modules.get(path) {
            return module.clone();
        }
        let at = |diagnostic: Diagnostic| match caller {
            Some(range) => diagnostic.at(range),
            None => diagnostic,
        };
        let mut files = match self.folder.read_folder(path) {
            Ok(files) => files,
            Err(error) => {
                let detail = format!("The folder `{}` cannot be read: {error}.", shown(path));
                self.found
                    .push(at(Diagnostic::error("Folder not readable", detail)));
                return Arc::new(Module::new(path));
            }
        };
        files.retain(|(name, _)| is_configuration(name));
        files.sort();
        if files.is_empty() {
            let detail = format!(
                "In the folder `{}` is no `mesh.hcl` and no `*.mesh.hcl`.",
                shown(path)
            );
            let hint = "Describe the mesh in a file `mesh.hcl`, or choose the folder with `-chdir=DIR`.";
            self.found
                .push(at(Diagnostic::error("No configuration", detail).hint(hint)));
        }
        self.open.push(path.to_owned());
        let mut parts = Parts::new(path);
        for (name, text) in files {
            let shown = if path.is_empty() {
                name
            } else {
                format!("{path}/{name}")
            };
            let id = self.sources.add(shown, text);
            let (body, found) = parse_body(self.sources, id);
            self.found.extend(found);
            self.file(&body, &mut parts);
        }
        self.open.pop();
        let module = Arc::new(parts.finish());
        self.modules.insert(path.to_owned(), module.clone());
        module
    }

    fn file(&mut self, body: &Body, parts: &mut Parts) {
        for attribute in &body.attributes {
            let detail = format!(
                "At the top of a file stand blocks only, no arguments such as `{}`.",
                attribute.name
            );
            let diagnostic = Diagnostic::error("Unsupported argument", detail).at(attribute.name_range);
            self.found
                .push(diagnostic.hint("Put a value that others use into a block `locals`."));
        }
        for block in &body.blocks {
            self.block(block, parts);
        }
    }

    fn block(&mut self, block: &Arc<Block>, parts: &mut Parts) {
        let found = &mut self.found;
        let range = block.header_range;
        match &*block.kind {
            "variable" => {
                if let Some(variable) = blocks::variable(block, found) {
                    parts.variables.add(variable.name.clone(), variable, range, found);
                }
            }
            "output" => {
                if let Some(output) = blocks::output(block, found) {
                    parts.outputs.add(output.name.clone(), output, range, found);
                }
            }
            "locals" => locals(block, parts, found),
            "resource" | "data" => {
                if let Some(resource) = resources::resource(block, found) {
                    parts.resources.add(resource.name.clone(), resource, range, found);
                }
            }
            "moved" => parts.module.moved.extend(blocks::moved(block, found)),
            "removed" => parts.module.removed.extend(blocks::removed(block, found)),
            "import" => parts.module.imports.extend(blocks::import(block, found)),
            "check" => {
                if let Some((check, data)) = blocks::check(block, found) {
                    parts.checks.add(check.name.clone(), check, range, found);
                    if let Some(data) = data {
                        let range = data.range;
                        parts.resources.add(data.name.clone(), data, range, found);
                    }
                }
            }
            "module" => self.call(block, parts),
            "meshform" => self.settings(block, parts),
            kind => match self.words.iter().find(|word| word.name == kind) {
                Some(schema) => {
                    if let Some(word) = resources::word(block, schema, found) {
                        parts.words.add(word.name.clone(), word, range, found);
                    }
                }
                None => self.unknown(block),
            },
        }
    }

    fn unknown(&mut self, block: &Block) {
        let names = self.words.iter().map(|word| word.name).chain(language::KINDS);
        let detail = format!("There is no block `{}`.", block.kind);
        let diagnostic = Diagnostic::error("Unsupported block", detail).at(block.kind_range);
        let instead = match &*block.kind {
            "terraform" => Some("Settings of the program stand in `meshform { … }`."),
            "provider" => Some(
                "There are no providers: a resource says with `in` where it lives, and blocks such as `account` and \
                 `cluster` say how to get there.",
            ),
            "backend" | "required_providers" | "cloud" => {
                Some("Settings of the program stand in `meshform { … }`; there are no providers.")
            }
            "ephemeral" => {
                Some("Ephemeral values are not there: a secret goes into attributes that are not stored.")
            }
            _ => None,
        };
        if let Some(instead) = instead {
            return self.found.push(diagnostic.hint(instead));
        }
        let diagnostic = diagnostic.meant(&block.kind, names);
        self.found.push(match diagnostic.hint {
            None if block.kind.contains('_') => diagnostic.hint(format!(
                "A resource of a kind is written `resource \"{}\" \"NAME\" {{ … }}`.",
                block.kind
            )),
            _ => diagnostic,
        });
    }

    fn settings(&mut self, block: &Block, parts: &Parts) {
        if !parts.module.folder.is_empty() {
            let detail = "Only the root folder has a block `meshform`.";
            self.found
                .push(Diagnostic::error("Unsupported block", detail).at(block.header_range));
            return;
        }
        let settings = blocks::settings(block, &mut self.found);
        if let Some((_, first)) = &self.settings {
            let detail = "There is a block `meshform` already.";
            let diagnostic = Diagnostic::error("Duplicate block", detail).at(block.header_range);
            self.found
                .push(diagnostic.related(*first, "the first one is here"));
            return;
        }
        self.settings = Some((settings, block.header_range));
    }

    fn call(&mut self, block: &Block, parts: &mut Parts) {
        let well = labels(block, &["name"], &mut self.found);
        let Some(label) = block.labels.first().filter(|_| well) else {
            return;
        };
        let (body, found) = (&block.body, &mut self.found);
        language::call().check(
            body,
            &format!("The module `{}`", label.text),
            block.header_range,
            found,
        );
        for block in &body.blocks {
            let detail = format!("A call of a module has no block `{}`.", block.kind);
            found.push(Diagnostic::error("Unsupported block", detail).at(block.kind_range));
        }
        let repeat = repeat(body, None, found);
        let depends_on = references(body, "depends_on", found);
        let meta = ["source", "count", "for_each", "depends_on"];
        let inputs: BTreeMap<Str, Attribute> = body
            .attributes
            .iter()
            .filter(|attribute| !meta.contains(&&*attribute.name))
            .map(|attribute| (attribute.name.clone(), attribute.clone()))
            .collect();
        let source =
            text(body, "source", found).zip(body.attribute("source").map(|source| source.expr.range()));
        let module = match source {
            Some((source, range)) => self.called(&parts.module.folder, &source, range),
            None => return,
        };
        let Some(module) = module else { return };
        let call = Call {
            name: label.text.clone(),
            repeat,
            depends_on,
            inputs,
            module,
            range: block.header_range,
        };
        check_inputs(&call, &mut self.found);
        parts
            .calls
            .add(call.name.clone(), call, block.header_range, &mut self.found);
    }

    fn called(&mut self, folder: &str, source: &str, range: Range) -> Option<Arc<Module>> {
        let Some(path) = join(folder, source) else {
            let detail = format!("`{source}` is no local folder.");
            let hint = "A module is a folder beside or below this one, written `./folder` or `../folder`.";
            self.found.push(
                Diagnostic::error("Unsupported module source", detail)
                    .hint(hint)
                    .at(range),
            );
            return None;
        };
        if self.open.contains(&path) || self.open.len() >= MAX_DEPTH {
            let mut trail: Vec<&str> = self.open.iter().map(|folder| shown(folder)).collect();
            trail.push(shown(&path));
            let detail = format!("A module cannot call itself: {}.", trail.join(" → "));
            self.found
                .push(Diagnostic::error("Modules in a cycle", detail).at(range));
            return None;
        }
        Some(self.module(&path, Some(range)))
    }
}

fn locals(block: &Block, parts: &mut Parts, found: &mut Diagnostics) {
    labels(block, &[], found);
    for nested in &block.body.blocks {
        let detail = "A block `locals` holds arguments only.";
        found.push(Diagnostic::error("Unsupported block", detail).at(nested.header_range));
    }
    for attribute in &block.body.attributes {
        let local = Local {
            expr: attribute.expr.clone(),
            range: attribute.name_range,
        };
        parts
            .locals
            .add(attribute.name.clone(), local, attribute.name_range, found);
    }
}

fn check_inputs(call: &Call, found: &mut Diagnostics) {
    let variables = &call.module.variables;
    // What other names were likely meant for is not missing as well.
    let mut meant: BTreeSet<&str> = BTreeSet::new();
    for (name, attribute) in &call.inputs {
        if !variables.contains_key(name) {
            let names = variables.keys().map(|name| &**name);
            meant.extend(did_you_mean(name, names.clone()));
            let detail = format!("The module `{}` has no variable `{name}`.", call.name);
            let diagnostic = Diagnostic::error("Unsupported argument", detail).at(attribute.name_range);
            found.push(match &**name {
                "providers" => diagnostic
                    .hint("There are no providers: what a module shall use is given to its variables."),
                "version" => diagnostic.hint("A module is a folder beside this one, so it has no version."),
                _ => diagnostic.meant(name, names),
            });
        }
    }
    let needed: BTreeSet<&Str> = variables
        .values()
        .filter(|variable| variable.default.is_none())
        .map(|variable| &variable.name)
        .collect();
    let is_given = |name: &Str| call.inputs.contains_key(name) || meant.contains(&**name);
    for name in needed.into_iter().filter(|name| !is_given(name)) {
        let detail = format!(
            "The module `{}` needs a value for its variable `{name}`.",
            call.name
        );
        let diagnostic = Diagnostic::error("Missing required argument", detail).at(call.range);
        let variable = variables.get(name).map_or(call.range, |variable| variable.range);
        found.push(diagnostic.related(variable, "the variable is here"));
    }
}

/// The folder `source` seen from `folder`; `None` if it is no local one.
fn join(folder: &str, source: &str) -> Option<String> {
    if !(source.starts_with("./") || source.starts_with("../") || source == "." || source == "..") {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in source.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

/// The arguments of a file of values, such as `meshform.vars.hcl`: plain values by name.
///
/// # Errors
/// What is wrong with the file.
pub fn read_values(
    sources: &mut Sources,
    config: &Config,
    name: &str,
    text: &str,
) -> Result<BTreeMap<Str, (Value, Range)>, Diagnostics> {
    let secret = |name: &str| config.root.variables.get(name).is_some_and(|one| one.sensitive);
    // A file that cannot be read does not say whose values are where in it.
    let id = match config
        .root
        .variables
        .keys()
        .any(|name| secret(name) && text.contains(&**name))
    {
        true => sources.add_secret(name, text),
        false => sources.add(name, text),
    };
    let (body, mut found) = parse_body(sources, id);
    if sources.get(id).is_some_and(|file| file.secret) {
        for one in &mut found.0 {
            "It is not shown, since the file gives a value to a sensitive variable."
                .clone_into(&mut one.detail);
            one.hint = None;
        }
    }
    for block in &body.blocks {
        let detail = "A file of values holds arguments only: `name = value`.";
        found.push(Diagnostic::error("Unsupported block", detail).at(block.header_range));
    }
    let mut values = BTreeMap::new();
    for attribute in &body.attributes {
        let value = attribute.expr.evaluate(&blocks::NoNames);
        let value = match secret(&attribute.name) {
            true => value.map_err(|_| {
                let detail = format!(
                    "The value of the sensitive variable `{}` cannot be told.",
                    attribute.name
                );
                let hint = "Values are written out: they refer to nothing.";
                Diagnostic::error("Invalid value for variable", detail)
                    .at(attribute.name_range)
                    .hint(hint)
                    .into()
            }),
            false => value,
        };
        if let Some(value) = found.collect(value) {
            values.insert(attribute.name.clone(), (value, attribute.name_range));
        }
    }
    if found.has_errors() {
        Err(found)
    } else {
        Ok(values)
    }
}
