//! Meshes under test: the example of two clusters, made by the words of `modules`, in an account of its own and in a
//! namespace of its own of both clusters, so that many are there at once.
//!
//! Istio's charts are left out: their objects are for a whole cluster, and `live_mesh` has them. What needs a chart
//! needs what that chart needs instead. All else is what the words say.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use meshform_engine::Desired;
use meshform_engine::desired::Dependency;
use meshform_state::value::{Entries, Items};
use meshform_state::{Address, Value};

use super::config::replaced;
use super::sandbox::{REGION, runtime, sandbox, serve_gateways};
use super::world::World;

const EXAMPLE: &str = include_str!("../../../examples/two-clusters/mesh.hcl");

/// What the words call the namespace of Istio.
const ISTIO: &str = "istio-system";

const CHART: &str = "istio_chart";

/// What the example has not, and a mesh may have: a group for its gateways.
const GROUP: &str = r#"
resource "aws_security_group" "gateways" {
  in     = vpc.east
  name   = "gateways"
  vpc_id = vpc.east.id
}

resource "aws_vpc_security_group_egress_rule" "gateways" {
  in                = vpc.east
  security_group_id = aws_security_group.gateways.id
  ip_protocol       = "tcp"
  from_port         = 15443
  to_port           = 15443
  cidr_ipv4         = "10.10.0.0/16"
}
"#;

/// What the mesh without clusters has not, and would have for them.
const RULE: &str = r#"
resource "aws_vpc_security_group_ingress_rule" "gateways" {
  in                = vpc.east
  security_group_id = aws_security_group.gateways.id
  ip_protocol       = "tcp"
  from_port         = 15443
  to_port           = 15443
  cidr_ipv4         = "10.10.0.0/16"
}
"#;

/// What a mesh has in one cluster, and what another one has to read it.
const MEMBER: &str = r#"
resource "kubernetes_namespace" "THIS" {
  in     = cluster.THIS
  name   = "NAMESPACE"
  labels = { "topology.istio.io/network" = "THIS" }
}

resource "istio_ca_secret" "THIS" {
  in               = cluster.THIS
  namespace        = kubernetes_namespace.THIS.name
  root_certificate = trust.certificate
  common_name      = "acme intermediate of THIS"
  authority = {
    arn        = trust.arn
    region     = "us-west-2"
    account    = "ACCOUNT"
    plan_role  = null
    apply_role = null
  }
}

resource "kubernetes_manifest" "THIS" {
  in = cluster.THIS
  manifest = {
    apiVersion = "networking.istio.io/v1"
    kind       = "Gateway"
    metadata = {
      name      = "cross-network-gateway"
      namespace = kubernetes_namespace.THIS.name
    }
    spec = { selector = { istio = "eastwestgateway" } }
  }
}

resource "istio_reader_account" "THIS" {
  in           = cluster.THIS
  namespace    = kubernetes_namespace.THIS.name
  name         = "istio-reader-OTHER"
  cluster_role = "view"
}

resource "istio_remote_secret" "THIS" {
  in                         = cluster.OTHER
  namespace                  = kubernetes_namespace.OTHER.name
  cluster                    = "THIS"
  server                     = "SERVER"
  certificate_authority_data = "AUTHORITIES"
  token_secret_uid           = istio_reader_account.THIS.token_secret_uid
  account = {
    namespace    = kubernetes_namespace.THIS.name
    token_secret = istio_reader_account.THIS.token_secret
    reach = {
      name       = "THIS"
      kubeconfig = "KUBECONFIG"
      context    = "CONTEXT"
      eks        = null
    }
  }
}
"#;

/// What is configured in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Example {
    /// The first example: a network, and a cluster that is told about it.
    First,
    /// The network of the first example alone.
    Network,
    /// The example of two clusters: an adopted VPC and a new one, peered; two clusters; one root of
    /// AWS Private CA; discovery in both directions.
    Mesh,
    /// The network of the mesh and its root, without clusters.
    Ground,
    /// The clusters of the mesh, its root and discovery, without a network.
    Trust,
    /// The same with a root that is kept in one of the clusters: nothing of it is on AWS.
    LocalTrust,
}

