//! The checks, each a function of what is expected and what was seen.

use std::collections::BTreeSet;

use meshform_kinds::evidence::{ClusterEvidence, IstiodEvidence};

use super::certificate::{Certificate, root_of};
use super::expected::{Edge, Expected, Member};
use crate::report::{Finding, Report, Verdict};

/// The port that traffic of other networks comes in by (Istio's gateway chart, port `tls`).
const CROSS_NETWORK_PORT: u16 = 15443;

/// How long before its end a certificate of an authority is told of.
const HORIZON: i64 = 30 * 24 * 3600;

/// Judges what was seen, as of `now`, in seconds since 1970.
#[must_use]
pub fn judge(expected: &Expected, seen: &[ClusterEvidence], now: i64) -> Report {
    let mut findings = Vec::new();
    let pairs: Vec<(&Member, &ClusterEvidence)> = seen
        .iter()
        .filter_map(|evidence| Some((expected.in_scope(&evidence.scope)?, evidence)))
        .collect();
    for check in [authority, roots, leaves] {
        for (member, evidence) in &pairs {
            check(member, evidence, now, &mut findings);
        }
    }
    for check in [remotes, synced, endpoints] {
        for edge in &expected.edges {
            if let Some((member, evidence)) = pairs.iter().find(|(member, _)| member.scope == edge.reader) {
                check(edge, member, evidence, &mut findings);
            }
        }
    }
    for (member, evidence) in &pairs {
        gateways(member, evidence, &mut findings);
    }
    networks(expected, &pairs, &mut findings);
    Report::of(findings)
}

/// Collects what one check found at one place.
struct At<'a> {
    check: &'static str,
    place: String,
    findings: &'a mut Vec<Finding>,
}

impl At<'_> {
    fn say(&mut self, verdict: Verdict, detail: impl Into<String>, hint: Option<&str>) {
        self.findings.push(Finding {
            check: self.check,
            verdict,
            place: self.place.clone(),
            detail: detail.into(),
            hint: hint.map(str::to_owned),
        });
    }

    fn failed(&mut self, detail: impl Into<String>, hint: &str) {
        self.say(Verdict::Failed, detail, Some(hint));
    }

    fn passed(&mut self, detail: impl Into<String>) {
        self.say(Verdict::Passed, detail, None);
    }

    fn unknown(&mut self, why: &str) {
        self.say(
            Verdict::Unknown,
            why,
            Some("What cannot be looked at is not known to be right. See to it that it can."),
        );
    }
}

fn place(member: &Member) -> String {
    format!("cluster {}", member.name)
}

fn direction(member: &Member, edge: &Edge) -> String {
    format!("{} reads {}", member.name, edge.read)
}

/// The root that the mesh is to have, as it was configured.
fn configured(member: &Member) -> Option<Vec<Certificate>> {
    Certificate::all(member.root.as_deref()?).filter(|all| !all.is_empty())
}

