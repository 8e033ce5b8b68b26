//! What may stand in a block, and the check that nothing else does.

use meshform_lang::{Block, Body, Diagnostic, Diagnostics, Range, did_you_mean};
use meshform_state::Type;

/// What may stand between the braces of a block.
#[derive(Debug, Clone, Default)]
pub struct BlockSchema {
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// Its nested blocks.
    pub blocks: Vec<Nested>,
    /// Whether other arguments and blocks are allowed: somebody else checks them.
    pub open: bool,
}

/// `name = …`
#[derive(Debug, Clone)]
pub struct Argument {
    /// The name.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it takes.
    pub takes: Takes,
    /// What it is, in a sentence.
    pub doc: &'static str,
}

/// What an argument takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takes {
    /// An expression whose meaning is not the vocabulary's concern.
    Expression,
    /// A value of a type that must be known when planning, since what exists depends on it.
    Structural(Type),
    /// A value of a type that apply may be the first to know.
    Value(Type),
    /// A block of one of these words: `vpc.west`.
    Word(Reach, &'static [&'static str]),
    /// A list of such blocks.
    Words(Reach, &'static [&'static str]),
}

/// How much of the block that an argument names is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// That it exists. Blocks may name each other in this way.
    Name,
    /// What it became: its arguments, exports and place.
    Whole,
}

/// A block in a block.
#[derive(Debug, Clone)]
pub struct Nested {
    /// Its kind.
    pub name: &'static str,
    /// What its labels are called.
    pub labels: &'static [&'static str],
    /// Whether it must be there.
    pub required: bool,
    /// Whether there may be several.
    pub repeated: bool,
    /// What may stand in it.
    pub body: BlockSchema,
    /// What it is, in a sentence.
    pub doc: &'static str,
}

/// A word of a vocabulary.
#[derive(Debug, Clone)]
pub struct WordSchema {
    /// The word.
    pub name: &'static str,
    /// Whether its blocks have a name: `vpc "west" {}`. One without stands at most once.
    pub named: bool,
    /// Whether it may have `for_each`.
    pub for_each: bool,
    /// The words whose blocks in the same module are expanded before this one, which then sees all of them
    /// ([`Context::blocks`](crate::compile::Context::blocks)) without naming any.
    pub after: &'static [&'static str],
    /// What may stand in it.
    pub body: BlockSchema,
    /// What expressions can see of its blocks beside `address`. A block need not have all of them.
    pub exports: &'static [&'static str],
    /// What it is, in a sentence.
    pub doc: &'static str,
}

impl Argument {
    /// An argument that must be there.
    #[must_use]
    pub fn required(name: &'static str, takes: Takes, doc: &'static str) -> Self {
        Argument {
            name,
            required: true,
            takes,
            doc,
        }
    }

    /// An argument that may be there.
    #[must_use]
    pub fn optional(name: &'static str, takes: Takes, doc: &'static str) -> Self {
        Argument {
            name,
            required: false,
            takes,
            doc,
        }
    }
}

