//! Certificates as openssl and x509-parser see them ("AWS Private CA template definitions" of the user guide).

use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::types::{CertificateAuthorityType, KeyAlgorithm, SigningAlgorithm};
use meshform_sandbox::Door;
use x509_parser::extensions::ParsedExtension;
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::X509Certificate;

use super::hands::{
    Pair, create, days, import, issue, openssl, openssl_request, quick_root, request, root, subordinate,
    verify, years,
};
use crate::aws::{own, pca};

const P256: [&str; 4] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];

/// What a certificate must say.
struct Expected<'a> {
    ca: bool,
    path_length: Option<u32>,
    usages: &'a str,
    purposes: Option<&'a str>,
    days: i64,
    issuer: Option<&'a str>,
}

/// Two authorities: how their keys and signatures are made.
struct Kind {
    name: &'static str,
    top: (KeyAlgorithm, SigningAlgorithm),
    middle: (KeyAlgorithm, SigningAlgorithm),
}

pub(crate) async fn chains_hold_for_every_kind_of_key(door: &Door) {
    use KeyAlgorithm as K;
    use SigningAlgorithm as S;
    let kind = |name, top, middle| Kind { name, top, middle };
    for kind in [
        kind(
            "rsa",
            (K::Rsa2048, S::Sha256Withrsa),
            (K::Rsa3072, S::Sha384Withrsa),
        ),
        kind(
            "large",
            (K::Rsa4096, S::Sha512Withrsa),
            (K::EcPrime256v1, S::Sha256Withecdsa),
        ),
        kind(
            "ecdsa",
            (K::EcPrime256v1, S::Sha256Withecdsa),
            (K::EcSecp384r1, S::Sha384Withecdsa),
        ),
        kind(
            "mixed",
            (K::EcSecp384r1, S::Sha256Withecdsa),
            (K::EcPrime256v1, S::Sha512Withecdsa),
        ),
        kind(
            "p521",
            (K::EcSecp521r1, S::Sha512Withecdsa),
            (K::Rsa2048, S::Sha256Withrsa),
        ),
    ] {
        a_chain_of_three_holds(&pca(door, "eu-west-1", &own(door)), &kind).await;
    }
}

/// What is expected of an authority below another.
fn below(path_length: u32, days: i64, issuer: &Pair) -> Expected<'_> {
    Expected {
        ca: true,
        path_length: Some(path_length),
        usages: "Digital Signature, Certificate Sign, CRL Sign",
        purposes: None,
        days,
        issuer: Some(&issuer.certificate),
    }
}

async fn a_chain_of_three_holds(client: &Client, kind: &Kind) {
    let folder = tempfile::tempdir().unwrap();
    let (name, (key, signing)) = (kind.name, kind.top.clone());
    let (top_arn, top) = root(client, &format!("{name} root"), key, signing.clone()).await;
    let expected = Expected {
        path_length: None,
        issuer: None,
        ..below(0, 3652, &top)
    };
    check(&top, &expected);

    let (key, middle_signing) = kind.middle.clone();
    let subject = format!("{name} issuing");
    let middle_arn = create(
        client,
        &subject,
        CertificateAuthorityType::Subordinate,
        key,
        middle_signing.clone(),
    )
    .await;
    let csr = request(client, &middle_arn).await;
    let middle = issue(client, &top_arn, Some(&subordinate(1)), &csr, signing, years(5)).await;
    import(client, &middle_arn, &middle).await;
    check(&middle, &below(1, 1826, &top));
    let (held, said) = verify(folder.path(), &top.certificate, &middle);
    assert!(held, "{name}: {said}");

    // What istiod gets: the key is the client's, the path ends here.
    let subject = "/O=Istio/OU=first/OU=second/CN=istiod.istio-system.svc";
    let csr = openssl_request(folder.path(), "istiod", &P256, subject);
    let pair = issue(
        client,
        &middle_arn,
        Some(&subordinate(0)),
        &csr,
        middle_signing,
        days(90),
    )
    .await;
    check(&pair, &below(0, 90, &middle));
    let (held, said) = verify(folder.path(), &top.certificate, &pair);
    assert!(held, "{name}: {said}");
    let chain = format!("{}\n{}", middle.certificate, top.certificate);
    assert_eq!(pair.chain.as_deref(), Some(chain.as_str()));
    let said = openssl(
        &["x509", "-noout", "-subject", "-nameopt", "compat"],
        &pair.certificate,
    );
    assert!(said.contains(subject), "{said}");

    // Another root must not do.
    let (_, other) = quick_root(client, "other").await;
    assert!(!verify(folder.path(), &other.certificate, &pair).0);
}

