//! `istio_ca_secret`.

use meshform_engine::{Object, Problem};
use meshform_state::{Type, Value};

use super::{ClusterReach, KEY_ALGORITHMS, WRITTEN};
use crate::spec::{Rules, Spec as _};
use crate::{kind, nested, pem, validity};

kind! {
    /// The certificate authority of one istiod: a key that is made in memory, a certificate for it that allows no
    /// further authority below, and the Secret that istiod takes both from. Beside it a ConfigMap says what may be known
    /// of it, so that plans need not look at the Secret.
    pub struct CaSecret: managed "istio_ca_secret" in Cluster {
        /// The namespace of istiod.
        namespace: String => required.force_new(),
        /// The name of the Secret; istiod looks for `cacerts`.
        name: String => optional.force_new().default(Value::from("cacerts")),
        /// The private certificate authority of AWS that signs.
        authority: Option<CertificateAuthority> => optional,
        /// The root in a cluster that signs, if no authority of AWS does.
        local_authority: Option<LocalAuthority> => optional,
        /// What workloads trust: one or more roots, as PEM.
        root_certificate: String => required.normalised(pem::normalise),
        /// The algorithm of its key: RSA_2048, RSA_4096, EC_prime256v1 or EC_secp384r1.
        key_algorithm: String => optional.default(Value::from("EC_prime256v1")),
        /// How long it is valid: `1y`, `90d`, `12h`.
        validity: String => optional.default(Value::from("1y")).normalised(validity::normalise),
        /// The common name of its subject.
        common_name: String => required,
        /// The organization of its subject.
        organization: Option<String> => optional,
        /// Whether it is as it was written: `written`, or `interrupted` or `changed` since.
        content: Option<String> => computed,
        /// The certificate, as PEM.
        certificate: Option<String> => computed,
        /// The certificate and those of all above it, in that order, as PEM.
        certificate_chain: Option<String> => computed,
        /// The SHA-256 of the certificate, as hex.
        fingerprint: Option<String> => computed,
        /// The SHA-256 of its public key, as hex.
        public_key_sha256: Option<String> => computed,
        /// The subject of the authority that signed it.
        issuer: Option<String> => computed,
        /// Its serial number, as hex.
        serial: Option<String> => computed,
        /// When it begins.
        not_before: Option<String> => computed,
        /// When it ends.
        not_after: Option<String> => computed,
        /// Its namespace and name.
        id: Option<String> => computed,
    }
}

nested! {
    /// A private certificate authority of AWS.
    pub struct CertificateAuthority {
        /// Its ARN.
        arn: String,
        /// Its region.
        region: String,
        /// The twelve digits of its account; that of the credentials if there are none.
        account: Option<String>,
        /// The role that plan assumes.
        plan_role: Option<String>,
        /// The role that apply assumes.
        apply_role: Option<String>,
    }
}

nested! {
    /// A root in a cluster.
    pub struct LocalAuthority {
        /// How its cluster is reached.
        reach: ClusterReach,
        /// The namespace of its Secret.
        namespace: String,
        /// The name of its Secret.
        name: String,
    }
}

/// What tells one certificate from another.
const OF_THE_CERTIFICATE: &[&str] = &[
    "certificate",
    "certificate_chain",
    "fingerprint",
    "public_key_sha256",
    "issuer",
    "serial",
    "not_before",
    "not_after",
];

impl CaSecret {
    /// The name of the Secret that holds the key until its certificate is there.
    #[must_use]
    pub fn pending_of(name: &str) -> String {
        format!("{name}-pending")
    }

    /// The name of the ConfigMap that says what may be known of it.
    #[must_use]
    pub fn companion_of(name: &str) -> String {
        format!("{name}-meshform")
    }
}

/// Whether `planned` needs another certificate than `prior` has.
fn is_reissued(prior: &Object, planned: &Object) -> bool {
    let schema = CaSecret::schema();
    let differs = |name: &str| prior.get(schema, name) != planned.get(schema, name);
    // How an authority is reached makes no other certificate.
    let part = |object: &Object, name: &str, path: &[&str]| {
        let mut value = object.get(schema, name);
        for step in path {
            value = value.get(step).unwrap_or(value);
        }
        value.clone()
    };
    let moved = |name: &str, path: &[&str]| part(prior, name, path) != part(planned, name, path);
    let local = !planned.get(schema, "local_authority").is_null();
    prior.get(schema, "content").as_str() != Some(WRITTEN)
        || ["key_algorithm", "validity", "common_name", "organization"]
            .into_iter()
            .any(differs)
        || moved("authority", &["arn"])
        || moved("local_authority", &["reach", "name"])
        || moved("local_authority", &["namespace"])
        || moved("local_authority", &["name"])
        // A root in a cluster keeps its name when it is made anew.
        || (local && differs("root_certificate"))
}

impl Rules for CaSecret {
    fn validate(object: &Object) -> Vec<Problem> {
        let schema = CaSecret::schema();
        let names = ["namespace", "name"]
            .into_iter()
            .filter_map(|attribute| super::name(attribute, object.get(schema, attribute)));
        let algorithm = object.get(schema, "key_algorithm");
        let mut problems: Vec<Problem> = names
            .chain(super::one_of("key_algorithm", algorithm, KEY_ALGORITHMS))
            .collect();
        let is_given = |name| !object.get(schema, name).is_null();
        let is_later = |name| !object.get(schema, name).is_known();
        let (aws, local) = ("authority", "local_authority");
        if is_given(aws) == is_given(local) && !is_later(aws) && !is_later(local) {
            problems.push(Problem {
                attribute: aws,
                message: "Exactly one of `authority` and `local_authority` signs.".to_owned(),
                hint: None,
            });
        }
        problems
    }

    fn refine(prior: Option<&Object>, planned: &mut Object) {
        let schema = CaSecret::schema();
        let text = |name: &str| planned.get(schema, name).as_str().map(str::to_owned);
        if let (Some(namespace), Some(name)) = (text("namespace"), text("name")) {
            planned.set(schema, "id", Value::string(format!("{namespace}/{name}")));
        }
        planned.set(schema, "content", Value::from(WRITTEN));
        if prior.is_some_and(|prior| is_reissued(prior, planned)) {
            for name in OF_THE_CERTIFICATE {
                planned.set(schema, name, Value::later(Type::String));
            }
        }
    }
}
