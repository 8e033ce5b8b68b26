//! What is evaluated so far: tables that later evaluation reads, during compilation and again during apply.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use meshform_lang::{Expr, Files, Range};
use meshform_state::addr::{Key, Segment};
use meshform_state::{Address, Scope, Str, Type, Value};

use crate::config::{ResourceName, WordName};
use crate::desired::{Dependency, Lifecycle};
use crate::hash::HashMap;
use crate::kind::Kind;
use crate::object::Object;

use super::meaning::Words;
use super::sites::{Site, SiteId};
use super::source::Source;
use super::vocabulary::Expanded;

/// Numbers the instances of modules; 0 is the root.
pub(super) type InstanceId = usize;

/// All that evaluation knows.
pub(super) struct Program {
    pub(super) sites: Vec<Site>,
    pub(super) instances: Vec<Instance>,
    pub(super) words: Words,
    /// Where each word instance is.
    pub(super) handles: HashMap<Address, (InstanceId, WordName, usize)>,
    pub(super) files: Arc<dyn Files + Send + Sync>,
    pub(super) plan_timestamp: Option<Str>,
}

/// One instance of a module.
#[derive(Default)]
pub(super) struct Instance {
    pub(super) site: SiteId,
    /// `module.m["k"]`; `None` for the root.
    pub(super) path: Option<Address>,
    /// The instance that calls it, and with which key.
    pub(super) caller: Option<(InstanceId, Each)>,
    pub(super) variables: HashMap<Str, Cell>,
    pub(super) locals: HashMap<Str, Cell>,
    pub(super) outputs: HashMap<Str, Cell>,
    pub(super) resources: HashMap<ResourceName, Block<ResourceInstance>>,
    pub(super) words: HashMap<WordName, Block<WordInstance>>,
    /// The instances that each call has.
    pub(super) calls: HashMap<Str, Block<InstanceId>>,
}

/// A value with the resources that stand behind it.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// `None` if it could not be found, which was reported.
    pub(super) value: Option<Value>,
    pub(super) needs: Arc<[Address]>,
}

impl Cell {
    /// Adds `more` to what stands behind it.
    pub(super) fn wait_for(&mut self, more: &[Address]) {
        if more.is_empty() {
            return;
        }
        let mut all: Vec<Address> = self.needs.iter().chain(more).cloned().collect();
        all.sort();
        all.dedup();
        self.needs = all.into();
    }
}

/// A block's instances.
pub(super) struct Block<T> {
    pub(super) keys: Keys,
    /// The resources that the keys and their values come from.
    pub(super) fed_by: Feeds,
    /// One for each key, once evaluated; `None` for one with mistakes.
    pub(super) instances: Vec<Option<T>>,
    /// The value of all instances together, made when first asked for.
    pub(super) whole: OnceLock<Value>,
}

/// The resources that `for_each` or `count` of a block comes from, by block.
#[derive(Debug, Clone, Default)]
pub(super) struct Feeds {
    blocks: BTreeMap<String, BTreeSet<Address>>,
    /// What says so, and in which instance of its module.
    from: Option<(Expr, InstanceId)>,
    /// The entries whose values do not name their origins, where they can be found one by one.
    pub(super) entries: Arc<HashMap<Str, Entry>>,
}

/// How one value of `for_each` is found without the others.
#[derive(Debug)]
pub(super) struct Entry {
    /// An object with that entry, and the instance of the module that it is evaluated in.
    pub(super) from: (Expr, InstanceId),
    /// The resources that it comes from.
    pub(super) needs: Arc<[Address]>,
}

impl Feeds {
    pub(super) fn new(all: &[Address], from: (Expr, InstanceId)) -> Self {
        let mut blocks: BTreeMap<String, BTreeSet<Address>> = BTreeMap::new();
        for address in all {
            blocks
                .entry(address.without_key().to_owned())
                .or_default()
                .insert(address.clone());
        }
        Feeds {
            blocks,
            from: Some(from),
            entries: Arc::default(),
        }
    }

    /// Where it is said.
    pub(super) fn range(&self) -> Option<Range> {
        self.from.as_ref().map(|(expr, _)| expr.range())
    }

    /// Those that the instance with `key` waits for: where a block has an instance of the same key, that one alone, so
    /// that `for_each = aws_vpc.all` orders pairs and not everything after everything.
    pub(super) fn of(&self, key: Option<&Key>) -> Vec<Address> {
        let mut found = Vec::new();
        for (block, all) in &self.blocks {
            let same = key.and_then(|key| Address::parse(block).ok().map(|block| block.keyed(key)));
            match same.filter(|same| all.contains(same)) {
                Some(same) => found.push(same),
                None => found.extend(all.iter().cloned()),
            }
        }
        found
    }
}

