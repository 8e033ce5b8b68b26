//! Running helm: with an environment of its own, for a limited time, and with its own words where it fails.

use std::ffi::OsString;
use std::process::Stdio;

use meshform_engine::{AdapterError, ErrorClass};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::HelmSettings;

/// The longest message of helm that is repeated.
const LONGEST: usize = 4000;

/// Words of helm after which another attempt may do better.
const PASSING: &[&str] = &[
    "dial tcp",
    "timeout",
    "connection re",
    "no such host",
    "TLS handshake",
    "EOF",
];

/// What `helm ARGUMENTS` writes, with `input` on its stdin.
///
/// # Errors
/// If helm is not there, fails, or takes too long.
pub(super) async fn helm(
    settings: &HelmSettings,
    arguments: &[OsString],
    input: Option<&str>,
) -> Result<String, AdapterError> {
    let what = arguments
        .first()
        .map_or_else(String::new, |verb| format!("helm {}", verb.to_string_lossy()));
    let mut command = Command::new(&settings.program);
    command
        .args(arguments)
        .env_clear()
        .envs(settings.environment.iter().map(|(name, value)| (name, value)))
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| missing(settings, &error))?;
    let stdin = child.stdin.take();
    let write = async {
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            // A helm that ends early says why itself.
            _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let both = async { tokio::join!(write, child.wait_with_output()).1 };
    let output = match tokio::time::timeout(settings.timeout, both).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(failed(ErrorClass::Other, format!("{what} failed: {error}"))),
        Err(_) => {
            let message = format!("{what} did not end within {} s", settings.timeout.as_secs());
            return Err(failed(ErrorClass::Unavailable, message));
        }
    };
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(|_| {
            failed(
                ErrorClass::Other,
                format!("{what} wrote something that is no text"),
            )
        });
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said: String = said.trim().chars().take(LONGEST).collect();
    let class = if PASSING.iter().any(|word| said.contains(word)) {
        ErrorClass::Unavailable
    } else {
        ErrorClass::Invalid
    };
    Err(failed(class, format!("{what} failed: {said}")))
}

fn failed(class: ErrorClass, message: String) -> AdapterError {
    AdapterError::refused(class, message)
}

fn missing(settings: &HelmSettings, error: &std::io::Error) -> AdapterError {
    let program = settings.program.display();
    AdapterError::refused(ErrorClass::Invalid, format!("`{program}` cannot be run: {error}")).hint(
        "Charts are rendered by helm 3. Install it (https://helm.sh/docs/intro/install/) so that `helm` is in the PATH, or name the program in MESHFORM_HELM.",
    )
}
