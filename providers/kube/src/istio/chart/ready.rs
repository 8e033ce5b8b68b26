//! What a chart still waits for. Pure.

use meshform_engine::Readiness;
use serde_json::Value as Json;

use crate::live::Live;
use crate::ready::readiness;

/// Whether all of `objects` can be used: definitions established, workloads available, services reachable, and where
/// there is a control plane, its webhooks trusted by the API server.
pub(super) fn of(objects: &[&Live]) -> Readiness {
    let has_istiod = objects.iter().any(|live| is_istiod(live));
    // A webhook waits for what runs behind it, which is the better thing to say.
    let (webhooks, others): (Vec<&Live>, Vec<&Live>) = objects
        .iter()
        .copied()
        .partition(|live| text(live, "/kind").ends_with("WebhookConfiguration"));
    let mut waits: Vec<String> = others
        .into_iter()
        .chain(webhooks)
        .filter_map(|live| waits_for(live, has_istiod))
        .collect();
    match waits.len() {
        0 => Readiness::Ready,
        1 => Readiness::Pending(waits.remove(0)),
        more => Readiness::Pending(format!("{} and {} more", waits.remove(0), more - 1)),
    }
}

fn is_istiod(live: &Live) -> bool {
    text(live, "/kind") == "Deployment" && text(live, "/metadata/labels/app") == "istiod"
}

fn text<'a>(live: &'a Live, pointer: &str) -> &'a str {
    live.0.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

fn number(live: &Live, pointer: &str) -> u64 {
    live.0.pointer(pointer).and_then(Json::as_u64).unwrap_or_default()
}

/// What is waited for at one object.
fn waits_for(live: &Live, has_istiod: bool) -> Option<String> {
    let (kind, name) = (text(live, "/kind"), live.name());
    if live.is_terminating() {
        return Some(format!("{kind} `{name}`, which is being deleted"));
    }
    match kind {
        "Deployment" => workload(
            live,
            "/spec/replicas",
            "/status/availableReplicas",
            "/status/updatedReplicas",
        ),
        "StatefulSet" => workload(
            live,
            "/spec/replicas",
            "/status/readyReplicas",
            "/status/updatedReplicas",
        ),
        "DaemonSet" => workload(
            live,
            "/status/desiredNumberScheduled",
            "/status/numberAvailable",
            "/status/updatedNumberScheduled",
        ),
        "Service" if text(live, "/spec/type") == "LoadBalancer" && addresses(live).is_empty() => {
            Some(format!("an address for the load balancer of Service `{name}`"))
        }
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" if has_istiod => {
            untrusted(live).map(|webhook| format!("istiod to set the CA of webhook `{webhook}` of `{name}`"))
        }
        _ => match readiness(live) {
            Readiness::Ready => None,
            Readiness::Pending(what) => Some(format!("{kind} `{name}`: {what}")),
            Readiness::Failed(why) => Some(format!("{kind} `{name}`, which cannot be: {why}")),
        },
    }
}

fn workload(live: &Live, wanted: &str, available: &str, updated: &str) -> Option<String> {
    let (wanted, available, updated) = (
        number(live, wanted),
        number(live, available),
        number(live, updated),
    );
    let is_seen = number(live, "/status/observedGeneration") >= number(live, "/metadata/generation");
    if is_seen && available >= wanted && updated >= wanted {
        return None;
    }
    let (kind, name) = (text(live, "/kind"), live.name());
    let ready = if is_seen { available.min(updated) } else { 0 };
    let why =
        conditions(live).find(|condition| condition.get("status").and_then(Json::as_str) == Some("False"));
    let why = why
        .and_then(|condition| condition.get("message"))
        .and_then(Json::as_str);
    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
    Some(format!(
        "{kind} `{name}`, of which {ready} of {wanted} pods are available{why}"
    ))
}

fn conditions(live: &Live) -> impl Iterator<Item = &Json> {
    let all = live.0.pointer("/status/conditions").and_then(Json::as_array);
    all.into_iter().flatten()
}

/// A webhook that the API server calls at a service and does not trust yet.
fn untrusted(live: &Live) -> Option<&str> {
    let all = live.0.get("webhooks").and_then(Json::as_array);
    let untrusted = all.into_iter().flatten().find(|webhook| {
        let bundle = webhook.pointer("/clientConfig/caBundle").and_then(Json::as_str);
        webhook.pointer("/clientConfig/service").is_some() && bundle.unwrap_or_default().is_empty()
    });
    untrusted?.get("name")?.as_str()
}

/// The addresses of a service's load balancer.
pub(super) fn addresses(live: &Live) -> Vec<String> {
    let all = live
        .0
        .pointer("/status/loadBalancer/ingress")
        .and_then(Json::as_array);
    let address = |ingress: &Json| {
        let of = |name: &str| ingress.get(name).and_then(Json::as_str).map(str::to_owned);
        of("hostname").or_else(|| of("ip"))
    };
    all.into_iter().flatten().filter_map(address).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn istiod(available: u32) -> Live {
        Live(json!({ "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": "istiod", "generation": 2, "labels": { "app": "istiod" } },
            "spec": { "replicas": 1 },
            "status": { "observedGeneration": 2, "availableReplicas": available, "updatedReplicas": available,
                "conditions": [{ "type": "Available", "status": "False", "message": "no nodes" }] } }))
    }

    fn webhook(bundle: &str) -> Live {
        Live(
            json!({ "kind": "MutatingWebhookConfiguration", "metadata": { "name": "injector" }, "webhooks": [
            { "name": "a", "clientConfig": { "service": { "name": "istiod" }, "caBundle": bundle } },
            { "name": "b", "clientConfig": { "url": "https://istiod.example" } }] }),
        )
    }

    fn pending(objects: &[&Live]) -> String {
        match of(objects) {
            Readiness::Pending(what) => what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_workload_is_waited_for_and_says_why() {
        assert_eq!(
            pending(&[&istiod(0)]),
            "Deployment `istiod`, of which 0 of 1 pods are available (no nodes)"
        );
        let mut old = istiod(1);
        assert_eq!(of(&[&old]), Readiness::Ready);
        old.0["metadata"]["generation"] = json!(3);
        assert!(pending(&[&old]).contains("0 of 1"));
    }

    #[test]
    fn webhooks_are_waited_for_where_there_is_a_control_plane() {
        assert_eq!(of(&[&webhook("")]), Readiness::Ready);
        assert!(pending(&[&webhook(""), &istiod(0)]).starts_with("Deployment `istiod`"));
        let what = pending(&[&istiod(1), &webhook("")]);
        assert_eq!(what, "istiod to set the CA of webhook `a` of `injector`");
        assert_eq!(of(&[&istiod(1), &webhook("eA==")]), Readiness::Ready);
    }

    #[test]
    fn a_load_balancer_needs_an_address() {
        let service = |ingress: &Json| {
            Live(
                json!({ "kind": "Service", "metadata": { "name": "gateway" }, "spec": { "type": "LoadBalancer" },
                "status": { "loadBalancer": { "ingress": ingress } } }),
            )
        };
        let (none, one) = (
            service(&json!([])),
            service(&json!([{ "hostname": "nlb.example" }, { "ip": "10.0.0.1" }])),
        );
        assert_eq!(
            pending(&[&none]),
            "an address for the load balancer of Service `gateway`"
        );
        assert_eq!(of(&[&one]), Readiness::Ready);
        assert_eq!(addresses(&one), ["nlb.example", "10.0.0.1"]);
        assert!(pending(&[&none, &istiod(0)]).ends_with("and 1 more"));
    }
}
