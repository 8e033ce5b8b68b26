//! The engine against a fake world: what it does, and what is left when everything goes wrong on the way.

#![expect(clippy::unwrap_used, reason = "where nothing may be wrong, a test ends")]

mod adopting;
mod disasters;
mod failures;
mod journal;
mod lifecycle;
mod lost;
mod makespan;
mod matrix;
mod moves;
mod random;
mod sabotage;
mod scale;
mod select;
mod shapes;
mod survey;
mod throttled;
mod told;
