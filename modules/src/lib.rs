//! The mesh words: what each compiles to. The only crate that knows what a mesh is.
