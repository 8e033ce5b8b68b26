//! AWS Private CA: authorities, the certificates that they sign, and issuing for others.

mod authorities;
mod authority;
mod certificate;
mod certify;
mod client;
mod data;
mod terms;

pub use authorities::{Authorities, CertificateRequest, Issued};

pub(crate) use authority::AuthorityResource;
pub(crate) use certificate::CertificateResource;
pub(crate) use client::Pca;
pub(crate) use data::query;