/// Which instances a block has.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Keys {
    /// That could not be found, which was reported.
    Failed,
    /// That depends on an answer that is not there yet.
    Waiting,
    /// One without a key.
    Single,
    /// None at all, where otherwise would be one without a key.
    Disabled,
    /// As many as this.
    Count(usize),
    /// One for each, sorted.
    Each(Vec<(Str, Value)>),
}

/// What `each` and `count` mean in an evaluation.
#[derive(Debug, Clone, Default)]
pub(super) enum Each {
    #[default]
    None,
    /// The index, and the resources that it comes from.
    Count(usize, Arc<[Address]>),
    /// Key and value, and the resources that they come from.
    Key {
        key: Str,
        value: Value,
        fed_by: Arc<[Address]>,
        /// How the value is found again where it does not name its origin.
        from: Option<(Expr, InstanceId)>,
    },
}

/// One instance of a resource or data source.
pub(super) struct ResourceInstance {
    pub(super) address: Address,
    pub(super) kind: Arc<dyn Kind>,
    pub(super) scope: Scope,
    /// The configured attributes by slot; null where none is configured.
    pub(super) fields: Box<[Value]>,
    /// How to find the slots that are not wholly known and do not name their origin.
    pub(super) open: Vec<(usize, Opening)>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) lifecycle: Lifecycle,
    pub(super) why: Option<Str>,
    pub(super) range: Range,
    pub(super) data: Data,
}

/// How a slot is evaluated again.
#[derive(Clone)]
pub(super) enum Opening {
    /// From what the configuration says, in the place that it says it in.
    Source(Source, InstanceId, Each),
    /// From the value itself, whose leaves name arguments of words.
    Filled,
}

/// What is known of a data source.
#[derive(Debug, Clone)]
pub(super) enum Data {
    /// It is none.
    Managed,
    /// The answer.
    Answered(Arc<Object>),
    /// The answer is missing and will be asked for.
    Waiting,
    /// It is read during apply.
    Deferred,
}

/// An argument of a word that is not wholly known.
#[derive(Debug, Clone)]
pub(super) struct OpenArgument {
    pub(super) expr: Expr,
    pub(super) ty: Type,
    /// The resources behind it.
    pub(super) needs: Arc<[Address]>,
}

/// What must be there before a block is expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Wait {
    /// Nothing: it is.
    #[default]
    Over,
    /// An answer from the outside: what it stands for is not whole, but what its arguments say is known.
    Answer,
    /// A value that its arguments take.
    Value,
}

/// One instance of a word's block.
pub(super) struct WordInstance {
    pub(super) expanded: Arc<Expanded>,
    pub(super) exports: Value,
    /// What it waits for.
    pub(super) wait: Wait,
    /// The arguments that are not wholly known, by path in the block.
    pub(super) open: HashMap<Str, OpenArgument>,
    pub(super) each: Each,
    pub(super) resources: Vec<ResourceInstance>,
}

impl<T> Block<T> {
    pub(super) fn new(keys: Keys, fed_by: Feeds) -> Self {
        Block {
            keys,
            fed_by,
            instances: Vec::new(),
            whole: OnceLock::new(),
        }
    }
}

impl Keys {
    /// How many instances there are, as far as that is known.
    pub(super) fn len(&self) -> usize {
        match self {
            Keys::Failed | Keys::Waiting | Keys::Disabled => 0,
            Keys::Single => 1,
            Keys::Count(count) => *count,
            Keys::Each(each) => each.len(),
        }
    }

    /// The key of the instance `at`.
    pub(super) fn key(&self, at: usize) -> Option<Key> {
        match self {
            Keys::Failed | Keys::Waiting | Keys::Disabled | Keys::Single => None,
            Keys::Count(_) => u64::try_from(at).ok().map(Key::Index),
            Keys::Each(each) => each.get(at).map(|(key, _)| Key::Text(key.to_string())),
        }
    }

    /// The position of the instance with `key`.
    pub(super) fn find(&self, key: &Value) -> Option<usize> {
        match self {
            Keys::Count(count) => {
                let index = usize::try_from(key.as_i64()?).ok()?;
                (index < *count).then_some(index)
            }
            Keys::Each(each) => {
                let key = key.as_str()?;
                each.binary_search_by(|(other, _)| (**other).cmp(key)).ok()
            }
            Keys::Failed | Keys::Waiting | Keys::Disabled | Keys::Single => None,
        }
    }
}

