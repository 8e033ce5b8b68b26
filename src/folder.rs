//! The folder of a configuration on disk, or in a saved plan.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;
use std::sync::{Arc, Mutex};

use meshform_engine::config::Folder;
use meshform_lang::Files;

/// A folder on disk.
#[derive(Debug, Clone)]
pub(crate) struct OnDisk {
    root: PathBuf,
}

impl OnDisk {
    pub(crate) fn new(root: &Path) -> Self {
        OnDisk {
            root: root.to_owned(),
        }
    }
}

impl Folder for OnDisk {
    fn read_folder(&self, path: &str) -> Result<Vec<(String, String)>, String> {
        let folder = self.root.join(path);
        let told = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such folder".to_owned(),
            _ => error.to_string(),
        };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(told)? {
            let entry = entry.map_err(told)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !is_configuration(&name) || !entry.path().is_file() {
                continue;
            }
            let bytes =
                std::fs::read(entry.path()).map_err(|error| format!("`{name}` cannot be read: {error}"))?;
            let text = String::from_utf8(bytes).map_err(|error| not_text(&name, &error))?;
            found.push((name, text));
        }
        found.sort();
        Ok(found)
    }
}

/// Whether a file of this name is part of a configuration. Hidden ones are what editors leave.
fn is_configuration(name: &str) -> bool {
    name == "mesh.hcl" || (name.ends_with(".mesh.hcl") && !name.starts_with('.'))
}

fn not_text(name: &str, error: &FromUtf8Error) -> String {
    let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("`{name}` is not text in UTF-8: what is in line {line} is none")
}

/// The files that functions read, and what they got: it is part of a plan.
#[derive(Debug)]
pub(crate) struct Reads {
    root: PathBuf,
    /// What a saved plan brings; it is not read from disk.
    saved: BTreeMap<String, Arc<[u8]>>,
    read: Mutex<BTreeMap<String, Arc<[u8]>>>,
}

impl Reads {
    pub(crate) fn new(root: &Path, saved: BTreeMap<String, Arc<[u8]>>) -> Self {
        Reads {
            root: root.to_owned(),
            saved,
            read: Mutex::default(),
        }
    }

    /// All that was read so far.
    pub(crate) fn all(&self) -> BTreeMap<String, Arc<[u8]>> {
        self.read.lock().map(|read| read.clone()).unwrap_or_default()
    }
}

impl Files for Reads {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let mut read = self
            .read
            .lock()
            .map_err(|_| "an earlier read failed".to_owned())?;
        if let Some(bytes) = read.get(path) {
            return Ok(Arc::clone(bytes));
        }
        let bytes = match self.saved.get(path) {
            Some(bytes) => Arc::clone(bytes),
            None => std::fs::read(self.root.join(path))
                .map_err(|error| error.to_string())?
                .into(),
        };
        read.insert(path.to_owned(), Arc::clone(&bytes));
        Ok(bytes)
    }

    fn list(&self, folder: &str, pattern: &str) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        walk(&self.root.join(folder), "", &mut found).map_err(|error| error.to_string())?;
        let pattern: Vec<&str> = pattern.split('/').collect();
        found.retain(|path| matches(&pattern, &path.split('/').collect::<Vec<_>>()));
        found.sort();
        Ok(found)
    }
}

/// The files below `folder`, relative to it. Links to folders are not followed: they may lead in a circle.
fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.push(name);
        }
    }
    Ok(())
}

/// Whether the parts of a path match those of a pattern; `**` stands for any number of parts.
fn matches(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => matches(rest, path) || (!path.is_empty() && matches(pattern, &path[1..])),
        ([first, rest @ ..], [name, below @ ..]) => part(first, name) && matches(rest, below),
        _ => false,
    }
}

/// Whether one part matches: `*` stands for any characters, `?` for one, `{a,b}` for either.
fn part(pattern: &str, name: &str) -> bool {
    if let Some((before, choices, after)) = braces(pattern) {
        return choices
            .split(',')
            .any(|choice| part(&format!("{before}{choice}{after}"), name));
    }
    let Some(first) = pattern.chars().next() else {
        return name.is_empty();
    };
    let rest = &pattern[first.len_utf8()..];
    let mut chars = name.chars();
    match first {
        '*' => part(rest, name) || chars.next().is_some_and(|_| part(pattern, chars.as_str())),
        '?' => chars.next().is_some_and(|_| part(rest, chars.as_str())),
        _ => chars.next() == Some(first) && part(rest, chars.as_str()),
    }
}

fn braces(pattern: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = pattern.split_once('{')?;
    let (choices, after) = rest.split_once('}')?;
    Some((before, choices, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(pattern: &str, path: &str) -> bool {
        matches(
            &pattern.split('/').collect::<Vec<_>>(),
            &path.split('/').collect::<Vec<_>>(),
        )
    }

    #[test]
    fn patterns_match_as_in_a_shell() {
        assert!(matched("*.yaml", "a.yaml") && !matched("*.yaml", "x/a.yaml"));
        assert!(matched("**/*.yaml", "a.yaml") && matched("**/*.yaml", "x/y/a.yaml"));
        assert!(matched("a?.{yml,yaml}", "ab.yaml") && !matched("a?.{yml,yaml}", "ab.json"));
        assert!(matched("**", "x/y") && !matched("x", "y"));
    }

    #[test]
    fn what_was_read_is_known_and_read_once() {
        let saved = BTreeMap::from([("a".to_owned(), Arc::from(*b"saved"))]);
        let reads = Reads::new(Path::new("/nowhere"), saved);
        assert_eq!(&*reads.read("a").unwrap(), b"saved");
        assert!(reads.read("b").is_err());
        assert_eq!(reads.all().len(), 1);
    }
}
