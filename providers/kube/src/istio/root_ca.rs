//! `istio_root_ca`: a root whose key is in one Secret.

use async_trait::async_trait;
use meshform_engine::{AdapterError, ErrorClass, Observation, Readiness, Target};
use meshform_kinds::istio::{CHANGED, RootCa, WRITTEN};
use meshform_kinds::kubernetes::ObjectName;
use meshform_kinds::validity::Validity;
use serde_json::json;
use zeroize::Zeroizing;

use super::look::{
    DIGEST, METADATA, WHOLE, core, datum_text, is_intact, meddlers, moment, observation, ours, recorded,
    skeleton, split, unseal,
};
use super::several::Several;
use crate::live::Live;
use crate::pki::{CA_CERT, CA_KEY, Certificate, Key, Period, ROOT_CERT, Subject, parse, root};
use crate::read::{Sight, look};
use crate::sealed::Contents;
use crate::served::At;
use crate::step::{Parts, Wanted};

/// The kind.
pub(crate) struct Root;

/// What the Secret has.
const KEYS: &[&str] = &[CA_CERT, CA_KEY];

fn names(id: &str) -> Result<(ObjectName, ObjectName), AdapterError> {
    let (namespace, name) = split(id)?;
    Ok(Root::names(namespace, name))
}

/// The certificate that the ConfigMap shows.
fn shown(map: Option<&Live>) -> Option<Certificate> {
    let all = parse(datum_text(map?, ROOT_CERT)?, "the root").ok()?;
    (all.len() == 1).then(|| all.into_iter().next()).flatten()
}

/// Whether Secret and ConfigMap are as they were written. A Secret that may not be looked at counts as if it were.
fn content(secret: Option<&Live>, denied: bool, map: Option<&Live>) -> &'static str {
    let Some(certificate) = shown(map) else {
        return CHANGED;
    };
    let secret_fits = denied
        || secret.is_some_and(|secret| {
            is_intact(secret, KEYS) && secret.annotation(DIGEST) == Some(certificate.fingerprint().as_str())
        });
    let map_fits = map.is_some_and(|map| is_intact(map, &[ROOT_CERT]));
    if secret_fits && map_fits { WRITTEN } else { CHANGED }
}

fn observe(target: &Target, (secret, map): &(Sight, Sight)) -> Result<Option<Observation>, AdapterError> {
    let denied = matches!(secret, Sight::Denied(_));
    let (secret, map) = (ours(secret, &target.uid), ours(map, &target.uid));
    if secret.is_none() && map.is_none() {
        return Ok(None);
    }
    let mut spec: RootCa = recorded(target)?;
    let certificate = shown(map);
    spec.content = Some(content(secret, denied, map).to_owned());
    spec.certificate = certificate.as_ref().map(Certificate::to_pem);
    spec.fingerprint = certificate.as_ref().map(Certificate::fingerprint);
    spec.not_after = certificate
        .as_ref()
        .map(|certificate| moment(certificate.not_after));
    spec.id = Some(target.id.clone());
    let readiness = if secret.is_none() && !denied {
        Readiness::Failed("the Secret with its key is gone".to_owned())
    } else {
        Readiness::Ready
    };
    let mut owners = secret.map(|live| meddlers(live, KEYS)).unwrap_or_default();
    owners.extend(map.map(|live| meddlers(live, &[ROOT_CERT])).unwrap_or_default());
    Ok(Some(observation(&spec, readiness, owners, &[secret, map])))
}

#[async_trait]
impl Several for Root {
    type Spec = RootCa;
    /// Secret and ConfigMap.
    type Names = (ObjectName, ObjectName);
    type Seen = (Sight, Sight);

    fn names(namespace: &str, name: &str) -> Self::Names {
        (
            core("Secret", namespace, name),
            core("ConfigMap", namespace, name),
        )
    }

    fn all((secret, map): Self::Names) -> Vec<ObjectName> {
        vec![secret, map]
    }

    fn id(spec: &RootCa) -> (&str, String) {
        (&spec.namespace, spec.name.clone())
    }

    async fn look(at: At<'_>, names: &[Self::Names]) -> Result<Vec<Self::Seen>, AdapterError> {
        let (secrets, maps): (Vec<ObjectName>, Vec<ObjectName>) = names.iter().cloned().unzip();
        let secrets = look(at.cluster, &secrets, METADATA).await?;
        let maps = look(at.cluster, &maps, WHOLE).await?;
        Ok(secrets.into_iter().zip(maps).collect())
    }

