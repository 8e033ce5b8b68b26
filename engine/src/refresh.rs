//! Refresh: what of the recorded objects is really there, in as few requests as the APIs allow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use meshform_state::{Address, DeposedKey, Record, Scope, ScopeKey, Snapshot};

use crate::adapter::{Adapter, AdapterError, Identity, Observation, Recorded, Registry, Target};
use crate::clock::{Clock, Entropy};
use crate::desired::Desired;
use crate::event::{Event, EventSink};
use crate::kind::{Home, Kinds};
use crate::plan::Selection;
use crate::retry::RetryPolicy;

/// How many batches are read at once, over all scopes.
const BATCHES_AT_ONCE: usize = 16;

/// How long to wait before looking again for what is not visible yet.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// The recorded objects as they are now.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// By address; `None` where the object is gone. What lives in the state alone is not here: it is as recorded.
    pub objects: BTreeMap<Address, Option<Arc<Observation>>>,
    /// The same for objects that wait for their deletion.
    pub deposed: BTreeMap<DeposedKey, Option<Arc<Observation>>>,
    /// Who the scopes are.
    pub identities: BTreeMap<ScopeKey, Identity>,
}

/// Why the present state of some objects is not known.
#[derive(Debug, thiserror::Error)]
#[error("failed to read {}", subject(addresses, scope))]
pub struct RefreshError {
    /// Where.
    pub scope: ScopeKey,
    /// Which; empty if the scope itself cannot be used.
    pub addresses: Vec<Address>,
    /// Why.
    #[source]
    pub source: AdapterError,
}

fn subject(addresses: &[Address], scope: &ScopeKey) -> String {
    match addresses {
        [] => format!("scope `{scope}`"),
        [one] => format!("`{one}` in scope `{scope}`"),
        [one, rest @ ..] => format!("`{one}` and {} more in scope `{scope}`", rest.len()),
    }
}

/// What reading needs.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Which adapter serves which kind.
    pub registry: &'a Registry,
    /// All kinds.
    pub kinds: &'a Kinds,
    /// The clock, for pauses between attempts.
    pub clock: &'a dyn Clock,
    /// Chance, for their jitter.
    pub entropy: &'a dyn Entropy,
    /// How often to try.
    pub retry: RetryPolicy,
}

/// One object to look at.
struct Item {
    target: Target,
    place: Place,
    /// Whether it may be there though it is not seen: its creation may have ended just now.
    unsure: bool,
}

enum Place {
    Current(Address),
    Deposed(DeposedKey),
}

