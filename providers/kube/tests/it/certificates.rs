//! Authorities of istiods: what istiod is given is what openssl accepts, every certificate has the holder of its key,
//! whatever goes wrong and wherever a kill comes, and no key is anywhere but in its Secret.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use meshform_engine::{Action, Object, Resource};
use meshform_kinds::istio::{CaSecret, CertificateAuthority, LocalAuthority, RootCa};
use meshform_kinds::{Field as _, Spec as _};
use meshform_kube::Authority;
use meshform_kube::testing::Fault;
use meshform_state::{Address, Type, Value};
use serde_json::json;

use crate::authority::{FakeAuthority, Mishap};
use crate::openssl::{file, forms, public_key, verified};
use crate::stranger::Stranger;
use crate::support::{World, cluster, clusters, reach};

async fn space(name: &str) {
    let body = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    for cluster in clusters() {
        Stranger::of(cluster)
            .await
            .create("/api/v1/namespaces", &body)
            .await;
    }
}

fn of_aws(authority: &Arc<FakeAuthority>) -> World {
    let authority: Arc<dyn Authority> = Arc::<FakeAuthority>::clone(authority);
    World::signed_by(&authority)
}

/// An authority of an istiod that one of AWS signs.
fn secret(world: &World, space: &str, authority: &FakeAuthority, settings: &[(&str, &str)]) -> Resource {
    let (schema, mut object) = (CaSecret::schema(), Object::empty(CaSecret::schema()));
    let arn = CertificateAuthority {
        arn: "arn:aws-cn:acm-pca:cn-north-1:111111111111:certificate-authority/a".to_owned(),
        region: "cn-north-1".to_owned(),
        account: None,
        plan_role: None,
        apply_role: None,
    };
    object.set(schema, "authority", arn.to_value());
    let root = authority.root.as_str();
    let defaults = [
        ("namespace", space),
        ("name", "cacerts"),
        ("key_algorithm", "EC_prime256v1"),
        ("validity", "90d"),
        ("common_name", "istiod of a"),
        ("organization", "Example"),
    ];
    let roots = meshform_kinds::pem::normalise(Value::from(root)).unwrap();
    object.set(schema, "root_certificate", roots);
    for (name, value) in defaults.iter().chain(settings) {
        object.set(schema, name, Value::from(*value));
    }
    world.typed::<CaSecret>("istio_ca_secret.a", cluster(), &object)
}

/// A root in the first cluster and an authority below it in the second.
fn local(world: &World, space: &str, algorithms: (&str, &str)) -> [Resource; 2] {
    let (schema, mut object) = (RootCa::schema(), Object::empty(RootCa::schema()));
    for (name, value) in [
        ("namespace", space),
        ("name", "root"),
        ("key_algorithm", algorithms.0),
        ("validity", "10y"),
        ("common_name", "root of the mesh"),
    ] {
        object.set(schema, name, Value::from(value));
    }
    let root = world.typed::<RootCa>("istio_root_ca.root", cluster(), &object);
    let (schema, mut object) = (CaSecret::schema(), Object::empty(CaSecret::schema()));
    for (name, value) in [
        ("namespace", space),
        ("name", "cacerts"),
        ("key_algorithm", algorithms.1),
        ("validity", "1y"),
        ("common_name", "istiod of b"),
    ] {
        object.set(schema, name, Value::from(value));
    }
    let from = Address::parse("istio_root_ca.root").unwrap();
    let certificate = Value::later_from(Type::String, &from, "certificate");
    object.set(schema, "root_certificate", certificate);
    let authority = LocalAuthority {
        reach: reach(cluster()),
        namespace: space.to_owned(),
        name: "root".to_owned(),
    };
    object.set(schema, "local_authority", authority.to_value());
    [
        root,
        world.typed::<CaSecret>("istio_ca_secret.b", &clusters()[1], &object),
    ]
}

