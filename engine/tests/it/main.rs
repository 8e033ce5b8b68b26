//! The engine against a fake world: what it does, and what is left when everything goes wrong on the way.

mod lifecycle;
mod matrix;
mod sabotage;
mod shapes;
