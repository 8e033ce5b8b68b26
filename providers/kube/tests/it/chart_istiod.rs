//! Charts with a control plane, whose part is played by hand: what it patches, what it leaves, what is waited for.

use http::Method;
use serde_json::{Value as Json, json};

use crate::chart::home;
use crate::stranger::Stranger;
use crate::support::World;

fn webhook(name: &str, namespace: &str) -> Json {
    json!({ "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": { "name": name },
        "webhooks": [{ "name": "rev.validation.istio.io", "failurePolicy": "Ignore", "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "clientConfig": { "service": { "name": "istiod", "namespace": namespace, "path": "/validate" } },
            "rules": [{ "operations": ["CREATE"], "apiGroups": ["nobody.example"], "apiVersions": ["*"],
                "resources": ["*"] }] }] })
}

fn istiod(namespace: &str, image: &str) -> Json {
    json!({ "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "istiod", "namespace": namespace, "labels": { "app": "istiod", "istio.io/rev": "default" } },
        "spec": { "selector": { "matchLabels": { "app": "istiod" } },
            "template": { "metadata": { "labels": { "app": "istiod" } },
                "spec": { "containers": [{ "name": "discovery", "image": image }] } } } })
}

/// As istiod does it: the CA of all webhooks, and that they must be asked.
async fn patch_webhook(stranger: &Stranger, name: &str) {
    let path = format!(
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{name}?fieldManager=pilot-discovery"
    );
    let patch = json!([
        { "op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": CA },
        { "op": "replace", "path": "/webhooks/0/failurePolicy", "value": "Fail" },
    ]);
    let (status, answer) = stranger
        .send(Method::PATCH, &path, "application/json-patch+json", &patch)
        .await;
    assert_eq!(status, 200, "{answer}");
}

/// A certificate of nobody, PEM in base64.
const CA: &str = include_str!("../data/ca.pem.base64");

async fn webhooks(stranger: &Stranger, name: &str) -> Json {
    let path = format!("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{name}");
    stranger.get(&path).await.unwrap()["webhooks"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_istiod_patches_is_left_to_it_in_plans_and_upgrades() {
    let name = "chart-patched";
    let (world, stranger) = (World::new(), home(name).await);
    let chart = |webhook: Json| [world.chart(("base", "base", name), &[webhook])];
    let first = webhook(name, name);
    world.converges(&chart(first.clone())).await;
    patch_webhook(&stranger, name).await;
    let plan = world.plan(&chart(first.clone())).await;
    assert!(
        plan.drift.is_empty() && plan.steps.is_empty(),
        "{:#?}",
        plan.changes
    );

    let mut second = first;
    second["webhooks"][0]["timeoutSeconds"] = json!(5);
    world.converges(&chart(second)).await;
    let live = webhooks(&stranger, name).await;
    assert_eq!(
        (&live["failurePolicy"], &live["timeoutSeconds"]),
        (&json!("Fail"), &json!(5))
    );
    assert_eq!(live["clientConfig"]["caBundle"], CA.trim());
    world.converges(&[]).await;
}

/// One after the other: what a control plane leaves is swept only when no other is in the cluster.
#[tokio::test(flavor = "multi_thread")]
async fn control_planes_come_and_go() {
    crate::facts::what_is_there_of_istio_is_told_whoever_put_it_there().await;
    one_that_does_not_come_up_is_waited_for_and_taken_up_again().await;
    what_it_made_goes_with_it_and_what_others_made_stays().await;
}

async fn one_that_does_not_come_up_is_waited_for_and_taken_up_again() {
    let name = "chart-unready";
    let (world, stranger) = (World::new(), home(name).await);
    let chart = [world.chart(
        ("istiod", "istiod", name),
        &[istiod(name, "pilot:1.31.1"), webhook(name, name)],
    )];
    let outcome = world.apply(&chart).await;
    let failure = &outcome.failed[0];
    assert!(
        failure.message.contains("istiod to set the CA of webhook"),
        "{failure:#?}"
    );
    assert!(failure.hint.as_ref().unwrap().contains("go on waiting"));
    assert_eq!(world.addresses(), ["istio_chart.istiod"]);

    // The next apply goes on waiting and does nothing twice.
    let effects = world.faults.effects();
    let (outcome, ()) = tokio::join!(world.apply(&chart), patch_webhook(&stranger, name));
    assert!(outcome.is_complete(), "{outcome:#?}");
    assert_eq!(world.faults.effects(), effects);
    let plan = world.plan(&chart).await;
    assert!(
        plan.drift.is_empty() && plan.steps.is_empty(),
        "{:#?}",
        plan.changes
    );
    world.converges(&[]).await;
}

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const CLASSES: &str = "/apis/gateway.networking.k8s.io/v1/gatewayclasses";

/// The definition of classes of gateways, as far as it matters here.
fn classes() -> Json {
    let schema = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "gatewayclasses.gateway.networking.k8s.io",
            "annotations": { "api-approved.kubernetes.io": "unapproved, a test's" } },
        "spec": { "group": "gateway.networking.k8s.io", "scope": "Cluster",
            "names": { "plural": "gatewayclasses", "singular": "gatewayclass", "kind": "GatewayClass" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } }] } })
}

