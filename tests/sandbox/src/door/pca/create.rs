//! Makes authorities (API_CreateCertificateAuthority). It must never accept a configuration that PCA refuses: an
//! authority that no client could have made would hide the client's mistake.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::authority::{Authority, LOOKS, Standing};
use super::error::PcaError;
use super::input::{Input, missing};
use super::keys::{KeyAlgorithm, PrivateKey, SigningAlgorithm};
use super::service::Answer;
use super::world::{Caller, PcaWorld};
use super::{subject, tags, x509};

pub(crate) fn create(
    world: &mut PcaWorld,
    caller: Caller<'_>,
    input: Input<'_>,
    key: Option<PrivateKey>,
) -> Answer {
    let token = input.optional_text("IdempotencyToken")?;
    let place = format!("{}/{}", caller.account, caller.region);
    world.forget_deleted(caller.now);
    let made = token.and_then(|token| world.made_by(&place, token, caller.now));
    if let Some(arn) = made.filter(|arn| world.authorities.contains_key(arn)) {
        return Ok(json!({ "CertificateAuthorityArn": arn }));
    }
    let authority = read(caller, input, key)?;
    let arn = authority.arn.clone();
    if let Some(token) = token {
        world.remember(&place, token, &arn, caller.now);
    }
    world.authorities.insert(arn.clone(), authority);
    Ok(json!({ "CertificateAuthorityArn": arn }))
}

fn read(caller: Caller<'_>, input: Input<'_>, key: Option<PrivateKey>) -> Result<Authority, PcaError> {
    let configuration = input.structure("CertificateAuthorityConfiguration")?;
    let key_algorithm = configuration
        .one_of("KeyAlgorithm", &KeyAlgorithm::NAMES)?
        .ok_or_else(|| missing("certificateAuthorityConfiguration.keyAlgorithm"))?;
    let signing = configuration
        .one_of("SigningAlgorithm", &SigningAlgorithm::NAMES)?
        .ok_or_else(|| missing("certificateAuthorityConfiguration.signingAlgorithm"))?;
    if signing.family != key_algorithm.family() {
        return Err(PcaError::args(
            "The signing algorithm does not fit the key algorithm.",
        ));
    }
    let subject = subject::read(configuration.structure("Subject")?)?;
    let root = input
        .one_of(
            "CertificateAuthorityType",
            &[("ROOT", true), ("SUBORDINATE", false)],
        )?
        .ok_or_else(|| missing("certificateAuthorityType"))?;
    let modes = [("GENERAL_PURPOSE", false), ("SHORT_LIVED_CERTIFICATE", true)];
    let standards = [
        "FIPS_140_2_LEVEL_2_OR_HIGHER",
        "FIPS_140_2_LEVEL_3_OR_HIGHER",
        "CCPC_LEVEL_1_OR_HIGHER",
    ];
    let standard = input.one_of("KeyStorageSecurityStandard", &standards.map(|name| (name, name)))?;
    let key = key.ok_or_else(|| PcaError::new("RequestFailedException", "The key could not be made."))?;
    let arn = format!(
        "arn:aws:acm-pca:{}:{}:certificate-authority/{}",
        caller.region,
        caller.account,
        random_id()?
    );
    Ok(Authority {
        arn,
        owner: caller.account.to_owned(),
        root,
        short_lived: input.one_of("UsageMode", &modes)?.unwrap_or(false),
        request: x509::request(subject.clone(), &key, signing)?,
        key,
        key_algorithm,
        subject,
        configuration: input
            .get("CertificateAuthorityConfiguration")
            .cloned()
            .unwrap_or_default(),
        revocation: revocation(input)?.unwrap_or_else(no_revocation),
        key_storage: standard.unwrap_or("FIPS_140_2_LEVEL_3_OR_HIGHER").to_owned(),
        created_at: caller.now,
        changed_at: caller.now,
        standing: Standing::Creating { looks: LOOKS },
        installed: None,
        restorable_until: None,
        tags: tags::read(input.list("Tags")?)?,
        issued: BTreeMap::new(),
        permissions: BTreeMap::new(),
        policy: None,
    })
}

/// "By default, both certificate validation mechanisms are disabled."
fn no_revocation() -> Value {
    json!({ "CrlConfiguration": { "Enabled": false }, "OcspConfiguration": { "Enabled": false } })
}

/// Reads RevocationConfiguration: what is disabled "must contain only the Enabled=False parameter". Lists and responders
/// need a world outside the door, so enabling them is refused in its own words.
pub(crate) fn revocation(input: Input<'_>) -> Result<Option<Value>, PcaError> {
    let Some(given) = input.optional_structure("RevocationConfiguration")? else {
        return Ok(None);
    };
    let mut read = no_revocation();
    for name in ["CrlConfiguration", "OcspConfiguration"] {
        let Some(part) = given.optional_structure(name)? else {
            continue;
        };
        match part.get("Enabled").and_then(Value::as_bool) {
            Some(true) => return Err(PcaError::unsupported(name)),
            Some(false) if part.keys().count() > 1 => {
                return Err(PcaError::args(format!(
                    "A disabled {name} contains only Enabled."
                )));
            }
            Some(false) => read[name] = json!({ "Enabled": false }),
            None => return Err(missing("enabled")),
        }
    }
    Ok(Some(read))
}

fn random_id() -> Result<String, PcaError> {
    let mut bytes = random()?;
    // RFC 9562 §5.4: version 4, variant 10.
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = super::authority::hex(&bytes);
    Ok([
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ]
    .join("-"))
}

/// Returns 16 random bytes.
pub(crate) fn random() -> Result<[u8; 16], PcaError> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| PcaError::new("RequestFailedException", "There is no randomness."))?;
    Ok(bytes)
}

/// Sets the moment of an authority's last change.
pub(crate) fn touch(authority: &mut Authority, now: Timestamp) {
    authority.changed_at = now;
}