    fn observe(target: &Target, seen: &Self::Seen) -> Result<Option<Observation>, AdapterError> {
        observe(target, seen)
    }

    async fn ensure(at: At<'_>, spec: &RootCa, parts: &mut Parts<'_, '_>) -> Result<(), AdapterError> {
        let certificate = if parts.begins {
            create(at, spec, parts).await?
        } else {
            restore(at, parts).await?
        };
        publish(at, &certificate, parts).await
    }
}

/// Makes key and certificate and the Secret that they are in.
async fn create(at: At<'_>, spec: &RootCa, parts: &mut Parts<'_, '_>) -> Result<Certificate, AdapterError> {
    let validity = spec
        .validity
        .parse::<Validity>()
        .map_err(|error| AdapterError::refused(ErrorClass::Invalid, format!("{error}")))?;
    let period = Period::from(at.means.clock.now_ms(), validity)?;
    let subject = Subject {
        common_name: spec.common_name.clone(),
        organization: spec.organization.clone(),
    };
    let key = Key::generate(&spec.key_algorithm).await?;
    let certificate = only(&root(&key, &subject, period)?)?;
    let wanted = secret(parts, &certificate, &key)?;
    parts.create(&wanted).await?;
    Ok(certificate)
}

/// Takes key and certificate as they are in the Secret, and takes back what somebody wrote there if it is the same.
async fn restore(at: At<'_>, parts: &mut Parts<'_, '_>) -> Result<Certificate, AdapterError> {
    let (name, _) = names(&parts.id)?;
    let sealed = unseal(at.cluster, &name, Some(parts.request.uid)).await?;
    let text = |key: &str| sealed.contents.text(key);
    let broken = || {
        AdapterError::refused(
            ErrorClass::Conflict,
            format!("{name} is no longer what was written"),
        )
        .hint("Replace the root, and with it all that it signed: `meshform apply -replace=ADDRESS`.")
    };
    let certificate = text(CA_CERT).and_then(|pem| only(pem).ok()).ok_or_else(broken)?;
    let key = text(CA_KEY)
        .and_then(|pem| Key::parse(pem).ok())
        .ok_or_else(broken)?;
    let written = sealed.live.annotation(DIGEST) == Some(certificate.fingerprint().as_str());
    if !written || key.public_sha256() != certificate.public_sha256 {
        return Err(broken());
    }
    if !is_intact(&sealed.live, KEYS) {
        let wanted = secret(parts, &certificate, &key)?;
        let version = sealed.live.resource_version().to_owned();
        parts
            .apply(&wanted, &|live| live.resource_version() == version)
            .await?;
    }
    Ok(certificate)
}

fn only(pem: &str) -> Result<Certificate, AdapterError> {
    let missing = || AdapterError::refused(ErrorClass::Invalid, "there is no root");
    parse(pem, "the root")?.into_iter().next().ok_or_else(missing)
}

fn secret(parts: &Parts<'_, '_>, certificate: &Certificate, key: &Key) -> Result<Wanted, AdapterError> {
    let mut contents = Contents::default();
    contents.set(CA_CERT, Zeroizing::new(certificate.to_pem().into_bytes()));
    contents.set(CA_KEY, key.to_pem());
    let mut body = skeleton(&names(&parts.id)?.0);
    body["type"] = json!("Opaque");
    body["metadata"]["annotations"] = json!({ DIGEST: certificate.fingerprint() });
    Wanted::new(body, Some(contents), parts.request)
}

/// Shows the certificate in the ConfigMap.
async fn publish(
    at: At<'_>,
    certificate: &Certificate,
    parts: &mut Parts<'_, '_>,
) -> Result<(), AdapterError> {
    let name = names(&parts.id)?.1;
    let mut body = skeleton(&name);
    body["data"] = json!({ ROOT_CERT: certificate.to_pem() });
    let wanted = Wanted::new(body, None, parts.request)?;
    let there = look(at.cluster, std::slice::from_ref(&name), WHOLE).await?;
    let there = there.first().and_then(|sight| ours(sight, parts.request.uid));
    match there {
        None => parts.create(&wanted).await,
        Some(live) if is_intact(live, &[ROOT_CERT]) && shown(there).as_ref() == Some(certificate) => Ok(()),
        Some(_) => parts.apply(&wanted, &|_| true).await,
    }
}
