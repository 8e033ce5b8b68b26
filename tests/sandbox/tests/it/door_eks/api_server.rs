//! A real API server that asks the door about tokens, as those of EKS ask IAM.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kube::config::{KubeConfigOptions, Kubeconfig};
use meshform_sandbox::{Cluster, EksCluster, Sandbox};

use super::{HOME, OTHER, REGION, Signing, token};
use crate::aws::{assume, own};

/// A second API server over a cluster's etcd, with the door as its webhook; ends when it is dropped.
struct ApiServer {
    child: Child,
    server: String,
    _folder: tempfile::TempDir,
}

impl ApiServer {
    fn over(sandbox: &Sandbox) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let server = format!("https://127.0.0.1:{port}");
        let folder = tempfile::tempdir().unwrap();
        let webhook = folder.path().join("webhook.json");
        std::fs::write(&webhook, sandbox.door.token_webhook_kubeconfig(&server)).unwrap();
        let mut processes = sandbox.processes().into_iter();
        let first = processes
            .find(|process| process.name.contains("apiserver"))
            .unwrap();
        let line = std::fs::read_to_string(format!("/proc/{}/cmdline", first.pid)).unwrap();
        let words: Vec<&str> = line.trim_end_matches('\0').split('\0').collect();
        let replaced = [
            "--secure-port=",
            "--cert-dir=",
            "--audit-",
            "--authentication-token-webhook-",
        ];
        let kept = words[1..]
            .iter()
            .filter(|word| !replaced.iter().any(|start| word.starts_with(start)));
        let child = Command::new(words[0])
            .args(kept)
            .arg(format!("--secure-port={port}"))
            .arg(format!("--cert-dir={}", folder.path().display()))
            .arg(format!(
                "--authentication-token-webhook-config-file={}",
                webhook.display()
            ))
            .arg("--authentication-token-webhook-version=v1")
            // It holds the other end while this process lives, and ends with it.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            child,
            server,
            _folder: folder,
        }
    }

    /// Asks for the namespaces with a token; the status of the answer.
    async fn status(&self, cluster: &Cluster, token: &str) -> Option<u16> {
        let text = std::fs::read_to_string(&cluster.kubeconfig).unwrap();
        let text = text
            .replace(&cluster.server, &self.server)
            .replace(&cluster.admin.secret, token);
        let kubeconfig = Kubeconfig::from_yaml(&text).unwrap();
        let options = KubeConfigOptions {
            context: Some(cluster.name.clone()),
            ..KubeConfigOptions::default()
        };
        let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .unwrap();
        let client = kube::Client::try_from(config).unwrap();
        let list = http::Request::get("/api/v1/namespaces").body(Vec::new()).unwrap();
        match client.request::<serde_json::Value>(list).await {
            Ok(_) => Some(200),
            Err(kube::Error::Api(status)) => Some(status.code),
            Err(_) => None,
        }
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has then seen.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) async fn a_real_api_server_lets_in_whom_the_door_knows(sandbox: &Sandbox) {
    let (door, cluster) = (&sandbox.door, &sandbox.clusters[0]);
    let api = ApiServer::over(sandbox);
    let end = Instant::now() + Duration::from_secs(90);
    while api.status(cluster, &cluster.admin.secret).await != Some(200) {
        assert!(Instant::now() < end, "the API server does not start");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let real = Signing {
        cluster: "real",
        ..Signing::default()
    };
    let registered = EksCluster::new("real", REGION, &api.server, &cluster.ca)
        .admin(&format!("arn:aws:iam::{HOME}:user/moto"))
        .admin(&format!("arn:aws:iam::{OTHER}:role/mesh"));
    door.register_cluster(registered);
    let role = assume(door, OTHER, "mesh");
    for (key, expected) in [
        (own(door), 200),
        (role, 200),
        (assume(door, OTHER, "stranger"), 401),
    ] {
        assert_eq!(api.status(cluster, &token(&key, &real)).await, Some(expected));
    }
    let elsewhere = token(&own(door), &Signing::default());
    assert_eq!(api.status(cluster, &elsewhere).await, Some(401));
}
