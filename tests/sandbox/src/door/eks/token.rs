//! Tokens of EKS, by the rules of aws-iam-authenticator (pkg/token, `tokenVerifier.Verify`), which EKS control planes
//! run: `k8s-aws-v1.` and the Base64 of a presigned GetCallerIdentity. It must never accept what that one refuses.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use super::registry::{Identity, Registry};
use super::sigv4::{Presigned, Scope};
use crate::door::call;

const PREFIX: &str = "k8s-aws-v1.";
const LONGEST: usize = 1024 * 4;
/// The signed header that binds a token to its cluster.
const CLUSTER_HEADER: &str = "x-k8s-aws-id";
/// "The sts GetCallerIdentity request is valid for 15 minutes regardless of this parameters value after it has been
/// signed": X-Amz-Expires is checked to be from 0 to 900 and has no other effect.
const LASTS: SignedDuration = SignedDuration::from_mins(15);
/// STS refuses a signature from the future ("Signature not yet current") beyond five minutes.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// The only parameters of the URL, in lower case.
const PARAMETERS: [&str; 10] = [
    "action",
    "version",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
    "x-amz-user-agent",
];

/// Returns who may have signed a token for a cluster of this name; a reason when nobody has.
pub(crate) fn bearers(
    registry: &Registry,
    token: &str,
    cluster: &str,
    now: Timestamp,
) -> Result<Vec<Identity>, String> {
    let (host, query) = read(token)?;
    check_time(&query, now)?;
    let parameter = |name: &str| query.get(name).map_or("", String::as_str);
    let parts: Vec<&str> = parameter("X-Amz-Credential").split('/').collect();
    let [access_key, date, region, service, "aws4_request"] = parts.as_slice() else {
        return Err("the credential has no scope".to_owned());
    };
    let scope = Scope {
        date,
        region,
        service,
    };
    if *service != "sts" || host_region(&host) != Some(*region) || !parameter("X-Amz-Date").starts_with(*date)
    {
        return Err("the credential should be scoped to STS in the endpoint's region".to_owned());
    }
    let mut headers = BTreeMap::new();
    for name in parameter("X-Amz-SignedHeaders").split(';') {
        match name {
            "host" => headers.insert(name.to_owned(), host.clone()),
            CLUSTER_HEADER => headers.insert(name.to_owned(), cluster.to_owned()),
            other => return Err(format!("the header {other} is signed and is not sent")),
        };
    }
    if headers.len() != 2 {
        return Err(format!("host and {CLUSTER_HEADER} must be signed"));
    }
    let presigned = Presigned {
        query: &query,
        headers: &headers,
    };
    let mut found = registry.bearers(access_key);
    found.retain(|identity| {
        identity.session_token.as_deref() == query.get("X-Amz-Security-Token").map(String::as_str)
    });
    found.retain(|identity| presigned.is_signed_by(&identity.secret_key, &scope));
    if found.is_empty() {
        return Err("the signature is of no known key, or for another cluster".to_owned());
    }
    Ok(found)
}

/// Takes a token apart into host and query.
fn read(token: &str) -> Result<(String, BTreeMap<String, String>), String> {
    if token.len() > LONGEST {
        return Err("token is too large".to_owned());
    }
    let encoded = token
        .strip_prefix(PREFIX)
        .ok_or_else(|| format!("token is missing expected {PREFIX} prefix"))?;
    let url = URL_SAFE_NO_PAD
        .decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let url: http::Uri = url
        .and_then(|url| url.parse().ok())
        .ok_or_else(|| "the token holds no URL".to_owned())?;
    if url.scheme_str() != Some("https") {
        return Err("unexpected scheme in pre-signed URL".to_owned());
    }
    let host = url.authority().map(ToString::to_string).unwrap_or_default();
    if host_region(&host).is_none() {
        return Err(format!("unexpected hostname {host} in pre-signed URL"));
    }
    if url.path() != "/" {
        return Err("unexpected path in pre-signed URL".to_owned());
    }
    let text = url.query().unwrap_or("");
    let query = call::form(text);
    if query.len() != text.split('&').filter(|pair| !pair.is_empty()).count() {
        return Err("input token was not a valid URL: a query parameter is given twice".to_owned());
    }
    if let Some(other) = query
        .keys()
        .find(|name| !PARAMETERS.contains(&name.to_lowercase().as_str()))
    {
        return Err(format!("non-whitelisted query parameter {other}"));
    }
    if query.get("Action").map(String::as_str) != Some("GetCallerIdentity") {
        return Err("unexpected action parameter in pre-signed URL".to_owned());
    }
    if query.get("X-Amz-Algorithm").map(String::as_str) != Some("AWS4-HMAC-SHA256") {
        return Err("unexpected algorithm in pre-signed URL".to_owned());
    }
    Ok((host, query))
}

