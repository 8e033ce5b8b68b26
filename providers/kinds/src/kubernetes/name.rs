//! What a Kubernetes object is called.

use std::fmt;
use std::str::FromStr;

use meshform_state::Value;

/// The name of an object, that nothing else in its cluster can bear. Prints as `v1/ConfigMap/namespace/name`, without
/// the namespace where the kind has none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectName {
    /// Group and version, such as `apps/v1`; the core group has no name.
    pub api_version: String,
    /// The kind, such as `Deployment`.
    pub kind: String,
    /// The namespace, if the kind lives in one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

/// A text that names no object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` does not name a Kubernetes object, as `v1/ConfigMap/namespace/name` or `apps/v1/Deployment/namespace/name` do"
)]
pub struct NameError(pub String);

impl ObjectName {
    /// The name of the namespace `name`.
    #[must_use]
    pub fn of_namespace(name: &str) -> Self {
        ObjectName {
            api_version: "v1".to_owned(),
            kind: "Namespace".to_owned(),
            namespace: None,
            name: name.to_owned(),
        }
    }

    /// The name of the object that `manifest` describes; `None` while a part of it is not known or is missing.
    #[must_use]
    pub fn of_manifest(manifest: &Value) -> Option<Self> {
        let metadata = manifest.get("metadata")?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let namespace = match metadata.get("namespace") {
            None => None,
            Some(value) if value.is_null() => None,
            Some(value) => Some(text(value)?),
        };
        Some(ObjectName {
            api_version: text(manifest.get("apiVersion")?)?,
            kind: text(manifest.get("kind")?)?,
            namespace: namespace.filter(|namespace| !namespace.is_empty()),
            name: text(metadata.get("name")?)?,
        })
    }

    /// The API group; empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        group_of(&self.api_version)
    }

    /// The version within the group.
    #[must_use]
    pub fn version(&self) -> &str {
        self.api_version.rsplit('/').next().unwrap_or(&self.api_version)
    }
}

/// The group of `api_version`; empty for the core group.
pub(super) fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/", self.api_version, self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

impl FromStr for ObjectName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let parts: Vec<&str> = text.split('/').collect();
        // No group is called `v1`, so that its presence in front means the core group.
        let core = parts.first() == Some(&"v1");
        let (api_version, rest) = match parts.as_slice() {
            [version, rest @ ..] if core => ((*version).to_owned(), rest),
            [group, version, rest @ ..] => (format!("{group}/{version}"), rest),
            _ => return Err(NameError(text.to_owned())),
        };
        let (kind, namespace, name) = match rest {
            [kind, name] => (kind, None, name),
            [kind, namespace, name] => (kind, Some((*namespace).to_owned()), name),
            _ => return Err(NameError(text.to_owned())),
        };
        if parts.iter().any(|part| part.is_empty()) {
            return Err(NameError(text.to_owned()));
        }
        Ok(ObjectName {
            api_version,
            kind: (*kind).to_owned(),
            namespace,
            name: (*name).to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_they_print() {
        for text in [
            "v1/ConfigMap/shop/settings",
            "v1/Namespace/shop",
            "apps/v1/Deployment/shop/web",
            "rbac.authorization.k8s.io/v1/ClusterRole/system:discovery",
        ] {
            assert_eq!(text.parse::<ObjectName>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_texts_name_nothing() {
        for text in [
            "",
            "shop",
            "v1/ConfigMap",
            "v1/ConfigMap//settings",
            "a/b/c/d/e/f",
            "v1/Namespace/",
        ] {
            assert_eq!(
                text.parse::<ObjectName>(),
                Err(NameError(text.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn groups_and_versions_are_told_apart() {
        let name: ObjectName = "apps/v1/Deployment/shop/web".parse().unwrap();
        assert_eq!((name.group(), name.version()), ("apps", "v1"));
        let name: ObjectName = "v1/Namespace/shop".parse().unwrap();
        assert_eq!((name.group(), name.version()), ("", "v1"));
    }
}
