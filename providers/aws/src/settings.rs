//! What the adapter must be told.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use meshform_engine::adapter::Timing;
use meshform_engine::retry::RetryPolicy;
use meshform_engine::{AdapterError, Clock, Entropy};

/// How long to wait for EC2, for every kind of it here.
///
/// AWS gives no bound for "eventual consistency" ("Eventual consistency in the Amazon EC2 API", EC2 developer guide):
/// it says seconds, and asks clients to back off up to minutes. `settle` is on the safe side of what is seen.
pub const DEFAULT_TIMING: Timing = Timing {
    call: Duration::from_secs(60),
    settle: Duration::from_secs(30),
    ready: Duration::from_secs(600),
};

/// Which role of a scope is taken on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The one that plans: it may only read.
    Plan,
    /// The one that applies.
    Apply,
}

/// What the adapter must be told.
#[derive(Clone)]
pub struct AwsSettings {
    /// Which role of each scope is taken on. A scope without that role is reached with the credentials as they are.
    pub role: Role,
    /// How long to wait. The SDK gives up on a call after three quarters of `call`, so that `call` bounds what is
    /// still under way then.
    pub timing: Timing,
    /// How reads in the middle of a step are tried again.
    pub retry: RetryPolicy,
    /// The clock of those pauses.
    pub clock: Arc<dyn Clock>,
    /// Chance, for their jitter.
    pub entropy: Arc<dyn Entropy>,
    /// Credentials and endpoint; `None` takes those of the environment, as every AWS tool does. Region, retries and
    /// timeouts in it are replaced.
    pub base: Option<SdkConfig>,
}

impl AwsSettings {
    /// Settings for the environment's credentials and the default times.
    #[must_use]
    pub fn new(role: Role, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        AwsSettings {
            role,
            timing: DEFAULT_TIMING,
            retry: RetryPolicy::default(),
            clock,
            entropy,
            base: None,
        }
    }

    /// What `look` sees, tried again as the policy says.
    pub(crate) async fn read<T, F, Fut>(&self, look: F) -> Result<T, AdapterError>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, AdapterError>>,
    {
        self.retry.read(&*self.clock, &*self.entropy, look).await
    }
}

impl std::fmt::Debug for AwsSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AwsSettings")
            .field("role", &self.role)
            .field("timing", &self.timing)
            .finish_non_exhaustive()
    }
}
