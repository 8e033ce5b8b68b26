//! What was built once is kept outside `target/`, by the hash of what it was built from.
//!
//! It must never hand out a half-built part: a build happens in a folder of its own, under a lock, and is moved into
//! place when it is whole. `parts` says what is built and how.

mod command;
mod go;
mod parts;
mod venv;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

pub(crate) use parts::{
    CHARTS, CONTROL_PLANE, ETCD, HELM, ISTIOD, KWOK, MOTO, MOTO_BARE, MOTO_REPAIRS, MOTO_SERVE, STAGES,
};

use crate::cluster::Programs;
use crate::error::SandboxError;
use crate::files;
use crate::progress::Reporter;

/// One thing that can be built.
pub(crate) trait Recipe {
    /// Its name, which is also the prefix of its folder.
    fn name(&self) -> &'static str;
    /// How long it usually takes when nothing is there, for the person who waits.
    fn usual(&self) -> &'static str;
    /// All that decides what comes out: sources, flags, versions of tools.
    fn inputs(&self) -> Result<Vec<String>, SandboxError>;
    /// Builds into `into`, with scratch space beside it.
    fn build(&self, into: &Path, work: &Workshop<'_>) -> Result<(), SandboxError>;
}

/// Where a recipe works and reports.
pub(crate) struct Workshop<'a> {
    pub(crate) part: &'static str,
    pub(crate) scratch: &'a Path,
    pub(crate) log: &'a Path,
    pub(crate) report: &'a Reporter,
}

/// The folder of all that was built.
pub struct Cache {
    root: PathBuf,
    report: Reporter,
}

/// What a sandbox is to hold, as far as it decides what is built.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) clusters: bool,
    pub(crate) helm: bool,
    pub(crate) istiod: bool,
}

/// What was built for it.
pub(crate) struct Parts {
    /// moto's venv.
    pub(crate) venv: PathBuf,
    pub(crate) cluster: Option<Programs>,
    pub(crate) istio: Option<IstioTools>,
}

/// What a client of Istio needs.
#[derive(Clone, Debug)]
pub(crate) struct IstioTools {
    /// The folder of the program helm.
    pub(crate) helm: PathBuf,
    /// The folder of the charts base, istiod and gateway.
    pub(crate) charts: PathBuf,
}

/// A part that is there.
#[derive(Clone, Debug)]
pub struct Built {
    /// Its folder.
    pub path: PathBuf,
    /// Whether it was there already.
    pub hit: bool,
    /// What it took to get it.
    pub took: Duration,
}

/// Returns the folder of the cache: `MESHFORM_CACHE`, or `meshform` in the user's cache folder.
pub fn default_root() -> Result<PathBuf, SandboxError> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("MESHFORM_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|folder| folder.join("meshform")))
        .or_else(|| set("HOME").map(|folder| folder.join(".cache/meshform")))
        .ok_or_else(|| SandboxError::Usage("set MESHFORM_CACHE, XDG_CACHE_HOME or HOME".to_owned()))
}

impl Cache {
    /// Opens the cache in a folder, which is created when needed.
    #[must_use]
    pub fn at(root: PathBuf, report: Reporter) -> Self {
        Self { root, report }
    }

    /// Builds all that a sandbox needs and is not there yet; one without clusters needs moto only.
    pub(crate) fn prepare(&self, wanted: Wanted) -> Result<Parts, SandboxError> {
        // Before the first build: nobody should wait for minutes to hear that the next one lacks its tool.
        MOTO.inputs()?;
        if wanted.clusters || wanted.helm || wanted.istiod {
            ETCD.inputs()?;
        }
        let venv = self.get(&MOTO)?.path;
        let program = |recipe: &go::GoProgram| Ok(self.get(recipe)?.path.join(recipe.name()));
        let cluster = match wanted.clusters {
            true => Some(Programs {
                etcd: program(&ETCD)?,
                control_plane: program(&CONTROL_PLANE)?,
                kwok: program(&KWOK)?,
                istiod: wanted.istiod.then(|| program(&ISTIOD)).transpose()?,
            }),
            false => None,
        };
        let istio = match wanted.helm || wanted.istiod {
            true => Some(IstioTools {
                helm: self.get(&HELM)?.path,
                charts: self.get(&CHARTS)?.path,
            }),
            false => None,
        };
        Ok(Parts { venv, cluster, istio })
    }

