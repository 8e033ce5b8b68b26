//! What went wrong, and what the engine should make of it.

use std::error::Error;
use std::io;

use kube::core::Status;
use meshform_engine::{AdapterError, Certainty, ErrorClass};

use crate::client::NoToken;

/// Why a request did not do what it should.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The API server said no.
    Answer(Box<Status>),
    /// It was never reached.
    NotSent(String),
    /// It was reached, and then the answer did not come.
    Lost(String),
    /// There are no credentials to reach it with.
    Credentials(String),
}

/// What was tried, for messages.
#[derive(Debug, Clone)]
pub(crate) struct Subject<'a> {
    /// The right that it takes, such as `patch`.
    pub(crate) verb: &'static str,
    /// The object or objects.
    pub(crate) what: String,
    /// The API server.
    pub(crate) server: &'a str,
    /// Whether the API server's words may quote a Secret.
    pub(crate) secret: bool,
}

impl<'a> Subject<'a> {
    /// Reaching `server` at all.
    pub(crate) fn connection(server: &'a str) -> Self {
        Subject {
            verb: "reach",
            what: "the API server".to_owned(),
            server,
            secret: false,
        }
    }

    fn writes(&self) -> bool {
        matches!(self.verb, "patch" | "delete")
    }
}

impl Failure {
    /// What `error` of the client says.
    pub(crate) fn of(error: &kube::Error) -> Self {
        if let kube::Error::Auth(error) = error {
            return Failure::Credentials(credentials(error));
        }
        let mut cause: &(dyn Error + 'static) = error;
        let mut not_sent = false;
        loop {
            if let Some(NoToken(why)) = cause.downcast_ref() {
                return Failure::Credentials(why.clone());
            }
            if let Some(error) = cause.downcast_ref::<hyper_util::client::legacy::Error>() {
                not_sent |= error.is_connect();
            }
            if let Some(error) = cause.downcast_ref::<io::Error>() {
                not_sent |= error.kind() == io::ErrorKind::ConnectionRefused;
            }
            match cause.source() {
                Some(source) => cause = source,
                None => break,
            }
        }
        // The innermost cause says what happened; those around it only say where.
        let text = cause.to_string();
        if not_sent {
            Failure::NotSent(text)
        } else {
            Failure::Lost(text)
        }
    }

    /// A request that cannot even be written down.
    pub(crate) fn malformed(path: &str) -> Self {
        let message = format!("`{path}` is not a path");
        Failure::Answer(Box::new(Status {
            code: 400,
            message,
            ..Status::default()
        }))
    }

    /// Whether the object, or the whole kind, is not there.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Failure::Answer(status) if status.code == 404)
    }

    /// Whether the kind does not take such a request.
    pub(crate) fn is_not_allowed(&self) -> bool {
        matches!(self, Failure::Answer(status) if status.code == 405)
    }

    /// Whether a JSON patch met another object than it tested for.
    pub(crate) fn is_test_failed(&self) -> bool {
        matches!(self, Failure::Answer(status) if status.code == 409
            || (status.code == 422 && status.message.contains("test")))
    }

    /// Whether the right is missing.
    pub(crate) fn is_denied(&self) -> bool {
        matches!(self, Failure::Answer(status) if status.code == 403)
    }

    /// Whether the object is there already or is another than expected; with the answer.
    pub(crate) fn conflict(&self) -> Option<&Status> {
        match self {
            Failure::Answer(status) if status.code == 409 => Some(status),
            _ => None,
        }
    }

    /// For the engine.
    pub(crate) fn into_error(self, subject: &Subject<'_>) -> AdapterError {
        let Subject {
            verb, what, server, ..
        } = subject;
        let mut error = match self {
            Failure::Answer(status) => return answered(&status, subject),
            Failure::NotSent(why) => {
                AdapterError::refused(ErrorClass::Unavailable, format!("failed to reach {server}: {why}"))
                    .hint("Check that the cluster runs and can be reached from here, and that the kubeconfig names its present address.")
            }
            Failure::Lost(why) => {
                AdapterError::lost(ErrorClass::Unavailable, format!("failed to {verb} {what}: no answer from {server}: {why}"))
            }
            Failure::Credentials(why) => {
                AdapterError::refused(ErrorClass::Unauthenticated, format!("no credentials for {server}: {why}"))
                    .hint("Log in again, or correct the user of the kubeconfig's context.")
            }
        };
        if !subject.writes() {
            error.certainty = Certainty::NothingHappened;
        }
        error
    }
}

/// What an authentication error says without what a credential program printed.
fn credentials(error: &kube::client::AuthError) -> String {
    use kube::client::AuthError;
    match error {
        AuthError::AuthExecRun { cmd, out } => format!("`{cmd}` failed with {}", out.status),
        AuthError::AuthExecStart(source) => {
            format!("the kubeconfig's credential program did not start: {source}")
        }
        AuthError::ReadTokenFile(source, path) => {
            format!("failed to read token file `{}`: {source}", path.display())
        }
        AuthError::AuthExecParse(_) | AuthError::ExecPluginFailed => {
            "the kubeconfig's credential program gave no credentials".to_owned()
        }
        _ => "the user of the kubeconfig's context cannot be used".to_owned(),
    }
}

