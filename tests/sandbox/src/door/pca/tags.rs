//! Tags of authorities (API_TagCertificateAuthority, API_UntagCertificateAuthority, API_ListTags). It must never let a
//! tag of AWS's own namespace be set.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::error::PcaError;
use super::input::{Input, missing};
use super::page;
use super::service::{Answer, nothing};
use super::world::{Caller, PcaWorld};

/// "You can associate up to 50 tags with a private CA".
const MOST: usize = 50;

/// Reads a list of tags.
pub(crate) fn read(list: Option<&Vec<Value>>) -> Result<BTreeMap<String, String>, PcaError> {
    let mut tags = BTreeMap::new();
    for tag in list.into_iter().flatten() {
        let tag = Input::of(tag)?;
        let (key, value) = (tag.text("Key")?, tag.optional_text("Value")?.unwrap_or(""));
        let invalid = |why: &str| {
            Err(PcaError::new(
                "InvalidTagException",
                format!("The tag '{key}' {why}."),
            ))
        };
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            return invalid("is empty or too long");
        }
        if key.starts_with("aws:") {
            return invalid("begins with aws:, which is reserved");
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return invalid("is given twice");
        }
    }
    if tags.len() > MOST {
        return Err(too_many());
    }
    Ok(tags)
}

fn too_many() -> PcaError {
    PcaError::new(
        "TooManyTagsException",
        "You can associate up to 50 tags with a private CA. Exception information is contained in the exception message field.",
    )
}

pub(crate) fn tag(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let added = read(Some(input.list("Tags")?.ok_or_else(|| missing("tags"))?))?;
    let authority = world.find(caller, arn, "TagCertificateAuthority", None)?;
    authority.must_live(caller.now)?;
    let mut tags = authority.tags.clone();
    tags.extend(added);
    if tags.len() > MOST {
        return Err(too_many());
    }
    authority.tags = tags;
    Ok(nothing())
}

/// "If you specify a value, the tag is removed only when it is associated with the specified value."
pub(crate) fn untag(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let list = input.list("Tags")?.ok_or_else(|| missing("tags"))?;
    let authority = world.find(caller, arn, "UntagCertificateAuthority", None)?;
    authority.must_live(caller.now)?;
    for tag in list {
        let tag = Input::of(tag)?;
        let (key, value) = (tag.text("Key")?, tag.optional_text("Value")?);
        if value.is_none_or(|value| authority.tags.get(key).is_some_and(|held| held == value)) {
            authority.tags.remove(key);
        }
    }
    Ok(nothing())
}

pub(crate) fn list(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let authority = world.find(caller, input.text("CertificateAuthorityArn")?, "ListTags", None)?;
    authority.must_live(caller.now)?;
    let tags = authority.tags.iter();
    let items = tags.map(|(key, value)| (key.clone(), json!({ "Key": key, "Value": value })));
    page::cut(input, "Tags", 50, items.collect())
}
