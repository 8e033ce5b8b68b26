//! Where the texts of a configuration come from.

use std::collections::BTreeMap;

/// Reads the folders of a configuration.
pub trait Folder {
    /// The names and texts of the files directly in the folder `path`, which is relative to that of the root module
    /// (itself the empty path) and has `/` between its parts. Other files than those of a configuration may be left out.
    ///
    /// # Errors
    /// A text that says what is wrong, for the user.
    fn read_folder(&self, path: &str) -> Result<Vec<(String, String)>, String>;
}

/// Folders in memory: the sources of a saved plan, or those of a test.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    files: BTreeMap<String, String>,
}

impl Texts {
    /// Folders that hold `files`: their paths, relative to the root folder, and texts.
    pub fn new(files: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        Texts {
            files: files
                .into_iter()
                .map(|(path, text)| (path.into(), text.into()))
                .collect(),
        }
    }
}

impl Folder for Texts {
    fn read_folder(&self, path: &str) -> Result<Vec<(String, String)>, String> {
        let inside = |file: &str| {
            let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
            (folder == path).then(|| name.to_owned())
        };
        let files: Vec<_> = self
            .files
            .iter()
            .filter_map(|(file, text)| Some((inside(file)?, text.clone())))
            .collect();
        if files.is_empty() && !path.is_empty() {
            return Err("there is no such folder".to_owned());
        }
        Ok(files)
    }
}
