//! The cases of the reference implementations: see `tests/conformance/README.md`.

mod cases;
mod conversions;
mod expressions;
mod functions;
mod generate;
mod go;
mod pools;
mod signatures;
mod templates;
mod terraform;
mod values;
