//! The actions of PCA (ACM PCA API reference, "Actions"). It must never hold a rule of its own: each action has its room.

use serde_json::{Value, json};

use super::error::PcaError;
use super::input::Input;
use super::keys::{KeyAlgorithm, PrivateKey};
use super::world::{Caller, PcaWorld};
use super::{create, grants, import, issue, lifecycle, tags};
use crate::door::reply::Reply;

/// What an action answers.
pub(crate) type Answer = Result<Value, PcaError>;

/// Returns the key that a request will need, since making one takes longer than the door may be locked.
pub(crate) fn key_wanted(action: &str, body: &[u8]) -> Option<KeyAlgorithm> {
    if action != "CreateCertificateAuthority" {
        return None;
    }
    let body: Value = serde_json::from_slice(body).ok()?;
    let name = body
        .get("CertificateAuthorityConfiguration")?
        .get("KeyAlgorithm")?
        .as_str()?;
    KeyAlgorithm::NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, algorithm)| *algorithm)
}

/// Answers a request.
pub(crate) fn answer(
    world: &mut PcaWorld,
    caller: Caller<'_>,
    action: &str,
    body: &[u8],
    key: Option<PrivateKey>,
) -> Reply {
    let body: Value = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(error) => return PcaError::new("SerializationException", error.to_string()).into_reply(),
    };
    let answer = world
        .refuse_hidden(&body)
        .and_then(|()| Input::of(&body))
        .and_then(|input| act(world, caller, action, input, key));
    match answer {
        Ok(value) => Reply::new(200, "application/x-amz-json-1.1", value.to_string()),
        Err(error) => error.into_reply(),
    }
}

fn act(
    world: &mut PcaWorld,
    caller: Caller<'_>,
    action: &str,
    input: Input<'_>,
    key: Option<PrivateKey>,
) -> Answer {
    match action {
        "CreateCertificateAuthority" => create::create(world, caller, input, key),
        "DescribeCertificateAuthority" => lifecycle::describe(world, caller, input),
        "ListCertificateAuthorities" => lifecycle::list(world, caller, input),
        "UpdateCertificateAuthority" => lifecycle::update(world, caller, input),
        "DeleteCertificateAuthority" => lifecycle::delete(world, caller, input),
        "RestoreCertificateAuthority" => lifecycle::restore(world, caller, input),
        "GetCertificateAuthorityCsr" => lifecycle::request(world, caller, input),
        "GetCertificateAuthorityCertificate" => lifecycle::certificate(world, caller, input),
        "ImportCertificateAuthorityCertificate" => import::import(world, caller, input),
        "IssueCertificate" => issue::issue(world, caller, input),
        "GetCertificate" => issue::get(world, caller, input),
        "RevokeCertificate" => issue::revoke(world, caller, input),
        "TagCertificateAuthority" => tags::tag(world, caller, input),
        "UntagCertificateAuthority" => tags::untag(world, caller, input),
        "ListTags" => tags::list(world, caller, input),
        "CreatePermission" => grants::create_permission(world, caller, input),
        "DeletePermission" => grants::delete_permission(world, caller, input),
        "ListPermissions" => grants::list_permissions(world, caller, input),
        "PutPolicy" => grants::put_policy(world, caller, input),
        "GetPolicy" => grants::get_policy(world, caller, input),
        "DeletePolicy" => grants::delete_policy(world, caller, input),
        other => Err(PcaError::unsupported(other)),
    }
}

/// The answer of an action that answers nothing.
pub(crate) fn nothing() -> Value {
    json!({})
}
