//! Drives a door of another process, as that of `cargo sandbox up`. It must never know more than the control paths.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde::de::DeserializeOwned;

use super::control::PREFIX;
use super::eks::EksCluster;
use super::fault::{Fault, FaultId, FaultStatus};
use super::record::Recorded;
use crate::blocking::block;
use crate::error::SandboxError;
use crate::http_client::{HttpClient, request};
use crate::world::aws::AwsObject;

/// A door that is reached by its URL.
#[derive(Clone, Debug)]
pub struct RemoteDoor {
    endpoint: String,
}

impl RemoteDoor {
    /// Takes the value of `AWS_ENDPOINT_URL`; nothing is sent yet.
    #[must_use]
    pub fn at(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
        }
    }

    /// Returns every request since the last clear, in the order of arrival.
    pub fn requests(&self) -> Result<Vec<Recorded>, SandboxError> {
        self.ask(Method::GET, "requests", Bytes::new())
    }

    /// Returns the requests that changed the world, whatever their clients were told.
    pub fn effects(&self) -> Result<Vec<Recorded>, SandboxError> {
        Ok(self
            .requests()?
            .into_iter()
            .filter(Recorded::took_effect)
            .collect())
    }

    /// Forgets the requests so far; faults stand.
    pub fn clear(&self) -> Result<(), SandboxError> {
        self.ask(Method::DELETE, "requests", Bytes::new())
    }

    /// Lets a fault stand from now on.
    pub fn inject(&self, fault: &Fault) -> Result<FaultId, SandboxError> {
        let body = serde_json::to_vec(fault).map_err(|source| SandboxError::Json {
            what: "a fault".to_owned(),
            source,
        })?;
        self.ask(Method::POST, "faults", body)
    }

    /// Returns the faults that stand, with how often each was met.
    pub fn faults(&self) -> Result<Vec<FaultStatus>, SandboxError> {
        self.ask(Method::GET, "faults", Bytes::new())
    }

    /// Takes all faults away; objects that were not visible yet become visible.
    pub fn clear_faults(&self) -> Result<(), SandboxError> {
        self.ask(Method::DELETE, "faults", Bytes::new())
    }

    /// Puts the door's clock forward by whole seconds; see [`Door::advance_clock`](crate::Door::advance_clock).
    pub fn advance_clock(&self, by: Duration) -> Result<(), SandboxError> {
        self.ask(Method::POST, "clock", by.as_secs().to_string())
    }

    /// Makes an API server a cluster of EKS; see [`Door::register_cluster`](crate::Door::register_cluster).
    pub fn register_cluster(&self, cluster: &EksCluster) -> Result<(), SandboxError> {
        let body = serde_json::to_vec(cluster).map_err(|source| SandboxError::Json {
            what: "a cluster".to_owned(),
            source,
        })?;
        self.ask(Method::POST, "clusters", body)
    }

    /// Takes a cluster away; false when there is none.
    pub fn unregister_cluster(&self, account: &str, region: &str, name: &str) -> Result<bool, SandboxError> {
        self.ask(
            Method::DELETE,
            &format!("clusters/{account}/{region}/{name}"),
            Bytes::new(),
        )
    }

    /// Lists all EC2 objects and certificate authorities of these regions, as they are.
    pub fn objects(&self, regions: &[&str]) -> Result<BTreeSet<AwsObject>, SandboxError> {
        self.ask(
            Method::GET,
            &format!("objects?{}", regions.join(",")),
            Bytes::new(),
        )
    }

    /// Empties the world behind the door; faults and requests stay.
    pub fn reset_world(&self) -> Result<(), SandboxError> {
        self.ask(Method::DELETE, "world", Bytes::new())
    }

    fn ask<T: DeserializeOwned + Send>(
        &self,
        method: Method,
        path: &str,
        body: impl Into<Bytes>,
    ) -> Result<T, SandboxError> {
        let url = format!("{}{PREFIX}{path}", self.endpoint);
        let request = request(method, &url, &[], body)?;
        let response = block(async || HttpClient::new().send(request).await)?;
        if !response.status().is_success() {
            return Err(SandboxError::Answer {
                what: url,
                status: response.status().as_u16(),
                body: String::from_utf8_lossy(response.body()).into_owned(),
            });
        }
        serde_json::from_slice(response.body()).map_err(|source| SandboxError::Json { what: url, source })
    }
}
