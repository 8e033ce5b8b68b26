//! The engine against a fake world: what it does, and what is left when everything goes wrong on the way.

mod failures;
mod journal;
mod lifecycle;
mod matrix;
mod moves;
mod random;
mod sabotage;
mod scale;
mod shapes;
