//! `istio_remote_secret`.

use meshform_engine::{Object, Problem};
use meshform_state::Value;

use super::{ClusterReach, WRITTEN};
use crate::spec::{Rules, Spec as _};
use crate::{kind, nested};

kind! {
    /// The Secret by which the istiod of one cluster discovers another: a kubeconfig with a reader's token, which is
    /// read from the other cluster when the Secret is written and kept nowhere else.
    pub struct RemoteSecret: managed "istio_remote_secret" in Cluster {
        /// The namespace of the reading istiod.
        namespace: String => required.force_new(),
        /// The mesh's name of the cluster that is read.
        cluster: String => required.force_new(),
        /// The URL of its API server, as the reading istiod reaches it.
        server: String => required,
        /// The authorities of its API server, as base64 of PEM.
        certificate_authority_data: String => required,
        /// The name that the certificate of its API server is checked for, if not that of `server`.
        tls_server_name: Option<String> => optional,
        /// The account there whose token is taken, and how it is reached.
        account: RemoteAccount => required,
        /// What Kubernetes calls the Secret with that token; another one has another token.
        token_secret_uid: String => required,
        /// Whether the Secret is as it was written: `written`, or `changed` since.
        content: Option<String> => computed,
        /// Its namespace and name.
        id: Option<String> => computed,
    }
}

nested! {
    /// The account whose token is taken.
    pub struct RemoteAccount {
        /// How its cluster is reached.
        reach: ClusterReach,
        /// Its namespace.
        namespace: String,
        /// The name of the Secret with its token.
        token_secret: String,
    }
}

impl RemoteSecret {
    /// The name of the Secret for `cluster`.
    #[must_use]
    pub fn name_of(cluster: &str) -> String {
        format!("istio-remote-secret-{cluster}")
    }
}

impl Rules for RemoteSecret {
    fn validate(object: &Object) -> Vec<Problem> {
        let schema = RemoteSecret::schema();
        let mut problems: Vec<Problem> = ["namespace", "cluster"]
            .into_iter()
            .filter_map(|attribute| super::name(attribute, object.get(schema, attribute)))
            .collect();
        if let Some(server) = object.get(schema, "server").as_str()
            && !server.starts_with("https://")
        {
            problems.push(Problem {
                attribute: "server",
                message: format!("`{server}` is not the URL of an API server."),
                hint: Some("It starts with `https://`.".to_owned()),
            });
        }
        problems
    }

    fn refine(_prior: Option<&Object>, planned: &mut Object) {
        let schema = RemoteSecret::schema();
        let text = |name: &str| planned.get(schema, name).as_str().map(str::to_owned);
        if let (Some(namespace), Some(cluster)) = (text("namespace"), text("cluster")) {
            let id = format!("{namespace}/{}", RemoteSecret::name_of(&cluster));
            planned.set(schema, "id", Value::string(id));
        }
        planned.set(schema, "content", Value::from(WRITTEN));
    }
}
