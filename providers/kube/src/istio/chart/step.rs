//! Steps of a chart: object by object, each an effect of its own.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use meshform_engine::adapter::{Applied, Request};
use meshform_engine::{AdapterError, Effect, Effects, ErrorClass};
use meshform_kinds::istio::{Chart, ObjectKey};
use meshform_kinds::kubernetes::ObjectName;
use meshform_state::journal::{Locator, Operation};
use serde_json::Value as Json;

use super::owned::Kept;
use super::put::{Put, stranger};
use super::read::is_ours;
use super::release::{is_left_behind, release};
use super::sweep::sweep;
use super::{Private, id, invalid, key, spec};
use crate::client::Cluster;
use crate::live::Live;
use crate::read::look_whole;
use crate::rendered::{Rendered, parse, rank};
use crate::step::{Deletion, Ours, Wanted, mark};
use crate::{DIGEST_MARK, UID_MARK};

/// Creates or changes a chart: makes what is missing, changes what differs, removes what is no longer rendered.
pub(super) async fn bring(
    cluster: &Cluster,
    request: &Request<'_>,
    effects: &mut Effects<'_>,
) -> Result<Applied, AdapterError> {
    let planned = request
        .planned
        .ok_or_else(|| invalid("a step without a planned object"))?;
    let chart = spec(planned)?;
    let rendered = rendered(&chart)?;
    let creates = request.operation == Operation::Create;
    let before = request.before.filter(|_| !creates).map(spec).transpose()?;
    let mut private = if creates {
        Private::default()
    } else {
        Private::read(request.private)
    };
    let differs = |object: &&Rendered| {
        let now = before
            .as_ref()
            .and_then(|before| before.objects.get(&object.key.to_string()));
        now != Some(&object.digest)
    };
    let todo: Vec<&Rendered> = rendered.iter().filter(differs).collect();
    // All strangers at once, and before anything is done.
    survey(cluster, &todo, &private, request.uid).await?;
    for (index, object) in todo.into_iter().enumerate() {
        let live = put(cluster, object, request, &private, effects, creates && index == 0).await?;
        let kept = Kept::of(&live, object.name.version());
        private.objects.insert(object.key.to_string(), kept);
    }
    let recorded = request.recorded.map(spec).transpose()?;
    let stale: Vec<String> = [before, recorded]
        .into_iter()
        .flatten()
        .flat_map(|chart| chart.objects.into_keys())
        .filter(|key| !chart.objects.contains_key(key))
        .collect();
    remove_all(cluster, stale.iter(), request, &private, effects).await?;
    private.objects.retain(|key, _| chart.objects.contains_key(key));
    Ok(Applied {
        id: id(&chart),
        object: None,
        private: private.raw(),
    })
}

/// The objects of `chart`, which must be those that the plan showed.
fn rendered(chart: &Chart) -> Result<Vec<Rendered>, AdapterError> {
    let text = chart.manifests.as_deref().unwrap_or_default();
    let objects = parse(text).map_err(|why| invalid(format!("`manifests` cannot be used: {why}")))?;
    let digests: BTreeMap<String, String> = objects
        .iter()
        .map(|object| (object.key.to_string(), object.digest.clone()))
        .collect();
    if digests == chart.objects && digests.len() == objects.len() {
        return Ok(objects);
    }
    let known = |key: &&String| digests.get(*key) == chart.objects.get(*key);
    let wrong = chart.objects.keys().chain(digests.keys()).find(|key| !known(key));
    let message = format!(
        "`manifests` and `objects` do not fit: {}",
        wrong.map_or("", String::as_str)
    );
    Err(invalid(message))
}

/// Refuses objects that are there and are not ours, all of them in one error.
async fn survey(
    cluster: &Cluster,
    objects: &[&Rendered],
    private: &Private,
    uid: &str,
) -> Result<(), AdapterError> {
    let names: Vec<ObjectName> = objects.iter().map(|object| object.name.clone()).collect();
    let found = look_whole(cluster, &names).await?;
    let mut strangers = Vec::new();
    for (object, live) in objects.iter().zip(found) {
        let Some(live) = live else { continue };
        let kept = private.objects.get(&object.key.to_string());
        let is_ours = is_ours(&live, kept, uid) || live.annotation(UID_MARK) == Some(uid);
        if !is_ours && !is_left_behind(&live) && !live.is_terminating() {
            strangers.push(stranger(object, &live));
        }
    }
    let Some(first) = strangers.first() else {
        return Ok(());
    };
    let messages: Vec<&str> = strangers.iter().map(|error| error.message.as_str()).collect();
    let hint = first.hint.clone();
    let error = AdapterError::refused(ErrorClass::Conflict, messages.join("; "));
    Err(match hint {
        Some(hint) => error.hint(hint),
        None => error,
    })
}

