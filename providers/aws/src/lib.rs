//! AWS adapters over the real SDK.
//!
//! [`AwsAdapter`] serves every `aws_*` kind. Each kind has one file, the twin of its spec's in `meshform-kinds`: how it
//! is read in batches, found again, made, changed and ended. Below them:
//!
//! - `ec2` and `pca::client` are the only code that holds a client of the SDK that can change anything. They read for
//!   whoever asks and lend the client for a change only against a [`Permit`](meshform_engine::Permit), so no effect
//!   escapes the journal.
//! - `step` has the forms that effects take here: creation with our tags, change of a named object, deletion.
//! - `error` is the one place where AWS's answers become classes and certainties.
//! - `clients` makes clients, one for each account, region and role.
//!
//! The SDK never tries anything again by itself: a repeated creation makes a duplicate. The engine does, knowing which
//! effects may be repeated.
//!
//! This crate must never know what a mesh is, decide what to do, or print. The one who reads the environment is
//! `aws-config`, for credentials and endpoints.

mod adapter;
mod availability_zones;
mod caller_identity;
mod clients;
mod ec2;
pub mod eks;
mod error;
mod internet_gateway;
pub mod pca;
mod peering;
mod resource;
mod route;
mod route_table;
mod route_table_association;
mod route_tables;
mod security_group;
mod settings;
mod step;
mod subnet;
mod subnets;
mod tagged;
mod tags;
mod vpc;
mod vpc_data;

pub use adapter::{AwsAdapter, DATA_KINDS, KINDS};
pub use aws_config::SdkConfig;
pub use settings::{AwsSettings, DEFAULT_TIMING, Role};