fn answered(status: &Status, subject: &Subject<'_>) -> AdapterError {
    let Subject {
        verb,
        what,
        server,
        secret,
    } = subject;
    let said = if *secret {
        status.reason.clone()
    } else {
        status.message.clone()
    };
    let message = format!("failed to {verb} {what}: {said} ({})", status.code);
    let refused = |class| AdapterError::refused(class, message.clone());
    match status.code {
        401 => refused(ErrorClass::Unauthenticated)
            .hint(format!("{server} does not accept the credentials of the kubeconfig's context: log in again, or correct them.")),
        403 if has_cause(status, "NamespaceTerminating") => refused(ErrorClass::Busy),
        403 if status.message.contains("exceeded quota") => {
            refused(ErrorClass::Quota).hint("Raise the ResourceQuota of the namespace, or ask for less.")
        }
        403 => refused(ErrorClass::Denied)
            .hint(format!("Give the caller the right to `{verb}` {what}, by a Role or ClusterRole and its binding.")),
        404 => refused(ErrorClass::NotFound),
        409 => refused(ErrorClass::Conflict),
        // A list that took longer than the API server keeps its versions starts anew.
        410 => refused(ErrorClass::Unavailable),
        429 => refused(ErrorClass::Throttled),
        400 | 405 | 406 | 413 | 415 | 422 => refused(ErrorClass::Invalid),
        // The object never reached the store.
        500 if status.message.contains("failed calling webhook") => refused(ErrorClass::Unavailable)
            .hint("The admission webhook named above does not answer: look at its Service and Pods."),
        408 | 500..=599 if subject.writes() => AdapterError::lost(ErrorClass::Unavailable, message),
        408 | 500..=599 => refused(ErrorClass::Unavailable),
        _ => refused(ErrorClass::Other),
    }
}

fn has_cause(status: &Status, reason: &str) -> bool {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    causes.into_iter().any(|cause| cause.reason == reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(verb: &'static str, secret: bool) -> Subject<'static> {
        Subject {
            verb,
            what: "v1/Secret/shop/key".to_owned(),
            server: "127.0.0.1:6443",
            secret,
        }
    }

    fn answer(code: u16, message: &str) -> Failure {
        let (message, reason) = (message.to_owned(), "Reason".to_owned());
        Failure::Answer(Box::new(Status {
            code,
            message,
            reason,
            ..Status::default()
        }))
    }

    #[test]
    fn every_status_has_its_class() {
        for (code, class, certainty) in [
            (400, ErrorClass::Invalid, Certainty::NothingHappened),
            (401, ErrorClass::Unauthenticated, Certainty::NothingHappened),
            (403, ErrorClass::Denied, Certainty::NothingHappened),
            (404, ErrorClass::NotFound, Certainty::NothingHappened),
            (409, ErrorClass::Conflict, Certainty::NothingHappened),
            (422, ErrorClass::Invalid, Certainty::NothingHappened),
            (429, ErrorClass::Throttled, Certainty::NothingHappened),
            (500, ErrorClass::Unavailable, Certainty::Unknown),
            (503, ErrorClass::Unavailable, Certainty::Unknown),
            (504, ErrorClass::Unavailable, Certainty::Unknown),
            (302, ErrorClass::Other, Certainty::NothingHappened),
        ] {
            let error = answer(code, "").into_error(&subject("patch", false));
            assert_eq!((error.class, error.certainty), (class, certainty), "{code}");
            let error = answer(code, "").into_error(&subject("get", false));
            assert_eq!(
                (error.class, error.certainty),
                (class, Certainty::NothingHappened),
                "reading, {code}"
            );
        }
    }

    #[test]
    fn a_namespace_that_goes_is_waited_for_and_a_quota_is_named() {
        let mut status = Status {
            code: 403,
            ..Status::default()
        };
        let cause = serde_json::json!({ "causes": [{ "reason": "NamespaceTerminating" }] });
        status.details = serde_json::from_value(cause).unwrap();
        let error = Failure::Answer(Box::new(status)).into_error(&subject("patch", false));
        assert_eq!(error.class, ErrorClass::Busy);
        let error = answer(403, "exceeded quota: pods").into_error(&subject("patch", false));
        assert_eq!(error.class, ErrorClass::Quota);
    }

    #[test]
    fn words_about_secrets_are_not_repeated() {
        let error = answer(422, "data.key: Invalid value: hunter2").into_error(&subject("patch", true));
        assert!(!error.message.contains("hunter2"), "{error}");
        assert!(error.message.contains("Reason"));
    }

    #[test]
    fn what_was_not_sent_did_not_happen() {
        let lost = |kind| Failure::of(&kube::Error::Service(Box::new(io::Error::from(kind))));
        let refused = lost(io::ErrorKind::ConnectionRefused).into_error(&subject("patch", false));
        assert_eq!(
            (refused.class, refused.certainty),
            (ErrorClass::Unavailable, Certainty::NothingHappened)
        );
        let reset = lost(io::ErrorKind::ConnectionReset).into_error(&subject("patch", false));
        assert_eq!(
            (reset.class, reset.certainty),
            (ErrorClass::Unavailable, Certainty::Unknown)
        );
    }
}