    /// Returns a part, built now when it is not there; says `hit` or `miss` and the minutes.
    pub(crate) fn get(&self, recipe: &impl Recipe) -> Result<Built, SandboxError> {
        let start = Instant::now();
        files::create_dir(&self.root)?;
        let path = self
            .root
            .join(format!("{}-{}", recipe.name(), digest(&recipe.inputs()?)));
        let hit = path.exists() || self.build(recipe, &path)?;
        let took = start.elapsed();
        let word = if hit { "hit" } else { "miss" };
        let minutes = took.as_secs_f64() / 60.0;
        (self.report)(&format!(
            "sandbox: {:<14} {word:<5}{minutes:>5.1} min",
            recipe.name()
        ));
        Ok(Built { path, hit, took })
    }

    /// Builds under the part's lock; true when another process had built it by the time the lock was ours.
    fn build(&self, recipe: &impl Recipe, path: &Path) -> Result<bool, SandboxError> {
        let name = recipe.name();
        let _lock = self.lock(name)?;
        if path.exists() {
            return Ok(true);
        }
        (self.report)(&format!(
            "sandbox: {name:<14} is built now, once; usually {}",
            recipe.usual()
        ));
        let scratch = self.root.join(format!("building-{name}"));
        files::remove_dir(&scratch)?;
        files::create_dir(&scratch)?;
        let (into, log) = (scratch.join("whole"), self.root.join(format!("{name}.log")));
        files::write(&log, "")?;
        files::create_dir(&into)?;
        let work = Workshop {
            part: name,
            scratch: &scratch,
            log: &log,
            report: &self.report,
        };
        recipe.build(&into, &work)?;
        files::rename(&into, path)?;
        files::remove_dir(&scratch)?;
        Ok(false)
    }

    fn lock(&self, name: &str) -> Result<std::fs::File, SandboxError> {
        let path = self.root.join(format!("{name}.lock"));
        let file = files::open_log(&path)?;
        let failed = |source| SandboxError::File {
            action: "lock",
            path: path.clone(),
            source,
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                (self.report)(&format!(
                    "sandbox: {name:<14} is being built by another process; waiting"
                ));
                file.lock().map_err(failed)?;
            }
            Err(std::fs::TryLockError::Error(source)) => return Err(failed(source)),
        }
        Ok(file)
    }
}

/// Hashes inputs with their lengths, so that no two lists share a hash by their seams.
fn digest(inputs: &[String]) -> String {
    let mut hash = Sha256::new();
    for input in inputs {
        hash.update((input.len() as u64).to_be_bytes());
        hash.update(input.as_bytes());
    }
    hash.finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Counted<'a>(&'a AtomicUsize, &'static str);

    impl Recipe for Counted<'_> {
        fn name(&self) -> &'static str {
            "counted"
        }
        fn usual(&self) -> &'static str {
            "no time"
        }
        fn inputs(&self) -> Result<Vec<String>, SandboxError> {
            Ok(vec![self.1.to_owned()])
        }
        fn build(&self, into: &Path, _work: &Workshop<'_>) -> Result<(), SandboxError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            if self.1 == "fails" {
                return Err(SandboxError::Usage("asked to fail".to_owned()));
            }
            files::write(&into.join("product"), self.1)
        }
    }

    #[test]
    fn a_part_is_built_once_per_input() {
        let folder = tempfile::tempdir().unwrap();
        let count = AtomicUsize::new(0);
        let cache = Cache::at(folder.path().to_owned(), crate::silent());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| cache.get(&Counted(&count, "one")).unwrap());
            }
        });
        assert_eq!(count.load(Ordering::SeqCst), 1);
        assert!(cache.get(&Counted(&count, "one")).unwrap().hit);
        let two = cache.get(&Counted(&count, "two")).unwrap();
        assert!(!two.hit);
        assert_eq!(files::read(&two.path.join("product")).unwrap(), "two");
    }

    #[test]
    fn a_failed_build_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let count = AtomicUsize::new(0);
        let cache = Cache::at(folder.path().to_owned(), crate::silent());
        assert!(cache.get(&Counted(&count, "fails")).is_err());
        assert!(cache.get(&Counted(&count, "fails")).is_err());
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }
}
