//! Waiting for a condition with a deadline. It must never be used to wait for luck: each wait names what ends it.

use std::time::{Duration, Instant};

use crate::error::SandboxError;
use crate::files;
use crate::process::Process;

const INTERVAL: Duration = Duration::from_millis(50);

/// Polls `ready` until it is content, `process` ends, or `limit` is over; the error shows the process's log.
pub(crate) async fn until_ready<T>(
    what: &str,
    limit: Duration,
    process: &mut Process,
    mut ready: impl AsyncFnMut() -> Result<T, String>,
) -> Result<T, SandboxError> {
    let start = Instant::now();
    loop {
        process.check()?;
        let last = match ready().await {
            Ok(value) => return Ok(value),
            Err(last) => last,
        };
        if start.elapsed() > limit {
            return Err(SandboxError::NotReady {
                what: what.to_owned(),
                seconds: limit.as_secs(),
                last,
                log: process.log().to_owned(),
                tail: files::tail(process.log()),
            });
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
