//! Resources and data sources: their attributes checked against the schema of their kind, once for a block, and
//! evaluated, once for each instance.

use std::sync::Arc;

use meshform_lang::{Diagnostic, Diagnostics, Range};
use meshform_state::addr::Key;
use meshform_state::{Address, Scope, Value};

use crate::config::{Resource, ResourceName};
use crate::kind::Kind;
use crate::object::Object;

use super::assertions::Phase;
use super::compiler::{Compiler, Dependencies, Place};
use super::form::{check_ignored, slots};
use super::inputs::Purpose;
use super::nodes::BlockName;
use super::program::{Block, Data, Feeds, InstanceId, Keys, Opening, ResourceInstance, keyed};
use super::sites::SiteId;
use super::source::{Source, kept};

/// What a block says about the attributes of its kind.
struct Form {
    kind: Arc<dyn Kind>,
    slots: Vec<(usize, Source)>,
    /// Whether the block itself is in order.
    well: bool,
}

/// The attributes of one instance.
struct Fields {
    fields: Box<[Value]>,
    open: Vec<(usize, Opening)>,
    well: bool,
}

impl Compiler<'_> {
    pub(super) fn resource(&mut self, instances: &[InstanceId], site: SiteId, name: &ResourceName) {
        let module = self.site_module(site);
        let Some(resource) = module.resources.get(name) else {
            return;
        };
        let form = self.form(resource);
        for id in instances {
            let Some(block) = self.program.instances[*id].resources.get(name) else {
                continue;
            };
            let (keys, feeds) = (block.keys.clone(), block.fed_by.clone());
            let Some(form) = &form else {
                self.instance(*id)
                    .resources
                    .insert(name.clone(), Block::new(Keys::Failed, Feeds::default()));
                continue;
            };
            let address = self.program.instances[*id].resource_address(name);
            let mut made: Vec<Option<ResourceInstance>> = Vec::with_capacity(keys.len());
            for at in 0..keys.len() {
                let each = self.program.each(&keys, at, &feeds);
                let place = Place {
                    instance: *id,
                    each: &each,
                };
                let key = keys.key(at);
                made.push(
                    self.one(resource, form, keyed(&address, key.as_ref()), place)
                        .map(|mut one| {
                            one.wait_for(&feeds, key.as_ref());
                            one
                        }),
                );
            }
            if let Some(block) = self.instance(*id).resources.get_mut(name) {
                block.instances = made;
            }
        }
    }

    fn form(&mut self, resource: &Resource) -> Option<Form> {
        let ResourceName { data, kind: name, .. } = &resource.name;
        let kind = if *data {
            self.kinds.data(name)
        } else {
            self.kinds.managed(name)
        };
        let Some(kind) = kind.cloned() else {
            let what = if *data { "data source" } else { "resource" };
            let other = if *data {
                self.kinds.managed(name)
            } else {
                self.kinds.data(name)
            };
            let detail = format!("There is no {what} of kind `{name}`.");
            let diagnostic = Diagnostic::error(format!("Unknown {what} kind"), detail).at(resource.range);
            self.found.push(match other {
                Some(_) if *data => diagnostic.hint(format!(
                    "`{name}` is managed: write `resource` instead of `data`."
                )),
                Some(_) => diagnostic.hint(format!(
                    "`{name}` is only read: write `data` instead of `resource`."
                )),
                None => match instead_of(name) {
                    Some(hint) => diagnostic.hint(hint),
                    None => diagnostic.meant(name, self.kinds.names(*data)),
                },
            });
            return None;
        };
        let mut found = Diagnostics::new();
        let slots = slots(resource, kind.schema(), &mut found);
        check_ignored(resource, kind.schema(), &mut found);
        let well = !found.has_errors();
        self.found.extend(found);
        Some(Form { kind, slots, well })
    }

    fn one(
        &mut self,
        resource: &Resource,
        form: &Form,
        address: Address,
        place: Place<'_>,
    ) -> Option<ResourceInstance> {
        let mut dependencies = Dependencies::default();
        let scope = self.scope(resource, form.kind.schema(), place);
        let Fields { fields, open, well } = self.fields(form, place, &mut dependencies);
        let lifecycle = self.lifecycle(resource, form.kind.schema(), place);
        let well = form.well && well && self.valid(form, &fields, resource.range);
        self.resource_claims(
            &resource.lifecycle.preconditions,
            Phase::Before,
            &address,
            place,
            None,
            &mut dependencies,
        );
        let (scope, lifecycle) = (scope?, lifecycle?);
        if !well {
            return None;
        }
        let data = if resource.name.data {
            self.answer(resource, form, &scope, &fields, place)
        } else {
            Data::Managed
        };
        let mut made = ResourceInstance {
            dependencies: Vec::new(),
            address,
            kind: form.kind.clone(),
            scope,
            fields,
            open,
            lifecycle,
            why: None,
            range: resource.range,
            data,
        };
        if !resource.lifecycle.postconditions.is_empty() {
            let own = made.whole();
            let conditions = &resource.lifecycle.postconditions;
            self.resource_claims(
                conditions,
                Phase::After,
                &made.address,
                place,
                Some(&own),
                &mut dependencies,
            );
        }
        made.dependencies = dependencies.finish(&made.address);
        Some(made)
    }

    fn fields(&mut self, form: &Form, place: Place<'_>, dependencies: &mut Dependencies) -> Fields {
        let schema = form.kind.schema();
        let mut made = Fields {
            fields: Object::empty(schema).fields,
            open: Vec::new(),
            well: true,
        };
        for (slot, source) in &form.slots {
            let attribute = &schema.attributes[*slot];
            let Some(evaluated) = self.source(source, &attribute.ty, place) else {
                made.well = false;
                continue;
            };
            let Some(value) = self
                .found
                .collect(kept(&evaluated.value, schema, *slot, source.range()))
            else {
                made.well = false;
                continue;
            };
            if value.is_null() && attribute.required {
                let detail = format!("`{}` must be given, but its value is null.", attribute.name);
                self.found
                    .push(Diagnostic::error("Missing required argument", detail).at(source.range()));
                made.well = false;
            }
            dependencies.add_used(&evaluated.used, attribute.name);
            // What came through `each.value` was no reference to anybody.
            let range = source.range();
            self.program
                .sources(&value)
                .iter()
                .for_each(|address| dependencies.add(address, attribute.name, range));
            if self.program.is_open(&value) {
                let more = self.unfollowed(&source.references(), &evaluated.used, place.instance);
                dependencies.add_used(&more, attribute.name);
                made.open.push((
                    *slot,
                    Opening::Source(source.clone(), place.instance, place.each.clone()),
                ));
            }
            made.fields[*slot] = value;
        }
        made
    }

    fn valid(&mut self, form: &Form, fields: &[Value], range: Range) -> bool {
        let object = Object {
            fields: fields.into(),
        };
        let problems = form.kind.validate(&object);
        let mut well = true;
        for problem in problems {
            let slot = form.kind.schema().slot(problem.attribute);
            let place = form
                .slots
                .iter()
                .find(|(at, _)| Some(*at) == slot)
                .map_or(range, |(_, source)| source.range());
            let diagnostic = Diagnostic::error("Invalid value", problem.message).at(place);
            self.found.push(match problem.hint {
                Some(hint) => diagnostic.hint(hint),
                None => diagnostic,
            });
            well = false;
        }
        well
    }

    /// What is known of a data source whose arguments are `fields`.
    fn answer(
        &mut self,
        resource: &Resource,
        form: &Form,
        scope: &Scope,
        fields: &[Value],
        place: Place<'_>,
    ) -> Data {
        let known = fields.iter().all(Value::is_known);
        let waits = self.has_depends_on(resource, place.instance);
        if self.waits_here(known) {
            return Data::Waiting;
        }
        if !known || waits {
            return Data::Deferred;
        }
        let arguments = Object {
            fields: fields.into(),
        };
        let query = crate::facts::Query {
            kind: form.kind.schema().kind,
            scope: scope.clone(),
            arguments,
            range: resource.range,
        };
        match self.facts.get(&query) {
            Some(answer) => Data::Answered(answer.clone()),
            None => {
                self.missing.push(query);
                Data::Waiting
            }
        }
    }

    /// Whether arguments that are not known may be known in the next round, or nothing is asked at all.
    fn waits_here(&self, known: bool) -> bool {
        self.inputs.purpose == Purpose::Validate || (!known && !self.missing.is_empty())
    }

    fn has_depends_on(&self, resource: &Resource, id: InstanceId) -> bool {
        let managed = resource
            .depends_on
            .iter()
            .filter_map(|traversal| self.behind(traversal, id));
        if managed
            .flat_map(|all| all.to_vec())
            .any(|address| !address.as_str().starts_with("data."))
        {
            return true;
        }
        let mut at = Some(id);
        while let Some(id) = at {
            let instance = &self.program.instances[id];
            let caller = instance.caller.as_ref().map(|(caller, _)| *caller);
            let (Some(caller), Some((_, call))) = (caller, &self.program.sites[instance.site].parent) else {
                break;
            };
            if self
                .module(caller)
                .calls
                .get(call)
                .is_some_and(|call| !call.depends_on.is_empty())
            {
                return true;
            }
            at = Some(caller);
        }
        false
    }

    /// The resources that `depends_on` of `resource` and of the modules around it name, with their places.
    pub(super) fn depends_on(&self, block: &BlockName, id: InstanceId) -> Vec<(Arc<[Address]>, Range)> {
        let module = self.module(id);
        let own = match block {
            BlockName::Resource(name) => module.resources.get(name).map(|resource| &resource.depends_on),
            BlockName::Word(name) => module.words.get(name).map(|word| &word.depends_on),
            BlockName::Call(name) => module.calls.get(name).map(|call| &call.depends_on),
        };
        let mut all: Vec<(Arc<[Address]>, Range)> = own
            .into_iter()
            .flatten()
            .filter_map(|traversal| Some((self.behind(traversal, id)?, traversal.range)))
            .collect();
        let instance = &self.program.instances[id];
        if let (Some((caller, _)), Some((_, call))) =
            (&instance.caller, &self.program.sites[instance.site].parent)
        {
            all.extend(self.depends_on(&BlockName::Call(call.clone()), *caller));
        }
        all
    }
}

impl ResourceInstance {
    /// Puts what the keys and values of its block come from before it.
    fn wait_for(&mut self, feeds: &Feeds, key: Option<&Key>) {
        let mut dependencies = Dependencies::default();
        self.dependencies
            .iter()
            .for_each(|known| dependencies.add(&known.on, &known.attribute, known.range));
        dependencies.add_feeds(feeds, key);
        self.dependencies = dependencies.finish(&self.address);
    }
}

/// What there is instead of a kind that a user of Terraform knows.
fn instead_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "terraform_data" | "null_resource" => "Its place is taken by `meshform_data`.",
        "terraform_remote_state" => {
            "Another state is not read: what it has to say is given as the value of a variable, by a file of \
             `meshform output -json` for example."
        }
        _ => return None,
    })
}
