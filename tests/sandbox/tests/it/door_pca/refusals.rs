//! What IssueCertificate and its neighbours refuse (API_IssueCertificate, "Errors" and the notes of its parameters).

use aws_sdk_acmpca::primitives::Blob;
use aws_sdk_acmpca::types::{
    CertificateAuthorityType, CertificateAuthorityUsageMode, KeyAlgorithm, RevocationReason,
    SigningAlgorithm, ValidityPeriodType,
};
use meshform_sandbox::Door;

use super::hands::{
    ROOT, configuration, create, days, import, issue, openssl_request, quick_root, request, status,
    subordinate, validity, years,
};
use crate::aws::{code, own, pca};

const EC: SigningAlgorithm = SigningAlgorithm::Sha256Withecdsa;
const P256: [&str; 4] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];

pub(crate) async fn what_pca_refuses_is_refused(door: &Door) {
    let client = pca(door, "eu-west-1", &own(door));
    let folder = tempfile::tempdir().unwrap();
    let (arn, _) = quick_root(&client, "refuses").await;
    let csr = openssl_request(folder.path(), "sub", &P256, "/CN=sub");
    let signing = client
        .issue_certificate()
        .certificate_authority_arn(&arn)
        .csr(Blob::new(csr.as_bytes()))
        .template_arn(subordinate(0))
        .signing_algorithm(EC)
        .validity(days(30));

    let outlives = signing.clone().validity(validity(ValidityPeriodType::Days, 3660));
    assert_eq!(code(outlives.send().await), "ValidationException");
    let other_family = signing.clone().signing_algorithm(SigningAlgorithm::Sha256Withrsa);
    assert_eq!(code(other_family.send().await), "InvalidArgsException");
    let no_csr = signing
        .clone()
        .csr(Blob::new("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"));
    assert_eq!(code(no_csr.send().await), "MalformedCSRException");
    assert_eq!(
        code(signing.clone().csr(Blob::new(forged(&csr))).send().await),
        "MalformedCSRException"
    );
    let nameless = openssl_request(folder.path(), "nameless", &P256, "/");
    assert_eq!(
        code(signing.clone().csr(Blob::new(nameless)).send().await),
        "MalformedCSRException"
    );
    let not_before = validity(ValidityPeriodType::Days, 1);
    assert_eq!(
        code(signing.clone().validity_not_before(not_before).send().await),
        "InvalidArgsException"
    );
    assert_eq!(
        code(signing.clone().template_arn(ROOT).send().await),
        "InvalidArgsException"
    );
    let template = "arn:aws:acm-pca:::template/Other/V1";
    assert_eq!(
        code(signing.clone().template_arn(template).send().await),
        "InvalidArnException"
    );
    let passthrough = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0_APIPassthrough/V1";
    assert_eq!(
        code(signing.clone().template_arn(passthrough).send().await),
        "SandboxUnsupported"
    );
    assert_eq!(
        code(signing.clone().certificate_authority_arn("arn:x").send().await),
        "InvalidArnException"
    );
    let absent =
        "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/00000000-0000-4000-8000-000000000000";
    assert_eq!(
        code(signing.clone().certificate_authority_arn(absent).send().await),
        "ResourceNotFoundException"
    );

    path_lengths(&client, &arn).await;
    short_lives(&client, &csr).await;
    configurations(&client).await;
    revocations(&client, &arn, &csr).await;
}

/// Replaces one character inside the signature.
fn forged(csr: &str) -> String {
    let lines: Vec<&str> = csr.lines().collect();
    let last = lines.len() - 2;
    let line = lines[last];
    let replaced = if line.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{replaced}{}", &line[1..]);
    let mut lines = lines;
    lines[last] = &forged;
    lines.join("\n")
}

/// "The CA depth configured on a subordinate CA certificate must not exceed the limit set by its parents".
async fn path_lengths(client: &aws_sdk_acmpca::Client, root: &str) {
    let kind = CertificateAuthorityType::Subordinate;
    let arn = create(client, "depth", kind, KeyAlgorithm::EcPrime256v1, EC).await;
    let csr = request(client, &arn).await;
    let pair = issue(client, root, Some(&subordinate(1)), &csr, EC, years(5)).await;
    import(client, &arn, &pair).await;
    let signing = client
        .issue_certificate()
        .certificate_authority_arn(&arn)
        .csr(Blob::new(csr))
        .signing_algorithm(EC)
        .validity(days(1));
    for (length, allowed) in [(0, true), (1, false), (3, false)] {
        let result = signing.clone().template_arn(subordinate(length)).send().await;
        match allowed {
            true => assert!(result.is_ok()),
            false => assert_eq!(code(result), "ValidationException"),
        }
    }
    // A root's certificate is for a root.
    assert_eq!(
        code(signing.template_arn(ROOT).send().await),
        "InvalidArgsException"
    );
}

