//! `aws_security_group`.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_ec2::types::{self, IpPermission, IpRange};
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, ErrorClass, Located, Object, Observation, Readiness, Target};
use meshform_kinds::aws::SecurityGroup;
use meshform_state::journal::Intent;

use crate::clients::Clients;
use crate::ec2::{Ec2, filter};
use crate::resource::{Resource, ids, seen, spec, unread};
use crate::step::Step;
use crate::tagged::Tagged;
use crate::tags;

pub(crate) struct SecurityGroupResource;

const REVOKE: &str = "ec2:RevokeSecurityGroupEgress";

#[async_trait]
impl Resource for SecurityGroupResource {
    async fn read(
        &self,
        Clients { ec2, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let groups = |filter| ec2.security_groups(vec![filter]);
        let (groups, open) = futures::try_join!(
            ec2.by_ids("group-id", ids(targets), groups),
            default_egress(ec2, ids(targets))
        )?;
        Ok(seen(targets, &groups, |group| {
            let open = group.group_id().is_some_and(|id| open.contains_key(id));
            Some((from_answer(group, open, ec2), Readiness::Ready))
        }))
    }

    async fn locate(&self, Clients { ec2, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        Tagged::SecurityGroup.locate(ec2, intent).await
    }

    /// No doubles can come of this: a second group of the name is refused.
    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let group: SecurityGroup = spec(planned)?;
        let id = step
            .create(
                Tagged::SecurityGroup,
                "ec2:CreateSecurityGroup",
                &group.tags,
                |client, tags| {
                    let request = client.create_security_group().group_name(&group.name);
                    let request = request.description(&group.description).vpc_id(&group.vpc_id);
                    request.tag_specifications(tags).send()
                },
                |answer| answer.group_id,
            )
            .await?;
        if !group.keep_default_egress {
            close_new(step, &id).await?;
            close(step, &id).await?;
        }
        Ok(unread(id))
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError> {
        let (before, group): (SecurityGroup, SecurityGroup) = (spec(before)?, spec(planned)?);
        let id = step.request.id.to_owned();
        match (before.keep_default_egress, group.keep_default_egress) {
            (true, false) => close(step, &id).await?,
            (false, true) => open(step, &id).await?,
            _ => {}
        }
        step.retag(&id, &before.tags, &group.tags).await?;
        Ok(unread(id))
    }

    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        let id = step.request.id;
        step.delete("ec2:DeleteSecurityGroup", id, |client| {
            client.delete_security_group().group_id(id).send()
        })
        .await
    }
}

/// The rules by which AWS lets all traffic out of new groups, by group: they bear neither tags nor a description.
async fn default_egress(
    ec2: &Ec2,
    groups: Vec<String>,
) -> Result<HashMap<String, Vec<String>>, AdapterError> {
    let list = |filter| ec2.security_group_rules(vec![filter]);
    let rules = ec2.by_ids("group-id", groups, list).await?;
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    for rule in rules.into_iter().filter(is_default_egress) {
        if let (Some(group), Some(id)) = (rule.group_id, rule.security_group_rule_id) {
            found.entry(group).or_default().push(id);
        }
    }
    Ok(found)
}

fn is_default_egress(rule: &types::SecurityGroupRule) -> bool {
    let everywhere = rule.cidr_ipv4() == Some("0.0.0.0/0") || rule.cidr_ipv6() == Some("::/0");
    rule.is_egress() == Some(true)
        && rule.ip_protocol() == Some("-1")
        && everywhere
        && rule.tags().is_empty()
        && rule.description().unwrap_or_default().is_empty()
}

fn everything() -> IpPermission {
    let everywhere = IpRange::builder().cidr_ip("0.0.0.0/0").build();
    IpPermission::builder()
        .ip_protocol("-1")
        .ip_ranges(everywhere)
        .build()
}

/// Takes the default rule from a group that was just made, whose rules may not be visible yet.
async fn close_new(step: &mut Step<'_, '_>, id: &str) -> Result<(), AdapterError> {
    let ec2 = step.ec2;
    step.change_or_else(REVOKE, id, |client| {
        let request = client.revoke_security_group_egress().group_id(id);
        let request = request.ip_permissions(everything());
        async move {
            match ec2.done(REVOKE, request.send().await) {
                // Either the rule is gone, as after an earlier delivery, or the group is not visible yet.
                Err(error) if error.class == ErrorClass::NotFound && is_closed(ec2, id).await? => Ok(()),
                result => result,
            }
        }
    })
    .await
}

/// Whether the group `id` is visible, and without a default rule.
async fn is_closed(ec2: &Ec2, id: &str) -> Result<bool, AdapterError> {
    let groups = ec2.security_groups(vec![filter("group-id", &[id])]).await?;
    Ok(!groups.is_empty() && default_egress(ec2, vec![id.to_owned()]).await?.is_empty())
}

/// Takes the default rules that are there from the group `id`.
async fn close(step: &mut Step<'_, '_>, id: &str) -> Result<(), AdapterError> {
    let ec2 = step.ec2;
    let found = step
        .settings
        .read(|| default_egress(ec2, vec![id.to_owned()]))
        .await?;
    for rule in found.into_values().flatten() {
        step.delete(REVOKE, &rule, |client| {
            let request = client.revoke_security_group_egress().group_id(id);
            request.security_group_rule_ids(&rule).send()
        })
        .await?;
    }
    Ok(())
}

/// Gives the group `id` the rule that AWS gives new ones.
async fn open(step: &mut Step<'_, '_>, id: &str) -> Result<(), AdapterError> {
    let name = "ec2:AuthorizeSecurityGroupEgress";
    let ec2 = step.ec2;
    step.change_or_else(name, id, |client| {
        let request = client.authorize_security_group_egress().group_id(id);
        let request = request.ip_permissions(everything());
        async move {
            match ec2.done(name, request.send().await) {
                // A repetition conflicts with what it repeats.
                Err(error) if error.class == ErrorClass::Conflict => Ok(()),
                result => result,
            }
        }
    })
    .await
}

fn from_answer(group: &types::SecurityGroup, open: bool, ec2: &Ec2) -> SecurityGroup {
    let owned = group.owner_id.as_deref().zip(group.group_id.as_deref());
    SecurityGroup {
        name: group.group_name.clone().unwrap_or_default(),
        description: group.description.clone().unwrap_or_default(),
        vpc_id: group.vpc_id.clone().unwrap_or_default(),
        keep_default_egress: open,
        tags: tags::from_sdk(group.tags.as_deref()),
        id: group.group_id.clone(),
        arn: owned.map(|(owner, id)| ec2.arn(owner, "security-group", id)),
        owner_id: group.owner_id.clone(),
    }
}
