//! The kubeconfig in a remote secret. Istiod compares its bytes, so the same always makes the same.

use zeroize::Zeroizing;

/// What is in it.
pub(super) struct Remote<'a> {
    pub(super) cluster: &'a str,
    pub(super) server: &'a str,
    pub(super) certificate_authority_data: &'a str,
    pub(super) tls_server_name: Option<&'a str>,
    pub(super) token: &'a str,
}

impl Remote<'_> {
    /// The kubeconfig as `istioctl create-remote-secret` lays it out, but with all texts quoted: a cluster may be
    /// called `on` or `1`.
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let (name, server) = (text(self.cluster), text(self.server));
        let authorities = text(self.certificate_authority_data);
        let tls = self.tls_server_name.map_or_else(String::new, |name| {
            format!("    tls-server-name: {}\n", text(name))
        });
        let head = format!(
            "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {authorities}\n    server: {server}\n\
             {tls}  name: {name}\ncontexts:\n- context:\n    cluster: {name}\n    user: {name}\n  name: {name}\n\
             current-context: {name}\nkind: Config\npreferences: {{}}\nusers:\n- name: {name}\n  user:\n    token: "
        );
        let token = Zeroizing::new(text(self.token));
        // Never grown: what a buffer leaves behind when it moves is not wiped.
        let mut out = Zeroizing::new(Vec::with_capacity(head.len() + token.len() + 1));
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(token.as_bytes());
        out.push(b'\n');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_secret_is_this_text() {
        let mut remote = Remote {
            cluster: "api",
            server: "https://api.example.com",
            certificate_authority_data: "Q0E=",
            tls_server_name: None,
            token: "hunter2",
        };
        let text = |remote: &Remote<'_>| String::from_utf8(remote.to_bytes().to_vec()).unwrap();
        let expected = r#"apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: "Q0E="
    server: "https://api.example.com"
  name: "api"
contexts:
- context:
    cluster: "api"
    user: "api"
  name: "api"
current-context: "api"
kind: Config
preferences: {}
users:
- name: "api"
  user:
    token: "hunter2"
"#;
        assert_eq!(text(&remote), expected);
        remote.tls_server_name = Some("kubernetes");
        assert_eq!(
            text(&remote),
            expected.replace(
                "  name: \"api\"\ncontexts",
                "    tls-server-name: \"kubernetes\"\n  name: \"api\"\ncontexts"
            )
        );
    }
}
