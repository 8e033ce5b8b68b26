//! All authorities of all accounts and regions, and who may reach which. It must never show one account or region
//! another's authority but by that authority's policy.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use x509_cert::der::Encode as _;

use super::authority::Authority;
use super::error::PcaError;
use super::{grants, x509};

/// Who asks, where and when.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) now: Timestamp,
}

/// What a token made, and when.
struct Made {
    at: Timestamp,
    arn: String,
}

/// PCA as the door plays it.
#[derive(Default)]
pub(crate) struct PcaWorld {
    pub(crate) authorities: BTreeMap<String, Authority>,
    /// By the place the token counts in and the token.
    tokens: BTreeMap<(String, String), Made>,
    /// Objects that are not visible yet, with the number of requests that do not see them.
    hidden: BTreeMap<String, u32>,
}

/// A certificate that a private CA has issued, as PCA keeps no list of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// Its ARN.
    pub arn: String,
    /// The certificate, as PEM.
    pub pem: String,
    /// The public key in it, as DER (SubjectPublicKeyInfo).
    pub public_key: Vec<u8>,
    /// Whether it is the self-signed one of a root.
    pub is_root: bool,
}

/// "Idempotency tokens time out after five minutes" (API_CreateCertificateAuthority, API_IssueCertificate).
const TOKEN_LASTS: SignedDuration = SignedDuration::from_mins(5);

impl PcaWorld {
    /// Returns the authority of an ARN for an action of a caller.
    pub(crate) fn find(
        &mut self,
        caller: Caller<'_>,
        arn: &str,
        action: &str,
        template: Option<&str>,
    ) -> Result<&mut Authority, PcaError> {
        let (region, owner) = parse(arn)?;
        self.forget_deleted(caller.now);
        let not_found = || PcaError::not_found(arn);
        let authority = self.authorities.get_mut(arn).ok_or_else(not_found)?;
        if region != caller.region {
            return Err(not_found());
        }
        let policy = authority.policy.as_deref();
        if owner != caller.account && !grants::allows(policy, caller.account, action, template) {
            return Err(PcaError::new(
                "AccessDeniedException",
                format!(
                    "User of account {} is not authorized to perform: acm-pca:{action} on resource: {arn} because no \
                     resource-based policy allows the acm-pca:{action} action",
                    caller.account
                ),
            ));
        }
        Ok(authority)
    }

    /// Returns the ARNs and descriptions of the authorities of an account in a region; deleted ones are gone.
    pub(crate) fn held(
        &self,
        account: &str,
        region: &str,
        now: Timestamp,
    ) -> impl Iterator<Item = (String, String)> {
        let here = format!("arn:aws:acm-pca:{region}:{account}:");
        let all = self.authorities.iter();
        all.filter(move |(arn, authority)| arn.starts_with(&here) && authority.status(now) != "DELETED")
            .map(move |(arn, authority)| (arn.clone(), authority.describe(now).to_string()))
    }

    /// Returns what the authorities of an account have issued.
    pub(crate) fn issued(&self, account: &str) -> Vec<IssuedCertificate> {
        let own = self
            .authorities
            .values()
            .filter(|authority| authority.owner == account);
        own.flat_map(|authority| &authority.issued)
            .filter_map(|(arn, issued)| {
                let key = &issued.certificate.tbs_certificate.subject_public_key_info;
                Some(IssuedCertificate {
                    arn: arn.clone(),
                    pem: x509::pem(&issued.certificate).ok()?,
                    public_key: key.to_der().ok()?,
                    is_root: issued.root,
                })
            })
            .collect()
    }

    /// Drops authorities whose restoration period is over.
    pub(crate) fn forget_deleted(&mut self, now: Timestamp) {
        let over = |authority: &Authority| authority.restorable_until.is_some_and(|until| until <= now);
        self.authorities.retain(|_, authority| !over(authority));
    }

    /// Returns what a token has made within its time.
    pub(crate) fn made_by(&self, place: &str, token: &str, now: Timestamp) -> Option<String> {
        let made = self.tokens.get(&(place.to_owned(), token.to_owned()))?;
        (now.duration_since(made.at) < TOKEN_LASTS).then(|| made.arn.clone())
    }

    /// Remembers what a token has made.
    pub(crate) fn remember(&mut self, place: &str, token: &str, arn: &str, now: Timestamp) {
        let made = Made {
            at: now,
            arn: arn.to_owned(),
        };
        self.tokens.insert((place.to_owned(), token.to_owned()), made);
    }

    /// Hides what an answer says was made.
    pub(crate) fn hide_created(&mut self, answer: &[u8], requests: u32) {
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        for name in ["CertificateArn", "CertificateAuthorityArn"] {
            if let Some(arn) = answer.get(name).and_then(Value::as_str) {
                self.hidden.insert(arn.to_owned(), requests);
            }
        }
    }

    /// Makes everything visible.
    pub(crate) fn show_hidden(&mut self) {
        self.hidden.clear();
    }

    /// Refuses a request that names an object which is not visible yet.
    pub(crate) fn refuse_hidden(&mut self, body: &Value) -> Result<(), PcaError> {
        let named = body.as_object().into_iter().flat_map(|members| members.values());
        for arn in named.filter_map(Value::as_str) {
            if let Some(left) = self.hidden.get_mut(arn).filter(|left| **left > 0) {
                *left -= 1;
                return Err(PcaError::not_found(arn));
            }
        }
        Ok(())
    }

    /// Takes an authority out of a list for as long as it is not visible.
    pub(crate) fn is_hidden_from_list(&mut self, arn: &str) -> bool {
        let left = self.hidden.get_mut(arn).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    }
}

/// Reads region and account out of an authority's ARN.
fn parse(arn: &str) -> Result<(&str, &str), PcaError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", "aws", "acm-pca", region, account, resource]
            if resource.strip_prefix("certificate-authority/").is_some_and(|id| {
                id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
            }) =>
        {
            Ok((region, account))
        }
        _ => Err(PcaError::new(
            "InvalidArnException",
            format!(
                "The requested Amazon Resource Name (ARN) {arn} does not refer to a certificate authority."
            ),
        )),
    }
}
