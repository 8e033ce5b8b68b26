//! Expectations: whether what a plan stands on is still there, before anything is done.

use std::collections::BTreeMap;

use meshform_state::{Address, Record, ScopeKey, Snapshot};

use crate::event::Silent;
use crate::plan::{Change, Expect, Plan, object_digest};
use crate::refresh::{Observed, Reader, RefreshError};

/// Something that moved since the plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The resource.
    pub address: Address,
    /// What moved, in a sentence.
    pub what: String,
}

/// Reads again what the steps of `plan` expect to find, in batches, and compares.
///
/// # Errors
/// What cannot be read.
pub async fn mismatches(
    plan: &Plan,
    snapshot: &Snapshot,
    reader: &Reader<'_>,
) -> Result<Vec<Mismatch>, Vec<RefreshError>> {
    let expected: Vec<(&Change, &str)> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.expect {
            Expect::Same(digest) => Some((&plan.changes[step.change], digest.as_str())),
            Expect::Anything | Expect::Absent => None,
        })
        .collect();
    let touched = touched(&expected, snapshot);
    let scopes: BTreeMap<ScopeKey, _> = plan
        .scopes
        .iter()
        .filter(|(key, _)| expected.iter().any(|(change, _)| change.scope == **key))
        .map(|(key, scope)| (key.clone(), scope.clone()))
        .collect();
    let observed = reader.refresh(&touched, &scopes, &Silent).await?;
    Ok(expected.into_iter().filter_map(|(change, digest)| mismatch(change, digest, &observed)).collect())
}

/// A snapshot of just the objects that steps touch, at the addresses that they were planned with.
fn touched(expected: &[(&Change, &str)], snapshot: &Snapshot) -> Snapshot {
    let mut touched = Snapshot { scopes: snapshot.scopes.clone(), ..Snapshot::default() };
    for (change, _) in expected {
        let Some(record) = &change.record else { continue };
        match &change.deposed {
            None => _ = touched.records.insert(change.address.clone(), record.clone()),
            Some(uid) => {
                let key = meshform_state::DeposedKey { address: change.address.clone(), uid: uid.clone() };
                touched.deposed.insert(key, record.clone());
            }
        }
    }
    touched
}

fn mismatch(change: &Change, digest: &str, observed: &Observed) -> Option<Mismatch> {
    let record: &Record = change.record.as_deref()?;
    let now = match &change.deposed {
        None => observed.objects.get(&change.address),
        Some(uid) => {
            let key = meshform_state::DeposedKey { address: change.address.clone(), uid: uid.clone() };
            observed.deposed.get(&key)
        }
    };
    let what = match now {
        None | Some(None) => "it is gone".to_owned(),
        Some(Some(observation)) => {
            let recorded = crate::Object::decode(&record.attributes, change.kind.schema()).ok()?;
            let configured = configured(change, &recorded);
            let now = change.kind.project(&observation.object, &configured, Some(&recorded));
            if object_digest(&now) == digest {
                return None;
            }
            "it was changed".to_owned()
        }
    };
    Some(Mismatch { address: change.address.clone(), what })
}

/// The object that the planner projected with: configured attributes where there is a configuration.
fn configured(change: &Change, recorded: &crate::Object) -> crate::Object {
    match &change.configured {
        Some(fields) => crate::Object { fields: fields.clone() },
        None => recorded.clone(),
    }
}
