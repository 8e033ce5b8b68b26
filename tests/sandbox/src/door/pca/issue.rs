//! Issues, hands out and revokes certificates (API_IssueCertificate, API_GetCertificate, API_RevokeCertificate). It must
//! never sign what the issuer's own certificate does not allow.

use serde_json::json;
use x509_cert::request::CertReq;

use super::authority::{Authority, Issued, LOOKS, Standing, hex, pem_chain};
use super::create::random;
use super::error::PcaError;
use super::input::{Input, missing};
use super::keys::SigningAlgorithm;
use super::service::{Answer, nothing};
use super::template::Template;
use super::validity::Period;
use super::world::{Caller, PcaWorld};
use super::x509::{self, Statement};

const ISSUE: &str = "IssueCertificate";

pub(crate) fn issue(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let template_arn = input.optional_text("TemplateArn")?;
    let token = input.optional_text("IdempotencyToken")?;
    let template = Template::read(template_arn)?;
    let signing = input
        .one_of("SigningAlgorithm", &SigningAlgorithm::NAMES)?
        .ok_or_else(|| missing("signingAlgorithm"))?;
    let request = input.blob("Csr")?;
    let period = Period::read(input, caller.now)?;
    // A place of its own for each caller: another account's token is another token.
    let place = format!("{}/{arn}", caller.account);
    let made = token.and_then(|token| world.made_by(&place, token, caller.now));
    let authority = world.find(caller, arn, ISSUE, template_arn)?;
    if let Some(made) = made.filter(|made| authority.issued.contains_key(made)) {
        return Ok(json!({ "CertificateArn": made }));
    }
    let request = x509::read_request(&request).ok_or_else(|| {
        malformed("It is no certificate signing request in PEM, or its signature is not by its own key.")
    })?;
    check(authority, caller, template, signing, &request, period)?;
    let (made, issued) = sign(authority, template, signing, &request, period)?;
    authority.issued.insert(made.clone(), issued);
    if let Some(token) = token {
        world.remember(&place, token, &made, caller.now);
    }
    Ok(json!({ "CertificateArn": made }))
}

fn check(
    authority: &Authority,
    caller: Caller<'_>,
    template: Template,
    signing: SigningAlgorithm,
    request: &CertReq,
    period: Period,
) -> Result<(), PcaError> {
    // A root without a certificate signs its own, and nothing else.
    if !(template == Template::Root && authority.standing == Standing::PendingCertificate) {
        authority.must_be(&["ACTIVE"], caller.now)?;
    }
    authority.must_live(caller.now)?;
    if signing.family != authority.key_algorithm.family() {
        return Err(PcaError::args(
            "The signing algorithm family does not match the algorithm family of the CA's secret key.",
        ));
    }
    let names = x509::requested(request);
    let has_names = x509::find::<x509_cert::ext::pkix::SubjectAltName>(Some(&names)).is_some();
    if request.info.subject.is_empty() && !has_names {
        return Err(malformed(
            "It has neither a subject name nor a subject alternative name.",
        ));
    }
    if template == Template::Root {
        let own =
            request.info.public_key == authority.key.public && request.info.subject == authority.subject;
        return match authority.root && own {
            true => Ok(()),
            false => Err(PcaError::args(
                "A root certificate is for the request of the root CA that signs it.",
            )),
        };
    }
    if authority.short_lived && !period.is_short(caller.now) {
        return Err(PcaError::validation(
            "Certificates of a CA for short-lived certificates last 7 days at most.",
        ));
    }
    let facts = authority.installed.as_ref().map(|installed| &installed.facts);
    // "The end of the validity period configured on a certificate must not exceed the limit set on its parents".
    if facts.is_some_and(|facts| period.not_after > facts.not_after) {
        return Err(PcaError::validation(
            "The certificate validity specified exceeds the certificate authority validity.",
        ));
    }
    // "The CA depth configured on a subordinate CA certificate must not exceed the limit set by its parents".
    let limit = facts.and_then(|facts| facts.path_length);
    if let (Some(asked), Some(limit)) = (template.path_length(), limit)
        && asked >= limit
    {
        return Err(PcaError::validation(
            "The path length of the certificate exceeds the limit set by the certificate authority.",
        ));
    }
    Ok(())
}

