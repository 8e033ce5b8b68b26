//! Objects that are there already and are taken over.

use meshform_lang::{Diagnostic, Diagnostics, Range};
use meshform_state::{Address, Str, Value};

use crate::config::Repeat;

use super::compiler::{Compiler, Place};
use super::names::On;
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
        let to = self.expr(&import.to, place).map(|found| found.used);
        let id = self.expr(&import.id, place).map(|found| found.value);
        let (Some(to), Some(id)) = (to, id) else { return };
        let address = match to.as_slice() {
            [used] => match &used.on {
                On::One(address, None) => Some(address.clone()),
                On::One(..) | On::Many(_) => None,
            },
            _ => None,
        };
        // Which instances there are may be known only when planning.
        if address.is_none() && self.waits() {
            return;
        }
        let Some(address) = address else {
            let detail =
                "`to` takes the reference to one resource, such as `aws_vpc.main` or `aws_vpc.all[\"a\"]`.";
            self.found
                .push(Diagnostic::error("Invalid import", detail).at(import.to.range()));
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
}
