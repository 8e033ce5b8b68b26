//! meshform
mod args;
mod cli;
mod clock;
mod failure;
mod render;
