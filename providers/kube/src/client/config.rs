//! From a kubeconfig, or from what AWS says of an EKS cluster, to a client.

use std::time::Duration;

use http::header::{HeaderValue, USER_AGENT};
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use meshform_engine::{AdapterError, ErrorClass};

use super::eks::{Eks, kubeconfig, with_tokens};
use super::{File, Way};
use crate::failure::Failure;

/// A connection that takes longer than this is not coming: packets to a private API are dropped, not refused, and each
/// attempt of several waits as long.
const CONNECT: Duration = Duration::from_secs(10);

/// After this long without an answer a request counts as lost. Longer than the API server works on one of ours.
const ANSWER: Duration = Duration::from_secs(30);

/// How audit logs of clusters name us.
const OURSELVES: &str = concat!("meshform/", env!("CARGO_PKG_VERSION"));

/// A client, and whom it talks to.
pub(super) struct Connected {
    /// The client.
    pub(super) client: Client,
    /// Host and port, for messages.
    pub(super) server: String,
    /// The whole address.
    pub(super) address: String,
    /// The certificates that vouch for the server, each as DER.
    pub(super) authorities: Vec<Vec<u8>>,
}

/// A client for `way`.
pub(super) async fn connect(way: &Way, eks: Option<&Eks>) -> Result<Connected, AdapterError> {
    match way {
        Way::File(file) => {
            let config = load(file).await.map_err(|error| refuse(file, &error))?;
            made(config).await
        }
        Way::Eks(reach) => {
            let Some(eks) = eks else {
                let message = format!(
                    "EKS cluster `{}` cannot be reached: nothing asks AWS",
                    reach.cluster
                );
                return Err(AdapterError::refused(ErrorClass::Invalid, message));
            };
            let endpoint = eks.access.describe(reach).await?;
            let unusable = || {
                let message = format!("what AWS says of EKS cluster `{}` cannot be used", reach.cluster);
                AdapterError::refused(ErrorClass::Invalid, message)
            };
            let options = KubeConfigOptions::default();
            let kubeconfig = kubeconfig(reach, &endpoint).ok_or_else(unusable)?;
            let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
            let config = config.map_err(|_| unusable())?;
            let connected = made(config).await?;
            Ok(Connected {
                client: with_tokens(connected.client, eks.clone(), reach.clone()),
                ..connected
            })
        }
    }
}

async fn made(mut config: Config) -> Result<Connected, AdapterError> {
    // All retries are the engine's: it has a clock, a limit and a journal.
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT);
    config.read_timeout = Some(ANSWER);
    config.reset_reader_on_write = true;
    config
        .headers
        .push((USER_AGENT, HeaderValue::from_static(OURSELVES)));
    let server = config
        .cluster_url
        .authority()
        .map_or_else(String::new, |authority| {
            // The part before `@` would be a password.
            authority
                .as_str()
                .rsplit('@')
                .next()
                .unwrap_or_default()
                .to_owned()
        });
    let address = config.cluster_url.to_string();
    let address = address.trim_end_matches('/').to_owned();
    let authorities = config.root_cert.clone().unwrap_or_default();
    // Credentials may come from a program that is waited for.
    let made = tokio::task::spawn_blocking(move || Client::try_from(config)).await;
    match made {
        Ok(Ok(client)) => Ok(Connected {
            client,
            server,
            address,
            authorities,
        }),
        Ok(Err(error)) => Err(Failure::of(&error).into_error(&crate::failure::Subject::connection(&server))),
        Err(_) => Err(AdapterError::refused(
            ErrorClass::Other,
            format!("no client for {server} could be made"),
        )),
    }
}

async fn load(way: &File) -> Result<Config, KubeconfigError> {
    let options = KubeConfigOptions {
        context: way.context.clone(),
        ..KubeConfigOptions::default()
    };
    match &way.kubeconfig {
        Some(path) => Config::from_custom_kubeconfig(Kubeconfig::read_from(path)?, &options).await,
        None => match Config::from_kubeconfig(&options).await {
            // Without any file we may be a job inside a cluster.
            Err(error) if way.context.is_none() => Config::incluster().map_err(|_| error),
            result => result,
        },
    }
}

fn refuse(way: &File, error: &KubeconfigError) -> AdapterError {
    let file = way.kubeconfig.as_deref().map_or_else(
        || "the kubeconfig of the environment".to_owned(),
        |path| format!("kubeconfig `{path}`"),
    );
    let (message, hint) = match error {
        KubeconfigError::ReadConfig(source, path) => (
            format!("failed to read kubeconfig `{}`: {source}", path.display()),
            "Write the file, or name another one in the cluster's operator_api block or in KUBECONFIG.",
        ),
        KubeconfigError::LoadContext(context) => (
            format!("{file} has no context `{context}`"),
            "Take one of its contexts in the cluster's operator_api block.",
        ),
        KubeconfigError::CurrentContextNotSet => (
            format!("{file} has no current context"),
            "Name a context in the cluster's operator_api block.",
        ),
        KubeconfigError::LoadClusterOfContext(cluster) => (
            format!("{file} has no cluster `{cluster}`"),
            "Complete the file: the context names that cluster.",
        ),
        // The parser's text would quote the file, and tokens with it.
        KubeconfigError::Parse(_) => (
            format!("{file} is not a valid kubeconfig"),
            "Check it with `kubectl config view`.",
        ),
        KubeconfigError::FindPath => (
            "there is no kubeconfig".to_owned(),
            "Name one in the cluster's operator_api block or in KUBECONFIG.",
        ),
        _ => (
            format!("{file} cannot be used"),
            "Check it with `kubectl config view` and `kubectl version`.",
        ),
    };
    AdapterError::refused(ErrorClass::Invalid, message).hint(hint)
}
