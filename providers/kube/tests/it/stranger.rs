//! Somebody else who works on the same clusters.

use http::{Method, Request};
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use meshform_sandbox::Cluster;
use serde_json::Value as Json;

use crate::support::cluster;

/// Somebody else with all rights.
pub(crate) struct Stranger(kube::Client);

impl Stranger {
    pub(crate) async fn new() -> Self {
        Stranger::of(cluster()).await
    }

    /// With all rights in a cluster.
    pub(crate) async fn of(cluster: &Cluster) -> Self {
        let kubeconfig = Kubeconfig::read_from(&cluster.kubeconfig).unwrap();
        let options = KubeConfigOptions {
            context: Some(cluster.name.clone()),
            ..KubeConfigOptions::default()
        };
        let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .unwrap();
        Stranger(kube::Client::try_from(config).unwrap())
    }

    /// Sends a request and gives status and answer.
    pub(crate) async fn send(&self, method: Method, path: &str, content: &str, body: &Json) -> (u16, Json) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", content);
        let request = request.body(Body::from(body.to_string().into_bytes())).unwrap();
        let response = self.0.send(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect_bytes().await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    /// The object at `path`.
    pub(crate) async fn get(&self, path: &str) -> Option<Json> {
        let response = self
            .0
            .send(Request::get(path).body(Body::empty()).unwrap())
            .await
            .unwrap();
        let found = response.status().is_success();
        let bytes = response.into_body().collect_bytes().await.unwrap();
        found.then(|| serde_json::from_slice(&bytes).unwrap())
    }

    /// Makes an object.
    pub(crate) async fn create(&self, path: &str, body: &Json) -> Json {
        let path = format!("{path}?fieldManager=kubectl-create");
        let (status, answer) = self.send(Method::POST, &path, "application/json", body).await;
        assert_eq!(status, 201, "{answer}");
        answer
    }

    /// Changes an object by hand.
    pub(crate) async fn edit(&self, path: &str, patch: &Json) {
        let path = format!("{path}?fieldManager=kubectl-edit");
        let (status, answer) = self
            .send(Method::PATCH, &path, "application/merge-patch+json", patch)
            .await;
        assert_eq!(status, 200, "{answer}");
    }

    /// Deletes an object.
    pub(crate) async fn delete(&self, path: &str) {
        let (status, answer) = self
            .send(Method::DELETE, path, "application/json", &Json::Null)
            .await;
        assert!(status < 300, "{answer}");
    }
}
