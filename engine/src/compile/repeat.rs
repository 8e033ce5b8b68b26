//! Which instances a block has: `count`, `for_each` and `enabled`, each evaluated once for a block.

use meshform_lang::{Diagnostic, Expr, Range, convert_to};
use meshform_state::{Str, Type, Value};

use crate::config::Repeat;
use crate::hash::HashMap;

use super::compiler::{Compiler, Evaluated, Place, needs};
use super::meaning::{Meaning, meaning};
use super::names::Names;
use super::nodes::BlockName;
use super::program::{Block, Each, Entry, Feeds, Instance, InstanceId, Keys, keyed};

const KEYS_HINT: &str = "Take keys and numbers from the configuration, and what is known later as values: \
                         `for_each = { a = aws_vpc.x.id }` needs no more than the key `a`.";

/// How many instances a block may have: as many as a result may have elements.
const MOST: usize = 4_000_000;

impl Compiler<'_> {
    pub(super) fn keys(&mut self, id: InstanceId, block: &BlockName) {
        let module = self.module(id).clone();
        let repeat = match block {
            BlockName::Resource(name) => module.resources.get(name).map(|resource| &resource.repeat),
            BlockName::Word(name) => module.words.get(name).map(|word| &word.repeat),
            BlockName::Call(name) => module.calls.get(name).map(|call| &call.repeat),
        };
        let (keys, feeds) = match repeat {
            Some(Repeat::Count(expr)) => self.count(expr, id),
            Some(Repeat::ForEach(expr)) => self.for_each(expr, id),
            Some(Repeat::Enabled(expr)) => self.enabled(expr, id),
            Some(Repeat::Once) | None => (Keys::Single, Feeds::default()),
        };
        match block {
            BlockName::Resource(name) => {
                self.instance(id)
                    .resources
                    .insert(name.clone(), Block::new(keys, feeds));
            }
            BlockName::Word(name) => {
                let address = self.program.instances[id].word_address(name);
                for at in 0..keys.len() {
                    self.program
                        .handles
                        .insert(keyed(&address, keys.key(at).as_ref()), (id, name.clone(), at));
                }
                self.instance(id)
                    .words
                    .insert(name.clone(), Block::new(keys, feeds));
            }
            BlockName::Call(name) => self.call_instances(id, name, Block::new(keys, feeds)),
        }
    }

    fn call_instances(&mut self, id: InstanceId, name: &Str, mut block: Block<InstanceId>) {
        let site = self.program.instances[id].site;
        let Some(child) = self.program.sites[site].children.get(name).copied() else {
            return;
        };
        let address = self.program.instances[id].address(&["module", name]);
        for at in 0..block.keys.len() {
            let path = keyed(&address, block.keys.key(at).as_ref());
            let caller = Some((id, self.program.each(&block.keys, at, &block.fed_by)));
            let called = self.program.instances.len();
            self.program.instances.push(Instance {
                site: child,
                path: Some(path),
                caller,
                ..Instance::default()
            });
            self.by_site[child].push(called);
            block.instances.push(Some(called));
        }
        self.instance(id).calls.insert(name.clone(), block);
    }

    /// The value of an argument that decides how many instances there are.
    fn deciding(&mut self, expr: &Expr, id: InstanceId, what: &str) -> Result<(Value, Feeds), Keys> {
        let place = Place {
            instance: id,
            each: &Each::None,
        };
        let Evaluated { value, used } = self.expr(expr, place).ok_or(Keys::Failed)?;
        if matches!(value, Value::Secret(_)) {
            let detail =
                format!("`{what}` shows in addresses, and its value comes from something sensitive.");
            let diagnostic = Diagnostic::error("Sensitive value not allowed", detail).at(expr.range());
            self.found
                .push(diagnostic.hint("If the value is no secret, say so with `nonsensitive(…)`."));
            return Err(Keys::Failed);
        }
        if let Value::Later(_) = value {
            return Err(self.unknown(&value, what, expr.range()));
        }
        if value.is_null() {
            let detail = format!("`{what}` must not be null.");
            self.found
                .push(Diagnostic::error("Null not allowed", detail).at(expr.range()));
            return Err(Keys::Failed);
        }
        Ok((value, Feeds::new(&needs(&used), (expr.clone(), id))))
    }

    fn unknown(&mut self, value: &Value, what: &str, range: Range) -> Keys {
        self.structural(what, value, range, KEYS_HINT);
        if self.waits() { Keys::Waiting } else { Keys::Failed }
    }

    fn count(&mut self, expr: &Expr, id: InstanceId) -> (Keys, Feeds) {
        match self.deciding(expr, id, "count") {
            Ok((value, feeds)) => (self.counted_keys(&value, expr), feeds),
            Err(keys) => (keys, Feeds::default()),
        }
    }

    fn counted_keys(&mut self, value: &Value, expr: &Expr) -> Keys {
        let count = convert_to(value, &Type::Number)
            .ok()
            .and_then(|number| number.as_i64());
        match count.and_then(|count| usize::try_from(count).ok()) {
            Some(count) if count > MOST => {
                let detail = format!("`count` is {count}; no block has more than {MOST} instances.");
                self.found
                    .push(Diagnostic::error("Count too large", detail).at(expr.range()));
                Keys::Failed
            }
            Some(count) => Keys::Count(count),
            None => {
                let detail = "`count` takes a whole number from 0.";
                self.found
                    .push(Diagnostic::error("Invalid count", detail).at(expr.range()));
                Keys::Failed
            }
        }
    }

    fn enabled(&mut self, expr: &Expr, id: InstanceId) -> (Keys, Feeds) {
        let (value, feeds) = match self.deciding(expr, id, "enabled") {
            Ok(decided) => decided,
            Err(keys) => return (keys, Feeds::default()),
        };
        let keys = match convert_to(&value, &Type::Bool) {
            Ok(Value::Bool(true)) => Keys::Single,
            Ok(Value::Bool(false)) => Keys::Disabled,
            _ => {
                let detail = "`enabled` takes `true` or `false`.";
                self.found
                    .push(Diagnostic::error("Wrong type of value", detail).at(expr.range()));
                Keys::Failed
            }
        };
        (keys, feeds)
    }

    pub(super) fn for_each(&mut self, expr: &Expr, id: InstanceId) -> (Keys, Feeds) {
        match self.deciding(expr, id, "for_each") {
            Ok((value, mut feeds)) => {
                feeds.entries = self.entries(&value, expr, id).into();
                (self.each_keys(&value, expr), feeds)
            }
            Err(keys) => (keys, Feeds::default()),
        }
    }

    /// How the values of `all`, which `expr` gives, are found one by one: each instance then waits for what its own comes
    /// from, and finding it during apply costs no more than that.
    fn entries(&mut self, all: &Value, expr: &Expr, id: InstanceId) -> HashMap<Str, Entry> {
        let written = self.behind_locals(expr, id);
        let mut found = HashMap::default();
        for (key, value) in all.entries().into_iter().flatten() {
            if self.program.is_open(value)
                && let Some(narrowed) = written.narrowed(key)
                && let Some(entry) = self.entry(narrowed, key, value, id)
            {
                found.insert(key.clone(), entry);
            }
        }
        found
    }

    /// What `expr` stands for where it is no more than the name of a local.
    fn behind_locals(&self, expr: &Expr, id: InstanceId) -> Expr {
        let locals = &self.module(id).locals;
        let mut behind = expr.clone();
        // Locals are in no circle, or nothing of them would be evaluated.
        while let Some(traversal) = behind.as_traversal()
            && traversal.steps.len() == 1
            && let Ok((Meaning::Local(name), _)) = meaning(&traversal, &self.program.words)
            && let Some(local) = locals.get(&name)
        {
            behind = local.expr.clone();
        }
        behind
    }

    /// The entry, if `expr` alone gives the same.
    fn entry(&mut self, expr: Expr, key: &Str, value: &Value, id: InstanceId) -> Option<Entry> {
        let names = Names::new(&self.program, id, &Each::None);
        let alone = expr.evaluate(&names).ok();
        let (used, asked) = (names.used(), names.asked());
        self.counted(asked);
        (alone?.get(key) == Some(value)).then(|| Entry {
            from: (expr, id),
            needs: needs(&used),
        })
    }

    fn each_keys(&mut self, value: &Value, expr: &Expr) -> Keys {
        let wrong = |detail: &str| Diagnostic::error("Invalid for_each", detail).at(expr.range());
        match value {
            Value::Map(_) | Value::Object(_) => {
                let entries = value.entries().into_iter().flatten();
                Keys::Each(entries.map(|(key, value)| (key.clone(), value.clone())).collect())
            }
            Value::Set(set) => {
                let mut keys: Vec<(Str, Value)> = Vec::with_capacity(set.items.len());
                for item in &set.items {
                    match item {
                        Value::String(text) => keys.push((text.clone(), item.clone())),
                        Value::Later(_) => return self.unknown(item, "for_each", expr.range()),
                        Value::Secret(_) => {
                            self.found.push(wrong(
                                "The keys of `for_each` show in addresses, so they must not be sensitive.",
                            ));
                            return Keys::Failed;
                        }
                        _ => {
                            self.found
                                .push(wrong("A set for `for_each` has texts as elements."));
                            return Keys::Failed;
                        }
                    }
                }
                keys.sort();
                Keys::Each(keys)
            }
            Value::List(_) | Value::Tuple(_) => {
                let hint = "Make it a set with `toset(…)`, or a map with keys of your choice.";
                self.found
                    .push(wrong("`for_each` takes a map or a set of texts, not a list.").hint(hint));
                Keys::Failed
            }
            _ => {
                self.found
                    .push(wrong("`for_each` takes a map or a set of texts."));
                Keys::Failed
            }
        }
    }
}
