//! `istio_root_ca`.

use meshform_engine::{Object, Problem};
use meshform_state::{Type, Value};

use super::{KEY_ALGORITHMS, WRITTEN};
use crate::spec::{Rules, Spec as _};
use crate::{kind, validity};

kind! {
    /// A root whose key is in a Secret of one cluster and nowhere else: for meshes without an authority of AWS. Beside
    /// it a ConfigMap says what may be known of it, so that plans need not look at the Secret.
    pub struct RootCa: managed "istio_root_ca" in Cluster {
        /// The namespace of the Secret.
        namespace: String => required.force_new(),
        /// The name of the Secret and of the ConfigMap beside it.
        name: String => optional.force_new().default(Value::from("meshform-root-ca")),
        /// The algorithm of its key: RSA_2048, RSA_4096, EC_prime256v1 or EC_secp384r1.
        key_algorithm: String => optional.force_new().default(Value::from("EC_secp384r1")),
        /// How long it is valid: `10y`, `90d`, `12h`.
        validity: String => optional.force_new().default(Value::from("10y")).normalised(validity::normalise),
        /// The common name of its subject.
        common_name: String => required.force_new(),
        /// The organization of its subject.
        organization: Option<String> => optional.force_new(),
        /// Whether it is as it was written: `written`, or `interrupted` or `changed` since.
        content: Option<String> => computed,
        /// The certificate, as PEM.
        certificate: Option<String> => computed,
        /// The SHA-256 of the certificate, as hex.
        fingerprint: Option<String> => computed,
        /// When it ends.
        not_after: Option<String> => computed,
        /// Its namespace and name.
        id: Option<String> => computed,
    }
}

impl Rules for RootCa {
    fn validate(object: &Object) -> Vec<Problem> {
        let schema = RootCa::schema();
        let names = ["namespace", "name"]
            .into_iter()
            .filter_map(|attribute| super::name(attribute, object.get(schema, attribute)));
        let algorithm = object.get(schema, "key_algorithm");
        names
            .chain(super::one_of("key_algorithm", algorithm, KEY_ALGORITHMS))
            .collect()
    }

    fn refine(prior: Option<&Object>, planned: &mut Object) {
        let schema = RootCa::schema();
        let text = |name: &str| planned.get(schema, name).as_str().map(str::to_owned);
        if let (Some(namespace), Some(name)) = (text("namespace"), text("name")) {
            planned.set(schema, "id", Value::string(format!("{namespace}/{name}")));
        }
        planned.set(schema, "content", Value::from(WRITTEN));
        if prior.is_some_and(|prior| prior.get(schema, "content").as_str() != Some(WRITTEN)) {
            for name in ["certificate", "fingerprint", "not_after"] {
                planned.set(schema, name, Value::later(Type::String));
            }
        }
    }
}
