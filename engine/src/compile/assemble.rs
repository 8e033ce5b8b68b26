//! The end of a compilation: tables into [`Desired`].

use std::sync::Arc;

use meshform_state::{Address, Value};

use crate::desired::{Deferred, Dependency, Desired, Output, Recipe, Resource};
use crate::hash::HashSet;

use super::assertions::Assertion;
use super::compiler::{Compiler, Dependencies};
use super::console::RootNames;
use super::inputs::Purpose;
use super::late::LateValues;
use super::nodes::{BlockName, Node};
use super::program::{Data, InstanceId, Program, ResourceInstance, Wait};
use super::recipe::{OutputValue, Slot};
use super::vocabulary::{Derivation, Expanded, Expansion, Stop};
use super::wording::unexplained;
use super::{Compiled, absent};

/// What is taken out of the tables before they are shared with recipes.
struct Parts {
    resources: Vec<Resource>,
    /// The slots of each that need a recipe.
    open: Vec<Vec<(usize, super::program::Opening)>>,
    desired: Desired,
}

impl Compiler<'_> {
    /// Everything that was compiled.
    pub(super) fn assemble(mut self, nodes: &[Node]) -> Compiled {
        let blocks = self.blocks(false);
        let between = self.between(&blocks);
        // What is wrong in the text need not wait for what the outside says.
        self.review(&self.blocks(true));
        let mut parts = Parts {
            resources: Vec::new(),
            open: Vec::new(),
            desired: Desired::default(),
        };
        between
            .iter()
            .for_each(|one| self.resource_of(one, &[], &mut parts));
        for id in 0..self.program.instances.len() {
            self.collect(id, &mut parts);
            self.vacant(id, &mut parts.desired);
        }
        self.vacant_modules(&mut parts.desired);
        self.statements(&parts.resources, &mut parts.desired);
        let deferred = self.leave_out(&mut parts);
        let guards = self.guards(nodes);
        let on: Vec<Address> = self.absences.iter().map(|absence| absence.on.clone()).collect();
        let Compiler {
            program,
            inputs,
            mut found,
            missing,
            effort,
            config,
            silent,
            open_claims,
            mut imports,
            ..
        } = self;
        let program = Arc::new(program);
        let Parts {
            resources,
            open,
            mut desired,
        } = parts;
        desired.resources = finish(resources, open, &program);
        imports.retain(|import| !deferred.resources.contains(&import.to));
        imports.sort_by(|a, b| (&a.to, a.range).cmp(&(&b.to, b.range)));
        found.extend(super::imports::doubled(&imports));
        if let Some(cycle) = super::cycle::among(&desired.resources) {
            found.push(cycle);
        }
        desired.outputs = outputs(&program, config, &deferred, &on);
        desired.deferred = deferred;
        // The resources stay: planning a destruction asks them for `prevent_destroy`.
        if inputs.purpose == Purpose::Destroy {
            desired.outputs.clear();
        }
        // Where an answer is missing, all is done again.
        if let Some(range) = silent
            && missing.is_empty()
            && !found.has_errors()
        {
            found.push(unexplained(range));
        }
        found.sort();
        let assertions = open_claims
            .into_iter()
            .zip(guards)
            .map(|(claim, guards)| Assertion::new(claim, guards, program.clone()))
            .collect();
        let names = Some(RootNames::new(program.clone()));
        let missing = unique(missing);
        Compiled {
            desired,
            missing,
            blocks,
            assertions,
            values: LateValues::of(&program),
            imports,
            names,
            diagnostics: found,
            effort,
        }
    }

    /// Takes out what waits for things that are not there.
    fn leave_out(&mut self, parts: &mut Parts) -> Deferred {
        if self.absences.is_empty() {
            return Deferred::default();
        }
        let deferred = absent::deferred(&self.absences, &parts.resources);
        if self.inputs.purpose != Purpose::Destroy {
            self.found.extend(absent::told(&self.absences, &deferred));
        }
        let both = parts.resources.drain(..).zip(parts.open.drain(..));
        let both: Vec<_> = both
            .filter(|(one, _)| !deferred.resources.contains(&one.address))
            .collect();
        (parts.resources, parts.open) = both.into_iter().unzip();
        parts
            .desired
            .scopes
            .retain(|key, _| !deferred.scopes.contains(key));
        deferred
    }

    /// All blocks of words that are expanded; those that wait, too, if so wanted.
    fn blocks(&self, waiting: bool) -> Vec<Arc<Expanded>> {
        let mut blocks = Vec::new();
        for (id, instance) in self.program.instances.iter().enumerate() {
            let names = self.module(id).words.keys();
            let words = names
                .filter_map(|name| instance.words.get(name))
                .flat_map(|block| block.instances.iter().flatten());
            blocks.extend(
                words
                    .filter(|word| waiting || word.wait == Wait::Over)
                    .map(|word| word.expanded.clone()),
            );
        }
        blocks
    }

    fn review(&mut self, blocks: &[Arc<Expanded>]) {
        let blocks: Vec<&Expanded> = blocks.iter().map(|block| &**block).collect();
        let mut found = self.vocabulary.review(&blocks);
        if self.inputs.purpose == Purpose::Destroy {
            // What is in the way of a mesh is not in the way of its end.
            found.0.retain(|diagnostic| diagnostic.check.is_none());
        }
        self.found.extend(found);
    }

    /// The resources that follow from several blocks. None while answers are missing, since blocks are then, too.
    fn between(&mut self, blocks: &[Arc<Expanded>]) -> Vec<ResourceInstance> {
        if !self.missing.is_empty() || self.found.has_errors() {
            return Vec::new();
        }
        let derivations = match self.ask(Vec::new(), |vocabulary, context| {
            vocabulary.assemble(blocks, context)
        }) {
            Ok(derivations) => derivations,
            // What lies between blocks is no place.
            Err(Stop::Waiting(_) | Stop::Absent(_)) => return Vec::new(),
            Err(Stop::Mistakes(found)) => {
                self.found.extend(found);
                return Vec::new();
            }
        };
        let mut all = Vec::new();
        for Derivation { block, resources } in derivations {
            let range = block.arguments.range;
            let expansion = Expansion {
                resources,
                ..Expansion::default()
            };
            all.extend(self.derive(&block, &expansion, &[], range).unwrap_or_default());
        }
        all
    }

    fn collect(&self, id: InstanceId, parts: &mut Parts) {
        let (instance, module) = (&self.program.instances[id], self.module(id));
        for name in module.resources.keys() {
            let Some(block) = instance.resources.get(name) else {
                continue;
            };
            let later = self.depends_on(&BlockName::Resource(name.clone()), id);
            block
                .instances
                .iter()
                .flatten()
                .for_each(|one| self.resource_of(one, &later, parts));
        }
        for name in module.words.keys() {
            let Some(block) = instance.words.get(name) else {
                continue;
            };
            let later = self.depends_on(&BlockName::Word(name.clone()), id);
            for one in block.instances.iter().flatten().flat_map(|word| &word.resources) {
                self.resource_of(one, &later, parts);
            }
        }
    }

    fn resource_of(
        &self,
        one: &ResourceInstance,
        later: &[(Arc<[Address]>, meshform_lang::Range)],
        parts: &mut Parts,
    ) {
        if matches!(one.data, Data::Answered(_) | Data::Waiting) {
            parts.desired.scopes.insert(one.scope.key(), one.scope.clone());
            return;
        }
        let dependencies = if later.is_empty() && one.lifecycle.replace_triggered_by.is_empty() {
            one.dependencies.clone()
        } else {
            all_dependencies(one, later)
        };
        let scope = one.scope.key();
        parts.desired.scopes.insert(scope.clone(), one.scope.clone());
        parts.open.push(one.open.clone());
        parts.resources.push(Resource {
            address: one.address.clone(),
            kind: one.kind.clone(),
            scope,
            fields: one.fields.clone(),
            recipes: Vec::new(),
            dependencies,
            lifecycle: one.lifecycle.clone(),
            why: one.why.clone(),
            range: one.range,
        });
    }
}