impl BlockSchema {
    /// The argument `name`.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.name == name)
    }

    /// The nested block `name`.
    #[must_use]
    pub fn block(&self, name: &str) -> Option<&Nested> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// Finds everything in `body` that this does not allow. `what` names the block for messages, `header` is the place
    /// for what is missing.
    pub(crate) fn check(&self, body: &Body, what: &str, header: Range, found: &mut Diagnostics) {
        let meant = self.meant(body);
        for argument in &self.arguments {
            let is_given = body.attribute(argument.name).is_some() || meant.contains(&argument.name);
            if argument.required && !is_given {
                let detail = format!(
                    "{what} needs the argument `{}`: {}",
                    argument.name,
                    lower(argument.doc)
                );
                found.push(Diagnostic::error("Missing required argument", detail).at(header));
            }
        }
        for attribute in &body.attributes {
            if self.open || self.argument(&attribute.name).is_some() {
                continue;
            }
            found.push(self.unexpected_argument(&attribute.name, what, attribute.name_range));
        }
        for block in &body.blocks {
            match self.block(&block.kind) {
                Some(nested) => nested.check(block, found),
                None if self.open => {}
                None => found.push(self.unexpected_block(&block.kind, what, block.kind_range)),
            }
        }
        for nested in self.blocks.iter().filter(|nested| !meant.contains(&nested.name)) {
            nested.count(body, what, header, found);
        }
    }

    /// What names that are not there were likely meant for: it is not missing as well.
    fn meant(&self, body: &Body) -> Vec<&'static str> {
        if self.open {
            return Vec::new();
        }
        let attributes = body.attributes.iter().map(|attribute| &*attribute.name);
        let unknown = attributes.filter(|name| self.argument(name).is_none()).chain(
            body.blocks
                .iter()
                .map(|block| &*block.kind)
                .filter(|kind| self.block(kind).is_none()),
        );
        unknown
            .filter_map(|name| match self.names().find(|known| *known == name) {
                Some(known) => Some(known),
                None => did_you_mean(name, self.names()),
            })
            .collect()
    }

    /// All that may stand in it.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        let arguments = self.arguments.iter().map(|argument| argument.name);
        arguments.chain(self.blocks.iter().map(|block| block.name))
    }

    fn unexpected_argument(&self, name: &str, what: &str, range: Range) -> Diagnostic {
        let detail = format!("{what} has no argument `{name}`.");
        let diagnostic = Diagnostic::error("Unsupported argument", detail).at(range);
        if self.block(name).is_some() {
            return diagnostic.hint(format!(
                "`{name}` is a block: write `{name} {{ … }}` without `=`."
            ));
        }
        diagnostic.meant(name, self.names())
    }

    fn unexpected_block(&self, name: &str, what: &str, range: Range) -> Diagnostic {
        let detail = format!("{what} has no block `{name}`.");
        let diagnostic = Diagnostic::error("Unsupported block", detail).at(range);
        if self.argument(name).is_some() {
            return diagnostic.hint(format!("`{name}` is an argument: write `{name} = …`."));
        }
        let instead = match name {
            "dynamic" => {
                "A dynamic block makes blocks of a `resource` or `data`. Here each block is written out."
            }
            "required_providers" => "There are no providers: what resources need is a part of the program.",
            "cloud" => "Leave it out: the state is kept in the folder.",
            _ => return diagnostic.meant(name, self.names()),
        };
        diagnostic.hint(instead)
    }
}

impl Nested {
    fn check(&self, block: &Block, found: &mut Diagnostics) {
        let what = format!("The block `{}`", self.name);
        labels(block, self.labels, found);
        self.body.check(&block.body, &what, block.header_range, found);
    }

    fn count(&self, body: &Body, what: &str, header: Range, found: &mut Diagnostics) {
        let mut blocks = body.blocks_of(self.name);
        let Some(first) = blocks.next() else {
            if self.required {
                let detail = format!("{what} needs a block `{}`: {}", self.name, lower(self.doc));
                found.push(Diagnostic::error("Missing block", detail).at(header));
            }
            return;
        };
        if !self.repeated
            && let Some(second) = blocks.next()
        {
            let detail = format!("{what} may have one block `{}` only.", self.name);
            let diagnostic = Diagnostic::error("Duplicate block", detail).at(second.header_range);
            found.push(diagnostic.related(first.header_range, "the first one is here"));
        }
    }
}

/// Checks that `block` has as many labels as it should, each of them a name. Says whether it does.
pub(crate) fn labels(block: &Block, names: &[&str], found: &mut Diagnostics) -> bool {
    let mut well = true;
    if let Some(missing) = names.get(block.labels.len()) {
        let shape: Vec<String> = names
            .iter()
            .map(|name| format!("\"{}\"", name.to_uppercase()))
            .collect();
        let detail = format!(
            "The label for its {missing} is missing: `{} {} {{ … }}`.",
            block.kind,
            shape.join(" ")
        );
        found.push(Diagnostic::error("Missing label", detail).at(block.header_range));
        well = false;
    }
    if let Some(extra) = block.labels.get(names.len()) {
        let count = match names.len() {
            0 => "no label".to_owned(),
            1 => "one label".to_owned(),
            more => format!("{more} labels"),
        };
        let detail = format!("A block `{}` has {count}.", block.kind);
        found.push(Diagnostic::error("Extraneous label", detail).at(extra.range));
        well = false;
    }
    for (label, name) in block.labels.iter().zip(names) {
        if !is_identifier(&label.text) {
            let detail = format!("`{}` cannot be a {name}.", label.text);
            let hint = "A name starts with a letter or underscore, followed by letters, digits, underscores and dashes.";
            found.push(
                Diagnostic::error("Invalid name", detail)
                    .hint(hint)
                    .at(label.range),
            );
            well = false;
        }
    }
    well
}

/// Whether `text` may be a name in a configuration, hence a part of an address.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// A sentence as it reads behind a colon.
fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => sentence.to_owned(),
    }
}