/// Nothing of ours is left in the space.
async fn is_empty(space: &str) {
    for cluster in clusters() {
        let stranger = Stranger::of(cluster).await;
        for kind in ["secrets", "configmaps"] {
            let list = stranger
                .get(&format!("/api/v1/namespaces/{space}/{kind}"))
                .await
                .unwrap();
            let names = list["items"].as_array().unwrap().iter();
            let names: Vec<&str> = names
                .map(|item| item["metadata"]["name"].as_str().unwrap())
                .collect();
            assert!(
                names.iter().all(|name| *name == "kube-root-ca.crt"),
                "{space}: {names:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_root_in_a_cluster_signs_what_openssl_accepts() {
    for (number, algorithms) in [
        ("EC_secp384r1", "EC_prime256v1"),
        ("RSA_2048", "RSA_2048"),
        ("EC_prime256v1", "RSA_4096"),
    ]
    .into_iter()
    .enumerate()
    {
        let space = format!("certificates-local-{number}");
        self::space(&space).await;
        let world = World::new();
        let resources = local(&world, &space, algorithms);
        world.converges(&resources).await;
        assert_eq!(world.faults.effects(), 4);
        let (here, there) = (Stranger::new().await, Stranger::of(&clusters()[1]).await);
        let text = verified(&there, &space).await;
        assert!(text.contains("Not After : Nov 26 00:00:00 2027 GMT"), "{text}");
        assert!(text.contains("Issuer: CN=root of the mesh"), "{text}");
        let map = there
            .get(&format!("/api/v1/namespaces/{space}/configmaps/cacerts-meshform"))
            .await
            .unwrap();
        let written = world.written();
        for key in [
            forms(&here, &space, "root").await,
            forms(&there, &space, "cacerts").await,
        ]
        .concat()
        {
            assert!(
                !written.contains(&key) && !map.to_string().contains(&key),
                "{key}"
            );
        }
        let before = world.faults.requests().len();
        world.plan(&resources).await;
        let looks = world.faults.requests().split_off(before);
        let looks: Vec<_> = looks
            .iter()
            .filter(|look| look.path.contains("/secrets"))
            .collect();
        assert!(
            looks.len() == 3 && looks.iter().all(|look| look.is_metadata_only()),
            "{looks:?}"
        );
        world.converges(&[]).await;
        is_empty(&space).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_of_aws_signs_what_openssl_accepts() {
    for algorithm in ["EC_secp384r1", "RSA_2048"] {
        let space = format!("certificates-{}", algorithm.to_lowercase().replace('_', "-"));
        self::space(&space).await;
        let authority = FakeAuthority::new("root");
        authority.delay(3);
        let world = of_aws(&authority);
        let resources = [secret(
            &world,
            &space,
            &authority,
            &[("key_algorithm", algorithm)],
        )];
        world.converges(&resources).await;
        let stranger = Stranger::new().await;
        let text = verified(&stranger, &space).await;
        assert!(text.contains("Not After : Feb 24 00:00:00 2027 GMT"), "{text}");
        assert!(text.contains("Subject: CN=istiod of a,O=Example"), "{text}");
        let [request] = &authority.requests()[..] else {
            panic!("{:?}", authority.requests())
        };
        let template = "arn:aws-cn:acm-pca:::template/SubordinateCACertificate_PathLen0/V1";
        assert_eq!(request.template_arn, template);
        let written = world.written();
        for key in forms(&stranger, &space, "cacerts").await {
            assert!(!written.contains(&key), "{key}");
        }
        world.converges(&[]).await;
        is_empty(&space).await;
    }
}

/// Every certificate that was issued has the holder of its key: the Secret of istiod, or none if none was issued.
async fn has_holders(authority: &FakeAuthority, space: &str) {
    let key = public_key(&file(&Stranger::new().await, space, "cacerts", "ca-cert.pem").await);
    for issued in authority.issued() {
        assert_eq!(
            issued, key,
            "{space}: a certificate without the holder of its key"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_with_an_effect_one_certificate_comes_of_it() {
    let faults = [
        Fault::FailBefore,
        Fault::FailAfter,
        Fault::AnswerLost,
        Fault::Twice,
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        for effect in 1..=4 {
            let space = format!("certificates-fault-{number}-{effect}");
            self::space(&space).await;
            let authority = FakeAuthority::new("root");
            let world = of_aws(&authority);
            world.faults.at(effect, fault);
            world.converges(&[secret(&world, &space, &authority, &[])]).await;
            verified(&Stranger::new().await, &space).await;
            assert_eq!(authority.issued().len(), 1, "{fault:?} {effect}");
            has_holders(&authority, &space).await;
            world.converges(&[]).await;
            is_empty(&space).await;
        }
    }
    for mishap in [Mishap::Throttled, Mishap::Lost] {
        let space = format!("certificates-mishap-{mishap:?}").to_lowercase();
        self::space(&space).await;
        let authority = FakeAuthority::new("root");
        let world = of_aws(&authority);
        authority.next(mishap);
        world.converges(&[secret(&world, &space, &authority, &[])]).await;
        assert_eq!(authority.issued().len(), 1, "{mishap:?}");
        has_holders(&authority, &space).await;
        world.converges(&[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_anywhere_loses_no_key_and_leaves_nothing() {
    for (number, fault) in [Fault::Hangs, Fault::HangsAfter].into_iter().enumerate() {
        for effect in 1..=4 {
            let space = format!("certificates-killed-{number}-{effect}");
            self::space(&space).await;
            let authority = FakeAuthority::new("root");
            let world = of_aws(&authority);
            world.faults.at(effect, fault);
            let resources = [secret(&world, &space, &authority, &[])];
            tokio::select! {
                outcome = world.apply(&resources) => panic!("{outcome:#?}"),
                () = world.faults.hangs() => {}
            }
            finished(&world, &authority, &space).await;
        }
    }
    for mishap in [Mishap::Hangs, Mishap::HangsAfter] {
        let space = format!("certificates-killed-{mishap:?}").to_lowercase();
        self::space(&space).await;
        let authority = FakeAuthority::new("root");
        let world = of_aws(&authority);
        authority.next(mishap);
        let resources = [secret(&world, &space, &authority, &[])];
        tokio::select! {
            outcome = world.apply(&resources) => panic!("{outcome:#?}"),
            () = authority.hangs() => {}
        }
        let written = world.written();
        assert!(written.contains("csr-sha256:"), "the intent names the request");
        for key in forms(&Stranger::new().await, &space, "cacerts-pending").await {
            assert!(!written.contains(&key), "{key}");
        }
        finished(&world, &authority, &space).await;
    }
}

/// The next process finishes what this one left.
async fn finished(world: &World, authority: &FakeAuthority, space: &str) {
    let next = world.killed();
    next.converges(&[secret(&next, space, authority, &[])]).await;
    verified(&Stranger::new().await, space).await;
    assert_eq!(authority.issued().len(), 1, "{space}");
    has_holders(authority, space).await;
    next.converges(&[]).await;
    is_empty(space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_of_a_root_or_of_what_it_signs_is_finished_too() {
    for (number, fault) in [Fault::Hangs, Fault::HangsAfter].into_iter().enumerate() {
        for effect in 1..=4 {
            let space = format!("certificates-local-killed-{number}-{effect}");
            self::space(&space).await;
            let world = World::new();
            world.faults.at(effect, fault);
            let algorithms = ("EC_prime256v1", "EC_prime256v1");
            let resources = local(&world, &space, algorithms);
            tokio::select! {
                outcome = world.apply(&resources) => panic!("{outcome:#?}"),
                () = world.faults.hangs() => {}
            }
            let next = world.killed();
            next.converges(&local(&next, &space, algorithms)).await;
            verified(&Stranger::of(&clusters()[1]).await, &space).await;
            next.converges(&[]).await;
            is_empty(&space).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_is_changed_in_place() {
    let space = "certificates-place";
    self::space(space).await;
    let authority = FakeAuthority::new("root");
    let (world, stranger) = (of_aws(&authority), Stranger::new().await);
    world.converges(&[secret(&world, space, &authority, &[])]).await;
    let path = format!("/api/v1/namespaces/{space}/secrets/cacerts");
    let first = stranger.get(&path).await.unwrap();

    // A second root beside the first: no other certificate.
    let other = FakeAuthority::new("next root");
    let roots = format!("{}{}", authority.root, other.root);
    let roots = meshform_kinds::pem::normalise(Value::from(roots.as_str())).unwrap();
    let trusting = [secret(
        &world,
        space,
        &authority,
        &[("root_certificate", roots.as_str().unwrap())],
    )];
    world.converges(&trusting).await;
    let second = stranger.get(&path).await.unwrap();
    assert_eq!(second["data"]["ca-key.pem"], first["data"]["ca-key.pem"]);
    assert_eq!(second["data"]["ca-cert.pem"], first["data"]["ca-cert.pem"]);
    assert_ne!(second["data"]["root-cert.pem"], first["data"]["root-cert.pem"]);
    assert_eq!(authority.issued().len(), 1);

    // Roots that did not sign it are refused, and nothing is written.
    let strange = meshform_kinds::pem::normalise(Value::from(other.root.as_str())).unwrap();
    let wrong = [secret(
        &world,
        space,
        &authority,
        &[("root_certificate", strange.as_str().unwrap())],
    )];
    let outcome = world.apply(&wrong).await;
    assert!(outcome.failed[0].message.contains("CN=root"), "{outcome:#?}");
    assert_eq!(stranger.get(&path).await.unwrap()["data"], second["data"]);

    // Another validity and another key: another certificate in the same Secret.
    let renewed = [secret(
        &world,
        space,
        &authority,
        &[("validity", "30d"), ("key_algorithm", "RSA_2048")],
    )];
    world.converges(&renewed).await;
    let third = stranger.get(&path).await.unwrap();
    assert_ne!(third["data"]["ca-key.pem"], first["data"]["ca-key.pem"]);
    assert_eq!(third["metadata"]["uid"], first["metadata"]["uid"]);
    assert!(verified(&stranger, space).await.contains("rsaEncryption"));
    world.converges(&[]).await;
    is_empty(space).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_changes_is_drift_with_its_author_and_is_put_right() {
    let space = "certificates-drift";
    self::space(space).await;
    let authority = FakeAuthority::new("root");
    let (world, stranger) = (of_aws(&authority), Stranger::new().await);
    let resources = [secret(&world, space, &authority, &[])];
    world.converges(&resources).await;
    let path = format!("/api/v1/namespaces/{space}/secrets/cacerts");
    stranger
        .edit(
            &path,
            &json!({ "data": { "root-cert.pem": STANDARD.encode("theirs") } }),
        )
        .await;
    let plan = world.plan(&resources).await;
    assert_eq!(
        plan.drift[0].owners[0].manager, "kubectl-edit",
        "{:#?}",
        plan.drift
    );
    world.converges(&resources).await;
    verified(&stranger, space).await;

    // The ConfigMap is written from what is there.
    let issued = authority.issued().len();
    stranger
        .delete(&format!("/api/v1/namespaces/{space}/configmaps/cacerts-meshform"))
        .await;
    world.converges(&resources).await;
    assert_eq!(authority.issued().len(), issued);

    // The Secret is made anew.
    stranger.delete(&path).await;
    world.converges(&resources).await;
    verified(&stranger, space).await;
    assert_eq!(authority.issued().len(), issued + 1);
    world.converges(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_others_gave_to_istiod_is_not_taken() {
    let space = "certificates-taken";
    self::space(space).await;
    let authority = FakeAuthority::new("root");
    let (world, stranger) = (of_aws(&authority), Stranger::new().await);
    let theirs = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "cacerts" },
        "data": { "ca-key.pem": STANDARD.encode("theirs") } });
    stranger
        .create(&format!("/api/v1/namespaces/{space}/secrets"), &theirs)
        .await;
    let outcome = world.apply(&[secret(&world, space, &authority, &[])]).await;
    assert!(
        outcome.failed[0].message.contains("belongs to somebody else"),
        "{outcome:#?}"
    );
    assert!(authority.requests().is_empty() && world.faults.effects() == 0);
    assert_eq!(file(&stranger, space, "cacerts", "ca-key.pem").await, "theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_root_whose_key_is_gone_is_replaced_with_all_that_it_signed() {
    let space = "certificates-lost";
    self::space(space).await;
    let (world, stranger) = (World::new(), Stranger::new().await);
    let resources = local(&world, space, ("EC_prime256v1", "EC_prime256v1"));
    world.converges(&resources).await;
    let was = file(
        &Stranger::of(&clusters()[1]).await,
        space,
        "cacerts",
        "root-cert.pem",
    )
    .await;
    stranger
        .delete(&format!("/api/v1/namespaces/{space}/secrets/root"))
        .await;
    let plan = world.plan(&resources).await;
    let root = plan
        .changes
        .iter()
        .find(|change| change.address.to_string() == "istio_root_ca.root");
    assert!(
        matches!(root.unwrap().action, Action::Replace(_)),
        "{:#?}",
        plan.changes
    );
    world.converges(&resources).await;
    let there = Stranger::of(&clusters()[1]).await;
    verified(&there, space).await;
    assert_ne!(file(&there, space, "cacerts", "root-cert.pem").await, was);
    world.converges(&[]).await;
}