/// Returns the region that an endpoint of STS signs for; nothing for other hosts. The global endpoint is in us-east-1.
fn host_region(host: &str) -> Option<&str> {
    match host {
        "sts.amazonaws.com" => Some("us-east-1"),
        _ => host
            .strip_prefix("sts.")?
            .strip_suffix(".amazonaws.com")
            .filter(|region| !region.is_empty() && !region.contains('.')),
    }
}

fn check_time(query: &BTreeMap<String, String>, now: Timestamp) -> Result<(), String> {
    let expires = query
        .get("X-Amz-Expires")
        .and_then(|text| text.parse::<i64>().ok());
    if !expires.is_some_and(|expires| (0..=900).contains(&expires)) {
        return Err("invalid X-Amz-Expires parameter in pre-signed URL".to_owned());
    }
    let signed = query
        .get("X-Amz-Date")
        .and_then(|text| jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok())
        .and_then(|date| date.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok())
        .ok_or_else(|| "error parsing X-Amz-Date parameter".to_owned())?
        .timestamp();
    let age = now.duration_since(signed);
    if age > LASTS {
        return Err("X-Amz-Date parameter is expired (15 minute expiration)".to_owned());
    }
    if age < -AHEAD {
        return Err("Signature not yet current".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_endpoints_of_sts_are_asked() {
        assert_eq!(host_region("sts.amazonaws.com"), Some("us-east-1"));
        assert_eq!(host_region("sts.eu-west-1.amazonaws.com"), Some("eu-west-1"));
        for host in [
            "127.0.0.1:4566",
            "sts.evil.com",
            "sts.a.b.amazonaws.com",
            "ec2.eu-west-1.amazonaws.com",
        ] {
            assert_eq!(host_region(host), None, "{host}");
        }
    }

    #[test]
    fn a_token_of_another_shape_is_refused() {
        let token = |url: &str| format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(url));
        let refused = |token: &str, why: &str| {
            let error = read(token).unwrap_err();
            assert!(error.contains(why), "{error} should say {why}");
        };
        refused("k8s-aws-v2.x", "prefix");
        refused(
            &token("http://sts.amazonaws.com/?Action=GetCallerIdentity"),
            "scheme",
        );
        refused(&token("https://127.0.0.1/?Action=GetCallerIdentity"), "hostname");
        refused(
            &token("https://sts.amazonaws.com/x?Action=GetCallerIdentity"),
            "path",
        );
        refused(&token("https://sts.amazonaws.com/?Action=AssumeRole"), "action");
        refused(
            &token("https://sts.amazonaws.com/?Action=GetCallerIdentity&Other=1"),
            "whitelisted",
        );
        refused(
            &token("https://sts.amazonaws.com/?Action=GetCallerIdentity&Action=x"),
            "twice",
        );
    }

    #[test]
    fn a_token_lasts_fifteen_minutes_whatever_it_says() {
        let now: Timestamp = "2026-11-26T12:00:00Z".parse().unwrap();
        let check = |date: &str, expires: &str| {
            let query = [("X-Amz-Date", date), ("X-Amz-Expires", expires)];
            let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
            check_time(&query.into(), now).is_ok()
        };
        assert!(check("20261126T120000Z", "60") && check("20261126T114500Z", "60"));
        assert!(!check("20261126T114459Z", "900") && !check("20261126T120501Z", "60"));
        assert!(check("20261126T115959Z", "900") && !check("20261126T115959Z", "901"));
        assert!(!check("20261126T115959Z", "") && !check("yesterday", "60"));
    }
}