fn sign(
    authority: &Authority,
    template: Template,
    signing: SigningAlgorithm,
    request: &CertReq,
    period: Period,
) -> Result<(String, Issued), PcaError> {
    let mut serial = random()?;
    // Positive, and of the same length for all (RFC 5280 §4.1.2.2).
    serial[0] = serial[0] & 0x3f | 0x40;
    let issuer = authority
        .installed
        .as_ref()
        .map(|installed| installed.facts.key_identifier.as_slice());
    let statement = Statement {
        serial,
        issuer: authority.subject.clone(),
        subject: request.info.subject.clone(),
        public: request.info.public_key.clone(),
        not_before: period.not_before,
        not_after: period.not_after,
        extensions: template.extensions(request, issuer.unwrap_or_default())?,
    };
    let root = template == Template::Root;
    let issued = Issued {
        certificate: x509::certify(statement, &authority.key, signing)?,
        chain: if root { Vec::new() } else { authority.own_chain()? },
        looks: LOOKS,
        revoked: false,
        root,
    };
    Ok((format!("{}/certificate/{}", authority.arn, hex(&serial)), issued))
}

/// "You can retrieve the certificate if it is in the ISSUED, EXPIRED, or REVOKED state."
pub(crate) fn get(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let certificate = input.text("CertificateArn")?;
    let authority = world.find(caller, arn, "GetCertificate", None)?;
    authority.must_live(caller.now)?;
    if !certificate.starts_with(&format!("{arn}/certificate/")) {
        return Err(PcaError::new(
            "InvalidArnException",
            format!("{certificate} is not a certificate of {arn}."),
        ));
    }
    let issued = authority
        .issued
        .get_mut(certificate)
        .ok_or_else(|| PcaError::not_found(certificate))?;
    if issued.looks > 0 {
        issued.looks -= 1;
        return Err(PcaError::in_progress("The issuance of the certificate"));
    }
    let mut answer = json!({ "Certificate": x509::pem(&issued.certificate)? });
    if !issued.chain.is_empty() {
        answer["CertificateChain"] = pem_chain(&issued.chain)?.into();
    }
    Ok(answer)
}

pub(crate) fn revoke(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let reasons = [
        "UNSPECIFIED",
        "KEY_COMPROMISE",
        "CERTIFICATE_AUTHORITY_COMPROMISE",
        "AFFILIATION_CHANGED",
        "SUPERSEDED",
        "CESSATION_OF_OPERATION",
        "PRIVILEGE_WITHDRAWN",
        "A_A_COMPROMISE",
    ];
    input
        .one_of("RevocationReason", &reasons.map(|name| (name, ())))?
        .ok_or_else(|| missing("revocationReason"))?;
    // Hexadecimal, as openssl prints it: with colons or without.
    let serial = input.text("CertificateSerial")?.replace(':', "").to_lowercase();
    let authority = world.find(caller, arn, "RevokeCertificate", None)?;
    authority.must_be(&["ACTIVE", "DISABLED"], caller.now)?;
    let name = format!("{arn}/certificate/{serial}");
    let issued = authority
        .issued
        .get_mut(&name)
        .ok_or_else(|| PcaError::not_found(&name))?;
    // "You cannot revoke a root CA self-signed certificate."
    if issued.root {
        return Err(PcaError::new(
            "InvalidRequestException",
            "A root CA's certificate cannot be revoked.",
        ));
    }
    if issued.revoked {
        return Err(PcaError::new(
            "RequestAlreadyProcessedException",
            "Your request has already been completed.",
        ));
    }
    issued.revoked = true;
    Ok(nothing())
}

fn malformed(why: &str) -> PcaError {
    PcaError::new(
        "MalformedCSRException",
        format!("The certificate signing request is invalid: {why}"),
    )
}
