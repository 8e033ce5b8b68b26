//! What must hold once everything is done, whatever happened on the way.

use std::collections::BTreeMap;

use meshform_state::Store as _;
use meshform_state::store::MemoryStore;

use super::world::World;
use crate::kind::{Home, Kinds};

/// The uid of objects that are somebody else's.
pub(super) const STRANGER: &str = "somebody else";

/// What is wrong between `store` and `world`, as sentences: effects in doubt, orphans, duplicates, records of nothing.
pub(super) fn audit(store: &MemoryStore, world: &World, kinds: &Kinds) -> Vec<String> {
    let mut wrong = Vec::new();
    let folded = match store.load() {
        Ok(folded) => folded,
        Err(error) => return vec![format!("the state cannot be read: {error}")],
    };
    if folded.open_run.is_some() || folded.has_ended() || folded.is_contained() {
        wrong.push("a run is left open".to_owned());
    }
    wrong.extend(
        folded
            .in_doubt
            .iter()
            .map(|doubt| format!("in doubt: {:?}", doubt.intent)),
    );
    if store
        .disk()
        .names()
        .iter()
        .any(|name| name.to_string_lossy().ends_with(".journal"))
    {
        wrong.push("there is still a journal".to_owned());
    }
    let snapshot = folded.snapshot;
    let records = snapshot.records.values().chain(snapshot.deposed.values());
    let mut recorded = BTreeMap::new();
    let is_outside = |kind: &str| {
        kinds
            .managed(kind)
            .is_none_or(|kind| kind.schema().home != Home::Local)
    };
    for record in records.filter(|record| is_outside(&record.kind)) {
        if record.incomplete {
            wrong.push(format!("`{}` is recorded as incomplete", record.address));
        }
        if let Some(other) = recorded.insert(record.id.clone(), record) {
            wrong.push(format!(
                "{} is recorded twice, at `{}` and `{}`",
                record.id, other.address, record.address
            ));
        }
    }
    for thing in world.things() {
        match recorded.remove(&thing.id) {
            _ if thing.uid == STRANGER => {}
            None => wrong.push(format!(
                "orphan: {} `{}` of uid {}",
                thing.id,
                thing.name(),
                thing.uid
            )),
            Some(record) if record.uid != thing.uid => {
                wrong.push(format!(
                    "{} bears uid {}, recorded is {}",
                    thing.id, thing.uid, record.uid
                ));
            }
            Some(_) if !thing.whole => wrong.push(format!("{} was never completed", thing.id)),
            Some(_) => {}
        }
    }
    wrong.extend(recorded.values().map(|record| {
        format!(
            "`{}` is recorded as {}, which does not exist",
            record.address, record.id
        )
    }));
    wrong
}
