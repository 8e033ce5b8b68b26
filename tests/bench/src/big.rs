//! The mesh of many clusters, measured in a process of its own.

use std::process::{Command, ExitCode};

use meshform_bench::mesh::{Bench, text};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde_json::{Value, json};

/// The first argument that makes this program plan and apply the mesh, and the second says of how many clusters.
const CHILD: &str = "--measure-mesh";

/// How many clusters there are, before one more comes.
pub(crate) const CLUSTERS: usize = 100;

/// What it cost, part by part.
pub(crate) struct BigMesh {
    /// The parts and the CPU seconds of each.
    pub(crate) parts: Vec<(String, f64)>,
    /// How many resources there are, and how many one more cluster adds.
    pub(crate) resources: (u64, u64),
    /// The most memory that was resident, in megabytes, once before one more came and once after.
    pub(crate) memory: u64,
}

/// CPU seconds of this process so far.
fn spent() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF);
    usage.map_or(0.0, |usage| {
        let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        micros as f64 / 1e6
    })
}

/// If this process is to plan and apply the mesh: does that and tells what it took.
pub(crate) fn as_child() -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    (arguments.next()? == CHILD).then_some(())?;
    let clusters: usize = arguments.next()?.parse().ok()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .ok()?;
    let told = runtime.block_on(measured(clusters));
    println!("{told}");
    Some(ExitCode::SUCCESS)
}

async fn measured(clusters: usize) -> Value {
    let mut parts: Vec<(&str, f64)> = Vec::new();
    let mut before = spent();
    let mut part = |name| {
        let now = spent();
        parts.push((name, now - before));
        before = now;
    };
    let mut bench = Bench::new();
    let first = bench.plan(&text(clusters)).await;
    part("plan of all");
    let whole = bench.apply(&first).await.is_complete();
    part("apply of all, with the plan that it makes");
    let again = bench.plan(&text(clusters)).await;
    part("no-op plan");
    let more = bench.plan(&text(clusters + 1)).await;
    part("plan of one more");
    let one = bench.apply(&more).await.is_complete();
    part("apply of one more, with the plan that it makes");
    let resources = first.plan.changes.len();
    let kilobytes = getrusage(UsageWho::RUSAGE_SELF).map_or(0, |usage| usage.max_rss());
    json!({
        "parts": parts,
        "resources": resources,
        "more": more.plan.changes.len() - resources,
        "kilobytes": kilobytes,
        "well": whole && one && again.plan.is_empty(),
    })
}

/// Measures it in a child.
///
/// # Errors
/// If it cannot be run or does not end well.
pub(crate) fn measure() -> Result<BigMesh, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(own)
        .args([CHILD, &CLUSTERS.to_string()])
        .output()
        .map_err(|error| error.to_string())?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let found: Value = serde_json::from_slice(&output.stdout).map_err(|_| told.clone())?;
    if found["well"] != true {
        return Err(format!(
            "the mesh of {CLUSTERS} clusters did not come to be: {told}"
        ));
    }
    let parts = found["parts"].as_array().cloned().unwrap_or_default();
    let part = |part: Value| {
        let name = part[0].as_str().unwrap_or_default().to_owned();
        (name, part[1].as_f64().unwrap_or(f64::NAN))
    };
    let number = |name: &str| found[name].as_u64().unwrap_or(0);
    Ok(BigMesh {
        parts: parts.into_iter().map(part).collect(),
        resources: (number("resources"), number("more")),
        memory: number("kilobytes") / 1024,
    })
}
