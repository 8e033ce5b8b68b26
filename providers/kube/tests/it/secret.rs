//! Data of a Secret that is sent and never stored.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use meshform_kube::testing::Fault;
use meshform_state::Value;
use meshform_state::disk::Disk as _;
use meshform_state::store::MemoryStore;
use serde_json::{Value as Json, json};

use crate::stranger::Stranger;
use crate::support::World;

const ADDRESS: &str = "kubernetes_manifest.s";

fn manifest(name: &str) -> Json {
    json!({ "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": { "name": name, "namespace": "default" } })
}

fn path(name: &str) -> String {
    format!("/api/v1/namespaces/default/secrets/{name}")
}

/// The data of the live Secret.
async fn data(name: &str) -> Json {
    Stranger::new().await.get(&path(name)).await.unwrap()["data"].clone()
}

/// Everything that the state has on its disk.
fn stored(world: &World) -> String {
    let disk = world.store.disk();
    [
        "meshform.state.json",
        "meshform.state.json.backup",
        "meshform.state.journal",
    ]
    .into_iter()
    .filter_map(|name| disk.read(&MemoryStore::folder().join(name)).ok())
    .map(|bytes| String::from_utf8(bytes).unwrap())
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn data_is_sent_and_never_stored() {
    let world = World::new();
    let name = "secret-sent";
    let first = [world.secret(
        "s",
        &manifest(name),
        &[("password", "hunter2"), ("user", "ann")],
        1,
    )];
    world.converges(&first).await;
    // base64 of the texts.
    assert_eq!(
        data(name).await,
        json!({ "password": "aHVudGVyMg==", "user": "YW5u" })
    );
    let text = stored(&world);
    for hidden in ["hunter2", "aHVudGVyMg", "YW5u"] {
        assert!(!text.contains(hidden), "{text}");
    }
    let names = Value::list(
        meshform_state::Type::String,
        vec!["password".into(), "user".into()],
    );
    assert_eq!(world.recorded(ADDRESS, "data_wo_keys"), names);

    // Another text alone says nothing; another version does.
    let same = [world.secret("s", &manifest(name), &[("password", "other"), ("user", "ann")], 1)];
    assert!(world.actions(&same).await.is_empty());
    let second = [world.secret("s", &manifest(name), &[("password", "other")], 2)];
    assert_eq!(world.actions(&second).await, ["update kubernetes_manifest.s"]);
    world.converges(&second).await;
    assert_eq!(data(name).await, json!({ "password": "b3RoZXI=" }));
    assert!(!stored(&world).contains("b3RoZXI"));
    world.converges(&[]).await;
    assert!(Stranger::new().await.get(&path(name)).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_gone_is_missed_and_what_others_wrote_stays() {
    let world = World::new();
    let (name, stranger) = ("secret-drift", Stranger::new().await);
    let wanted = |version| [world.secret("s", &manifest(name), &[("a", "1"), ("b", "2")], version)];
    world.converges(&wanted(1)).await;
    let theirs = json!({ "data": { "a": null, "theirs": "eA==" } });
    stranger.edit(&path(name), &theirs).await;
    let plan = world.plan(&wanted(1)).await;
    assert_eq!(plan.drift.len(), 1);
    assert!(!format!("{plan:?}").contains("eA=="), "{plan:?}");
    world.converges(&wanted(1)).await;
    let all = json!({ "a": "MQ==", "b": "Mg==", "theirs": "eA==" });
    assert_eq!(data(name).await, all);

    // A value that was exchanged is not seen, since it is not compared; it was ours, so the next version takes it back.
    stranger
        .edit(&path(name), &json!({ "data": { "a": "OQ==" } }))
        .await;
    assert!(world.actions(&wanted(1)).await.is_empty());
    world.converges(&wanted(2)).await;
    assert_eq!(data(name).await, all);
    world.converges(&[]).await;
}

/// Whatever becomes of the request, the data arrives, on the one object that was there.
#[tokio::test(flavor = "multi_thread")]
async fn data_is_sent_again_whatever_goes_wrong() {
    let (world, name, stranger) = (World::new(), "secret-faults", Stranger::new().await);
    let wanted = |text: &str, version| [world.secret("s", &manifest(name), &[("a", text)], version)];
    world.converges(&wanted("0", 1)).await;
    let uid = stranger.get(&path(name)).await.unwrap()["metadata"]["uid"].clone();
    let faults = [
        Fault::FailBefore,
        Fault::FailAfter,
        Fault::AnswerLost,
        Fault::Twice,
        Fault::Throttled,
    ];
    for (version, fault) in (2..).zip(faults) {
        world
            .faults
            .next(&Method::PATCH, &format!("secrets/{name}"), fault);
        let text = version.to_string();
        world.converges(&wanted(&text, version)).await;
        assert_eq!(
            data(name).await,
            json!({ "a": STANDARD.encode(&text) }),
            "{fault:?}"
        );
    }
    assert_eq!(stranger.get(&path(name)).await.unwrap()["metadata"]["uid"], uid);
    world.converges(&[]).await;
}
