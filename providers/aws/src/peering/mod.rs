//! VPC peering: the side that asks, the side that consents, and what each allows.

mod accepter;
mod connection;
mod options;
mod state;

pub(crate) use accepter::AccepterResource;
pub(crate) use connection::ConnectionResource;
pub(crate) use options::OptionsResource;
pub(crate) use state::{is_gone, is_over};