pub(crate) async fn an_end_entity_certificate_is_the_default(door: &Door) {
    let client = pca(door, "eu-west-1", &own(door));
    let folder = tempfile::tempdir().unwrap();
    let signing = SigningAlgorithm::Sha256Withecdsa;
    let (arn, top) = root(&client, "leaves", KeyAlgorithm::EcPrime256v1, signing.clone()).await;
    let name = [
        "-addext",
        "subjectAltName=URI:spiffe://mesh/ns/a/sa/b,DNS:a.example",
    ];
    let wish = ["-addext", "basicConstraints=critical,CA:TRUE"];
    let arguments = [&P256[..], &name, &wish].concat();
    let csr = openssl_request(folder.path(), "leaf", &arguments, "/CN=leaf");
    let pair = issue(&client, &arn, None, &csr, signing, days(1)).await;
    check(
        &pair,
        &Expected {
            ca: false,
            path_length: None,
            usages: "Digital Signature, Key Encipherment",
            purposes: Some("TLS Web Server Authentication, TLS Web Client Authentication"),
            days: 1,
            issuer: Some(&top.certificate),
        },
    );
    let names = openssl(&["x509", "-noout", "-ext", "subjectAltName"], &pair.certificate);
    assert!(
        names.contains("URI:spiffe://mesh/ns/a/sa/b, DNS:a.example"),
        "{names}"
    );
    let (held, said) = verify(folder.path(), &top.certificate, &pair);
    assert!(held, "{said}");
}

fn check(pair: &Pair, expected: &Expected<'_>) {
    let (_, pem) = parse_x509_pem(pair.certificate.as_bytes()).unwrap();
    let certificate = pem.parse_x509().unwrap();
    let constraints = certificate.basic_constraints().unwrap().unwrap();
    assert_eq!(
        (constraints.value.ca, constraints.value.path_len_constraint),
        (expected.ca, expected.path_length)
    );
    assert_eq!(constraints.critical, expected.ca);
    let lasts = certificate.validity.not_after.timestamp() - certificate.validity.not_before.timestamp();
    // An hour before the issuance to so many days after it, leap days included.
    let seconds = expected.days * 86_400 + 3600;
    assert!(
        (seconds..=seconds + 86_400).contains(&lasts),
        "{lasts} is not {seconds}"
    );
    let serial = certificate
        .raw_serial()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    assert_eq!(Some(serial.as_str()), pair.arn.rsplit('/').next());
    let text = openssl(&["x509", "-noout", "-text"], &pair.certificate);
    assert!(text.contains("X509v3 Key Usage: critical"), "{text}");
    assert!(text.contains(expected.usages), "{text}");
    match expected.purposes {
        None => assert!(certificate.extended_key_usage().unwrap().is_none()),
        Some(purposes) => assert!(text.contains(purposes), "{text}"),
    }
    let (own, above) = identifiers(&certificate);
    assert_eq!(own.len(), 20);
    match expected.issuer {
        None => assert!(above.is_none()),
        Some(issuer) => {
            let (_, pem) = parse_x509_pem(issuer.as_bytes()).unwrap();
            let issuer = pem.parse_x509().unwrap();
            assert_eq!(above, Some(identifiers(&issuer).0));
            assert_eq!(certificate.issuer(), issuer.subject());
        }
    }
}

/// Returns the key identifiers of a certificate: its own and its issuer's.
fn identifiers(certificate: &X509Certificate<'_>) -> (Vec<u8>, Option<Vec<u8>>) {
    let (mut own, mut above) = (Vec::new(), None);
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => own = id.0.to_vec(),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                above = id.key_identifier.as_ref().map(|id| id.0.to_vec());
            }
            _ => {}
        }
    }
    (own, above)
}