/// "Short-lived certificate validity is limited to seven days"; the authority's own certificate may last.
async fn short_lives(client: &aws_sdk_acmpca::Client, csr: &str) {
    let made = client
        .create_certificate_authority()
        .certificate_authority_type(CertificateAuthorityType::Root)
        .certificate_authority_configuration(configuration("short", KeyAlgorithm::EcPrime256v1, EC))
        .usage_mode(CertificateAuthorityUsageMode::ShortLivedCertificate)
        .send()
        .await
        .unwrap();
    let arn = made.certificate_authority_arn.unwrap();
    while status(client, &arn).await.as_str() == "CREATING" {}
    let own = request(client, &arn).await;
    let pair = issue(client, &arn, Some(ROOT), &own, EC, years(10)).await;
    import(client, &arn, &pair).await;
    let signing = client
        .issue_certificate()
        .certificate_authority_arn(&arn)
        .csr(Blob::new(csr.as_bytes()))
        .signing_algorithm(EC);
    assert!(signing.clone().validity(days(7)).send().await.is_ok());
    assert_eq!(
        code(signing.validity(days(8)).send().await),
        "ValidationException"
    );
}

async fn configurations(client: &aws_sdk_acmpca::Client) {
    let make = client
        .create_certificate_authority()
        .certificate_authority_type(CertificateAuthorityType::Root);
    let mixed = configuration(
        "mixed",
        KeyAlgorithm::EcPrime256v1,
        SigningAlgorithm::Sha256Withrsa,
    );
    let refused = make
        .clone()
        .certificate_authority_configuration(mixed)
        .send()
        .await;
    assert_eq!(code(refused), "InvalidArgsException");
    let unknown = configuration(
        "unknown",
        KeyAlgorithm::from("RSA_1024"),
        SigningAlgorithm::Sha256Withrsa,
    );
    let refused = make
        .clone()
        .certificate_authority_configuration(unknown)
        .send()
        .await;
    assert_eq!(code(refused), "ValidationException");
    let long = configuration(&"x".repeat(65), KeyAlgorithm::EcPrime256v1, EC);
    let refused = make.certificate_authority_configuration(long).send().await;
    assert_eq!(code(refused), "ValidationException");
}

async fn revocations(client: &aws_sdk_acmpca::Client, arn: &str, csr: &str) {
    let pair = issue(client, arn, Some(&subordinate(0)), csr, EC, days(30)).await;
    let serial = pair.arn.rsplit('/').next().unwrap().to_owned();
    let pairs: Vec<&str> = (0..serial.len())
        .step_by(2)
        .map(|at| &serial[at..at + 2])
        .collect();
    let revoke = client
        .revoke_certificate()
        .certificate_authority_arn(arn)
        .revocation_reason(RevocationReason::Superseded);
    revoke
        .clone()
        .certificate_serial(pairs.join(":"))
        .send()
        .await
        .unwrap();
    let again = revoke.clone().certificate_serial(&serial).send().await;
    assert_eq!(code(again), "RequestAlreadyProcessedException");
    let absent = revoke.clone().certificate_serial("00ff").send().await;
    assert_eq!(code(absent), "ResourceNotFoundException");
    let own = client
        .describe_certificate_authority()
        .certificate_authority_arn(arn)
        .send()
        .await;
    let own = own.unwrap().certificate_authority.unwrap().serial.unwrap();
    assert_eq!(
        code(revoke.certificate_serial(own).send().await),
        "InvalidRequestException"
    );
    // "You can retrieve the certificate if it is in the ISSUED, EXPIRED, or REVOKED state."
    let get = client
        .get_certificate()
        .certificate_authority_arn(arn)
        .certificate_arn(&pair.arn);
    assert!(get.send().await.is_ok());
}
