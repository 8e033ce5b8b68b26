//! How long it takes to load, evaluate and compile many resources of one `for_each`.
//!
//! `cargo run --release -p meshform-engine --example compile -- 10000`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement reads the clock and prints"
)]

use std::time::Instant;

use meshform_engine::compile::{Inputs, NoWords, compile};
use meshform_engine::config::{Texts, load};
use meshform_engine::facts::Facts;
use meshform_engine::testing::kinds;
use meshform_lang::Sources;

/// How often it is measured.
const ROUNDS: usize = 7;

fn main() {
    let count: usize = std::env::args()
        .nth(1)
        .and_then(|count| count.parse().ok())
        .unwrap_or(10_000);
    let text = format!(
        "resource \"fake_local\" \"all\" {{\n  \
           for_each = {{ for at in range({count}) : \"key-${{at}}\" => at }}\n  \
           name     = \"n${{each.value}}\"\n  \
           size     = each.value * 2 + 1\n\
         }}\n"
    );
    let kinds = kinds::all();
    let mut samples = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut sources = Sources::default();
        let (config, found) = load(&mut sources, &Texts::new([("mesh.hcl", text.as_str())]), &[]);
        let compiled = compile(&config, &Inputs::default(), &Facts::default(), &NoWords, &kinds);
        samples.push(start.elapsed());
        assert!(
            found.is_empty() && compiled.diagnostics.is_empty(),
            "{:?}",
            compiled.diagnostics
        );
        assert_eq!(compiled.desired.resources.len(), count);
    }
    samples.sort();
    println!(
        "{count} resources: median {:?} of {samples:?}",
        samples[ROUNDS / 2]
    );
}
