//! EKS clusters: reached where AWS says they are, with tokens that are renewed before they end. AWS's part is played
//! by the kubeconfig of the sandbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kube::config::Kubeconfig;
use meshform_engine::{Adapter as _, AdapterError, Clock, ErrorClass};
use meshform_kube::{EksAccess, EksEndpoint, EksToken, KubeAdapter};
use meshform_state::{EksReach, Scope};

use crate::support::cluster;

/// A clock that stands where it is put.
#[derive(Default)]
struct Still(AtomicU64);

#[async_trait]
impl Clock for Still {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.now_ms())
    }

    async fn sleep(&self, _duration: Duration) {}
}

/// How long a token of these tests lives.
const LIFE_MS: u64 = 900_000;

struct Access {
    clock: Arc<Still>,
    tokens: AtomicUsize,
    refuses: bool,
}

#[async_trait]
impl EksAccess for Access {
    async fn describe(&self, reach: &EksReach) -> Result<EksEndpoint, AdapterError> {
        assert_eq!(reach.cluster, "api-prod");
        let file = Kubeconfig::read_from(&cluster().kubeconfig).unwrap();
        let cluster = file.clusters.into_iter().next().unwrap().cluster.unwrap();
        Ok(EksEndpoint {
            server: cluster.server.unwrap(),
            certificate_authority_data: cluster.certificate_authority_data.unwrap(),
        })
    }

    async fn token(&self, _reach: &EksReach) -> Result<EksToken, AdapterError> {
        if self.refuses {
            return Err(AdapterError::refused(
                ErrorClass::Denied,
                "may not assume the role",
            ));
        }
        self.tokens.fetch_add(1, Ordering::SeqCst);
        let text = std::fs::read_to_string(&cluster().kubeconfig).unwrap();
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        let token = file["users"][0]["user"]["token"].as_str().unwrap();
        Ok(EksToken {
            token: token.to_owned(),
            expires_ms: self.clock.now_ms() + LIFE_MS,
        })
    }
}

fn scope() -> Scope {
    Scope::Cluster {
        name: "api".to_owned(),
        uid: None,
        kubeconfig: None,
        context: None,
        eks: Some(EksReach {
            account: None,
            region: "us-west-2".to_owned(),
            cluster: "api-prod".to_owned(),
            plan_role: None,
            apply_role: None,
        }),
    }
}

fn adapter(refuses: bool) -> (KubeAdapter, Arc<Access>) {
    let clock = Arc::new(Still::default());
    let access = Arc::new(Access {
        clock: Arc::clone(&clock),
        tokens: AtomicUsize::new(0),
        refuses,
    });
    let adapter = KubeAdapter::new(clock).with_eks(Arc::clone(&access) as Arc<dyn EksAccess>);
    (adapter, access)
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_renewed_before_they_end() {
    let (adapter, access) = adapter(false);
    let first = adapter.identify(&scope()).await.unwrap();
    assert!(!first.id.is_empty());
    assert_eq!(access.tokens.load(Ordering::SeqCst), 1);
    access.clock.0.store(LIFE_MS / 2, Ordering::SeqCst);
    adapter.identify(&scope()).await.unwrap();
    assert_eq!(access.tokens.load(Ordering::SeqCst), 1);
    access.clock.0.store(LIFE_MS - 60_000, Ordering::SeqCst);
    assert_eq!(adapter.identify(&scope()).await.unwrap(), first);
    assert_eq!(access.tokens.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_nothing_is_sent_and_the_reason_is_told() {
    let (adapter, _) = adapter(true);
    let error = adapter.identify(&scope()).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Unauthenticated);
    assert!(error.message.contains("may not assume the role"), "{error}");
    let (without, _) = (KubeAdapter::new(Arc::new(Still::default())), ());
    let error = without.identify(&scope()).await.unwrap_err();
    assert!(error.message.contains("api-prod"), "{error}");
}
