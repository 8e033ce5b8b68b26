//! What is there of an authority, and whether it is as it was written.

use meshform_engine::{AdapterError, Observation, Readiness, Target};
use meshform_kinds::istio::{CHANGED, CaSecret, INTERRUPTED, WRITTEN};
use meshform_kinds::kubernetes::ObjectName;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::super::look::{
    DIGEST, METADATA, WHOLE, core, datum_text, is_intact, meddlers, moment, observation, ours, recorded,
};
use crate::live::Live;
use crate::pki::{CA_CERT, CERT_CHAIN, Certificate, FILES, ROOT_CERT, hex, parse};
use crate::read::{Sight, look};
use crate::served::At;

/// The annotation that says what was asked for, as a digest of the settings.
pub(super) const REQUEST: &str = "meshform.io/request";

/// What the ConfigMap shows.
pub(super) const SHOWN: &[&str] = &[CA_CERT, CERT_CHAIN, ROOT_CERT];

/// The names of its objects.
#[derive(Clone)]
pub(in crate::istio) struct Names {
    pub(super) secret: ObjectName,
    pub(super) pending: ObjectName,
    pub(super) map: ObjectName,
}

/// What was seen of one.
pub(in crate::istio) struct Seen {
    pub(super) secret: Sight,
    pub(super) pending: Sight,
    pub(super) map: Sight,
}

/// What the ConfigMap shows, read.
pub(super) struct Shown {
    certificate: Certificate,
    texts: [String; 3],
}

impl Names {
    pub(super) fn of(namespace: &str, name: &str) -> Self {
        Names {
            secret: core("Secret", namespace, name),
            pending: core("Secret", namespace, &CaSecret::pending_of(name)),
            map: core("ConfigMap", namespace, &CaSecret::companion_of(name)),
        }
    }
}

impl Shown {
    pub(super) fn of(map: &Live) -> Option<Self> {
        let text = |key| datum_text(map, key).map(str::to_owned);
        let texts = [text(CA_CERT)?, text(CERT_CHAIN)?, text(ROOT_CERT)?];
        let certificate = parse(&texts[0], "the certificate").ok()?.into_iter().next()?;
        Some(Shown { certificate, texts })
    }

    /// As [`Files::digest`](crate::pki::Files::digest).
    pub(super) fn digest(&self) -> String {
        hex(&Sha256::digest(self.texts.join("\n").as_bytes()))
    }
}

/// Looks at all objects of the authorities called `names`.
pub(super) async fn seen(at: At<'_>, names: &[Names]) -> Result<Vec<Seen>, AdapterError> {
    let secrets: Vec<ObjectName> = names
        .iter()
        .flat_map(|names| [names.secret.clone(), names.pending.clone()])
        .collect();
    let maps: Vec<ObjectName> = names.iter().map(|names| names.map.clone()).collect();
    let mut secrets = look(at.cluster, &secrets, METADATA).await?.into_iter();
    let maps = look(at.cluster, &maps, WHOLE).await?;
    let mut all = Vec::with_capacity(maps.len());
    for map in maps {
        if let (Some(secret), Some(pending)) = (secrets.next(), secrets.next()) {
            all.push(Seen { secret, pending, map });
        }
    }
    Ok(all)
}

/// What tells the certificate that `spec` asks for from others, as hex.
pub(super) fn request(spec: &CaSecret) -> String {
    let local = spec.local_authority.as_ref();
    let local = local.map(|local| {
        // A root in a cluster keeps its name when it is made anew.
        [
            &*local.reach.name,
            &*local.namespace,
            &*local.name,
            &*spec.root_certificate,
        ]
        .map(str::to_owned)
    });
    let arn = spec.authority.as_ref().map(|authority| &authority.arn);
    let settings = json!([
        arn,
        local,
        spec.key_algorithm,
        spec.validity,
        spec.common_name,
        spec.organization,
    ]);
    hex(&Sha256::digest(settings.to_string().as_bytes()))
}

/// Whether the objects of `seen` that bear the mark `uid` are as they were written for `spec`. Secrets that may not be
/// looked at count as if they were.
pub(super) fn content(spec: &CaSecret, seen: &Seen, uid: &str) -> &'static str {
    let wanted = request(spec);
    let asked = |live: &Live| live.annotation(REQUEST) == Some(wanted.as_str());
    let map = ours(&seen.map, uid);
    let shown = map.and_then(Shown::of);
    let (Some(map), Some(shown)) = (map, shown) else {
        return if ours(&seen.pending, uid).is_some() {
            INTERRUPTED
        } else {
            CHANGED
        };
    };
    if ours(&seen.pending, uid).is_some() {
        return INTERRUPTED;
    }
    if !is_intact(map, SHOWN) {
        return CHANGED;
    }
    let secret = match &seen.secret {
        Sight::Denied(_) => return if asked(map) { WRITTEN } else { INTERRUPTED },
        sight => ours(sight, uid),
    };
    match secret {
        Some(secret) if is_intact(secret, FILES) => {
            let same = secret.annotation(DIGEST) == Some(shown.digest().as_str());
            if same && asked(secret) && asked(map) {
                WRITTEN
            } else {
                INTERRUPTED
            }
        }
        _ => CHANGED,
    }
}

/// What all objects are together; `None` if none of them is there.
pub(super) fn observe(target: &Target, seen: &Seen) -> Result<Option<Observation>, AdapterError> {
    seen.map.allowed()?;
    let part = |sight| ours(sight, &target.uid);
    let (secret, pending, map) = (part(&seen.secret), part(&seen.pending), part(&seen.map));
    if secret.is_none() && pending.is_none() && map.is_none() {
        return Ok(None);
    }
    let mut spec: CaSecret = recorded(target)?;
    spec.content = Some(content(&spec, seen, &target.uid).to_owned());
    spec.id = Some(target.id.clone());
    let shown = map.and_then(Shown::of);
    let of = |read: fn(&Certificate) -> String| shown.as_ref().map(|shown| read(&shown.certificate));
    spec.certificate = of(Certificate::to_pem);
    spec.certificate_chain = shown.as_ref().map(|shown| shown.texts[1].clone());
    spec.fingerprint = of(Certificate::fingerprint);
    spec.public_key_sha256 = of(|certificate| certificate.public_sha256.clone());
    spec.issuer = of(|certificate| certificate.issuer.clone());
    spec.serial = of(|certificate| certificate.serial.clone());
    spec.not_before = of(|certificate| moment(certificate.not_before));
    spec.not_after = of(|certificate| moment(certificate.not_after));
    if let Some(shown) = &shown {
        spec.root_certificate.clone_from(&shown.texts[2]);
    }
    let mut owners = secret.map(|live| meddlers(live, FILES)).unwrap_or_default();
    owners.extend(map.map(|live| meddlers(live, SHOWN)).unwrap_or_default());
    let parts = [secret, pending, map];
    Ok(Some(observation(&spec, Readiness::Ready, owners, &parts)))
}
