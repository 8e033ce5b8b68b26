//! Where a peering connection is in its life: "VPC peering connection lifecycle" (VPC peering guide).

use aws_sdk_ec2::types::{
    VpcPeeringConnection, VpcPeeringConnectionStateReasonCode as Code, VpcPeeringConnectionVpcInfo,
};
use ipnet::IpNet;
use meshform_engine::AdapterError;

use crate::ec2::{Ec2, filter};

pub(super) const ID: &str = "vpc-peering-connection-id";

/// Where a peering connection is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Being asked for.
    Coming,
    /// Waits for the consent of the other side.
    Asked,
    /// Consented to, and being made.
    Provisioning,
    /// Carries traffic.
    Active,
    /// Will never carry traffic: why. It cannot be deleted; AWS forgets it after a while.
    Over(String),
    /// Deleted, or being deleted.
    Gone,
}

impl State {
    pub(super) fn of(connection: &VpcPeeringConnection) -> Self {
        let status = connection.status.as_ref();
        match status.and_then(|status| status.code.as_ref()) {
            Some(Code::Active) => State::Active,
            Some(Code::Provisioning) => State::Provisioning,
            Some(Code::PendingAcceptance) => State::Asked,
            Some(Code::Deleted | Code::Deleting) => State::Gone,
            Some(code @ (Code::Failed | Code::Rejected | Code::Expired)) => {
                State::Over(why(connection, code))
            }
            _ => State::Coming,
        }
    }
}

/// Whether it is deleted, or being deleted.
pub(crate) fn is_gone(connection: &VpcPeeringConnection) -> bool {
    State::of(connection) == State::Gone
}

/// Whether it will never carry traffic.
pub(crate) fn is_over(connection: &VpcPeeringConnection) -> bool {
    matches!(State::of(connection), State::Over(_))
}

/// The connection `id`, if there is one.
pub(super) async fn find(ec2: &Ec2, id: &str) -> Result<Option<VpcPeeringConnection>, AdapterError> {
    let found = ec2.vpc_peering_connections(vec![filter(ID, &[id])]).await?;
    let with_id = |connection: &VpcPeeringConnection| connection.vpc_peering_connection_id() == Some(id);
    Ok(found.into_iter().find(with_id))
}

fn why(connection: &VpcPeeringConnection, code: &Code) -> String {
    let said = connection
        .status
        .as_ref()
        .and_then(|status| status.message.as_deref());
    let said = said.map(|said| format!(": {said}")).unwrap_or_default();
    match (code, overlap(connection)) {
        (Code::Rejected, _) => format!("the other side has rejected the peering connection{said}"),
        (Code::Expired, _) => format!("nobody accepted the peering connection within seven days{said}"),
        (_, Some((ours, theirs))) => format!(
            "the peering connection has failed, since the blocks of the VPCs overlap: {ours} and {theirs}{said}"
        ),
        _ => format!(
            "the peering connection has failed{said}. The ids and the account must be right, and no block of one VPC may overlap one of the other"
        ),
    }
}

/// A block of either side that overlap, as far as AWS tells them.
fn overlap(connection: &VpcPeeringConnection) -> Option<(IpNet, IpNet)> {
    let ours = blocks(connection.requester_vpc_info.as_ref()?);
    let theirs = blocks(connection.accepter_vpc_info.as_ref()?);
    let mut pairs = ours
        .iter()
        .flat_map(|ours| theirs.iter().map(move |theirs| (*ours, *theirs)));
    pairs.find(|(ours, theirs)| ours.contains(theirs) || theirs.contains(ours))
}

fn blocks(side: &VpcPeeringConnectionVpcInfo) -> Vec<IpNet> {
    let more = side
        .cidr_block_set()
        .iter()
        .filter_map(|block| block.cidr_block());
    side.cidr_block()
        .into_iter()
        .chain(more)
        .filter_map(|block| block.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::VpcPeeringConnectionStateReason;

    use super::*;

    fn connection(code: Code, theirs: &str) -> VpcPeeringConnection {
        let status = VpcPeeringConnectionStateReason::builder()
            .code(code)
            .message("no.")
            .build();
        let side = |block: &str| VpcPeeringConnectionVpcInfo::builder().cidr_block(block).build();
        VpcPeeringConnection::builder()
            .status(status)
            .requester_vpc_info(side("10.0.0.0/16"))
            .accepter_vpc_info(side(theirs))
            .build()
    }

    #[test]
    fn a_connection_that_is_over_says_why() {
        let told = |code, theirs| match State::of(&connection(code, theirs)) {
            State::Over(why) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            told(Code::Failed, "10.0.4.0/24"),
            "the peering connection has failed, since the blocks of the VPCs overlap: 10.0.0.0/16 and 10.0.4.0/24: no."
        );
        assert!(told(Code::Failed, "10.1.0.0/16").contains("the account must be right"));
        assert!(told(Code::Rejected, "10.0.0.0/16").contains("rejected"));
        assert!(told(Code::Expired, "10.0.0.0/16").contains("seven days"));
    }

    #[test]
    fn states_are_told_apart() {
        let state = |code| State::of(&connection(code, "10.1.0.0/16"));
        assert_eq!(state(Code::InitiatingRequest), State::Coming);
        assert_eq!(state(Code::PendingAcceptance), State::Asked);
        assert_eq!(state(Code::Provisioning), State::Provisioning);
        assert_eq!(state(Code::Active), State::Active);
        assert_eq!(state(Code::Deleting), State::Gone);
    }
}
