//! When an object can be used. Pure.

use meshform_engine::Readiness;
use serde_json::Value as Json;

use crate::live::Live;

/// Whether `live` can be used. Only kinds that others cannot do without are waited for: an object in a namespace needs
/// the namespace, a custom object its definition. Whether a workload runs is a question of its own.
pub(crate) fn readiness(live: &Live) -> Readiness {
    if live.is_terminating() {
        return Readiness::Failed("it is being deleted".to_owned());
    }
    let text = |pointer: &str| live.0.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
    match (text("/apiVersion"), text("/kind")) {
        ("v1", "Namespace") => match text("/status/phase") {
            "Active" => Readiness::Ready,
            phase => Readiness::Pending(format!("the namespace to become active, it is {phase:?}")),
        },
        (version, "CustomResourceDefinition") if version.starts_with("apiextensions.k8s.io/") => {
            definition(live)
        }
        _ => Readiness::Ready,
    }
}

fn definition(live: &Live) -> Readiness {
    let conditions = live.0.pointer("/status/conditions").and_then(Json::as_array);
    let condition = |wanted: &str| {
        let mut all = conditions.into_iter().flatten();
        all.find(|condition| condition.get("type").and_then(Json::as_str) == Some(wanted))
    };
    let status = |condition: &Json| condition.get("status").and_then(Json::as_str).map(str::to_owned);
    if let Some(names) = condition("NamesAccepted")
        && status(names).as_deref() == Some("False")
    {
        let why = names
            .get("message")
            .and_then(Json::as_str)
            .unwrap_or("another definition has its names");
        return Readiness::Failed(why.to_owned());
    }
    if condition("Established").and_then(status).as_deref() == Some("True") {
        Readiness::Ready
    } else {
        Readiness::Pending("the definition to be established".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn namespaces_are_ready_when_active() {
        let namespace = |phase: &str| {
            Live(json!({ "apiVersion": "v1", "kind": "Namespace", "status": { "phase": phase } }))
        };
        assert_eq!(readiness(&namespace("Active")), Readiness::Ready);
        assert!(matches!(readiness(&namespace("")), Readiness::Pending(_)));
    }

    #[test]
    fn what_is_being_deleted_never_gets_ready() {
        let live = Live(json!({ "metadata": { "deletionTimestamp": "now" } }));
        assert!(matches!(readiness(&live), Readiness::Failed(_)));
    }

    #[test]
    fn definitions_are_ready_when_established_and_fail_when_names_clash() {
        let definition = |kind: &str, status: &str| {
            Live(
                json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "status": { "conditions": [{ "type": kind, "status": status, "message": "taken" }] } }),
            )
        };
        assert_eq!(readiness(&definition("Established", "True")), Readiness::Ready);
        assert!(matches!(
            readiness(&definition("Established", "False")),
            Readiness::Pending(_)
        ));
        assert_eq!(
            readiness(&definition("NamesAccepted", "False")),
            Readiness::Failed("taken".to_owned())
        );
    }
}
