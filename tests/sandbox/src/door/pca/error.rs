//! The errors of PCA, by the names of its API reference. It must never hold a name that stands on no page.

use super::x509::MakeError;
use crate::door::reply::Reply;

/// An error on its way to a client.
#[derive(Debug)]
pub(crate) struct PcaError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    status: u16,
}

/// All errors of PCA but those of the service itself have the status 400 (API reference, "Errors" of each action).
const BAD_REQUEST: u16 = 400;

impl PcaError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            status: BAD_REQUEST,
        }
    }

    /// "Common errors": the input fails to satisfy the constraints specified by the service.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    pub(crate) fn not_found(arn: &str) -> Self {
        Self::new(
            "ResourceNotFoundException",
            format!("Could not find the resource {arn}."),
        )
    }

    pub(crate) fn state(arn: &str, status: &str) -> Self {
        Self::new(
            "InvalidStateException",
            format!(
                "The certificate authority {arn} is in the {status} state, which does not allow this action."
            ),
        )
    }

    pub(crate) fn in_progress(what: &str) -> Self {
        Self::new(
            "RequestInProgressException",
            format!("{what} is still in progress."),
        )
    }

    pub(crate) fn args(message: impl Into<String>) -> Self {
        Self::new("InvalidArgsException", message)
    }

    /// The door answers what PCA would do and the door does not: no client may take it for AWS's word.
    pub(crate) fn unsupported(what: &str) -> Self {
        Self {
            code: "SandboxUnsupported",
            message: format!("the sandbox's PCA does not do this: {what}"),
            status: 501,
        }
    }

    pub(crate) fn into_reply(self) -> Reply {
        Reply::error("acm-pca", self.status, self.code, &self.message)
    }
}

impl From<MakeError> for PcaError {
    fn from(error: MakeError) -> Self {
        Self::new("RequestFailedException", error.to_string())
    }
}
