//! `istio_reader_account`: a ServiceAccount, its binding and its token.

use async_trait::async_trait;
use meshform_engine::{AdapterError, Observation, Readiness, Target};
use meshform_kinds::istio::ReaderAccount;
use meshform_kinds::kubernetes::ObjectName;
use serde_json::{Value as Json, json};

use super::look::{METADATA, WHOLE, core, is_filled, observation, ours, skeleton, split};
use super::several::Several;
use crate::live::Live;
use crate::read::{Sight, look};
use crate::served::At;
use crate::step::{Parts, Wanted};

/// The kind.
pub(crate) struct Reader;

/// The names of its objects.
pub(super) struct Names {
    account: ObjectName,
    binding: ObjectName,
    token: ObjectName,
}

/// What was seen of one.
pub(super) struct Seen {
    account: Sight,
    binding: Sight,
    token: Sight,
}

impl Names {
    fn of(namespace: &str, name: &str) -> Self {
        Names {
            account: core("ServiceAccount", namespace, name),
            binding: ObjectName {
                api_version: "rbac.authorization.k8s.io/v1".to_owned(),
                kind: "ClusterRoleBinding".to_owned(),
                namespace: None,
                name: ReaderAccount::binding_of(namespace, name),
            },
            token: core("Secret", namespace, &ReaderAccount::secret_of(name)),
        }
    }
}

async fn seen(at: At<'_>, names: &[Names]) -> Result<Vec<Seen>, AdapterError> {
    let part = |of: fn(&Names) -> &ObjectName| names.iter().map(of).cloned().collect::<Vec<_>>();
    let accounts = look(at.cluster, &part(|names| &names.account), METADATA).await?;
    let bindings = look(at.cluster, &part(|names| &names.binding), WHOLE).await?;
    let tokens = look(at.cluster, &part(|names| &names.token), METADATA).await?;
    let mut all = Vec::with_capacity(names.len());
    for ((account, binding), token) in accounts.into_iter().zip(bindings).zip(tokens) {
        for sight in [&account, &binding, &token] {
            sight.allowed()?;
        }
        all.push(Seen {
            account,
            binding,
            token,
        });
    }
    Ok(all)
}

/// The role of a binding.
fn role(live: &Live) -> Option<String> {
    Some(live.0.pointer("/roleRef/name")?.as_str()?.to_owned())
}

/// What the three objects are together; `None` if none of them is there.
fn observe(target: &Target, seen: &Seen) -> Result<Option<Observation>, AdapterError> {
    let (namespace, name) = split(&target.id)?;
    let part = |sight| ours(sight, &target.uid);
    let (account, binding, token) = (part(&seen.account), part(&seen.binding), part(&seen.token));
    if account.is_none() && binding.is_none() && token.is_none() {
        return Ok(None);
    }
    let readiness = match (account, token) {
        (Some(_), Some(token)) if !is_filled(token, "token") => {
            Readiness::Pending("the cluster to fill in the token".to_owned())
        }
        _ => Readiness::Ready,
    };
    let spec = ReaderAccount {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        cluster_role: binding.and_then(role).unwrap_or_default(),
        token_secret: Some(ReaderAccount::secret_of(name)),
        // Without its account a token is worth nothing.
        token_secret_uid: account.and(token).map(|live| live.uid().to_owned()),
        id: Some(target.id.clone()),
    };
    let parts = [account, binding, token];
    Ok(Some(observation(&spec, readiness, Vec::new(), &parts)))
}

#[async_trait]
impl Several for Reader {
    type Spec = ReaderAccount;
    type Names = Names;
    type Seen = Seen;

    fn names(namespace: &str, name: &str) -> Names {
        Names::of(namespace, name)
    }

    fn all(names: Names) -> Vec<ObjectName> {
        vec![names.token, names.binding, names.account]
    }

    fn id(spec: &ReaderAccount) -> (&str, String) {
        (&spec.namespace, spec.name.clone())
    }

    async fn look(at: At<'_>, names: &[Names]) -> Result<Vec<Seen>, AdapterError> {
        seen(at, names).await
    }

    fn observe(target: &Target, seen: &Seen) -> Result<Option<Observation>, AdapterError> {
        observe(target, seen)
    }

    async fn ensure(at: At<'_>, spec: &ReaderAccount, parts: &mut Parts<'_, '_>) -> Result<(), AdapterError> {
        ensure(at, spec, parts).await
    }
}

/// Makes what is not there and puts right what is otherwise.
async fn ensure(at: At<'_>, spec: &ReaderAccount, parts: &mut Parts<'_, '_>) -> Result<(), AdapterError> {
    let names = Names::of(&spec.namespace, &spec.name);
    let (mut account, mut binding, mut token) = (false, false, false);
    if !parts.begins {
        let uid = parts.request.uid;
        let (cluster, request) = (at, std::slice::from_ref(&names));
        let Some(seen) = seen(cluster, request).await?.into_iter().next() else {
            return Err(crate::step::other(&names.account));
        };
        account = ours(&seen.account, uid).is_some();
        let bound = ours(&seen.binding, uid).map(|live| role(live) == Some(spec.cluster_role.clone()));
        if bound == Some(false) {
            // The role of a binding cannot be changed.
            parts.delete(names.binding.clone()).await?;
        }
        binding = bound == Some(true);
        token = ours(&seen.token, uid).is_some();
        if token && !account {
            parts.delete(names.token.clone()).await?;
            token = false;
        }
    }
    if !account {
        let body = skeleton(&names.account);
        parts.create(&Wanted::new(body, None, parts.request)?).await?;
    }
    if !binding {
        let body = bound(&names, spec);
        parts.create(&Wanted::new(body, None, parts.request)?).await?;
    }
    if !token {
        let mut body = skeleton(&names.token);
        body["type"] = Json::from("kubernetes.io/service-account-token");
        body["metadata"]["annotations"] = json!({ "kubernetes.io/service-account.name": spec.name });
        let wanted = Wanted::new(body, Some(Default::default()), parts.request)?;
        parts.create(&wanted).await?;
    }
    Ok(())
}

fn bound(names: &Names, spec: &ReaderAccount) -> Json {
    let mut body = skeleton(&names.binding);
    body["roleRef"] =
        json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": spec.cluster_role });
    body["subjects"] = json!([{ "kind": "ServiceAccount", "namespace": spec.namespace, "name": spec.name }]);
    body
}
