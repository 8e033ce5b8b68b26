//! The life of an authority ("Private CA lifecycle" of the user guide).

use std::time::Duration;

use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::primitives::Blob;
use aws_sdk_acmpca::types::{
    CertificateAuthority, CertificateAuthorityStatus as Status, CertificateAuthorityType, KeyAlgorithm,
    SigningAlgorithm, ValidityPeriodType,
};
use meshform_sandbox::{Answer, Door, Fault, FaultKind};

use super::hands::{
    ROOT, configuration, create, days, fetch, import, issue, quick_root, request, status, subordinate,
    validity, years,
};
use crate::aws::{code, own, pca};

const EC: SigningAlgorithm = SigningAlgorithm::Sha256Withecdsa;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) async fn an_authority_goes_through_its_states(door: &Door) {
    let client = pca(door, "eu-west-1", &own(door));
    let made = client
        .create_certificate_authority()
        .certificate_authority_type(CertificateAuthorityType::Root)
        .certificate_authority_configuration(configuration("states", KeyAlgorithm::EcPrime256v1, EC))
        .send()
        .await
        .unwrap();
    let arn = made.certificate_authority_arn().unwrap();
    assert!(arn.starts_with("arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/"));
    a_new_one_waits_for_its_certificate(&client, arn).await;
    one_that_is_disabled_signs_nothing(&client, arn).await;
    a_deleted_one_can_be_restored_for_a_while(door, &client, arn).await;
}

async fn described(client: &Client, arn: &str) -> CertificateAuthority {
    let describe = client
        .describe_certificate_authority()
        .certificate_authority_arn(arn);
    describe.send().await.unwrap().certificate_authority.unwrap()
}

async fn a_new_one_waits_for_its_certificate(client: &Client, arn: &str) {
    let csr = client
        .get_certificate_authority_csr()
        .certificate_authority_arn(arn);
    assert_eq!(code(csr.clone().send().await), "RequestInProgressException");
    assert_eq!(status(client, arn).await, Status::PendingCertificate);
    let csr = csr.send().await.unwrap().csr.unwrap();
    let shown = client
        .get_certificate_authority_certificate()
        .certificate_authority_arn(arn);
    assert_eq!(code(shown.clone().send().await), "InvalidStateException");

    // Without a certificate it signs its own and nothing else.
    let signing = client
        .issue_certificate()
        .certificate_authority_arn(arn)
        .csr(Blob::new(csr))
        .signing_algorithm(EC)
        .validity(years(10));
    let other = signing.clone().template_arn(subordinate(0)).send().await;
    assert_eq!(code(other), "InvalidStateException");
    let issued = signing
        .template_arn(ROOT)
        .send()
        .await
        .unwrap()
        .certificate_arn
        .unwrap();
    let get = client
        .get_certificate()
        .certificate_authority_arn(arn)
        .certificate_arn(&issued);
    assert_eq!(code(get.send().await), "RequestInProgressException");
    let pair = fetch(client, arn, &issued).await;
    assert!(pair.chain.is_none() && pair.certificate.ends_with("-----END CERTIFICATE-----"));
    import(client, arn, &pair).await;

    let authority = described(client, arn).await;
    assert_eq!(authority.status, Some(Status::Active));
    assert_eq!(authority.serial.as_deref(), issued.rsplit('/').next());
    let seconds = authority.not_after.unwrap().secs() - authority.not_before.unwrap().secs();
    assert!(
        (3652 * 86_400..=3653 * 86_400 + 3600).contains(&seconds),
        "{seconds}"
    );
    assert_eq!(shown.send().await.unwrap().certificate, Some(pair.certificate));
}

async fn one_that_is_disabled_signs_nothing(client: &Client, arn: &str) {
    let delete = client
        .delete_certificate_authority()
        .certificate_authority_arn(arn);
    assert_eq!(code(delete.send().await), "InvalidStateException");
    let update = client
        .update_certificate_authority()
        .certificate_authority_arn(arn);
    update.status(Status::Disabled).send().await.unwrap();
    assert_eq!(status(client, arn).await, Status::Disabled);
    let signing = client
        .issue_certificate()
        .certificate_authority_arn(arn)
        .csr(Blob::new(request(client, arn).await))
        .template_arn(subordinate(0))
        .signing_algorithm(EC)
        .validity(days(1));
    assert_eq!(code(signing.send().await), "InvalidStateException");
    let shown = client
        .get_certificate_authority_certificate()
        .certificate_authority_arn(arn);
    assert!(shown.send().await.is_ok());
}

