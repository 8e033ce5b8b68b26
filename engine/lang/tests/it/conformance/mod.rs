//! The cases of the reference implementations: see `tests/conformance/README.md`.

mod conversions;
mod expressions;
mod functions;
mod go;
mod signatures;
mod values;