impl Example {
    /// Where something of it is on AWS.
    pub(crate) fn regions(self) -> &'static [&'static str] {
        match self {
            Example::First | Example::Network | Example::Trust => &[REGION],
            Example::Mesh | Example::Ground => &[REGION, "us-east-1"],
            Example::LocalTrust => &[],
        }
    }

    /// Whether it is a mesh.
    pub(crate) fn is_mesh(self) -> bool {
        !matches!(self, Example::First | Example::Network)
    }
}

impl World {
    /// The configuration of a mesh, and in its account the VPC that it adopts.
    pub(super) fn mesh(&self, example: Example) -> String {
        serve_gateways();
        let text = replaced(EXAMPLE, "123456789012", &self.account);
        // The clock of a world runs ahead of that of the door, so that tokens of EKS would be over.
        let api = format!("operator_api {{\n{}  }}\n", way("a"));
        let text = replaced(&text, "eks = \"api-prod\"\n", &api);
        let text = replaced(
            &text,
            "    context = \"b\" # of the kubeconfig that KUBECONFIG names\n",
            &way("b"),
        );
        let charts = sandbox().charts().unwrap().display().to_string();
        let text = given(&text, "charts", &charts);
        let (vpc, group) = match example {
            Example::Mesh | Example::Ground => self.found_vpc(),
            _ => (String::new(), String::new()),
        };
        let text = given(&text, "west_vpc", &vpc);
        match example {
            Example::Ground => format!("{}{GROUP}{RULE}", without_clusters(&one_zone(&text))),
            Example::Mesh => {
                let text = one_zone(&text);
                let nodes = format!("  vpc = vpc.west\n  security_group_ids = [\"{group}\"]\n");
                let text = replaced(&text, "  vpc = vpc.west\n", &nodes);
                format!("{text}{GROUP}")
            }
            Example::Trust => without_network(&text),
            Example::LocalTrust => local(&without_network(&text)),
            Example::First | Example::Network => text,
        }
    }

    /// A VPC, and the security group of nodes in it.
    fn found_vpc(&self) -> (String, String) {
        let stranger = self.stranger();
        runtime().block_on(async {
            let made = stranger.create_vpc().cidr_block("10.10.0.0/16").send().await;
            let vpc = made.unwrap().vpc.unwrap().vpc_id.unwrap();
            let group = stranger.create_security_group().group_name("nodes").vpc_id(&vpc);
            let group = group.description("nodes of EKS").send().await.unwrap();
            (vpc, group.group_id.unwrap())
        })
    }
}

/// The way to a cluster of the sandbox, inside `operator_api`.
fn way(context: &str) -> String {
    let kubeconfig = sandbox().kubeconfig().display().to_string();
    format!("    context    = \"{context}\"\n    kubeconfig = \"{kubeconfig}\"\n")
}

/// The mesh of `world` for the shipped program: what its words make but charts, resource by resource, since the words
/// put all into one namespace of a cluster.
pub(crate) fn bare(world: &World) -> String {
    let (before, rest) = world.config.split_once("mesh \"acme\" {").unwrap();
    let (_, rest) = rest.split_once("\ntrust {").unwrap();
    let mut text = format!("{before}trust {{{rest}");
    let (_, group) = rest.split_once("security_group_ids = [\"").unwrap();
    let (group, _) = group.split_once('"').unwrap();
    for (name, port) in [("api", 443), ("gateway", 15443)] {
        text += &format!(
            "resource \"aws_vpc_security_group_ingress_rule\" \"{name}\" {{\n  in = vpc.west\n  \
             security_group_id = \"{group}\"\n  cidr_ipv4 = \"10.20.0.0/16\"\n  ip_protocol = \"tcp\"\n  \
             from_port = {port}\n  to_port = {port}\n}}\n"
        );
    }
    let clusters = &sandbox().clusters;
    for ((this, context), (other, cluster)) in [
        (("api", "a"), ("ml", &clusters[0])),
        (("ml", "b"), ("api", &clusters[1])),
    ] {
        let authorities = STANDARD.encode(&cluster.ca);
        let kubeconfig = sandbox().kubeconfig().display().to_string();
        text += &MEMBER
            .replace("THIS", this)
            .replace("OTHER", other)
            .replace("CONTEXT", context)
            .replace("KUBECONFIG", &kubeconfig)
            .replace("NAMESPACE", &world.namespace)
            .replace("ACCOUNT", &world.account)
            .replace("SERVER", &cluster.server)
            .replace("AUTHORITIES", &authorities);
    }
    text
}

