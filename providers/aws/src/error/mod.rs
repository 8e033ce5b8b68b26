//! AWS's answers as classes of failure, and whether the effect may have happened all the same.
//!
//! Codes are those of "Error codes for the Amazon EC2 API" (EC2 API reference), "Common errors" (STS API
//! reference), and those that each action of EKS and AWS Private CA lists. What the code does not tell, the status does.

use std::error::Error;
use std::io;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use meshform_engine::{AdapterError, Certainty, ErrorClass};

/// The failure of `call` (`service:Action`), made with the credentials that `whom` describes.
pub(crate) fn from_sdk<E>(call: &str, whom: &str, error: &SdkError<E, Response>) -> AdapterError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(service) => {
            from_answer(call, whom, service.err().meta(), service.raw().status().as_u16())
        }
        SdkError::ResponseError(_) => AdapterError::lost(
            ErrorClass::Unavailable,
            format!("{call}: the answer cannot be read: {}", chain(error)),
        ),
        SdkError::TimeoutError(_) => AdapterError::lost(
            ErrorClass::Unavailable,
            format!("{call}: no answer in time: {}", chain(error)),
        ),
        SdkError::ConstructionFailure(_) => match not_sent(call, whom, error) {
            // What could not be built was not sent, whatever stopped it.
            AdapterError {
                certainty: Certainty::Unknown,
                message,
                ..
            } => AdapterError::refused(ErrorClass::Invalid, message),
            known => known,
        },
        _ => not_sent(call, whom, error),
    }
}