async fn a_deleted_one_can_be_restored_for_a_while(door: &Door, client: &Client, arn: &str) {
    let delete = client
        .delete_certificate_authority()
        .certificate_authority_arn(arn);
    let listed = || {
        let objects = tokio::task::block_in_place(|| door.objects(&["eu-west-1"])).unwrap();
        objects.iter().any(|object| object.id == arn)
    };
    assert!(listed());
    delete.clone().send().await.unwrap();
    assert!(!listed());
    let authority = described(client, arn).await;
    assert_eq!(authority.status, Some(Status::Deleted));
    let window = authority.restorable_until.unwrap().secs() - authority.last_state_change_at.unwrap().secs();
    assert_eq!(window, 30 * 86_400);
    let update = client
        .update_certificate_authority()
        .certificate_authority_arn(arn);
    assert_eq!(
        code(update.status(Status::Active).send().await),
        "InvalidStateException"
    );
    let restore = client
        .restore_certificate_authority()
        .certificate_authority_arn(arn);
    restore.clone().send().await.unwrap();
    assert_eq!(code(restore.send().await), "InvalidStateException");
    assert_eq!(status(client, arn).await, Status::Disabled);
    let short = delete.clone().permanent_deletion_time_in_days(6).send().await;
    assert_eq!(code(short), "ValidationException");
    delete.permanent_deletion_time_in_days(7).send().await.unwrap();
    door.advance_clock(6 * DAY);
    assert_eq!(status(client, arn).await, Status::Deleted);
    door.advance_clock(DAY);
    let describe = client
        .describe_certificate_authority()
        .certificate_authority_arn(arn);
    assert_eq!(code(describe.send().await), "ResourceNotFoundException");
}

pub(crate) async fn an_authority_expires_and_is_renewed(door: &Door) {
    let client = pca(door, "eu-west-1", &own(door));
    let kind = CertificateAuthorityType::Root;
    let arn = create(&client, "expires", kind, KeyAlgorithm::EcPrime256v1, EC).await;
    let csr = request(&client, &arn).await;
    let pair = issue(&client, &arn, Some(ROOT), &csr, EC, days(30)).await;
    import(&client, &arn, &pair).await;
    // Made ahead: an expired authority signs nothing, not even for itself.
    let next = issue(
        &client,
        &arn,
        Some(ROOT),
        &csr,
        EC,
        validity(ValidityPeriodType::Months, 24),
    )
    .await;
    door.advance_clock(29 * DAY);
    assert_eq!(status(&client, &arn).await, Status::Active);
    door.advance_clock(2 * DAY);
    assert_eq!(status(&client, &arn).await, Status::Expired);
    let signing = client
        .issue_certificate()
        .certificate_authority_arn(&arn)
        .csr(Blob::new(csr))
        .template_arn(subordinate(0))
        .signing_algorithm(EC)
        .validity(days(1));
    assert_eq!(code(signing.clone().send().await), "InvalidStateException");
    import(&client, &arn, &next).await;
    assert_eq!(status(&client, &arn).await, Status::Active);
    assert!(signing.send().await.is_ok());
}

pub(crate) async fn a_token_makes_one_within_five_minutes(door: &Door) {
    let client = pca(door, "eu-west-1", &own(door));
    let make = client
        .create_certificate_authority()
        .certificate_authority_type(CertificateAuthorityType::Root)
        .certificate_authority_configuration(configuration("token", KeyAlgorithm::EcPrime256v1, EC));
    let made = async |token: Option<&str>| {
        let answer = make
            .clone()
            .set_idempotency_token(token.map(str::to_owned))
            .send()
            .await;
        answer.unwrap().certificate_authority_arn.unwrap()
    };
    let first = made(Some("t")).await;
    assert_eq!(made(Some("t")).await, first);
    assert_ne!(made(Some("u")).await, first);
    assert_ne!(made(None).await, made(None).await);
    door.advance_clock(Duration::from_secs(299));
    assert_eq!(made(Some("t")).await, first);
    door.advance_clock(Duration::from_secs(1));
    assert_ne!(made(Some("t")).await, first);

    // Delivered twice, a request with a token makes one authority, one without makes two.
    let count = async || {
        let mut pages = client
            .list_certificate_authorities()
            .into_paginator()
            .items()
            .send();
        let mut count = 0;
        while let Some(item) = pages.next().await {
            item.unwrap();
            count += 1;
        }
        count
    };
    for (token, expected) in [(Some("v"), 1), (None, 2)] {
        let before = count().await;
        door.inject(
            Fault::new(FaultKind::Twice {
                answer: Answer::Second,
            })
            .action("CreateCertificateAuthority"),
        );
        made(token).await;
        assert_eq!(count().await - before, expected);
    }

    let (arn, _) = quick_root(&client, "token-root").await;
    let csr = request(&client, &first).await;
    let signing = client
        .issue_certificate()
        .certificate_authority_arn(&arn)
        .csr(Blob::new(csr))
        .template_arn(subordinate(0))
        .signing_algorithm(EC)
        .validity(days(10));
    let issued = async |token: &str| {
        let answer = signing.clone().idempotency_token(token).send().await;
        answer.unwrap().certificate_arn.unwrap()
    };
    let first = issued("t").await;
    assert_eq!(issued("t").await, first);
    assert_ne!(issued("u").await, first);
    door.advance_clock(Duration::from_secs(300));
    assert_ne!(issued("t").await, first);
}