/// What `one` needs, what its block says that it comes after, and what it is replaced with.
fn all_dependencies(
    one: &ResourceInstance,
    later: &[(Arc<[Address]>, meshform_lang::Range)],
) -> Vec<Dependency> {
    let mut dependencies = Dependencies::default();
    one.dependencies
        .iter()
        .for_each(|known| dependencies.add(&known.on, &known.attribute, known.range));
    for (all, range) in later {
        all.iter()
            .for_each(|address| dependencies.add(address, "depends_on", *range));
    }
    for (address, _) in &one.lifecycle.replace_triggered_by {
        dependencies.add(address, "replace_triggered_by", one.range);
    }
    dependencies.finish(&one.address)
}

/// The resources sorted, with recipes, and with dependencies on each other only.
fn finish(
    resources: Vec<Resource>,
    open: Vec<Vec<(usize, super::program::Opening)>>,
    program: &Arc<Program>,
) -> Vec<Resource> {
    let mut both: Vec<(Resource, Vec<(usize, super::program::Opening)>)> =
        resources.into_iter().zip(open).collect();
    both.sort_by(|(a, _), (b, _)| a.address.cmp(&b.address));
    // Only what refers to others is asked for them.
    let refers =
        |one: &Resource| !one.dependencies.is_empty() || !one.lifecycle.replace_triggered_by.is_empty();
    let all: HashSet<Address> = if both.iter().any(|(resource, _)| refers(resource)) {
        both.iter()
            .map(|(resource, _)| resource.address.clone())
            .collect()
    } else {
        HashSet::default()
    };
    both.into_iter()
        .map(|(mut resource, open)| {
            resource
                .dependencies
                .retain(|dependency| all.contains(&dependency.on));
            resource
                .lifecycle
                .replace_triggered_by
                .retain(|(address, _)| all.contains(address));
            resource.recipes = open
                .into_iter()
                .map(|(slot, opening)| {
                    let recipe: Arc<dyn Recipe> = Arc::new(Slot {
                        program: program.clone(),
                        kind: resource.kind.clone(),
                        slot,
                        value: resource.fields[slot].clone(),
                        opening,
                        range: resource.range,
                    });
                    (slot, recipe)
                })
                .collect();
            resource
        })
        .collect()
}

