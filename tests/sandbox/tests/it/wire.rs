//! The smallest possible client of AWS: one connection, one request, no retry. It must never hide an error.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

/// Sends a Query request signed (in name) by `key` and returns status and body.
pub(crate) fn query(endpoint: &str, service: &str, key: &str, form: &str) -> io::Result<(u16, String)> {
    query_in(endpoint, "eu-west-1", service, key, form)
}

/// Sends it to a region.
pub(crate) fn query_in(
    endpoint: &str,
    region: &str,
    service: &str,
    key: &str,
    form: &str,
) -> io::Result<(u16, String)> {
    answer(&mut send_in(endpoint, region, service, key, form)?)
}

/// Sends a request and does not wait for its answer.
pub(crate) fn send(endpoint: &str, service: &str, key: &str, form: &str) -> io::Result<TcpStream> {
    send_in(endpoint, "eu-west-1", service, key, form)
}

fn send_in(endpoint: &str, region: &str, service: &str, key: &str, form: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(endpoint.trim_start_matches("http://"))?;
    let credential = format!("{key}/20260101/{region}/{service}/aws4_request");
    let request = format!(
        "POST / HTTP/1.1\r\nHost: aws\r\nConnection: close\r\nUser-Agent: it/1\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0\r\n\
         Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes())?;
    Ok(stream)
}

/// Returns the text of the first element of this name.
pub(crate) fn element(body: &str, name: &str) -> Option<String> {
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    Some(rest.split_once("</")?.0.to_owned())
}

/// Sends JSON to a URL and returns status and body.
pub(crate) fn post(url: &str, body: &str) -> io::Result<(u16, String)> {
    let (authority, path) = url
        .trim_start_matches("http://")
        .split_once('/')
        .unwrap_or((url, ""));
    let mut stream = TcpStream::connect(authority)?;
    let request = format!(
        "POST /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes())?;
    answer(&mut stream)
}

fn answer(stream: &mut TcpStream) -> io::Result<(u16, String)> {
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "no answer"))?;
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    Ok((status, body.to_owned()))
}
