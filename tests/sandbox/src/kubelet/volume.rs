//! Volumes in a folder, kept in step with what they show, as a kubelet does it: all files of a volume change at once,
//! by one link (`..data`) that is replaced. istiod watches its CA's folder, so the way of changing matters.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::cluster::Api;
use crate::error::SandboxError;
use crate::files;

/// What a volume shows.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Secret {
        name: String,
        optional: bool,
    },
    ConfigMap {
        name: String,
        optional: bool,
    },
    /// A token of the Pod's service account, made once.
    Token {
        audience: String,
        file: String,
    },
    Nothing,
}

/// A volume and where it is mounted.
#[derive(Clone, Debug)]
pub(super) struct Volume {
    /// Relative to the Pod's folder.
    path: PathBuf,
    source: Source,
    shown: Option<BTreeMap<String, Vec<u8>>>,
    generation: u64,
}

impl Volume {
    pub(super) fn new(mount: &str, source: Source) -> Self {
        Self {
            path: PathBuf::from(mount.trim_start_matches('/')),
            source,
            shown: None,
            generation: 0,
        }
    }

    /// Brings the volume below `root` in step. An object that is missing and not optional is an error, and the
    /// container must not start.
    pub(super) async fn sync(
        &mut self,
        root: &Path,
        api: &Api,
        namespace: &str,
        account: &str,
    ) -> Result<(), SandboxError> {
        let wanted = match &self.source {
            Source::Secret { name, optional } => object(api, namespace, "secrets", name, *optional).await?,
            Source::ConfigMap { name, optional } => {
                object(api, namespace, "configmaps", name, *optional).await?
            }
            Source::Token { .. } if self.shown.is_some() => return Ok(()),
            Source::Token { audience, file } => {
                let token = token(api, namespace, account, audience).await?;
                BTreeMap::from([(file.clone(), token.into_bytes())])
            }
            Source::Nothing => BTreeMap::new(),
        };
        if self.shown.as_ref() != Some(&wanted) {
            self.show(&root.join(&self.path), &wanted)?;
            self.shown = Some(wanted);
        }
        Ok(())
    }

    fn show(&mut self, folder: &Path, wanted: &BTreeMap<String, Vec<u8>>) -> Result<(), SandboxError> {
        let failed = |source| SandboxError::File {
            action: "write the volume",
            path: folder.to_owned(),
            source,
        };
        let version = |generation: u64| format!("..{generation}");
        let before = version(self.generation);
        self.generation += 1;
        let now = version(self.generation);
        files::create_dir(&folder.join(&now))?;
        for (name, content) in wanted {
            files::write(&folder.join(&now).join(name), content)?;
        }
        symlink(&now, folder.join("..data_tmp")).map_err(failed)?;
        files::rename(&folder.join("..data_tmp"), &folder.join("..data"))?;
        let shown = self.shown.take().unwrap_or_default();
        for name in wanted.keys().filter(|name| !shown.contains_key(*name)) {
            symlink(Path::new("..data").join(name), folder.join(name)).map_err(failed)?;
        }
        for name in shown.keys().filter(|name| !wanted.contains_key(*name)) {
            std::fs::remove_file(folder.join(name)).map_err(failed)?;
        }
        files::remove_dir(&folder.join(before))
    }
}

/// Returns a token of a service account from the API server.
pub(super) async fn token(
    api: &Api,
    namespace: &str,
    account: &str,
    audience: &str,
) -> Result<String, SandboxError> {
    let audiences = match audience {
        "" => json!([]),
        audience => json!([audience]),
    };
    // A sandbox lives for hours; nothing here is renewed.
    let request = json!({
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
        "spec": { "audiences": audiences, "expirationSeconds": 30 * 24 * 3600 },
    });
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token");
    let answer = api.create(&path, &request).await?;
    Ok(answer["status"]["token"].as_str().unwrap_or("").to_owned())
}

async fn object(
    api: &Api,
    namespace: &str,
    resource: &str,
    name: &str,
    optional: bool,
) -> Result<BTreeMap<String, Vec<u8>>, SandboxError> {
    let Some(object) = api
        .get(&format!("/api/v1/namespaces/{namespace}/{resource}/{name}"))
        .await?
    else {
        return match optional {
            true => Ok(BTreeMap::new()),
            false => Err(SandboxError::Usage(format!(
                "a Pod waits for {resource} {namespace}/{name}, which is not there"
            ))),
        };
    };
    let plain = |value: &Value| Some(value.as_str()?.as_bytes().to_vec());
    let coded = |value: &Value| STANDARD.decode(value.as_str()?).ok();
    let is_secret = resource == "secrets";
    let mut all = BTreeMap::new();
    for (name, value) in object["data"].as_object().into_iter().flatten() {
        let content = if is_secret { coded(value) } else { plain(value) };
        all.insert(name.clone(), content.unwrap_or_default());
    }
    for (name, value) in object["binaryData"].as_object().into_iter().flatten() {
        all.insert(name.clone(), coded(value).unwrap_or_default());
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_change_and_go_together() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("etc/cacerts");
        let mut volume = Volume::new("/etc/cacerts", Source::Nothing);
        let mut show = |pairs: &[(&str, &str)]| {
            let wanted = pairs
                .iter()
                .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
                .collect();
            volume.show(&folder, &wanted).unwrap();
            volume.shown = Some(wanted);
        };
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        show(&[]);
        assert_eq!(read("ca-key.pem"), None);
        show(&[("ca-key.pem", "one"), ("root-cert.pem", "root")]);
        assert_eq!(read("ca-key.pem").as_deref(), Some("one"));
        show(&[("ca-key.pem", "two")]);
        assert_eq!(
            (read("ca-key.pem").as_deref(), read("root-cert.pem")),
            (Some("two"), None)
        );
        assert!(folder.join("..3").exists() && !folder.join("..2").exists());
    }
}
