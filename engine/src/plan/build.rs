//! Building a plan: what is desired, recorded and observed, resource by resource in the order of dependencies.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use meshform_lang::{Diagnostic, Diagnostics, Range};
use meshform_state::{Address, DeposedKey, Record, Snapshot, Value};

use super::absent::none_lost;
use super::drift::drift;
use super::leftovers::restore;
use super::model::{Action, Change, Plan, Reason, Seen};
use super::moves::{Relocated, relocate};
use super::order::{cycle_diagnostic, order, spread_create_first};
use super::outputs;
use super::propose::{Forced, change, creation};
use super::scopes::all_scopes;
use super::select::{Selection, select};
use super::steps;
use crate::adapter::Observation;
use crate::adopt::Adopted;
use crate::desired::{Desired, Lookup, Resource};
use crate::hash::{HashMap, HashSet, room};
use crate::kind::{Kind, Kinds};
use crate::object::Object;
use crate::refresh::Observed;
use crate::resolve;

/// All that a plan follows from.
#[derive(Debug)]
pub struct Input<'a> {
    /// What the configuration asks for.
    pub desired: Desired,
    /// What is recorded.
    pub snapshot: &'a Snapshot,
    /// What is there; what was not read counts as recorded.
    pub observed: &'a Observed,
    /// What is there, not recorded, and taken over.
    pub adopted: &'a [Adopted],
    /// All kinds.
    pub kinds: &'a Kinds,
    /// What the user asked for beside.
    pub options: &'a Options,
}

/// What the user asked for beside the configuration.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Everything is to go.
    pub destroy: bool,
    /// Only what was observed is recorded; nothing outside changes.
    pub refresh_only: bool,
    /// What is to be replaced.
    pub replace: BTreeSet<Address>,
    /// If not empty, only these and what they need are planned: addresses of resources, or of all in a block or module.
    pub target: BTreeSet<Address>,
    /// These, and what needs them, are left as they are.
    pub exclude: BTreeSet<Address>,
}

/// Plans.
///
/// # Errors
/// What the configuration forbids or what cannot be told from the inputs, all of it.
pub fn build(input: Input<'_>) -> Result<Plan, Diagnostics> {
    let Input {
        desired,
        snapshot,
        observed,
        adopted,
        kinds,
        options,
    } = input;
    none_lost(&desired, snapshot, options)?;
    let selection = select(&desired, snapshot, options)?;
    let Desired {
        resources,
        scopes,
        outputs,
        moved,
        recounted,
        removed,
        vacant,
        ..
    } = desired;
    let Relocated {
        mut records,
        previous,
        diagnostics,
    } = relocate(&snapshot.records, &moved, &recounted);
    let resources: Vec<Arc<Resource>> = resources.into_iter().map(Arc::new).collect();
    let restored = restore(&resources, &snapshot.deposed, &mut records);
    take(&mut records, adopted);
    let mut builder = Builder {
        adopted: adopted
            .iter()
            .map(|one| (one.record.address.clone(), &one.observation))
            .collect(),
        records,
        previous,
        restored,
        observed,
        kinds,
        options,
        selection: &selection,
        changes: Vec::with_capacity(resources.len()),
        places: room(resources.len()),
        read: HashMap::default(),
        drift: Vec::new(),
        diagnostics,
    };
    let resources = spread_create_first(resources);
    builder.wanted(&resources);
    builder.leftovers(&removed, &resources, &vacant);
    builder.forbid_loss(&resources, &vacant);
    builder.deposed(snapshot);
    let concerned = outputs::Concerned {
        destroy: options.destroy,
        refresh_only: options.refresh_only,
        selection: &selection,
        resources: &resources,
    };
    let (output_changes, found) = outputs::changes(&outputs, &snapshot.outputs, &builder, &concerned);
    builder.diagnostics.extend(found);
    if builder.diagnostics.has_errors() {
        return Err(builder.diagnostics);
    }
    let mut plan = Plan {
        steps: Vec::new(),
        drift: builder.drift,
        outputs: output_changes,
        scopes: all_scopes(snapshot, &scopes, observed),
        destroy: options.destroy,
        refresh_only: options.refresh_only,
        partial: selection.is_partial(),
        assertions: Vec::new(),
        values: None,
        changes: builder.changes,
    };
    sort(&mut plan);
    let noted = plan.drift.iter().filter(|_| options.refresh_only);
    let noted: HashSet<&Address> = noted.map(|drift| &drift.address).collect();
    plan.steps = steps::steps(&plan.changes, &builder.restored, &noted)
        .map_err(|cycle| cycle_diagnostic(&plan.changes, &cycle))?;
    Ok(plan)
}

