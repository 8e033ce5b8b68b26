//! Clients: one for each account, region and role, made when first asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use meshform_engine::adapter::Identity;
use meshform_engine::{AdapterError, ErrorClass};
use meshform_state::Scope;
use tokio::sync::OnceCell;

use crate::ec2::{Ec2, Place};
use crate::pca::Pca;
use crate::settings::{AwsSettings, Role};

/// How long a connection may take: far below the time of a call, so that an endpoint that is not there is told apart.
const CONNECT: Duration = Duration::from_secs(5);

/// How long nothing may come over a connection.
const READ: Duration = Duration::from_secs(30);

/// The clients of one account, region and role.
#[derive(Clone)]
pub(crate) struct Clients {
    pub(crate) ec2: Ec2,
    pub(crate) eks: aws_sdk_eks::Client,
    pub(crate) pca: Pca,
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) place: Arc<Place>,
    /// As whom they act, once that was asked: credentials do not become another account's while a command runs.
    pub(crate) identity: Arc<OnceCell<Identity>>,
    /// What signs requests; `None` where there are no credentials at all.
    pub(crate) credentials: Option<SharedCredentialsProvider>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    account: Option<String>,
    region: String,
    role: Option<String>,
}

/// All clients of a run.
pub(crate) struct ClientCache {
    role: Role,
    given: Option<SdkConfig>,
    timeouts: TimeoutConfig,
    base: OnceCell<SdkConfig>,
    clients: Mutex<HashMap<Key, Arc<OnceCell<Clients>>>>,
}

impl ClientCache {
    pub(crate) fn new(settings: &AwsSettings) -> Self {
        let longest = settings.timing.call.mul_f64(0.75);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT.min(longest))
            .read_timeout(READ.min(longest))
            .operation_timeout(longest)
            .build();
        ClientCache {
            role: settings.role,
            given: settings.base.clone(),
            timeouts,
            base: OnceCell::new(),
            clients: Mutex::default(),
        }
    }

    /// The clients for `scope`.
    ///
    /// # Errors
    /// If `scope` is none of AWS, or its role is no ARN and its account is not given.
    pub(crate) async fn of(&self, scope: &Scope) -> Result<Clients, AdapterError> {
        let Scope::Aws {
            account,
            region,
            plan_role,
            apply_role,
        } = scope
        else {
            let message = format!("`{}` is not an account and region of AWS", scope.key());
            return Err(AdapterError::refused(ErrorClass::Invalid, message));
        };
        let role = match self.role {
            Role::Plan => plan_role,
            Role::Apply => apply_role,
        };
        let arn = role
            .as_deref()
            .map(|role| role_arn(role, account.as_deref(), region))
            .transpose()?;
        let key = Key {
            account: account.clone(),
            region: region.clone(),
            role: arn.clone(),
        };
        let cell = {
            let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(clients.entry(key).or_default())
        };
        Ok(cell.get_or_init(|| self.make(region, arn)).await.clone())
    }

    async fn make(&self, region: &str, role: Option<String>) -> Clients {
        let base = self.base.get_or_init(|| self.load(region)).await;
        let mut config = base.to_builder().region(Region::new(region.to_owned())).build();
        let whom = match role {
            None => "the credentials of the environment".to_owned(),
            Some(arn) => {
                let whom = format!("role `{arn}`");
                let provider = AssumeRoleProvider::builder(arn)
                    .session_name("meshform")
                    .configure(&config)
                    .build()
                    .await;
                let provider = SharedCredentialsProvider::new(provider);
                config = config.to_builder().credentials_provider(provider).build();
                whom
            }
        };
        let place = Arc::new(Place {
            region: region.to_owned(),
            partition: partition(region),
            whom,
        });
        Clients {
            ec2: Ec2::new(aws_sdk_ec2::Client::new(&config), Arc::clone(&place)),
            eks: aws_sdk_eks::Client::new(&config),
            pca: Pca::new(aws_sdk_acmpca::Client::new(&config), Arc::clone(&place)),
            sts: aws_sdk_sts::Client::new(&config),
            identity: Arc::default(),
            credentials: config.credentials_provider(),
            place,
        }
    }

    /// Credentials and endpoint, with our own retries and timeouts: none, and these.
    async fn load(&self, region: &str) -> SdkConfig {
        let base = match &self.given {
            Some(given) => given.clone(),
            // With a region given, nothing asks the machine's metadata for one.
            None => {
                let loader =
                    aws_config::defaults(BehaviorVersion::latest()).region(Region::new(region.to_owned()));
                loader.load().await
            }
        };
        let mut builder = base
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(self.timeouts.clone());
        builder.set_app_name(AppName::new("meshform").ok());
        builder.build()
    }
}

/// The ARN of a role that is given by name or by ARN.
fn role_arn(role: &str, account: Option<&str>, region: &str) -> Result<String, AdapterError> {
    match account {
        _ if role.starts_with("arn:") => Ok(role.to_owned()),
        Some(account) => Ok(format!("arn:{}:iam::{account}:role/{role}", partition(region))),
        None => {
            let message = format!("role `{role}` is a name, and the account that it is in is not given");
            Err(AdapterError::refused(ErrorClass::Invalid, message)
                .hint("Give the account its `id`, or give the role as an ARN."))
        }
    }
}

/// The partition of a region: "Partitions" in the AWS fault isolation boundaries whitepaper.
fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_or_given_as_arns() {
        let arn = |role, account, region| role_arn(role, account, region).map_err(|error| error.message);
        assert_eq!(
            arn("m", Some("1"), "eu-west-1"),
            Ok("arn:aws:iam::1:role/m".to_owned())
        );
        assert_eq!(
            arn("m", Some("1"), "us-gov-west-1"),
            Ok("arn:aws-us-gov:iam::1:role/m".to_owned())
        );
        assert_eq!(
            arn("arn:aws:iam::2:role/m", Some("1"), "eu-west-1"),
            Ok("arn:aws:iam::2:role/m".to_owned())
        );
        assert!(arn("m", None, "eu-west-1").is_err());
    }
}
