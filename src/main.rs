//! meshform
fn main() {}
