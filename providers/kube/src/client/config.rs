//! From a kubeconfig to a client.

use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use meshform_engine::{AdapterError, ErrorClass};

use super::Way;
use crate::failure::Failure;

/// After this long without an answer a request counts as lost. Longer than the API server works on one of ours.
const ANSWER: Duration = Duration::from_secs(30);

/// A client for `way`, and the server that it talks to.
pub(super) async fn connect(way: &Way) -> Result<(Client, String), AdapterError> {
    let mut config = load(way).await.map_err(|error| refuse(way, &error))?;
    // All retries are the engine's: it has a clock, a limit and a journal.
    config.default_retry = false;
    config.read_timeout = Some(ANSWER);
    config.reset_reader_on_write = true;
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
    // Credentials may come from a program that is waited for.
    let made = tokio::task::spawn_blocking(move || Client::try_from(config)).await;
    match made {
        Ok(Ok(client)) => Ok((client, server)),
        Ok(Err(error)) => Err(Failure::of(&error).into_error(&crate::failure::Subject::connection(&server))),
        Err(_) => Err(AdapterError::refused(
            ErrorClass::Other,
            format!("no client for {server} could be made"),
        )),
    }
}

async fn load(way: &Way) -> Result<Config, KubeconfigError> {
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

fn refuse(way: &Way, error: &KubeconfigError) -> AdapterError {
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
