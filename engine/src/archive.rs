//! A saved plan: an archive of everything that the plan followed from, but no secret.
//!
//! `apply` of it compiles again from what is in here, with the sensitive variables given again, and goes on only if
//! the plan that comes out has the same digest. So nothing that matters can have moved in between. This module knows
//! bytes and names; what they mean is the caller's.
//!
//! What is only shown, the plan as text and as a document, grows with the plan and is never whole in memory: it is
//! written as it is made, and read back only by who asks for it ([`copy`]).

use std::collections::BTreeMap;
use std::io::{self, BufReader, BufWriter, Cursor, Read, Write};

use serde::{Deserialize, Serialize};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The version of the archive's format.
pub const FORMAT: u32 = 2;

/// The largest member that is read: an archive comes from outside, and a small one can unpack to any size.
const LARGEST_MEMBER: u64 = 256 << 20;

/// How much is compressed or unpacked at a time.
const CHUNK: usize = 64 << 10;

/// A saved plan, but for what is only shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Archive {
    /// What it is and what it stands on.
    pub manifest: Manifest,
    /// The configuration files: path relative to the folder, and text.
    pub sources: BTreeMap<String, String>,
    /// The files that functions read: path and content. A file whose content became secret is not here but in
    /// [`Manifest::secret_files`].
    pub files: BTreeMap<String, Vec<u8>>,
    /// The variables that are not sensitive, encoded with their types.
    pub variables: BTreeMap<String, String>,
    /// The answers of the outside, by the key of the question, encoded by schema.
    pub facts: BTreeMap<String, String>,
}

/// What of a saved plan is only shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The plan as text, without colour.
    Text,
    /// The plan in its machine-readable form.
    Document,
}

impl Shown {
    fn name(self) -> &'static str {
        match self {
            Shown::Text => "plan.txt",
            Shown::Document => "plan.json",
        }
    }
}

/// Writes something to where it is told to.
pub type Writing<'a> = &'a dyn Fn(&mut dyn Write) -> io::Result<()>;

/// What a saved plan is and what it stands on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the format.
    pub format: u32,
    /// The version of meshform that wrote it.
    pub meshform: String,
    /// The lineage of the state that it was planned for.
    pub lineage: String,
    /// The digest of the plan.
    pub digest: String,
    /// When it was made, in RFC 3339; also what `plantimestamp()` answers.
    pub created: String,
    /// Whether it destroys everything.
    pub destroy: bool,
    /// Whether it only records what was observed.
    pub refresh_only: bool,
    /// Whether the present state was read.
    pub refresh: bool,
    /// The addresses that the user asked to replace.
    pub replace: Vec<String>,
    /// The addresses to which the user limited the plan.
    pub target: Vec<String>,
    /// The addresses that the user left out.
    pub exclude: Vec<String>,
    /// The sensitive variables: they must be given again.
    pub sensitive_variables: Vec<String>,
    /// What the hashes of secrets below are salted with.
    pub salt: String,
    /// A slow hash of the values of all sensitive variables together, if there are any: others that are given when the
    /// plan is applied are noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_values: Option<String>,
    /// The files whose content became secret, each with a slow hash of it: they are read again.
    pub secret_files: BTreeMap<String, String>,
}

/// Why an archive cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is no archive, or a part of it is missing or damaged.
    #[error("this is not a saved plan, or it is damaged: {0}")]
    Damaged(String),
    /// It was written by a newer version.
    #[error("the saved plan has format {found} (of meshform {writer}), this version reads format {FORMAT}")]
    Newer {
        /// Its format.
        found: u32,
        /// Who wrote it.
        writer: String,
    },
}

fn damaged(error: impl std::fmt::Display) -> ArchiveError {
    ArchiveError::Damaged(error.to_string())
}