/// What is taken over counts as recorded.
fn take(records: &mut Cow<'_, BTreeMap<Address, Arc<Record>>>, adopted: &[Adopted]) {
    for one in adopted {
        let address = one.record.address.clone();
        records.to_mut().insert(address, Arc::clone(&one.record));
    }
}

/// Brings a plan, which was made in the order of dependencies, into that of addresses.
fn sort(plan: &mut Plan) {
    plan.changes
        .sort_unstable_by(|a, b| (&a.address, &a.deposed).cmp(&(&b.address, &b.deposed)));
    plan.drift.sort_by(|a, b| a.address.cmp(&b.address));
}

pub(super) struct Builder<'a> {
    adopted: HashMap<Address, &'a Arc<Observation>>,
    pub(super) records: Cow<'a, BTreeMap<Address, Arc<Record>>>,
    pub(super) previous: BTreeMap<Address, Address>,
    pub(super) restored: BTreeMap<Address, DeposedKey>,
    pub(super) observed: &'a Observed,
    pub(super) kinds: &'a Kinds,
    pub(super) options: &'a Options,
    pub(super) selection: &'a Selection,
    /// In the order in which they are planned.
    pub(super) changes: Vec<Change>,
    /// Where of them the current object of each address is.
    places: HashMap<Address, usize>,
    /// Data sources that apply will read, in a plan that changes nothing.
    read: HashMap<Address, (Arc<dyn Kind>, Object)>,
    pub(super) drift: Vec<super::model::Drift>,
    pub(super) diagnostics: Diagnostics,
}

impl Lookup for Builder<'_> {
    fn object(&self, address: &Address) -> Option<Value> {
        self.planned(address)
            .map(|(kind, object)| object.to_value(kind.schema()))
    }

    fn attribute(&self, address: &Address, name: &str) -> Option<Value> {
        self.planned(address)
            .map(|(kind, object)| object.get(kind.schema(), name).clone())
    }
}

/// What is recorded and observed at one address.
pub(super) struct Present {
    pub(super) record: Arc<Record>,
    pub(super) recorded: Object,
    pub(super) observation: Option<Arc<Observation>>,
}