/// The outputs, without those that come from what is left out.
fn outputs(
    program: &Arc<Program>,
    config: &crate::config::Config,
    deferred: &Deferred,
    absent: &[Address],
) -> Vec<Output> {
    let root = &program.instances[0];
    let is_left_out = |value: &Value| {
        let sources = program.sources(value);
        let mut sources = sources.iter();
        sources.any(|source| deferred.resources.contains(source) || absent.contains(source))
    };
    config
        .root
        .outputs
        .values()
        .filter_map(|output| {
            let cell = root.outputs.get(&output.name)?;
            let value: Value = cell.value.clone()?;
            if is_left_out(&value) {
                return None;
            }
            let recipe = program.is_open(&value).then(|| -> Arc<dyn Recipe> {
                Arc::new(OutputValue {
                    program: program.clone(),
                    expr: output.value.clone(),
                    instance: 0,
                    sensitive: output.sensitive,
                })
            });
            Some(Output {
                name: output.name.clone(),
                value,
                recipe,
                sensitive: output.sensitive,
                dependencies: cell.needs.to_vec(),
                range: output.range,
            })
        })
        .collect()
}

fn unique(missing: Vec<crate::facts::Query>) -> Vec<crate::facts::Query> {
    let mut seen = HashSet::default();
    missing
        .into_iter()
        .filter(|query| seen.insert(query.key()))
        .collect()
}
