//! Reader accounts and remote secrets: made once whatever goes wrong, put right when somebody changes them, with the
//! token in the Secret and nowhere else.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::config::KubeConfigOptions;
use meshform_engine::{Action, Object, Resource};
use meshform_kinds::istio::{ReaderAccount, RemoteAccount, RemoteSecret};
use meshform_kinds::{Field as _, Spec as _};
use meshform_kube::testing::Fault;
use meshform_state::{Address, Type, Value};
use serde_json::json;

use crate::stranger::Stranger;
use crate::support::{World, clusters, reach};

/// A namespace in both clusters, and a world to make things there.
async fn space(name: &str) -> World {
    for cluster in clusters() {
        let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        Stranger::of(cluster)
            .await
            .create("/api/v1/namespaces", &body)
            .await;
    }
    World::new()
}

fn account(world: &World, space: &str) -> Resource {
    let (schema, mut object) = (ReaderAccount::schema(), Object::empty(ReaderAccount::schema()));
    for (name, value) in [("namespace", space), ("name", "reader"), ("cluster_role", "view")] {
        object.set(schema, name, Value::from(value));
    }
    world.typed::<ReaderAccount>("istio_reader_account.b", &clusters()[1], &object)
}

fn secret(world: &World, space: &str) -> Resource {
    let (schema, mut object) = (RemoteSecret::schema(), Object::empty(RemoteSecret::schema()));
    let other = &clusters()[1];
    for (name, value) in [
        ("namespace", space),
        ("cluster", "b"),
        ("server", &other.server),
        ("certificate_authority_data", &STANDARD.encode(&other.ca)),
    ] {
        object.set(schema, name, Value::from(value));
    }
    let account = RemoteAccount {
        reach: reach(other),
        namespace: space.to_owned(),
        token_secret: ReaderAccount::secret_of("reader"),
    };
    object.set(schema, "account", account.to_value());
    let from = Address::parse("istio_reader_account.b").unwrap();
    let uid = Value::later_from(Type::String, &from, "token_secret_uid");
    object.set(schema, "token_secret_uid", uid);
    world.typed::<RemoteSecret>("istio_remote_secret.b", &clusters()[0], &object)
}

fn both(world: &World, space: &str) -> [Resource; 2] {
    [account(world, space), secret(world, space)]
}

fn path(space: &str) -> String {
    format!("/api/v1/namespaces/{space}/secrets/istio-remote-secret-b")
}

/// The kubeconfig in the remote secret.
async fn kubeconfig(space: &str) -> String {
    let live = Stranger::new().await.get(&path(space)).await.unwrap();
    let text = live["data"]["b"].as_str().unwrap();
    String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
}

