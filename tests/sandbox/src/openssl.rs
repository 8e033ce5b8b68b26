//! What openssl says: a second opinion on certificates and keys that shares nothing with the crates under test. It must
//! know neither certificates nor what is asked.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};

/// What openssl writes when it is given `arguments` and `input`.
///
/// # Errors
/// All that it writes if it ends with an error, or why it cannot be run.
pub fn openssl(arguments: &[&str], input: &str) -> Result<String, String> {
    let ended = run(arguments, input).map_err(|error| format!("openssl cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    if ended.status.success() {
        Ok(text)
    } else {
        Err(format!("{text}{}", String::from_utf8_lossy(&ended.stderr)))
    }
}

fn run(arguments: &[&str], input: &str) -> io::Result<std::process::Output> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    child.wait_with_output()
}
