//! Looking at many objects in few requests.

use std::collections::{BTreeMap, HashMap};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use meshform_engine::{AdapterError, Observation, Target};
use meshform_kinds::kubernetes::ObjectName;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use crate::client::{Cluster, Extent, Resource};
use crate::failure::Subject;
use crate::live::Live;
use crate::ready::readiness;
use crate::shape::Shape;

/// From this many objects of a kind in a namespace on, one list is cheaper than asking for each.
const LIST_FROM: usize = 3;

/// How many single objects are asked for at once.
const AT_ONCE: usize = 8;

/// What we keep of an object beside its attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Private {
    /// What Kubernetes calls this one object for ever. Another object of its name has another.
    pub(crate) uid: String,
}

impl Private {
    /// What was kept, if it was.
    pub(crate) fn read(raw: Option<&RawValue>) -> Option<Self> {
        serde_json::from_str(raw?.get()).ok()
    }

    /// What to keep of `live`.
    pub(crate) fn of(live: &Live) -> Option<Box<RawValue>> {
        RawValue::from_string(
            json!(Private {
                uid: live.uid().to_owned()
            })
            .to_string(),
        )
        .ok()
    }
}

/// The objects of one kind in one namespace that are looked for: their names, and their places among the targets.
struct Group {
    sample: ObjectName,
    names: Vec<(usize, String)>,
}

/// Looks at `targets`, one answer for each in order.
pub(crate) async fn read_many(
    cluster: &Cluster,
    shape: Shape<'_>,
    targets: &[Target],
) -> Result<Vec<Option<Observation>>, AdapterError> {
    let mut groups: BTreeMap<(String, String, Option<String>), Group> = BTreeMap::new();
    for (index, target) in targets.iter().enumerate() {
        let name = shape.name(&target.id)?;
        let key = (
            name.api_version.clone(),
            name.kind.clone(),
            name.namespace.clone(),
        );
        let group = groups.entry(key).or_insert_with(|| Group {
            sample: name.clone(),
            names: Vec::new(),
        });
        group.names.push((index, name.name));
    }
    let mut seen: Vec<Option<Live>> = targets.iter().map(|_| None).collect();
    for group in groups.values() {
        for (index, live) in read_group(cluster, group).await? {
            seen[index] = live;
        }
    }
    let observe = |(target, live): (&Target, Option<Live>)| observe(shape, target, &live?);
    Ok(targets.iter().zip(seen).map(observe).collect())
}

async fn read_group(cluster: &Cluster, group: &Group) -> Result<Vec<(usize, Option<Live>)>, AdapterError> {
    let subject = cluster.subject("get", group.sample.kind.clone());
    let resource = cluster.discovery.resource(&cluster.wire, &group.sample).await;
    let Some(resource) = resource.map_err(|failure| failure.into_error(&subject))? else {
        // Without its kind no object is there either.
        return Ok(group.names.iter().map(|(index, _)| (*index, None)).collect());
    };
    if group.names.len() >= LIST_FROM
        && let Some(found) = list(cluster, &resource, group).await?
    {
        return Ok(found);
    }
    let get = |(index, name): &(usize, String)| {
        let (index, name) = (
            *index,
            ObjectName {
                name: name.clone(),
                ..group.sample.clone()
            },
        );
        let resource = &resource;
        async move { Ok::<_, AdapterError>((index, get(cluster, resource, &name).await?)) }
    };
    let requests: Vec<_> = group.names.iter().map(get).collect();
    stream::iter(requests)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

/// The objects of `group` from one list; `None` if listing is not allowed, which does not mean that looking is not.
async fn list(
    cluster: &Cluster,
    resource: &Resource,
    group: &Group,
) -> Result<Option<Vec<(usize, Option<Live>)>>, AdapterError> {
    let path = resource.path(group.sample.namespace.as_deref(), None);
    let items = match cluster.wire.list(&path, Extent::Whole).await {
        Ok(items) => items,
        Err(failure) if failure.is_denied() => return Ok(None),
        Err(failure) => return Err(failure.into_error(&cluster.subject("list", resource.plural.clone()))),
    };
    let mut by_name: HashMap<String, Live> = items
        .into_iter()
        .map(|mut item| {
            // Items of a list do not repeat what they are.
            if let Some(item) = item.as_object_mut() {
                item.insert("apiVersion".to_owned(), Json::from(resource.api_version.as_str()));
                item.insert("kind".to_owned(), Json::from(group.sample.kind.as_str()));
            }
            let live = Live(item);
            (live.name().to_owned(), live)
        })
        .collect();
    Ok(Some(
        group
            .names
            .iter()
            .map(|(index, name)| (*index, by_name.remove(name)))
            .collect(),
    ))
}

/// The object `name`, if there is one.
pub(crate) async fn get(
    cluster: &Cluster,
    resource: &Resource,
    name: &ObjectName,
) -> Result<Option<Live>, AdapterError> {
    match cluster
        .wire
        .get(&resource.path(name.namespace.as_deref(), Some(&name.name)))
        .await
    {
        Ok(json) => Ok(Some(Live(json))),
        Err(failure) if failure.is_not_found() => Ok(None),
        Err(failure) => Err(failure.into_error(&cluster.subject("get", name.to_string()))),
    }
}

/// What `live` is to `target`; `None` if it is another object that somebody made after ours was deleted.
fn observe(shape: Shape<'_>, target: &Target, live: &Live) -> Option<Observation> {
    if let Some(private) = Private::read(target.private.as_deref())
        && private.uid != live.uid()
    {
        return None;
    }
    Some(Observation {
        object: shape.object(live, target.recorded.as_ref()),
        private: Private::of(live),
        readiness: readiness(live),
        owners: shape.owners(live, target.recorded.as_ref()),
        version: Some(live.expected_version()),
    })
}

impl Cluster {
    /// What is tried with `what`, for messages.
    pub(crate) fn subject(&self, verb: &'static str, what: String) -> Subject<'_> {
        let secret = what.contains("v1/Secret/") || what == "Secret" || what == "secrets";
        Subject {
            verb,
            what,
            server: self.wire.server(),
            secret,
        }
    }
}
