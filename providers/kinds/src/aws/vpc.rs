//! `aws_vpc`.

use meshform_engine::{Object, Problem};
use meshform_state::Value;

use super::tags::{self, Tags};
use crate::spec::{Rules, Spec as _};
use crate::{kind, network};

kind! {
    /// A virtual private cloud.
    pub struct Vpc: managed "aws_vpc" in Aws {
        /// Its IPv4 block, from /16 to /28.
        cidr_block: String => required.force_new().normalised(network::ipv4),
        /// Whether its instances run on hardware of their own: `default` or `dedicated`. Unlike in Terraform, the way
        /// back from `dedicated` is a replacement too.
        instance_tenancy: String => optional.force_new().default(Value::from("default")),
        /// Whether the VPC has a DNS resolver.
        enable_dns_support: bool => optional.default(Value::Bool(true)),
        /// Whether instances with public addresses get DNS names.
        enable_dns_hostnames: bool => optional.default(Value::Bool(false)),
        /// Tags.
        tags: Tags => optional,
        /// Its id.
        id: Option<String> => computed,
        /// Its ARN.
        arn: Option<String> => computed,
        /// The account that owns it.
        owner_id: Option<String> => computed,
        /// The route table of subnets that are associated with none.
        main_route_table_id: Option<String> => computed,
        /// The route table that was made with it.
        default_route_table_id: Option<String> => computed,
        /// The security group that was made with it.
        default_security_group_id: Option<String> => computed,
        /// The network ACL that was made with it.
        default_network_acl_id: Option<String> => computed,
    }
}

impl Rules for Vpc {
    fn validate(object: &Object) -> Vec<Problem> {
        let schema = Vpc::schema();
        let mut problems = tags::check(schema, object);
        // Sizes: "VPC CIDR blocks" in the VPC user guide.
        problems.extend(network::check_ipv4(schema, object, "cidr_block", 16..=28));
        if let Some(tenancy) = object.get(schema, "instance_tenancy").as_str()
            && !["default", "dedicated"].contains(&tenancy)
        {
            let message = format!("`{tenancy}` is neither `default` nor `dedicated`.");
            problems.push(Problem {
                attribute: "instance_tenancy",
                message,
                hint: None,
            });
        }
        let flag = |name| object.get(schema, name).as_bool();
        if flag("enable_dns_hostnames") == Some(true) && flag("enable_dns_support") == Some(false) {
            problems.push(Problem {
                attribute: "enable_dns_hostnames",
                message: "DNS names need the DNS resolver, which `enable_dns_support = false` turns off."
                    .to_owned(),
                hint: None,
            });
        }
        problems
    }
}
