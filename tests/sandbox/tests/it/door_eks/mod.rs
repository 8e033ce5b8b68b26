//! The door's EKS by the real SDK, and its webhook for tokens that AWS's own signer signed.

mod api_server;

use std::time::{Duration, SystemTime};

use aws_sdk_acmpca::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use meshform_sandbox::{Door, EksCluster, EksVpc, Fault, FaultKind, RemoteDoor, Sandbox};
use serde_json::{Value, json};

use crate::aws::{Key, assume, code, eks, own};
use crate::wire::{element, post, query};

const REGION: &str = "eu-west-1";
const HOME: &str = "123456789012";
const OTHER: &str = "222222222222";
const SERVER: &str = "https://127.0.0.1:6443";

#[tokio::test(flavor = "multi_thread")]
async fn the_doors_eks() {
    let sandbox = tokio::task::block_in_place(|| Sandbox::builder().clusters(1).start()).unwrap();
    let door = sandbox.door.clone();
    clusters_are_described_where_they_are(&door).await;
    lists_have_pages_and_faults(&door).await;
    tokens_open_their_cluster_and_no_other(&door);
    api_server::a_real_api_server_lets_in_whom_the_door_knows(&sandbox).await;
    assert!(door.unregister_cluster(HOME, REGION, "real"));
    tokens_end_and_are_bound_to_sts(&door);
    doors_of_one_sandbox_know_each_others_tokens(&sandbox);
    a_caller_is_named_as_iam_names_it(&door);
}

fn cluster(name: &str) -> EksCluster {
    EksCluster::new(name, REGION, SERVER, "-----BEGIN CERTIFICATE-----\n").vpc(EksVpc {
        vpc_id: "vpc-1".to_owned(),
        subnet_ids: vec!["subnet-1".to_owned()],
        security_group_ids: Vec::new(),
        cluster_security_group_id: "sg-1".to_owned(),
        private_endpoint_only: false,
    })
}

async fn clusters_are_described_where_they_are(door: &Door) {
    let client = eks(door, REGION, &own(door));
    let describe = client.describe_cluster().name("west");
    assert_eq!(code(describe.clone().send().await), "ResourceNotFoundException");
    door.register_cluster(cluster("west"));
    let found = describe.clone().send().await.unwrap().cluster.unwrap();
    assert_eq!(
        found.arn(),
        Some("arn:aws:eks:eu-west-1:123456789012:cluster/west")
    );
    assert_eq!((found.endpoint(), found.version()), (Some(SERVER), Some("1.34")));
    assert_eq!(found.status().unwrap().as_str(), "ACTIVE");
    let data = found.certificate_authority().unwrap().data().unwrap();
    assert_eq!(STANDARD.decode(data).unwrap(), b"-----BEGIN CERTIFICATE-----\n");
    let vpc = found.resources_vpc_config().unwrap();
    assert_eq!(
        (vpc.vpc_id(), vpc.cluster_security_group_id()),
        (Some("vpc-1"), Some("sg-1"))
    );
    assert_eq!(
        found
            .access_config()
            .unwrap()
            .authentication_mode()
            .unwrap()
            .as_str(),
        "API"
    );

    let elsewhere = eks(door, "us-east-1", &own(door))
        .describe_cluster()
        .name("west")
        .send()
        .await;
    assert_eq!(code(elsewhere), "ResourceNotFoundException");
    let guest = eks(door, REGION, &assume(door, OTHER, "mesh"));
    assert_eq!(
        code(guest.describe_cluster().name("west").send().await),
        "ResourceNotFoundException"
    );
    door.register_cluster(cluster("west").account(OTHER));
    let theirs = guest
        .describe_cluster()
        .name("west")
        .send()
        .await
        .unwrap()
        .cluster
        .unwrap();
    assert_eq!(
        theirs.arn(),
        Some("arn:aws:eks:eu-west-1:222222222222:cluster/west")
    );

    assert!(door.unregister_cluster(OTHER, REGION, "west"));
    assert!(!door.unregister_cluster(OTHER, REGION, "west"));
    assert_eq!(
        code(guest.describe_cluster().name("west").send().await),
        "ResourceNotFoundException"
    );
    assert!(describe.send().await.is_ok());
}

