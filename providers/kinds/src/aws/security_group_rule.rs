//! `aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`: the same but for the direction.

use meshform_engine::{Object, Problem, Schema};
use meshform_state::Value;

use super::tags::{self, Tags};
use crate::spec::{Rules, Spec};
use crate::{kind, network};

/// A rule, whatever its direction.
#[derive(Debug, Clone, PartialEq)]
pub struct SecurityGroupRule {
    /// The security group.
    pub security_group_id: String,
    /// The protocol.
    pub ip_protocol: String,
    /// The first port.
    pub from_port: Option<i64>,
    /// The last port.
    pub to_port: Option<i64>,
    /// The IPv4 block at the other end.
    pub cidr_ipv4: Option<String>,
    /// The IPv6 block at the other end.
    pub cidr_ipv6: Option<String>,
    /// The prefix list at the other end.
    pub prefix_list_id: Option<String>,
    /// The security group at the other end.
    pub referenced_security_group_id: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Tags.
    pub tags: Tags,
    /// Its id.
    pub id: Option<String>,
    /// Its ARN.
    pub arn: Option<String>,
}

/// A direction of rules, and its kind.
pub trait SecurityGroupDirection: Spec {
    /// Whether the rules let traffic out.
    const EGRESS: bool;

    /// The rule of a spec.
    fn into_rule(self) -> SecurityGroupRule;

    /// The spec of a rule.
    fn from_rule(rule: SecurityGroupRule) -> Self;
}

