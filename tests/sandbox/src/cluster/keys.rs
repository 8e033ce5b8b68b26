//! The keys of one control plane: an authority, a serving certificate, a key for service accounts, tokens.
//!
//! It must never reuse anything between sandboxes.

use std::path::Path;

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::Token;
use super::audit::{COMPONENTS, MASTERS};
use crate::error::SandboxError;
use crate::files;

/// What `write` put into the folder, as far as others need it.
pub(crate) struct Keys {
    pub(crate) ca: String,
    pub(crate) admin: Token,
    pub(crate) stranger: Token,
    /// One for each of `COMPONENTS`, in their order.
    pub(crate) components: Vec<Token>,
}

/// Names under which the API server is called from outside and from inside a cluster.
const SERVER_NAMES: [&str; 6] = [
    "127.0.0.1",
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
];

/// Writes `ca.crt`, `ca.key`, `server.crt`, `server.key`, `service-accounts.key`, `service-accounts.pub` and
/// `tokens.csv`.
pub(crate) fn write(folder: &Path) -> Result<Keys, SandboxError> {
    let (ca, issuer, ca_key) = authority().map_err(SandboxError::Certificate)?;
    let (server, server_key) = server(&issuer).map_err(SandboxError::Certificate)?;
    let service_accounts = KeyPair::generate().map_err(SandboxError::Certificate)?;
    for (name, content) in [
        ("ca.crt", ca.as_str()),
        ("ca.key", &ca_key),
        ("server.crt", &server),
        ("server.key", &server_key),
        ("service-accounts.key", &service_accounts.serialize_pem()),
        ("service-accounts.pub", &service_accounts.public_key_pem()),
    ] {
        files::write(&folder.join(name), content)?;
    }
    let admin = token("sandbox-admin");
    let stranger = token("sandbox-stranger");
    let components: Vec<Token> = COMPONENTS.iter().map(|(user, _)| token(user)).collect();
    // Static token file: token,user,uid,"group,…".
    let line = |token: &Token, groups: &str| {
        format!("{},{},{},\"{groups}\"\n", token.secret, token.user, token.user)
    };
    let mut tokens = line(&admin, MASTERS) + &line(&stranger, "");
    for (token, (_, groups)) in components.iter().zip(COMPONENTS) {
        tokens.push_str(&line(token, groups));
    }
    files::write(&folder.join("tokens.csv"), tokens)?;
    Ok(Keys {
        ca,
        admin,
        stranger,
        components,
    })
}

fn token(user: &str) -> Token {
    let mut draws = SmallRng::from_os_rng();
    let secret = format!("{:032x}{:032x}", draws.random::<u128>(), draws.random::<u128>());
    Token {
        user: user.to_owned(),
        secret,
    }
}

fn authority() -> Result<(String, Issuer<'static, KeyPair>, String), rcgen::Error> {
    let mut params = params("sandbox authority", &[])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate()?;
    let key_text = key.serialize_pem();
    let certificate = params.self_signed(&key)?.pem();
    Ok((certificate, Issuer::new(params, key), key_text))
}

fn server(issuer: &Issuer<'_, KeyPair>) -> Result<(String, String), rcgen::Error> {
    let mut params = params("kube-apiserver", &SERVER_NAMES)?;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?.pem();
    Ok((certificate, key.serialize_pem()))
}

fn params(name: &str, names: &[&str]) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
    params.distinguished_name.push(DnType::CommonName, name);
    // Fixed dates, so that no clock decides whether a sandbox works.
    (params.not_before, params.not_after) = (date_time_ymd(2024, 1, 1), date_time_ymd(2074, 1, 1));
    Ok(params)
}
