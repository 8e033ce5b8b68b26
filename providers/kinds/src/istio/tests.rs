//! What is planned when something of a certificate authority or of a discovery changes.

use meshform_engine::Object;
use meshform_state::Value;

use super::*;
use crate::{Rules as _, Spec as _};

fn reach(name: &str) -> ClusterReach {
    ClusterReach {
        name: name.to_owned(),
        kubeconfig: None,
        context: None,
        eks: None,
    }
}

fn written() -> CaSecret {
    let text = |text: &str| Some(text.to_owned());
    CaSecret {
        namespace: "istio-system".to_owned(),
        name: "cacerts".to_owned(),
        authority: Some(CertificateAuthority {
            arn: "arn:aws:acm-pca:us-west-2:111111111111:certificate-authority/a".to_owned(),
            region: "us-west-2".to_owned(),
            account: None,
            plan_role: None,
            apply_role: None,
        }),
        local_authority: None,
        root_certificate: "root".to_owned(),
        key_algorithm: "EC_prime256v1".to_owned(),
        validity: "90d".to_owned(),
        common_name: "api".to_owned(),
        organization: None,
        content: text(WRITTEN),
        certificate: text("c"),
        certificate_chain: text("c"),
        fingerprint: text("f"),
        public_key_sha256: text("p"),
        issuer: text("i"),
        serial: text("s"),
        not_before: text("b"),
        not_after: text("a"),
        id: text("istio-system/cacerts"),
    }
}

fn refined(prior: &CaSecret, planned: &CaSecret) -> Object {
    let mut object = planned.to_object();
    CaSecret::refine(Some(&prior.to_object()), &mut object);
    object
}

fn is_reissued(prior: &CaSecret, planned: &CaSecret) -> bool {
    !refined(prior, planned)
        .get(CaSecret::schema(), "certificate")
        .is_known()
}

#[test]
fn a_certificate_is_issued_anew_for_what_is_in_it_only() {
    let prior = written();
    assert_eq!(refined(&prior, &prior), prior.to_object());
    let changed = |change: &dyn Fn(&mut CaSecret)| {
        let mut planned = written();
        change(&mut planned);
        is_reissued(&prior, &planned)
    };
    assert!(changed(&|planned| planned.validity = "1y".to_owned()));
    assert!(changed(&|planned| planned.key_algorithm = "RSA_4096".to_owned()));
    assert!(changed(
        &|planned| planned.organization = Some("Example".to_owned())
    ));
    assert!(changed(&|planned| {
        planned.authority.as_mut().unwrap().arn.push('b');
    }));
    // A second root beside the first: what was issued stays.
    assert!(!changed(&|planned| planned
        .root_certificate
        .push_str(" and another")));
    assert!(!changed(&|planned| {
        planned.authority.as_mut().unwrap().plan_role = Some("reader".to_owned());
    }));
    let mut interrupted = written();
    interrupted.content = Some(INTERRUPTED.to_owned());
    assert!(is_reissued(&interrupted, &prior));
}

#[test]
fn a_local_root_that_is_made_anew_signs_anew() {
    let local = |root: &str| CaSecret {
        authority: None,
        local_authority: Some(LocalAuthority {
            reach: reach("a"),
            namespace: "istio-system".to_owned(),
            name: "root".to_owned(),
        }),
        root_certificate: root.to_owned(),
        ..written()
    };
    assert!(is_reissued(&local("one"), &local("two")));
    assert!(!is_reissued(&local("one"), &local("one")));
    let mut elsewhere = local("one");
    elsewhere.local_authority.as_mut().unwrap().reach.name = "b".to_owned();
    assert!(is_reissued(&local("one"), &elsewhere));
}

#[test]
fn one_authority_signs() {
    let problems = |secret: CaSecret| CaSecret::validate(&secret.to_object());
    assert!(problems(written()).is_empty());
    let none = CaSecret {
        authority: None,
        ..written()
    };
    assert_eq!(problems(none.clone()).len(), 1);
    let schema = CaSecret::schema();
    let mut later = none.to_object();
    let ty = schema.attribute("authority").unwrap().ty.clone();
    later.set(schema, "authority", Value::later(ty));
    assert!(CaSecret::validate(&later).is_empty());
    let unusable = CaSecret {
        key_algorithm: "ML_DSA_65".to_owned(),
        name: "CaCerts".to_owned(),
        ..written()
    };
    assert_eq!(problems(unusable).len(), 2);
}

#[test]
fn a_token_that_is_gone_will_be_another() {
    let account = |uid: Option<&str>| ReaderAccount {
        namespace: "istio-system".to_owned(),
        name: "reader".to_owned(),
        cluster_role: "role".to_owned(),
        token_secret: Some("reader-token".to_owned()),
        token_secret_uid: uid.map(str::to_owned),
        id: Some("istio-system/reader".to_owned()),
    };
    let refined = |account: &ReaderAccount| {
        let mut planned = account.to_object();
        ReaderAccount::refine(Some(&account.to_object()), &mut planned);
        planned
    };
    assert_eq!(refined(&account(Some("u"))), account(Some("u")).to_object());
    let gone = refined(&account(None));
    assert!(!gone.get(ReaderAccount::schema(), "token_secret_uid").is_known());
}

#[test]
fn a_remote_secret_is_named_after_the_cluster_and_reaches_it_by_https() {
    let secret = RemoteSecret {
        namespace: "istio-system".to_owned(),
        cluster: "api".to_owned(),
        server: "http://api".to_owned(),
        certificate_authority_data: String::new(),
        tls_server_name: None,
        account: RemoteAccount {
            reach: reach("api"),
            namespace: "istio-system".to_owned(),
            token_secret: "reader-token".to_owned(),
        },
        token_secret_uid: "u".to_owned(),
        content: Some(CHANGED.to_owned()),
        id: None,
    };
    let mut object = secret.to_object();
    assert_eq!(RemoteSecret::validate(&object).len(), 1);
    RemoteSecret::refine(None, &mut object);
    let text = |name| object.get(RemoteSecret::schema(), name).as_str();
    assert_eq!(text("id"), Some("istio-system/istio-remote-secret-api"));
    assert_eq!(text("content"), Some(WRITTEN));
}
