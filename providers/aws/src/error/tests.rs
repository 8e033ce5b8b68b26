//! Codes, statuses and broken connections, and what they mean.

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::operation::create_vpc::CreateVpcError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

use super::*;

const WHOM: &str = "role `arn:aws:iam::111111111111:role/meshform-apply`";

fn answer(code: &str, status: u16) -> AdapterError {
    let meta = ErrorMetadata::builder()
        .code(code)
        .message("no.")
        .custom("aws_request_id", "r-1")
        .build();
    let raw = Response::new(status.try_into().unwrap(), SdkBody::empty());
    from_sdk(
        "ec2:CreateVpc",
        WHOM,
        &SdkError::service_error(CreateVpcError::generic(meta), raw),
    )
}

fn broken(error: ConnectorError) -> AdapterError {
    from_sdk::<CreateVpcError>("ec2:CreateVpc", WHOM, &SdkError::dispatch_failure(error))
}

#[test]
fn codes_have_a_class_and_a_certainty() {
    use Certainty::{NothingHappened, Unknown};
    use ErrorClass::*;
    for (code, status, class, certainty) in [
        ("RequestLimitExceeded", 503, Throttled, NothingHappened),
        ("Throttling", 400, Throttled, NothingHappened),
        ("InternalError", 500, Unavailable, Unknown),
        ("Unavailable", 503, Unavailable, Unknown),
        ("SomethingNew", 500, Unavailable, Unknown),
        ("AuthFailure", 401, Unauthenticated, NothingHappened),
        ("RequestExpired", 400, Unauthenticated, NothingHappened),
        ("ExpiredToken", 403, Unauthenticated, NothingHappened),
        ("UnauthorizedOperation", 403, Denied, NothingHappened),
        ("AccessDenied", 403, Denied, NothingHappened),
        ("InvalidVpcID.NotFound", 400, NotFound, NothingHappened),
        ("InvalidRoute.NotFound", 400, NotFound, NothingHappened),
        ("Gateway.NotAttached", 400, NotFound, NothingHappened),
        ("DependencyViolation", 400, Busy, NothingHappened),
        ("RouteAlreadyExists", 400, Conflict, NothingHappened),
        ("Resource.AlreadyAssociated", 400, Conflict, NothingHappened),
        ("InvalidSubnet.Conflict", 400, Conflict, NothingHappened),
        ("InvalidGroup.Duplicate", 400, Conflict, NothingHappened),
        ("VpcLimitExceeded", 400, Quota, NothingHappened),
        ("InvalidParameterValue", 400, Invalid, NothingHappened),
        ("SomethingNew", 404, NotFound, NothingHappened),
    ] {
        let error = answer(code, status);
        assert_eq!(
            (error.class, error.certainty),
            (class, certainty),
            "{code} {status}"
        );
    }
}

#[test]
fn messages_have_code_and_request_and_hints_say_who_asked() {
    let error = answer("UnauthorizedOperation", 403);
    assert_eq!(
        error.message,
        "ec2:CreateVpc: no. (UnauthorizedOperation, request r-1)"
    );
    assert_eq!(
        error.hint.as_deref(),
        Some(
            "The request was made with role `arn:aws:iam::111111111111:role/meshform-apply`. Allow `ec2:CreateVpc` in its policy."
        )
    );
    assert!(
        answer("RequestExpired", 400)
            .hint
            .unwrap()
            .contains("Get new credentials")
    );
}

#[test]
fn only_a_connection_that_never_was_is_certain() {
    let refused = broken(ConnectorError::io(
        io::Error::from(io::ErrorKind::ConnectionRefused).into(),
    ));
    assert_eq!(
        (refused.class, refused.certainty),
        (ErrorClass::Unavailable, Certainty::NothingHappened)
    );
    let reset = broken(ConnectorError::io(
        io::Error::from(io::ErrorKind::ConnectionReset).into(),
    ));
    assert_eq!(
        (reset.class, reset.certainty),
        (ErrorClass::Unavailable, Certainty::Unknown)
    );
    let slow = broken(ConnectorError::timeout(
        "HTTP read timeout occurred after 30s".into(),
    ));
    assert_eq!(slow.certainty, Certainty::Unknown);
    let far = broken(ConnectorError::timeout(
        "HTTP connect timeout occurred after 5s".into(),
    ));
    assert_eq!(far.certainty, Certainty::NothingHappened);
    let timeout = from_sdk::<CreateVpcError>("ec2:CreateVpc", WHOM, &SdkError::timeout_error("45 s"));
    assert_eq!(
        (timeout.class, timeout.certainty),
        (ErrorClass::Unavailable, Certainty::Unknown)
    );
}

#[test]
fn requests_that_cannot_be_built_or_signed_had_no_effect() {
    let built = from_sdk::<CreateVpcError>(
        "ec2:CreateVpc",
        WHOM,
        &SdkError::construction_failure("no region"),
    );
    assert_eq!(
        (built.class, built.certainty),
        (ErrorClass::Invalid, Certainty::NothingHappened)
    );
    let none = CredentialsError::not_loaded("no providers in chain");
    let missing = broken(ConnectorError::other(none.into(), None));
    assert_eq!(
        (missing.class, missing.certainty),
        (ErrorClass::Unauthenticated, Certainty::NothingHappened)
    );
    assert!(missing.hint.unwrap().contains("AWS_PROFILE"));
}

#[test]
fn a_role_that_cannot_be_taken_on_is_named() {
    let meta = ErrorMetadata::builder()
        .code("AccessDenied")
        .message("not authorized")
        .build();
    let cause = CredentialsError::provider_error(AssumeRoleError::generic(meta));
    let error = broken(ConnectorError::other(cause.into(), None));
    assert_eq!(
        (error.class, error.certainty),
        (ErrorClass::Denied, Certainty::NothingHappened)
    );
    assert!(
        error
            .message
            .starts_with("cannot act as role `arn:aws:iam::111111111111:role/meshform-apply`")
    );
}
