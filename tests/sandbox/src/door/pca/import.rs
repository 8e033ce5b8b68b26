//! Gives an authority its certificate (API_ImportCertificateAuthorityCertificate). It must never install a certificate
//! that a strict verifier would refuse below its chain.

use x509_cert::Certificate;

use super::authority::{Authority, Installed, Standing};
use super::create::touch;
use super::error::PcaError;
use super::input::Input;
use super::service::{Answer, nothing};
use super::world::{Caller, PcaWorld};
use super::x509;

/// "The maximum allowed size of a certificate is 32 KB", "of a certificate chain is 2 MB".
const LARGEST_CERTIFICATE: usize = 32_768;
const LARGEST_CHAIN: usize = 2_097_152;

pub(crate) fn import(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let certificate = input.blob("Certificate")?;
    let chain = input.optional_blob("CertificateChain")?;
    if certificate.len() > LARGEST_CERTIFICATE
        || chain.as_ref().is_some_and(|chain| chain.len() > LARGEST_CHAIN)
    {
        return Err(PcaError::validation("The certificate or its chain is too large."));
    }
    let authority = world.find(caller, arn, "ImportCertificateAuthorityCertificate", None)?;
    authority.must_be(
        &["PENDING_CERTIFICATE", "ACTIVE", "DISABLED", "EXPIRED"],
        caller.now,
    )?;
    let certificate = match x509::read_certificates(&certificate).as_deref() {
        Some([one]) => one.clone(),
        _ => return Err(malformed("The certificate is not one certificate in PEM.")),
    };
    let chain = match chain {
        None => Vec::new(),
        Some(text) => x509::read_certificates(&text)
            .ok_or_else(|| malformed("The certificate chain is not a list of certificates in PEM."))?,
    };
    check_own(authority, &certificate)?;
    if authority.root {
        check_root(&certificate, &chain)?;
    } else {
        check_subordinate(&certificate, &chain)?;
    }
    authority.installed = Some(Installed {
        facts: x509::facts(&certificate),
        certificate,
        chain,
    });
    if authority.standing != Standing::Disabled {
        authority.standing = Standing::Active;
    }
    touch(authority, caller.now);
    Ok(nothing())
}

fn check_own(authority: &Authority, certificate: &Certificate) -> Result<(), PcaError> {
    let tbs = &certificate.tbs_certificate;
    if tbs.subject_public_key_info != authority.key.public || tbs.subject != authority.subject {
        return Err(mismatch(
            "The certificate is not for the authority's certificate signing request.",
        ));
    }
    if !x509::facts(certificate).may_certify {
        return Err(malformed(
            "The certificate is not that of a certificate authority.",
        ));
    }
    Ok(())
}

/// "Only a self-signed certificate can be imported as a root CA"; "When you import a root CA, there is no chain."
fn check_root(certificate: &Certificate, chain: &[Certificate]) -> Result<(), PcaError> {
    if !is_self_signed(certificate) {
        return Err(prohibited(
            "Only a self-signed certificate can be imported as a root CA.",
        ));
    }
    if !chain.is_empty() {
        return Err(prohibited("A root CA has no certificate chain."));
    }
    Ok(())
}

/// The chain "must not include the private CA certificate that you are importing", the root "must be the last", and
/// each signs the one before it within its path length (RFC 5280 §4.2.1.9).
fn check_subordinate(certificate: &Certificate, chain: &[Certificate]) -> Result<(), PcaError> {
    if is_self_signed(certificate) {
        return Err(prohibited(
            "A self-signed certificate cannot be imported as a subordinate CA.",
        ));
    }
    let Some(root) = chain.last() else {
        return Err(prohibited("A subordinate CA needs its certificate chain."));
    };
    if chain.contains(certificate) {
        return Err(prohibited(
            "The chain must not include the certificate that is imported.",
        ));
    }
    // How many authorities follow each issuer, the imported one and those that its own path length allows included.
    let own = usize::from(x509::facts(certificate).path_length.unwrap_or(0));
    let mut child = certificate;
    for (below, issuer) in (own + 1..).zip(chain) {
        let tbs = &issuer.tbs_certificate;
        if tbs.subject != child.tbs_certificate.issuer
            || !x509::is_certified_by(child, &tbs.subject_public_key_info)
        {
            return Err(mismatch(
                "A certificate in the chain does not sign the one before it.",
            ));
        }
        let facts = x509::facts(issuer);
        if !facts.may_certify
            || facts
                .path_length
                .is_some_and(|allowed| usize::from(allowed) < below)
        {
            return Err(mismatch(
                "The certificate authority certificate you are importing does not comply with conditions specified \
                 in the certificate that signed it.",
            ));
        }
        child = issuer;
    }
    if !is_self_signed(root) {
        return Err(mismatch(
            "The last certificate of the chain is not that of a root CA.",
        ));
    }
    Ok(())
}

fn is_self_signed(certificate: &Certificate) -> bool {
    let tbs = &certificate.tbs_certificate;
    tbs.issuer == tbs.subject && x509::is_certified_by(certificate, &tbs.subject_public_key_info)
}

fn malformed(message: &str) -> PcaError {
    PcaError::new("MalformedCertificateException", message)
}

fn mismatch(message: &str) -> PcaError {
    PcaError::new("CertificateMismatchException", message)
}

fn prohibited(message: &str) -> PcaError {
    PcaError::new("InvalidRequestException", message)
}
