//! `aws_security_group`.

use meshform_engine::{Object, Problem};
use meshform_state::Value;

use super::tags::{self, Tags};
use crate::kind;
use crate::spec::{Rules, Spec as _};

kind! {
    /// A security group. Its rules are `aws_vpc_security_group_ingress_rule`s and `…_egress_rule`s: unlike in Terraform
    /// there is no `ingress` and `egress` inside, so that two owners of one group's rules cannot undo each other's.
    pub struct SecurityGroup: managed "aws_security_group" in Aws {
        /// Its name, unique in the VPC.
        name: String => required.force_new(),
        /// What it is for; AWS does not let it change.
        description: String => optional.force_new().default(Value::from("Managed by Meshform")),
        /// The VPC.
        vpc_id: String => required.force_new(),
        /// Whether the rule stays by which AWS lets all traffic out of a new group. As in Terraform it is taken away
        /// if nothing is said.
        keep_default_egress: bool => optional.default(Value::Bool(false)),
        /// Tags.
        tags: Tags => optional,
        /// Its id.
        id: Option<String> => computed,
        /// Its ARN.
        arn: Option<String> => computed,
        /// The account that owns it.
        owner_id: Option<String> => computed,
    }
}

/// The longest name and description: "CreateSecurityGroup" in the EC2 API reference.
const LONGEST: usize = 255;

impl Rules for SecurityGroup {
    fn validate(object: &Object) -> Vec<Problem> {
        let schema = SecurityGroup::schema();
        let mut problems = tags::check(schema, object);
        for attribute in ["name", "description"] {
            let Some(text) = object.get(schema, attribute).as_str() else {
                continue;
            };
            let message = match text {
                "" => format!("The {attribute} of a security group cannot be empty."),
                _ if text.chars().count() > LONGEST => {
                    format!("The {attribute} of a security group has at most {LONGEST} characters.")
                }
                _ if attribute == "name" && text.starts_with("sg-") => {
                    format!("The name `{text}` starts with `sg-`, as only ids do.")
                }
                _ => continue,
            };
            problems.push(Problem {
                attribute,
                message,
                hint: None,
            });
        }
        problems
    }
}
