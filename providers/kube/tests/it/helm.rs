//! Helm as a program: found, fed and timed, with its own words where it fails. The program is one of ours that says
//! what it was given.

use std::path::{Path, PathBuf};
use std::time::Duration;

use meshform_engine::{Adapter as _, AdapterError, ErrorClass, Object};
use meshform_kinds::Spec as _;
use meshform_kinds::istio::{HELM_CHART, HELM_TEMPLATE, HelmChart, HelmTemplate};
use meshform_kube::{HelmAdapter, HelmSettings};
use meshform_state::{Scope, Value};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn adapter(program: &str, mode: &str) -> HelmAdapter {
    let variable = |name: &str, value: &str| (name.into(), value.into());
    HelmAdapter::new(HelmSettings {
        program: if program.contains('/') {
            folder().join(program)
        } else {
            program.into()
        },
        environment: vec![variable("PATH", "/usr/bin:/bin"), variable("MODE", mode)],
        folder: folder(),
        timeout: Duration::from_secs(if mode == "hang" { 1 } else { 60 }),
    })
}

fn template(values: Option<&str>, digest: Option<&str>) -> Object {
    let schema = HelmTemplate::schema();
    let mut arguments = Object::empty(schema);
    for (name, value) in [
        ("source", Some("charts")),
        ("name", Some("mesh")),
        ("release", Some("mesh")),
        ("namespace", Some("shop")),
        ("kube_version", Some("1.34.4")),
        ("values", values),
        ("digest", digest),
    ] {
        if let Some(value) = value {
            arguments.set(schema, name, Value::from(value));
        }
    }
    arguments
}

async fn fails(program: &str, mode: &str) -> AdapterError {
    let adapter = adapter(program, mode);
    adapter
        .query(&Scope::Local, HELM_TEMPLATE, &template(None, None))
        .await
        .unwrap_err()
}

#[tokio::test]
async fn values_go_in_by_a_pipe_and_nothing_of_ours_is_in_the_environment() {
    let adapter = adapter("helm/fake.sh", "echo");
    let answer = adapter
        .query(
            &Scope::Local,
            HELM_TEMPLATE,
            &template(Some(r#"{"secretly":"quiet"}"#), None),
        )
        .await
        .unwrap();
    let found = HelmTemplate::from_object(&answer).unwrap();
    assert_eq!(
        found.objects.keys().collect::<Vec<_>>(),
        ["core/ConfigMap/shop/given"]
    );
    let manifests: serde_json::Value = serde_json::from_str(&found.manifests.unwrap()).unwrap();
    let data = &manifests[0]["data"];
    assert_eq!(data["stdin"], r#"{"secretly":"quiet"}"#);
    let arguments = data["arguments"].as_str().unwrap();
    for part in [
        "template",
        "--kube-version 1.34.4",
        "--namespace shop",
        "--values -",
        "-- mesh",
    ] {
        assert!(arguments.contains(part), "{arguments}");
    }
    assert!(!arguments.contains("quiet"), "{arguments}");
    // What a shell sets for itself aside.
    let known = ["MODE", "OLDPWD", "PATH", "PWD", "SHLVL", "_"];
    let names = data["environment"].as_str().unwrap();
    assert!(names.split(' ').all(|name| known.contains(&name)), "{names}");
}

#[tokio::test]
async fn a_missing_helm_is_named_with_what_to_install() {
    let error = fails("no-such-helm", "").await;
    assert!(error.message.contains("`no-such-helm` cannot be run"), "{error}");
    assert!(error.hint.unwrap().contains("Install it"));
}

#[tokio::test]
async fn a_helm_that_fails_or_hangs_says_so() {
    let error = fails("helm/fake.sh", "fail").await;
    assert_eq!(error.class, ErrorClass::Invalid);
    assert!(
        error
            .message
            .contains("helm template failed: Error: nil pointer evaluating"),
        "{error}"
    );
    let error = fails("helm/fake.sh", "network").await;
    assert_eq!(error.class, ErrorClass::Unavailable);
    let error = fails("helm/fake.sh", "hang").await;
    assert!(error.message.contains("did not end within 1 s"), "{error}");
}

#[tokio::test]
async fn a_chart_that_has_become_another_is_refused() {
    let schema = HelmChart::schema();
    let mut arguments = Object::empty(schema);
    arguments.set(schema, "source", Value::from("charts"));
    arguments.set(schema, "name", Value::from("mesh"));
    let adapter = adapter("helm/fake.sh", "echo");
    let chart = adapter
        .query(&Scope::Local, HELM_CHART, &arguments)
        .await
        .unwrap();
    let chart = HelmChart::from_object(&chart).unwrap();
    assert_eq!(chart.version.as_deref(), Some("1.2.3"));
    let query = async |digest: &str| {
        let arguments = template(None, Some(digest));
        adapter.query(&Scope::Local, HELM_TEMPLATE, &arguments).await
    };
    assert!(query(&chart.digest.unwrap()).await.is_ok());
    let error = query("sha256:0").await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Conflict);
    assert!(error.hint.unwrap().contains("init -upgrade"));

    arguments.set(schema, "version", Value::from("2.0.0"));
    let error = adapter
        .query(&Scope::Local, HELM_CHART, &arguments)
        .await
        .unwrap_err();
    assert!(error.message.contains("has version 1.2.3, not 2.0.0"), "{error}");
}
