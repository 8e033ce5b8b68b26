//! Putting blocks together into one module, and finding what is there twice.

use std::collections::BTreeMap;
use std::fmt::Display;

use meshform_lang::{Diagnostic, Diagnostics, Range};

/// Things by name, each of which may be there once.
#[derive(Debug)]
pub(super) struct Once<K, V> {
    what: &'static str,
    entries: BTreeMap<K, (V, Range)>,
}

impl<K: Ord + Display, V> Once<K, V> {
    /// Nothing yet; `what` names the things in messages.
    pub(super) fn new(what: &'static str) -> Self {
        Once {
            what,
            entries: BTreeMap::new(),
        }
    }

    /// Adds `value`, or says that there is one of its name already.
    pub(super) fn add(&mut self, name: K, value: V, range: Range, found: &mut Diagnostics) {
        if let Some((_, first)) = self.entries.get(&name) {
            let article = if self.what.starts_with(['a', 'e', 'i', 'o', 'u']) {
                "an"
            } else {
                "a"
            };
            let detail = format!(
                "There is {article} {} `{name}` already; names are unique in a folder.",
                self.what
            );
            let diagnostic = Diagnostic::error(format!("Duplicate {}", self.what), detail).at(range);
            found.push(diagnostic.related(*first, "the first one is here"));
            return;
        }
        self.entries.insert(name, (value, range));
    }

    /// All of them.
    pub(super) fn finish(self) -> BTreeMap<K, V> {
        self.entries
            .into_iter()
            .map(|(name, (value, _))| (name, value))
            .collect()
    }
}
