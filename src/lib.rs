//! meshform
