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
use crate::{ADOPTED_MARK, UID_MARK};

/// From this many objects of a kind in a namespace on, one list is cheaper than asking for each.
const LIST_FROM: usize = 3;

/// How many single objects are asked for at once.
const AT_ONCE: usize = 8;

/// The label of objects that a resource of several is made of, so that a list shows them and not much else.
pub(crate) const LABEL: (&str, &str) = ("app.kubernetes.io/managed-by", crate::MANAGER);

/// What we keep of an object beside its attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Private {
    /// What Kubernetes calls this one object for ever. Another object of its name has another.
    pub(crate) uid: String,
    /// Whether it was there before us, and stays when we go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) adopted: bool,
}

impl Private {
    /// What was kept, if it was.
    pub(crate) fn read(raw: Option<&RawValue>) -> Option<Self> {
        serde_json::from_str(raw?.get()).ok()
    }

    /// What to keep of `live`, of which `before` was kept.
    pub(crate) fn of(live: &Live, before: Option<&RawValue>) -> Option<Box<RawValue>> {
        let before = Private::read(before).filter(|before| before.uid == live.uid());
        let adopted = live.annotation(ADOPTED_MARK).is_some() && live.annotation(UID_MARK).is_none();
        let private = Private {
            uid: live.uid().to_owned(),
            // Whoever takes our mark off does not make it ours.
            adopted: adopted || before.is_some_and(|before| before.adopted),
        };
        RawValue::from_string(json!(private).to_string()).ok()
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
    let names: Result<Vec<ObjectName>, _> = targets.iter().map(|target| shape.name(&target.id)).collect();
    let seen = look_whole(cluster, &names?).await?;
    let observe = |(target, live): (&Target, Option<Live>)| observe(shape, target, &live?);
    Ok(targets.iter().zip(seen).map(observe).collect())
}

/// Looks at all of the objects called `names`, one answer for each in order.
///
/// # Errors
/// If looking at one of them is not allowed.
pub(crate) async fn look_whole(
    cluster: &Cluster,
    names: &[ObjectName],
) -> Result<Vec<Option<Live>>, AdapterError> {
    let seen = look(cluster, names, How::WHOLE).await?;
    seen.into_iter().map(Sight::into_result).collect()
}

/// How objects are looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How {
    /// How much of each.
    pub(crate) extent: Extent,
    /// Whether they bear the label [`LABEL`].
    pub(crate) labelled: bool,
}

impl How {
    /// All of objects that may bear any labels.
    pub(crate) const WHOLE: How = How {
        extent: Extent::Whole,
        labelled: false,
    };
}

/// What a look at one object gave.
#[derive(Debug)]
pub(crate) enum Sight {
    /// The object.
    Seen(Live),
    /// Nothing.
    Absent,
    /// Looking is not allowed.
    Denied(AdapterError),
}

impl Sight {
    /// Fails if looking is not allowed.
    ///
    /// # Errors
    /// What the API server said.
    pub(crate) fn allowed(&self) -> Result<(), AdapterError> {
        match self {
            Sight::Denied(error) => Err(error.clone()),
            Sight::Seen(_) | Sight::Absent => Ok(()),
        }
    }
}

/// Looks at the objects called `names`, one answer for each in order.
pub(crate) async fn look(
    cluster: &Cluster,
    names: &[ObjectName],
    how: How,
) -> Result<Vec<Sight>, AdapterError> {
    let mut groups: BTreeMap<(&str, &str, Option<&str>), Group> = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        let key = (&*name.api_version, &*name.kind, name.namespace.as_deref());
        let group = groups.entry(key).or_insert_with(|| Group {
            sample: name.clone(),
            names: Vec::new(),
        });
        group.names.push((index, name.name.clone()));
    }
    let mut seen: Vec<Sight> = names.iter().map(|_| Sight::Absent).collect();
    for group in groups.values() {
        for (index, sight) in read_group(cluster, group, how).await? {
            seen[index] = sight;
        }
    }
    Ok(seen)
}

