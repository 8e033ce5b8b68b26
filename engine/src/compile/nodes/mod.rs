//! What is evaluated, and what each part of it refers to: the nodes and edges of the order of evaluation.

mod references;

pub(super) use references::{asked_output, is_bare};

use std::fmt;

use meshform_lang::{Block, Diagnostics, Expr, Range, Traversal};
use meshform_state::Str;

use crate::config::{
    BlockSchema, Condition, Lifecycle, Module, Reach, Repeat, ResourceName, Takes, WordName, WordSchema,
};
use crate::hash::{HashMap, HashSet};
use crate::kind::Kinds;

use super::meaning::{Meaning, Words, meaning};
use super::sites::{Site, SiteId};
use super::source::block_references;

/// What can be evaluated by itself, for all instances of its site together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum What {
    /// The value of a variable.
    Variable(Str),
    /// Whether that value is allowed.
    Validation(Str),
    /// A local.
    Local(Str),
    /// Which instances a block has.
    Keys(BlockName),
    /// What its instances are.
    Body(BlockName),
    /// An output.
    Output(Str),
    /// A check.
    Check(Str),
    /// An import, by its position.
    Import(usize),
}

/// A block that may have instances.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum BlockName {
    /// A resource or data source.
    Resource(ResourceName),
    /// A word.
    Word(WordName),
    /// A call of a module.
    Call(Str),
}

/// Numbers the nodes.
pub(super) type NodeId = usize;

/// One node.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) site: SiteId,
    pub(super) what: What,
    /// What it needs first.
    pub(super) needs: Vec<Need>,
}

/// Why a node comes after another.
#[derive(Debug, Clone)]
pub(super) struct Need {
    pub(super) on: NodeId,
    /// The attribute that says so; empty for what the tool itself demands.
    pub(super) attribute: Str,
    /// Where; `None` for what the tool itself demands.
    pub(super) range: Option<Range>,
}

impl fmt::Display for BlockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BlockName::Resource(name) => write!(f, "{name}"),
            BlockName::Word(name) => write!(f, "{name}"),
            BlockName::Call(name) => write!(f, "module.{name}"),
        }
    }
}

/// Finds all nodes and what they need, and reports references to what is not there.
pub(super) fn nodes(sites: &[Site], words: &Words, known: Known<'_>, found: &mut Diagnostics) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for (id, site) in sites.iter().enumerate() {
        nodes.extend(list(&site.module).into_iter().map(|what| Node {
            site: id,
            what,
            needs: Vec::new(),
        }));
    }
    let index: HashMap<(SiteId, What), NodeId> = nodes
        .iter()
        .enumerate()
        .map(|(id, node)| ((node.site, node.what.clone()), id))
        .collect();
    let first = judged_first(sites, words);
    let all: Vec<Vec<Need>> = nodes
        .iter()
        .map(|node| {
            let mut walk = Walk {
                sites,
                words,
                known,
                index: &index,
                first: &first,
                found,
                needs: Vec::new(),
                is_judging: matches!(node.what, What::Validation(_)),
            };
            walk.node(node);
            walk.needs
        })
        .collect();
    for (node, needs) in nodes.iter_mut().zip(all) {
        node.needs = needs;
    }
    nodes
}

/// The validations of modules that ask for variables alone. What uses the variable comes after them, and waits for what
/// they wait for; others could ask for something that uses it. What is given to the root module is known.
fn judged_first(sites: &[Site], words: &Words) -> HashSet<(SiteId, What)> {
    let asks_variables = |validation: &Condition| {
        let exprs = [&validation.condition, &validation.message].into_iter();
        let mut references = exprs.flat_map(Expr::references);
        references.all(|traversal| matches!(meaning(&traversal, words), Ok((Meaning::Variable(_), _))))
    };
    let mut first = HashSet::default();
    for (id, site) in sites.iter().enumerate().skip(1) {
        let variables = site.module.variables.values();
        let variables = variables.filter(|variable| !variable.validations.is_empty());
        let variables = variables.filter(|variable| variable.validations.iter().all(asks_variables));
        first.extend(variables.map(|variable| (id, What::Validation(variable.name.clone()))));
    }
    first
}

fn list(module: &Module) -> Vec<What> {
    let mut list: Vec<What> = Vec::new();
    list.extend(module.variables.keys().cloned().map(What::Variable));
    list.extend(module.locals.keys().cloned().map(What::Local));
    let blocks = module
        .words
        .keys()
        .cloned()
        .map(BlockName::Word)
        .chain(module.resources.keys().cloned().map(BlockName::Resource))
        .chain(module.calls.keys().cloned().map(BlockName::Call));
    for block in blocks {
        list.push(What::Keys(block.clone()));
        list.push(What::Body(block));
    }
    list.extend(module.outputs.keys().cloned().map(What::Output));
    let validated = module
        .variables
        .values()
        .filter(|variable| !variable.validations.is_empty());
    list.extend(validated.map(|variable| What::Validation(variable.name.clone())));
    list.extend(module.checks.keys().cloned().map(What::Check));
    list.extend((0..module.imports.len()).map(What::Import));
    list
}

