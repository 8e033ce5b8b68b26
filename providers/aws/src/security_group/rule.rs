//! `aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`.

use std::marker::PhantomData;

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    self, IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroupRuleRequest, SecurityGroupRuleUpdate,
    UserIdGroupPair,
};
use meshform_engine::adapter::Applied;
use meshform_engine::{AdapterError, ErrorClass, Located, Object, Observation, Readiness, Target};
use meshform_kinds::aws::{SecurityGroupDirection, SecurityGroupRule};
use meshform_state::journal::Intent;

use crate::clients::Clients;
use crate::ec2::Ec2;
use crate::resource::{Resource, ids, seen, spec, unread};
use crate::step::Step;
use crate::tagged::Tagged;
use crate::tags;

/// The rules of one direction.
pub(crate) struct RuleResource<D>(pub(crate) PhantomData<D>);

#[async_trait]
impl<D: SecurityGroupDirection> Resource for RuleResource<D> {
    async fn read(
        &self,
        Clients { ec2, .. }: &Clients,
        targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        let list = |filter| ec2.security_group_rules(vec![filter]);
        let rules = ec2.by_ids("security-group-rule-id", ids(targets), list).await?;
        Ok(seen(targets, &rules, |rule| {
            let ours = rule.is_egress() == Some(D::EGRESS);
            ours.then(|| (D::from_rule(from_answer(rule, ec2)), Readiness::Ready))
        }))
    }

    async fn locate(&self, Clients { ec2, .. }: &Clients, intent: &Intent) -> Result<Located, AdapterError> {
        Tagged::SecurityGroupRule.locate(ec2, intent).await
    }

    /// No doubles can come of this: a second rule of the same content is refused.
    async fn create(&self, step: &mut Step<'_, '_>, planned: &Object) -> Result<Applied, AdapterError> {
        let rule = spec::<D>(planned)?.into_rule();
        let (group, kind) = (&rule.security_group_id, Tagged::SecurityGroupRule);
        let id = if D::EGRESS {
            let call = |client: &Client, tags| {
                let request = client.authorize_security_group_egress().group_id(group);
                request
                    .ip_permissions(permission(&rule))
                    .tag_specifications(tags)
                    .send()
            };
            let name = "ec2:AuthorizeSecurityGroupEgress";
            step.create(kind, name, &rule.tags, call, |answer| {
                first(answer.security_group_rules)
            })
            .await?
        } else {
            let call = |client: &Client, tags| {
                let request = client.authorize_security_group_ingress().group_id(group);
                request
                    .ip_permissions(permission(&rule))
                    .tag_specifications(tags)
                    .send()
            };
            let name = "ec2:AuthorizeSecurityGroupIngress";
            step.create(kind, name, &rule.tags, call, |answer| {
                first(answer.security_group_rules)
            })
            .await?
        };
        Ok(unread(id))
    }

    async fn update(
        &self,
        step: &mut Step<'_, '_>,
        before: &Object,
        planned: &Object,
    ) -> Result<Applied, AdapterError> {
        let (before, rule) = (spec::<D>(before)?.into_rule(), spec::<D>(planned)?.into_rule());
        let id = step.request.id.to_owned();
        if request(&before) != request(&rule) {
            let update = SecurityGroupRuleUpdate::builder().security_group_rule_id(&id);
            let update = update.security_group_rule(request(&rule)).build();
            step.change("ec2:ModifySecurityGroupRules", &id, |client| {
                let request = client
                    .modify_security_group_rules()
                    .group_id(&rule.security_group_id);
                request.security_group_rules(update.clone()).send()
            })
            .await?;
        }
        step.retag(&id, &before.tags, &rule.tags).await?;
        Ok(unread(id))
    }

    async fn delete(&self, step: &mut Step<'_, '_>) -> Result<(), AdapterError> {
        let id = step.request.id;
        let Some(object) = step.request.before.or(step.request.recorded) else {
            let message = format!("the security group of the rule {id} is not known");
            return Err(AdapterError::refused(ErrorClass::Invalid, message));
        };
        let group = spec::<D>(object)?.into_rule().security_group_id;
        if D::EGRESS {
            step.delete("ec2:RevokeSecurityGroupEgress", id, |client| {
                let request = client.revoke_security_group_egress().group_id(&group);
                request.security_group_rule_ids(id).send()
            })
            .await
        } else {
            step.delete("ec2:RevokeSecurityGroupIngress", id, |client| {
                let request = client.revoke_security_group_ingress().group_id(&group);
                request.security_group_rule_ids(id).send()
            })
            .await
        }
    }
}

