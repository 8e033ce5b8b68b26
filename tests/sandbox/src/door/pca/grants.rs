//! Who else may use an authority: permissions of ACM and the resource policy ("Resource-based policies" of the user
//! guide, API_CreatePermission, API_PutPolicy). It must never grant by anything but a policy that was put.

use serde_json::{Value, json};

use super::authority::seconds;
use super::error::PcaError;
use super::input::{Input, missing};
use super::page;
use super::service::{Answer, nothing};
use super::world::{Caller, PcaWorld};

/// What a policy can grant.
const GRANTABLE: [&str; 8] = [
    "DescribeCertificateAuthority",
    "GetCertificate",
    "GetCertificateAuthorityCertificate",
    "GetPolicy",
    "IssueCertificate",
    "ListPermissions",
    "ListTags",
    "RevokeCertificate",
];
const PERMITTED: [&str; 3] = ["IssueCertificate", "GetCertificate", "ListPermissions"];
const DEFAULT_TEMPLATE: &str = "arn:aws:acm-pca:::template/EndEntityCertificate/V1";

/// Tells whether a policy allows an account an action, for IssueCertificate with a template.
pub(crate) fn allows(policy: Option<&str>, account: &str, action: &str, template: Option<&str>) -> bool {
    let policy: Value = policy
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let grants = |statement: &Value| {
        let principals = texts(
            statement
                .get("Principal")
                .and_then(|principal| principal.get("AWS")),
        );
        let of_account = format!("arn:aws:iam::{account}:");
        let names = |name: &&str| *name == account || name.starts_with(&of_account);
        let actions = texts(statement.get("Action"));
        let wanted = format!("acm-pca:{action}");
        principals.iter().any(names)
            && actions.contains(&wanted.as_str())
            && template_fits(statement, action, template)
    };
    statements(&policy).iter().any(grants)
}

/// The condition key acm-pca:TemplateArn, with StringEquals, in the policies that the user guide shows.
fn template_fits(statement: &Value, action: &str, template: Option<&str>) -> bool {
    let Some(condition) = statement.get("Condition") else {
        return true;
    };
    let wanted = condition
        .get("StringEquals")
        .and_then(|equals| equals.get("acm-pca:TemplateArn"));
    action != "IssueCertificate" || texts(wanted).contains(&template.unwrap_or(DEFAULT_TEMPLATE))
}

fn statements(policy: &Value) -> Vec<Value> {
    match policy.get("Statement") {
        Some(Value::Array(list)) => list.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}

/// IAM's policies have one text or a list of them.
fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    }
}

/// "If this policy does not contain all required statements or if it includes any statement that is not allowed, the
/// PutPolicy action returns an InvalidPolicyException."
pub(crate) fn put_policy(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("ResourceArn")?;
    let text = input.text("Policy")?;
    let authority = world.find(caller, arn, "PutPolicy", None)?;
    authority.must_be(&["ACTIVE", "DISABLED", "EXPIRED"], caller.now)?;
    let invalid = |why: &str| {
        PcaError::new(
            "InvalidPolicyException",
            format!("The resource policy is invalid: {why}."),
        )
    };
    let policy: Value = serde_json::from_str(text).map_err(|_| invalid("it is no JSON"))?;
    let statements = statements(&policy);
    if statements.is_empty() {
        return Err(invalid("it has no statement"));
    }
    for statement in &statements {
        let principals = texts(
            statement
                .get("Principal")
                .and_then(|principal| principal.get("AWS")),
        );
        let actions = texts(statement.get("Action"));
        let known = |action: &&str| {
            action
                .strip_prefix("acm-pca:")
                .is_some_and(|name| GRANTABLE.contains(&name))
        };
        if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
            return Err(invalid("a statement does not allow"));
        }
        if principals.is_empty() || principals.contains(&"*") {
            return Err(invalid("a statement names no account"));
        }
        if actions.is_empty() || !actions.iter().all(known) {
            return Err(invalid("a statement has an action that cannot be granted"));
        }
        if texts(statement.get("Resource")) != [arn] {
            return Err(invalid("a statement is for another resource"));
        }
    }
    authority.policy = Some(text.to_owned());
    Ok(nothing())
}

pub(crate) fn get_policy(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("ResourceArn")?;
    let authority = world.find(caller, arn, "GetPolicy", None)?;
    authority.must_live(caller.now)?;
    let policy = authority
        .policy
        .as_ref()
        .ok_or_else(|| PcaError::not_found(arn))?;
    Ok(json!({ "Policy": policy }))
}

/// "If there is no policy attached to the private CA, this action will return successful."
pub(crate) fn delete_policy(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let authority = world.find(caller, input.text("ResourceArn")?, "DeletePolicy", None)?;
    authority.must_live(caller.now)?;
    authority.policy = None;
    Ok(nothing())
}

fn holder(caller: Caller<'_>, input: Input<'_>) -> Result<(String, String), PcaError> {
    let principal = input.text("Principal")?;
    let source = input.optional_text("SourceAccount")?.unwrap_or(caller.account);
    // "At this time, the only valid principal is acm.amazonaws.com."
    if principal != "acm.amazonaws.com" {
        return Err(PcaError::validation(
            "The only valid principal is acm.amazonaws.com.",
        ));
    }
    Ok((principal.to_owned(), source.to_owned()))
}

pub(crate) fn create_permission(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let (principal, source) = holder(caller, input)?;
    let actions = input.list("Actions")?.ok_or_else(|| missing("actions"))?;
    let known = |action: &Value| action.as_str().is_some_and(|name| PERMITTED.contains(&name));
    if actions.is_empty() || !actions.iter().all(known) {
        return Err(PcaError::validation(format!(
            "Actions must be among {}.",
            PERMITTED.join(", ")
        )));
    }
    let authority = world.find(caller, arn, "CreatePermission", None)?;
    authority.must_live(caller.now)?;
    let key = format!("{principal}/{source}");
    if authority.permissions.contains_key(&key) {
        return Err(PcaError::new(
            "PermissionAlreadyExistsException",
            "The designated permission has already been given to the user.",
        ));
    }
    let permission = json!({
        "CertificateAuthorityArn": arn,
        "CreatedAt": seconds(caller.now),
        "Principal": principal,
        "SourceAccount": source,
        "Actions": actions,
    });
    authority.permissions.insert(key, permission);
    Ok(nothing())
}

pub(crate) fn delete_permission(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let (principal, source) = holder(caller, input)?;
    let authority = world.find(caller, arn, "DeletePermission", None)?;
    authority.must_live(caller.now)?;
    let removed = authority.permissions.remove(&format!("{principal}/{source}"));
    removed.map(|_| nothing()).ok_or_else(|| PcaError::not_found(arn))
}

pub(crate) fn list_permissions(world: &mut PcaWorld, caller: Caller<'_>, input: Input<'_>) -> Answer {
    let arn = input.text("CertificateAuthorityArn")?;
    let authority = world.find(caller, arn, "ListPermissions", None)?;
    authority.must_live(caller.now)?;
    let held = authority.permissions.iter();
    let items = held.map(|(key, permission)| (key.clone(), permission.clone()));
    page::cut(input, "Permissions", 100, items.collect())
}
