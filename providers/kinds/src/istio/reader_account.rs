//! `istio_reader_account`.

use meshform_engine::{Object, Problem};
use meshform_state::{Type, Value};

use crate::kind;
use crate::spec::{Rules, Spec as _};

kind! {
    /// The account as which the istiod of another cluster reads this one: a ServiceAccount, its binding and its token.
    pub struct ReaderAccount: managed "istio_reader_account" in Cluster {
        /// The namespace of the account.
        namespace: String => required.force_new(),
        /// Its name.
        name: String => required.force_new(),
        /// The ClusterRole that says what it may read.
        cluster_role: String => required,
        /// The name of the Secret with its token.
        token_secret: Option<String> => computed,
        /// What Kubernetes calls that one Secret for ever; another one has another token.
        token_secret_uid: Option<String> => computed,
        /// Its namespace and name.
        id: Option<String> => computed,
    }
}

impl ReaderAccount {
    /// The name of the Secret with the token of the account `name`.
    #[must_use]
    pub fn secret_of(name: &str) -> String {
        format!("{name}-token")
    }

    /// The name of the ClusterRoleBinding of the account `name` in `namespace`: those of all namespaces share names.
    #[must_use]
    pub fn binding_of(namespace: &str, name: &str) -> String {
        format!("meshform:{namespace}:{name}")
    }
}

impl Rules for ReaderAccount {
    fn validate(object: &Object) -> Vec<Problem> {
        let schema = ReaderAccount::schema();
        ["namespace", "name"]
            .into_iter()
            .filter_map(|attribute| super::name(attribute, object.get(schema, attribute)))
            .collect()
    }

    fn refine(prior: Option<&Object>, planned: &mut Object) {
        let schema = ReaderAccount::schema();
        let text = |name: &str| planned.get(schema, name).as_str().map(str::to_owned);
        if let (Some(namespace), Some(name)) = (text("namespace"), text("name")) {
            planned.set(schema, "id", Value::string(format!("{namespace}/{name}")));
            planned.set(
                schema,
                "token_secret",
                Value::string(ReaderAccount::secret_of(&name)),
            );
        }
        if prior.is_some_and(|prior| prior.get(schema, "token_secret_uid").is_null()) {
            // It is gone, or never came to be: the next one is another.
            planned.set(schema, "token_secret_uid", Value::later(Type::String));
        }
    }
}
