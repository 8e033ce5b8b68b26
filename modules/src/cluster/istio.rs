//! What a member of the mesh gets: the namespace, the CA's Secret, Istio's charts, the gateway for other networks.

use std::collections::BTreeMap;

use meshform_engine::compile::{Context, Derived, Stop, WordBlock};
use meshform_lang::{Type, Value};
use meshform_state::{Address, Scope, Str};
use serde_json::Value as Json;

use super::authority::ca_secret;
use super::facts::Facts;
use super::values;
use super::word::ISTIO_NAMESPACE;
use crate::make::{map, object, resource};
use crate::mesh::{CHARTS, Chart, Mesh};

const NAMESPACE: &str = "kubernetes_namespace";
const CHART: &str = "istio_chart";
const MANIFEST: &str = "kubernetes_manifest";
const TEMPLATE: &str = "helm_template";

/// The names below the block.
const ISTIO_SYSTEM: &str = "istio_system";
const CROSS_NETWORK: &str = "cross_network_gateway";
const RESOURCE_NAMES: [&str; 3] = ["base", "istiod", "eastwest"];

/// The releases, as helm would call them.
const RELEASES: [&str; 3] = ["istio-base", "istiod", values::GATEWAY];

/// The label that says which network a namespace, a Service or a pod is in.
const NETWORK_LABEL: &str = "topology.istio.io/network";

/// A cluster of the mesh, with everything that is known of it.
pub(super) struct Member<'a> {
    pub(super) block: &'a WordBlock,
    /// Its name in the mesh.
    pub(super) name: String,
    /// The network that its pods are in.
    pub(super) network: String,
    pub(super) mesh: Mesh,
    pub(super) facts: Facts,
}

/// The address of the namespace of Istio in the cluster of `block`.
pub(crate) fn namespace(block: &WordBlock) -> Address {
    block.resource(NAMESPACE, ISTIO_SYSTEM, None)
}

/// The address of the chart `name` (`base`, `istiod` or `eastwest`) in the cluster of `block`.
pub(crate) fn chart(block: &WordBlock, name: &str) -> Address {
    block.resource(CHART, name, None)
}

/// The address of the object that opens the gateway for other networks.
pub(crate) fn gateway(block: &WordBlock) -> Address {
    block.resource(MANIFEST, CROSS_NETWORK, None)
}

