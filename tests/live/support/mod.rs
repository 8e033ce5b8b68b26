//! What all suites share: one sandbox for the process, and a world of its own for each test.

mod adapters;
pub(crate) mod adopted;
mod audit;
mod audit_mesh;
mod binary;
pub(crate) mod canary;
mod clock;
pub(crate) mod config;
pub(crate) mod istio;
pub(crate) mod matrix;
pub(crate) mod meshes;
pub(crate) mod pair;
pub(crate) mod points;
mod process;
mod registry;
mod sandbox;
pub(crate) mod scenario;
mod world;

pub(crate) use binary::{Binary, Said};
pub(crate) use process::Ran;
pub(crate) use registry::Registry;
pub(crate) use sandbox::{REGION, cluster, runtime, sandbox, say};
pub(crate) use world::{Sabotage, World};
