//! What is in a cluster before Meshform comes: another Istio, another root, another network. Nothing of it is taken by
//! force, so each is told with the way to make room.

use meshform_engine::Object;
use meshform_engine::compile::{Context, Expanded, WordBlock};
use meshform_lang::{Diagnostic, Diagnostics, Range, Value};

use super::facts::INSTALLATION;
use super::word::ISTIO_NAMESPACE;
use crate::mesh::{self, Mesh};
use crate::trust;
use crate::verify::Certificate;

/// Which cluster it is, and what it is to become.
pub(super) struct Place<'a> {
    pub(super) block: &'a WordBlock,
    pub(super) mesh: &'a Mesh,
    pub(super) network: &'a str,
}

/// What `installation` says that is in the way.
pub(super) fn review(place: &Place<'_>, installation: &Object, context: &Context<'_>) -> Diagnostics {
    let review = Review {
        place,
        installation,
        context,
    };
    let mut found = review.istiods();
    found.extend(review.trust_domains());
    found.extend(review.authority());
    found.extend(review.network());
    found
}

struct Review<'a, 'c> {
    place: &'a Place<'a>,
    installation: &'a Object,
    context: &'a Context<'c>,
}

impl Review<'_, '_> {
    fn said(&self, name: &str) -> Option<&Value> {
        let value = self.context.answer(INSTALLATION, self.installation, name);
        value.filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.said(name)?.as_str()
    }

    fn range(&self) -> Range {
        self.place.block.arguments.range
    }

    /// The control planes, and whether each is ours.
    fn all(&self) -> impl Iterator<Item = (&Value, bool)> {
        let all = self.said("istiods").and_then(Value::items).unwrap_or_default();
        all.iter().map(move |istiod| {
            let lineage = istiod.get("lineage").and_then(Value::as_str);
            (istiod, self.context.is_ours(lineage))
        })
    }

    /// Control planes that another made.
    fn istiods(&self) -> Diagnostics {
        let told = self.all().filter(|(_, is_ours)| !is_ours).map(|(istiod, _)| {
            let part = |name| part(istiod, name).unwrap_or("?");
            let is_of_a_state = part_of_state(istiod);
            let maker = if is_of_a_state {
                "another state of Meshform"
            } else {
                "somebody else"
            };
            let (namespace, name) = (part("namespace"), part("name"));
            let detail = format!(
                "`{}` has an Istio that {maker} installed: Deployment `{name}` in namespace `{namespace}`, version {}. \
                 Two control planes would fight over webhooks and workloads.",
                self.place.block.address,
                part("version"),
            );
            let hint = if is_of_a_state {
                "Destroy it with the configuration that made it, or leave the cluster out of this mesh.".to_owned()
            } else {
                format!(
                    "Meshform takes over no Istio that runs. Uninstall it with what installed it (`helm uninstall -n \
                     {namespace} istiod`, `istioctl uninstall --purge`); definitions and their objects may stay, and are \
                     used. Or leave the cluster out of the mesh.",
                )
            };
            Diagnostic::error("Istio is there already", detail)
                .hint(hint)
                .check("P21")
                .at(self.range())
        });
        Diagnostics(told.collect())
    }

    /// Control planes whose identities are of another domain: what they signed is not believed by what this mesh signs.
    fn trust_domains(&self) -> Diagnostics {
        let (own, block) = (&self.place.mesh.trust_domain, self.place.block);
        let mesh = self.context.blocks(mesh::WORD).next();
        let range = mesh.map_or(self.range(), |mesh| mesh.block.arguments.range("trust_domain"));
        let others = self
            .all()
            .filter_map(|(istiod, is_ours)| Some((part(istiod, "trust_domain")?, is_ours)))
            .filter(|(domain, _)| domain != own);
        let told = others.map(|(domain, is_ours)| {
            let diagnostic = if is_ours {
                let detail = format!(
                    "Workloads of `{}` have identities of `{domain}`, and the mesh is to have `{own}`. Until all of \
                     them have been restarted, policies that name an identity fit only a part."
                , block.address);
                Diagnostic::warning("Trust domain changes", detail)
                    .hint(format!("Keep `trust_domain = \"{domain}\"`, unless the change is meant."))
            } else {
                let detail = format!(
                    "The Istio in `{}` has the trust domain `{domain}`, this mesh has `{own}`. Identities of one are \
                     strangers to the other.",
                    block.address
                );
                Diagnostic::error("Trust domain mismatch", detail).hint(format!(
                    "Write `trust_domain = \"{domain}\"` to keep the identities that policies name already, or have \
                     that Istio removed before this mesh comes."
                ))
            };
            diagnostic
                .check("P03")
                .at(range)
                .related(self.range(), "the cluster is here")
        });
        Diagnostics(told.collect())
    }