macro_rules! direction {
    ($(#[doc = $about:literal])+ $spec:ident $kind:literal, $egress:literal) => {
        kind! {
            $(#[doc = $about])+
            pub struct $spec: managed $kind in Aws {
                /// The security group.
                security_group_id: String => required.force_new(),
                /// The protocol: `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
                ip_protocol: String => required.normalised(protocol),
                /// The first port, or the ICMP type; none for all protocols.
                from_port: Option<i64> => optional,
                /// The last port, or the ICMP code; none for all protocols.
                to_port: Option<i64> => optional,
                /// The IPv4 block at the other end. A change makes another rule, as of each of these four.
                cidr_ipv4: Option<String> => optional.force_new().normalised(network::ipv4),
                /// The IPv6 block at the other end.
                cidr_ipv6: Option<String> => optional.force_new(),
                /// The prefix list at the other end.
                prefix_list_id: Option<String> => optional.force_new(),
                /// The security group at the other end; one of another account as `ACCOUNT/GROUP`.
                referenced_security_group_id: Option<String> => optional.force_new(),
                /// What it is for.
                description: Option<String> => optional,
                /// Tags.
                tags: Tags => optional,
                /// Its id.
                id: Option<String> => computed,
                /// Its id again, as in Terraform.
                security_group_rule_id: Option<String> => computed,
                /// Its ARN.
                arn: Option<String> => computed,
            }
        }

        impl Rules for $spec {
            fn validate(object: &Object) -> Vec<Problem> {
                check($spec::schema(), object)
            }
        }

        impl SecurityGroupDirection for $spec {
            const EGRESS: bool = $egress;

            fn into_rule(self) -> SecurityGroupRule {
                SecurityGroupRule {
                    security_group_id: self.security_group_id,
                    ip_protocol: self.ip_protocol,
                    from_port: self.from_port,
                    to_port: self.to_port,
                    cidr_ipv4: self.cidr_ipv4,
                    cidr_ipv6: self.cidr_ipv6,
                    prefix_list_id: self.prefix_list_id,
                    referenced_security_group_id: self.referenced_security_group_id,
                    description: self.description,
                    tags: self.tags,
                    id: self.id,
                    arn: self.arn,
                }
            }

            fn from_rule(rule: SecurityGroupRule) -> Self {
                $spec {
                    security_group_id: rule.security_group_id,
                    ip_protocol: rule.ip_protocol,
                    from_port: rule.from_port,
                    to_port: rule.to_port,
                    cidr_ipv4: rule.cidr_ipv4,
                    cidr_ipv6: rule.cidr_ipv6,
                    prefix_list_id: rule.prefix_list_id,
                    referenced_security_group_id: rule.referenced_security_group_id,
                    description: rule.description,
                    tags: rule.tags,
                    security_group_rule_id: rule.id.clone(),
                    id: rule.id,
                    arn: rule.arn,
                }
            }
        }
    };
}

direction! {
    /// A rule that lets traffic into a security group.
    SecurityGroupIngressRule "aws_vpc_security_group_ingress_rule", false
}

direction! {
    /// A rule that lets traffic out of a security group.
    SecurityGroupEgressRule "aws_vpc_security_group_egress_rule", true
}

/// A protocol as EC2 gives it back: "IpPermission" in the EC2 API reference.
fn protocol(value: Value) -> Result<Value, String> {
    let Some(text) = value.as_str() else {
        return Ok(value);
    };
    let lower = text.trim().to_ascii_lowercase();
    let form = match lower.as_str() {
        "all" | "-1" => "-1",
        "6" | "tcp" => "tcp",
        "17" | "udp" => "udp",
        "1" | "icmp" => "icmp",
        "58" | "icmpv6" => "icmpv6",
        number if number.parse::<u8>().is_ok() => number,
        _ => {
            return Err(format!(
                "`{text}` is no protocol, as `tcp`, `50` or `-1` (all) are."
            ));
        }
    };
    Ok(Value::from(form))
}

const ENDS: [&str; 4] = [
    "cidr_ipv4",
    "cidr_ipv6",
    "prefix_list_id",
    "referenced_security_group_id",
];

fn check(schema: &Schema, object: &Object) -> Vec<Problem> {
    let mut problems = tags::check(schema, object);
    problems.extend(network::check_ipv4(schema, object, "cidr_ipv4", 0..=32));
    problems.extend(check_end(schema, object));
    problems.extend(check_ports(schema, object));
    problems
}

fn check_end(schema: &Schema, object: &Object) -> Option<Problem> {
    let value = |name: &str| object.get(schema, name);
    let undecided = ENDS.iter().any(|name| matches!(value(name), Value::Later(_)));
    let given: Vec<&str> = ENDS
        .into_iter()
        .filter(|name| value(name).as_str().is_some())
        .collect();
    let message = match given.len() {
        0 if !undecided => "A rule needs another end.".to_owned(),
        0 | 1 => return None,
        _ => format!(
            "A rule has one other end, but these are given: `{}`.",
            given.join("`, `")
        ),
    };
    Some(Problem {
        attribute: "",
        message,
        hint: Some(format!("Give exactly one of `{}`.", ENDS.join("`, `"))),
    })
}

fn check_ports(schema: &Schema, object: &Object) -> Option<Problem> {
    let protocol = object.get(schema, "ip_protocol").as_str()?;
    let (from, to) = (object.get(schema, "from_port"), object.get(schema, "to_port"));
    let problem = |attribute, message: &str| {
        Some(Problem {
            attribute,
            message: message.to_owned(),
            hint: None,
        })
    };
    match (protocol, from.as_i64(), to.as_i64()) {
        ("-1", Some(_), _) | ("-1", _, Some(_)) => problem(
            "from_port",
            "A rule for all protocols is for all ports: it takes none.",
        ),
        ("tcp" | "udp", Some(first), Some(last)) if first > last => {
            problem("to_port", "The last port is below the first.")
        }
        ("tcp" | "udp", Some(first), _) if !(0..=65535).contains(&first) => {
            problem("from_port", "Ports are from 0 to 65535.")
        }
        ("tcp" | "udp", _, Some(last)) if !(0..=65535).contains(&last) => {
            problem("to_port", "Ports are from 0 to 65535.")
        }
        ("tcp" | "udp", None, _) if from.is_null() => problem(
            "from_port",
            "A rule for this protocol needs `from_port` and `to_port`.",
        ),
        ("tcp" | "udp", _, None) if to.is_null() => problem(
            "to_port",
            "A rule for this protocol needs `from_port` and `to_port`.",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(attributes: &[(&str, Value)]) -> Vec<String> {
        let schema = SecurityGroupIngressRule::schema();
        let mut object = Object::empty(schema);
        object.set(schema, "security_group_id", Value::from("sg-1"));
        for (name, value) in attributes {
            object.set(schema, name, value.clone());
        }
        let problems = SecurityGroupIngressRule::validate(&object);
        problems.into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn protocols_have_one_form() {
        for (given, form) in [
            ("TCP", "tcp"),
            ("6", "tcp"),
            ("all", "-1"),
            ("50", "50"),
            ("58", "icmpv6"),
        ] {
            assert_eq!(protocol(given.into()), Ok(form.into()));
        }
        assert!(protocol("sctpx".into()).is_err());
        assert!(protocol("256".into()).is_err());
    }

    #[test]
    fn a_rule_has_one_end_and_the_ports_that_its_protocol_has() {
        let block = ("cidr_ipv4", Value::from("10.0.0.0/8"));
        let (tcp, all) = (
            ("ip_protocol", Value::from("tcp")),
            ("ip_protocol", Value::from("-1")),
        );
        let port = |name: &'static str, port| (name, Value::int(port));
        let (from, to) = (port("from_port", 443), port("to_port", 443));
        assert!(rule(&[tcp.clone(), from.clone(), to.clone(), block.clone()]).is_empty());
        assert!(rule(&[all.clone(), block.clone()]).is_empty());
        assert!(rule(&[all, from.clone(), block.clone()])[0].contains("all ports"));
        assert!(rule(&[tcp.clone(), from.clone(), block.clone()])[0].contains("needs"));
        assert!(rule(&[tcp.clone(), from.clone(), port("to_port", 80), block.clone()])[0].contains("below"));
        assert!(rule(&[tcp.clone(), from.clone(), to.clone()])[0].contains("needs another end"));
        let list = ("prefix_list_id", Value::from("pl-1"));
        assert!(rule(&[tcp, from, to, block, list])[0].contains("`cidr_ipv4`, `prefix_list_id`"));
    }
}
