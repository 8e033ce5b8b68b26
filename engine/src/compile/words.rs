//! Blocks of words: their arguments evaluated, and what the vocabulary makes of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_lang::{Attribute, Block as TextBlock, Diagnostic, Diagnostics, Expr, Range, Step};
use meshform_state::addr::Key;
use meshform_state::{Address, Str, Type, Value};

use crate::config::{BlockSchema, Reach, Takes, Word, WordName};
use crate::hash::HashMap;

use super::compiler::{Compiler, Dependencies, Place, needs};
use super::meaning::{Meaning, meaning};
use super::names::{Use, handle};
use super::program::{Feeds, InstanceId, OpenArgument, Wait, WordInstance, keyed};
use super::sites::SiteId;
use super::source::{article, converted};
use super::vocabulary::{
    Absence, Argument, Arguments, Content, Context, Expanded, Expansion, Handle, Stop, Vocabulary, WordBlock,
};

const STRUCTURAL_HINT: &str = "Take it from the configuration. What another resource makes can be given where a value is \
                               taken, not where something is decided.";

/// What evaluating the arguments of one instance leaves beside them.
#[derive(Default)]
struct Trace {
    /// The arguments that are not wholly known, by path.
    open: HashMap<Str, OpenArgument>,
    /// The references followed, and the argument that each is in.
    used: Vec<(Str, Vec<Use>)>,
    failed: bool,
    wait: Wait,
}