/// Whether the other cluster accepts the token in it, once it knows of the rights of the account.
async fn is_accepted(space: &str) -> bool {
    let text = kubeconfig(space).await;
    let kubeconfig = kube::config::Kubeconfig::from_yaml(&text).unwrap();
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .unwrap();
    let client = kube::Client::try_from(config).unwrap();
    for _ in 0..100 {
        let request = http::Request::get(format!("/api/v1/namespaces/{space}/pods"))
            .body(kube::client::Body::empty())
            .unwrap();
        if client.send(request).await.unwrap().status().is_success() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

/// All objects of ours in the space.
async fn left(space: &str) -> Vec<String> {
    let mut left = Vec::new();
    for cluster in clusters() {
        let stranger = Stranger::of(cluster).await;
        let binding = format!("meshform:{space}:");
        for (list, of_ours) in [
            (
                format!("/api/v1/namespaces/{space}/secrets"),
                ["reader", "remote"],
            ),
            (
                format!("/api/v1/namespaces/{space}/serviceaccounts"),
                ["reader", "remote"],
            ),
            (
                "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings".to_owned(),
                [&binding, &binding],
            ),
        ] {
            let list = stranger.get(&list).await.unwrap();
            let names = list["items"].as_array().unwrap().iter();
            let names = names.map(|item| item["metadata"]["name"].as_str().unwrap().to_owned());
            left.extend(names.filter(|name| of_ours.iter().any(|part| name.contains(part))));
        }
    }
    left
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cluster_reads_another_with_a_token_that_it_accepts() {
    let space = "discovery-all";
    let world = self::space(space).await;
    let resources = both(&world, space);
    world.converges(&resources).await;
    assert_eq!(world.faults.effects(), 4);
    assert!(is_accepted(space).await);
    let live = Stranger::new().await.get(&path(space)).await.unwrap();
    assert_eq!(live["metadata"]["labels"]["istio/multiCluster"], "true");
    assert_eq!(
        live["metadata"]["annotations"]["networking.istio.io/cluster"],
        "b"
    );
    assert_eq!(live["data"].as_object().unwrap().len(), 1);

    // The token is in no record, and no plan reads it.
    let token = kubeconfig(space).await;
    let token = token
        .split("token: \"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert!(token.len() > 100);
    let state = world.written();
    for form in [token.to_owned(), STANDARD.encode(token)] {
        assert!(!state.contains(&form));
    }
    let before = world.faults.requests().len();
    world.plan(&resources).await;
    let requests = world.faults.requests().split_off(before);
    let secrets = requests
        .iter()
        .filter(|request| request.path.contains("/secrets"));
    for request in secrets {
        assert!(request.is_metadata_only(), "{request:?}");
    }
    world.converges(&[]).await;
    assert_eq!(left(space).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_with_an_effect_it_is_one() {
    for (number, fault) in [
        Fault::FailBefore,
        Fault::FailAfter,
        Fault::AnswerLost,
        Fault::Twice,
        Fault::Throttled,
    ]
    .into_iter()
    .enumerate()
    {
        for effect in 1..=4 {
            let space = format!("discovery-{number}-{effect}");
            let world = self::space(&space).await;
            world.faults.at(effect, fault);
            world.converges(&both(&world, &space)).await;
            assert!(is_accepted(&space).await, "{fault:?} {effect}");
            world.converges(&[]).await;
            assert_eq!(left(&space).await, Vec::<String>::new(), "{fault:?} {effect}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_before_or_after_any_effect_is_finished_by_the_next_run() {
    for effect in 1..=4 {
        for fault in [Fault::Hangs, Fault::HangsAfter] {
            let space = format!("discovery-killed-{effect}-{}", fault == Fault::Hangs);
            let world = self::space(&space).await;
            world.faults.at(effect, fault);
            let resources = both(&world, &space);
            tokio::select! {
                outcome = world.apply(&resources) => panic!("{outcome:#?}"),
                () = world.faults.hangs() => {}
            }
            let next = world.killed();
            next.converges(&both(&next, &space)).await;
            assert!(is_accepted(&space).await, "{fault:?} {effect}");
            next.converges(&[]).await;
            assert_eq!(left(&space).await, Vec::<String>::new(), "{fault:?} {effect}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_changes_is_drift_with_its_author_and_is_put_right() {
    let space = "discovery-drift";
    let (world, stranger) = (self::space(space).await, Stranger::new().await);
    let resources = both(&world, space);
    world.converges(&resources).await;
    let was = kubeconfig(space).await;
    stranger
        .edit(
            &path(space),
            &json!({ "data": { "b": STANDARD.encode("broken") } }),
        )
        .await;
    let plan = world.plan(&resources).await;
    let [drift] = &plan.drift[..] else {
        panic!("{:#?}", plan.drift)
    };
    assert_eq!(drift.address.to_string(), "istio_remote_secret.b");
    assert_eq!(drift.owners[0].manager, "kubectl-edit");
    world.converges(&resources).await;
    assert_eq!(kubeconfig(space).await, was);

    // A label that istiod needs.
    stranger
        .edit(
            &path(space),
            &json!({ "metadata": { "labels": { "istio/multiCluster": null, "app.kubernetes.io/managed-by": null } } }),
        )
        .await;
    assert_eq!(world.plan(&resources).await.drift.len(), 1);
    world.converges(&resources).await;

    // What others add stays.
    stranger
        .edit(
            &path(space),
            &json!({ "metadata": { "labels": { "team": "x" } } }),
        )
        .await;
    assert!(world.plan(&resources).await.drift.is_empty());
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_gone_is_made_anew_and_taken_over() {
    let space = "discovery-token";
    let world = self::space(space).await;
    let other = Stranger::of(&clusters()[1]).await;
    let resources = both(&world, space);
    world.converges(&resources).await;
    let was = kubeconfig(space).await;
    let token = format!("/api/v1/namespaces/{space}/secrets/reader-token");
    other.delete(&token).await;
    let plan = world.plan(&resources).await;
    let actions: Vec<_> = plan.changes.iter().map(|change| change.action).collect();
    assert_eq!(actions, [Action::Update, Action::Update]);
    world.converges(&resources).await;
    assert_ne!(kubeconfig(space).await, was);
    assert!(is_accepted(space).await);

    // With its account a token goes too, and the binding holds for nobody.
    other
        .delete(&format!("/api/v1/namespaces/{space}/serviceaccounts/reader"))
        .await;
    world.converges(&resources).await;
    assert!(is_accepted(space).await);

    // Another role is another binding, and the same token.
    let was = kubeconfig(space).await;
    let mut changed = both(&world, space);
    let slot = ReaderAccount::schema().slot("cluster_role").unwrap();
    changed[0].fields[slot] = Value::from("edit");
    world.converges(&changed).await;
    let binding = format!("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/meshform:{space}:reader");
    assert_eq!(other.get(&binding).await.unwrap()["roleRef"]["name"], "edit");
    assert_eq!(kubeconfig(space).await, was);
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_have_is_not_taken() {
    let space = "discovery-taken";
    let (world, stranger) = (self::space(space).await, Stranger::new().await);
    let theirs = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "istio-remote-secret-b" },
        "data": { "b": STANDARD.encode("theirs") } });
    stranger
        .create(&format!("/api/v1/namespaces/{space}/secrets"), &theirs)
        .await;
    let resources = both(&world, space);
    let outcome = world.apply(&resources).await;
    let [failure] = &outcome.failed[..] else {
        panic!("{outcome:#?}")
    };
    assert!(
        failure.message.contains("belongs to somebody else"),
        "{}",
        failure.message
    );
    assert_eq!(kubeconfig(space).await, "theirs");
    world.converges(&[]).await;
    assert_eq!(kubeconfig(space).await, "theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_looked_at_in_few_requests() {
    let space = "discovery-many";
    let world = self::space(space).await;
    let mut resources = vec![account(&world, space)];
    for number in 0..6 {
        let mut one = secret(&world, space);
        let slot = RemoteSecret::schema().slot("cluster").unwrap();
        one.fields[slot] = Value::from(format!("c{number}").as_str());
        one.address = Address::parse(&format!("istio_remote_secret.c{number}")).unwrap();
        resources.push(one);
    }
    world.converges(&resources).await;
    let before = world.faults.requests().len();
    world.plan(&resources).await;
    let looks = world.faults.requests().split_off(before);
    let secrets: Vec<&str> = looks
        .iter()
        .filter(|look| look.path.contains("/secrets"))
        .map(|look| look.path.as_str())
        .collect();
    // One list of the remote secrets in one cluster, one look at the token in the other.
    assert_eq!(secrets.len(), 2, "{secrets:?}");
    world.converges(&[]).await;
}
