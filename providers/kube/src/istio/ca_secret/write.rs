//! Putting key and certificate where istiod takes them from.

use meshform_engine::{AdapterError, ErrorClass};
use meshform_kinds::Spec as _;
use meshform_kinds::istio::CaSecret;
use meshform_state::journal::Operation;
use serde_json::json;

use super::super::look::{DIGEST, foreign, is_intact, ours, skeleton, unreadable, unseal};
use super::look::{Names, REQUEST, SHOWN, Seen, Shown, content, request, seen};
use super::obtain::obtain;
use crate::live::Live;
use crate::pki::{CA_CERT, CA_KEY, CERT_CHAIN, FILES, Files, Key, ROOT_CERT};
use crate::served::At;
use crate::step::{Parts, Wanted};

/// Makes all objects what `spec` asks for.
pub(super) async fn ensure(
    at: At<'_>,
    spec: &CaSecret,
    parts: &mut Parts<'_, '_>,
) -> Result<(), AdapterError> {
    let names = Names::of(&spec.namespace, &spec.name);
    let looked = seen(at, std::slice::from_ref(&names)).await?.into_iter().next();
    let looked = looked.ok_or_else(|| crate::step::other(&names.secret))?;
    require(spec, &names, &looked, parts)?;
    let uid = parts.request.uid;
    let there = ours(&looked.secret, uid);
    let wanted = request(spec);
    let placed =
        there.filter(|live| is_intact(live, FILES) && live.annotation(REQUEST) == Some(wanted.as_str()));
    let (key, files) = match placed {
        // The certificate is the right one; what workloads trust may have changed.
        Some(_) => again(at, spec, &names, uid).await?,
        None => obtain(at, spec, (&names, &looked), parts).await?,
    };
    let digest = files.digest();
    let object = secret(&names, &wanted, (&key, &files), parts)?;
    match there {
        None => parts.create(&object).await?,
        Some(_) if placed.is_some_and(|live| live.annotation(DIGEST) == Some(digest.as_str())) => {}
        Some(live) => {
            let seen = state(live);
            parts.apply(&object, &|now| state(now) == seen).await?;
        }
    }
    drop(key);
    let object = map(&names, &wanted, &files, parts)?;
    match ours(&looked.map, uid) {
        None => parts.create(&object).await?,
        Some(live) if shows(live, &digest, &wanted) => {}
        Some(_) => parts.apply(&object, &|_| true).await?,
    }
    // One of an earlier attempt, or of now.
    let asked = placed.is_none() && spec.authority.is_some();
    if asked || ours(&looked.pending, uid).is_some() {
        parts.delete(names.pending).await?;
    }
    Ok(())
}

/// Whether the ConfigMap shows these files already.
fn shows(map: &Live, digest: &str, request: &str) -> bool {
    let shown = Shown::of(map).map(|shown| shown.digest());
    is_intact(map, SHOWN) && map.annotation(REQUEST) == Some(request) && shown.as_deref() == Some(digest)
}

/// What must not change under our hands.
fn state(live: &Live) -> (bool, Option<String>) {
    let digest = live.annotation(DIGEST).map(str::to_owned);
    (is_intact(live, FILES), digest)
}

/// Refuses to go on where objects of others are in the way, or what is there is not what the plan saw.
fn require(spec: &CaSecret, names: &Names, seen: &Seen, parts: &Parts<'_, '_>) -> Result<(), AdapterError> {
    let uid = parts.request.uid;
    for (sight, name) in [
        (&seen.secret, &names.secret),
        (&seen.pending, &names.pending),
        (&seen.map, &names.map),
    ] {
        sight.allowed()?;
        if foreign(sight, uid).is_some() {
            let message = format!("{name} exists already and belongs to somebody else");
            return Err(AdapterError::refused(ErrorClass::Conflict, message).hint(
                "An istiod may be using it: to keep its authority, leave `trust` out for this cluster. Else save it, \
                 delete it, and apply again; the workloads of this cluster then get new certificates.",
            ));
        }
    }
    let before = parts
        .request
        .before
        .filter(|_| parts.request.operation == Operation::Update);
    let recorded = parts.request.recorded.map(CaSecret::from_object).transpose();
    let recorded = recorded.map_err(|error| unreadable(&error))?;
    let before = before.map(CaSecret::from_object).transpose();
    let before = before.map_err(|error| unreadable(&error))?;
    if let (Some(before), Some(recorded)) = (before, recorded)
        && before.content.as_deref() != Some(content(&recorded, seen, uid))
    {
        let message = format!(
            "{} of `{}` has changed since it was planned",
            names.secret, spec.name
        );
        return Err(
            AdapterError::refused(ErrorClass::Conflict, message).hint("Plan again to see what it is now.")
        );
    }
    Ok(())
}

/// Key and certificate as they are in the Secret, with the roots of now.
async fn again(at: At<'_>, spec: &CaSecret, names: &Names, uid: &str) -> Result<(Key, Files), AdapterError> {
    let sealed = unseal(at.cluster, &names.secret, Some(uid)).await?;
    let text = |name: &str| {
        let missing =
            || AdapterError::refused(ErrorClass::Invalid, format!("{} has no `{name}`", names.secret));
        sealed.contents.text(name).ok_or_else(missing)
    };
    let key = Key::parse(text(CA_KEY)?)?;
    let files = Files::new(text(CA_CERT)?, text(CERT_CHAIN)?, &spec.root_certificate, &key)?;
    Ok((key, files))
}

fn secret(
    names: &Names,
    request: &str,
    (key, files): (&Key, &Files),
    parts: &Parts<'_, '_>,
) -> Result<Wanted, AdapterError> {
    let mut body = skeleton(&names.secret);
    body["type"] = json!("Opaque");
    body["metadata"]["annotations"] = json!({ REQUEST: request, DIGEST: files.digest() });
    Wanted::new(body, Some(files.contents(key)), parts.request)
}

fn map(names: &Names, request: &str, files: &Files, parts: &Parts<'_, '_>) -> Result<Wanted, AdapterError> {
    debug_assert_eq!(SHOWN, [CA_CERT, CERT_CHAIN, ROOT_CERT]);
    let mut body = skeleton(&names.map);
    body["metadata"]["annotations"] = json!({ REQUEST: request });
    body["data"] =
        json!({ CA_CERT: files.certificate(), CERT_CHAIN: files.chain(), ROOT_CERT: files.roots() });
    Wanted::new(body, None, parts.request)
}