/// The id of the one rule that a creation made.
fn first(rules: Option<Vec<types::SecurityGroupRule>>) -> Option<String> {
    rules?.into_iter().next()?.security_group_rule_id
}

/// `ACCOUNT/GROUP`, or `GROUP` of the own account.
fn account_and_group(reference: &str) -> (Option<&str>, &str) {
    match reference.split_once('/') {
        Some((account, group)) => (Some(account), group),
        None => (None, reference),
    }
}

fn port(port: Option<i64>) -> Option<i32> {
    port.and_then(|port| i32::try_from(port).ok())
}

/// The rule as its creation takes it.
fn permission(rule: &SecurityGroupRule) -> IpPermission {
    let description = || rule.description.clone();
    let four = rule.cidr_ipv4.as_ref().map(|block| {
        let range = IpRange::builder().cidr_ip(block).set_description(description());
        vec![range.build()]
    });
    let six = rule.cidr_ipv6.as_ref().map(|block| {
        let range = Ipv6Range::builder()
            .cidr_ipv6(block)
            .set_description(description());
        vec![range.build()]
    });
    let list = rule.prefix_list_id.as_ref().map(|list| {
        let list = PrefixListId::builder()
            .prefix_list_id(list)
            .set_description(description());
        vec![list.build()]
    });
    let group = rule.referenced_security_group_id.as_deref().map(|reference| {
        let (account, group) = account_and_group(reference);
        let pair = UserIdGroupPair::builder()
            .group_id(group)
            .set_description(description());
        vec![pair.set_user_id(account.map(str::to_owned)).build()]
    });
    IpPermission::builder()
        .ip_protocol(&rule.ip_protocol)
        .set_from_port(port(rule.from_port))
        .set_to_port(port(rule.to_port))
        .set_ip_ranges(four)
        .set_ipv6_ranges(six)
        .set_prefix_list_ids(list)
        .set_user_id_group_pairs(group)
        .build()
}

/// The rule as its change takes it: all of it, since what is left out is taken away.
fn request(rule: &SecurityGroupRule) -> SecurityGroupRuleRequest {
    let reference = rule.referenced_security_group_id.as_deref();
    SecurityGroupRuleRequest::builder()
        .ip_protocol(&rule.ip_protocol)
        .from_port(port(rule.from_port).unwrap_or(ALL))
        .to_port(port(rule.to_port).unwrap_or(ALL))
        .set_cidr_ipv4(rule.cidr_ipv4.clone())
        .set_cidr_ipv6(rule.cidr_ipv6.clone())
        .set_prefix_list_id(rule.prefix_list_id.clone())
        .set_referenced_group_id(reference.map(|reference| account_and_group(reference).1.to_owned()))
        .description(rule.description.clone().unwrap_or_default())
        .build()
}

/// What EC2 says for all ports, types and codes.
const ALL: i32 = -1;

fn from_answer(rule: &types::SecurityGroupRule, ec2: &Ec2) -> SecurityGroupRule {
    let owner = rule.group_owner_id.as_deref();
    let protocol = rule.ip_protocol.clone().unwrap_or_default();
    let port = |port: Option<i32>| {
        port.filter(|port| protocol != "-1" || *port != ALL)
            .map(i64::from)
    };
    let reference = rule.referenced_group_info.as_ref().and_then(|other| {
        let group = other.group_id.as_deref()?;
        Some(match other.user_id.as_deref() {
            Some(account) if Some(account) != owner => format!("{account}/{group}"),
            _ => group.to_owned(),
        })
    });
    let id = rule.security_group_rule_id.clone();
    let arn = owner.zip(id.as_deref());
    SecurityGroupRule {
        security_group_id: rule.group_id.clone().unwrap_or_default(),
        from_port: port(rule.from_port),
        to_port: port(rule.to_port),
        cidr_ipv4: rule.cidr_ipv4.clone(),
        cidr_ipv6: rule.cidr_ipv6.clone(),
        prefix_list_id: rule.prefix_list_id.clone(),
        referenced_security_group_id: reference,
        description: rule.description.clone().filter(|text| !text.is_empty()),
        tags: tags::from_sdk(rule.tags.as_deref()),
        arn: arn.map(|(owner, id)| ec2.arn(owner, "security-group-rule", id)),
        id,
        ip_protocol: protocol,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_other_accounts_are_named_with_their_account() {
        assert_eq!(account_and_group("sg-1"), (None, "sg-1"));
        assert_eq!(
            account_and_group("111111111111/sg-1"),
            (Some("111111111111"), "sg-1")
        );
    }
}
