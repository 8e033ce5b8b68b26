//! Faults and records for a service that the door answers itself.

use aws_sdk_acmpca::types::{CertificateAuthorityType, KeyAlgorithm, SigningAlgorithm};
use meshform_sandbox::{Door, Fault, FaultKind};

use super::hands::configuration;
use crate::aws::{Key, code, own, pca};

const EC: SigningAlgorithm = SigningAlgorithm::Sha256Withecdsa;

pub(crate) async fn faults_and_records_work_for_pca_too(door: &Door) {
    let client = pca(door, "eu-north-1", &own(door));
    let make = client
        .create_certificate_authority()
        .certificate_authority_type(CertificateAuthorityType::Root)
        .certificate_authority_configuration(configuration("faults", KeyAlgorithm::EcPrime256v1, EC));
    let count = async || {
        let listed = client.list_certificate_authorities().send().await.unwrap();
        listed.certificate_authorities().len()
    };
    let fault = |kind| {
        Fault::new(kind)
            .service("acm-pca")
            .action("CreateCertificateAuthority")
    };
    for (kind, expected, made) in [
        (FaultKind::Throttle, "ThrottlingException", 0),
        (FaultKind::Unauthorized, "AccessDeniedException", 0),
        (FaultKind::ExpiredToken, "ExpiredTokenException", 0),
        (FaultKind::AuthFailure, "UnrecognizedClientException", 0),
        (FaultKind::ServerError { status: 500 }, "InternalFailure", 0),
        (FaultKind::ServerErrorAfter { status: 500 }, "InternalFailure", 1),
        (FaultKind::ResetBefore, "no answer", 0),
        (FaultKind::ResetAfter, "no answer", 1),
    ] {
        let before = count().await;
        door.inject(fault(kind));
        assert_eq!(code(make.clone().send().await), expected);
        assert_eq!(count().await - before, made, "{expected}");
    }

    door.clear();
    door.inject(fault(FaultKind::NotFoundFor { requests: 2 }));
    let before = count().await;
    let arn = make.send().await.unwrap().certificate_authority_arn.unwrap();
    let describe = client
        .describe_certificate_authority()
        .certificate_authority_arn(&arn);
    assert_eq!(code(describe.clone().send().await), "ResourceNotFoundException");
    assert_eq!(count().await, before);
    assert!(describe.send().await.is_ok());
    assert_eq!(count().await, before + 1);
    let effects = door.effects();
    let [effect] = effects.as_slice() else {
        panic!("one effect was expected, not {effects:?}");
    };
    let recorded = (
        effect.service.as_str(),
        effect.action.as_str(),
        effect.region.as_str(),
    );
    assert_eq!(recorded, ("acm-pca", "CreateCertificateAuthority", "eu-north-1"));
    assert_eq!(effect.parameters["CertificateAuthorityType"], "ROOT");
    let named = door
        .requests()
        .into_iter()
        .filter(|request| request.parameters.values().any(|value| *value == arn));
    assert_eq!(named.count(), 2);

    let stranger = Key {
        id: "AKIAWRONG".to_owned(),
        ..own(door)
    };
    let refused = pca(door, "eu-north-1", &stranger)
        .list_certificate_authorities()
        .send()
        .await;
    assert_eq!(code(refused), "UnrecognizedClientException");
}
