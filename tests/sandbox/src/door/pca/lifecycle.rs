//! Looks at authorities and takes them from state to state (API_DescribeCertificateAuthority and the actions named
//! below). It must never allow a transition that "Private CA lifecycle" of the user guide does not show.

use jiff::SignedDuration;
use serde_json::json;

use super::authority::{Standing, pem_chain};
use super::create::{revocation, touch};
use super::error::PcaError;
use super::input::Input;
use super::service::{Answer, nothing};
use super::world::{Caller, PcaWorld};
use super::{grants, page, x509};

/// "the action only returns a maximum of 100 items" (API_ListCertificateAuthorities).
const LARGEST_PAGE: i64 = 100;

pub(crate) fn describe(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let authority = world.find(caller, arn, "DescribeCertificateAuthority", None)?;
    authority.look();
    Ok(json!({ "CertificateAuthority": authority.describe(caller.now) }))
}

/// API_ListCertificateAuthorities: one's own, or those that others share by policy.
pub(crate) fn list(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    world.forget_deleted(caller.now);
    let own = input
        .one_of("ResourceOwner", &[("SELF", true), ("OTHER_ACCOUNTS", false)])?
        .unwrap_or(true);
    let here = format!(":{}:", caller.region);
    let mut items = Vec::new();
    let arns: Vec<String> = world
        .authorities
        .keys()
        .filter(|arn| arn.contains(&here))
        .cloned()
        .collect();
    for arn in arns {
        if world.is_hidden_from_list(&arn) {
            continue;
        }
        let Some(authority) = world.authorities.get_mut(&arn) else {
            continue;
        };
        let action = "DescribeCertificateAuthority";
        let shown = match own {
            true => authority.owner == caller.account,
            false => {
                authority.owner != caller.account
                    && grants::allows(authority.policy.as_deref(), caller.account, action, None)
            }
        };
        if shown {
            authority.look();
            items.push((arn, authority.describe(caller.now)));
        }
    }
    page::cut(input, "CertificateAuthorities", LARGEST_PAGE, items)
}

/// API_UpdateCertificateAuthority: "Your private CA must be in the ACTIVE or DISABLED state before you can update it."
pub(crate) fn update(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let states = [
        "CREATING",
        "PENDING_CERTIFICATE",
        "ACTIVE",
        "DELETED",
        "DISABLED",
        "EXPIRED",
        "FAILED",
    ];
    let status = input.one_of("Status", &states.map(|name| (name, name)))?;
    let revocation = revocation(input)?;
    let authority = world.find(caller, arn, "UpdateCertificateAuthority", None)?;
    authority.must_be(&["ACTIVE", "DISABLED"], caller.now)?;
    match status {
        Some("ACTIVE") => authority.standing = Standing::Active,
        Some("DISABLED") => authority.standing = Standing::Disabled,
        Some(other) => {
            return Err(PcaError::args(format!(
                "A certificate authority cannot be set to {other}."
            )));
        }
        None => {}
    }
    if let Some(revocation) = revocation {
        authority.revocation = revocation;
    }
    touch(authority, caller.now);
    Ok(nothing())
}

/// API_DeleteCertificateAuthority: from DISABLED, EXPIRED or PENDING_CERTIFICATE for 7 to 30 days; one that is being
/// created "has no assigned restoration period and cannot be restored".
pub(crate) fn delete(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let days = input
        .optional_number("PermanentDeletionTimeInDays")?
        .unwrap_or(30);
    if !(7..=30).contains(&days) {
        return Err(PcaError::validation(format!(
            "1 validation error detected: Value '{days}' at 'permanentDeletionTimeInDays' failed to satisfy \
             constraint: Member must have value between 7 and 30"
        )));
    }
    let authority = world.find(caller, arn, "DeleteCertificateAuthority", None)?;
    authority.must_be(
        &["CREATING", "PENDING_CERTIFICATE", "DISABLED", "EXPIRED"],
        caller.now,
    )?;
    if matches!(authority.standing, Standing::Creating { .. }) {
        world.authorities.remove(arn);
        return Ok(nothing());
    }
    authority.restorable_until = Some(caller.now + SignedDuration::from_hours(24 * days));
    touch(authority, caller.now);
    Ok(nothing())
}

/// API_RestoreCertificateAuthority: back to the state before the deletion.
pub(crate) fn restore(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let authority = world.find(caller, arn, "RestoreCertificateAuthority", None)?;
    authority.must_be(&["DELETED"], caller.now)?;
    authority.restorable_until = None;
    touch(authority, caller.now);
    Ok(nothing())
}

/// API_GetCertificateAuthorityCsr.
pub(crate) fn request(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let authority = world.find(caller, arn, "GetCertificateAuthorityCsr", None)?;
    authority.must_live(caller.now)?;
    authority.look();
    if matches!(authority.standing, Standing::Creating { .. }) {
        return Err(PcaError::in_progress("The creation of the certificate authority"));
    }
    Ok(json!({ "Csr": authority.request }))
}

/// API_GetCertificateAuthorityCertificate: "The chain does not include the CA certificate."
pub(crate) fn certificate(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let authority = world.find(caller, arn, "GetCertificateAuthorityCertificate", None)?;
    authority.must_be(&["ACTIVE", "DISABLED", "EXPIRED"], caller.now)?;
    let installed = authority
        .installed
        .as_ref()
        .ok_or_else(|| PcaError::state(arn, "PENDING_CERTIFICATE"))?;
    let mut answer = json!({ "Certificate": x509::pem(&installed.certificate)? });
    if !installed.chain.is_empty() {
        answer["CertificateChain"] = pem_chain(&installed.chain)?.into();
    }
    Ok(answer)
}