impl Archive {
    /// The bytes of the archive, with what `text` and `document` write. Equal archives have equal bytes.
    ///
    /// # Errors
    /// [`ArchiveError::Damaged`] if a name or size is more than the format can hold, or as the two say.
    pub fn to_bytes(&self, text: Writing<'_>, document: Writing<'_>) -> Result<Vec<u8>, ArchiveError> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (shown, write) in [(Shown::Text, text), (Shown::Document, document)] {
            // A plan of a million resources is told in more than the 4 GiB that a plain member may have.
            let options = SimpleFileOptions::default().large_file(true);
            zip.start_file(shown.name(), options).map_err(damaged)?;
            let mut out = BufWriter::with_capacity(CHUNK, &mut zip);
            write(&mut out).and_then(|()| out.flush()).map_err(damaged)?;
        }
        let mut add = |name: &str, content: &[u8]| -> Result<(), ArchiveError> {
            zip.start_file(name, SimpleFileOptions::default())
                .map_err(damaged)?;
            zip.write_all(content).map_err(damaged)
        };
        add(
            "manifest.json",
            &serde_json::to_vec_pretty(&self.manifest).map_err(damaged)?,
        )?;
        add(
            "variables.json",
            &serde_json::to_vec_pretty(&self.variables).map_err(damaged)?,
        )?;
        add(
            "facts.json",
            &serde_json::to_vec_pretty(&self.facts).map_err(damaged)?,
        )?;
        for (path, text) in &self.sources {
            add(&format!("sources/{path}"), text.as_bytes())?;
        }
        for (path, content) in &self.files {
            add(&format!("files/{path}"), content)?;
        }
        Ok(zip.finish().map_err(damaged)?.into_inner())
    }

    /// Reads the bytes of an archive.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArchiveError> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        let manifest = member(&mut zip, "manifest.json")?;
        let head: serde_json::Value = serde_json::from_slice(&manifest).map_err(damaged)?;
        let found = head
            .get("format")
            .and_then(serde_json::Value::as_u64)
            .and_then(|found| u32::try_from(found).ok());
        match found {
            Some(FORMAT) => {}
            Some(found) if found > FORMAT => {
                let writer = head
                    .get("meshform")
                    .and_then(serde_json::Value::as_str)
                    .unwrap_or("?")
                    .to_owned();
                return Err(ArchiveError::Newer { found, writer });
            }
            _ => {
                return Err(ArchiveError::Damaged(
                    "the manifest names no known format".to_owned(),
                ));
            }
        }
        let mut archive = Archive {
            manifest: serde_json::from_slice(&manifest).map_err(damaged)?,
            variables: serde_json::from_slice(&member(&mut zip, "variables.json")?).map_err(damaged)?,
            facts: serde_json::from_slice(&member(&mut zip, "facts.json")?).map_err(damaged)?,
            ..Archive::default()
        };
        for shown in [Shown::Text, Shown::Document] {
            zip.by_name(shown.name())
                .map_err(|error| missing(shown.name(), &error))?;
        }
        let names: Vec<String> = zip.file_names().map(str::to_owned).collect();
        for name in names {
            if let Some(path) = name.strip_prefix("sources/") {
                archive
                    .sources
                    .insert(path.to_owned(), text(member(&mut zip, &name)?)?);
            } else if let Some(path) = name.strip_prefix("files/") {
                archive.files.insert(path.to_owned(), member(&mut zip, &name)?);
            }
        }
        Ok(archive)
    }
}

/// Copies what of the archive in `bytes` is only shown to `out`, piece by piece.
///
/// # Errors
/// [`ArchiveError::Damaged`] if it cannot be read, or as `out` says.
pub fn copy(bytes: &[u8], shown: Shown, out: &mut dyn Write) -> Result<(), ArchiveError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let file = zip
        .by_name(shown.name())
        .map_err(|error| missing(shown.name(), &error))?;
    io::copy(&mut BufReader::with_capacity(CHUNK, file), out)
        .map(|_| ())
        .map_err(damaged)
}

fn missing(name: &str, error: &dyn std::fmt::Display) -> ArchiveError {
    ArchiveError::Damaged(format!("`{name}`: {error}"))
}

fn member(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Vec<u8>, ArchiveError> {
    let file = zip.by_name(name).map_err(|error| missing(name, &error))?;
    let mut content = Vec::new();
    file.take(LARGEST_MEMBER + 1)
        .read_to_end(&mut content)
        .map_err(damaged)?;
    if content.len() as u64 > LARGEST_MEMBER {
        return Err(ArchiveError::Damaged(format!("`{name}` is too large")));
    }
    Ok(content)
}

fn text(bytes: Vec<u8>) -> Result<String, ArchiveError> {
    String::from_utf8(bytes).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Archive {
        Archive {
            manifest: Manifest {
                format: FORMAT,
                lineage: "l".into(),
                digest: "d".into(),
                ..Manifest::default()
            },
            sources: [("mesh.hcl".to_owned(), "locals {}\n".to_owned())].into(),
            files: [("a/b.bin".to_owned(), vec![0, 159, 146])].into(),
            variables: [("x".to_owned(), "1".to_owned())].into(),
            facts: BTreeMap::new(),
        }
    }

    fn bytes(archive: &Archive) -> Vec<u8> {
        let packed = archive.to_bytes(&|out| out.write_all(b"No changes."), &|out| out.write_all(b"{}"));
        packed.unwrap()
    }

    #[test]
    fn reads_what_it_wrote_and_writes_the_same_bytes() {
        let packed = bytes(&sample());
        assert_eq!(Archive::from_bytes(&packed).unwrap(), sample());
        assert_eq!(bytes(&sample()), packed);
        for (shown, expected) in [(Shown::Text, "No changes."), (Shown::Document, "{}")] {
            let mut out = Vec::new();
            copy(&packed, shown, &mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn what_cannot_be_told_is_no_archive() {
        let refused = |_: &mut dyn Write| Err(io::Error::other("refused"));
        let packed = sample().to_bytes(&|_| Ok(()), &refused);
        assert!(matches!(packed, Err(ArchiveError::Damaged(why)) if why.contains("refused")));
    }

    #[test]
    fn refuses_newer_and_damaged_ones() {
        let mut newer = sample();
        newer.manifest.format = FORMAT + 1;
        assert!(matches!(
            Archive::from_bytes(&bytes(&newer)),
            Err(ArchiveError::Newer { found: 3, .. })
        ));
        let packed = bytes(&sample());
        for cut in [0, 1, 10, packed.len() / 2, packed.len() - 1] {
            assert!(
                matches!(Archive::from_bytes(&packed[..cut]), Err(ArchiveError::Damaged(_))),
                "cut at {cut}"
            );
        }
    }
}
