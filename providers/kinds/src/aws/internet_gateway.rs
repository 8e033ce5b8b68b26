//! `aws_internet_gateway`.

use meshform_engine::{Object, Problem};

use super::tags::{self, Tags};
use crate::kind;
use crate::spec::{Rules, Spec as _};

kind! {
    /// A VPC's gateway to the internet.
    pub struct InternetGateway: managed "aws_internet_gateway" in Aws {
        /// The VPC that it is attached to. A gateway is always attached: for none, leave it out of the configuration.
        vpc_id: Option<String> => required,
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

impl Rules for InternetGateway {
    fn validate(object: &Object) -> Vec<Problem> {
        tags::check(InternetGateway::schema(), object)
    }
}
