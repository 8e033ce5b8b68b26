//! The search for secrets in files: for each in every form in which it might be written.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use meshform_engine::archive::{Archive, Shown, copy};
use meshform_sandbox::Cluster;

/// How many bytes of a form are looked at first.
const START: usize = 4;

/// The secrets.
#[derive(Default)]
pub(crate) struct Canary {
    /// What each form is of, and its bytes.
    forms: Vec<(String, Vec<u8>)>,
    /// By a hash of the bytes that it starts with, which forms may be there.
    starts: Vec<Vec<usize>>,
}

fn hash(start: u32) -> usize {
    (start ^ (start >> 16)) as usize & 0xffff
}

impl Canary {
    /// Looks for `text` too.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.bytes(name, text.as_bytes());
    }

    /// Looks for `text` as it is.
    pub(crate) fn word(&mut self, name: &str, text: &str) {
        self.form(name, text.as_bytes().to_vec());
    }

    /// Looks for a private key in PEM too: for the part of it that no certificate shows.
    pub(crate) fn key(&mut self, name: &str, pem: &str) {
        let lines: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(lines.concat()).unwrap();
        // RFC 5208 and RFC 5915: an EC key has its number before the public key; of an RSA key all behind the modulus
        // is secret (RFC 8017, A.1.2).
        let start = if der.len() < 300 { 36 } else { der.len() / 2 };
        self.bytes(name, &der[start..start + 32]);
        self.text(name, lines[lines.len() / 2]);
        self.form(name, der);
    }

    /// Looks for everything secret in the Secrets of a namespace of `cluster`: keys, tokens, kubeconfigs. How many
    /// there were.
    pub(crate) fn secrets_of(&mut self, cluster: &Cluster, namespace: &str) -> usize {
        let path = format!("/api/v1/namespaces/{namespace}/secrets");
        let list = cluster.get(&path).unwrap();
        let mut count = 0;
        for secret in list["items"].as_array().unwrap() {
            for (key, value) in secret["data"].as_object().into_iter().flatten() {
                let name = format!("`{key}` of {} of {}", secret["metadata"]["name"], cluster.name);
                let bytes = STANDARD.decode(value.as_str().unwrap()).unwrap();
                let text = String::from_utf8(bytes).unwrap();
                // A kubeconfig has its token at its end.
                let token = text
                    .split_once("token: \"")
                    .map(|(_, rest)| rest.trim_end().trim_end_matches('"'));
                if text.contains("PRIVATE KEY") {
                    self.key(&name, &text);
                } else if let Some(token) = token.or((key == "token").then_some(&text)) {
                    self.text(&name, token);
                    // What makes a token valid is its last part (RFC 7515).
                    self.text(&name, token.rsplit('.').next().unwrap());
                } else {
                    // Certificates and the like.
                    continue;
                }
                count += 1;
            }
        }
        count
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) {
        let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        let list: Vec<String> = bytes.iter().map(u8::to_string).collect();
        let mut forms = vec![bytes.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
        forms.push(list.join(", ").into_bytes());
        // In base64 the same bytes look otherwise behind one or two more, so the inside of each form is looked for.
        for shift in 0..3 {
            let shifted = [&b"xx"[..shift.min(2)], bytes].concat();
            for text in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
                forms.push(text.as_bytes()[4..text.len() - 4].to_vec());
            }
        }
        for form in forms {
            self.form(name, form);
        }
    }

    fn form(&mut self, name: &str, form: Vec<u8>) {
        if self.starts.is_empty() {
            self.starts = vec![Vec::new(); 0x1_0000];
        }
        if self.forms.iter().any(|(_, known)| *known == form) {
            return;
        }
        let start = form[..START].try_into().map(u32::from_be_bytes).unwrap();
        self.starts[hash(start)].push(self.forms.len());
        self.forms.push((name.to_owned(), form));
    }

    /// What of it is in `bytes`, as sentences.
    pub(crate) fn found(&self, bytes: &[u8], place: &str) -> Vec<String> {
        let mut hits = Vec::new();
        let mut start = 0_u32;
        // In one pass over the bytes: logs are long, and there are many forms.
        for (index, byte) in bytes.iter().enumerate() {
            start = (start << 8) | u32::from(*byte);
            let forms = &self.starts[hash(start)];
            if index + 1 < START || forms.is_empty() {
                continue;
            }
            let rest = &bytes[index + 1 - START..];
            let here = forms.iter().map(|form| &self.forms[*form]);
            let here = here.filter(|(_, form)| rest.starts_with(form));
            hits.extend(
                here.map(|(name, form)| {
                    format!("{name} is in {place} as `{}`", String::from_utf8_lossy(form))
                }),
            );
        }
        hits.sort();
        hits.dedup();
        hits
    }

    /// Searches every file below `folder`; how many there were.
    pub(crate) fn search(&self, folder: &Path, wrong: &mut Vec<String>) -> usize {
        let mut files = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files += self.search(&path, wrong);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            let place = path.display().to_string();
            wrong.extend(self.found(&bytes, &place));
            if let Ok(archive) = Archive::from_bytes(&bytes) {
                // Packed files are compressed: what is in them shows only once they are unpacked.
                wrong.extend(self.unpacked(&archive, &bytes, &place));
            }
        }
        files
    }

    fn unpacked(&self, archive: &Archive, packed: &[u8], place: &str) -> Vec<String> {
        let texts = [&archive.sources, &archive.variables, &archive.facts];
        let texts = texts
            .into_iter()
            .flat_map(|members| members.values().map(String::as_bytes));
        let files = archive.files.values().map(Vec::as_slice);
        let views = [Shown::Text, Shown::Document].map(|shown| {
            let mut out = Vec::new();
            copy(packed, shown, &mut out).unwrap();
            out
        });
        let mut wrong: Vec<String> = texts
            .chain(files)
            .chain(views.iter().map(Vec::as_slice))
            .flat_map(|bytes| self.found(bytes, place))
            .collect();
        wrong.extend(self.found(format!("{:?}", archive.manifest).as_bytes(), place));
        wrong
    }
}

#[test]
fn the_search_finds_what_is_there_in_every_form() {
    let mut canary = Canary::default();
    let secret = "a secret of some length";
    canary.text("it", secret);
    let hidden = [
        format!("so {secret} says"),
        STANDARD.encode(format!("y{secret}z")),
        URL_SAFE_NO_PAD.encode(format!("yy{secret}")),
        format!("{:?}", secret.as_bytes()),
    ];
    for text in hidden {
        assert!(!canary.found(text.as_bytes(), "here").is_empty(), "{text}");
    }
    assert!(canary.found(b"a secret of some other length", "here").is_empty());
}