/// A request that failed on its way: before it was sent, or perhaps after.
fn not_sent(call: &str, whom: &str, error: &(dyn Error + 'static)) -> AdapterError {
    let links: Vec<&(dyn Error + 'static)> = links(error).collect();
    if let Some(refusal) = links
        .iter()
        .find_map(|link| link.downcast_ref::<AssumeRoleError>())
    {
        let mut refused = from_answer(
            "sts:AssumeRole",
            "the credentials of the environment",
            refusal.meta(),
            400,
        );
        refused.certainty = Certainty::NothingHappened;
        refused.message = format!("cannot act as {whom}: {}", refused.message);
        return refused;
    }
    let message = format!("{call}: {}", chain(error));
    if let Some(problem) = links
        .iter()
        .find_map(|link| link.downcast_ref::<CredentialsError>())
    {
        let class = match problem {
            CredentialsError::ProviderTimedOut(_) => ErrorClass::Unavailable,
            _ => ErrorClass::Unauthenticated,
        };
        return AdapterError {
            class,
            ..without_credentials(message)
        };
    }
    if links.iter().any(|link| never_connected(*link)) {
        return AdapterError::refused(ErrorClass::Unavailable, message)
            .hint("AWS cannot be reached: check the network, the region and AWS_ENDPOINT_URL.");
    }
    AdapterError::lost(ErrorClass::Unavailable, message)
}

/// The failure to get the credentials that `call` would be signed with.
pub(crate) fn from_credentials(call: &str, whom: &str, error: &CredentialsError) -> AdapterError {
    // Nothing was sent, whatever the chain of causes says of its own requests.
    AdapterError {
        certainty: Certainty::NothingHappened,
        ..not_sent(call, whom, error)
    }
}

/// There are no credentials for `call`.
pub(crate) fn no_credentials(call: &str) -> AdapterError {
    without_credentials(format!("{call}: there are no credentials"))
}

fn without_credentials(message: String) -> AdapterError {
    let hint = "Give credentials as for every AWS tool: a profile (AWS_PROFILE), keys in the environment, or a role of the machine.";
    AdapterError::refused(ErrorClass::Unauthenticated, message).hint(hint)
}

/// Whether this link of a chain of causes says that there was no connection to send anything over.
fn never_connected(link: &(dyn Error + 'static)) -> bool {
    if let Some(cause) = link.downcast_ref::<io::Error>() {
        return matches!(
            cause.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
        );
    }
    // The connector's own errors have no public type; these are the texts of hyper-util and aws-smithy-http-client.
    let text = link.to_string();
    text.starts_with("dns error") || text.starts_with("HTTP connect timeout")
}

/// An error and its causes, outermost first.
fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// Everything that a chain of causes says, once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut out = error.to_string();
    for cause in links(error).skip(1) {
        let text = cause.to_string();
        if !out.ends_with(&text) {
            out.push_str(": ");
            out.push_str(&text);
        }
    }
    out
}

fn from_answer(call: &str, whom: &str, meta: &ErrorMetadata, status: u16) -> AdapterError {
    let code = meta.code().unwrap_or("no error code");
    let (class, certainty) = classify(code, status);
    let text = meta.message().unwrap_or("AWS gave no reason");
    let request = meta
        .extra("aws_request_id")
        .map(|id| format!(", request {id}"))
        .unwrap_or_default();
    let message = format!("{call}: {text} ({code}{request})");
    let hint = hint(class, code, call, whom);
    AdapterError {
        class,
        certainty,
        message,
        hint,
    }
}

/// The class of a code, and whether the effect may have happened.
fn classify(code: &str, status: u16) -> (ErrorClass, Certainty) {
    let class = class_of(code).unwrap_or(match status {
        401 => ErrorClass::Unauthenticated,
        403 => ErrorClass::Denied,
        404 => ErrorClass::NotFound,
        409 => ErrorClass::Conflict,
        429 => ErrorClass::Throttled,
        400..=499 => ErrorClass::Invalid,
        500..=599 => ErrorClass::Unavailable,
        _ => ErrorClass::Other,
    });
    // EC2 throttles with status 503 before it looks at the request; every other 5xx may come after the effect.
    let certainty = match class {
        ErrorClass::Throttled => Certainty::NothingHappened,
        _ if (400..500).contains(&status) && class != ErrorClass::Unavailable => Certainty::NothingHappened,
        _ => Certainty::Unknown,
    };
    (class, certainty)
}

fn class_of(code: &str) -> Option<ErrorClass> {
    let ends = |ends: &[&str]| ends.iter().any(|end| code.ends_with(end));
    Some(match code {
        "RequestLimitExceeded"
        | "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "EC2ThrottledException"
        | "SlowDown" => ErrorClass::Throttled,
        "AuthFailure"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "InvalidAccessKeyId"
        | "RequestTimeTooSkewed" => ErrorClass::Unauthenticated,
        "UnauthorizedOperation"
        | "AccessDenied"
        | "AccessDeniedException"
        | "Blocked"
        | "OptInRequired"
        | "PendingVerification" => ErrorClass::Denied,
        "InternalError" | "InternalFailure" | "ServiceUnavailable" | "Unavailable" => ErrorClass::Unavailable,
        "DependencyViolation"
        | "ResourceInUse"
        | "IncorrectState"
        | "OperationInProgress"
        | "ConcurrentModificationException"
        | "RequestInProgressException" => ErrorClass::Busy,
        "Gateway.NotAttached" | "ResourceNotFoundException" => ErrorClass::NotFound,
        "IdempotentParameterMismatch" => ErrorClass::Conflict,
        _ if ends(&[".NotFound"]) => ErrorClass::NotFound,
        _ if ends(&["AlreadyExists", "AlreadyAssociated", "Conflict"]) || code.contains("Duplicate") => {
            ErrorClass::Conflict
        }
        _ if ends(&[".InUse"]) => ErrorClass::Busy,
        _ if ends(&["LimitExceeded", "LimitExceededException"]) => ErrorClass::Quota,
        _ => return None,
    })
}

fn hint(class: ErrorClass, code: &str, call: &str, whom: &str) -> Option<String> {
    match class {
        ErrorClass::Unauthenticated if code.contains("Expired") => Some(format!(
            "The session of {whom} is over. Get new credentials and run again; what was done is recorded."
        )),
        ErrorClass::Unauthenticated => Some(format!(
            "AWS does not accept {whom}. Check which profile or keys are used."
        )),
        ErrorClass::Denied => Some(format!(
            "The request was made with {whom}. Allow `{call}` in its policy."
        )),
        ErrorClass::Quota => {
            Some("Raise the quota in Service Quotas, or delete what is not needed any more.".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
