//! What all suites share: one sandbox for the process, and a world of its own for each test.

mod adapters;
pub(crate) mod adopted;
mod audit;
mod binary;
pub(crate) mod canary;
mod clock;
pub(crate) mod config;
pub(crate) mod istio;
pub(crate) mod pair;
pub(crate) mod points;
mod process;
mod registry;
mod sandbox;
mod world;

pub(crate) use binary::{Binary, Said};
pub(crate) use process::Ran;
<<<<<<< HEAD
pub(crate) use registry::Registry;
pub(crate) use sandbox::{REGION, cluster, runtime, say};
=======
pub(crate) use sandbox::{REGION, cluster, runtime, sandbox, say};
>>>>>>> 80ee72e (live: meshes over two accounts, without AWS, and against bare moto; words in blocks take others by name)
pub(crate) use world::{Sabotage, World};