impl Builder<'_> {
    /// What is planned at `address`, as far as that is done.
    fn planned(&self, address: &Address) -> Option<(&Arc<dyn Kind>, &Object)> {
        if let Some(change) = self.change(address) {
            return Some((&change.kind, change.after.as_ref()?));
        }
        self.read.get(address).map(|(kind, object)| (kind, object))
    }

    fn change(&self, address: &Address) -> Option<&Change> {
        self.changes.get(*self.places.get(address)?)
    }

    /// Plans what the configuration asks for; in a destruction, only finds what must stay.
    fn wanted(&mut self, resources: &[Arc<Resource>]) {
        if self.options.destroy {
            self.forbid_destroy(resources);
            return;
        }
        match order(resources) {
            Ok(order) => order
                .into_iter()
                .map(|index| &resources[index])
                .filter(|resource| self.selection.has(&resource.address))
                .for_each(|resource| self.resource(resource)),
            Err(found) => self.diagnostics.extend(found),
        }
    }

    fn resource(&mut self, resource: &Arc<Resource>) {
        let fields = match resolve::fields(resource, self) {
            Ok(fields) => fields,
            Err(found) => return self.diagnostics.extend(found),
        };
        let schema = resource.kind.schema();
        if schema.data {
            let after = creation(resource, &fields);
            if self.options.refresh_only {
                let read = (Arc::clone(&resource.kind), after);
                self.read.insert(resource.address.clone(), read);
                return;
            }
            return self.add(Change {
                action: Action::Read,
                reason: Reason::ConfigUnknown,
                after: Some(after),
                ..blank(resource)
            });
        }
        let present = match self.present(&resource.address) {
            Ok(present) => present,
            Err(found) => return self.diagnostics.extend(found),
        };
        let change = match present {
            None => {
                let after = creation(resource, &fields);
                Change {
                    action: Action::Create,
                    after: Some(after),
                    ..blank(resource)
                }
            }
            Some(Present {
                record,
                observation: None,
                ..
            }) => Change {
                action: Action::Create,
                reason: Reason::Vanished,
                after: Some(creation(resource, &fields)),
                record: Some(record),
                ..blank(resource)
            },
            Some(Present {
                record,
                recorded,
                observation: Some(observation),
            }) => self.existing(resource, &fields, record, &recorded, &observation),
        };
        let destroys = matches!(change.action, Action::Replace(_));
        if destroys && !self.options.refresh_only && resource.lifecycle.prevent_destroy {
            self.diagnostics
                .push(prevented(&resource.address, resource.range, "replaced"));
        }
        self.add(change);
    }

    fn existing(
        &self,
        resource: &Arc<Resource>,
        fields: &[Value],
        record: Arc<Record>,
        recorded: &Object,
        observation: &Observation,
    ) -> Change {
        let configured = Object {
            fields: fields.into(),
        };
        let before = resource
            .kind
            .project(&observation.object, &configured, Some(recorded));
        let forced = Forced {
            failed: matches!(observation.readiness, crate::adapter::Readiness::Failed(_)),
            requested: self.options.replace.contains(&resource.address),
            triggered: self.triggered(resource),
        };
        let mut proposal = change(resource, fields, &before, forced);
        if proposal.action == Action::NoOp && record.incomplete {
            proposal.reason = Reason::Incomplete;
        }
        Change {
            adopted: self.adopted.contains_key(&resource.address),
            previous_address: self.previous.get(&resource.address).cloned(),
            action: proposal.action,
            reason: proposal.reason,
            before: Some(before),
            after: Some(proposal.after),
            replace_slots: proposal.replace_slots,
            record: Some(record),
            configured: Some(configured.fields),
            observed: Some(seen(observation)),
            ..blank(resource)
        }
    }

    /// Whether something that `replace_triggered_by` names changes. What it names comes first in the order.
    fn triggered(&self, resource: &Resource) -> bool {
        resource
            .lifecycle
            .replace_triggered_by
            .iter()
            .any(|(address, attribute)| {
                let Some(change) = self.change(address) else {
                    return false;
                };
                match (attribute, &change.before, &change.after) {
                    (Some(name), Some(before), Some(after)) => {
                        let schema = change.kind.schema();
                        before.get(schema, name) != after.get(schema, name)
                    }
                    _ => !matches!(change.action, Action::NoOp | Action::Read),
                }
            })
    }

    /// What is recorded and observed at `address`; also notes its drift.
    pub(super) fn present(&mut self, address: &Address) -> Result<Option<Present>, Diagnostics> {
        let Some(record) = self.records.get(address).cloned() else {
            return Ok(None);
        };
        let kind = kind_of(self.kinds, &record)?;
        let recorded = recorded(kind, &record)?;
        if let Some(observation) = self.adopted.get(address) {
            return Ok(Some(Present {
                record,
                recorded,
                observation: Some(Arc::clone(observation)),
            }));
        }
        let read_as = self.previous.get(address).unwrap_or(address);
        let observed = match self.restored.get(address) {
            Some(key) => self.observed.deposed.get(key),
            None => self.observed.objects.get(read_as),
        };
        let observation = match observed {
            Some(observation) => {
                self.drift.extend(drift(
                    address,
                    &**kind,
                    &recorded,
                    &record,
                    observation.as_deref(),
                ));
                observation.clone()
            }
            None => Some(Arc::new(as_recorded(&recorded, &record))),
        };
        Ok(Some(Present {
            record,
            recorded,
            observation,
        }))
    }

    pub(super) fn add(&mut self, mut change: Change) {
        if self.options.refresh_only {
            if change.before.is_none() && change.record.is_none() {
                return;
            }
            // What is recorded stays as it was made; only what was observed is new.
            change.resource = None;
            let vanished = change.reason == Reason::Vanished;
            change.action = Action::NoOp;
            change.reason = if vanished { Reason::Vanished } else { Reason::None };
            change.after = change.before.clone();
            change.replace_slots.clear();
        }
        if change.deposed.is_none() {
            self.places.insert(change.address.clone(), self.changes.len());
        }
        self.changes.push(change);
    }
}

