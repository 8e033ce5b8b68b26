//! What moves and what leaves management: the blocks `moved` and `removed` of all modules, and the moves that follow
//! from `count` alone.

use meshform_lang::{Diagnostic, Diagnostics, Range, Traversal};
use meshform_state::Address;
use meshform_state::addr::Key;

use crate::config::{Repeat, ResourceName, WordName};
use crate::desired::{Desired, Moved, Removed, Resource};
use crate::hash::{HashMap, HashSet};

use super::compiler::Compiler;
use super::moves::{End, Move, checked, end};
use super::places::address;
use super::program::{InstanceId, Keys, keyed};

/// What the configuration has, and where.
#[derive(Default)]
pub(super) struct Declared {
    /// Blocks by address without key, those included that have no instance.
    blocks: HashMap<String, Range>,
    instances: HashMap<String, Range>,
}

impl Declared {
    pub(super) fn block(&self, address: &Address) -> Option<Range> {
        self.blocks.get(address.as_str()).copied()
    }

    pub(super) fn instance(&self, address: &Address) -> Option<Range> {
        self.instances.get(address.as_str()).copied()
    }

    fn add(&mut self, block: &Address, keys: Option<&Keys>, range: Range) {
        self.blocks.insert(block.to_string(), range);
        for at in 0..keys.map_or(0, Keys::len) {
            let key = keys.and_then(|keys| keys.key(at));
            self.instances
                .insert(keyed(block, key.as_ref()).to_string(), range);
        }
    }
}

