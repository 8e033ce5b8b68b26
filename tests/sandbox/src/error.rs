//! What can go wrong with a sandbox, each with what to do about it. It must never print.

use std::path::PathBuf;

/// A failure of the sandbox itself, never of the thing that a test tries in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// A program that the sandbox builds with is not installed.
    #[error("`{tool}` is missing; install {install} and try again")]
    MissingTool {
        /// What was looked for.
        tool: String,
        /// What to install, with the usual package names.
        install: String,
        /// Why it could not be started.
        #[source]
        source: Option<std::io::Error>,
    },
    /// A build ended with an error.
    #[error(
        "failed to build {part}: `{command}` ended with {status}; its output is in `{log}` and ends:\n{tail}"
    )]
    Build {
        /// The part of the sandbox.
        part: String,
        /// The command that failed.
        command: String,
        /// How it ended.
        status: String,
        /// Where its whole output is.
        log: PathBuf,
        /// The end of its output.
        tail: String,
    },
    /// A process ended before it was ready, or while it was needed.
    #[error("{name} ended with {status}; its log `{log}` ends:\n{tail}")]
    Died {
        /// The process.
        name: String,
        /// How it ended.
        status: String,
        /// Its log.
        log: PathBuf,
        /// The end of its log.
        tail: String,
    },
    /// Something runs but did not become ready in time.
    #[error("{what} was not ready after {seconds} s: {last}; the log `{log}` ends:\n{tail}")]
    NotReady {
        /// What was waited for.
        what: String,
        /// For how long.
        seconds: u64,
        /// What the last try said.
        last: String,
        /// The log of the process behind it.
        log: PathBuf,
        /// The end of that log.
        tail: String,
    },
    /// A file or folder could not be used.
    #[error("failed to {action} `{path}`; check that it is writable and that the disk is not full")]
    File {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The operating system refused something that is not a file.
    #[error("failed to {action}")]
    System {
        /// What was tried.
        action: &'static str,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// An HTTP exchange with a part of the sandbox failed.
    #[error("failed to reach {url}; `cargo sandbox status` says what runs")]
    Http {
        /// The address.
        url: String,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A part of the sandbox answered, but not what it should.
    #[error("{what} answered {status}: {body}")]
    Answer {
        /// Who answered what.
        what: String,
        /// The HTTP status.
        status: u16,
        /// The body, or what is wrong with it.
        body: String,
    },
    /// The API server refused or could not be reached.
    #[error("failed to {action} in cluster {cluster}")]
    Kube {
        /// What was tried.
        action: String,
        /// The cluster.
        cluster: String,
        /// Why not.
        #[source]
        source: Box<kube::Error>,
    },
    /// The keys of a control plane could not be made.
    #[error("failed to make the certificates of a control plane")]
    Certificate(#[source] rcgen::Error),
    /// A document of the sandbox could not be read or written as JSON.
    #[error("failed to read {what} as JSON")]
    Json {
        /// The document.
        what: String,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// The caller asked for something that cannot be.
    #[error("{0}")]
    Usage(String),
}

impl SandboxError {
    /// Tells whether an API server answered that the object is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Tells whether an API server answered that the object is there already, or has changed meanwhile.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    fn status(&self) -> Option<u16> {
        match self {
            Self::Kube { source, .. } => match &**source {
                kube::Error::Api(status) => Some(status.code),
                _ => None,
            },
            _ => None,
        }
    }
}
