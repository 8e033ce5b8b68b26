//! Runs asynchronous work for callers of either colour. It must never be called from the sandbox's own async code.

use crate::error::SandboxError;

/// Runs `work` to its end on a thread of its own, so that tests with and without a runtime can call it.
///
/// The closure moves to that thread, the future is made on it and need not be `Send`.
pub(crate) fn block<T: Send>(
    work: impl AsyncFnOnce() -> Result<T, SandboxError> + Send,
) -> Result<T, SandboxError> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|source| SandboxError::System {
                    action: "start a runtime",
                    source,
                })?
                .block_on(work())
        });
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
