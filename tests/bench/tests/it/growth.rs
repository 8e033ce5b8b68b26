//! The program that is built beside this test, measured: four times the resources, and a peer where one is found.

use std::path::Path;
use std::process::Command;

#[test]
fn four_times_the_resources_are_four_times_the_work() {
    let perf = Path::new(env!("CARGO_BIN_EXE_perf"));
    // Of the same build: `cargo test --workspace` makes both.
    let meshform = perf.with_file_name("meshform");
    let output = Command::new(perf)
        .args(["--small", "--meshform"])
        .arg(&meshform)
        .output()
        .unwrap();
    let (found, wrong) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    println!("{found}");
    assert!(output.status.success(), "{wrong}");
}