impl Reader<'_> {
    /// As [`Reader::refresh`], of what is selected alone: the rest is neither read nor has to be reachable.
    ///
    /// # Errors
    /// All failures, one for each batch.
    pub async fn refresh_selected(
        &self,
        selection: &Selection,
        desired: &Desired,
        snapshot: &Snapshot,
        sink: &dyn EventSink,
    ) -> Result<Observed, Vec<RefreshError>> {
        if !selection.is_partial() {
            return self.refresh(snapshot, &desired.scopes, sink).await;
        }
        let (snapshot, scopes) = selection.narrow(desired, snapshot);
        self.refresh(&snapshot, &scopes, sink).await
    }

    /// Reads all recorded objects that are outside, and makes sure that every scope of `scopes` is what it claims to be.
    ///
    /// # Errors
    /// All failures, one for each batch.
    pub async fn refresh(
        &self,
        snapshot: &Snapshot,
        scopes: &BTreeMap<ScopeKey, Scope>,
        sink: &dyn EventSink,
    ) -> Result<Observed, Vec<RefreshError>> {
        let outside = |record: &Record| self.is_outside(record);
        self.read(snapshot, scopes, sink, outside).await
    }

    /// As [`Reader::refresh`], of those objects for which `wanted` holds, wherever they are.
    pub(crate) async fn read(
        &self,
        snapshot: &Snapshot,
        scopes: &BTreeMap<ScopeKey, Scope>,
        sink: &dyn EventSink,
        wanted: impl Fn(&Record) -> bool,
    ) -> Result<Observed, Vec<RefreshError>> {
        let identities = self.identify(snapshot, scopes).await?;
        let count = snapshot.records.len() + snapshot.deposed.len();
        sink.event(Event::RefreshStarted { count });
        let mut observed = Observed {
            identities,
            ..Observed::default()
        };
        let mut batches: BTreeMap<(&ScopeKey, &str), Vec<Item>> = BTreeMap::new();
        let current = snapshot
            .records
            .values()
            .map(|record| (record, Place::Current(record.address.clone())));
        let deposed = snapshot
            .deposed
            .iter()
            .map(|(key, record)| (record, Place::Deposed(key.clone())));
        let all = current.chain(deposed);
        for (record, place) in all.filter(|(record, _)| wanted(record)) {
            let item = Item {
                target: self.target(record),
                place,
                unsure: record.incomplete,
            };
            batches
                .entry((&record.scope, &record.kind))
                .or_default()
                .push(item);
        }
        let mut errors = Vec::new();
        let mut results = stream::iter(batches)
            .map(|((key, kind), items)| self.batch(key, snapshot_scope(snapshot, scopes, key), kind, items))
            .buffer_unordered(BATCHES_AT_ONCE);
        while let Some(result) = results.next().await {
            match result {
                Err(error) => errors.push(error),
                Ok(found) => {
                    for (place, observation) in found {
                        let observation = observation.map(Arc::new);
                        match place {
                            Place::Current(address) => _ = observed.objects.insert(address, observation),
                            Place::Deposed(key) => _ = observed.deposed.insert(key, observation),
                        }
                    }
                }
            }
        }
        sink.event(Event::RefreshDone { count });
        errors.sort_by(|a: &RefreshError, b| (&a.scope, &a.addresses).cmp(&(&b.scope, &b.addresses)));
        if errors.is_empty() {
            Ok(observed)
        } else {
            Err(errors)
        }
    }

    fn target(&self, record: &Arc<Record>) -> Target {
        let kind = self.kinds.managed(&record.kind);
        Target {
            address: record.address.clone(),
            id: record.id.clone(),
            uid: record.uid.clone(),
            private: record.private.clone(),
            recorded: kind.map_or_else(Recorded::default, |kind| Recorded::of(kind, record)),
        }
    }

    /// Whether there is something outside to look at.
    fn is_outside(&self, record: &Record) -> bool {
        let kind = self.kinds.managed(&record.kind);
        kind.is_none_or(|kind| kind.schema().home != Home::Local)
    }

    async fn batch(
        &self,
        key: &ScopeKey,
        scope: Option<Scope>,
        kind: &str,
        items: Vec<Item>,
    ) -> Result<Vec<(Place, Option<Observation>)>, RefreshError> {
        let fail = |targets: &[Target], source| RefreshError {
            scope: key.clone(),
            addresses: targets.iter().map(|target| target.address.clone()).collect(),
            source,
        };
        let all = |items: Vec<Item>| items.into_iter().map(|item| item.target).collect::<Vec<_>>();
        let missing = |what: String| {
            AdapterError::refused(crate::ErrorClass::Invalid, what)
                .hint("The state names something that this version of meshform does not know.")
        };
        let Some(scope) = scope else {
            return Err(fail(
                &all(items),
                missing(format!("the state has no scope `{key}`")),
            ));
        };
        let Some(adapter) = self.registry.get(kind) else {
            return Err(fail(
                &all(items),
                missing(format!("there is no resource kind `{kind}`")),
            ));
        };
        let (mut targets, mut places, mut sure) = (Vec::new(), Vec::new(), Vec::new());
        for item in items {
            targets.push(item.target);
            places.push(item.place);
            sure.push(!item.unsure);
        }
        match self.seen(&**adapter, &scope, kind, &targets, &sure).await {
            Ok(found) => Ok(places.into_iter().zip(found).collect()),
            Err(error) => Err(fail(&targets, error)),
        }
    }

    /// What there is of `targets`. Of those that are not `sure`, none is missing before it must have become visible.
    async fn seen(
        &self,
        adapter: &dyn Adapter,
        scope: &Scope,
        kind: &str,
        targets: &[Target],
        sure: &[bool],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let mut found = self.many(adapter, scope, kind, targets).await?;
        let unsure = |found: &[Option<Observation>]| {
            let unsure = |place: &usize| found[*place].is_none() && !sure[*place];
            (0..targets.len()).filter(unsure).collect::<Vec<usize>>()
        };
        // What is not seen may not be visible yet; taking it for gone would make a second one.
        let certain = self.clock.monotonic() + adapter.timing(kind).settle;
        let mut missing = unsure(&found);
        while !missing.is_empty() && self.clock.monotonic() < certain {
            self.clock
                .sleep(LOOK_AGAIN.min(certain.saturating_sub(self.clock.monotonic())))
                .await;
            let again: Vec<Target> = missing.iter().map(|place| targets[*place].clone()).collect();
            let seen = self.many(adapter, scope, kind, &again).await?;
            missing
                .iter()
                .zip(seen)
                .for_each(|(place, seen)| found[*place] = seen);
            missing = unsure(&found);
        }
        Ok(found)
    }

    async fn many(
        &self,
        adapter: &dyn Adapter,
        scope: &Scope,
        kind: &str,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let found = self
            .retry
            .read(self.clock, self.entropy, || {
                adapter.read_many(scope, kind, targets)
            })
            .await?;
        if found.len() == targets.len() {
            return Ok(found);
        }
        let message = format!(
            "internal error: {} answers for {} objects of `{kind}`",
            found.len(),
            targets.len()
        );
        Err(AdapterError::refused(crate::ErrorClass::Other, message))
    }

    /// Who every scope is; refuses one that is not what the configuration or the state says.
    async fn identify(
        &self,
        snapshot: &Snapshot,
        scopes: &BTreeMap<ScopeKey, Scope>,
    ) -> Result<BTreeMap<ScopeKey, Identity>, Vec<RefreshError>> {
        let recorded = snapshot.records.values().chain(snapshot.deposed.values());
        let used: BTreeSet<&ScopeKey> = recorded
            .map(|record| &record.scope)
            .chain(scopes.keys())
            .collect();
        let (identities, errors) = self.met(snapshot, scopes, used).await;
        if errors.is_empty() {
            Ok(identities)
        } else {
            Err(errors)
        }
    }

    /// Who each of `scopes` is, and which of them cannot be used or are not what the configuration or the state says.
    pub async fn identities(
        &self,
        snapshot: &Snapshot,
        scopes: &BTreeMap<ScopeKey, Scope>,
    ) -> (BTreeMap<ScopeKey, Identity>, Vec<RefreshError>) {
        self.met(snapshot, scopes, scopes.keys().collect()).await
    }

    async fn met(
        &self,
        snapshot: &Snapshot,
        scopes: &BTreeMap<ScopeKey, Scope>,
        used: BTreeSet<&ScopeKey>,
    ) -> (BTreeMap<ScopeKey, Identity>, Vec<RefreshError>) {
        let mut results = stream::iter(used)
            .map(|key| async move {
                let scope = snapshot_scope(snapshot, scopes, key)?;
                let checked = verified(&scope, self.registry, (self.clock, self.entropy, self.retry)).await?;
                Some((key.clone(), checked))
            })
            .buffer_unordered(BATCHES_AT_ONCE);
        let (mut identities, mut errors) = (BTreeMap::new(), Vec::new());
        while let Some(result) = results.next().await {
            match result {
                None => {}
                Some((key, Ok(identity))) => _ = identities.insert(key, identity),
                Some((scope, Err(source))) => errors.push(RefreshError {
                    scope,
                    addresses: Vec::new(),
                    source,
                }),
            }
        }
        errors.sort_by(|a, b| a.scope.cmp(&b.scope));
        (identities, errors)
    }
}

