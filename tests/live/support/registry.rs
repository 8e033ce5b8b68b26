//! A place of charts on this machine: an HTTP repository with its index, and a registry as OCI's distribution
//! specification has them. Without TLS, which helm does without on the loopback.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::json;
use sha2::{Digest as _, Sha256};

/// The first byte of a TLS connection.
const HANDSHAKE: u8 = 0x16;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// What is under a path: its content type and its bytes.
type Files = BTreeMap<String, (&'static str, Vec<u8>)>;

/// The place. It is there until the process ends.
pub(crate) struct Registry {
    host: String,
    files: Arc<Mutex<Files>>,
}

impl Registry {
    /// An empty one.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let files = Arc::new(Mutex::new(Files::new()));
        let shared = Arc::clone(&files);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let files = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &files));
            }
        });
        Registry { host, files }
    }

    /// Its address as a repository.
    pub(crate) fn repository(&self) -> String {
        format!("http://{}", self.host)
    }

    /// Its address as a registry.
    pub(crate) fn oci(&self) -> String {
        format!("oci://{}/charts", self.host)
    }

    /// Offers a chart with these values in both ways, in place of what there was of its name and version.
    pub(crate) fn offer(&self, helm: &Path, name: &str, version: &str, values: &str) {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join(name);
        std::fs::create_dir_all(source.join("templates")).unwrap();
        let about = format!("apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: \"7\"\n");
        std::fs::write(source.join("Chart.yaml"), about).unwrap();
        std::fs::write(source.join("values.yaml"), values).unwrap();
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  size: {{ .Values.size | quote }}\n";
        std::fs::write(source.join("templates/map.yaml"), map).unwrap();
        let ran = Command::new(helm)
            .args(["package", "--destination"])
            .args([folder.path(), &source])
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let archive = std::fs::read(folder.path().join(format!("{name}-{version}.tgz"))).unwrap();
        self.put(name, version, archive);
    }

    fn put(&self, name: &str, version: &str, archive: Vec<u8>) {
        let config = json!({ "apiVersion": "v2", "name": name, "version": version })
            .to_string()
            .into_bytes();
        let part = |kind: &str, bytes: &[u8]| json!({ "mediaType": format!("application/vnd.cncf.helm.{kind}"), "digest": digest(bytes), "size": bytes.len() });
        let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST,
            "config": part("config.v1+json", &config),
            "layers": [part("chart.content.v1.tar+gzip", &archive)] });
        let manifest = manifest.to_string().into_bytes();
        let index = format!(
            "apiVersion: v1\nentries:\n  {name}:\n  - apiVersion: v2\n    name: {name}\n    version: {version}\n    urls: \
             [\"{name}-{version}.tgz\"]\n"
        );
        let below = format!("/v2/charts/{name}");
        let binary = "application/octet-stream";
        let mut files = self.files.lock().unwrap();
        files.insert("/index.yaml".to_owned(), ("text/yaml", index.into_bytes()));
        files.insert(format!("{below}/blobs/{}", digest(&config)), (binary, config));
        files.insert(
            format!("{below}/blobs/{}", digest(&archive)),
            (binary, archive.clone()),
        );
        files.insert(format!("/{name}-{version}.tgz"), (binary, archive));
        files.insert(
            format!("{below}/manifests/{}", digest(&manifest)),
            (MANIFEST, manifest.clone()),
        );
        files.insert(format!("{below}/manifests/{version}"), (MANIFEST, manifest));
    }
}

fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}

fn serve(stream: TcpStream, files: &Mutex<Files>) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    // By this helm knows that there is no TLS here.
    if reader
        .fill_buf()
        .is_ok_and(|bytes| bytes.first() == Some(&HANDSHAKE))
    {
        _ = reader
            .get_mut()
            .write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        // What was sent is read, so that the answer is not lost with it.
        _ = reader.get_mut().shutdown(std::net::Shutdown::Write);
        _ = reader.read_to_end(&mut Vec::new());
        return;
    }
    if reader.read_line(&mut first).unwrap_or_default() == 0 {
        return;
    }
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        line.clear();
    }
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let found = files.lock().unwrap().get(path).cloned();
    let (status, (kind, body)) = match found {
        Some(found) => ("200 OK", found),
        None => ("404 Not Found", ("application/json", b"{}".to_vec())),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nDocker-Content-Digest: {}\r\nConnection: \
         close\r\n\r\n",
        body.len(),
        digest(&body)
    );
    let body = if method == "HEAD" { Vec::new() } else { body };
    // Whoever asked may be gone.
    _ = reader.into_inner().write_all(&[head.into_bytes(), body].concat());
}
