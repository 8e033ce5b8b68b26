//! One authority: what it is and the states that it goes through (API_DescribeCertificateAuthority, "Private CA
//! lifecycle" of the user guide). It must never change state by itself but by time: creation, expiry.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use x509_cert::Certificate;
use x509_cert::name::Name;

use super::error::PcaError;
use super::keys::{KeyAlgorithm, PrivateKey};
use super::x509::{self, AuthorityFacts};

/// How often an authority is looked at before its creation is seen to be over, and a certificate before it is issued.
/// PCA takes seconds; the door counts looks, so that no test depends on how fast it runs.
pub(crate) const LOOKS: u32 = 1;

/// The state that was last set; what is shown depends on time as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Creating { looks: u32 },
    PendingCertificate,
    Active,
    Disabled,
}

/// The certificate of an authority.
pub(crate) struct Installed {
    pub(crate) certificate: Certificate,
    /// Its issuers, each signing the one before.
    pub(crate) chain: Vec<Certificate>,
    pub(crate) facts: AuthorityFacts,
}

/// A certificate that an authority has issued or is about to.
pub(crate) struct Issued {
    pub(crate) certificate: Certificate,
    /// Nothing for the certificate of a root.
    pub(crate) chain: Vec<Certificate>,
    pub(crate) looks: u32,
    pub(crate) revoked: bool,
    /// Whether it is the self-signed one of a root, which cannot be revoked.
    pub(crate) root: bool,
}

/// A certificate authority.
pub(crate) struct Authority {
    pub(crate) arn: String,
    pub(crate) owner: String,
    pub(crate) root: bool,
    pub(crate) short_lived: bool,
    pub(crate) key: PrivateKey,
    pub(crate) key_algorithm: KeyAlgorithm,
    pub(crate) subject: Name,
    pub(crate) request: String,
    /// CertificateAuthorityConfiguration and RevocationConfiguration as they were given.
    pub(crate) configuration: Value,
    pub(crate) revocation: Value,
    pub(crate) key_storage: String,
    pub(crate) created_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    pub(crate) standing: Standing,
    pub(crate) installed: Option<Installed>,
    /// Until when it can be restored, once it is deleted.
    pub(crate) restorable_until: Option<Timestamp>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) issued: BTreeMap<String, Issued>,
    pub(crate) permissions: BTreeMap<String, Value>,
    pub(crate) policy: Option<String>,
}

impl Authority {
    /// Returns the state as clients see it.
    pub(crate) fn status(&self, now: Timestamp) -> &'static str {
        let expired = self
            .installed
            .as_ref()
            .is_some_and(|installed| installed.facts.not_after < now);
        match self.standing {
            _ if self.restorable_until.is_some() => "DELETED",
            Standing::Creating { .. } => "CREATING",
            Standing::PendingCertificate => "PENDING_CERTIFICATE",
            Standing::Active | Standing::Disabled if expired => "EXPIRED",
            Standing::Active => "ACTIVE",
            Standing::Disabled => "DISABLED",
        }
    }

    /// Fails unless the authority is in one of these states.
    pub(crate) fn must_be(&self, states: &[&str], now: Timestamp) -> Result<(), PcaError> {
        let status = self.status(now);
        if states.contains(&status) {
            return Ok(());
        }
        Err(PcaError::state(&self.arn, status))
    }

    /// Fails when the authority is deleted.
    pub(crate) fn must_live(&self, now: Timestamp) -> Result<(), PcaError> {
        match self.status(now) {
            "DELETED" => Err(PcaError::state(&self.arn, "DELETED")),
            _ => Ok(()),
        }
    }

    /// Counts a look of a client; the look that ends the creation still sees it going on.
    pub(crate) fn look(&mut self) {
        match self.standing {
            Standing::Creating { looks: 0 } => self.standing = Standing::PendingCertificate,
            Standing::Creating { looks } => self.standing = Standing::Creating { looks: looks - 1 },
            _ => {}
        }
    }

    /// Writes it as API_CertificateAuthority.
    pub(crate) fn describe(&self, now: Timestamp) -> Value {
        let mut shown = json!({
            "Arn": self.arn,
            "OwnerAccount": self.owner,
            "CreatedAt": seconds(self.created_at),
            "LastStateChangeAt": seconds(self.changed_at),
            "Type": if self.root { "ROOT" } else { "SUBORDINATE" },
            "Status": self.status(now),
            "CertificateAuthorityConfiguration": self.configuration,
            "RevocationConfiguration": self.revocation,
            "KeyStorageSecurityStandard": self.key_storage,
            "UsageMode": if self.short_lived { "SHORT_LIVED_CERTIFICATE" } else { "GENERAL_PURPOSE" },
        });
        if let Some(installed) = &self.installed {
            let serial = installed.certificate.tbs_certificate.serial_number.as_bytes();
            shown["Serial"] = hex(serial).into();
            shown["NotBefore"] = seconds(installed.facts.not_before);
            shown["NotAfter"] = seconds(installed.facts.not_after);
        }
        if let Some(until) = self.restorable_until {
            shown["RestorableUntil"] = seconds(until);
        }
        shown
    }

    /// Returns the certificates from its own to its root's, as PEM.
    pub(crate) fn own_chain(&self) -> Result<Vec<Certificate>, PcaError> {
        let installed = self
            .installed
            .as_ref()
            .ok_or_else(|| PcaError::state(&self.arn, "PENDING_CERTIFICATE"))?;
        Ok(std::iter::once(&installed.certificate)
            .chain(&installed.chain)
            .cloned()
            .collect())
    }
}

/// Joins certificates as PCA does: a line end between, none behind the last.
pub(crate) fn pem_chain(chain: &[Certificate]) -> Result<String, PcaError> {
    let blocks: Result<Vec<String>, _> = chain.iter().map(x509::pem).collect();
    Ok(blocks?.join("\n"))
}

/// Writes a time as AWS JSON 1.1 does: seconds since 1970, with a fraction.
pub(crate) fn seconds(at: Timestamp) -> Value {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 fit a double for ages"
    )]
    let seconds = at.as_millisecond() as f64 / 1000.0;
    json!(seconds)
}

/// Writes bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
