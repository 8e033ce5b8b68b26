//! A slow, salted hash of secrets: it tells the same from another, and nothing else.
//!
//! It lies in saved plans, which are passed around. What may be learnt from it, and why that is little, says
//! `docs/decisions/0010-saved-plans-know-their-secrets-by-a-slow-hash.md`. This module must never see where a secret comes
//! from or where its hash goes.

use std::fmt::Write as _;

use argon2::{Algorithm, Argon2, Params, Version};

/// Memory in KiB, passes and lanes: the second of the two choices that RFC 9106 recommends for all (64 MiB, 3 passes), with
/// one lane, since it is computed by one thread. About a fifth of a second.
const COST: (u32, u32, u32) = (64 * 1024, 3, 1);

/// Hashes secrets with one salt.
pub(crate) struct Fingerprint<'a> {
    /// Drawn anew for each saved plan, so that no two can be compared and no table fits both.
    pub(crate) salt: &'a str,
}

impl Fingerprint<'_> {
    /// The hash of `parts`, in hexadecimal. Each part is taken with its length, so that what is one part of one secret
    /// cannot be two of another.
    ///
    /// # Errors
    /// If there is not enough memory.
    pub(crate) fn of<'p>(&self, parts: impl IntoIterator<Item = &'p [u8]>) -> Result<String, argon2::Error> {
        let mut text = Vec::new();
        for part in parts {
            text.extend_from_slice(&(part.len() as u64).to_be_bytes());
            text.extend_from_slice(part);
        }
        let (memory, passes, lanes) = COST;
        let mut hash = [0; 32];
        let argon = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(memory, passes, lanes, Some(hash.len()))?,
        );
        argon.hash_password_into(&text, self.salt.as_bytes(), &mut hash)?;
        Ok(hash.iter().fold(String::new(), |mut text, byte| {
            _ = write!(text, "{byte:02x}");
            text
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_secrets_and_salt_have_the_same_hash_and_nothing_else_has() {
        let of = |salt: &str, parts: &[&[u8]]| Fingerprint { salt }.of(parts.iter().copied()).unwrap();
        let first = of("a salt of the plan", &[b"token", b"hunter2"]);
        assert_eq!(first.len(), 64);
        assert_eq!(of("a salt of the plan", &[b"token", b"hunter2"]), first);
        for other in [
            of("a salt of another", &[b"token", b"hunter2"]),
            of("a salt of the plan", &[b"token", b"hunter3"]),
            of("a salt of the plan", &[b"tokenh", b"unter2"]),
            of("a salt of the plan", &[b"token", b"hunter2", b""]),
        ] {
            assert_ne!(other, first);
        }
    }
}
