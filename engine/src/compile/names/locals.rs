//! What `local.x` means. Of `local.all["k"]` whoever asks needs one entry: it waits for what that comes from, and during
//! apply that alone is evaluated again.

use meshform_lang::{Expr, Resolved, Step, Traversal};
use meshform_state::{Str, Value};

use crate::compile::program::Each;

use super::{Found, Names};

impl Names<'_> {
    pub(in crate::compile) fn local(&self, name: &Str, traversal: &Traversal) -> Found {
        if self.lookup.is_none()
            && let Some(found) = self.one_entry(name, traversal)
        {
            return Ok(found);
        }
        let instance = &self.program.instances[self.instance];
        self.cell(instance.locals.get(name), traversal, |lookup| {
            let local = self.program.sites[instance.site].module.locals.get(name)?;
            let names = Names::new(self.program, self.instance, &Each::None).with_lookup(lookup);
            if let Some(value) = asked_key(traversal).and_then(|key| alone(&local.expr, key, &names)) {
                return Some(Ok(Resolved { value, steps: 2 }));
            }
            Some(
                local
                    .expr
                    .evaluate(&names)
                    .map(|value| Resolved { value, steps: 1 }),
            )
        })
    }

    /// The entry of a local that `traversal` asks for, if it can be said what that alone comes from.
    fn one_entry(&self, name: &Str, traversal: &Traversal) -> Option<Resolved> {
        let instance = &self.program.instances[self.instance];
        let cell = instance.locals.get(name)?;
        if cell.needs.len() < 2 {
            return None;
        }
        let key = asked_key(traversal)?;
        let entry = cell.value.as_ref()?.get(key)?;
        let local = self.program.sites[instance.site].module.locals.get(name)?;
        let names = Names::new(self.program, self.instance, &Each::None);
        let value = alone(&local.expr, key, &names)?;
        if value != *entry {
            return None;
        }
        for used in names.used() {
            self.note(used.on, traversal);
        }
        Some(Resolved { value, steps: 2 })
    }
}

/// The entry that the second step of `traversal` asks for.
fn asked_key(traversal: &Traversal) -> Option<&Str> {
    match traversal.steps.get(1)? {
        (Step::Attribute(name) | Step::Index(Value::String(name)), _) => Some(name),
        _ => None,
    }
}

/// The entry `key` of the object that `expr` gives, where it can be found without the others.
fn alone(expr: &Expr, key: &Str, names: &Names<'_>) -> Option<Value> {
    let all = expr.narrowed(key)?.evaluate(names).ok()?;
    all.get(key).cloned()
}
