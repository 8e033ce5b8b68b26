//! Authorities of AWS Private CA, and the certificates that they sign.

use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::types::{CertificateAuthority as Listed, CertificateAuthorityStatus as Status};
use meshform_engine::{Clock as _, ErrorClass, Object, Resource};
use meshform_kinds::Spec as _;
use meshform_kinds::aws::{Certificate, CertificateAuthority, CertificateAuthorityData};
use meshform_sandbox::{Answer, Fault, FaultKind};
use meshform_state::{Type, Value};

use crate::support::{World, id_of, tags, through};

const ROOT: &str = "aws_acmpca_certificate_authority.root";

fn subject() -> Value {
    let names = ["organizational_unit", "country", "state", "locality"];
    let rest = names.map(|name| (name.into(), Value::Null(Type::String)));
    let given = [("common_name", "mesh root"), ("organization", "Acme")]
        .map(|(name, text)| (name.into(), text.into()));
    Value::object(given.into_iter().chain(rest))
}

fn root(world: &World, more: &[(&'static str, Value)]) -> Resource {
    let own = [
        ("key_algorithm", Value::from("EC_prime256v1")),
        ("subject", subject()),
        ("validity", Value::from("10y")),
        ("permanent_deletion_time_in_days", Value::int(7)),
    ];
    let all: Vec<(&str, Value)> = own
        .into_iter()
        .filter(|(name, _)| !more.iter().any(|(other, _)| other == name))
        .chain(more.iter().cloned())
        .collect();
    world.resource::<CertificateAuthority>("root", &all)
}

async fn client(world: &World) -> Client {
    Client::new(&through(world.door()).await)
}

/// The authorities that are not deleted.
async fn authorities(world: &World) -> Vec<Listed> {
    let listed = client(world)
        .await
        .list_certificate_authorities()
        .send()
        .await
        .unwrap();
    let mut listed = listed.certificate_authorities.unwrap_or_default();
    listed.retain(|authority| authority.status != Some(Status::Deleted));
    listed
}

async fn arns(world: &World) -> Vec<String> {
    let all = authorities(world).await.into_iter();
    all.filter_map(|authority| authority.arn).collect()
}

fn text(world: &World, attribute: &str) -> String {
    world
        .recorded(ROOT, attribute)
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn a_root_is_made_whole_changed_and_ended() {
    let world = World::new().await;
    world
        .converges(&[root(&world, &[("tags", tags(&[("team", "mesh")]))])])
        .await;
    assert_eq!(text(&world, "status"), "ACTIVE");
    assert_eq!(text(&world, "signing_algorithm"), "SHA256WITHECDSA");
    assert!(text(&world, "certificate").starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(text(&world, "not_after") > text(&world, "not_before"));
    let arn = world.ids()[ROOT].clone();
    let certificate = text(&world, "certificate");

    let changed = [root(&world, &[("tags", tags(&[("team", "security")]))])];
    assert_eq!(world.actions(&changed).await, [format!("update {ROOT}")]);
    world.converges(&changed).await;
    let disabled = [root(&world, &[("enabled", Value::Bool(false))])];
    world.converges(&disabled).await;
    assert_eq!(text(&world, "status"), "DISABLED");
    world.converges(&[root(&world, &[])]).await;
    assert_eq!(
        (text(&world, "certificate"), &world.ids()[ROOT]),
        (certificate, &arn)
    );

    world.converges(&[]).await;
    assert!(authorities(&world).await.is_empty());
    let deleted = client(&world).await.describe_certificate_authority();
    let deleted = deleted.certificate_authority_arn(arn).send().await.unwrap();
    let deleted = deleted.certificate_authority.unwrap();
    assert_eq!(deleted.status, Some(Status::Deleted));
    assert!(deleted.restorable_until.is_some());
}

#[tokio::test]
async fn another_validity_is_another_certificate_of_the_same_authority() {
    let world = World::new().await;
    world.converges(&[root(&world, &[])]).await;
    let (arn, certificate) = (world.ids()[ROOT].clone(), text(&world, "certificate"));
    world
        .converges(&[root(&world, &[("validity", "20y".into())])])
        .await;
    assert_eq!(world.ids()[ROOT], arn);
    assert_ne!(text(&world, "certificate"), certificate);
    world
        .converges(&[root(&world, &[("validity", "12h".into())])])
        .await;
}

#[tokio::test]
async fn what_somebody_did_to_an_authority_is_undone() {
    let world = World::new().await;
    let wanted = [root(&world, &[])];
    world.converges(&wanted).await;
    let arn = world.ids()[ROOT].clone();
    let stranger = client(&world).await;
    let disable = stranger
        .update_certificate_authority()
        .certificate_authority_arn(&arn);
    disable.status(Status::Disabled).send().await.unwrap();
    assert_eq!(world.actions(&wanted).await, [format!("update {ROOT}")]);
    world.converges(&wanted).await;
    let disable = stranger
        .update_certificate_authority()
        .certificate_authority_arn(&arn);
    disable.status(Status::Disabled).send().await.unwrap();
    let delete = stranger
        .delete_certificate_authority()
        .certificate_authority_arn(&arn);
    delete.send().await.unwrap();
    assert_eq!(world.actions(&wanted).await, [format!("create {ROOT}")]);
    world.converges(&wanted).await;
    assert_ne!(world.ids()[ROOT], arn);
}

#[tokio::test]
async fn certificates_are_signed_once_and_only_forgotten() {
    let world = World::new().await;
    let leaf = |validity: &str| {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::default();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "intermediate");
        let csr = params.serialize_request(&key).unwrap().pem().unwrap();
        let attributes = [
            ("certificate_authority_arn", id_of(ROOT)),
            ("certificate_signing_request", csr.into()),
            ("signing_algorithm", "SHA256WITHECDSA".into()),
            ("template_arn", "SubordinateCACertificate_PathLen0/V1".into()),
            ("validity", validity.into()),
        ];
        world.resource::<Certificate>("leaf", &attributes)
    };
    let wanted = [root(&world, &[]), leaf("90d")];
    world.converges(&wanted).await;
    let leaf_text = |attribute: &str| world.recorded("aws_acmpca_certificate.leaf", attribute);
    assert!(
        leaf_text("certificate")
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    let chain = leaf_text("certificate_chain").as_str().unwrap().to_owned();
    assert_eq!(chain.trim(), text(&world, "certificate").trim());
    world.door().clear();
    world.converges(&wanted[..1]).await;
    assert!(
        world.door().effects().is_empty(),
        "a certificate is only forgotten"
    );

    let outcome = world.apply(&[root(&world, &[]), leaf("30y")]).await;
    assert_eq!(outcome.failed.len(), 1, "{:?}", outcome.failed);
    assert_eq!(outcome.failed[0].class, Some(ErrorClass::Invalid));
}

#[tokio::test]
async fn an_authority_is_told_of() {
    let world = World::new().await;
    world
        .converges(&[root(&world, &[("tags", tags(&[("team", "mesh")]))])])
        .await;
    let mut arguments = Object::empty(CertificateAuthorityData::schema());
    let schema = CertificateAuthorityData::schema();
    arguments.set(schema, "arn", Value::from(world.ids()[ROOT].as_str()));
    let kind = "aws_acmpca_certificate_authority";
    let answer = world.adapter.query(&world.scope, kind, &arguments).await.unwrap();
    let told = CertificateAuthorityData::from_object(&answer).unwrap();
    assert_eq!(
        (told.status.as_deref(), told.r#type.as_deref()),
        (Some("ACTIVE"), Some("ROOT"))
    );
    assert_eq!(told.certificate, Some(text(&world, "certificate")));
    assert_eq!(told.not_after, Some(text(&world, "not_after")));
    assert_eq!(told.tags["team"], "mesh");

    world.converges(&[]).await;
    let gone = world
        .adapter
        .query(&world.scope, kind, &arguments)
        .await
        .unwrap_err();
    assert_eq!(gone.class, ErrorClass::NotFound);
}

/// What can happen to a request of AWS Private CA whose answer is lost or that fails.
fn faults() -> [FaultKind; 4] {
    [
        FaultKind::ResetAfter,
        FaultKind::ResetBefore,
        FaultKind::ServerError { status: 500 },
        FaultKind::Twice {
            answer: Answer::Second,
        },
    ]
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_when_a_root_is_made_and_ended() {
    let clean = World::new().await;
    clean.converges(&[root(&clean, &[])]).await;
    clean.converges(&[]).await;
    let effects: Vec<String> = clean
        .door()
        .effects()
        .into_iter()
        .map(|effect| effect.action)
        .collect();
    let expected = [
        "CreateCertificateAuthority",
        "IssueCertificate",
        "ImportCertificateAuthorityCertificate",
        "UpdateCertificateAuthority",
        "DeleteCertificateAuthority",
    ];
    assert_eq!(effects, expected);
    let mut failures = Vec::new();
    for (place, action) in expected.into_iter().enumerate() {
        for kind in faults() {
            let world = World::new().await;
            let fault = Fault::new(kind.clone())
                .service("acm-pca")
                .action(action)
                .effects();
            let wanted = [root(&world, &[])];
            let mut result = match place < 3 {
                true => world.comes_to(&wanted, fault).await,
                false => {
                    world.converges(&wanted).await;
                    world.comes_to(&[], fault).await
                }
            };
            let count = authorities(&world).await.len();
            if result.is_ok() && count != usize::from(place < 3) {
                result = Err(format!("there are {count} authorities"));
            }
            if result.is_ok() && place < 3 {
                world.converges(&[]).await;
                if !authorities(&world).await.is_empty() {
                    result = Err("an authority is left behind".to_owned());
                }
            }
            failures.extend(result.err().map(|why| format!("{action} {kind:?}: {why}")));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[tokio::test]
async fn an_authority_that_stopped_half_way_is_finished() {
    for action in ["IssueCertificate", "ImportCertificateAuthorityCertificate"] {
        let world = World::new().await;
        let wanted = [root(&world, &[])];
        world.door().inject(
            Fault::new(FaultKind::Unauthorized)
                .service("acm-pca")
                .action(action)
                .effects(),
        );
        let outcome = world.apply(&wanted).await;
        assert_eq!(outcome.failed.len(), 1, "{action}");
        assert_eq!(outcome.failed[0].class, Some(ErrorClass::Denied));
        world.door().clear_faults();
        let arn = world.ids()[ROOT].clone();
        assert_eq!(world.actions(&wanted).await, [format!("update {ROOT}")]);
        world.converges(&wanted).await;
        assert_eq!(world.ids()[ROOT], arn);
        assert_eq!(authorities(&world).await.len(), 1);
    }
}

/// The process dies before it hears of the authority that it made, on a machine whose clock is behind, right, or ahead: the
/// next run finds that authority and makes no second one.
#[tokio::test]
async fn an_authority_whose_creation_was_interrupted_is_found_whatever_the_clock_says() {
    const TWO_DAYS_MS: i64 = 2 * 24 * 3600 * 1000;
    for ahead_ms in [-TWO_DAYS_MS, 0, TWO_DAYS_MS] {
        let mut world = World::new().await;
        assert!(arns(&world).await.is_empty());
        let aws_ms = world.door().requests().last().unwrap().at_millis;
        let (aws_ms, ours_ms) = (aws_ms.cast_signed(), world.clock.now_ms().cast_signed());
        world.clock.jump(aws_ms + ahead_ms - ours_ms);
        let wanted = [root(&world, &[])];
        let twice = FaultKind::Twice {
            answer: Answer::First,
        };
        let action = "CreateCertificateAuthority";
        world.door().inject(Fault::new(twice).action(action).effects());
        world.dies_before_the_outcome(&wanted, action).await;
        world.door().clear_faults();
        let made = arns(&world).await;
        assert_eq!(made.len(), 1, "{ahead_ms}");

        world.converges(&wanted).await;
        assert_eq!(arns(&world).await, made, "{ahead_ms}");
        assert_eq!(world.ids()[ROOT], made[0], "{ahead_ms}");
    }
}