impl Instance {
    /// The instances of the resource `name`, as far as they are evaluated.
    pub(super) fn of_resource<'a>(
        &'a self,
        name: &ResourceName,
    ) -> impl Iterator<Item = &'a Address> + use<'a> {
        let blocks = self.resources.get(name).into_iter();
        blocks
            .flat_map(|block| block.instances.iter().flatten())
            .map(|one| &one.address)
    }

    /// The resources behind the word's block `name`, as far as it is expanded.
    pub(super) fn of_word<'a>(&'a self, name: &WordName) -> impl Iterator<Item = &'a Address> + use<'a> {
        let blocks = self.words.get(name).into_iter();
        blocks
            .flat_map(|block| block.instances.iter().flatten())
            .flat_map(|word| word.resources.iter().map(|one| &one.address))
    }

    /// The address of a block in this instance, made of `names`.
    pub(super) fn address(&self, names: &[&str]) -> Address {
        let segments = |names: &[&str]| -> Vec<Segment> {
            names
                .iter()
                .map(|name| Segment {
                    name: (*name).to_owned(),
                    key: None,
                })
                .collect()
        };
        match &self.path {
            None => Address::from_segments(&segments(names)),
            Some(path) => names
                .iter()
                .fold(path.clone(), |address, name| address.child(name)),
        }
    }

    pub(super) fn resource_address(&self, name: &ResourceName) -> Address {
        if name.data {
            self.address(&["data", &name.kind, &name.name])
        } else {
            self.address(&[&name.kind, &name.name])
        }
    }

    pub(super) fn word_address(&self, name: &WordName) -> Address {
        match &name.name {
            Some(label) => self.address(&[&name.word, label]),
            None => self.address(&[&name.word]),
        }
    }
}

/// `address` with the key, if there is one.
pub(super) fn keyed(address: &Address, key: Option<&Key>) -> Address {
    match key {
        Some(key) => address.keyed(key),
        None => address.clone(),
    }
}

impl Program {
    /// The block of resources at `address`, which has no key of its own.
    pub(super) fn resources_at(&self, address: &Address) -> Option<&Block<ResourceInstance>> {
        let segments = address.segments();
        let mut rest = segments.as_slice();
        let mut instance = self.instances.first()?;
        while let [word, call, inner @ ..] = rest
            && word.name == "module"
        {
            let calls = instance.calls.get(call.name.as_str())?;
            let at = match &call.key {
                Some(Key::Text(text)) => calls.keys.find(&Value::from(text.as_str()))?,
                Some(Key::Index(index)) => usize::try_from(*index).ok()?,
                None => 0,
            };
            instance = &self.instances[(*calls.instances.get(at)?)?];
            rest = inner;
        }
        let [kind, name] = rest else { return None };
        instance
            .resources
            .get(&ResourceName::managed(&kind.name, &name.name))
    }

    /// The word instance at `address`.
    pub(super) fn word(&self, address: &Address) -> Option<&WordInstance> {
        let (instance, name, at) = self.handles.get(address)?;
        self.instances[*instance]
            .words
            .get(name)?
            .instances
            .get(*at)?
            .as_ref()
    }

    /// What `each` and `count` mean in the instance `at` of a block with `keys`, which come from `feeds`.
    pub(super) fn each(&self, keys: &Keys, at: usize, feeds: &Feeds) -> Each {
        let fed_by = || feeds.of(keys.key(at).as_ref());
        match keys {
            Keys::Failed | Keys::Waiting | Keys::Disabled | Keys::Single => Each::None,
            Keys::Count(_) => Each::Count(at, fed_by().into()),
            Keys::Each(each) => {
                let Some((key, value)) = each.get(at) else {
                    return Each::None;
                };
                let (fed_by, from) = match feeds.entries.get(key) {
                    Some(entry) => (entry.needs.clone(), Some(entry.from.clone())),
                    None if self.is_open(value) => (feeds.of(None).into(), feeds.from.clone()),
                    None => {
                        let mut all = fed_by();
                        all.extend(self.sources(value));
                        (all.into(), None)
                    }
                };
                Each::Key {
                    key: key.clone(),
                    value: value.clone(),
                    fed_by,
                    from,
                }
            }
        }
    }

    /// The resources that later parts of `value` come from, those behind arguments of words included.
    pub(super) fn sources(&self, value: &Value) -> Vec<Address> {
        let found = RefCell::new(Vec::new());
        value.every(&|part| {
            if let Value::Later(later) = part
                && let Some(origin) = &later.origin
            {
                if self.handles.contains_key(&origin.address) {
                    let open = self
                        .word(&origin.address)
                        .and_then(|word| word.open.get(&origin.attribute));
                    found
                        .borrow_mut()
                        .extend(open.into_iter().flat_map(|open| open.needs.iter().cloned()));
                } else {
                    found.borrow_mut().push(origin.address.clone());
                }
            }
            true
        });
        found.into_inner()
    }

    /// Whether some part of `value` can be found again only by evaluating an expression.
    pub(super) fn is_open(&self, value: &Value) -> bool {
        !value.every(&|part| match part {
            Value::Later(later) => later
                .origin
                .as_ref()
                .is_some_and(|origin| !self.handles.contains_key(&origin.address)),
            _ => true,
        })
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("instances", &self.instances.len())
            .finish_non_exhaustive()
    }
}
