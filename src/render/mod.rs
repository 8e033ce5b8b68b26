//! Everything that is shown: plans, events, diagnostics, values; as text and as JSON.
//!
//! 1. [`Printer`] is where output goes; nothing else in this program prints.
//! 2. [`View`] is a plan for people, [`plan_document`] the same for machines; both walk the trees of `diff`.
//! 3. [`Progress`] shows the events of a run as they happen.
//! 4. `diagnostics` shows mistakes with the place that they are about.
//!
//! Nothing here decides what is done.

mod address_json;
pub(crate) mod checks;
pub(crate) mod console;
mod contexts;
mod diagnostics;
mod diff;
mod headline;
pub(crate) mod json_schema;
mod json_values;
mod lines;
pub(crate) mod outputs;
pub(crate) mod plan_document;
mod plan_json;
mod plan_text;
mod printer;
mod progress;
mod resource;
mod style;
#[cfg(test)]
pub(crate) mod testing;
mod text_diff;
mod values;

pub(crate) use diagnostics::report;
pub(crate) use plan_text::{View, rule};
pub use printer::Stream;
pub(crate) use printer::{Form, Level, Printer};
pub(crate) use progress::{Progress, planned};
pub(crate) use style::{Palette, Role};
pub(crate) use text_diff::text_diff;
pub(crate) use values::Secrets;
