//! Getting a key and a certificate for it.

use std::time::Duration;

use meshform_engine::{AdapterError, Effect, ErrorClass};
use meshform_kinds::istio::{CaSecret, CertificateAuthority, LocalAuthority};
use meshform_kinds::validity::Validity;
use meshform_state::journal::Locator;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::super::look::{core, ours, scope, skeleton, unseal};
use super::look::{Names, REQUEST, Seen, request};
use crate::authority::{Authority, AuthorityReach, IssueRequest, Issued};
use crate::pki::{CA_CERT, CA_KEY, Files, Key, Period, Subject, hex, sign};
use crate::sealed::Contents;
use crate::served::At;
use crate::step::{Parts, Wanted};

/// The key in the pending Secret of the request for the certificate.
const CSR: &str = "csr.pem";

/// The annotation of the pending Secret that says of which algorithm its key is.
const ALGORITHM: &str = "meshform.io/key-algorithm";

/// What an authority of AWS puts into the certificate: no authority below, and no purpose that would limit leaves.
const TEMPLATE: &str = "template/SubordinateCACertificate_PathLen0/V1";

/// How long a certificate is waited for.
const PATIENCE: Duration = Duration::from_secs(180);

/// Between two looks whether it is there.
const PAUSE: Duration = Duration::from_secs(1);

fn invalid(message: impl Into<String>) -> AdapterError {
    AdapterError::refused(ErrorClass::Invalid, message)
}

/// A new key and the files that its certificate makes.
pub(super) async fn obtain(
    at: At<'_>,
    spec: &CaSecret,
    (names, seen): (&Names, &Seen),
    parts: &mut Parts<'_, '_>,
) -> Result<(Key, Files), AdapterError> {
    match (&spec.authority, &spec.local_authority) {
        (Some(authority), _) => {
            let (key, csr) = pending(at, spec, (names, seen), parts).await?;
            let issued = issue(at, spec, authority, &csr, parts).await?;
            let (certificate, chain) = (&issued.certificate_pem, &issued.chain_pem);
            let files = Files::new(certificate, chain, &spec.root_certificate, &key)?;
            Ok((key, files))
        }
        (None, Some(local)) => signed(at, spec, local).await,
        (None, None) => Err(invalid("exactly one of `authority` and `local_authority` signs")),
    }
}

fn subject(spec: &CaSecret) -> Subject {
    Subject {
        common_name: spec.common_name.clone(),
        organization: spec.organization.clone(),
    }
}

/// The key and the request that are in the pending Secret: those that an earlier attempt left, since a certificate may
/// have been issued for them, or new ones.
async fn pending(
    at: At<'_>,
    spec: &CaSecret,
    (names, seen): (&Names, &Seen),
    parts: &mut Parts<'_, '_>,
) -> Result<(Key, String), AdapterError> {
    let name = &names.pending;
    let wanted = request(spec);
    if ours(&seen.pending, parts.request.uid).is_some() {
        let sealed = unseal(at.cluster, name, Some(parts.request.uid)).await?;
        let found = sealed.contents.text(CA_KEY).map(Key::parse).transpose()?;
        if let Some(key) = found
            && sealed.live.annotation(ALGORITHM) == Some(spec.key_algorithm.as_str())
        {
            let csr = sealed.contents.text(CSR).map(str::to_owned);
            if let Some(csr) = csr
                && sealed.live.annotation(REQUEST) == Some(wanted.as_str())
            {
                return Ok((key, csr));
            }
            let csr = key.request(&subject(spec))?;
            let object = secret(spec, name, (&key, &csr), parts)?;
            let version = sealed.live.resource_version().to_owned();
            parts
                .apply(&object, &|live| live.resource_version() == version)
                .await?;
            return Ok((key, csr));
        }
        parts.delete(name.clone()).await?;
    }
    let key = Key::generate(&spec.key_algorithm).await?;
    let csr = key.request(&subject(spec))?;
    let object = secret(spec, name, (&key, &csr), parts)?;
    parts.create(&object).await?;
    Ok((key, csr))
}

fn secret(
    spec: &CaSecret,
    name: &meshform_kinds::kubernetes::ObjectName,
    (key, csr): (&Key, &str),
    parts: &Parts<'_, '_>,
) -> Result<Wanted, AdapterError> {
    let mut contents = Contents::default();
    contents.set(CA_KEY, key.to_pem());
    contents.set(CSR, Zeroizing::new(csr.as_bytes().to_vec()));
    let mut body = skeleton(name);
    body["type"] = json!("Opaque");
    body["metadata"]["annotations"] = json!({ REQUEST: request(spec), ALGORITHM: spec.key_algorithm });
    Wanted::new(body, Some(contents), parts.request)
}

