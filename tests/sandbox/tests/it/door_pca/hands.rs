//! What a client of PCA does again and again: make an authority, sign, import, read. It must never hide an error.

use std::path::{Path, PathBuf};

use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::primitives::Blob;
use aws_sdk_acmpca::types::{
    Asn1Subject, CertificateAuthorityConfiguration, CertificateAuthorityStatus, CertificateAuthorityType,
    KeyAlgorithm, SigningAlgorithm, Validity, ValidityPeriodType,
};

pub(crate) const ROOT: &str = "arn:aws:acm-pca:::template/RootCACertificate/V1";

/// The template of a subordinate that this many authorities may follow.
pub(crate) fn subordinate(length: u8) -> String {
    format!("arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen{length}/V1")
}

pub(crate) fn validity(kind: ValidityPeriodType, value: i64) -> Validity {
    Validity::builder().r#type(kind).value(value).build().unwrap()
}

pub(crate) fn years(value: i64) -> Validity {
    validity(ValidityPeriodType::Years, value)
}

pub(crate) fn days(value: i64) -> Validity {
    validity(ValidityPeriodType::Days, value)
}

pub(crate) fn configuration(
    name: &str,
    key: KeyAlgorithm,
    signing: SigningAlgorithm,
) -> CertificateAuthorityConfiguration {
    CertificateAuthorityConfiguration::builder()
        .key_algorithm(key)
        .signing_algorithm(signing)
        .subject(
            Asn1Subject::builder()
                .organization("Mesh")
                .common_name(name)
                .build(),
        )
        .build()
        .unwrap()
}

/// Makes an authority and waits until its request can be had.
pub(crate) async fn create(
    client: &Client,
    name: &str,
    kind: CertificateAuthorityType,
    key: KeyAlgorithm,
    signing: SigningAlgorithm,
) -> String {
    let made = client
        .create_certificate_authority()
        .certificate_authority_type(kind)
        .certificate_authority_configuration(configuration(name, key, signing))
        .send()
        .await
        .unwrap();
    let arn = made.certificate_authority_arn().unwrap().to_owned();
    while status(client, &arn).await == CertificateAuthorityStatus::Creating {}
    arn
}

pub(crate) async fn status(client: &Client, arn: &str) -> CertificateAuthorityStatus {
    let described = client
        .describe_certificate_authority()
        .certificate_authority_arn(arn)
        .send()
        .await;
    let authority = described.unwrap().certificate_authority.unwrap();
    authority.status.unwrap()
}

pub(crate) async fn request(client: &Client, arn: &str) -> String {
    let csr = client
        .get_certificate_authority_csr()
        .certificate_authority_arn(arn)
        .send()
        .await;
    csr.unwrap().csr.unwrap()
}

/// A certificate and its chain, as PEM.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) arn: String,
    pub(crate) certificate: String,
    pub(crate) chain: Option<String>,
}

/// Issues a certificate and waits for it: PCA says "in progress" at first.
pub(crate) async fn issue(
    client: &Client,
    issuer: &str,
    template: Option<&str>,
    csr: &str,
    signing: SigningAlgorithm,
    validity: Validity,
) -> Pair {
    let issued = client
        .issue_certificate()
        .certificate_authority_arn(issuer)
        .csr(Blob::new(csr))
        .set_template_arn(template.map(str::to_owned))
        .signing_algorithm(signing)
        .validity(validity)
        .send()
        .await
        .unwrap();
    fetch(client, issuer, issued.certificate_arn().unwrap()).await
}

pub(crate) async fn fetch(client: &Client, issuer: &str, arn: &str) -> Pair {
    loop {
        let get = client
            .get_certificate()
            .certificate_authority_arn(issuer)
            .certificate_arn(arn);
        match get.send().await {
            Ok(answer) => {
                return Pair {
                    arn: arn.to_owned(),
                    certificate: answer.certificate.unwrap(),
                    chain: answer.certificate_chain,
                };
            }
            Err(error) => assert!(error.into_service_error().is_request_in_progress_exception()),
        }
    }
}

pub(crate) async fn import(client: &Client, arn: &str, pair: &Pair) {
    client
        .import_certificate_authority_certificate()
        .certificate_authority_arn(arn)
        .certificate(Blob::new(pair.certificate.as_bytes()))
        .set_certificate_chain(pair.chain.as_ref().map(|chain| Blob::new(chain.as_bytes())))
        .send()
        .await
        .unwrap();
}

/// Makes a root that works: created, self-signed for ten years, imported.
pub(crate) async fn root(
    client: &Client,
    name: &str,
    key: KeyAlgorithm,
    signing: SigningAlgorithm,
) -> (String, Pair) {
    let arn = create(client, name, CertificateAuthorityType::Root, key, signing.clone()).await;
    let csr = request(client, &arn).await;
    let pair = issue(client, &arn, Some(ROOT), &csr, signing, years(10)).await;
    import(client, &arn, &pair).await;
    (arn, pair)
}

/// Makes the quickest root there is.
pub(crate) async fn quick_root(client: &Client, name: &str) -> (String, Pair) {
    root(
        client,
        name,
        KeyAlgorithm::EcPrime256v1,
        SigningAlgorithm::Sha256Withecdsa,
    )
    .await
}

/// Makes a request as openssl makes it.
pub(crate) fn openssl_request(folder: &Path, name: &str, newkey: &[&str], subject: &str) -> String {
    let key = folder.join(format!("{name}.key")).display().to_string();
    let mut arguments = vec!["req", "-new", "-nodes", "-subj", subject, "-keyout", &key];
    arguments.extend_from_slice(newkey);
    openssl(&arguments, "")
}

/// Runs openssl, which must succeed, and returns what it says.
pub(crate) fn openssl(arguments: &[&str], input: &str) -> String {
    meshform_sandbox::openssl(arguments, input).unwrap_or_else(|said| panic!("openssl {arguments:?}: {said}"))
}

/// Writes a file for openssl.
pub(crate) fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("{text}\n")).unwrap();
    path
}

/// Lets openssl verify a certificate by its chain up to a root, strictly.
pub(crate) fn verify(folder: &Path, root: &str, pair: &Pair) -> (bool, String) {
    let root = file(folder, "root.pem", root).display().to_string();
    let chain = file(folder, "chain.pem", pair.chain.as_deref().unwrap_or(""))
        .display()
        .to_string();
    let own = file(folder, "own.pem", &pair.certificate).display().to_string();
    let said = meshform_sandbox::openssl(
        &[
            "verify",
            "-x509_strict",
            "-CAfile",
            &root,
            "-untrusted",
            &chain,
            &own,
        ],
        "",
    );
    (said.is_ok(), said.unwrap_or_else(|errors| errors))
}
