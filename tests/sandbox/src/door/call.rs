//! One request as the door understands it: service, region, key, action, and whether it changes anything.
//!
//! It must never refuse what AWS accepts: what it cannot read, it leaves empty.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::request::Parts;

use super::eks;

/// A request with what the door reads from it.
pub(crate) struct Call {
    pub(crate) parts: Parts,
    pub(crate) body: Bytes,
    pub(crate) service: String,
    pub(crate) region: String,
    pub(crate) access_key: String,
    pub(crate) action: String,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) effect: bool,
}

/// Actions of AWS start with the verb, and these verbs read.
const READS: [&str; 9] = [
    "Describe",
    "Get",
    "List",
    "Search",
    "Lookup",
    "Head",
    "AssumeRole",
    "Decode",
    "Simulate",
];

impl Call {
    pub(crate) fn read(parts: Parts, body: Bytes) -> Self {
        let header = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or("")
        };
        let query = form(parts.uri.query().unwrap_or(""));
        let credential = header("authorization")
            .split_once("Credential=")
            .map(|(_, rest)| rest.split(',').next().unwrap_or("").trim().to_owned())
            .or_else(|| query.get("X-Amz-Credential").cloned())
            .unwrap_or_default();
        // Signature Version 4, "Credential scope": ACCESS_KEY/DATE/REGION/SERVICE/aws4_request.
        let mut scope = credential.split('/');
        let access_key = scope.next().unwrap_or("").to_owned();
        let region = scope.nth(1).unwrap_or("").to_owned();
        let service = scope.next().unwrap_or("").to_owned();

        let is_form = header("content-type").starts_with("application/x-www-form-urlencoded");
        let mut parameters = if is_form {
            form(&String::from_utf8_lossy(&body))
        } else {
            BTreeMap::new()
        };
        if query.contains_key("Action") {
            parameters.extend(query);
        }
        let target = header("x-amz-target").rsplit('.').next().unwrap_or("").to_owned();
        if !target.is_empty() {
            parameters.extend(members(&body));
        }
        let (action, effect) = match parameters.get("Action") {
            Some(action) => (action.clone(), !reads(action)),
            None if !target.is_empty() => (target.clone(), !reads(&target)),
            None if service == "eks" => {
                let action = eks::operation(&parts.method, parts.uri.path()).name().to_owned();
                (action, parts.method != http::Method::GET)
            }
            None => (
                format!("{} {}", parts.method, parts.uri.path()),
                !matches!(parts.method, http::Method::GET | http::Method::HEAD),
            ),
        };
        let dry = parameters.get("DryRun").is_some_and(|value| value == "true");
        Self {
            service,
            region,
            access_key,
            action,
            parameters,
            effect: effect && !dry,
            parts,
            body,
        }
    }

    /// Returns the body without some parameters, for a Query request.
    pub(crate) fn body_without(&self, names: &[&str]) -> Bytes {
        let text = String::from_utf8_lossy(&self.body);
        let kept: Vec<&str> = text
            .split('&')
            .filter(|pair| !names.contains(&pair.split('=').next().unwrap_or("")))
            .collect();
        Bytes::from(kept.join("&"))
    }
}

/// Returns the short members of a JSON request; requests and certificates are too long for a record.
fn members(body: &Bytes) -> BTreeMap<String, String> {
    const LONGEST: usize = 256;
    let body: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).unwrap_or_default();
    body.into_iter()
        .filter_map(|(name, value)| match value {
            serde_json::Value::String(text) => Some((name, text)),
            serde_json::Value::Number(number) => Some((name, number.to_string())),
            _ => None,
        })
        .filter(|(_, text)| text.len() <= LONGEST)
        .collect()
}

fn reads(action: &str) -> bool {
    READS.iter().any(|verb| action.starts_with(verb))
}

/// Decodes `application/x-www-form-urlencoded`.
pub(crate) fn form(text: &str) -> BTreeMap<String, String> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (percent_decode(key), percent_decode(value))
        })
        .collect()
}

/// Decodes percent signs, and plus signs as forms have them.
pub(crate) fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |digit: u8| char::from(digit).to_digit(16);
        (rest, _) = match (first, tail) {
            (b'%', [high, low, after @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                let value = hex(*high).unwrap_or(0) * 16 + hex(*low).unwrap_or(0);
                (after, bytes.push(u8::try_from(value).unwrap_or(b'?')))
            }
            (b'+', _) => (tail, bytes.push(b' ')),
            (other, _) => (tail, bytes.push(*other)),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(request: http::Request<&'static str>) -> Call {
        let (parts, body) = request.into_parts();
        Call::read(parts, Bytes::from(body))
    }

    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIAGOOD/20260102/eu-west-1/ec2/aws4_request, \
                          SignedHeaders=host, Signature=00";

    fn query(body: &'static str) -> Call {
        call(
            http::Request::post("/")
                .header("authorization", SIGNED)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body)
                .unwrap(),
        )
    }

    #[test]
    fn a_query_request_is_read() {
        let call = query("Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0%2F16&Name=a+b");
        assert_eq!(
            (call.service.as_str(), call.region.as_str()),
            ("ec2", "eu-west-1")
        );
        assert_eq!(
            (call.access_key.as_str(), call.action.as_str()),
            ("AKIAGOOD", "CreateVpc")
        );
        assert_eq!(call.parameters["CidrBlock"], "10.0.0.0/16");
        assert_eq!(call.parameters["Name"], "a b");
        assert!(call.effect);
    }

    #[test]
    fn reads_and_dry_runs_are_no_effects() {
        assert!(!query("Action=DescribeVpcs").effect);
        assert!(!query("Action=CreateVpc&DryRun=true").effect);
        assert!(query("Action=DeleteVpc&DryRun=false").effect);
    }

    #[test]
    fn json_and_rest_requests_have_actions() {
        let json = http::Request::post("/")
            .header("x-amz-target", "ACMPrivateCA.ListTags")
            .body("{}")
            .unwrap();
        assert_eq!(call(json).action, "ListTags");
        let json = http::Request::post("/")
            .header("x-amz-target", "ACMPrivateCA.DeleteCertificateAuthority")
            .body(r#"{"CertificateAuthorityArn":"arn","PermanentDeletionTimeInDays":7,"Tags":[]}"#)
            .unwrap();
        let json = call(json);
        assert!(json.effect);
        let expected = [
            ("CertificateAuthorityArn", "arn"),
            ("PermanentDeletionTimeInDays", "7"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(json.parameters, expected.into());
        let eks = http::Request::get("/clusters/west")
            .header("authorization", SIGNED.replace("/ec2/", "/eks/"))
            .body("")
            .unwrap();
        let eks = call(eks);
        assert_eq!((eks.action.as_str(), eks.effect), ("DescribeCluster", false));
        let rest = http::Request::put("/bucket?versioning").body("").unwrap();
        let rest = call(rest);
        assert_eq!((rest.action.as_str(), rest.effect), ("PUT /bucket", true));
    }

    #[test]
    fn parameters_can_be_taken_out() {
        let call = query("Action=DescribeVpcs&MaxResults=5&NextToken=x&VpcId.1=vpc-1");
        assert_eq!(
            call.body_without(&["MaxResults", "NextToken"]),
            "Action=DescribeVpcs&VpcId.1=vpc-1"
        );
    }
}
