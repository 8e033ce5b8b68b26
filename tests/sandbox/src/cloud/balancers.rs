//! Load balancers of Services, as a cloud controller makes them: finalizer first, then the address into the status; at
//! the end the load balancer, then the finalizer ("Load Balancer Services" of the AWS Load Balancer Controller, KEP 980).
//!
//! A load balancer here is an address and an entry in a list, not a listener. A real NLB has a host name; one that
//! resolves needs DNS, so this one shows an IP.

use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Addresses;
use crate::cluster::{Api, Cluster};
use crate::error::SandboxError;

const FINALIZER: &str = "service.kubernetes.io/load-balancer-cleanup";

/// A load balancer that the cloud holds for a Service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// The cluster.
    pub cluster: String,
    /// The Service's namespace.
    pub namespace: String,
    /// The Service's name.
    pub name: String,
    /// The Service's uid.
    pub uid: String,
    /// Its address.
    pub address: Ipv4Addr,
}

/// The cloud controller of one cluster.
pub(crate) struct Cloud {
    cluster: Cluster,
    api: Option<Api>,
    addresses: Arc<Addresses>,
    balancers: Vec<LoadBalancer>,
}

impl Cloud {
    /// Describes that of a cluster, reached as the cloud's user.
    pub(crate) fn new(cluster: Cluster, addresses: Arc<Addresses>) -> Self {
        Self {
            cluster,
            api: None,
            addresses,
            balancers: Vec::new(),
        }
    }

    pub(crate) fn balancers(&self) -> Vec<LoadBalancer> {
        self.balancers.clone()
    }

    /// Looks at all Services and does what is due.
    pub(crate) async fn round(&mut self) -> Result<(), SandboxError> {
        // A client belongs to the runtime that it was made in.
        let api = match self.api.take() {
            Some(api) => api,
            None => self.cluster.api().await?,
        };
        let done = self.round_with(&api).await;
        self.api = Some(api);
        done
    }

    async fn round_with(&mut self, api: &Api) -> Result<(), SandboxError> {
        let services = api.list("/api/v1/services?resourceVersion=0").await?;
        let mut result = Ok(());
        for service in &services {
            if !service["spec"]["loadBalancerClass"].is_null() {
                // Somebody else's to balance, as in every cloud.
                continue;
            }
            let balanced = service["spec"]["type"] == "LoadBalancer";
            let ends = !service["metadata"]["deletionTimestamp"].is_null();
            let done = match balanced && !ends {
                true => self.provide(api, service).await,
                false => self.release(api, service).await,
            };
            // One that changed meanwhile is met again in the next round.
            result = result.and(
                done.or_else(|error| match error.is_conflict() || error.is_not_found() {
                    true => Ok(()),
                    false => Err(error),
                }),
            );
        }
        // The finalizer makes this needless, unless somebody took it off by hand; a cloud finds such leftovers too.
        let there = |balancer: &LoadBalancer| services.iter().any(|s| s["metadata"]["uid"] == balancer.uid);
        for gone in self.balancers.extract_if(.., |balancer| !there(balancer)) {
            self.addresses.release(gone.address);
        }
        result
    }

    async fn provide(&mut self, api: &Api, service: &Value) -> Result<(), SandboxError> {
        let path = path(service);
        if !has_finalizer(service) {
            let mut all = finalizers(service);
            all.push(FINALIZER.into());
            api.merge(&path, &finalizer_patch(service, all)).await?;
            return Ok(());
        }
        let uid = text(&service["metadata"]["uid"]);
        let known = self.balancers.iter().find(|balancer| balancer.uid == uid);
        let address = match known {
            Some(balancer) => balancer.address,
            None => {
                let address = self.addresses.take()?;
                self.balancers.push(LoadBalancer {
                    cluster: self.cluster.name.clone(),
                    namespace: text(&service["metadata"]["namespace"]),
                    name: text(&service["metadata"]["name"]),
                    uid,
                    address,
                });
                address
            }
        };
        let shown = &service["status"]["loadBalancer"]["ingress"];
        if shown[0]["ip"] != address.to_string() || shown.as_array().map_or(0, Vec::len) != 1 {
            let ingress =
                json!({ "status": { "loadBalancer": { "ingress": [{ "ip": address, "ipMode": "VIP" }] } } });
            api.merge(&format!("{path}/status"), &ingress).await?;
        }
        Ok(())
    }

    async fn release(&mut self, api: &Api, service: &Value) -> Result<(), SandboxError> {
        let uid = &service["metadata"]["uid"];
        for gone in self.balancers.extract_if(.., |balancer| *uid == balancer.uid) {
            self.addresses.release(gone.address);
        }
        if !has_finalizer(service) {
            return Ok(());
        }
        let path = path(service);
        // A Service that is no longer balanced keeps no address.
        if !service["status"]["loadBalancer"]["ingress"].is_null() {
            let none = json!({ "status": { "loadBalancer": { "ingress": null } } });
            api.merge(&format!("{path}/status"), &none).await?;
            return Ok(());
        }
        let mut left = finalizers(service);
        left.retain(|finalizer| finalizer != FINALIZER);
        api.merge(&path, &finalizer_patch(service, left)).await?;
        Ok(())
    }
}

fn path(service: &Value) -> String {
    format!(
        "/api/v1/namespaces/{}/services/{}",
        text(&service["metadata"]["namespace"]),
        text(&service["metadata"]["name"])
    )
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

fn finalizers(service: &Value) -> Vec<Value> {
    let list = service["metadata"]["finalizers"].as_array();
    list.cloned().unwrap_or_default()
}

fn has_finalizer(service: &Value) -> bool {
    finalizers(service).iter().any(|finalizer| finalizer == FINALIZER)
}

/// A merge patch replaces a list whole, so the version says which one is meant.
fn finalizer_patch(service: &Value, finalizers: Vec<Value>) -> Value {
    json!({ "metadata": {
        "resourceVersion": service["metadata"]["resourceVersion"],
        "finalizers": finalizers,
    } })
}