async fn lists_have_pages_and_faults(door: &Door) {
    let client = eks(door, REGION, &own(door));
    let remote = RemoteDoor::at(door.endpoint());
    for name in ["a", "b", "c"] {
        tokio::task::block_in_place(|| remote.register_cluster(&cluster(name))).unwrap();
    }
    let mut pages = client.list_clusters().max_results(3).into_paginator().send();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        seen.push(page.unwrap().clusters.unwrap_or_default());
    }
    assert_eq!(seen, [vec!["a", "b", "c"], vec!["west"]]);
    assert_eq!(
        code(client.list_clusters().max_results(101).send().await),
        "InvalidParameterException"
    );
    let removed = tokio::task::block_in_place(|| remote.unregister_cluster(HOME, REGION, "c"));
    assert!(removed.unwrap());

    let versions = client.describe_cluster_versions().send().await.unwrap();
    assert!(
        versions
            .cluster_versions()
            .iter()
            .any(|version| version.cluster_version() == Some("1.34"))
    );
    door.inject(
        Fault::new(FaultKind::Throttle)
            .service("eks")
            .action("DescribeCluster"),
    );
    assert_eq!(
        code(client.describe_cluster().name("a").send().await),
        "ThrottlingException"
    );
    door.inject(Fault::new(FaultKind::Unauthorized).service("eks"));
    assert_eq!(code(client.list_clusters().send().await), "AccessDeniedException");
    let last = door.requests().pop().unwrap();
    assert_eq!((last.action.as_str(), last.effect), ("ListClusters", false));
}

/// What goes into a token.
struct Signing<'a> {
    url: &'a str,
    region: &'a str,
    cluster: &'a str,
    at: SystemTime,
    expires: u64,
}

impl Default for Signing<'_> {
    fn default() -> Self {
        Self {
            url: "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
            region: REGION,
            cluster: "west",
            at: SystemTime::now(),
            expires: 60,
        }
    }
}

/// Signs a token by AWS's library, as `aws eks get-token` does.
fn token(key: &Key, signing: &Signing<'_>) -> String {
    let identity = Credentials::new(&key.id, &key.secret, key.token.clone(), None, "it").into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(signing.expires));
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(signing.region)
        .name("sts")
        .time(signing.at)
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let headers = [("x-k8s-aws-id", signing.cluster)];
    let request =
        SignableRequest::new("GET", signing.url, headers.into_iter(), SignableBody::Bytes(&[])).unwrap();
    let (instructions, _) = sign(request, &params).unwrap().into_parts();
    let mut url: http::Request<()> = http::Request::get(signing.url).body(()).unwrap();
    instructions.apply_to_request_http1x(&mut url);
    format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url.uri().to_string()))
}

/// Asks as an API server does, by its webhook's file.
fn review(door: &Door, server: &str, token: &str) -> Value {
    let config: Value = serde_json::from_str(&door.token_webhook_kubeconfig(server)).unwrap();
    let url = config["clusters"][0]["cluster"]["server"].as_str().unwrap();
    let asked = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": { "token": token, "audiences": ["https://kubernetes.default.svc"] },
    });
    let (status, body) = post(url, &asked.to_string()).unwrap();
    assert_eq!(status, 200, "{body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&answer["apiVersion"], &answer["kind"]),
        (&asked["apiVersion"], &asked["kind"])
    );
    answer["status"].clone()
}

fn refused(door: &Door, token: &str, why: &str) {
    let status = review(door, SERVER, token);
    assert_eq!(status["authenticated"], false, "{status}");
    assert!(status["error"].as_str().unwrap().contains(why), "{status}");
}

