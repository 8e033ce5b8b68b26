//! `vpc`: a virtual private cloud, one that we create or one that exists and is adopted.
//!
//! `create` makes one with subnets and routes in a fixed layout; `adopt` only asks what is there; `view` is how other
//! words see either; `review` finds what is wrong between several.

mod adopt;
mod create;
mod layout;
mod review;
mod view;
mod word;

pub(crate) use review::review;
pub(crate) use view::{blocks_of, route_tables};
pub(crate) use word::{WORD, expand, schema};

use word::{ROUTE_TABLE, SUBNET, VPC, account_id, region};
