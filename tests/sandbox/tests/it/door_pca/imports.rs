//! What ImportCertificateAuthorityCertificate refuses (its page, "additional requirements" and "Errors").

use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::primitives::Blob;
use aws_sdk_acmpca::types::{CertificateAuthorityType, KeyAlgorithm, SigningAlgorithm};
use meshform_sandbox::Door;

use super::hands::{Pair, create, days, import, issue, quick_root, request, status, subordinate, years};
use crate::aws::{code, own, pca};

const EC: SigningAlgorithm = SigningAlgorithm::Sha256Withecdsa;
const LEAF: &str = "arn:aws:acm-pca:::template/EndEntityCertificate/V1";

async fn refused(client: &Client, arn: &str, certificate: &str, chain: Option<&str>) -> String {
    let import = client
        .import_certificate_authority_certificate()
        .certificate_authority_arn(arn)
        .certificate(Blob::new(certificate))
        .set_certificate_chain(chain.map(Blob::new));
    code(import.send().await)
}

pub(crate) async fn a_certificate_that_does_not_fit_is_not_imported(door: &Door) {
    let client = pca(door, "eu-west-1", &own(door));
    let (root, root_pair) = quick_root(&client, "imports").await;
    let (_, stranger) = quick_root(&client, "stranger").await;
    let kind = CertificateAuthorityType::Subordinate;
    let sub = create(&client, "sub", kind.clone(), KeyAlgorithm::EcPrime256v1, EC).await;
    let csr = request(&client, &sub).await;
    let Pair { certificate, .. } = issue(&client, &root, Some(&subordinate(1)), &csr, EC, years(1)).await;
    let above = root_pair.certificate.as_str();
    let both = format!("{certificate}\n{above}");

    for (own, chain, expected) in [
        ("no PEM", Some(above), "MalformedCertificateException"),
        (
            certificate.as_str(),
            Some("no PEM"),
            "MalformedCertificateException",
        ),
        (both.as_str(), Some(above), "MalformedCertificateException"),
        (certificate.as_str(), None, "InvalidRequestException"),
        (
            certificate.as_str(),
            Some(both.as_str()),
            "InvalidRequestException",
        ),
        (
            certificate.as_str(),
            Some(stranger.certificate.as_str()),
            "CertificateMismatchException",
        ),
        (above, Some(above), "CertificateMismatchException"),
    ] {
        assert_eq!(refused(&client, &sub, own, chain).await, expected);
    }
    let leaf = issue(&client, &root, Some(LEAF), &csr, EC, days(30)).await;
    assert_eq!(
        refused(&client, &sub, &leaf.certificate, leaf.chain.as_deref()).await,
        "MalformedCertificateException"
    );
    assert_eq!(status(&client, &sub).await.as_str(), "PENDING_CERTIFICATE");

    // A chain without its root, and one in the wrong order.
    let pair = Pair {
        arn: String::new(),
        certificate: certificate.clone(),
        chain: Some(above.to_owned()),
    };
    import(&client, &sub, &pair).await;
    let low = create(&client, "low", kind, KeyAlgorithm::EcPrime256v1, EC).await;
    let csr = request(&client, &low).await;
    let Pair {
        certificate: lowest, ..
    } = issue(&client, &sub, Some(&subordinate(0)), &csr, EC, days(30)).await;
    let reversed = format!("{above}\n{certificate}");
    for chain in [certificate.as_str(), reversed.as_str()] {
        assert_eq!(
            refused(&client, &low, &lowest, Some(chain)).await,
            "CertificateMismatchException"
        );
    }
    let pair = Pair {
        arn: String::new(),
        certificate: lowest,
        chain: Some(both),
    };
    import(&client, &low, &pair).await;
    assert_eq!(status(&client, &low).await.as_str(), "ACTIVE");
    assert_eq!(
        refused(&client, &root, above, Some(above)).await,
        "InvalidRequestException"
    );
}
