//! Has an istiod sign a certificate, as a proxy does when it starts: the one thing that shows as whom it signs.
//!
//! The protocol is gRPC, one unary call of `istio.v1.auth.IstioCertificateService` (istio.io/api,
//! `security/v1alpha1/ca.proto`), on the port that proxies use. The key is made for this and thrown away.

use std::sync::Arc;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use meshform_kinds::evidence::Seen;
use prost::Message as _;
use serde_json::{Value as Json, json};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::Probe;

/// The port at which proxies reach istiod by TLS.
const SECURE: u16 = 15012;
const METHOD: &str = "/istio.v1.auth.IstioCertificateService/CreateCertificate";

/// Whom istiod believes: tokens for this audience.
const AUDIENCE: &str = "istio-ca";

/// The account that asks: every namespace has it, and it may do nothing.
const ACCOUNT: &str = "default";

/// How long the certificate and the token are to last, in seconds: as short as the APIs allow.
const LIFETIME: i64 = 600;

#[derive(Clone, PartialEq, prost::Message)]
struct CertificateRequest {
    #[prost(string, tag = "1")]
    csr: String,
    #[prost(int64, tag = "3")]
    validity_duration: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct CertificateResponse {
    #[prost(string, repeated, tag = "1")]
    cert_chain: Vec<String>,
}

impl Probe<'_> {
    /// The certificate that the istiod in `pod` signs, with its chain. `trusted` are the roots, in PEM, that vouch for
    /// it before it is shown a token.
    pub(super) async fn sign(&self, pod: &str, trusted: &[String]) -> Seen<Vec<String>> {
        let token = self.token().await?;
        let key = rcgen::KeyPair::generate().map_err(|error| format!("no key could be made: {error}"))?;
        let request = rcgen::CertificateParams::default()
            .serialize_request(&key)
            .and_then(|request| request.pem())
            .map_err(|error| format!("no request could be made: {error}"))?;
        let stream = self.forward(pod, SECURE).await?;
        let host = format!("istiod.{}.svc", self.look.namespace);
        let name = ServerName::try_from(host.clone()).map_err(|error| error.to_string())?;
        let stream = TlsConnector::from(Arc::new(config(trusted)?))
            .connect(name, stream)
            .await
            .map_err(|error| format!("its own certificate is not of the mesh: {error}"))?;
        let call = Call {
            host: &host,
            cluster: &self.look.cluster,
            token: &token,
        };
        call.send(TokioIo::new(stream), request).await
    }

    /// A short-lived token for istiod.
    async fn token(&self) -> Seen<zeroize::Zeroizing<String>> {
        let path = format!(
            "/api/v1/namespaces/{}/serviceaccounts/{ACCOUNT}/token",
            self.look.namespace
        );
        let body = json!({
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": { "audiences": [AUDIENCE], "expirationSeconds": LIFETIME },
        });
        let answer = self.cluster.wire.issue_token(&path, &body).await;
        let answer = answer.map_err(|failure| {
            let subject = self
                .cluster
                .subject("create", format!("a token of account `{ACCOUNT}`"));
            failure.into_error(&subject).to_string()
        })?;
        let token = answer.pointer("/status/token").and_then(Json::as_str);
        token
            .map(|token| zeroize::Zeroizing::new(token.to_owned()))
            .ok_or_else(|| "the API server gave no token".to_owned())
    }
}

/// One call.
struct Call<'a> {
    host: &'a str,
    cluster: &'a str,
    token: &'a str,
}

impl Call<'_> {
    async fn send<S>(&self, stream: S, csr: String) -> Seen<Vec<String>>
    where
        S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    {
        let failed = |error: hyper::Error| format!("the call to sign failed: {error}");
        let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
            .await
            .map_err(failed)?;
        let message = CertificateRequest {
            csr,
            validity_duration: LIFETIME,
        };
        let request = http::Request::post(format!("https://{}{METHOD}", self.host))
            .header(http::header::CONTENT_TYPE, "application/grpc")
            .header(http::header::TE, "trailers")
            .header(http::header::AUTHORIZATION, format!("Bearer {}", self.token))
            // Which cluster's API server knows the token.
            .header("clusterid", self.cluster)
            .body(Full::new(frame(&message)))
            .map_err(|error| format!("the call to sign failed: {error}"))?;
        let exchange = async {
            let answer = sender.send_request(request).await.map_err(failed)?;
            let refused = refusal(answer.headers());
            let body = answer.into_body().collect().await.map_err(failed)?;
            let refused = refused.or_else(|| body.trailers().and_then(refusal));
            match refused {
                Some(why) => Err(format!("istiod refused to sign: {why}")),
                None => unframe(body.to_bytes()),
            }
        };
        tokio::select! {
            seen = exchange => seen,
            ended = connection => match ended {
                Ok(()) => Err("the call to sign failed: the connection ended".to_owned()),
                Err(error) => Err(failed(error)),
            },
        }
    }
}

/// What gRPC says went wrong, in headers or trailers.
fn refusal(headers: &http::HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let status = text("grpc-status").filter(|status| *status != "0")?;
    Some(match text("grpc-message") {
        Some(message) => format!("{message} (status {status})"),
        None => format!("status {status}"),
    })
}

/// A message as gRPC frames it: not compressed, its length in four bytes.
fn frame(message: &CertificateRequest) -> Bytes {
    let body = message.encode_to_vec();
    let mut framed = BytesMut::with_capacity(body.len() + 5);
    framed.put_u8(0);
    framed.put_u32(u32::try_from(body.len()).unwrap_or(u32::MAX));
    framed.put_slice(&body);
    framed.freeze()
}

fn unframe(mut body: Bytes) -> Seen<Vec<String>> {
    if body.len() < 5 || body.get_u8() != 0 {
        return Err("istiod answered what is no certificate".to_owned());
    }
    let length = body.get_u32() as usize;
    let message = body.get(..length).unwrap_or_default();
    let answer = CertificateResponse::decode(message)
        .map_err(|_| "istiod answered what is no certificate".to_owned())?;
    Ok(answer.cert_chain)
}

/// TLS that believes `trusted`.
fn config(trusted: &[String]) -> Seen<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for pem in trusted {
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()).flatten() {
            // What is no root vouches for nobody.
            let _ = roots.add(certificate);
        }
    }
    if roots.is_empty() {
        return Err("no root is known that could vouch for it".to_owned());
    }
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// Whether the private key `key` is that of `certificate`, both in PEM.
pub(super) fn fits(key: &str, certificate: &str) -> bool {
    let spki = |certificate: &str| {
        let der = CertificateDer::from_pem_slice(certificate.as_bytes()).ok()?;
        let (_, parsed) = x509_parser::parse_x509_certificate(&der).ok()?;
        Some(parsed.public_key().raw.to_vec())
    };
    let own = rcgen::KeyPair::from_pem(key).map(|pair| {
        use rcgen::PublicKeyData as _;
        pair.subject_public_key_info()
    });
    own.is_ok_and(|own| spki(certificate).is_some_and(|spki| spki == own))
}
