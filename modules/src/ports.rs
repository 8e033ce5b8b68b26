//! The ports that the mesh needs open between VPCs: security-group rules for exactly these, on the nodes of each member
//! whose security groups are known.

use std::sync::Arc;

use meshform_engine::compile::{Derivation, Derived, Expanded, Place};
use meshform_lang::Value;
use meshform_state::Scope;

use crate::cluster::is_member;
use crate::make::{label, resource, text};
use crate::{link, vpc};

const RULE: &str = "aws_vpc_security_group_ingress_rule";

/// A port that peers must reach, and why.
struct Port {
    name: &'static str,
    number: i64,
    why: &'static str,
}

/// Multi-primary on several networks: istiods read each other's API, and workloads come in by the gateways (Istio,
/// "Ports used by Istio"; the gateway chart's `tls` port).
const PORTS: [Port; 2] = [
    Port {
        name: "api",
        number: 443,
        why: "the istiods there read the API here",
    },
    Port {
        name: "gateway",
        number: 15443,
        why: "workloads there come in by the east-west gateway here",
    },
];

/// The rules of each link.
pub(crate) fn assemble(blocks: &[Arc<Expanded>]) -> Vec<Derivation> {
    let members: Vec<&Arc<Expanded>> = blocks.iter().filter(|block| is_member(block)).collect();
    let links = blocks.iter().filter(|block| &*block.block.word == link::WORD);
    links
        .filter_map(|link| {
            let [first, second] = link::sides(&link.block)?;
            let mut resources = Vec::new();
            for (here, there) in [(first, second), (second, first)] {
                for member in members.iter().filter(|member| is_in(member, here)) {
                    resources.extend(rules(member, here, there));
                }
            }
            Some(Derivation {
                block: link.block.clone(),
                resources,
            })
        })
        .collect()
}

fn is_in(member: &Expanded, vpc: &Expanded) -> bool {
    let own = member.block.arguments.words("vpc").first();
    own.is_some_and(|own| own.address == vpc.block.address)
}

/// What must be let in to `member`, in VPC `here`, from VPC `there`.
fn rules(member: &Expanded, here: &Expanded, there: &Expanded) -> Vec<Derived> {
    let Place::Fixed(scope @ Scope::Aws { .. }) = &here.place else {
        return Vec::new();
    };
    let name = text(member, "name").unwrap_or_default();
    let groups = member
        .exports
        .get("security_group_ids")
        .and_then(Value::items)
        .unwrap_or_default();
    let mut rules = Vec::new();
    for group in groups.iter().filter_map(Value::as_str) {
        for network in vpc::blocks_of(there) {
            for port in &PORTS {
                let description = format!("{} of {name} from {}", port.name, label(&there.block));
                let rule = resource(RULE, port.name, port.why)
                    .key(&format!("{name}/{group}<-{network}"))
                    .within(scope)
                    .set("security_group_id", group)
                    .set("cidr_ipv4", network.to_string())
                    .set("ip_protocol", "tcp")
                    .set("from_port", Value::int(port.number))
                    .set("to_port", Value::int(port.number))
                    .set("description", description);
                rules.push(rule.done());
            }
        }
    }
    rules
}
