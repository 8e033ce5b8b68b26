//! Two clusters with real istiods, for the tests of whole meshes. A mesh fills a cluster, so one test has them at a time.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use meshform_sandbox::{EksCluster, EksVpc, KubeObject, Sandbox, scratch};

use super::sandbox::REGION;

/// How long what ends by itself may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The clusters, for as long as a test has them.
pub(crate) struct Pair(MutexGuard<'static, Option<Sandbox>>);

impl Pair {
    /// Waits for them, and starts them where they are not there yet or where a test has failed with them.
    pub(crate) fn take() -> Self {
        static PAIR: Mutex<Option<Sandbox>> = Mutex::new(None);
        let mut held = PAIR.lock().unwrap_or_else(|poisoned| {
            let mut held = PoisonError::into_inner(poisoned);
            *held = None;
            PAIR.clear_poison();
            held
        });
        held.get_or_insert_with(|| {
            Sandbox::builder()
                .clusters(2)
                .istiod()
                .region(REGION)
                .dir(scratch(Path::new(env!("CARGO_TARGET_TMPDIR"))))
                .start()
                .unwrap()
        });
        Pair(held)
    }

    /// The sandbox that they are in.
    pub(crate) fn sandbox(&self) -> &Sandbox {
        self.0.as_ref().unwrap()
    }

    /// Makes the cluster at `index` one of EKS, which `principals` of its account may enter as administrators.
    pub(crate) fn register(
        &self,
        index: usize,
        (name, account, region): (&str, &str, &str),
        vpc: &EksVpc,
        principals: &[&str],
    ) {
        let cluster = &self.sandbox().clusters[index];
        let mut eks = EksCluster::new(name, region, &cluster.server, &cluster.ca)
            .account(account)
            .vpc(vpc.clone());
        for principal in principals {
            eks = eks.admin(&format!("arn:aws:iam::{account}:{principal}"));
        }
        self.sandbox().door.register_cluster(eks);
    }

    /// All objects of both clusters, with the name of each one's cluster.
    pub(crate) fn objects(&self) -> BTreeSet<(String, KubeObject)> {
        let clusters = self.sandbox().clusters.iter();
        clusters
            .flat_map(|cluster| {
                let objects = cluster.objects().unwrap().into_iter();
                objects.map(|object| (cluster.name.clone(), object))
            })
            .collect()
    }

    /// Takes namespaces away, with all that is in them.
    pub(crate) fn remove_namespaces(&self, names: &[&str]) {
        let paths = |name: &str| format!("/api/v1/namespaces/{name}");
        let all = self.sandbox().clusters.iter();
        let all: Vec<_> = all
            .flat_map(|cluster| names.iter().map(move |name| (cluster, paths(name))))
            .collect();
        for (cluster, path) in &all {
            cluster.delete(path).unwrap();
        }
        let by = Instant::now() + PATIENCE;
        while all.iter().any(|(cluster, path)| cluster.get(path).is_ok()) {
            assert!(Instant::now() < by, "{names:?} do not go");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}
