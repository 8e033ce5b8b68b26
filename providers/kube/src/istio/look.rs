//! What all kinds of Istio ask of live objects, and how their objects are named.

use meshform_engine::adapter::{Owner, Request};
use meshform_engine::{AdapterError, ErrorClass, Observation, Readiness, Target};
use meshform_kinds::istio::ClusterReach;
use meshform_kinds::kubernetes::ObjectName;
use meshform_kinds::{CodecError, Spec};
use meshform_state::{EksReach, Scope};
use serde_json::{Value as Json, json};

use crate::UID_MARK;
use crate::client::{Cluster, Extent};
use crate::live::Live;
use crate::managed::{Path, Step};
use crate::read::{How, LABEL, Sight};
use crate::sealed::Sealed;

/// The annotation with a digest of what is public in a Secret.
pub(super) const DIGEST: &str = crate::DIGEST_MARK;

/// How Secrets are looked at.
pub(super) const METADATA: How = How {
    extent: Extent::Metadata,
    labelled: true,
};

/// How all else is looked at.
pub(super) const WHOLE: How = How {
    extent: Extent::Whole,
    labelled: true,
};

/// The object of that name in a namespace, of a kind of the core group.
pub(super) fn core(kind: &str, namespace: &str, name: &str) -> ObjectName {
    ObjectName {
        api_version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
    }
}

/// An object of that name and nothing else but the label by which lists show it.
pub(super) fn skeleton(name: &ObjectName) -> Json {
    let mut body = json!({ "apiVersion": name.api_version, "kind": name.kind,
        "metadata": { "name": name.name, "labels": { LABEL.0: LABEL.1 } } });
    if let Some(namespace) = &name.namespace {
        body["metadata"]["namespace"] = Json::from(namespace.as_str());
    }
    body
}

/// The two parts of the id of a resource.
pub(super) fn split(id: &str) -> Result<(&str, &str), AdapterError> {
    id.split_once('/').ok_or_else(|| {
        let message = format!("`{id}` is not a namespace and a name, as `istio-system/cacerts` is");
        AdapterError::refused(ErrorClass::Invalid, message)
    })
}

/// The object that was seen, if it bears the mark `uid`.
pub(super) fn ours<'l>(sight: &'l Sight, uid: &str) -> Option<&'l Live> {
    match sight {
        Sight::Seen(live) if live.annotation(UID_MARK) == Some(uid) => Some(live),
        _ => None,
    }
}

/// The object that was seen, if it is of somebody else.
pub(super) fn foreign<'l>(sight: &'l Sight, uid: &str) -> Option<&'l Live> {
    match sight {
        Sight::Seen(live) if live.annotation(UID_MARK) != Some(uid) => Some(live),
        _ => None,
    }
}

/// Whether everything in `keys` of the `data` of an object is as we wrote it: whoever changes a field takes it from us.
pub(super) fn is_intact(live: &Live, keys: &[&str]) -> bool {
    let managers = live.managers();
    let ours: Vec<&Path> = managers
        .iter()
        .filter(|manager| manager.is_us())
        .flat_map(|manager| &manager.fields)
        .collect();
    keys.iter().all(|key| ours.contains(&&datum(key)))
}

/// Who else set one of `keys` of the `data` of an object, as owners of the attribute `content`.
pub(super) fn meddlers(live: &Live, keys: &[&str]) -> Vec<Owner> {
    let paths: Vec<Path> = keys.iter().map(|key| datum(key)).collect();
    let others = live
        .managers()
        .into_iter()
        .filter(|manager| !manager.is_us() && manager.fields.iter().any(|field| paths.contains(field)));
    let owner = |manager: crate::managed::Manager| Owner {
        path: ".content".to_owned(),
        manager: manager.name,
        time: manager.time,
    };
    others.map(owner).collect()
}

/// Whether somebody has put something at `key` of the `data` of an object.
pub(super) fn is_filled(live: &Live, key: &str) -> bool {
    let path = datum(key);
    live.managers()
        .iter()
        .any(|manager| manager.fields.contains(&path))
}

/// The text at `key` of the `data` of a ConfigMap.
pub(super) fn datum_text<'l>(live: &'l Live, key: &str) -> Option<&'l str> {
    live.0.get("data")?.get(key)?.as_str()
}

fn datum(key: &str) -> Path {
    vec![Step::Field("data".to_owned()), Step::Field(key.to_owned())]
}

/// The cluster that `reach` reaches.
pub(super) fn scope(reach: &ClusterReach) -> Scope {
    Scope::Cluster {
        name: reach.name.clone(),
        uid: None,
        kubeconfig: reach.kubeconfig.clone(),
        context: reach.context.clone(),
        eks: reach.eks.as_ref().map(|eks| EksReach {
            account: eks.account.clone(),
            region: eks.region.clone(),
            cluster: eks.cluster.clone(),
            plan_role: eks.plan_role.clone(),
            apply_role: eks.apply_role.clone(),
        }),
    }
}

/// What is planned.
pub(super) fn planned<S: Spec>(request: &Request<'_>) -> Result<S, AdapterError> {
    let missing = || AdapterError::refused(ErrorClass::Invalid, "a step without a planned object");
    S::from_object(request.planned.ok_or_else(missing)?).map_err(|error| unreadable(&error))
}

/// What is recorded of a target.
pub(super) fn recorded<S: Spec>(target: &Target) -> Result<S, AdapterError> {
    let recorded = target.recorded.get().ok_or_else(|| {
        let message = format!(
            "`{}` cannot be imported: what it was made for is not in the cluster",
            target.id
        );
        AdapterError::refused(ErrorClass::Invalid, message)
            .hint("Remove it from the cluster; it is then made anew.")
    })?;
    S::from_object(recorded).map_err(|error| unreadable(&error))
}

/// The Secret `name` with what is in it; the one that bears `mark`, if one is given.
pub(super) async fn unseal(
    cluster: &Cluster,
    name: &ObjectName,
    mark: Option<&str>,
) -> Result<Sealed, AdapterError> {
    let namespace = name.namespace.as_deref().unwrap_or_default();
    let path = format!("/api/v1/namespaces/{namespace}/secrets/{}", name.name);
    let sealed = cluster.wire.unseal(&path).await;
    let sealed = sealed.map_err(|failure| failure.into_error(&cluster.subject("get", name.to_string())))?;
    if mark.is_some() && sealed.live.annotation(UID_MARK) != mark {
        return Err(crate::step::other(name));
    }
    Ok(sealed)
}

/// A time in seconds since 1970, in RFC 3339.
pub(super) fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| String::new(), |moment| moment.to_string())
}

/// An object that is not of its kind.
pub(super) fn unreadable(error: &CodecError) -> AdapterError {
    AdapterError::refused(ErrorClass::Invalid, error.to_string())
}

/// An observation of `spec` with the versions of all objects that it was seen in.
pub(super) fn observation<S: Spec>(
    spec: &S,
    readiness: Readiness,
    owners: Vec<Owner>,
    parts: &[Option<&Live>],
) -> Observation {
    let versions: Vec<&str> = parts
        .iter()
        .map(|part| part.map_or("-", Live::resource_version))
        .collect();
    Observation {
        object: spec.to_object(),
        private: None,
        readiness,
        owners,
        version: Some(versions.join(" ")),
    }
}
