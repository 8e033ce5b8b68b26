//! Keys and certificates: making keys in memory, asking for certificates, signing with a root, and checking that what
//! istiod will be given is what it needs.
//!
//! Nothing here sends, stores or prints anything. A [`Key`] wipes itself.

mod certificate;
mod files;
mod key;
mod sign;

use meshform_engine::{AdapterError, ErrorClass};

pub(crate) use certificate::{Certificate, hex, parse};
pub(crate) use files::{CA_CERT, CA_KEY, CERT_CHAIN, FILES, Files, ROOT_CERT};
pub(crate) use key::{Key, Subject};
pub(crate) use sign::{Period, root, sign};

/// Something that is not what it should be; never with a part of a key.
fn unusable(message: impl Into<String>) -> AdapterError {
    AdapterError::refused(ErrorClass::Invalid, message)
}
