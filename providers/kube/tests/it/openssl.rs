//! What openssl, which shares nothing with us, says of certificates and keys in Secrets.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::stranger::Stranger;
use crate::support::BEGINNING;

const FILES: [&str; 4] = ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"];

/// A file of a Secret.
pub(crate) async fn file(stranger: &Stranger, space: &str, secret: &str, name: &str) -> String {
    let path = format!("/api/v1/namespaces/{space}/secrets/{secret}");
    let live = stranger.get(&path).await.unwrap();
    String::from_utf8(STANDARD.decode(live["data"][name].as_str().unwrap()).unwrap()).unwrap()
}

pub(crate) fn openssl(arguments: &[&str], input: &str) -> String {
    meshform_sandbox::openssl(arguments, input).unwrap_or_else(|said| panic!("{arguments:?}: {said}"))
}

/// What openssl says of the four files, which must be what istiod needs.
pub(crate) async fn verified(stranger: &Stranger, space: &str) -> String {
    let live = stranger
        .get(&format!("/api/v1/namespaces/{space}/secrets/cacerts"))
        .await
        .unwrap();
    let keys: Vec<&String> = live["data"].as_object().unwrap().keys().collect();
    assert_eq!(keys, FILES);
    let folder = tempfile::tempdir().unwrap();
    let mut texts = Vec::new();
    for name in FILES {
        let text = file(stranger, space, "cacerts", name).await;
        let mut out = std::fs::OpenOptions::new();
        let mut out = out
            .create_new(true)
            .write(true)
            .open(folder.path().join(name))
            .unwrap();
        out.write_all(text.as_bytes()).unwrap();
        texts.push(text);
    }
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let time = (BEGINNING + 3600).to_string();
    openssl(
        &[
            "verify",
            "-x509_strict",
            "-attime",
            &time,
            "-CAfile",
            &path("root-cert.pem"),
            "-untrusted",
            &path("cert-chain.pem"),
            &path("ca-cert.pem"),
        ],
        "",
    );
    // Key and certificate belong together, and the chain begins with the certificate and ends with the root.
    let of_key = openssl(&["pkey", "-pubout"], &texts[1]);
    assert_eq!(openssl(&["x509", "-pubkey", "-noout"], &texts[0]), of_key);
    assert!(
        texts[2].starts_with(&texts[0]) && texts[2].ends_with(&texts[3]),
        "{texts:?}"
    );
    let text = openssl(&["x509", "-noout", "-text", "-nameopt", "RFC2253"], &texts[0]);
    assert!(text.contains("CA:TRUE, pathlen:0"), "{text}");
    assert!(!text.contains("Extended Key Usage"), "{text}");
    text
}

/// The forms in which the key of a Secret could be found in a text.
pub(crate) async fn forms(stranger: &Stranger, space: &str, secret: &str) -> Vec<String> {
    let pem = file(stranger, space, secret, "ca-key.pem").await;
    let lines: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(lines.concat()).unwrap();
    let hex: String = der.iter().map(|byte| format!("{byte:02x}")).collect();
    // The beginning says of which algorithm it is, and is the same in all.
    let inside = der.len() / 2;
    vec![
        lines[1].to_owned(),
        STANDARD.encode(&pem)[80..160].to_owned(),
        hex[2 * inside..2 * inside + 40].to_owned(),
        format!("{:?}", &der[inside..inside + 20]),
        "PRIVATE KEY".to_owned(),
    ]
}

pub(crate) fn public_key(pem: &str) -> Vec<u8> {
    let text = openssl(&["x509", "-pubkey", "-noout"], pem);
    let lines: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(lines).unwrap()
}