/// P17: the Secret that istiod signs with: an authority without others below it, that leads to the configured root.
fn authority(member: &Member, evidence: &ClusterEvidence, now: i64, findings: &mut Vec<Finding>) {
    let mut at = At {
        check: "P17",
        place: place(member),
        findings,
    };
    let seen = match &evidence.authority {
        Ok(seen) => seen,
        Err(why) => return at.unknown(why),
    };
    let parts = [&seen.certificate, &seen.chain, &seen.root].map(|pem| Certificate::all(pem));
    let ([Some(own), Some(chain), Some(root)], Some(configured)) = (parts, configured(member)) else {
        return at.failed(
            "the Secret `cacerts` holds what is no certificate",
            "Apply again: it is written anew where it is not what was applied.",
        );
    };
    let Some(own) = own.first() else {
        return at.failed("the Secret `cacerts` holds no certificate", "Apply again.");
    };
    let Some(about) = own.about() else {
        return at.failed("the certificate of istiod cannot be read", "Apply again.");
    };
    if !seen.key_fits {
        at.failed(
            "the key in `cacerts` is not that of its certificate",
            "Somebody changed the Secret: apply again.",
        );
    } else if !about.is_ca || about.path_length != Some(0) {
        at.failed(
            format!(
                "`{}` is no authority with nothing below it (CA:TRUE, pathlen:0)",
                about.subject
            ),
            "It was issued by the wrong template: apply again.",
        );
    } else if about.not_after <= now || about.not_before > now {
        at.failed(
            format!("the certificate of `{}` is not valid now", about.subject),
            "No workload gets a certificate any more. Renew it: apply again.",
        );
    } else if root_of(own, &chain, &configured).is_none() {
        at.failed(
            format!(
                "`{}`, issued by `{}`, does not lead to the root of the mesh",
                about.subject, about.issuer
            ),
            "Somebody put another authority in place: apply again.",
        );
    } else if fingerprints(&root) != fingerprints(&configured) {
        at.failed(
            "`root-cert.pem` is not the root of the mesh",
            "Somebody changed the Secret: apply again.",
        );
    } else {
        at.passed(format!("`{}` leads to the root of the mesh", about.subject));
    }
    if about.not_after > now && about.not_after - now < HORIZON {
        At { check: "V13", ..at }.say(
            Verdict::Warning,
            format!(
                "`{}` ends in {} days",
                about.subject,
                (about.not_after - now) / 86_400
            ),
            Some("Rotate the intermediate before then."),
        );
    }
}

fn fingerprints(all: &[Certificate]) -> Vec<String> {
    let mut all: Vec<String> = all.iter().map(Certificate::fingerprint).collect();
    all.sort();
    all.dedup();
    all
}

/// V06: what workloads are given to trust is the configured root, in every namespace.
fn roots(member: &Member, evidence: &ClusterEvidence, _now: i64, findings: &mut Vec<Finding>) {
    let mut at = At {
        check: "V06",
        place: place(member),
        findings,
    };
    let (given, configured) = match (&evidence.roots, configured(member)) {
        (Ok(given), Some(configured)) => (given, fingerprints(&configured)),
        (Err(why), _) => return at.unknown(why),
        (Ok(_), None) => return at.unknown("the state does not say which root the mesh has"),
    };
    let is_other = |pem: &str| Certificate::all(pem).is_none_or(|found| fingerprints(&found) != configured);
    let others: Vec<&str> = given
        .iter()
        .filter(|(_, pem)| is_other(pem))
        .map(|(namespace, _)| namespace.as_str())
        .collect();
    if given.is_empty() {
        at.failed(
            "no namespace has the ConfigMap `istio-ca-root-cert`",
            "istiod writes it: is istiod running, and does it lead (its log says)?",
        );
    } else if others.is_empty() {
        at.passed(format!("{} namespaces trust the root of the mesh", given.len()));
    } else {
        at.failed(
            format!(
                "workloads are given another root than that of the mesh in: {}",
                others.join(", ")
            ),
            "istiod signs for itself: it started before `cacerts` was there, or reads another. Restart istiod, then \
             the workloads.",
        );
    }
}

/// V07: a certificate that istiod signs right now leads to the root by way of the Secret's authority.
fn leaves(member: &Member, evidence: &ClusterEvidence, now: i64, findings: &mut Vec<Finding>) {
    let mut at = At {
        check: "V07",
        place: place(member),
        findings,
    };
    let istiods = match &evidence.istiods {
        Ok(istiods) => istiods,
        Err(why) => return at.unknown(why),
    };
    if istiods.is_empty() {
        return at.failed("no istiod is running", "See what its Deployment waits for.");
    }
    let Some(configured) = configured(member) else {
        return at.unknown("the state does not say which root the mesh has");
    };
    let own = evidence.authority.as_ref().ok();
    let own = own.and_then(|seen| Certificate::all(&seen.certificate)?.into_iter().next());
    for istiod in istiods {
        leaf(member, istiod, (&configured, own.as_ref(), now), &mut at);
    }
}