/// `text` with a default for the variable `name`.
fn given(text: &str, name: &str, value: &str) -> String {
    let head = format!("variable \"{name}\" {{\n");
    replaced(text, &head, &format!("{head}  default = \"{value}\"\n"))
}

/// The mesh `text` with one zone, which has all kinds of effects that several have; public subnets have a gateway more.
fn one_zone(text: &str) -> String {
    replaced(text, "zones      = 2", "zones = 1\n  public_subnets = true")
}

/// The mesh `text` without its clusters.
fn without_clusters(text: &str) -> String {
    let (before, _) = text.split_once("cluster \"api\" {").unwrap();
    before.to_owned()
}

/// The mesh `text` without its VPCs and what is between them.
fn without_network(text: &str) -> String {
    let (before, rest) = text.split_once("vpc \"west\" {").unwrap();
    let (_, clusters) = rest.split_once("cluster \"api\" {").unwrap();
    let (clusters, _) = clusters.split_once("output ").unwrap();
    let clusters = replaced(clusters, "  vpc = vpc.west\n", "");
    let clusters = replaced(&clusters, "  vpc = vpc.east\n", "");
    format!("{before}cluster \"api\" {{{clusters}")
}

/// The mesh `text` with a root in the cluster `ml`.
fn local(text: &str) -> String {
    let (before, rest) = text.split_once("  authority \"aws_private_ca\" {").unwrap();
    let (_, rest) = rest.split_once("  intermediate {").unwrap();
    format!("{before}  authority \"local\" {{\n    cluster = cluster.ml\n  }}\n  intermediate {{{rest}")
}

/// `desired` without charts, and with the namespace of Istio called `namespace`.
pub(super) fn placed(mut desired: Desired, namespace: &str) -> Desired {
    let (charts, kept): (Vec<_>, Vec<_>) = desired
        .resources
        .into_iter()
        .partition(|resource| resource.kind.schema().kind == CHART);
    let charts: BTreeMap<Address, Vec<Dependency>> = charts
        .into_iter()
        .map(|chart| (chart.address, chart.dependencies))
        .collect();
    desired.resources = kept;
    for resource in &mut desired.resources {
        let mut needed = std::mem::take(&mut resource.dependencies);
        while let Some(dependency) = needed.pop() {
            match charts.get(&dependency.on) {
                Some(more) => needed.extend(more.iter().cloned()),
                None if resource
                    .dependencies
                    .iter()
                    .any(|known| known.on == dependency.on) => {}
                None => resource.dependencies.push(dependency),
            }
        }
        resource.dependencies.sort_by(|a, b| a.on.cmp(&b.on));
        for value in &mut resource.fields {
            *value = renamed(value, namespace);
        }
    }
    desired
}

/// `value` with the namespace of Istio called `namespace`.
fn renamed(value: &Value, namespace: &str) -> Value {
    let each =
        |items: &[Value]| -> Vec<Value> { items.iter().map(|item| renamed(item, namespace)).collect() };
    let items = |list: &Items| {
        Arc::new(Items {
            element: list.element.clone(),
            items: each(&list.items),
        })
    };
    match value {
        Value::String(text) => Value::from(text.replace(ISTIO, namespace).as_str()),
        Value::List(list) => Value::List(items(list)),
        Value::Set(set) => Value::Set(items(set)),
        Value::Tuple(members) => Value::tuple(each(members)),
        Value::Map(map) => Value::Map(Arc::new(Entries {
            element: map.element.clone(),
            entries: map
                .entries
                .iter()
                .map(|(key, value)| (key.clone(), renamed(value, namespace)))
                .collect(),
        })),
        Value::Object(members) => Value::object(
            members
                .iter()
                .map(|(key, value)| (key.clone(), renamed(value, namespace))),
        ),
        other => other.clone(),
    }
}
