//! A state in a folder.
pub struct LocalStore;
