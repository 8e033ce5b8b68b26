//! The sandbox of this process.
//!
//! A static is never dropped, so nothing here relies on that: the sandbox's processes end with the pipe that this
//! process holds, and its folder is swept by the next run.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use meshform_sandbox::{Cluster, Sandbox};
use tokio::runtime::Runtime;

/// Where the example puts its network.
pub(crate) const REGION: &str = "us-west-2";

/// The sandbox of all tests.
pub(crate) fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
        sweep(root);
        let dir = root.join(format!("live-{}", std::process::id()));
        Sandbox::builder()
            .clusters(1)
            .region(REGION)
            .dir(dir)
            .start()
            .unwrap()
    })
}

/// Removes the folders of processes that have ended.
fn sweep(root: &Path) {
    let ended = |path: &PathBuf| {
        let name = path.file_name()?.to_str()?;
        let process = name.strip_prefix("live-")?.split('-').next()?;
        let process: u32 = process.parse().ok()?;
        (!Path::new("/proc").join(process.to_string()).exists()).then_some(())
    };
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    for path in entries
        .map(|entry| entry.path())
        .filter(|path| ended(path).is_some())
    {
        // Another process of this suite may sweep at the same moment; what is left is swept the next time.
        _ = std::fs::remove_dir_all(path);
    }
}

/// The cluster of all tests.
pub(crate) fn cluster() -> &'static Cluster {
    &sandbox().clusters[0]
}

/// The runtime of all worlds: clients of one test outlive the killed run that made them, as a connection outlives a
/// killed process in the kernel.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(4)
            .enable_all()
            .build()
            .unwrap()
    })
}

/// A number that no other world of this process has.
pub(super) fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::SeqCst)
}

/// Says something that is shown whether the test passes or not.
pub(crate) fn say(text: &str) {
    // Straight to the stream: the harness keeps what is printed by tests that pass.
    _ = writeln!(std::io::stderr(), "{text}");
}
