//! What a chain of names means, by its first names alone.

use std::collections::BTreeMap;

use meshform_lang::{Diagnostic, Diagnostics, Step, Traversal};
use meshform_state::Str;

use crate::config::{Module, ResourceName, WordName};

/// The words of the vocabulary.
pub(super) type Words = BTreeMap<Str, KnownWord>;

/// What must be known of a word to say what a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownWord {
    /// Whether its blocks have names.
    pub(super) named: bool,
    /// What can be seen of them.
    pub(super) exports: &'static [&'static str],
}

/// What the beginning of a traversal means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Meaning {
    /// `var.x`
    Variable(Str),
    /// `local.x`
    Local(Str),
    /// `each.key`
    EachKey,
    /// `each.value`
    EachValue,
    /// `count.index`
    CountIndex,
    /// `self`
    Own,
    /// `path.module` and the like.
    Path(Str),
    /// `aws_vpc.x` or `data.aws_vpc.x`
    Resource(ResourceName),
    /// `vpc.x`
    Word(WordName),
    /// `module.x`
    Call(Str),
}

/// What `traversal` means, and how many of its steps say so.
///
/// # Errors
/// What is wrong with its first names.
pub(super) fn meaning(traversal: &Traversal, words: &Words) -> Result<(Meaning, usize), Diagnostics> {
    let name = |at: usize| match traversal.steps.get(at) {
        Some((Step::Attribute(name), _)) => Some(name.clone()),
        _ => None,
    };
    let needs = |what: &str| {
        let detail = format!("`{}` needs {what} behind it.", traversal.root);
        Diagnostics::from(Diagnostic::error("Invalid reference", detail).at(traversal.range))
    };
    let first = name(0);
    match (&*traversal.root, first) {
        ("var", Some(name)) => Ok((Meaning::Variable(name), 1)),
        ("var", None) => Err(needs("the name of a variable")),
        ("local", Some(name)) => Ok((Meaning::Local(name), 1)),
        ("local", None) => Err(needs("the name of a local")),
        ("each", Some(part)) if &*part == "key" => Ok((Meaning::EachKey, 1)),
        ("each", Some(part)) if &*part == "value" => Ok((Meaning::EachValue, 1)),
        ("each", _) => Err(needs("`.key` or `.value`")),
        ("count", Some(part)) if &*part == "index" => Ok((Meaning::CountIndex, 1)),
        ("count", _) => Err(needs("`.index`")),
        ("self", _) => Ok((Meaning::Own, 0)),
        ("path", Some(part)) if matches!(&*part, "module" | "root" | "cwd") => Ok((Meaning::Path(part), 1)),
        ("path", _) => Err(needs("`.module`, `.root` or `.cwd`")),
        ("module", Some(name)) => Ok((Meaning::Call(name), 1)),
        ("module", None) => Err(needs("the name of a module")),
        ("data", Some(kind)) => match name(1) {
            Some(name) => Ok((
                Meaning::Resource(ResourceName {
                    data: true,
                    kind,
                    name,
                }),
                2,
            )),
            None => Err(needs("the kind and name of a data source")),
        },
        ("data", None) => Err(needs("the kind and name of a data source")),
        (root, first) => match (words.get(root).map(|word| word.named), first) {
            (Some(true), Some(name)) => Ok((
                Meaning::Word(WordName {
                    word: traversal.root.clone(),
                    name: Some(name),
                }),
                1,
            )),
            (Some(true), None) => Err(needs("the name of a block")),
            (Some(false), _) => Ok((
                Meaning::Word(WordName {
                    word: traversal.root.clone(),
                    name: None,
                }),
                0,
            )),
            (None, Some(name)) => Ok((
                Meaning::Resource(ResourceName {
                    data: false,
                    kind: traversal.root.clone(),
                    name,
                }),
                1,
            )),
            (None, None) => {
                let detail = format!("`{root}` is no name that means something by itself.");
                let hint = format!(
                    "For a text, write `\"{root}\"`. For a resource of kind `{root}`, write its name behind a dot."
                );
                Err(Diagnostic::error("Invalid reference", detail)
                    .hint(hint)
                    .at(traversal.range)
                    .into())
            }
        },
    }
}

/// Whether what `traversal` means is in `module`.
///
/// # Errors
/// That it is not, with what may have been meant.
pub(super) fn find(
    meaning: &Meaning,
    traversal: &Traversal,
    module: &Module,
    words: &Words,
) -> Result<(), Diagnostics> {
    let (there, shown, what) = match meaning {
        Meaning::Variable(name) => (
            module.variables.contains_key(name),
            format!("var.{name}"),
            "variable",
        ),
        Meaning::Local(name) => (module.locals.contains_key(name), format!("local.{name}"), "local"),
        Meaning::Call(name) => (
            module.calls.contains_key(name),
            format!("module.{name}"),
            "module",
        ),
        Meaning::Word(name) => (module.words.contains_key(name), name.to_string(), "block"),
        Meaning::Resource(name) => {
            let what = if name.data { "data source" } else { "resource" };
            (module.resources.contains_key(name), name.to_string(), what)
        }
        Meaning::EachKey | Meaning::EachValue | Meaning::CountIndex | Meaning::Own | Meaning::Path(_) => {
            return Ok(());
        }
    };
    if there {
        return Ok(());
    }
    let place = match module.folder.as_str() {
        "" => String::new(),
        folder => format!(" in the module `{folder}`"),
    };
    let detail = format!("There is no {what} `{shown}`{place}.");
    let diagnostic = Diagnostic::error(format!("Reference to undeclared {what}"), detail).at(traversal.range);
    if let Meaning::Resource(ResourceName {
        data: false, kind, ..
    }) = meaning
        && &**kind == "terraform"
    {
        let hint =
            "There are no workspaces: a state is a folder. What differs between folders is a variable.";
        return Err(diagnostic.hint(hint).into());
    }
    let candidates = candidates(meaning, module, words);
    Err(diagnostic
        .meant(&shown, candidates.iter().map(String::as_str))
        .into())
}

/// What may have been meant instead.
fn candidates(meaning: &Meaning, module: &Module, words: &Words) -> Vec<String> {
    let with = |root: &str, names: &mut dyn Iterator<Item = &Str>| -> Vec<String> {
        names.map(|name| format!("{root}.{name}")).collect()
    };
    match meaning {
        Meaning::Variable(_) => with("var", &mut module.variables.keys()),
        Meaning::Local(_) => with("local", &mut module.locals.keys()),
        Meaning::Call(_) => with("module", &mut module.calls.keys()),
        Meaning::Word(_) => module.words.keys().map(ToString::to_string).collect(),
        Meaning::Resource(name) => {
            let blocks = module.resources.keys().map(ToString::to_string);
            let blocks = blocks.chain(module.words.keys().map(ToString::to_string));
            // A slip in the first name makes anything look like a resource.
            let roots = ["var", "local", "each", "count", "module", "path"].into_iter();
            let roots = roots.chain(words.keys().map(|word| &**word));
            blocks
                .chain(roots.map(|root| format!("{root}.{}", name.name)))
                .collect()
        }
        Meaning::EachKey | Meaning::EachValue | Meaning::CountIndex | Meaning::Own | Meaning::Path(_) => {
            Vec::new()
        }
    }
}