fn tokens_open_their_cluster_and_no_other(door: &Door) {
    let key = own(door);
    let good = token(&key, &Signing::default());
    refused(door, &good, "not mapped");
    door.register_cluster(
        cluster("west")
            .admin("arn:aws:iam::123456789012:user/moto")
            .admin("arn:aws:iam::222222222222:role/team/mesh"),
    );
    let status = review(door, SERVER, &good);
    assert_eq!(status["authenticated"], true, "{status}");
    assert_eq!(status["user"]["groups"], json!(["system:masters"]));
    assert_eq!(status["user"]["username"], "arn:aws:iam::123456789012:user/moto");
    assert_eq!(
        review(door, "https://127.0.0.1:7443", &good)["authenticated"],
        false
    );

    // A role of another account is let in as its session; another role of that account is not.
    let role = token(&assume(door, OTHER, "mesh"), &Signing::default());
    let status = review(door, SERVER, &role);
    assert_eq!(
        status["user"]["username"], "arn:aws:sts::222222222222:assumed-role/mesh/it",
        "{status}"
    );
    refused(
        door,
        &token(&assume(door, OTHER, "other"), &Signing::default()),
        "not mapped",
    );

    let elsewhere = Signing {
        cluster: "east",
        ..Signing::default()
    };
    refused(door, &token(&key, &elsewhere), "signature");
    let forged = Key {
        secret: "wrong".to_owned(),
        ..key.clone()
    };
    refused(door, &token(&forged, &Signing::default()), "signature");
    let without_session = Key {
        token: None,
        ..assume(door, OTHER, "mesh")
    };
    refused(door, &token(&without_session, &Signing::default()), "signature");
    refused(door, "a service account's token", "prefix");
}

fn tokens_end_and_are_bound_to_sts(door: &Door) {
    let key = own(door);
    let accepted =
        |signing: &Signing<'_>| review(door, SERVER, &token(&key, signing))["authenticated"] == true;
    let ago = |seconds| SystemTime::now() - Duration::from_secs(seconds);
    for (at, expires, expected) in [(ago(890), 60, true), (ago(910), 900, false), (ago(0), 901, false)] {
        let signing = Signing {
            at,
            expires,
            ..Signing::default()
        };
        assert_eq!(accepted(&signing), expected, "{expires}");
    }
    let global = Signing {
        url: "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
        region: "us-east-1",
        ..Signing::default()
    };
    assert!(accepted(&global));
    let door_itself = format!("{}/?Action=GetCallerIdentity&Version=2011-06-15", door.endpoint());
    for (url, region, why) in [
        (door_itself.as_str(), REGION, "scheme"),
        (
            "https://sts.example.com/?Action=GetCallerIdentity&Version=2011-06-15",
            REGION,
            "hostname",
        ),
        (Signing::default().url, "us-east-1", "scoped"),
    ] {
        let signing = Signing {
            url,
            region,
            ..Signing::default()
        };
        refused(door, &token(&key, &signing), why);
    }
    let lasting = token(&key, &Signing::default());
    assert_eq!(review(door, SERVER, &lasting)["authenticated"], true);
    door.advance_clock(Duration::from_secs(16 * 60));
    refused(door, &lasting, "expired");
}

/// An API server has one webhook, whichever door a test goes through.
fn doors_of_one_sandbox_know_each_others_tokens(sandbox: &Sandbox) {
    let other = sandbox.open_door("333333333333").unwrap();
    let mine = Signing {
        cluster: "mine",
        ..Signing::default()
    };
    let of_other = token(&assume(&other.door, "444444444444", "mesh"), &mine);
    let server = "https://127.0.0.1:8443";
    let registered = EksCluster::new("mine", REGION, server, "").admin("arn:aws:iam::444444444444:role/mesh");
    other.door.register_cluster(registered);
    assert_eq!(review(&other.door, server, &of_other)["authenticated"], true);
    sandbox.door.reset_world().unwrap();
    assert_eq!(review(&sandbox.door, server, &of_other)["authenticated"], true);
}

fn a_caller_is_named_as_iam_names_it(door: &Door) {
    let form = "Action=GetCallerIdentity&Version=2011-06-15";
    let arn = |key: &Key| element(&query(door.endpoint(), "sts", &key.id, form).unwrap().1, "Arn").unwrap();
    assert_eq!(arn(&own(door)), "arn:aws:iam::123456789012:user/moto");
    assert_eq!(
        arn(&assume(door, OTHER, "mesh")),
        "arn:aws:sts::222222222222:assumed-role/mesh/it"
    );
}