fn leaf(
    member: &Member,
    istiod: &IstiodEvidence,
    (configured, own, now): (&[Certificate], Option<&Certificate>, i64),
    at: &mut At<'_>,
) {
    let pod = &istiod.pod;
    let chain = match &istiod.leaf {
        Ok(chain) => chain,
        Err(why) => return at.unknown(&format!("{pod} signed no certificate: {why}")),
    };
    let all: Option<Vec<Certificate>> = Certificate::all(&chain.concat());
    let Some((leaf, between)) = all.as_deref().and_then(<[Certificate]>::split_first) else {
        return at.failed(format!("{pod} signed what is no certificate"), "Restart istiod.");
    };
    let Some(about) = leaf.about() else {
        return at.failed(format!("{pod} signed what cannot be read"), "Restart istiod.");
    };
    let identity = format!("spiffe://{}/", member.trust_domain);
    if root_of(leaf, between, configured).is_none() {
        at.failed(
            format!("{pod} signs as `{}`, which does not lead to the root of the mesh", about.issuer),
            "istiod signs for itself: it started before `cacerts` was there. Restart istiod, then the workloads.",
        );
    } else if own.is_some_and(|own| !leaf.is_signed_by(own)) {
        at.failed(
            format!("{pod} signs as `{}`, which is not the authority in `cacerts`", about.issuer),
            "istiod has not read the Secret's present content yet. It does within two minutes; else restart it.",
        );
    } else if !about.uris.iter().any(|uri| uri.starts_with(&identity)) {
        at.failed(
            format!(
                "{pod} gives identities such as {}, not of `{}`",
                about.uris.join(", "),
                member.trust_domain
            ),
            "Its mesh config has another trust domain: apply again.",
        );
    } else if about.not_after <= now {
        at.failed(
            format!("{pod} signs certificates that have ended"),
            "Is its clock right?",
        );
    } else {
        at.passed(format!("{pod} signs as `{}`", about.issuer));
    }
}

/// V14: the API that a remote secret points to takes its token.
fn remotes(edge: &Edge, member: &Member, evidence: &ClusterEvidence, findings: &mut Vec<Finding>) {
    let mut at = At {
        check: "V14",
        place: direction(member, edge),
        findings,
    };
    let secrets = match &evidence.remotes {
        Ok(secrets) => secrets,
        Err(why) => return at.unknown(why),
    };
    let Some(secret) = secrets.get(&edge.read) else {
        return at.failed(
            format!("there is no remote secret for {}", edge.read),
            "Somebody deleted it: apply again.",
        );
    };
    match &secret.accepted {
        Ok(user) => at.passed(format!("{} takes the token as {user}", secret.server)),
        Err(why) => at.failed(
            format!("{} does not take the token: {why}", secret.server),
            "The account or its token is gone, or the API has another certificate or address: apply again.",
        ),
    }
}

/// V01: the istiod has read the other cluster.
fn synced(edge: &Edge, member: &Member, evidence: &ClusterEvidence, findings: &mut Vec<Finding>) {
    let mut at = At {
        check: "V01",
        place: direction(member, edge),
        findings,
    };
    each_istiod(evidence, &mut at, |istiod, at| match &istiod.clusters {
        Err(why) => at.unknown(why),
        Ok(clusters) => match clusters.get(&edge.read).map(String::as_str) {
            Some("synced") => at.passed(format!("{} has read {}", istiod.pod, edge.read)),
            Some(status) => at.failed(
                format!("{} is `{status}` with {}", istiod.pod, edge.read),
                "Can its pods reach that API? Its log names the reason.",
            ),
            None => at.failed(
                format!("{} knows nothing of {}", istiod.pod, edge.read),
                "It did not take the remote secret: its log names the reason.",
            ),
        },
    });
}

