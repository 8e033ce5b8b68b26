//! `istio_remote_secret`: a kubeconfig with a token of another cluster.

use async_trait::async_trait;
use meshform_engine::adapter::Owner;
use meshform_engine::{AdapterError, ErrorClass, Observation, Readiness, Target};
use meshform_kinds::Spec as _;
use meshform_kinds::istio::{CHANGED, RemoteSecret, WRITTEN};
use meshform_kinds::kubernetes::ObjectName;
use meshform_state::journal::Operation;
use serde_json::json;

use super::kubeconfig::Remote as Kubeconfig;
use super::look::{
    METADATA, core, is_intact, meddlers, observation, ours, recorded, scope, skeleton, unreadable,
};
use super::several::Several;
use crate::live::Live;
use crate::read::{Sight, look};
use crate::sealed::Contents;
use crate::served::At;
use crate::step::{Parts, Wanted};

/// The label by which istiod finds remote secrets.
const MULTI_CLUSTER: &str = "istio/multiCluster";

/// The annotation that says which cluster one is for.
const CLUSTER: &str = "networking.istio.io/cluster";

/// The kind.
pub(crate) struct Remote;

/// Whether the Secret for `cluster` is as it was written.
fn content(live: &Live, cluster: &str) -> &'static str {
    let label = live
        .0
        .pointer("/metadata/labels")
        .and_then(|labels| labels.get(MULTI_CLUSTER)?.as_str());
    let found = label == Some("true") && live.annotation(CLUSTER) == Some(cluster);
    if found && is_intact(live, &[cluster]) {
        WRITTEN
    } else {
        CHANGED
    }
}

fn owners(live: &Live, cluster: &str) -> Vec<Owner> {
    let mut owners = meddlers(live, &[cluster]);
    owners.sort_by(|a, b| a.manager.cmp(&b.manager));
    owners
}

fn observe(target: &Target, live: Option<&Live>) -> Result<Option<Observation>, AdapterError> {
    let Some(live) = live else { return Ok(None) };
    let mut spec: RemoteSecret = recorded(target)?;
    spec.content = Some(content(live, &spec.cluster).to_owned());
    spec.id = Some(target.id.clone());
    let owners = owners(live, &spec.cluster);
    let readiness = if live.is_terminating() {
        Readiness::Failed("it is being deleted".to_owned())
    } else {
        Readiness::Ready
    };
    Ok(Some(observation(&spec, readiness, owners, &[Some(live)])))
}

#[async_trait]
impl Several for Remote {
    type Spec = RemoteSecret;
    type Names = ObjectName;
    type Seen = Sight;

    fn names(namespace: &str, name: &str) -> ObjectName {
        core("Secret", namespace, name)
    }

    fn all(secret: ObjectName) -> Vec<ObjectName> {
        vec![secret]
    }

    fn id(spec: &RemoteSecret) -> (&str, String) {
        (&spec.namespace, RemoteSecret::name_of(&spec.cluster))
    }

    async fn look(at: At<'_>, names: &[ObjectName]) -> Result<Vec<Sight>, AdapterError> {
        look(at.cluster, names, METADATA).await
    }

    fn observe(target: &Target, seen: &Sight) -> Result<Option<Observation>, AdapterError> {
        seen.allowed()?;
        observe(target, ours(seen, &target.uid))
    }

    async fn ensure(at: At<'_>, spec: &RemoteSecret, parts: &mut Parts<'_, '_>) -> Result<(), AdapterError> {
        let request = parts.request;
        let (namespace, name) = Self::id(spec);
        let mut contents = Contents::default();
        contents.set(&spec.cluster, kubeconfig(at, spec).await?);
        let mut body = skeleton(&core("Secret", namespace, &name));
        body["type"] = json!("Opaque");
        body["metadata"]["labels"][MULTI_CLUSTER] = json!("true");
        body["metadata"]["annotations"] = json!({ CLUSTER: spec.cluster });
        let wanted = Wanted::new(body, Some(contents), request)?;
        if request.operation == Operation::Create {
            return parts.create(&wanted).await;
        }
        let before = request.before.map(RemoteSecret::from_object).transpose();
        let before = before.map_err(|error| unreadable(&error))?;
        let before = before.and_then(|before| before.content);
        let unchanged = |live: &Live| {
            before
                .as_deref()
                .is_none_or(|before| before == content(live, &spec.cluster))
        };
        parts.apply(&wanted, &unchanged).await
    }
}

/// The kubeconfig, with the token as it is now in the other cluster.
async fn kubeconfig(at: At<'_>, spec: &RemoteSecret) -> Result<zeroize::Zeroizing<Vec<u8>>, AdapterError> {
    let account = &spec.account;
    let other = at.means.clients.cluster(&scope(&account.reach)).await?;
    let name = core("Secret", &account.namespace, &account.token_secret);
    let path = format!(
        "/api/v1/namespaces/{}/secrets/{}",
        account.namespace, account.token_secret
    );
    let what = format!("{name} of cluster `{}`", account.reach.name);
    let sealed = other.wire.unseal(&path).await;
    let sealed = sealed.map_err(|failure| failure.into_error(&other.subject("get", what.clone())))?;
    if sealed.live.uid() != spec.token_secret_uid {
        let message = format!("{what} is not the one that was planned");
        return Err(AdapterError::refused(ErrorClass::Conflict, message)
            .hint("Plan again: somebody made another of the same name, or it is another cluster."));
    }
    let token = sealed.contents.text("token").ok_or_else(|| {
        AdapterError::refused(ErrorClass::Unavailable, format!("{what} has no token yet"))
            .hint("The cluster's token controller fills it in.")
    })?;
    Ok(Kubeconfig {
        cluster: &spec.cluster,
        server: &spec.server,
        certificate_authority_data: &spec.certificate_authority_data,
        tls_server_name: spec.tls_server_name.as_deref(),
        token,
    }
    .to_bytes())
}
