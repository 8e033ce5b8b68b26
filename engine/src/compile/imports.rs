//! Objects that are there already and are taken over.

use meshform_lang::{Diagnostic, Diagnostics, Expr, Range, Step, Traversal};
use meshform_state::addr::Key;
use meshform_state::{Address, Str, Value};

use crate::config::Repeat;

use super::compiler::{Compiler, Place};
use super::names::{Names, On};
use super::places::address;
use super::program::{Feeds, InstanceId, Keys};

/// An object that is there already and becomes a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The resource that it becomes.
    pub to: Address,
    /// What its API calls it.
    pub id: Str,
    /// The block that says so.
    pub range: Range,
}

impl Import {
    /// What to say where this and `second` become the same resource: by two blocks, or by two elements of one.
    pub(crate) fn twice(&self, second: &Import) -> Diagnostic {
        let to = &second.to;
        let is_one_block = self.range == second.range;
        let objects = match (self.id == second.id, is_one_block) {
            (true, true) => format!("the object `{}` more than once", self.id),
            (true, false) => format!("the object `{}`", self.id),
            (false, _) => format!("the objects `{}` and `{}`", self.id, second.id),
        };
        if is_one_block {
            let detail = format!("This block imports {objects} as the one resource `{to}`.");
            return Diagnostic::error("Duplicate import", detail)
                .at(second.range)
                .hint("With `for_each`, `to` names another resource for each key: `aws_vpc.all[each.key]`.");
        }
        Diagnostic::error(
            "Duplicate import",
            format!("Two blocks import {objects} as `{to}`."),
        )
        .at(second.range)
        .related(self.range, "the first one is here")
    }
}

/// What is wrong where several of `imports`, sorted by address, become the same resource.
pub(super) fn doubled(imports: &[Import]) -> Diagnostics {
    let pairs = imports.iter().zip(imports.iter().skip(1));
    let same = pairs.filter(|(first, second)| first.to == second.to);
    Diagnostics(same.map(|(first, second)| first.twice(second)).collect())
}

impl Compiler<'_> {
    pub(super) fn import(&mut self, instance: InstanceId, at: usize) {
        let Some(import) = self.module(instance).imports.get(at).cloned() else {
            return;
        };
        let (keys, feeds) = match &import.repeat {
            Repeat::ForEach(expr) => self.for_each(expr, instance),
            Repeat::Once | Repeat::Count(_) | Repeat::Enabled(_) => (Keys::Single, Feeds::default()),
        };
        for at in 0..keys.len() {
            let each = self.program.each(&keys, at, &feeds);
            self.one_import(
                &import,
                Place {
                    instance,
                    each: &each,
                },
            );
        }
    }

    fn one_import(&mut self, import: &crate::config::Import, place: Place<'_>) {
        let address = self.target(&import.to, place);
        let id = self.expr(&import.id, place).map(|found| found.value);
        let (Some(address), Some(id)) = (address, id) else {
            return;
        };
        if !id.is_known() {
            self.structural(
                "id",
                &id,
                import.id.range(),
                "Write the id that the object has already.",
            );
            return;
        }
        match &id {
            Value::String(id) if !id.is_empty() => {
                self.imports.push(Import {
                    to: address,
                    id: id.clone(),
                    range: import.range,
                });
            }
            _ => {
                let detail = "`id` takes a text: what the API calls the object.";
                self.found
                    .push(Diagnostic::error("Invalid import", detail).at(import.id.range()));
            }
        }
    }

    /// The address that `to` names; `None` where that waits, or has mistakes, which are reported.
    fn target(&mut self, to: &Expr, place: Place<'_>) -> Option<Address> {
        let names = Names::new(&self.program, place.instance, place.each);
        let traversal = to.keyed_traversal(&names).transpose();
        let traversal = self.collected(traversal, to.range())?;
        let inside = self.program.instances[place.instance].path.clone();
        let is_in_module = traversal
            .as_ref()
            .is_some_and(|traversal| &*traversal.root == "module");
        if is_in_module {
            // Nothing outside sees the resources of a module, so all there is to go by is the address.
            let later = traversal.as_ref().and_then(later_key);
            if let Some((key, range)) = later {
                self.structural("to", key, range, "Take keys from the configuration.");
                return None;
            }
        }
        let written = traversal.and_then(|traversal| address(&traversal, inside.as_ref()));
        let found = if is_in_module {
            written.clone().filter(|found| found.segments().len() > 3)
        } else {
            match self.expr(to, place)?.used.as_slice() {
                [used] => match &used.on {
                    On::One(address, None) => Some(address.clone()),
                    On::One(..) | On::Many(_) => None,
                },
                _ => None,
            }
        };
        if let Some((block, argument, key)) = written.and_then(|written| self.key_of(written)) {
            let detail = format!("`{block}` has `{argument}`, and `to` takes the reference to one resource");
            self.wrong_target(&detail, Some(format!("`{block}{key}`")), to.range());
            return None;
        }
        // Which instances there are may be known only when planning.
        if found.is_none() && !self.waits() {
            self.wrong_target("`to` takes the reference to one resource", None, to.range());
        }
        found
    }

    fn wrong_target(&mut self, what: &str, such_as: Option<String>, range: Range) {
        let such_as = such_as.unwrap_or_else(|| "`aws_vpc.main` or `aws_vpc.all[\"a\"]`".to_owned());
        let detail = format!("{what}, such as {such_as}.");
        self.found
            .push(Diagnostic::error("Invalid import", detail).at(range));
    }

    /// For the address of a block that has several instances: by what, and the key of one.
    fn key_of(&self, written: Address) -> Option<(Address, &'static str, String)> {
        if written.without_key().len() < written.as_str().len() {
            return None;
        }
        let block = self.program.resources_at(&written)?;
        match &block.keys {
            Keys::Count(_) => Some((written, "count", "[0]".to_owned())),
            Keys::Each(keys) => {
                let key = keys.first().map_or("KEY", |(key, _)| key);
                Some((written, "for_each", Key::Text(key.to_owned()).to_string()))
            }
            Keys::Failed | Keys::Waiting | Keys::Disabled | Keys::Single => None,
        }
    }
}

/// The first key of `traversal` that only apply can know, and where it is.
fn later_key(traversal: &Traversal) -> Option<(&Value, Range)> {
    traversal.steps.iter().find_map(|(step, range)| match step {
        Step::Index(key) if !key.is_known() => Some((key, *range)),
        _ => None,
    })
}
