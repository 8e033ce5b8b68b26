//! Clients of the door by the real SDKs, without retries: what a test sends is what arrives.

use aws_sdk_acmpca::config::retry::RetryConfig;
use aws_sdk_acmpca::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_acmpca::error::{ProvideErrorMetadata, SdkError};
use meshform_sandbox::Door;

use crate::wire::{element, query};

/// Whose key signs.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// The door's own key.
pub(crate) fn own(door: &Door) -> Key {
    let credentials = door.credentials();
    Key {
        id: credentials.access_key.clone(),
        secret: credentials.secret_key.clone(),
        token: None,
    }
}

/// A key of a role of another account, from STS.
pub(crate) fn assume(door: &Door, account: &str, role: &str) -> Key {
    let form = format!(
        "Action=AssumeRole&Version=2011-06-15&RoleSessionName=it&RoleArn=arn%3Aaws%3Aiam%3A%3A{account}%3Arole%2F{role}"
    );
    let (status, body) = query(door.endpoint(), "sts", &own(door).id, &form).unwrap();
    assert_eq!(status, 200, "{body}");
    Key {
        id: element(&body, "AccessKeyId").unwrap(),
        secret: element(&body, "SecretAccessKey").unwrap(),
        token: Some(element(&body, "SessionToken").unwrap()),
    }
}

fn credentials(key: &Key) -> Credentials {
    Credentials::new(&key.id, &key.secret, key.token.clone(), None, "it")
}

pub(crate) fn pca(door: &Door, region: &'static str, key: &Key) -> aws_sdk_acmpca::Client {
    aws_sdk_acmpca::Client::from_conf(
        aws_sdk_acmpca::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .endpoint_url(door.endpoint())
            .credentials_provider(credentials(key))
            .retry_config(RetryConfig::disabled())
            .build(),
    )
}

pub(crate) fn eks(door: &Door, region: &'static str, key: &Key) -> aws_sdk_eks::Client {
    aws_sdk_eks::Client::from_conf(
        aws_sdk_eks::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .endpoint_url(door.endpoint())
            .credentials_provider(credentials(key))
            .retry_config(RetryConfig::disabled())
            .build(),
    )
}

/// Returns the code of an answer that must be an error.
pub(crate) fn code<T: std::fmt::Debug, E: ProvideErrorMetadata, R>(
    result: Result<T, SdkError<E, R>>,
) -> String {
    match result {
        Ok(answer) => panic!("an error was expected, not {answer:?}"),
        Err(error) => error.code().unwrap_or("no answer").to_owned(),
    }
}
