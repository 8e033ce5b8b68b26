//! `istio_remote_secret`: a kubeconfig with a token of another cluster.

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Owner, Request};
use meshform_engine::{AdapterError, Effects, ErrorClass, Located, Observation, Readiness, Target};
use meshform_kinds::Spec as _;
use meshform_kinds::istio::{CHANGED, RemoteSecret, WRITTEN};
use meshform_kinds::kubernetes::ObjectName;
use meshform_state::journal::{Intent, Operation};
use serde_json::json;

use super::kubeconfig::Remote as Kubeconfig;
use super::look::{
    METADATA, core, is_intact, meddlers, observation, ours, planned, recorded, scope, skeleton, split,
    unreadable,
};
use crate::live::Live;
use crate::read::look;
use crate::sealed::Contents;
use crate::served::{At, Served};
use crate::step::{Parts, Wanted, locate};

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
impl Served for Remote {
    async fn read_many(
        &self,
        at: At<'_>,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let names: Result<Vec<ObjectName>, _> = targets
            .iter()
            .map(|target| split(&target.id).map(|(namespace, name)| core("Secret", namespace, name)))
            .collect();
        let seen = look(at.cluster, &names?, METADATA).await?;
        let mut all = Vec::with_capacity(targets.len());
        for (target, sight) in targets.iter().zip(seen) {
            if let crate::read::Sight::Denied(error) = sight {
                return Err(error);
            }
            all.push(observe(target, ours(&sight, &target.uid))?);
        }
        Ok(all)
    }

    async fn locate(&self, at: At<'_>, intent: &Intent) -> Result<Located, AdapterError> {
        locate(at.cluster, intent).await
    }

    async fn apply(
        &self,
        at: At<'_>,
        request: &Request<'_>,
        effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        let mut parts = Parts::of(at.cluster, request, effects);
        if request.operation == Operation::Delete {
            let (namespace, name) = split(request.id)?;
            parts.delete(core("Secret", namespace, name)).await?;
            return Ok(None);
        }
        let spec: RemoteSecret = planned(request)?;
        let name = core("Secret", &spec.namespace, &RemoteSecret::name_of(&spec.cluster));
        parts.id = format!("{}/{}", spec.namespace, name.name);
        let mut contents = Contents::default();
        contents.set(&spec.cluster, kubeconfig(at, &spec).await?);
        let mut body = skeleton(&name);
        body["type"] = json!("Opaque");
        body["metadata"]["labels"][MULTI_CLUSTER] = json!("true");
        body["metadata"]["annotations"] = json!({ CLUSTER: spec.cluster });
        let wanted = Wanted::new(body, Some(contents), request)?;
        if request.operation == Operation::Create {
            parts.create(&wanted).await?;
        } else {
            let before = request.before.map(RemoteSecret::from_object).transpose();
            let before = before.map_err(|error| unreadable(&error))?;
            let before = before.and_then(|before| before.content);
            let unchanged = |live: &Live| {
                before
                    .as_deref()
                    .is_none_or(|before| before == content(live, &spec.cluster))
            };
            parts.apply(&wanted, &unchanged).await?;
        }
        Ok(Some(parts.done()))
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
