mod diagnostics;
mod diff;
mod headline;
mod lines;
mod plan_text;
mod resource;
mod style;
#[cfg(test)]
mod testing;
mod values;
