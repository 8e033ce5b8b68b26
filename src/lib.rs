//! meshform
mod render;
