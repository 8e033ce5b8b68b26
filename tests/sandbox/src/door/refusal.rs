//! The errors that every service has, in the words of each. It must never depend on the request beyond its service.
//!
//! Sources: "Error codes for the Amazon EC2 API" (client and server errors), "Common errors" of the STS, Route 53 and
//! ACM PCA API references, "Error responses" of the Amazon S3 API reference.

use super::fault::FaultKind;
use super::reply::Reply;

enum Family {
    Ec2,
    S3,
    Query,
    Json,
}

fn family(service: &str) -> Family {
    match service {
        "ec2" => Family::Ec2,
        "s3" => Family::S3,
        "sts" | "iam" | "route53" => Family::Query,
        _ => Family::Json,
    }
}

/// Returns the answer to a request without a signature.
pub(crate) fn unsigned(service: &str) -> Reply {
    Reply::error(
        service,
        403,
        "MissingAuthenticationToken",
        "Request is missing Authentication Token",
    )
}

/// Returns the answer to a key that is not accepted.
pub(crate) fn auth_failure(service: &str) -> Reply {
    let (status, code, message) = match family(service) {
        Family::Ec2 => (
            401,
            "AuthFailure",
            "AWS was not able to validate the provided access credentials",
        ),
        Family::S3 => (
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        Family::Query => (
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        ),
        Family::Json => (
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
    };
    Reply::error(service, status, code, message)
}

/// Returns the answer of a service that is broken.
pub(crate) fn broken(service: &str, status: u16) -> Reply {
    Reply::error(
        service,
        status,
        server_error(service, status),
        "An error occurred.",
    )
}

/// Returns the answer of a fault that refuses a request; nothing when the fault lets it pass.
pub(crate) fn of_fault(service: &str, fault: &FaultKind) -> Option<Reply> {
    let (status, code, message) = match fault {
        FaultKind::Throttle => throttle(service),
        FaultKind::ServerError { status } => (*status, server_error(service, *status), "An error occurred."),
        FaultKind::AuthFailure => return Some(auth_failure(service)),
        FaultKind::Unauthorized => unauthorized(service),
        FaultKind::ExpiredToken => expired(service),
        FaultKind::Error {
            status,
            code,
            message,
        } => (*status, code.as_str(), message.as_str()),
        FaultKind::ResetBefore
        | FaultKind::ResetAfter
        | FaultKind::ServerErrorAfter { .. }
        | FaultKind::Twice { .. }
        | FaultKind::NotFoundFor { .. }
        | FaultKind::Delay { .. } => return None,
    };
    Some(Reply::error(service, status, code, message))
}

fn throttle(service: &str) -> (u16, &'static str, &'static str) {
    match family(service) {
        Family::Ec2 => (503, "RequestLimitExceeded", "Request limit exceeded."),
        Family::S3 => (503, "SlowDown", "Please reduce your request rate."),
        Family::Query => (400, "Throttling", "Rate exceeded"),
        Family::Json => (400, "ThrottlingException", "Rate exceeded"),
    }
}

fn unauthorized(service: &str) -> (u16, &'static str, &'static str) {
    match family(service) {
        Family::Ec2 => (
            403,
            "UnauthorizedOperation",
            "You are not authorized to perform this operation.",
        ),
        Family::S3 => (403, "AccessDenied", "Access Denied"),
        Family::Query => (
            403,
            "AccessDenied",
            "User is not authorized to perform this operation.",
        ),
        Family::Json => (
            403,
            "AccessDeniedException",
            "User is not authorized to perform this operation.",
        ),
    }
}

fn expired(service: &str) -> (u16, &'static str, &'static str) {
    match family(service) {
        Family::Ec2 => (400, "RequestExpired", "Request has expired."),
        Family::S3 => (400, "ExpiredToken", "The provided token has expired."),
        Family::Query => (
            403,
            "ExpiredToken",
            "The security token included in the request is expired",
        ),
        Family::Json => (
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
    }
}

fn server_error(service: &str, status: u16) -> &'static str {
    match (family(service), status) {
        (Family::Ec2, 503) => "Unavailable",
        (Family::Ec2 | Family::S3, 500) => "InternalError",
        (_, 503) => "ServiceUnavailable",
        _ => "InternalFailure",
    }
}
