//! Answers in the form of each service's protocol. It must never invent an error code: each has its page.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};

/// An answer on its way to a client.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    /// Returns an error as the service words it: EC2 as in "Error codes for the Amazon EC2 API", Query services as in
    /// "Common errors", S3 as in "Error responses", the rest as JSON.
    pub(crate) fn error(service: &str, status: u16, code: &str, message: &str) -> Self {
        let (code, message) = (escape(code), escape(message));
        match service {
            "ec2" => Self::new(
                status,
                "text/xml;charset=UTF-8",
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code>\
                     <Message>{message}</Message></Error></Errors><RequestID>{REQUEST}</RequestID></Response>"
                ),
            ),
            "s3" => Self::new(
                status,
                "application/xml",
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
                     <Message>{message}</Message><RequestId>{REQUEST}</RequestId></Error>"
                ),
            ),
            "sts" | "iam" | "route53" => Self::new(
                status,
                "text/xml",
                format!(
                    "<ErrorResponse xmlns=\"{}\"><Error><Type>{}</Type><Code>{code}</Code>\
                     <Message>{message}</Message></Error><RequestId>{REQUEST}</RequestId></ErrorResponse>",
                    namespace(service),
                    if status < 500 { "Sender" } else { "Receiver" },
                ),
            ),
            _ => {
                let body = serde_json::json!({ "__type": code, "message": message });
                // REST services name the error in the header alone (AWS restJson1 protocol, "Operation error
                // serialization"); the body's type is read by nobody then.
                let content_type = match service {
                    "eks" => "application/json",
                    _ => "application/x-amz-json-1.1",
                };
                let mut reply = Self::new(status, content_type, body.to_string());
                if let Ok(value) = HeaderValue::from_str(&code) {
                    reply.headers.insert("x-amzn-errortype", value);
                }
                reply
            }
        }
    }

    /// Returns the error code of an answer, whatever its form.
    pub(crate) fn code(&self) -> Option<String> {
        if self.status.is_success() {
            return None;
        }
        let text = String::from_utf8_lossy(&self.body);
        if let Some((_, rest)) = text.split_once("<Code>") {
            return rest.split_once("</Code>").map(|(code, _)| code.to_owned());
        }
        let value: serde_json::Value = serde_json::from_str(&text).ok()?;
        Some(value.get("__type")?.as_str()?.to_owned())
    }

    pub(crate) fn into_response(self) -> Response<http_body_util::Full<Bytes>> {
        let mut response = Response::new(http_body_util::Full::new(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// AWS gives each request an id; nobody reads ours.
const REQUEST: &str = "00000000-0000-4000-8000-000000000000";

fn namespace(service: &str) -> &'static str {
    match service {
        "sts" => "https://sts.amazonaws.com/doc/2011-06-15/",
        "iam" => "https://iam.amazonaws.com/doc/2010-05-08/",
        _ => "https://route53.amazonaws.com/doc/2013-04-01/",
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_each_form_is_found() {
        for service in ["ec2", "sts", "s3", "route53", "eks"] {
            let reply = Reply::error(service, 403, "AccessDenied", "a < b");
            assert_eq!(reply.code().as_deref(), Some("AccessDenied"), "{service}");
        }
        assert_eq!(
            Reply::new(200, "text/xml", "<Code>not an error</Code>").code(),
            None
        );
    }
}