fn blank(resource: &Arc<Resource>) -> Change {
    Change {
        address: resource.address.clone(),
        previous_address: None,
        deposed: None,
        kind: Arc::clone(&resource.kind),
        scope: resource.scope.clone(),
        adopted: false,
        action: Action::NoOp,
        reason: Reason::None,
        before: None,
        after: None,
        replace_slots: Vec::new(),
        record: None,
        resource: Some(Arc::clone(resource)),
        configured: None,
        why: resource.why.clone(),
        range: Some(resource.range),
        observed: None,
    }
}

pub(super) fn seen(observation: &Observation) -> Arc<Seen> {
    static NOTHING: LazyLock<Arc<Seen>> = LazyLock::new(Arc::default);
    if observation.private.is_none() && observation.version.is_none() {
        return Arc::clone(&NOTHING);
    }
    Arc::new(Seen {
        private: observation.private.clone(),
        version: observation.version.clone(),
    })
}

pub(super) fn as_recorded(recorded: &Object, record: &Record) -> Observation {
    Observation {
        object: recorded.clone(),
        private: record.private.clone(),
        readiness: crate::adapter::Readiness::Ready,
        owners: Vec::new(),
        version: None,
    }
}

pub(super) fn kind_of<'a>(kinds: &'a Kinds, record: &Record) -> Result<&'a Arc<dyn Kind>, Diagnostics> {
    kinds.managed(&record.kind).ok_or_else(|| {
        Diagnostic::error(
            "Unknown kind in the state",
            format!(
                "The state has `{}` of kind `{}`, which this version does not know.",
                record.address, record.kind
            ),
        )
        .about(&record.address)
        .hint("Use the version of meshform that wrote the state, or a newer one.")
        .into()
    })
}

pub(super) fn recorded(kind: &Arc<dyn Kind>, record: &Record) -> Result<Object, Diagnostics> {
    Object::decode(&record.attributes, kind.schema()).map_err(|error| {
        Diagnostic::error(
            "Unreadable record in the state",
            format!("The record of `{}`: {error}.", record.address),
        )
        .about(&record.address)
        .hint("The state was changed by hand, or by a version that this one does not know.")
        .into()
    })
}

pub(super) fn prevented(address: &Address, range: Range, what: &str) -> Diagnostic {
    Diagnostic::error(
        "Destruction is prevented",
        format!("`{address}` would be {what}, but its `lifecycle` says `prevent_destroy = true`."),
    )
    .at(range)
    .about(address)
    .hint("Take the setting away if the object may go, or undo the change that makes it go.")
}
