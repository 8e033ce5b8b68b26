//! Verdicts over evidence that is made with real certificates.

use std::collections::BTreeMap;

use meshform_kinds::evidence::{
    AuthorityEvidence, ClusterEvidence, GatewayEvidence, IstiodEvidence, RemoteEvidence,
};
use meshform_state::ScopeKey;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};

use super::{Edge, Expected, Member, judge};
use crate::report::{Report, Verdict};

/// Within the validity that rcgen gives by default, 1975 to 4096.
const NOW: i64 = 1_800_000_000;

struct Signer {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

fn parameters(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}

fn root(name: &str) -> Signer {
    let key = KeyPair::generate().unwrap();
    let mut parameters = parameters(name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = parameters.self_signed(&key).unwrap().pem();
    Signer {
        issuer: Issuer::new(parameters, key),
        pem,
    }
}

fn intermediate(root: &Signer, name: &str, constraints: BasicConstraints) -> Signer {
    let key = KeyPair::generate().unwrap();
    let mut parameters = parameters(name);
    parameters.is_ca = IsCa::Ca(constraints);
    let pem = parameters.signed_by(&key, &root.issuer).unwrap().pem();
    Signer {
        issuer: Issuer::new(parameters, key),
        pem,
    }
}

fn leaf(authority: &Signer, domain: &str) -> String {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::default();
    let uri = format!("spiffe://{domain}/ns/istio-system/sa/default");
    parameters.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
    parameters.signed_by(&key, &authority.issuer).unwrap().pem()
}

fn scope(name: &str) -> ScopeKey {
    ScopeKey(format!("cluster:{name}").into())
}

fn expected(root: &Signer) -> Expected {
    let member = |name: &str, network: &str| Member {
        scope: scope(name),
        name: name.to_owned(),
        network: network.to_owned(),
        namespace: "istio-system".to_owned(),
        root: Some(root.pem.clone()),
        trust_domain: "acme.example".to_owned(),
    };
    let edge = |reader: &str, read: &str| Edge {
        reader: scope(reader),
        read: read.to_owned(),
    };
    Expected {
        members: vec![member("api", "west"), member("ml", "east")],
        edges: vec![edge("api", "ml"), edge("ml", "api")],
    }
}

/// A mesh in which all is well.
fn well(root: &Signer) -> Vec<ClusterEvidence> {
    [("api", "west", "ml", "east"), ("ml", "east", "api", "west")]
        .map(|(own, network, other, other_network)| {
            let authority = intermediate(root, own, BasicConstraints::Constrained(0));
            let chain = format!("{}{}", authority.pem, root.pem);
            ClusterEvidence {
                scope: scope(own),
                roots: Ok(BTreeMap::from([("default".to_owned(), root.pem.clone())])),
                istiods: Ok(vec![IstiodEvidence {
                    pod: format!("istiod-{own}"),
                    clusters: Ok(BTreeMap::from([(other.to_owned(), "synced".to_owned())])),
                    endpoints: Ok(BTreeMap::from([(other.to_owned(), 3)])),
                    networks: Ok(BTreeMap::from([(
                        other_network.to_owned(),
                        vec!["192.0.2.7:15443".to_owned()],
                    )])),
                    leaf: Ok(vec![leaf(&authority, "acme.example"), chain.clone()]),
                }]),
                authority: Ok(AuthorityEvidence {
                    certificate: authority.pem,
                    chain,
                    root: root.pem.clone(),
                    key_fits: true,
                }),
                remotes: Ok(BTreeMap::from([(
                    other.to_owned(),
                    RemoteEvidence {
                        server: "https://192.0.2.1:443".to_owned(),
                        accepted: Ok("system:serviceaccount:istio-system:reader".to_owned()),
                    },
                )])),
                gateways: Ok(vec![GatewayEvidence {
                    service: "istio-system/istio-eastwestgateway".to_owned(),
                    network: network.to_owned(),
                    ports: vec![15021, 15443],
                    addresses: vec!["192.0.2.7".to_owned()],
                    ready: 1,
                }]),
            }
        })
        .to_vec()
}

/// The checks that do not hold.
fn broken(report: &Report) -> Vec<(&'static str, String)> {
    report
        .findings
        .iter()
        .filter(|finding| matches!(finding.verdict, Verdict::Failed | Verdict::Unknown))
        .map(|finding| (finding.check, finding.place.clone()))
        .collect()
}

fn istiod(seen: &mut [ClusterEvidence]) -> &mut IstiodEvidence {
    &mut seen[0].istiods.as_mut().unwrap()[0]
}

fn authority(seen: &mut [ClusterEvidence]) -> &mut AuthorityEvidence {
    seen[0].authority.as_mut().unwrap()
}

fn api() -> String {
    "cluster api".to_owned()
}

#[test]
fn a_mesh_in_which_all_is_well_holds() {
    let root = root("root");
    let report = judge(&expected(&root), &well(&root), NOW);
    assert_eq!(broken(&report), []);
    assert!(report.holds());
    // Three checks of each cluster, three of each direction, a gateway each and the other network each.
    assert_eq!(report.count(Verdict::Passed), 2 * (3 + 3 + 1 + 1));
}

#[test]
fn an_istiod_that_signs_for_itself_is_found_though_all_is_synced() {
    let (root, own) = (root("root"), self::root("O=cluster.local"));
    let mut seen = well(&root);
    istiod(&mut seen).leaf = Ok(vec![leaf(&own, "acme.example"), own.pem.clone()]);
    seen[0].roots = Ok(BTreeMap::from([("default".to_owned(), own.pem)]));
    let report = judge(&expected(&root), &seen, NOW);
    assert_eq!(broken(&report), [("V06", api()), ("V07", api())]);
}

#[test]
fn an_authority_that_is_not_as_it_must_be_is_found() {
    let (root, other) = (root("root"), self::root("other"));
    let of = |signer: Signer| (signer.pem.clone(), signer);
    for (what, (pem, signer)) in [
        (
            "another root",
            of(intermediate(&other, "api", BasicConstraints::Constrained(0))),
        ),
        (
            "too much below",
            of(intermediate(&root, "api", BasicConstraints::Constrained(1))),
        ),
        (
            "no limit below",
            of(intermediate(&root, "api", BasicConstraints::Unconstrained)),
        ),
    ] {
        let mut seen = well(&root);
        authority(&mut seen).certificate.clone_from(&pem);
        authority(&mut seen).chain = pem;
        let chain = vec![
            leaf(&signer, "acme.example"),
            signer.pem.clone(),
            root.pem.clone(),
        ];
        istiod(&mut seen).leaf = Ok(chain);
        let report = judge(&expected(&root), &seen, NOW);
        assert!(broken(&report).contains(&("P17", api())), "{what}");
    }
    let mut seen = well(&root);
    authority(&mut seen).key_fits = false;
    assert_eq!(broken(&judge(&expected(&root), &seen, NOW)), [("P17", api())]);
    let mut seen = well(&root);
    authority(&mut seen).root = other.pem;
    assert_eq!(broken(&judge(&expected(&root), &seen, NOW)), [("P17", api())]);
    let seen = well(&root);
    let long_gone = 70_000_000_000;
    assert!(broken(&judge(&expected(&root), &seen, long_gone)).contains(&("P17", api())));
}

#[test]
fn identities_of_another_trust_domain_are_found() {
    let root = root("root");
    let mut seen = well(&root);
    let own = intermediate(&root, "api", BasicConstraints::Constrained(0));
    authority(&mut seen).certificate.clone_from(&own.pem);
    istiod(&mut seen).leaf = Ok(vec![leaf(&own, "cluster.local"), own.pem.clone()]);
    assert_eq!(broken(&judge(&expected(&root), &seen, NOW)), [("V07", api())]);
}

#[test]
fn broken_discovery_is_found_where_it_breaks() {
    let root = root("root");
    let direction = || "api reads ml".to_owned();
    let mut seen = well(&root);
    seen[0].remotes = Ok(BTreeMap::new());
    istiod(&mut seen).clusters = Ok(BTreeMap::new());
    istiod(&mut seen).endpoints = Ok(BTreeMap::new());
    let report = judge(&expected(&root), &seen, NOW);
    // The cause before what it causes.
    assert_eq!(
        broken(&report),
        [("V14", direction()), ("V01", direction()), ("V03", direction())]
    );
    let mut seen = well(&root);
    istiod(&mut seen).clusters = Ok(BTreeMap::from([("ml".to_owned(), "timeout".to_owned())]));
    assert_eq!(
        broken(&judge(&expected(&root), &seen, NOW)),
        [("V01", direction())]
    );
}

#[test]
fn gateways_that_lead_nowhere_are_found() {
    let root = root("root");
    let gateway = |change: fn(&mut GatewayEvidence)| {
        let mut seen = well(&root);
        change(&mut seen[0].gateways.as_mut().unwrap()[0]);
        broken(&judge(&expected(&root), &seen, NOW))
    };
    assert_eq!(gateway(|gateway| gateway.addresses.clear()), [("V10", api())]);
    assert_eq!(gateway(|gateway| gateway.ports.clear()), [("V10", api())]);
    assert_eq!(gateway(|gateway| gateway.ready = 0), [("V10", api())]);
    assert_eq!(
        gateway(|gateway| gateway.network = "north".to_owned()),
        [("V10", api())]
    );
    let mut seen = well(&root);
    istiod(&mut seen).networks = Ok(BTreeMap::new());
    let place = "api to network east".to_owned();
    assert_eq!(broken(&judge(&expected(&root), &seen, NOW)), [("V04", place)]);
}

#[test]
fn what_could_not_be_looked_at_is_not_well() {
    let root = root("root");
    let mut seen = well(&root);
    seen[0].istiods = Err("connection refused".to_owned());
    let report = judge(&expected(&root), &seen, NOW);
    assert!(!report.holds());
    assert_eq!(report.count(Verdict::Failed), 0);
    assert_eq!(report.count(Verdict::Unknown), 4);
}
