//! Expectations: whether what a plan stands on is still there, before anything is done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshform_state::{Address, DeposedKey, Record, ScopeKey, Snapshot};

use crate::event::Silent;
use crate::kind::Home;
use crate::plan::{Change, Expect, Plan, Reason, object_digest};
use crate::refresh::{Observed, Reader, RefreshError};

/// Something that moved since the plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The resource.
    pub address: Address,
    /// What moved, in a sentence.
    pub what: String,
}

/// Reads again what the steps of `plan` expect to find, in batches, and compares. What is to be made anew, or to be
/// dropped, since it was gone, must stay gone for as long as an object can be invisible.
///
/// # Errors
/// What cannot be read.
pub async fn mismatches(
    plan: &Plan,
    snapshot: &Snapshot,
    reader: &Reader<'_>,
) -> Result<Vec<Mismatch>, Vec<RefreshError>> {
    let expected: Vec<(&Change, Option<&str>)> = plan
        .steps
        .iter()
        .filter_map(|step| {
            let change = &plan.changes[step.change];
            if change.kind.schema().home == Home::Local {
                // It is in the state alone, and that this is the planned state is made sure of before.
                return None;
            }
            match &step.expect {
                Expect::Same(digest) => Some((change, Some(digest.as_str()))),
                _ if change.reason == Reason::Vanished && change.record.is_some() => Some((change, None)),
                Expect::Anything | Expect::Absent => None,
            }
        })
        .collect();
    let touched = touched(&expected, snapshot);
    let used: BTreeSet<&ScopeKey> = expected.iter().map(|(change, _)| &change.scope).collect();
    let scopes: BTreeMap<ScopeKey, _> = plan
        .scopes
        .iter()
        .filter(|(key, _)| used.contains(key))
        .map(|(key, scope)| (key.clone(), scope.clone()))
        .collect();
    let observed = reader.refresh(&touched, &scopes, &Silent).await?;
    Ok(expected
        .into_iter()
        .filter_map(|(change, digest)| mismatch(change, digest, &observed))
        .collect())
}

/// A snapshot of just the objects that steps touch, at the addresses that they were planned with.
fn touched(expected: &[(&Change, Option<&str>)], snapshot: &Snapshot) -> Snapshot {
    let mut touched = Snapshot {
        scopes: snapshot.scopes.clone(),
        ..Snapshot::default()
    };
    for (change, digest) in expected {
        let Some(mut record) = change.record.clone() else {
            continue;
        };
        if digest.is_none() {
            // As after a creation that was interrupted, one look is not enough.
            Arc::make_mut(&mut record).incomplete = true;
        }
        match &change.deposed {
            None => _ = touched.records.insert(change.address.clone(), record),
            Some(_) => _ = touched.deposed.insert(DeposedKey::of(&record), record),
        }
    }
    touched
}

fn mismatch(change: &Change, digest: Option<&str>, observed: &Observed) -> Option<Mismatch> {
    let record: &Record = change.record.as_deref()?;
    let now = match &change.deposed {
        None => observed.objects.get(&change.address),
        Some(_) => observed.deposed.get(&DeposedKey::of(record)),
    };
    let what = match (now, digest) {
        (None | Some(None), None) => return None,
        (None | Some(None), Some(_)) => "it is gone".to_owned(),
        (Some(Some(_)), None) => "it is there again".to_owned(),
        (Some(Some(observation)), Some(digest)) => {
            let recorded = crate::Object::decode(&record.attributes, change.kind.schema()).ok()?;
            let configured = configured(change, &recorded);
            let now = change
                .kind
                .project(&observation.object, &configured, Some(&recorded));
            if object_digest(&now) == digest {
                return None;
            }
            "it was changed".to_owned()
        }
    };
    Some(Mismatch {
        address: change.address.clone(),
        what,
    })
}

/// The object that the planner projected with: configured attributes where there is a configuration.
fn configured(change: &Change, recorded: &crate::Object) -> crate::Object {
    match &change.configured {
        Some(fields) => crate::Object {
            fields: fields.clone(),
        },
        None => recorded.clone(),
    }
}
