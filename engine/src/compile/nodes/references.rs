//! What one reference in an expression needs, and what of it can be told to be wrong before anything is evaluated.

use meshform_lang::{Diagnostic, Expr, Range, Step, Traversal};
use meshform_state::Str;

use crate::compile::meaning::{Meaning, find, meaning};
use crate::compile::sites::SiteId;
use crate::compile::wording::{no_export, unsupported};
use crate::config::{ResourceName, WordName};

use super::{BlockName, Walk, What};

impl Walk<'_> {
    pub(super) fn reference(&mut self, site: SiteId, attribute: &str, traversal: &Traversal) {
        let (meant, steps) = match meaning(traversal, self.words) {
            Ok(found) => found,
            Err(found) => return self.found.extend(found),
        };
        if !self.exists(site, &meant, traversal) {
            return;
        }
        let range = Some(traversal.range);
        match meant {
            Meaning::Variable(name) => {
                let validation = What::Validation(name.clone());
                if !self.is_judging && self.first.contains(&(site, validation.clone())) {
                    self.demand(site, validation);
                }
                self.need(site, What::Variable(name), attribute, range);
            }
            Meaning::Local(name) => self.need(site, What::Local(name), attribute, range),
            Meaning::Resource(name) => {
                self.attribute(&name, steps, traversal);
                self.need(site, What::Body(BlockName::Resource(name)), attribute, range);
            }
            Meaning::Word(name) => {
                self.export(&name, steps, traversal);
                self.need(site, What::Body(BlockName::Word(name)), attribute, range);
            }
            Meaning::Call(name) => self.call(site, name, steps, attribute, traversal),
            Meaning::EachKey | Meaning::EachValue | Meaning::CountIndex | Meaning::Own | Meaning::Path(_) => {
            }
        }
    }

    /// What the keys in `to` of an `import` block need. The resource that it names need not be evaluated first: where it
    /// is in a module, it is no output, and its address is all that is asked for.
    pub(super) fn target(&mut self, site: SiteId, to: &Expr) {
        for traversal in to.references() {
            if &*traversal.root == "module" && traversal.range.start == to.range().start {
                self.target_in_module(site, &traversal);
            } else {
                self.reference(site, "to", &traversal);
            }
        }
    }

    /// Reports where what `traversal` names is in no module that there is.
    fn target_in_module(&mut self, mut site: SiteId, traversal: &Traversal) {
        let names = traversal.steps.iter().filter_map(|(step, range)| match step {
            Step::Attribute(name) => Some((name, *range)),
            Step::Index(_) | Step::Splat => None,
        });
        let mut names = names.peekable();
        loop {
            let Some((call, range)) = names.next() else { return };
            let Some(child) = self.sites[site].children.get(call).copied() else {
                let detail = format!("There is no module `{call}`.");
                let calls = self.sites[site].children.keys().map(|name| &**name);
                let diagnostic = Diagnostic::error("Reference to undeclared module", detail).at(range);
                let diagnostic = diagnostic.meant(call, calls);
                return self.found.push(diagnostic);
            };
            site = child;
            if names.next_if(|(name, _)| name.as_ref() == "module").is_none() {
                break;
            }
        }
        // Which instances it has says whether a key is missing.
        if let (Some((kind, _)), Some((name, _))) = (names.next(), names.next()) {
            let resource = ResourceName::managed(kind, name);
            self.demand(site, What::Keys(BlockName::Resource(resource)));
        }
    }

    /// Reports an attribute that the kind does not have, also where nothing will be evaluated.
    fn attribute(&mut self, name: &ResourceName, steps: usize, traversal: &Traversal) {
        let kinds = self.known.kinds;
        let kind = if name.data {
            kinds.data(&name.kind)
        } else {
            kinds.managed(&name.kind)
        };
        if let (Some(kind), Some((attribute, range))) = (kind, of_instance(traversal, steps))
            && kind.schema().slot(attribute).is_none()
        {
            self.found.push(unsupported(kind.schema(), attribute, range));
        }
    }

    /// Reports an attribute that no block of the word has.
    fn export(&mut self, name: &WordName, steps: usize, traversal: &Traversal) {
        let Some(word) = self.words.get(&name.word) else {
            return;
        };
        if let Some((attribute, range)) = of_instance(traversal, steps)
            && attribute.as_ref() != "address"
            && !word.exports.contains(&attribute.as_ref())
        {
            let diagnostic = no_export(&name.to_string(), attribute, range, word.exports);
            self.found.push(diagnostic);
        }
    }

    fn call(&mut self, site: SiteId, name: Str, steps: usize, attribute: &str, traversal: &Traversal) {
        let range = Some(traversal.range);
        match (
            self.sites[site].children.get(&name).copied(),
            asked_output(traversal, steps),
        ) {
            (Some(child), Some(output)) if self.sites[child].module.outputs.contains_key(output) => {
                self.need(child, What::Output(output.clone()), attribute, range);
                self.need(site, What::Keys(BlockName::Call(name)), attribute, range);
            }
            _ => self.need(site, What::Body(BlockName::Call(name)), attribute, range),
        }
    }

    pub(super) fn exists(&mut self, site: SiteId, meant: &Meaning, traversal: &Traversal) -> bool {
        match find(meant, traversal, &self.sites[site].module, self.words) {
            Ok(()) => true,
            Err(found) => {
                self.found.extend(found);
                false
            }
        }
    }
}

/// The output that `traversal` asks for where the first `steps` name a call: it need not be one that the module has.
pub(in crate::compile) fn asked_output(traversal: &Traversal, steps: usize) -> Option<&Str> {
    let mut behind = traversal.steps.iter().skip(steps);
    behind.find_map(|(step, _)| match step {
        Step::Attribute(output) => Some(output),
        Step::Index(_) | Step::Splat => None,
    })
}

/// The attribute that `traversal` asks for of an instance, or of all, where the first `steps` name a block.
fn of_instance(traversal: &Traversal, steps: usize) -> Option<(&Str, Range)> {
    let mut behind = traversal.steps.iter().skip(steps);
    let mut next = behind.next()?;
    if let (Step::Index(_) | Step::Splat, _) = next {
        next = behind.next()?;
    }
    match next {
        (Step::Attribute(attribute), range) => Some((attribute, *range)),
        _ => None,
    }
}

/// Whether nothing but a key stands behind the first `steps` of `traversal`.
pub(in crate::compile) fn is_bare(traversal: &Traversal, steps: usize) -> bool {
    matches!(
        &traversal.steps[steps.min(traversal.steps.len())..],
        [] | [(Step::Index(_), _)]
    )
}