    /// A root that workloads trust already and that is not the one of this mesh; an intermediate that another plugged in.
    fn authority(&self) -> Diagnostics {
        let is_ours = self.context.is_ours(self.text("ca_lineage"));
        let trust = self.context.blocks(trust::WORD).next();
        let configured = trust.and_then(|trust| roots(trust.exports.get("certificate")?.as_str()?));
        let there = self.text("root_certificate").and_then(roots).unwrap_or_default();
        let is_other = match &configured {
            Some(configured) => !there.is_empty() && !there.iter().any(|root| configured.contains(root)),
            // It is still to be made, so whatever is there is another one.
            None => !there.is_empty() && !is_ours,
        };
        if is_other {
            return self
                .other_root(&there, is_ours, trust.map(|trust| &**trust))
                .into();
        }
        let is_plugged = self.said("ca_exists").and_then(Value::as_bool) == Some(true);
        if is_plugged && !is_ours {
            return self.other_intermediate().into();
        }
        Diagnostics::new()
    }

    fn other_root(&self, there: &[Certificate], is_ours: bool, trust: Option<&Expanded>) -> Diagnostic {
        let named: Vec<String> = there.iter().map(named).collect();
        let detail = format!(
            "Workloads of `{}` are given a root to trust that is not the one of this mesh (ConfigMap \
             `istio-ca-root-cert` in namespace `{ISTIO_NAMESPACE}`): {}.",
            self.place.block.address,
            named.join(", ")
        );
        let hint = if is_ours {
            "All of them would stop to believe each other at once. Keep the authority that was applied: this version \
             has no rotation of roots yet."
                .to_owned()
        } else {
            format!(
                "What still runs with it would trust nobody in the mesh. Once nothing does, remove what is left of it: \
                 `kubectl delete -n {ISTIO_NAMESPACE} configmap/istio-ca-root-cert secret/cacerts \
                 secret/istio-ca-secret --ignore-not-found`. If it is a private CA of AWS, `authority \
                 \"aws_private_ca\" {{ arn = … }}` keeps it."
            )
        };
        let diagnostic = Diagnostic::error("Another root is in place", detail)
            .hint(hint)
            .check("P17")
            .at(self.range());
        match trust {
            Some(trust) => {
                diagnostic.related(trust.block.arguments.range, "the root of the mesh is named here")
            }
            None => diagnostic,
        }
    }

    fn other_intermediate(&self) -> Diagnostic {
        let detail = format!(
            "`{}` has a Secret `cacerts` in namespace `{ISTIO_NAMESPACE}` that is not of this mesh: an intermediate \
             that somebody plugged in.",
            self.place.block.address
        );
        let hint = format!(
            "Meshform makes an intermediate of its own and overwrites none. If nothing signs with that one any more, \
             `kubectl delete -n {ISTIO_NAMESPACE} secret/cacerts`."
        );
        Diagnostic::error("Another authority is in place", detail)
            .hint(hint)
            .check("P17")
            .at(self.range())
    }

    /// A label of others that says another network for the pods of the cluster.
    fn network(&self) -> Diagnostics {
        let Some(other) = self.text("network").filter(|other| *other != self.place.network) else {
            return Diagnostics::new();
        };
        let block = self.place.block;
        let detail = format!(
            "Namespace `{ISTIO_NAMESPACE}` of `{}` is labelled with network `{other}`; its pods are to be in `{}`.",
            block.address, self.place.network
        );
        let hint = format!(
            "Call the network `{other}` with a `network` block, or take the label off: `kubectl label namespace \
             {ISTIO_NAMESPACE} topology.istio.io/network-`."
        );
        Diagnostic::error("Another network is in place", detail)
            .hint(hint)
            .check("P21")
            .at(block.arguments.range("vpc"))
            .into()
    }
}

fn part<'a>(istiod: &'a Value, name: &str) -> Option<&'a str> {
    istiod.get(name).and_then(Value::as_str)
}

fn part_of_state(istiod: &Value) -> bool {
    part(istiod, "lineage").is_some()
}

/// The certificates in `pem`, if it is some.
fn roots(pem: &str) -> Option<Vec<Certificate>> {
    Certificate::all(pem).filter(|all| !all.is_empty())
}

/// A certificate as people tell it from others.
fn named(root: &Certificate) -> String {
    let fingerprint = root.fingerprint();
    let short = fingerprint.get(..16).unwrap_or(&fingerprint);
    match root.about() {
        Some(about) => format!("`{}` (SHA-256 {short}…)", about.subject),
        None => format!("SHA-256 {short}…"),
    }
}