/// The scope `key` as the configuration reaches it, with the identity that the state recorded.
pub(crate) fn snapshot_scope(
    snapshot: &Snapshot,
    scopes: &BTreeMap<ScopeKey, Scope>,
    key: &ScopeKey,
) -> Option<Scope> {
    let recorded = snapshot.scopes.get(key);
    let configured = scopes.get(key);
    match (configured, recorded) {
        (
            Some(Scope::Cluster {
                name,
                uid: None,
                kubeconfig,
                context,
                eks,
            }),
            Some(Scope::Cluster { uid: Some(uid), .. }),
        ) => Some(Scope::Cluster {
            name: name.clone(),
            uid: Some(uid.clone()),
            kubeconfig: kubeconfig.clone(),
            context: context.clone(),
            eks: eks.clone(),
        }),
        (Some(scope), _) | (None, Some(scope)) => Some(scope.clone()),
        (None, None) => (&*key.0 == "local").then_some(Scope::Local),
    }
}

/// Who `scope` is, if it is what it claims to be; `None` for one that is nobody.
pub(crate) async fn verified(
    scope: &Scope,
    registry: &Registry,
    (clock, entropy, retry): (&dyn Clock, &dyn Entropy, RetryPolicy),
) -> Option<Result<Identity, AdapterError>> {
    let adapter = adapter_for(scope, registry)?;
    let identity = retry.read(clock, entropy, || adapter.identify(scope)).await;
    Some(identity.and_then(|identity| check(scope, identity)))
}