async fn put(
    cluster: &Cluster,
    object: &Rendered,
    request: &Request<'_>,
    private: &Private,
    effects: &mut Effects<'_>,
    is_first: bool,
) -> Result<Live, AdapterError> {
    let mut body = object.manifest.clone();
    mark(&mut body, request);
    body["metadata"]["annotations"][DIGEST_MARK] = Json::from(object.digest.as_str());
    let wanted = Wanted {
        name: object.name.clone(),
        body,
        contents: None,
    };
    let put = Put {
        cluster,
        object,
        wanted: &wanted,
        uid: request.uid,
        kept: private.objects.get(&object.key.to_string()),
    };
    // From the first object on the chart is there, and what is missing of it is known.
    let effect = Effect {
        name: "kubernetes:apply",
        locator: Locator::Natural(object.name.to_string()),
        repeatable: true,
        creates: is_first,
    };
    let id = is_first
        .then(|| request.planned.map(spec))
        .flatten()
        .transpose()?
        .map(|chart| id(&chart));
    let made: Mutex<Option<Live>> = Mutex::new(None);
    let (put, kept, id) = (&put, &made, &id);
    effects
        .run(effect, |permit| async move {
            let live = put.attempt(&permit).await?;
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(live);
            Ok(id.clone())
        })
        .await?;
    if let Some(live) = made.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Ok(live);
    }
    // It was found by looking after its answer was lost.
    let seen = look_whole(cluster, std::slice::from_ref(&object.name)).await?;
    let missing = || {
        AdapterError::lost(
            ErrorClass::Unavailable,
            format!("{} is not to be seen", object.name),
        )
    };
    seen.into_iter().next().flatten().ok_or_else(missing)
}

/// Deletes a chart, last made first, and what a control plane left behind.
pub(super) async fn remove(
    cluster: &Cluster,
    request: &Request<'_>,
    effects: &mut Effects<'_>,
) -> Result<(), AdapterError> {
    let private = Private::read(request.private);
    let recorded = request.recorded.or(request.before);
    let Some(chart) = recorded.map(spec).transpose()? else {
        return Err(invalid("nothing tells which objects the chart has"));
    };
    remove_all(cluster, chart.objects.keys(), request, &private, effects).await?;
    if chart.chart == "istiod" {
        sweep(cluster, &chart.namespace, effects).await?;
    }
    Ok(())
}

async fn remove_all(
    cluster: &Cluster,
    keys: impl Iterator<Item = &String>,
    request: &Request<'_>,
    private: &Private,
    effects: &mut Effects<'_>,
) -> Result<(), AdapterError> {
    let mut keys: Vec<ObjectKey> = keys.map(|text| key(text)).collect::<Result<_, _>>()?;
    keys.sort();
    keys.dedup();
    // What was made last goes first; webhooks before what they judge.
    keys.sort_by_key(|key| std::cmp::Reverse(rank(&key.kind)));
    let names: Vec<ObjectName> = keys.iter().map(|key| private.name(key)).collect();
    let found = look_whole(cluster, &names).await?;
    for ((key, name), live) in keys.iter().zip(names).zip(found) {
        let kept = private.objects.get(&key.to_string());
        let Some(live) = live.filter(|live| is_ours(live, kept, request.uid)) else {
            continue;
        };
        // In the version in which it was found: the one that we guessed may not be served.
        let version = live
            .0
            .get("apiVersion")
            .and_then(Json::as_str)
            .unwrap_or(&name.api_version);
        let name = ObjectName {
            api_version: version.to_owned(),
            ..name
        };
        if Rendered::keeps(&live.0) {
            if !is_left_behind(&live) {
                let_go(cluster, &name, live.uid(), request.lineage, effects).await?;
            }
        } else {
            delete(cluster, &name, live.uid(), request, effects).await?;
        }
    }
    Ok(())
}

async fn delete(
    cluster: &Cluster,
    name: &ObjectName,
    uid: &str,
    request: &Request<'_>,
    effects: &mut Effects<'_>,
) -> Result<(), AdapterError> {
    let deletion = Deletion {
        cluster,
        name: name.clone(),
        ours: Ours::Uid(uid.to_owned()),
        mark: request.uid,
        lineage: request.lineage,
    };
    let deletion = &deletion;
    effects
        .run(repeatable("kubernetes:delete", name), |permit| async move {
            deletion.attempt(&permit).await.map(|()| None)
        })
        .await
        .map(|_| ())
}

async fn let_go(
    cluster: &Cluster,
    name: &ObjectName,
    uid: &str,
    lineage: &str,
    effects: &mut Effects<'_>,
) -> Result<(), AdapterError> {
    effects
        .run(repeatable("kubernetes:release", name), |permit| async move {
            release(cluster, name, uid, lineage, &permit).await.map(|()| None)
        })
        .await
        .map(|_| ())
}

/// An effect on an object that is there.
pub(super) fn repeatable(name: &'static str, object: &ObjectName) -> Effect {
    Effect {
        name,
        locator: Locator::Natural(object.to_string()),
        repeatable: true,
        creates: false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_applied_is_what_was_shown() {
        let manifests = json!([{ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "namespace": "b" } }]);
        let mut chart = Chart {
            chart: "a".to_owned(),
            version: "1".to_owned(),
            release: "a".to_owned(),
            namespace: "b".to_owned(),
            values: None,
            objects: BTreeMap::new(),
            manifests: Some(manifests.to_string()),
            load_balancer: None,
            id: None,
        };
        let error = rendered(&chart).unwrap_err();
        assert!(error.message.ends_with("core/ConfigMap/b/a"), "{error}");
        let digest = parse(&manifests.to_string()).unwrap()[0].digest.clone();
        chart.objects.insert("core/ConfigMap/b/a".to_owned(), digest);
        assert_eq!(rendered(&chart).unwrap().len(), 1);
        chart.manifests = Some("[]".to_owned());
        assert!(rendered(&chart).is_err());
    }
}
