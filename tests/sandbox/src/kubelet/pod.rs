//! What a Pod says about how its first container is run. It must never guess: what it does not know of a Pod is an
//! error that names it.

use std::net::Ipv4Addr;
use std::num::NonZero;

use serde_json::Value;

use super::volume::{Source, Volume};
use crate::error::SandboxError;

/// A Pod's first container.
#[derive(Clone, Debug)]
pub(super) struct PodSpec {
    pub(super) uid: String,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) service_account: String,
    pub(super) args: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    pub(super) volumes: Vec<Volume>,
}

impl PodSpec {
    /// Reads a Pod that will have this address.
    pub(super) fn read(pod: &Value, address: Ipv4Addr) -> Result<Self, SandboxError> {
        let container = &pod["spec"]["containers"][0];
        let name = text(&pod["metadata"]["name"]);
        let env = array(&container["env"])
            .map(|variable| Ok((text(&variable["name"]), resolve(pod, variable, address)?)))
            .collect::<Result<_, String>>();
        let volumes = array(&container["volumeMounts"])
            .map(|mount| volume(pod, mount))
            .collect::<Result<Vec<_>, String>>();
        let refuse = |why: String| {
            SandboxError::Usage(format!(
                "the sandbox cannot run Pod {name} as it is described: {why}"
            ))
        };
        Ok(Self {
            uid: text(&pod["metadata"]["uid"]),
            namespace: text(&pod["metadata"]["namespace"]),
            service_account: text(&pod["spec"]["serviceAccountName"]),
            args: array(&container["args"]).map(text).collect(),
            env: env.map_err(refuse)?,
            volumes: volumes.map_err(refuse)?,
            name: text(&pod["metadata"]["name"]),
        })
    }
}

fn resolve(pod: &Value, variable: &Value, address: Ipv4Addr) -> Result<String, String> {
    let from = &variable["valueFrom"];
    if from.is_null() {
        return Ok(text(&variable["value"]));
    }
    let name = &variable["name"];
    if let Some(field) = from["fieldRef"]["fieldPath"].as_str() {
        return match field {
            "metadata.name"
            | "metadata.namespace"
            | "metadata.uid"
            | "spec.nodeName"
            | "spec.serviceAccountName" => Ok(text(
                &pod.pointer(&format!("/{}", field.replace('.', "/")))
                    .cloned()
                    .unwrap_or_default(),
            )),
            "status.podIP" => Ok(address.to_string()),
            "status.hostIP" => Ok("127.0.0.1".to_owned()),
            other => Err(format!("{name} is taken from the field {other}")),
        };
    }
    match from["resourceFieldRef"]["resource"].as_str() {
        // Without a limit it is what the node has.
        Some("limits.cpu") => Ok(std::thread::available_parallelism()
            .map_or(1, NonZero::get)
            .to_string()),
        _ => Err(format!("{name} is taken from {from}")),
    }
}

fn volume(pod: &Value, mount: &Value) -> Result<Volume, String> {
    let path = text(&mount["mountPath"]);
    let found = array(&pod["spec"]["volumes"]).find(|volume| volume["name"] == mount["name"]);
    let volume = found.ok_or_else(|| format!("{path} has no volume"))?;
    let optional = |source: &Value| source["optional"] == true;
    let source = if let Some(secret) = volume.get("secret") {
        Source::Secret {
            name: text(&secret["secretName"]),
            optional: optional(secret),
        }
    } else if let Some(map) = volume.get("configMap") {
        Source::ConfigMap {
            name: text(&map["name"]),
            optional: optional(map),
        }
    } else if let Some(projected) = volume.get("projected") {
        // Of a projected volume, istiod needs tokens; what else there is (the API server's authority, the namespace)
        // serves clients inside a cluster, and this one is told how to reach the API server.
        let token = array(&projected["sources"])
            .map(|source| &source["serviceAccountToken"])
            .find(|token| token["audience"].is_string());
        token.map_or(Source::Nothing, |token| Source::Token {
            audience: text(&token["audience"]),
            file: text(&token["path"]),
        })
    } else if volume.get("emptyDir").is_some() {
        Source::Nothing
    } else {
        return Err(format!("{path} is a volume of another kind: {volume}"));
    };
    Ok(Volume::new(&path, source))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(env: &Value) -> Value {
        json!({
            "metadata": { "name": "istiod-1", "namespace": "istio-system", "uid": "u" },
            "spec": {
                "serviceAccountName": "istiod",
                "containers": [{
                    "args": ["discovery"], "env": [env],
                    "volumeMounts": [{ "name": "cacerts", "mountPath": "/etc/cacerts" }],
                }],
                "volumes": [{ "name": "cacerts", "secret": { "secretName": "cacerts", "optional": true } }],
            },
        })
    }

    #[test]
    fn variables_are_taken_from_where_they_say() {
        let value =
            |env: Value| PodSpec::read(&pod(&env), Ipv4Addr::LOCALHOST).map(|spec| spec.env[0].1.clone());
        let field = |path: &str| json!({ "name": "X", "valueFrom": { "fieldRef": { "fieldPath": path } } });
        assert_eq!(value(json!({ "name": "X", "value": "y" })).unwrap(), "y");
        assert_eq!(value(field("metadata.namespace")).unwrap(), "istio-system");
        assert_eq!(value(field("spec.serviceAccountName")).unwrap(), "istiod");
        assert_eq!(value(field("status.podIP")).unwrap(), "127.0.0.1");
        assert!(value(field("metadata.labels")).is_err());
        let secret = json!({ "name": "X", "valueFrom": { "secretKeyRef": { "name": "s", "key": "k" } } });
        assert!(value(secret).unwrap_err().to_string().contains("istiod-1"));
    }
}
