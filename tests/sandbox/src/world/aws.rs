//! All objects of EC2 in moto. It must never go through faults or records: it is the truth that tests compare with.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::door::Credentials;
use crate::door::ec2::nouns::NOUNS;
use crate::door::ec2::xml::{ItemList, child_text};
use crate::door::upstream::Upstream;
use crate::error::SandboxError;

/// One object of EC2, with all that EC2 says about it: two lists are equal when nothing came, went or changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AwsObject {
    /// Its region.
    pub region: String,
    /// What it is, as `vpc` or `network-acl`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The item of the list it was found in, as XML without spaces between elements.
    pub body: String,
}

pub(crate) async fn list(
    moto: &Upstream,
    credentials: &Credentials,
    regions: &[&str],
) -> Result<BTreeSet<AwsObject>, SandboxError> {
    let mut objects = BTreeSet::new();
    for region in regions {
        for noun in NOUNS {
            let answer = moto
                .ec2(credentials, region, &format!("Action={}", noun.describe))
                .await?;
            let Some(list) = ItemList::find(&answer, noun.set) else {
                continue;
            };
            objects.extend(list.items().filter(|item| !is_deleted(item)).map(|item| {
                AwsObject {
                    region: (*region).to_owned(),
                    kind: noun.kind.to_owned(),
                    id: child_text(item, noun.id).unwrap_or_default(),
                    body: item
                        .split_whitespace()
                        .collect::<Vec<_>>()
                        .join(" ")
                        .replace("> <", "><"),
                }
            }));
        }
    }
    Ok(objects)
}

/// NAT gateways, endpoints, peerings and transit gateways stay listed for a while after their end.
fn is_deleted(item: &str) -> bool {
    let state = child_text(item, "state").or_else(|| child_text(item, "vpcEndpointState"));
    let status = child_text(item, "status").unwrap_or_default();
    state.is_some_and(|state| state.eq_ignore_ascii_case("deleted")) || status.contains("<code>deleted")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_is_not_there() {
        assert!(is_deleted(
            "<item><natGatewayId>nat-1</natGatewayId><state>deleted</state></item>"
        ));
        assert!(!is_deleted(
            "<item><natGatewayId>nat-1</natGatewayId><state>available</state></item>"
        ));
        assert!(!is_deleted("<item><vpcId>vpc-1</vpcId></item>"));
    }
}