/// Asks an authority of AWS for a certificate and waits for it.
async fn issue(
    at: At<'_>,
    spec: &CaSecret,
    authority: &CertificateAuthority,
    csr: &str,
    parts: &mut Parts<'_, '_>,
) -> Result<Issued, AdapterError> {
    let authorities = at.means.authority.as_deref().ok_or_else(|| {
        invalid(format!(
            "`{}` cannot be asked: no authorities are known here",
            authority.arn
        ))
    })?;
    let reach = AuthorityReach {
        arn: authority.arn.clone(),
        region: authority.region.clone(),
        account: authority.account.clone(),
        plan_role: authority.plan_role.clone(),
        apply_role: authority.apply_role.clone(),
    };
    let csr_sha256 = hex(&Sha256::digest(csr.as_bytes()));
    let token = hex(&Sha256::digest(
        format!("{} {csr_sha256}", parts.request.uid).as_bytes(),
    ))[..32]
        .to_owned();
    let partition = authority.arn.split(':').nth(1).unwrap_or("aws");
    let asked = IssueRequest {
        csr_pem: csr.to_owned(),
        template_arn: format!("arn:{partition}:acm-pca:::{TEMPLATE}"),
        validity: spec.validity.clone(),
        idempotency_token: token.clone(),
        signing_algorithm: None,
    };
    let effect = Effect {
        name: "acm-pca:IssueCertificate",
        // The hash tells which certificate it was, should anybody ever need to know.
        locator: Locator::Token(format!("{token} csr-sha256:{csr_sha256}")),
        repeatable: true,
        creates: false,
    };
    let (reached, wanted) = (&reach, &asked);
    let arn = parts
        .effects
        .run(effect, |permit| async move {
            authorities.issue(permit, reached, wanted).await.map(Some)
        })
        .await?;
    let arn = arn.ok_or_else(|| invalid("the authority did not say which certificate it issues"))?;
    collect(at, authorities, &reach, &arn).await
}

async fn collect(
    at: At<'_>,
    authorities: &dyn Authority,
    reach: &AuthorityReach,
    arn: &str,
) -> Result<Issued, AdapterError> {
    let clock = &at.means.clock;
    let started = clock.monotonic();
    loop {
        let late = clock.monotonic().saturating_sub(started) >= PATIENCE;
        match authorities.certificate(reach, arn).await {
            Ok(Some(issued)) => return Ok(issued),
            Ok(None) if late => {
                let message = format!("certificate `{arn}` is not there after {} s", PATIENCE.as_secs());
                return Err(AdapterError::refused(ErrorClass::Unavailable, message)
                    .hint("Its key is kept: run apply again to go on waiting."));
            }
            Ok(None) => {}
            Err(error) if !late && matches!(error.class, ErrorClass::Throttled | ErrorClass::Unavailable) => {
            }
            Err(error) => return Err(error),
        }
        clock.sleep(PAUSE).await;
    }
}

/// A certificate that a root in a cluster signs. Both key and certificate are nowhere but here until the Secret is
/// written, so that nothing is left by a kill.
async fn signed(at: At<'_>, spec: &CaSecret, local: &LocalAuthority) -> Result<(Key, Files), AdapterError> {
    let validity = spec
        .validity
        .parse::<Validity>()
        .map_err(|error| invalid(format!("{error}")))?;
    let cluster = at.means.clients.cluster(&scope(&local.reach)).await?;
    let name = core("Secret", &local.namespace, &local.name);
    let sealed = unseal(&cluster, &name, None).await?;
    let missing = || invalid(format!("{name} of cluster `{}` has no root", local.reach.name));
    let above = sealed.contents.text(CA_CERT).ok_or_else(missing)?;
    let by = Key::parse(sealed.contents.text(CA_KEY).ok_or_else(missing)?)?;
    let key = Key::generate(&spec.key_algorithm).await?;
    let period = Period::from(at.means.clock.now_ms(), validity)?;
    let certificate = sign(&key, &subject(spec), period, (above, &by))?;
    let files = Files::new(&certificate, above, &spec.root_certificate, &key)?;
    Ok((key, files))
}
