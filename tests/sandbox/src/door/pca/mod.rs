//! AWS Private CA, answered by the door itself: moto issues without states, validity or path lengths.
//!
//! `service` finds the action, each action has its room, `world` holds all authorities, `authority` is one of them,
//! `x509`, `keys` and `template` make its certificates. Sources are the ACM PCA API reference and the AWS Private CA
//! user guide, by page. It must never bend to what a client expects, and where PCA would need more than the door has
//! (revocation lists, passthrough templates) it answers 501 in its own name instead of something likely.

mod authority;
mod create;
mod error;
mod grants;
mod import;
mod input;
mod issue;
mod keys;
mod lifecycle;
mod page;
mod service;
mod subject;
mod tags;
mod template;
mod validity;
mod world;
mod x509;

pub(crate) use keys::PrivateKey;
pub(crate) use service::{answer, key_wanted};
pub use world::IssuedCertificate;
pub(crate) use world::{Caller, PcaWorld};