/// What is known of words and kinds.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) words: &'a [WordSchema],
    pub(super) kinds: &'a Kinds,
}

/// Collects what one node needs.
struct Walk<'a> {
    sites: &'a [Site],
    words: &'a Words,
    known: Known<'a>,
    index: &'a HashMap<(SiteId, What), NodeId>,
    /// The validations that come before what uses their variables.
    first: &'a HashSet<(SiteId, What)>,
    found: &'a mut Diagnostics,
    needs: Vec<Need>,
    /// Whether the node is a validation: one does not wait for others.
    is_judging: bool,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node) {
        let sites = self.sites;
        let (site, module) = (node.site, &*sites[node.site].module);
        if let Some((parent, call)) = &sites[site].parent {
            self.demand(*parent, What::Keys(BlockName::Call(call.clone())));
        }
        match &node.what {
            What::Variable(name) => {
                if let Some((parent, call)) = &sites[site].parent
                    && let Some(call) = sites[*parent].module.calls.get(call)
                    && let Some(input) = call.inputs.get(name)
                {
                    self.expr(*parent, &input.name, &input.expr);
                }
            }
            What::Validation(name) => {
                self.demand(site, What::Variable(name.clone()));
                for validation in module
                    .variables
                    .get(name)
                    .map_or(&[][..], |variable| &variable.validations)
                {
                    self.condition(site, "validation", validation);
                }
            }
            What::Local(name) => {
                if let Some(local) = module.locals.get(name) {
                    self.expr(site, name, &local.expr);
                }
            }
            What::Output(name) => {
                if let Some(output) = module.outputs.get(name) {
                    self.expr(site, "value", &output.value);
                    self.all(site, "depends_on", &output.depends_on);
                    output
                        .preconditions
                        .iter()
                        .for_each(|condition| self.condition(site, "precondition", condition));
                }
            }
            What::Check(name) => {
                for assertion in module.checks.get(name).map_or(&[][..], |check| &check.assertions) {
                    self.condition(site, "assert", assertion);
                }
            }
            What::Import(at) => {
                if let Some(import) = module.imports.get(*at) {
                    self.target(site, &import.to);
                    self.expr(site, "id", &import.id);
                    if let Repeat::ForEach(expr) | Repeat::Count(expr) | Repeat::Enabled(expr) =
                        &import.repeat
                    {
                        self.expr(site, "for_each", expr);
                    }
                }
            }
            What::Keys(block) => self.keys(site, block),
            What::Body(block) => {
                self.demand(site, What::Keys(block.clone()));
                self.body(site, block);
            }
        }
    }

    fn keys(&mut self, site: SiteId, block: &BlockName) {
        let module = &*self.sites[site].module;
        let repeat = match block {
            BlockName::Resource(name) => module.resources.get(name).map(|resource| &resource.repeat),
            BlockName::Word(name) => module.words.get(name).map(|word| &word.repeat),
            BlockName::Call(name) => module.calls.get(name).map(|call| &call.repeat),
        };
        match repeat {
            Some(Repeat::Count(expr)) => self.expr(site, "count", expr),
            Some(Repeat::ForEach(expr)) => self.expr(site, "for_each", expr),
            Some(Repeat::Enabled(expr)) => self.expr(site, "enabled", expr),
            Some(Repeat::Once) | None => {}
        }
    }

    fn body(&mut self, site: SiteId, block: &BlockName) {
        let module = &*self.sites[site].module;
        match block {
            BlockName::Resource(name) => {
                let Some(resource) = module.resources.get(name) else {
                    return;
                };
                for (attribute, expr) in [("in", &resource.place), ("region", &resource.region)] {
                    if let Some(expr) = expr {
                        self.expr(site, attribute, expr);
                    }
                }
                self.all(site, "depends_on", &resource.depends_on);
                self.lifecycle(site, &resource.lifecycle);
                resource
                    .arguments
                    .iter()
                    .for_each(|argument| self.expr(site, &argument.name, &argument.expr));
                resource
                    .blocks
                    .iter()
                    .for_each(|nested| self.nested(site, &nested.kind, nested));
            }
            BlockName::Word(name) => {
                let Some(word) = module.words.get(name) else {
                    return;
                };
                let schema = self.known.words.iter().find(|schema| schema.name == &*name.word);
                self.before(site, name, schema.map_or(&[], |schema| schema.after));
                self.all(site, "depends_on", &word.depends_on);
                for argument in &word.arguments {
                    let takes = schema
                        .and_then(|schema| schema.body.argument(&argument.name))
                        .map(|a| &a.takes);
                    self.word_argument(site, &argument.name, &argument.expr, takes);
                }
                for nested in &word.blocks {
                    let known = schema.and_then(|schema| schema.body.block(&nested.kind));
                    self.word_block(site, &nested.kind, nested, known.map(|known| &known.body));
                }
            }
            BlockName::Call(name) => {
                let Some(child) = self.sites[site].children.get(name).copied() else {
                    return;
                };
                let call = &module.calls[name];
                self.all(site, "depends_on", &call.depends_on);
                for what in list(&self.sites[child].module) {
                    if matches!(
                        what,
                        What::Output(_) | What::Body(_) | What::Variable(_) | What::Validation(_)
                    ) {
                        self.demand(child, what);
                    }
                }
            }
        }
    }

    /// Demands the blocks of the words that `name` sees without naming them.
    fn before(&mut self, site: SiteId, name: &WordName, words: &[&str]) {
        let module = &*self.sites[site].module;
        for other in module.words.keys() {
            if other != name && words.contains(&&*other.word) {
                self.demand(site, What::Body(BlockName::Word(other.clone())));
            }
        }
    }

    fn lifecycle(&mut self, site: SiteId, lifecycle: &Lifecycle) {
        let named = [
            ("create_before_destroy", &lifecycle.create_before_destroy),
            ("prevent_destroy", &lifecycle.prevent_destroy),
            ("destroy", &lifecycle.destroy),
        ];
        for (name, expr) in named {
            if let Some(expr) = expr {
                self.expr(site, name, expr);
            }
        }
        lifecycle
            .replace_triggered_by
            .iter()
            .for_each(|expr| self.expr(site, "replace_triggered_by", expr));
        lifecycle
            .preconditions
            .iter()
            .for_each(|condition| self.condition(site, "precondition", condition));
        lifecycle
            .postconditions
            .iter()
            .for_each(|condition| self.condition(site, "postcondition", condition));
    }

    fn nested(&mut self, site: SiteId, attribute: &str, block: &Block) {
        for traversal in block_references(block) {
            self.reference(site, attribute, &traversal);
        }
    }

    fn condition(&mut self, site: SiteId, attribute: &str, condition: &Condition) {
        self.expr(site, attribute, &condition.condition);
        self.expr(site, attribute, &condition.message);
    }

    /// A block inside one of a word: what it names without asking for more need not be expanded first.
    fn word_block(&mut self, site: SiteId, attribute: &str, block: &Block, schema: Option<&BlockSchema>) {
        for one in &block.body.attributes {
            let argument = schema.and_then(|schema| schema.argument(&one.name));
            self.word_argument(
                site,
                attribute,
                &one.expr,
                argument.map(|argument| &argument.takes),
            );
        }
        for inner in &block.body.blocks {
            let known = schema.and_then(|schema| schema.block(&inner.kind));
            self.word_block(site, attribute, inner, known.map(|known| &known.body));
        }
    }

    fn word_argument(&mut self, site: SiteId, attribute: &str, expr: &Expr, takes: Option<&Takes>) {
        let by_name = matches!(
            takes,
            Some(Takes::Word(Reach::Name, _) | Takes::Words(Reach::Name, _))
        );
        for traversal in expr.references() {
            if by_name
                && let Ok((Meaning::Word(name), steps)) = meaning(&traversal, self.words)
                && is_bare(&traversal, steps)
            {
                if self.exists(site, &Meaning::Word(name.clone()), &traversal) {
                    let keys = What::Keys(BlockName::Word(name));
                    self.need(site, keys, attribute, Some(traversal.range));
                }
                continue;
            }
            self.reference(site, attribute, &traversal);
        }
    }

    fn all(&mut self, site: SiteId, attribute: &str, traversals: &[Traversal]) {
        traversals
            .iter()
            .for_each(|traversal| self.reference(site, attribute, traversal));
    }

    fn expr(&mut self, site: SiteId, attribute: &str, expr: &Expr) {
        for traversal in expr.references() {
            self.reference(site, attribute, &traversal);
        }
    }

    fn demand(&mut self, site: SiteId, what: What) {
        self.need(site, what, "", None);
    }

    fn need(&mut self, site: SiteId, what: What, attribute: &str, range: Option<Range>) {
        if let Some(on) = self.index.get(&(site, what)) {
            self.needs.push(Need {
                on: *on,
                attribute: attribute.into(),
                range,
            });
        }
    }
}
