//! `data "aws_caller_identity"`.

use crate::kind;
use crate::spec::Rules;

kind! {
    /// As whom we act.
    pub struct CallerIdentity: data "aws_caller_identity" in Aws {
        /// The account.
        account_id: Option<String> => computed,
        /// The ARN of the user or role session.
        arn: Option<String> => computed,
        /// The unique id of the user or role session.
        user_id: Option<String> => computed,
        /// The account again, as in Terraform.
        id: Option<String> => computed,
    }
}

impl Rules for CallerIdentity {}
