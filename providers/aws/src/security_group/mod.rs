//! Security groups and their rules.

mod group;
mod rule;

pub(crate) use group::SecurityGroupResource;
pub(crate) use rule::RuleResource;
