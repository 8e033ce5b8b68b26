//! The webhook that API servers of the sandbox ask about tokens ("Webhook Token Authentication" of the Kubernetes
//! documentation; in EKS aws-iam-authenticator's `/authenticate`). It must never let in an identity that has no access
//! entry for the cluster.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::cluster::EksCluster;
use super::registry::{Identity, Registry};
use super::token;

/// Below the door's own paths; the API server's URL follows in Base64, since client-go joins what looks like slashes.
pub(crate) const REVIEW: &str = "token-review/";

/// Returns a kubeconfig for `--authentication-token-webhook-config-file`. JSON is YAML.
pub(crate) fn webhook_kubeconfig(door: &str, prefix: &str, endpoint: &str) -> String {
    let server = format!("{door}{prefix}{REVIEW}{}", URL_SAFE_NO_PAD.encode(endpoint));
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": "door", "cluster": { "server": server } }],
        "users": [{ "name": "api-server", "user": {} }],
        "contexts": [{ "name": "webhook", "context": { "cluster": "door", "user": "api-server" } }],
        "current-context": "webhook",
    })
    .to_string()
}

/// Reads the URL of the API server out of the path that [`webhook_kubeconfig`] made.
pub(crate) fn reviewer(path: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(path.strip_prefix(REVIEW)?).ok()?;
    String::from_utf8(bytes).ok()
}

/// Answers a TokenReview of the API server at `endpoint`, in the version that it was asked in.
pub(crate) fn review(registry: &Registry, endpoint: &str, asked: &Value, now: Timestamp) -> Value {
    let token = asked["spec"]["token"].as_str().unwrap_or("");
    registry.present(token);
    let status = match authenticate(registry, endpoint, token, now) {
        Ok(user) => json!({ "authenticated": true, "user": user }),
        Err(why) => json!({ "authenticated": false, "error": why }),
    };
    json!({ "apiVersion": asked["apiVersion"], "kind": "TokenReview", "status": status })
}

fn authenticate(registry: &Registry, endpoint: &str, token: &str, now: Timestamp) -> Result<Value, String> {
    let mut reason = "the API server is registered as no cluster".to_owned();
    for cluster in registry.served_by(endpoint) {
        match token::bearers(registry, token, &cluster.name, now) {
            Err(why) => reason = why,
            Ok(found) => {
                if let Some(user) = found.iter().find_map(|identity| user(&cluster, identity)) {
                    return Ok(user);
                }
                reason = "Identity is not mapped".to_owned();
            }
        }
    }
    Err(reason)
}

/// Returns the user of an identity with an access entry ("Create access entries" of the EKS user guide: a role's user
/// name is that of its session).
fn user(cluster: &EksCluster, identity: &Identity) -> Option<Value> {
    let (account, role) = (&identity.account, role_of(&identity.arn));
    let matches = |principal: &&String| match role {
        // The ARN of a session has lost the path of its role.
        Some(role) => {
            let prefix = format!("arn:aws:iam::{account}:role/");
            principal
                .strip_prefix(&prefix)
                .is_some_and(|path| path.rsplit('/').next() == Some(role))
        }
        None => **principal == identity.arn,
    };
    let principal = cluster.access_entries.keys().find(matches)?;
    Some(json!({
        "username": identity.arn,
        "uid": format!("aws-iam-authenticator:{account}:{}", identity.access_key),
        "groups": cluster.access_entries[principal],
        "extra": {
            "accessKeyId": [identity.access_key],
            "arn": [identity.arn],
            "canonicalArn": [principal],
        },
    }))
}

/// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION` is of ROLE.
fn role_of(arn: &str) -> Option<&str> {
    let session = arn.strip_prefix("arn:aws:sts::")?.split_once(":assumed-role/")?.1;
    Some(session.split_once('/')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(arn: &str) -> Identity {
        Identity {
            access_key: "AKIA".to_owned(),
            secret_key: String::new(),
            session_token: None,
            arn: arn.to_owned(),
            account: "111111111111".to_owned(),
        }
    }

    #[test]
    fn a_session_is_let_in_as_its_role_and_nobody_else() {
        let cluster = EksCluster::new("a", "eu-west-1", "https://127.0.0.1:1", "")
            .admin("arn:aws:iam::111111111111:role/team/deploy")
            .admin("arn:aws:iam::111111111111:user/op");
        let groups = |arn: &str| user(&cluster, &identity(arn)).map(|user| user["groups"].clone());
        let masters = Some(json!(["system:masters"]));
        assert_eq!(groups("arn:aws:sts::111111111111:assumed-role/deploy/s"), masters);
        assert_eq!(groups("arn:aws:iam::111111111111:user/op"), masters);
        assert_eq!(groups("arn:aws:sts::111111111111:assumed-role/team/s"), None);
        assert_eq!(groups("arn:aws:iam::111111111111:user/other"), None);
    }
}