/// A class for istiod's controller, written by `manager`.
async fn gateway_class(stranger: &Stranger, name: &str, manager: &str) {
    let class = json!({ "apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass",
        "metadata": { "name": name }, "spec": { "controllerName": "istio.io/gateway-controller" } });
    let path = format!("{CLASSES}?fieldManager={manager}");
    // The definition is served a moment after it is there.
    let served = async {
        while stranger.get(CLASSES).await.is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let served = tokio::time::timeout(std::time::Duration::from_secs(30), served).await;
    assert!(served.is_ok(), "{CLASSES} is not served");
    let (status, answer) = stranger
        .send(Method::POST, &path, "application/json", &class)
        .await;
    assert_eq!(status, 201, "{answer}");
}

async fn what_it_made_goes_with_it_and_what_others_made_stays() {
    let name = "chart-swept";
    let (world, stranger) = (World::new(), home(name).await);
    let maps = format!("/api/v1/namespaces/{name}/configmaps");
    let map = |map: &str, labels: &Json, annotations: &Json| {
        json!({ "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": { "name": map, "namespace": name, "labels": labels, "annotations": annotations } })
    };
    let leader = json!({ "control-plane.alpha.kubernetes.io/leader": "{}" });
    stranger
        .create(
            &maps,
            &map(
                "istio-ca-root-cert",
                &json!({ "istio.io/config": "true" }),
                &json!({}),
            ),
        )
        .await;
    stranger
        .create(&maps, &map("istio-leader", &json!({}), &leader))
        .await;
    stranger
        .create(&maps, &map("istio-ca-crl", &json!({}), &json!({})))
        .await;
    stranger
        .create(&maps, &map("leader-of-others", &json!({}), &leader))
        .await;
    let lease = json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": { "name": "istio-gateway-deployment-default", "namespace": name } });
    let leases = format!("/apis/coordination.k8s.io/v1/namespaces/{name}/leases");
    stranger.create(&leases, &lease).await;
    stranger.create(DEFINITIONS, &classes()).await;
    for (class, manager) in [("istio", "pilot-discovery"), ("istio-by-hand", "kubectl")] {
        gateway_class(&stranger, class, manager).await;
    }

    let chart = [world.chart(
        ("istiod", "istiod", name),
        &[map("values", &json!({}), &json!({}))],
    )];
    world.converges(&chart).await;
    world.converges(&[]).await;
    let mut there = Vec::new();
    for map in [
        "istio-ca-root-cert",
        "istio-leader",
        "istio-ca-crl",
        "leader-of-others",
        "values",
    ] {
        if stranger.get(&format!("{maps}/{map}")).await.is_some() {
            there.push(map);
        }
    }
    assert_eq!(there, ["istio-ca-crl", "leader-of-others"]);
    assert_eq!(
        stranger
            .get(&format!("{leases}/istio-gateway-deployment-default"))
            .await,
        None
    );
    assert_eq!(stranger.get(&format!("{CLASSES}/istio")).await, None);
    assert!(stranger.get(&format!("{CLASSES}/istio-by-hand")).await.is_some());
    stranger
        .delete(&format!("{DEFINITIONS}/gatewayclasses.gateway.networking.k8s.io"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_is_ready_with_its_address_and_gone_with_its_load_balancer() {
    let name = "chart-gateway";
    let (world, stranger) = (World::new(), home(name).await);
    let service = json!({ "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": "eastwest", "namespace": name },
        // The class keeps the sandbox's own balancers away: this test plays them.
        "spec": { "type": "LoadBalancer", "loadBalancerClass": "test.example/played", "selector": { "app": "eastwest" },
            "ports": [{ "name": "tls", "port": 15443 }] } });
    let chart = [world.chart(("gateway", "eastwest", name), &[service])];
    let path = format!("/api/v1/namespaces/{name}/services/eastwest");
    let balance = async {
        world.has_asked_for("services/eastwest", 1).await;
        for _ in 0..200 {
            let status =
                json!({ "status": { "loadBalancer": { "ingress": [{ "hostname": "nlb.example" }] } } });
            let (code, _) = stranger
                .send(
                    Method::PATCH,
                    &format!("{path}/status"),
                    "application/merge-patch+json",
                    &status,
                )
                .await;
            if code == 200 {
                let finalizer =
                    json!({ "metadata": { "finalizers": ["service.kubernetes.io/load-balancer-cleanup"] } });
                return stranger.edit(&path, &finalizer).await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the service never came");
    };
    let (outcome, ()) = tokio::join!(world.apply(&chart), balance);
    assert!(outcome.is_complete(), "{outcome:#?}");
    let addresses = world.recorded("istio_chart.eastwest", "load_balancer");
    assert_eq!(
        addresses.items().unwrap(),
        [meshform_state::Value::from("nlb.example")]
    );
    assert!(world.plan(&chart).await.steps.is_empty());

    let release = async {
        loop {
            let live = stranger.get(&path).await.unwrap();
            if live["metadata"]["deletionTimestamp"].is_string() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(world.addresses(), ["istio_chart.eastwest"]);
        stranger
            .edit(&path, &json!({ "metadata": { "finalizers": null } }))
            .await;
    };
    let (outcome, ()) = tokio::join!(world.apply(&[]), release);
    assert!(outcome.is_complete(), "{outcome:#?}");
    assert_eq!(stranger.get(&path).await, None);
}