/// V03: the istiod holds endpoints of the other cluster.
fn endpoints(edge: &Edge, member: &Member, evidence: &ClusterEvidence, findings: &mut Vec<Finding>) {
    let mut at = At {
        check: "V03",
        place: direction(member, edge),
        findings,
    };
    each_istiod(evidence, &mut at, |istiod, at| {
        match &istiod.endpoints {
        Err(why) => at.unknown(why),
        Ok(shards) => match shards.get(&edge.read) {
            Some(count) if *count > 0 => {
                at.passed(format!("{} holds {count} endpoints of {}", istiod.pod, edge.read));
            }
            _ => at.failed(
                format!("{} holds no endpoint of {}", istiod.pod, edge.read),
                "If it is synced all the same, it lost them when the remote secret changed (istio#61043): restart istiod.",
            ),
        },
    }
    });
}

fn each_istiod(evidence: &ClusterEvidence, at: &mut At<'_>, look: impl Fn(&IstiodEvidence, &mut At<'_>)) {
    match &evidence.istiods {
        Err(why) => at.unknown(why),
        Ok(istiods) if istiods.is_empty() => {
            at.failed("no istiod is running", "See what its Deployment waits for.");
        }
        Ok(istiods) => istiods.iter().for_each(|istiod| look(istiod, at)),
    }
}

/// V10: a gateway into the network of the cluster is there, with an address and the port for other networks.
fn gateways(member: &Member, evidence: &ClusterEvidence, findings: &mut Vec<Finding>) {
    let mut at = At {
        check: "V10",
        place: place(member),
        findings,
    };
    let gateways = match &evidence.gateways {
        Ok(gateways) => gateways,
        Err(why) => return at.unknown(why),
    };
    let mut own = gateways
        .iter()
        .filter(|gateway| gateway.network == member.network)
        .peekable();
    if own.peek().is_none() {
        return at.failed(
            format!("no gateway leads into network {}", member.network),
            "Other networks then send traffic to addresses that they cannot reach. Apply again.",
        );
    }
    for gateway in own {
        let service = &gateway.service;
        if gateway.addresses.is_empty() {
            at.failed(
                format!("{service} has no address"),
                "Its load balancer is not there: look at the Service's events and the load-balancer controller.",
            );
        } else if !gateway.ports.contains(&CROSS_NETWORK_PORT) {
            at.failed(
                format!("{service} lacks port {CROSS_NETWORK_PORT}"),
                "Somebody changed the Service: apply again.",
            );
        } else if gateway.ready == 0 {
            at.failed(
                format!("no pod of {service} is ready"),
                "Look at the pods of its Deployment.",
            );
        } else {
            at.passed(format!("{service} is at {}", gateway.addresses.join(", ")));
        }
    }
}

/// V04: each istiod knows a gateway of every other network.
fn networks(expected: &Expected, pairs: &[(&Member, &ClusterEvidence)], findings: &mut Vec<Finding>) {
    for (member, evidence) in pairs {
        let others: BTreeSet<&str> = expected
            .members
            .iter()
            .filter(|other| other.network != member.network)
            .map(|other| other.network.as_str())
            .collect();
        for network in &others {
            let mut at = At {
                check: "V04",
                place: format!("{} to network {network}", member.name),
                findings,
            };
            each_istiod(evidence, &mut at, |istiod, at| {
                match &istiod.networks {
                Err(why) => at.unknown(why),
                Ok(known) => match known.get(*network).filter(|addresses| !addresses.is_empty()) {
                    Some(addresses) => {
                        at.passed(format!("{} sends traffic to {}", istiod.pod, addresses.join(", ")));
                    }
                    None => at.failed(
                        format!("{} knows no gateway of network {network}", istiod.pod),
                        "It sends traffic to pod addresses that it cannot reach: see V10 of the clusters there, and \
                         whether the gateway's address resolves.",
                    ),
                },
            }
            });
        }
    }
}