impl Compiler<'_> {
    /// What all instances of modules say, and `resources`, which are all that the configuration has.
    pub(super) fn statements(&mut self, resources: &[Resource], desired: &mut Desired) {
        let (mut moves, mut removed, mut found) = (Vec::new(), Vec::new(), Diagnostics::new());
        for id in 0..self.program.instances.len() {
            let module = self.module(id);
            let inside = self.program.instances[id].path.as_ref();
            for block in &module.moved {
                let from = found.collect(self.concerned(&block.from, inside));
                let to = found.collect(self.concerned(&block.to, inside));
                if let (Some(from), Some(to)) = (from, to) {
                    moves.push(Move {
                        from,
                        to,
                        from_range: block.from.range,
                        to_range: block.to.range,
                        range: block.range,
                    });
                }
            }
            for block in &module.removed {
                if let Some(from) = found.collect(self.concerned(&block.from, inside)) {
                    removed.push((from, block));
                }
            }
        }
        for (site, instances) in self.by_site.iter().enumerate() {
            // What a module says of its objects holds when it has no instance any more, too.
            let site = &self.program.sites[site];
            if !instances.is_empty() {
                continue;
            }
            let inside = Address::parse(&site.path).ok();
            for block in &site.module.removed {
                if let Some(from) = found.collect(self.concerned(&block.from, inside.as_ref())) {
                    removed.push((from, block));
                }
            }
        }
        let declared = if moves.is_empty() && removed.is_empty() {
            Declared::default()
        } else {
            self.declared(resources)
        };
        let mut told = HashSet::default();
        for (from, block) in removed {
            let what = end(&from, self.kinds, &self.program.words);
            if let Some(range) = declared.block(&from).or_else(|| self.written(&from)) {
                // A module that is called often says it once.
                if told.insert(block.range) {
                    found.push(still_there(&from, &what, block.from.range, range));
                }
                continue;
            }
            if what == End::Data {
                found.push(not_managed(&from, block.from.range));
                continue;
            }
            // It is written once for all instances of the modules around.
            let removed = Removed {
                from: from.block(),
                destroy: block.destroy,
                range: block.range,
            };
            if !desired.removed.contains(&removed) {
                desired.removed.push(removed);
            }
        }
        let moves = checked(moves, &declared, self.kinds, &self.program.words, &mut found);
        desired.recounted = self.recounted(&moves);
        desired.moved.extend(moves.into_iter().map(|one| Moved {
            from: one.from,
            to: one.to,
            range: one.range,
        }));
        self.found.extend(found);
    }

    fn concerned(&self, traversal: &Traversal, inside: Option<&Address>) -> Result<Address, Diagnostics> {
        let whole = !traversal.steps.is_empty() || self.program.words.contains_key(&traversal.root);
        match address(traversal, inside) {
            Some(place) if whole => Ok(place),
            _ => {
                let detail = "This is no address of a resource, block or module.";
                Err(Diagnostic::error("Invalid address", detail)
                    .at(traversal.range)
                    .into())
            }
        }
    }

    /// Where the configuration has the block or module at `address`, whose keys say nothing here.
    fn written(&self, address: &Address) -> Option<Range> {
        let segments = address.segments();
        let mut rest = segments.as_slice();
        let mut site = &self.program.sites[0];
        while let [word, call, inner @ ..] = rest
            && word.name == "module"
        {
            if inner.is_empty() {
                return site.module.calls.get(call.name.as_str()).map(|call| call.range);
            }
            site = &self.program.sites[*site.children.get(call.name.as_str())?];
            rest = inner;
        }
        let (first, second) = match rest {
            [word] => (word, None),
            [kind, name] => (kind, Some(&name.name)),
            _ => return None,
        };
        let resource = second.and_then(|name| {
            let name = ResourceName::managed(&first.name, name);
            site.module.resources.get(&name).map(|resource| resource.range)
        });
        resource.or_else(|| {
            let name = WordName {
                word: first.name.as_str().into(),
                name: second.map(|name| name.as_str().into()),
            };
            site.module.words.get(&name).map(|word| word.range)
        })
    }

    fn declared(&self, resources: &[Resource]) -> Declared {
        let mut declared = Declared::default();
        for (id, instance) in self.program.instances.iter().enumerate() {
            let module = self.module(id);
            for (name, block) in &module.resources {
                let keys = instance.resources.get(name).map(|block| &block.keys);
                declared.add(&instance.resource_address(name), keys, block.range);
            }
            for (name, block) in &module.words {
                let keys = instance.words.get(name).map(|block| &block.keys);
                declared.add(&instance.word_address(name), keys, block.range);
            }
            for (name, call) in &module.calls {
                let keys = instance.calls.get(name).map(|block| &block.keys);
                declared.add(&instance.address(&["module", name]), keys, call.range);
            }
        }
        // Words make resources that no block declares by name.
        for resource in resources {
            let block = resource.address.without_key().to_owned();
            declared.blocks.entry(block).or_insert(resource.range);
            let instance = resource.address.to_string();
            declared.instances.entry(instance).or_insert(resource.range);
        }
        declared
    }

    /// The one instance or the first of each block, for which `count` may have come or gone since, unless `moves` say where
    /// its objects come from or go to.
    fn recounted(&self, moves: &[Move]) -> Vec<Address> {
        let mut settled: HashSet<&str> = HashSet::default();
        for one in moves {
            settled.extend([one.from.without_key(), one.to.without_key()]);
        }
        let imported: HashSet<&Address> = self.imports.iter().map(|import| &import.to).collect();
        let mut recounted = Vec::new();
        let mut add = |block: Address, keys: Option<&Keys>| {
            let place = match keys {
                Some(Keys::Single) => block.clone(),
                Some(Keys::Count(count)) if *count > 0 => block.keyed(&Key::Index(0)),
                _ => return,
            };
            if !settled.contains(block.as_str()) && !imported.contains(&place) {
                recounted.push(place);
            }
        };
        for id in 0..self.program.instances.len() {
            self.repeatable(id, &mut add);
        }
        recounted
    }

    /// The blocks of one instance of a module that records may be below.
    fn repeatable(&self, id: InstanceId, add: &mut impl FnMut(Address, Option<&Keys>)) {
        let (instance, module) = (&self.program.instances[id], self.module(id));
        let counts = |repeat: &Repeat| !matches!(repeat, Repeat::ForEach(_));
        for (name, _) in module.calls.iter().filter(|(_, call)| counts(&call.repeat)) {
            let keys = instance.calls.get(name).map(|block| &block.keys);
            add(instance.address(&["module", name]), keys);
        }
        for (name, block) in &module.words {
            if counts(&block.repeat) {
                let keys = instance.words.get(name).map(|block| &block.keys);
                add(instance.word_address(name), keys);
            }
        }
        for (name, block) in &module.resources {
            if !name.data && counts(&block.repeat) {
                let keys = instance.resources.get(name).map(|block| &block.keys);
                add(instance.resource_address(name), keys);
            }
        }
    }
}

fn still_there(from: &Address, what: &End, at: Range, declared: Range) -> Diagnostic {
    let detail = format!("This says that `{from}` is removed, but the configuration still has it.");
    let what = match what {
        End::Module => "module",
        End::Data => "data source",
        End::Block(_) => "resource",
    };
    Diagnostic::error(format!("Removed {what} still exists"), detail)
        .at(at)
        .related(declared, "it is declared here")
        .hint("Take that block out of the configuration, or the `removed` block.")
}

fn not_managed(from: &Address, at: Range) -> Diagnostic {
    let detail =
        format!("`{from}` is a data source, which is read and not managed: nothing of it can be removed.");
    Diagnostic::error("Invalid address", detail)
        .at(at)
        .hint("Take the `removed` block out of the configuration.")
}
