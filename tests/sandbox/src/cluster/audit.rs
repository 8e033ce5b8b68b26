//! The API server's own record of what was asked of it. It must never be filtered when written: readers choose.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::SandboxError;

/// Who changed what, for every request that can change something; Events and Leases are left out.
pub(crate) const POLICY: &str = r#"{
  "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived", "ResponseStarted"],
  "rules": [
    { "level": "None", "resources": [
      { "group": "", "resources": ["events"] }, { "group": "events.k8s.io" }, { "group": "coordination.k8s.io" } ] },
    { "level": "Metadata", "verbs": ["create", "update", "patch", "delete", "deletecollection"] },
    { "level": "None" }
  ]
}
"#;

/// The group of those who may do anything.
pub(crate) const MASTERS: &str = "system:masters";

/// The user as which the controller manager connects; Kubernetes binds its role to this name.
pub(crate) const CONTROLLER_MANAGER: &str = "system:kube-controller-manager";
/// The user of the scheduler, likewise.
pub(crate) const SCHEDULER: &str = "system:kube-scheduler";
/// The user of kwok and of what else plays a kubelet.
pub(crate) const KUBELET: &str = "sandbox-kubelet";
/// The user of what plays the cloud.
pub(crate) const CLOUD: &str = "sandbox-cloud";

/// The users as which the parts of a cluster connect, and their groups.
pub(crate) const COMPONENTS: [(&str, &str); 4] = [
    (CONTROLLER_MANAGER, ""),
    (SCHEDULER, ""),
    (KUBELET, MASTERS),
    (CLOUD, MASTERS),
];

/// One request that can change something, as the API server saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The API server's id of the request.
    pub id: String,
    /// `create`, `update`, `patch`, `delete` or `deletecollection`.
    pub verb: String,
    /// Who asked.
    pub user: String,
    /// The client's own words about itself.
    pub user_agent: String,
    /// The path with its query, as it was asked.
    pub uri: String,
    /// The group, empty for the core group.
    pub group: String,
    /// The plural name of the resource.
    pub resource: String,
    /// `status`, `token`, …, or empty.
    pub subresource: String,
    /// Empty for what has no namespace.
    pub namespace: String,
    /// Empty when the server chose it.
    pub name: String,
    /// The HTTP status of the answer.
    pub status: u16,
    /// Whether it was a dry run.
    pub dry_run: bool,
}

impl AuditEntry {
    /// Tells whether it changed something, or at least was accepted: a patch without a difference counts.
    #[must_use]
    pub fn took_effect(&self) -> bool {
        !self.dry_run && (200..300).contains(&self.status)
    }

    /// Tells whether the cluster asked itself, as its controllers, its node and its cloud do.
    #[must_use]
    pub fn is_of_control_plane(&self) -> bool {
        let controller = self.user.starts_with("system:serviceaccount:kube-system:");
        let component = COMPONENTS.iter().any(|(user, _)| self.user == *user);
        controller || component || self.user == "system:apiserver"
    }
}

/// Reads an audit log; the last line may be still in writing and is then left out.
///
/// Filter the result by [`AuditEntry::user`] or [`AuditEntry::user_agent`] for one client's requests.
pub fn read_audit(path: &Path) -> Result<Vec<AuditEntry>, SandboxError> {
    let text = crate::files::read(path)?;
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole
        .lines()
        .map(|line| {
            serde_json::from_str(line)
                .map(|event| entry(&event))
                .map_err(|source| SandboxError::Json {
                    what: format!("the audit log `{}`", path.display()),
                    source,
                })
        })
        .collect()
}

fn entry(event: &Value) -> AuditEntry {
    let text = |pointer: &str| {
        event
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned()
    };
    let uri = text("/requestURI");
    let status = event
        .pointer("/responseStatus/code")
        .and_then(Value::as_u64)
        .unwrap_or(0);
    AuditEntry {
        id: text("/auditID"),
        verb: text("/verb"),
        user: text("/user/username"),
        user_agent: text("/userAgent"),
        group: text("/objectRef/apiGroup"),
        resource: text("/objectRef/resource"),
        subresource: text("/objectRef/subresource"),
        namespace: text("/objectRef/namespace"),
        name: text("/objectRef/name"),
        status: u16::try_from(status).unwrap_or(0),
        dry_run: uri.contains("dryRun=All"),
        uri,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_up_to_its_last_whole_line() {
        let line = r#"{"auditID":"1","verb":"patch","requestURI":"/api/v1/namespaces/n?dryRun=All&fieldManager=m","user":{"username":"u"},"userAgent":"meshform/1","objectRef":{"resource":"namespaces","name":"n","apiVersion":"v1"},"responseStatus":{"code":200}}"#;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        std::fs::write(&path, format!("{line}\n{line}\n{}", &line[..40])).unwrap();
        let entries = read_audit(&path).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(
            (entries[0].resource.as_str(), entries[0].status),
            ("namespaces", 200)
        );
        assert!(entries[0].dry_run && !entries[0].took_effect() && !entries[0].is_of_control_plane());
    }
}