async fn read_group(cluster: &Cluster, group: &Group, how: How) -> Result<Vec<(usize, Sight)>, AdapterError> {
    let subject = cluster.subject("get", group.sample.kind.clone());
    let resource = cluster.discovery.resource(&cluster.wire, &group.sample).await;
    let Some(resource) = resource.map_err(|failure| failure.into_error(&subject))? else {
        // Without its kind no object is there either.
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    let mut missing: Vec<&(usize, String)> = group.names.iter().collect();
    if group.names.len() >= LIST_FROM
        && let Some(mut listed) = list(cluster, &resource, group, how).await?
    {
        missing.retain(|(index, name)| match listed.remove(name) {
            Some(live) => {
                found.push((*index, Sight::Seen(live)));
                false
            }
            // One whose label somebody took away is not in the list.
            None => how.labelled,
        });
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
        async move { Ok::<_, AdapterError>((index, glance(cluster, resource, &name, how.extent).await?)) }
    };
    let requests: Vec<_> = missing.into_iter().map(get).collect();
    let singles: Vec<(usize, Sight)> = stream::iter(requests)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    found.extend(singles);
    Ok(found)
}

/// The objects of `group` from one list, by name; `None` if listing is not allowed, which does not mean that looking is
/// not.
async fn list(
    cluster: &Cluster,
    resource: &Resource,
    group: &Group,
    how: How,
) -> Result<Option<HashMap<String, Live>>, AdapterError> {
    let path = resource.path(group.sample.namespace.as_deref(), None);
    let selector = if how.labelled {
        format!("{}={}", LABEL.0, LABEL.1)
    } else {
        String::new()
    };
    let items = match cluster.wire.select(&path, &selector, how.extent).await {
        Ok(items) => items,
        Err(failure) if failure.is_denied() => return Ok(None),
        Err(failure) => return Err(failure.into_error(&cluster.subject("list", resource.plural.clone()))),
    };
    let by_name = items.into_iter().map(|mut item| {
        // Items of a list do not repeat what they are.
        if let Some(item) = item.as_object_mut() {
            item.insert("apiVersion".to_owned(), Json::from(resource.api_version.as_str()));
            item.insert("kind".to_owned(), Json::from(group.sample.kind.as_str()));
        }
        let live = Live(item);
        (live.name().to_owned(), live)
    });
    Ok(Some(by_name.collect()))
}

/// What a look at the object `name` gives.
async fn glance(
    cluster: &Cluster,
    resource: &Resource,
    name: &ObjectName,
    extent: Extent,
) -> Result<Sight, AdapterError> {
    let path = resource.path(name.namespace.as_deref(), Some(&name.name));
    let answer = match extent {
        Extent::Whole => cluster.wire.get(&path).await,
        Extent::Metadata => cluster.wire.get_metadata(&path).await,
    };
    match answer {
        Ok(json) => Ok(Sight::Seen(Live(json))),
        Err(failure) if failure.is_not_found() => Ok(Sight::Absent),
        Err(failure) => {
            let denied = failure.is_denied();
            let error = failure.into_error(&cluster.subject("get", name.to_string()));
            if denied {
                Ok(Sight::Denied(error))
            } else {
                Err(error)
            }
        }
    }
}

/// The object `name`, if there is one.
pub(crate) async fn get(
    cluster: &Cluster,
    resource: &Resource,
    name: &ObjectName,
) -> Result<Option<Live>, AdapterError> {
    glance(cluster, resource, name, Extent::Whole)
        .await?
        .into_result()
}

/// The metadata of the object `name`, if there is one.
pub(crate) async fn get_metadata(
    cluster: &Cluster,
    resource: &Resource,
    name: &ObjectName,
) -> Result<Option<Live>, AdapterError> {
    glance(cluster, resource, name, Extent::Metadata)
        .await?
        .into_result()
}

impl Sight {
    /// The object, if there is one.
    ///
    /// # Errors
    /// If looking is not allowed.
    pub(crate) fn into_result(self) -> Result<Option<Live>, AdapterError> {
        match self {
            Sight::Seen(live) => Ok(Some(live)),
            Sight::Absent => Ok(None),
            Sight::Denied(error) => Err(error),
        }
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
        object: shape.object(live, target.recorded.get()),
        private: Private::of(live, target.private.as_deref()),
        readiness: readiness(live),
        owners: shape.owners(live, target.recorded.get()),
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
