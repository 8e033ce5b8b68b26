//! A whole world on one machine for tests and demos: moto behind a door of ours, real Kubernetes control planes.
//!
//! Start at [`Sandbox`]. The flow: `cache` builds what is missing (moto's venv, etcd, the control plane) and keeps it;
//! `process` runs it on loopback; `door` is the endpoint that clients take for AWS; `cluster` is one cluster; beside each,
//! an `agent` plays what acts by itself: `kubelet` runs istiod's Pods, `cloud` gives Services their load balancers;
//! `world` lists all that exists, so that a test can say "exactly what was there before"; `daemon` is the same
//! sandbox kept alive behind `cargo sandbox up`.
//!
//! It must never know meshform: no crate of this workspace is used here, and where AWS and our adapters differ, the
//! door follows AWS's documentation. It is test support, so nothing of it may reach the product's binary.

#![expect(
    clippy::disallowed_methods,
    reason = "test support runs processes, waits by the real clock, and writes scratch files that need no fsync"
)]

mod agent;
mod blocking;
mod cache;
mod cloud;
mod cluster;
pub mod daemon;
mod door;
mod error;
mod files;
mod http_client;
mod kubelet;
mod moto;
mod openssl;
mod process;
mod progress;
mod sandbox;
mod scratch;
mod wait;
mod world;

pub use cache::{Built, Cache, default_root};
pub use cloud::LoadBalancer;
pub use cluster::audit::{AuditEntry, read_audit};
pub use cluster::{Cluster, Token, Workload};
pub use door::eks::{EksCluster, EksVpc};
pub use door::fault::{Answer, Chance, Fault, FaultId, FaultKind, FaultStatus};
pub use door::record::{Outcome, Recorded};
pub use door::remote::RemoteDoor;
pub use door::{Credentials, Door, IssuedCertificate, OpenDoor};
pub use error::SandboxError;
pub use kubelet::IstiodPorts;
pub use moto::BareMoto;
pub use openssl::openssl;
pub use process::ProcessRecord;
pub use progress::{Reporter, silent, to_stderr};
pub use sandbox::{Builder, Sandbox};
pub use scratch::scratch;
pub use world::aws::AwsObject;
pub use world::kube::KubeObject;