impl Member<'_> {
    /// All of it.
    pub(super) fn resources(&self, context: &mut Context<'_>) -> Result<Vec<Derived>, Stop> {
        let charts: Vec<Result<Derived, Stop>> = CHARTS
            .iter()
            .zip(&self.facts.charts)
            .enumerate()
            .map(|(at, (_, chart))| self.chart(at, chart, context))
            .collect();
        let mut all = vec![self.namespace()];
        for chart in charts {
            all.push(chart?);
        }
        all.push(self.cross_network());
        all.extend(self.mutual_tls());
        Ok(all)
    }

    /// What expressions and other words see.
    pub(super) fn exports(&self) -> BTreeMap<Str, Value> {
        let groups = self.facts.security_group_ids.iter();
        let groups = groups.map(|id| Value::from(id.as_str())).collect();
        BTreeMap::from([
            ("network".into(), Value::from(self.network.as_str())),
            ("server".into(), Value::from(self.server())),
            (
                "certificate_authority_data".into(),
                Value::from(self.facts.certificate_authority_data.as_str()),
            ),
            ("uid".into(), Value::from(self.facts.uid.as_str())),
            ("version".into(), Value::from(self.facts.version.as_str())),
            ("security_group_ids".into(), Value::list(Type::String, groups)),
        ])
    }

    /// Where istiods of other clusters reach the API.
    fn server(&self) -> &str {
        let said = self
            .block
            .arguments
            .block("mesh_api")
            .and_then(|api| api.text("server"));
        said.unwrap_or(&self.facts.server)
    }

    fn namespace(&self) -> Derived {
        resource(
            NAMESPACE,
            ISTIO_SYSTEM,
            "the namespace of Istio, with the network of its pods",
        )
        .set("name", ISTIO_NAMESPACE)
        .set("labels", map([(NETWORK_LABEL, &*self.network)]))
        .set("existing", "adopt")
        .done()
    }

    fn chart(&self, at: usize, chart: &Chart, context: &mut Context<'_>) -> Result<Derived, Stop> {
        let (name, release) = (RESOURCE_NAMES[at], RELEASES[at]);
        let values = self.values(at).to_string();
        let mut arguments = vec![
            ("source", Value::from(self.mesh.charts.as_str())),
            ("name", Value::from(chart.name)),
            ("version", Value::from(chart.version.as_str())),
            ("digest", Value::from(chart.digest.as_str())),
            ("release", Value::from(release)),
            ("namespace", Value::from(ISTIO_NAMESPACE)),
            ("values", Value::from(values.as_str())),
        ];
        arguments.push(("kube_version", Value::from(self.facts.version.as_str())));
        let rendered = context.ask(TEMPLATE, &Scope::Local, &arguments, self.block.arguments.range)?;
        let said = |name| {
            let value = context.answer(TEMPLATE, &rendered, name).cloned();
            value.unwrap_or(Value::Null(Type::Any))
        };
        let (why, after) = match name {
            "base" => (
                "Istio's CRDs and the account that reads",
                vec![namespace(self.block)],
            ),
            "istiod" => (
                "the control plane",
                vec![self.block.resource(CHART, "base", None), ca_secret(self.block)],
            ),
            // The gateway's image comes from the injector.
            _ => (
                "where traffic from other networks comes in",
                vec![self.block.resource(CHART, "istiod", None)],
            ),
        };
        let made = resource(CHART, name, why)
            .set("chart", chart.name)
            .set("version", chart.version.as_str())
            .set("release", release)
            .set("namespace", ISTIO_NAMESPACE)
            .set("values", values)
            .set("objects", said("objects"))
            .set("manifests", said("manifests"))
            .after(after);
        Ok(made.done())
    }

    fn values(&self, at: usize) -> Json {
        match CHARTS[at] {
            "base" => values::base(),
            "istiod" => values::istiod(&self.mesh, &self.name, &self.network),
            _ => values::gateway(&self.network, &self.annotations()),
        }
    }

    /// Ours where the cluster is of EKS, and those that the block gives.
    fn annotations(&self) -> BTreeMap<String, String> {
        let mut all = if self.block.arguments.text("eks").is_some() {
            values::eks_annotations()
        } else {
            BTreeMap::new()
        };
        let gateway = self.block.arguments.block("gateway");
        let given = gateway
            .and_then(|gateway| gateway.value("annotations"))
            .and_then(Value::entries);
        for (name, value) in given.into_iter().flatten() {
            all.insert(name.to_string(), value.as_str().unwrap_or_default().to_owned());
        }
        all
    }

    /// Lets services of this cluster be reached through its gateway (Istio, "Expose services": `cross-network-gateway`).
    fn cross_network(&self) -> Derived {
        let server = object([
            (
                "port",
                object([
                    ("number", Value::int(15443)),
                    ("name", Value::from("tls")),
                    ("protocol", Value::from("TLS")),
                ]),
            ),
            ("tls", object([("mode", Value::from("AUTO_PASSTHROUGH"))])),
            ("hosts", Value::tuple(vec![Value::from("*.local")])),
        ]);
        let spec = object([
            ("selector", object([("istio", Value::from("eastwestgateway"))])),
            ("servers", Value::tuple(vec![server])),
        ]);
        let manifest = manifest(
            "networking.istio.io/v1",
            "Gateway",
            "cross-network-gateway",
            ISTIO_NAMESPACE,
            spec,
        );
        resource(
            MANIFEST,
            CROSS_NETWORK,
            "lets other networks reach the services of this one",
        )
        .set("manifest", manifest)
        // Served by the CRDs of the base chart, and checked by the webhook of istiod.
        .after([self.block.resource(CHART, "istiod", None)])
        .done()
    }

    /// How strict mTLS is here: for the mesh in the root namespace, and for each namespace that is stricter.
    fn mutual_tls(&self) -> Vec<Derived> {
        let strict = || object([("mtls", object([("mode", Value::from("STRICT"))]))]);
        let policy = |key: &str, namespace: &str, why: &str| {
            resource(MANIFEST, "mtls", why)
                .key(key)
                .set(
                    "manifest",
                    manifest(
                        "security.istio.io/v1",
                        "PeerAuthentication",
                        "default",
                        namespace,
                        strict(),
                    ),
                )
                .after([self.block.resource(CHART, "istiod", None)])
                .done()
        };
        let mut all = Vec::new();
        if self.mesh.strict {
            all.push(policy("mesh", ISTIO_NAMESPACE, "all workloads take mTLS only"));
        }
        for namespace in &self.mesh.strict_namespaces {
            all.push(policy(
                &format!("namespace/{namespace}"),
                namespace,
                "workloads of this namespace take mTLS only",
            ));
        }
        all
    }
}

fn manifest(version: &str, kind: &str, name: &str, namespace: &str, spec: Value) -> Value {
    object([
        ("apiVersion", Value::from(version)),
        ("kind", Value::from(kind)),
        (
            "metadata",
            object([("name", Value::from(name)), ("namespace", Value::from(namespace))]),
        ),
        ("spec", spec),
    ])
}
