//! Objects that are there already and are taken over.

use meshform_lang::{Diagnostic, Range};
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
