//! Tokens of EKS: a presigned sts:GetCallerIdentity, as `aws eks get-token` and aws-iam-authenticator make them. The
//! cluster sends the request, and STS tells it who signed.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign as v4_sign,
};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meshform_engine::{AdapterError, ErrorClass};

use super::access::Token;
use crate::clients::Clients;
use crate::error;

const PREFIX: &str = "k8s-aws-v1.";

/// The header that binds a token to one cluster: it is signed, and the cluster adds it with its own name.
const CLUSTER_HEADER: &str = "x-k8s-aws-id";

/// What the URL says of its own life. STS takes it for 15 minutes whatever this says.
const EXPIRES: Duration = Duration::from_secs(60);

/// How long a token is used: a minute less than clusters take it, as the AWS CLI reckons.
const USED_FOR: Duration = Duration::from_secs(14 * 60);

/// A token for `cluster`, signed at `now_ms`.
///
/// # Errors
/// If there are no credentials, or they cannot be had.
pub(super) async fn sign(clients: &Clients, cluster: &str, now_ms: u64) -> Result<Token, AdapterError> {
    let Some(provider) = &clients.credentials else {
        return Err(error::no_credentials("sts:GetCallerIdentity"));
    };
    let given = provider.provide_credentials().await;
    let credentials = given
        .map_err(|problem| error::from_credentials("sts:GetCallerIdentity", &clients.place.whom, &problem))?;
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(now_ms);
    // Clusters accept the hosts of AWS alone, so that no endpoint of the environment may stand here.
    let host = format!("sts.{}.{}", clients.place.region, suffix(clients.place.partition));
    let url = format!("https://{host}/?Action=GetCallerIdentity&Version=2011-06-15");
    let url =
        presigned(&url, cluster, &clients.place.region, credentials.into(), time).map_err(|problem| {
            AdapterError::refused(
                ErrorClass::Other,
                format!("cannot sign a token for EKS: {problem}"),
            )
        })?;
    let expires = Duration::from_millis(now_ms) + USED_FOR;
    Ok(Token {
        token: format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(url)),
        expires_ms: u64::try_from(expires.as_millis()).unwrap_or(u64::MAX),
    })
}

fn presigned(
    url: &str,
    cluster: &str,
    region: &str,
    identity: aws_smithy_runtime_api::client::identity::Identity,
    time: SystemTime,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(EXPIRES);
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(time)
        .settings(settings)
        .build()?
        .into();
    let headers = [(CLUSTER_HEADER, cluster)].into_iter();
    let request = SignableRequest::new("GET", url, headers, SignableBody::Bytes(&[]))?;
    let (instructions, _) = v4_sign(request, &params)?.into_parts();
    let (_, query) = instructions.into_parts();
    let mut url = url.to_owned();
    for (name, value) in query {
        url.push('&');
        url.push_str(name);
        url.push('=');
        url.push_str(&encoded(&value));
    }
    Ok(url)
}

/// A value as the signature has it: everything but unreserved characters is escaped (RFC 3986, section 2.3).
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
    out
}

/// The domain of a partition: "Regional endpoints" of AWS STS.
fn suffix(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "amazonaws.com.cn",
        _ => "amazonaws.com",
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;

    use super::*;

    #[test]
    fn a_token_is_a_presigned_url_bound_to_the_cluster() {
        let keys = Credentials::new("AKID", "secret", Some("se/ss+ion=".to_owned()), None, "test");
        let url = |cluster: &str| {
            let url = "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15";
            presigned(
                url,
                cluster,
                "eu-west-1",
                keys.clone().into(),
                SystemTime::UNIX_EPOCH,
            )
            .unwrap()
        };
        let west = url("west");
        for part in [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=AKID%2F19700101%2Feu-west-1%2Fsts%2Faws4_request",
            "X-Amz-Expires=60",
            "X-Amz-SignedHeaders=host%3Bx-k8s-aws-id",
            "X-Amz-Security-Token=se%2Fss%2Bion%3D",
            "X-Amz-Date=19700101T000000Z",
        ] {
            assert!(west.contains(part), "{part} in {west}");
        }
        assert!(!west.contains("secret"));
        assert_eq!(west, url("west"), "the same moment gives the same token");
        assert_ne!(west, url("east"), "another cluster gives another signature");
    }
}
