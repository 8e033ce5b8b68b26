//! An authority outside of clusters, as AWS behaves: it signs what it is asked for, once for each token, in its time,
//! and keeps what it signed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use meshform_engine::{AdapterError, ErrorClass, Permit};
use meshform_kube::{Authority, AuthorityReach, IssueRequest, Issued};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData as _,
};
use time::OffsetDateTime;
use tokio::sync::Notify;

use crate::support::BEGINNING;

/// What goes wrong with one request for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// It is not passed on.
    Throttled,
    /// It is issued, and the answer is lost.
    Lost,
    /// The process dies before.
    Hangs,
    /// The process dies after.
    HangsAfter,
}

/// The authority.
pub(crate) struct FakeAuthority {
    /// Its certificate, as PEM.
    pub(crate) root: String,
    key: KeyPair,
    params: CertificateParams,
    state: Mutex<State>,
    hanging: Notify,
}

#[derive(Default)]
struct State {
    mishaps: Vec<Mishap>,
    delay: u32,
    tokens: BTreeMap<String, (String, String)>,
    issued: BTreeMap<String, (String, Vec<u8>)>,
    requests: Vec<IssueRequest>,
}

impl FakeAuthority {
    /// An authority with a key of its own.
    pub(crate) fn new(name: &str) -> Arc<Self> {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        (params.not_before, params.not_after) = (days(-1), days(3650));
        let root = params.self_signed(&key).unwrap().pem();
        Arc::new(FakeAuthority {
            root,
            key,
            params,
            state: Mutex::default(),
            hanging: Notify::new(),
        })
    }

    /// Lets the next request go wrong.
    pub(crate) fn next(&self, mishap: Mishap) {
        self.state().mishaps.push(mishap);
    }

    /// Lets the next certificate be there only at the look after `looks`.
    pub(crate) fn delay(&self, looks: u32) {
        self.state().delay = looks;
    }

    /// Returns when a request hangs.
    pub(crate) async fn hangs(&self) {
        self.hanging.notified().await;
    }

    /// The public keys of all certificates that were issued.
    pub(crate) fn issued(&self) -> Vec<Vec<u8>> {
        self.state().issued.values().map(|(_, key)| key.clone()).collect()
    }

    /// What was asked for.
    pub(crate) fn requests(&self) -> Vec<IssueRequest> {
        self.state().requests.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn sign(&self, request: &IssueRequest) -> (String, Vec<u8>) {
        let mut asked = CertificateSigningRequestParams::from_pem(&request.csr_pem).unwrap();
        asked.params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        asked.params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::CrlSign,
        ];
        asked.params.use_authority_key_identifier_extension = true;
        let length: i64 = request.validity.trim_end_matches('d').parse().unwrap();
        (asked.params.not_before, asked.params.not_after) = (days(0), days(length));
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = asked.signed_by(&issuer).unwrap();
        (certificate.pem(), asked.public_key.subject_public_key_info())
    }
}

fn days(days: i64) -> OffsetDateTime {
    let seconds = i64::try_from(BEGINNING).unwrap() + days * 86_400;
    OffsetDateTime::from_unix_timestamp(seconds).unwrap()
}

#[async_trait]
impl Authority for FakeAuthority {
    async fn issue(
        &self,
        _permit: Permit,
        at: &AuthorityReach,
        request: &IssueRequest,
    ) -> Result<String, AdapterError> {
        let mishap = {
            let mut state = self.state();
            if state.mishaps.is_empty() {
                None
            } else {
                Some(state.mishaps.remove(0))
            }
        };
        match mishap {
            Some(Mishap::Throttled) => {
                return Err(AdapterError::refused(ErrorClass::Throttled, "too many requests"));
            }
            Some(Mishap::Hangs) => {
                self.hanging.notify_one();
                return std::future::pending().await;
            }
            _ => {}
        }
        let arn = {
            let mut state = self.state();
            state.requests.push(request.clone());
            match state.tokens.get(&request.idempotency_token) {
                Some((csr, arn)) if *csr == request.csr_pem => arn.clone(),
                Some(_) => {
                    return Err(AdapterError::refused(
                        ErrorClass::Invalid,
                        "another request for this token",
                    ));
                }
                None => {
                    let arn = format!("{}/certificate/{}", at.arn, state.issued.len());
                    let signed = self.sign(request);
                    state.issued.insert(arn.clone(), signed);
                    let kept = (request.csr_pem.clone(), arn.clone());
                    state.tokens.insert(request.idempotency_token.clone(), kept);
                    arn
                }
            }
        };
        match mishap {
            Some(Mishap::Lost) => Err(AdapterError::lost(ErrorClass::Unavailable, "no answer")),
            Some(Mishap::HangsAfter) => {
                self.hanging.notify_one();
                std::future::pending().await
            }
            _ => Ok(arn),
        }
    }

    async fn certificate(&self, _at: &AuthorityReach, arn: &str) -> Result<Option<Issued>, AdapterError> {
        let mut state = self.state();
        if state.delay > 0 {
            state.delay -= 1;
            return Ok(None);
        }
        let (certificate, _) = &state.issued[arn];
        Ok(Some(Issued {
            certificate_pem: certificate.clone(),
            chain_pem: self.root.clone(),
        }))
    }
}
