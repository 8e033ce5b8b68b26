//! Finding charts: in folders, repositories and registries; and what tells whether one is still the same.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use meshform_engine::{AdapterError, ErrorClass};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::command::helm;
use super::{HelmSettings, invalid};
use crate::pki::hex;
use crate::rendered::sha256;

/// How deep below a folder of charts one may be.
const DEPTH: usize = 3;

/// Which chart is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    pub(super) source: String,
    pub(super) name: String,
    pub(super) version: Option<String>,
}

/// A chart that was found.
#[derive(Debug)]
pub(super) struct Found {
    /// Its folder or archive on this machine.
    pub(super) path: PathBuf,
    /// What it says of itself.
    pub(super) about: About,
    /// What tells whether it is still the same.
    pub(super) digest: String,
    /// Where it was fetched to; goes with this.
    _fetched: Option<TempDir>,
}

/// What a chart says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct About {
    /// Its name.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
    /// The version of what it installs.
    #[serde(default, rename = "appVersion")]
    pub(super) app_version: Option<String>,
}

/// Finds `wanted`.
///
/// # Errors
/// If there is no such chart, or its place cannot be read.
pub(super) async fn find(settings: &HelmSettings, wanted: &Wanted) -> Result<Found, AdapterError> {
    let found = if wanted.source.contains("://") {
        fetch(settings, wanted).await?
    } else {
        let (base, wanted) = (settings.folder.join(&wanted.source), wanted.clone());
        let look = tokio::task::spawn_blocking(move || in_folder(&base, &wanted));
        look.await
            .map_err(|error| AdapterError::refused(ErrorClass::Other, error.to_string()))??
    };
    match &wanted.version {
        Some(version) if *version != found.about.version => Err(invalid(format!(
            "chart `{}` of `{}` has version {}, not {version}",
            wanted.name, wanted.source, found.about.version
        ))
        .hint("Name the version that is there, or put the other one there.")),
        _ => Ok(found),
    }
}

async fn fetch(settings: &HelmSettings, wanted: &Wanted) -> Result<Found, AdapterError> {
    let folder = tempfile::Builder::new().prefix("meshform-chart-").tempdir();
    let folder = folder.map_err(|error| {
        AdapterError::refused(
            ErrorClass::Other,
            format!("no folder for charts can be made: {error}"),
        )
    })?;
    let mut arguments: Vec<OsString> = vec!["pull".into(), "--destination".into(), folder.path().into()];
    if let Some(version) = &wanted.version {
        arguments.extend(["--version".into(), version.into()]);
    }
    if wanted.source.starts_with("oci://") {
        let source = wanted.source.trim_end_matches('/');
        arguments.push(format!("{source}/{}", wanted.name).into());
    } else {
        arguments.extend(["--repo".into(), (&wanted.source).into()]);
        arguments.extend(["--".into(), (&wanted.name).into()]);
    }
    helm(settings, &arguments, None).await?;
    let mut archives = fs::read_dir(folder.path())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let path = archives
        .next()
        .ok_or_else(|| invalid(format!("helm pull gave no chart `{}`", wanted.name)))?;
    let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
    let show: Vec<OsString> = vec!["show".into(), "chart".into(), path.clone().into()];
    let about = about(&helm(settings, &show, None).await?)
        .map_err(|why| invalid(format!("chart `{}`: {why}", wanted.name)))?;
    Ok(Found {
        path,
        about,
        digest: format!("sha256:{}", sha256(&bytes)),
        _fetched: Some(folder),
    })
}

fn in_folder(base: &Path, wanted: &Wanted) -> Result<Found, AdapterError> {
    let path = locate(base, &wanted.name, DEPTH).ok_or_else(|| {
        invalid(format!(
            "there is no chart `{}` in folder `{}`",
            wanted.name, wanted.source
        ))
        .hint("A folder of charts has a folder for each, with a Chart.yaml that names it.")
    })?;
    let file = path.join("Chart.yaml");
    let text = fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
    let about = about(&text).map_err(|why| invalid(format!("`{}`: {why}", file.display())))?;
    let digest = digest(&path).map_err(|error| unreadable(&path, &error))?;
    Ok(Found {
        path,
        about,
        digest,
        _fetched: None,
    })
}

/// The folder of the chart `name`, at or below `folder`: the first in the order of names.
fn locate(folder: &Path, name: &str, depth: usize) -> Option<PathBuf> {
    let named = |path: &Path| {
        let text = fs::read_to_string(path.join("Chart.yaml")).ok()?;
        about(&text).ok().filter(|about| about.name == name)
    };
    if folder.join("Chart.yaml").is_file() {
        // Charts within a chart are its own.
        return named(folder).map(|_| folder.to_path_buf());
    }
    if depth == 0 {
        return None;
    }
    folders(folder)
        .into_iter()
        .find_map(|below| locate(&below, name, depth - 1))
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    all.sort();
    all
}

fn about(text: &str) -> Result<About, String> {
    serde_saphyr::from_str(text).map_err(|error| format!("its Chart.yaml cannot be read: {error}"))
}

/// One digest over the names and contents of all files of a folder, in the order of their names.
fn digest(folder: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
    files.sort();
    let mut all = Sha256::new();
    for (name, path) in files {
        let content = fs::read(path)?;
        all.update(format!("{name}\0{}\0", content.len()));
        all.update(content);
    }
    Ok(format!("sha256:{}", hex(&all.finalize())))
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root).unwrap_or(&path);
            files.push((name.to_string_lossy().replace('\\', "/"), path));
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> AdapterError {
    invalid(format!("failed to read `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charts() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts")
    }

    fn wanted(name: &str) -> Wanted {
        Wanted {
            source: "charts".to_owned(),
            name: name.to_owned(),
            version: None,
        }
    }

    #[test]
    fn a_chart_is_found_by_the_name_that_it_gives_itself() {
        let found = in_folder(&charts(), &wanted("mesh")).unwrap();
        assert!(found.path.ends_with("nested/mesh-discovery"));
        assert_eq!(found.about.version, "1.2.3");
        assert_eq!(found.about.app_version.as_deref(), Some("9.9"));
        let error = in_folder(&charts(), &wanted("absent")).unwrap_err();
        assert!(error.message.contains("no chart `absent`"), "{error}");
    }

    #[test]
    fn a_digest_is_over_names_and_contents() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("templates")).unwrap();
        let copy = |name: &str, text: &str| fs::copy(charts().join(text), at(name)).unwrap();
        copy("Chart.yaml", "nested/mesh-discovery/Chart.yaml");
        let first = digest(folder.path()).unwrap();
        assert_eq!(digest(folder.path()).unwrap(), first);
        copy("templates/a.yaml", "nested/mesh-discovery/templates/all.yaml");
        let second = digest(folder.path()).unwrap();
        fs::remove_file(at("templates/a.yaml")).unwrap();
        copy("templates/b.yaml", "nested/mesh-discovery/templates/all.yaml");
        let third = digest(folder.path()).unwrap();
        assert!(first != second && second != third);
        assert!(first.starts_with("sha256:") && first.len() == 71);
    }
}