/// Why a scope cannot be used.
#[derive(Debug, Clone)]
pub(crate) struct Stranger {
    pub(crate) error: AdapterError,
    /// Whether it is another one than the configuration says; else nobody knows which it is.
    pub(crate) is_another: bool,
}

/// Makes sure that `scope` is what it claims to be.
pub(crate) async fn met(scope: &Scope, reader: &Reader<'_>) -> Result<(), Stranger> {
    let stranger = |is_another| move |error| Stranger { error, is_another };
    let Some(adapter) = adapter_for(scope, reader.registry) else {
        return Ok(());
    };
    let call = || adapter.identify(scope);
    let identity = reader.retry.read(reader.clock, reader.entropy, call).await;
    let identity = identity.map_err(stranger(false))?;
    check(scope, identity).map(|_| ()).map_err(stranger(true))
}

fn adapter_for<'a>(scope: &Scope, registry: &'a Registry) -> Option<&'a Arc<dyn Adapter>> {
    match scope {
        Scope::Local => None,
        Scope::Aws { .. } => registry.home(Home::Aws),
        Scope::Cluster { .. } => registry.home(Home::Cluster),
    }
}

fn check(scope: &Scope, identity: Identity) -> Result<Identity, AdapterError> {
    let expected = match scope {
        Scope::Aws { account, .. } => account.as_ref(),
        Scope::Cluster { uid, .. } => uid.as_ref(),
        Scope::Local => None,
    };
    match expected {
        Some(expected) if *expected != identity.id => {
            let (what, hint) = match scope {
                Scope::Cluster { name, .. } => (
                    format!(
                        "cluster `{name}` is not the one that the state knows: its identity is {}, recorded is {expected}",
                        identity.id
                    ),
                    "The kubeconfig context points to another cluster, or the cluster was made anew. Point it to the recorded one, or give the new cluster another name.",
                ),
                _ => (
                    format!(
                        "the credentials are of account {} ({}), the configuration says {expected}",
                        identity.id, identity.caller
                    ),
                    "Use credentials of the configured account, or a role in it.",
                ),
            };
            Err(AdapterError::refused(crate::ErrorClass::Denied, what).hint(hint))
        }
        _ => Ok(identity),
    }
}
