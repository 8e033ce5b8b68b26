//! What names mean during evaluation: the seam between the language and those who use it.

use meshform_state::{Str, Value};

use crate::diagnostic::Diagnostics;
use crate::source::Range;

/// A chain of names: `aws_subnet.private["a"].id`.
#[derive(Debug, Clone, PartialEq)]
pub struct Traversal {
    /// The first name.
    pub root: Str,
    /// Where the first name is.
    pub root_range: Range,
    /// What follows, as far as it is known; an index whose key is not known ends the chain.
    pub steps: Vec<(Step, Range)>,
    /// The whole chain.
    pub range: Range,
}

/// One step of a traversal.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `.name`
    Attribute(Str),
    /// `[key]` with its evaluated, known key.
    Index(Value),
    /// `[*]` or `.*`: only in what an expression says that it refers to, never in what a scope is asked for.
    Splat,
}

/// What a scope made of a traversal.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The value.
    pub value: Value,
    /// How many steps of the traversal it covers; the evaluator takes the rest.
    pub steps: usize,
}

/// Gives names their meaning.
pub trait Scope {
    /// The value of the longest part of `traversal` that this scope knows how to find by itself.
    ///
    /// A scope that keeps many instances can find one without building the value of all.
    ///
    /// # Errors
    /// What is wrong with the name, with its place and, where one is near, what may have been meant.
    fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics>;

    /// The files that functions such as `file` may read.
    fn files(&self) -> &dyn Files {
        &NoFiles
    }

    /// What `plantimestamp()` answers, in RFC 3339; `None` where the run has no such moment.
    fn plan_timestamp(&self) -> Option<Str> {
        None
    }

    /// What `timestamp()` answers, in RFC 3339; `None` as long as nothing is done and the answer is for later.
    fn now(&self) -> Option<Str> {
        None
    }

    /// Chance for the call at `place`, for `uuid()` and `bcrypt()`; `None` as long as they are for later. A call that
    /// is evaluated again must be given the same.
    fn chance(&self, place: Range) -> Option<[u8; 16]> {
        let _ = place;
        None
    }
}

/// Read access to files for functions. Implementations record what was read, since it is part of the plan.
pub trait Files {
    /// The bytes of `path`, relative to the folder of the module.
    ///
    /// # Errors
    /// A text that says what is wrong, for the user.
    fn read(&self, path: &str) -> Result<std::sync::Arc<[u8]>, String>;

    /// The paths below `folder` that match `pattern`, sorted, for `fileset`.
    ///
    /// # Errors
    /// A text that says what is wrong, for the user.
    fn list(&self, folder: &str, pattern: &str) -> Result<Vec<String>, String>;

    /// The folder of the module, of the root module and the working folder, for `path.*` and `abspath`.
    fn folder(&self) -> &str {
        "."
    }
}

/// No files at all.
#[derive(Debug, Clone, Copy)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<std::sync::Arc<[u8]>, String> {
        Err(format!("`{path}` cannot be read here: no files are available"))
    }

    fn list(&self, folder: &str, _pattern: &str) -> Result<Vec<String>, String> {
        Err(format!(
            "`{folder}` cannot be listed here: no files are available"
        ))
    }
}