impl Compiler<'_> {
    pub(super) fn word(&mut self, instances: &[InstanceId], site: SiteId, name: &WordName) {
        let module = self.site_module(site);
        let Some(word) = module.words.get(name) else {
            return;
        };
        for id in instances {
            let Some(block) = self.program.instances[*id].words.get(name) else {
                continue;
            };
            let (keys, feeds) = (block.keys.clone(), block.fed_by.clone());
            let address = self.program.instances[*id].word_address(name);
            let mut made: Vec<Option<WordInstance>> = Vec::with_capacity(keys.len());
            for at in 0..keys.len() {
                let each = self.program.each(&keys, at, &feeds);
                let place = Place {
                    instance: *id,
                    each: &each,
                };
                let key = keys.key(at);
                made.push(self.word_instance(word, &address, (key.as_ref(), &feeds), place));
            }
            if let Some(block) = self.instance(*id).words.get_mut(name) {
                block.instances = made;
            }
        }
    }

    fn word_instance(
        &mut self,
        word: &Word,
        block: &Address,
        (key, feeds): (Option<&Key>, &Feeds),
        place: Place<'_>,
    ) -> Option<WordInstance> {
        let address = keyed(block, key);
        let vocabulary = self.vocabulary;
        let schema = vocabulary
            .words()
            .iter()
            .find(|schema| schema.name == &*word.name.word)?;
        let mut trace = Trace::default();
        let mut level = Level {
            address: &address,
            place,
            path: String::new(),
            trace: &mut trace,
        };
        let arguments = self.arguments(
            &word.arguments,
            &word.blocks,
            &schema.body,
            Vec::new(),
            word.range,
            &mut level,
        );
        if trace.failed {
            return None;
        }
        let block = WordBlock {
            word: word.name.word.clone(),
            address,
            arguments,
        };
        let (before, wait) = self.before(schema.after, place.instance);
        let wait = wait.max(trace.wait);
        let expansion = if self.is_usable(wait) {
            self.ask(before, |vocabulary, context| vocabulary.expand(&block, context))
        } else {
            Ok(Expansion::default())
        };
        let (expansion, wait) = match expansion {
            Ok(expansion) if wait == Wait::Over => (expansion, wait),
            // What it stands for is made of what others only have with their answers.
            Ok(expansion) => (without_resources(expansion), wait),
            Err(Stop::Waiting(known)) => (without_resources(*known), Wait::Answer),
            Err(Stop::Absent(absence)) => (self.without(*absence), wait),
            Err(Stop::Mistakes(found)) => {
                self.found.extend(found);
                return None;
            }
        };
        let mut dependencies = Dependencies::default();
        trace
            .used
            .iter()
            .for_each(|(argument, used)| dependencies.add_used(used, argument));
        dependencies.add_feeds(feeds, key);
        let outer = dependencies.finish(&block.address);
        let resources = self.derive(&block, &expansion, &outer, word.range)?;
        let Expansion {
            exports,
            place: is_place,
            ..
        } = expansion;
        let entries = exports.iter().map(|(name, value)| (name.clone(), value.clone()));
        let address_entry = handle(&block.address);
        let own = address_entry
            .entries()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()));
        let value = Value::object(own.chain(entries));
        Some(WordInstance {
            expanded: Arc::new(Expanded {
                block,
                exports,
                place: is_place,
            }),
            exports: value,
            wait,
            open: trace.open,
            each: place.each.clone(),
            resources,
        })
    }

    /// What is known of a block that stands for something that is not there yet.
    fn without(&mut self, absence: Absence) -> Expansion {
        let expansion = absence.expansion.clone();
        self.absences.push(absence);
        expansion
    }

    /// What the vocabulary says in a context that has seen `before`.
    pub(super) fn ask<T>(
        &mut self,
        before: Vec<Arc<Expanded>>,
        call: impl FnOnce(&dyn Vocabulary, &mut Context<'_>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let mut context = Context {
            facts: self.facts,
            kinds: self.kinds,
            missing: Vec::new(),
            before,
            noted: Diagnostics::new(),
            inputs: self.inputs,
        };
        let result = call(self.vocabulary, &mut context);
        self.found.extend(context.noted);
        if self.inputs.purpose != super::Purpose::Validate {
            self.missing.extend(context.missing);
        }
        result
    }

    /// The blocks of `words` in a module instance, and what some of them wait for. For one with mistakes, which were
    /// reported, everything waits.
    fn before(&self, words: &[&str], id: InstanceId) -> (Vec<Arc<Expanded>>, Wait) {
        let instance = &self.program.instances[id];
        let (mut all, mut wait) = (Vec::new(), Wait::Over);
        for name in self.module(id).words.keys() {
            if !words.contains(&&*name.word) {
                continue;
            }
            for one in instance.words.get(name).iter().flat_map(|block| &block.instances) {
                wait = wait.max(one.as_ref().map_or(Wait::Value, |one| one.wait));
                all.extend(one.iter().map(|one| one.expanded.clone()));
            }
        }
        (all, wait)
    }

    /// Whether what is known of a block is enough to go on: `validate` looks at what the arguments say, since it gets no
    /// answers; all others wait for them.
    pub(super) fn is_usable(&self, wait: Wait) -> bool {
        wait == Wait::Over || (wait == Wait::Answer && self.inputs.purpose == super::Purpose::Validate)
    }

    fn arguments(
        &mut self,
        attributes: &[Attribute],
        blocks: &[Arc<TextBlock>],
        schema: &BlockSchema,
        labels: Vec<Str>,
        range: Range,
        level: &mut Level<'_, '_>,
    ) -> Arguments {
        let mut made = Arguments {
            labels,
            values: BTreeMap::new(),
            blocks: BTreeMap::new(),
            range,
        };
        for attribute in attributes {
            // What the schema does not have was reported when the configuration was loaded.
            let Some(argument) = schema.argument(&attribute.name) else {
                continue;
            };
            if let Some(content) = self.argument(&attribute.name, &attribute.expr, &argument.takes, level) {
                let argument = Argument {
                    content,
                    range: attribute.expr.range(),
                };
                made.values.insert(attribute.name.clone(), argument);
            }
        }
        for block in blocks {
            let Some(nested) = schema.block(&block.kind) else {
                continue;
            };
            let labels = block.labels.iter().map(|label| label.text.clone()).collect();
            let before = level.path.len();
            level.path.push_str(&block.kind);
            level.path.push('.');
            let body = &block.body;
            let inner = self.arguments(
                &body.attributes,
                &body.blocks,
                &nested.body,
                labels,
                block.header_range,
                level,
            );
            level.path.truncate(before);
            made.blocks.entry(block.kind.clone()).or_default().push(inner);
        }
        made
    }

    /// What the argument `name` says; `None` for null and for mistakes, which are reported.
    fn argument(
        &mut self,
        name: &Str,
        expr: &Expr,
        takes: &Takes,
        level: &mut Level<'_, '_>,
    ) -> Option<Content> {
        let range = expr.range();
        let evaluated = match takes {
            Takes::Word(..) | Takes::Words(..) => self.handles(expr, level.place),
            Takes::Expression | Takes::Structural(_) | Takes::Value(_) => self.expr(expr, level.place),
        };
        let Some(evaluated) = evaluated else {
            level.trace.failed = true;
            return None;
        };
        if let Takes::Word(_, words) = takes
            && let Some(block) = self.behind_attribute(expr)
        {
            let wanted = words.first().unwrap_or(&"");
            let detail = format!("`{name}` takes a block such as `{wanted}.NAME`, not an attribute of one.");
            let diagnostic = Diagnostic::error("Wrong type of value", detail).at(range);
            self.found.push(diagnostic.hint(format!("Write `{block}`.")));
            level.trace.failed = true;
            return None;
        }
        let mut used = evaluated.used;
        let ty = match takes {
            Takes::Structural(ty) | Takes::Value(ty) => ty.clone(),
            Takes::Expression => Type::Any,
            Takes::Word(reach, words) => {
                let handle = self.named(name, &evaluated.value, *reach, words, range, level)?;
                return Some(Content::Words(vec![handle]));
            }
            Takes::Words(reach, words) => {
                return self.list(name, &evaluated.value, *reach, words, range, level);
            }
        };
        let Some(value) = self.found.collect(converted(&evaluated.value, &ty, name, range)) else {
            level.trace.failed = true;
            return None;
        };
        if matches!(takes, Takes::Structural(_)) && !self.is_settled(name, &value, range, level) {
            return None;
        }
        let path: Str = format!("{}{name}", level.path).into();
        let value = if self.program.is_open(&value) {
            let more = self.unfollowed(&expr.references(), &used, level.place.instance);
            used.extend(more);
            let open = OpenArgument {
                expr: expr.clone(),
                ty: ty.clone(),
                needs: needs(&used),
            };
            level.trace.open.insert(path.clone(), open);
            let later = Value::later_from(ty, level.address, &path);
            if value.has_secret() {
                later.into_secret()
            } else {
                later
            }
        } else {
            value
        };
        level.trace.used.push((path, used));
        (!value.is_null()).then_some(Content::Value(value))
    }

    /// The block of a word that `expr` names an attribute of, as it is written.
    fn behind_attribute(&self, expr: &Expr) -> Option<String> {
        let traversal = expr.as_traversal()?;
        let (meant, steps) = meaning(&traversal, &self.program.words).ok()?;
        let Meaning::Word(name) = meant else { return None };
        let rest = traversal.steps.get(steps..)?;
        let key = match rest {
            [(Step::Index(Value::String(key)), _), ..] => Key::Text(key.to_string()).to_string(),
            _ => String::new(),
        };
        let is_attribute = rest.iter().any(|(step, _)| matches!(step, Step::Attribute(_)));
        is_attribute.then(|| format!("{name}{key}"))
    }

    /// Whether `value` is known and may show, as that of a structural argument must.
    fn is_settled(&mut self, name: &str, value: &Value, range: Range, level: &mut Level<'_, '_>) -> bool {
        if value.has_secret() {
            let detail =
                format!("`{name}` decides what exists, which shows in the plan, and its value is sensitive.");
            let diagnostic = Diagnostic::error("Sensitive value not allowed", detail).at(range);
            self.found
                .push(diagnostic.hint("If the value is no secret, say so with `nonsensitive(…)`."));
            level.trace.failed = true;
            return false;
        }
        if !value.is_known() {
            self.structural(name, value, range, STRUCTURAL_HINT);
            self.stop(level);
            return false;
        }
        true
    }

    fn stop(&self, level: &mut Level<'_, '_>) {
        if self.waits() {
            level.trace.wait = Wait::Value;
        } else {
            level.trace.failed = true;
        }
    }

    fn list(
        &mut self,
        name: &str,
        value: &Value,
        reach: Reach,
        words: &[&str],
        range: Range,
        level: &mut Level<'_, '_>,
    ) -> Option<Content> {
        if let Value::Later(_) = value {
            self.structural(name, value, range, STRUCTURAL_HINT);
            self.stop(level);
            return None;
        }
        let Some(items) = value.items() else {
            let detail = format!(
                "`{name}` takes a list of blocks, such as `[{}.NAME]`.",
                words.first().unwrap_or(&"")
            );
            self.found
                .push(Diagnostic::error("Wrong type of value", detail).at(range));
            level.trace.failed = true;
            return None;
        };
        let handles: Vec<_> = items
            .iter()
            .map(|item| self.named(name, item, reach, words, range, level))
            .collect();
        handles
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .map(Content::Words)
    }

    fn named(
        &mut self,
        name: &str,
        value: &Value,
        reach: Reach,
        words: &[&str],
        range: Range,
        level: &mut Level<'_, '_>,
    ) -> Option<Handle> {
        if let Value::Later(_) = value {
            self.structural(name, value, range, STRUCTURAL_HINT);
            self.stop(level);
            return None;
        }
        let address = value
            .get("address")
            .and_then(Value::as_str)
            .and_then(|text| Address::parse(text).ok());
        let known = address.and_then(|address| {
            let (_, word, _) = self.program.handles.get(&address)?;
            words.contains(&&*word.word).then(|| (word.word.clone(), address))
        });
        let Some((word, address)) = known else {
            let wanted: Vec<String> = words.iter().map(|word| format!("`{word}.NAME`")).collect();
            let given = if value.is_null() {
                "null".to_owned()
            } else {
                article(&value.ty())
            };
            let given = if value.get("address").is_some() {
                "another block".to_owned()
            } else {
                given
            };
            let detail = format!("`{name}` takes {}, not {given}.", wanted.join(" or "));
            self.found
                .push(Diagnostic::error("Wrong type of value", detail).at(range));
            level.trace.failed = true;
            return None;
        };
        if reach == Reach::Name {
            return Some(Handle {
                word,
                address,
                expanded: None,
            });
        }
        match self.program.word(&address) {
            Some(other) => {
                level.trace.wait = level.trace.wait.max(other.wait);
                self.is_usable(other.wait).then(|| Handle {
                    word,
                    address,
                    expanded: Some(other.expanded.clone()),
                })
            }
            // It has mistakes, which were reported.
            None => {
                level.trace.failed = true;
                None
            }
        }
    }
}

/// Where in a block arguments are evaluated.
struct Level<'a, 't> {
    address: &'a Address,
    place: Place<'a>,
    /// The kinds of the blocks around, each with a dot behind it.
    path: String,
    trace: &'t mut Trace,
}

/// What is known of a block, without the resources, which may lack something.
fn without_resources(expansion: Expansion) -> Expansion {
    Expansion {
        resources: Vec::new(),
        ..expansion
    }
}
