//! Tags: ours that let us find what we made, and the user's.

use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use meshform_kinds::aws::{RESERVED_PREFIX, Tags};

/// The tag that holds the uid of the object, by which a creation whose answer was lost is found.
pub(crate) const UID: &str = "meshform:uid";

/// The tag that holds the lineage of the state that the object is in.
pub(crate) const LINEAGE: &str = "meshform:lineage";

/// What a creation of `kind` is tagged with from its first moment.
pub(crate) fn at_creation(kind: &ResourceType, tags: &Tags, lineage: &str, uid: &str) -> TagSpecification {
    let own = [tag(LINEAGE, lineage), tag(UID, uid)];
    let all = own.into_iter().chain(to_sdk(tags)).collect();
    TagSpecification::builder()
        .resource_type(kind.clone())
        .set_tags(Some(all))
        .build()
}

/// The user's tags among `tags`: not ours, and not those of AWS, which nobody can set.
pub(crate) fn from_sdk(tags: Option<&[Tag]>) -> Tags {
    let tags = tags.unwrap_or_default().iter();
    tags.filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())))
        .filter(|(key, _)| !key.starts_with(RESERVED_PREFIX) && !key.starts_with("aws:"))
        .collect()
}

/// Tags in the SDK's form.
pub(crate) fn to_sdk(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| tag(key, value)).collect()
}

/// The way from some tags to others: what to set, and the keys to take away.
pub(crate) fn difference(before: &Tags, after: &Tags) -> (Tags, Vec<String>) {
    let set = after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value));
    let set = set.map(|(key, value)| (key.clone(), value.clone())).collect();
    let gone = before
        .keys()
        .filter(|key| !after.contains_key(*key))
        .cloned()
        .collect();
    (set, gone)
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_creation_carries_our_tags_and_reading_hides_them() {
        let users = tags(&[("Name", "a")]);
        let specification = at_creation(&ResourceType::Vpc, &users, "lineage", "uid");
        let sent = specification.tags();
        assert_eq!(sent.len(), 3);
        assert!(sent.contains(&tag(UID, "uid")) && sent.contains(&tag(LINEAGE, "lineage")));
        let mut seen = sent.to_vec();
        seen.push(tag("aws:cloudformation:stack-name", "x"));
        assert_eq!(from_sdk(Some(&seen)), users);
        assert_eq!(from_sdk(None), Tags::new());
    }

    #[test]
    fn only_what_differs_is_sent() {
        let (set, gone) = difference(
            &tags(&[("a", "1"), ("b", "1"), ("c", "1")]),
            &tags(&[("a", "1"), ("b", "2"), ("d", "")]),
        );
        assert_eq!(set, tags(&[("b", "2"), ("d", "")]));
        assert_eq!(gone, ["c"]);
    }
}
