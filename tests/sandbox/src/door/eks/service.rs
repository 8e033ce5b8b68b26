//! The EKS API (Amazon EKS API reference, by action): what reads clusters. It must never answer for a cluster that no
//! test has registered.

use std::collections::BTreeMap;

use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::registry::{Registered, Registry};
use super::versions;
use crate::door::call::{self, Call};
use crate::door::reply::Reply;

/// An action and what its path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    ListClusters,
    DescribeCluster(String),
    DescribeClusterVersions,
    ListTagsForResource(String),
    ListAccessEntries(String),
    DescribeAccessEntry(String, String),
    Other(String),
}

impl Operation {
    /// Returns the action's name, for records and faults.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::ListClusters => "ListClusters",
            Self::DescribeCluster(_) => "DescribeCluster",
            Self::DescribeClusterVersions => "DescribeClusterVersions",
            Self::ListTagsForResource(_) => "ListTagsForResource",
            Self::ListAccessEntries(_) => "ListAccessEntries",
            Self::DescribeAccessEntry(..) => "DescribeAccessEntry",
            Self::Other(name) => name,
        }
    }
}

/// Reads the action out of method and path ("Request Syntax" of each action).
pub(crate) fn operation(method: &Method, path: &str) -> Operation {
    let parts: Vec<String> = path
        .trim_matches('/')
        .split('/')
        .map(call::percent_decode)
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let text = |part: &str| part.to_owned();
    match (method, parts.as_slice()) {
        (&Method::GET, ["clusters"]) => Operation::ListClusters,
        (&Method::GET, ["clusters", name]) => Operation::DescribeCluster(text(name)),
        (&Method::GET, ["cluster-versions"]) => Operation::DescribeClusterVersions,
        (&Method::GET, ["tags", arn @ ..]) => Operation::ListTagsForResource(arn.join("/")),
        (&Method::GET, ["clusters", name, "access-entries"]) => Operation::ListAccessEntries(text(name)),
        (&Method::GET, ["clusters", name, "access-entries", arn @ ..]) => {
            Operation::DescribeAccessEntry(text(name), arn.join("/"))
        }
        _ => Operation::Other(format!("{method} {path}")),
    }
}

/// Answers a request of an account.
pub(crate) fn answer(registry: &Registry, account: &str, call: &Call, now: Timestamp) -> Reply {
    let clusters = registry.clusters(account, &call.region);
    let query = call::form(call.parts.uri.query().unwrap_or(""));
    let answer = match operation(&call.parts.method, call.parts.uri.path()) {
        Operation::ListClusters => list(clusters.into_keys(), &query, "clusters"),
        Operation::DescribeCluster(name) => {
            find(&clusters, &name).map(|found| json!({ "cluster": found.cluster.describe(found.created_at) }))
        }
        Operation::DescribeClusterVersions => Ok(versions::list(
            now,
            query.get("includeAll").is_some_and(|all| all == "true"),
        )),
        Operation::ListTagsForResource(arn) => clusters
            .values()
            .find(|found| found.cluster.arn() == arn)
            .map(|found| json!({ "tags": found.cluster.tags }))
            .ok_or_else(|| {
                error(
                    404,
                    "NotFoundException",
                    format!("The resource {arn} was not found."),
                )
            }),
        Operation::ListAccessEntries(name) => find(&clusters, &name).and_then(|found| {
            list(
                found.cluster.access_entries.keys().cloned(),
                &query,
                "accessEntries",
            )
        }),
        Operation::DescribeAccessEntry(name, arn) => {
            find(&clusters, &name).and_then(|found| access_entry(found, &arn))
        }
        Operation::Other(what) => Err(error(
            501,
            "SandboxUnsupported",
            format!("the sandbox's EKS does not do this: {what}"),
        )),
    };
    match answer {
        Ok(value) => Reply::new(200, "application/json", value.to_string()),
        Err(reply) => *reply,
    }
}

fn error(status: u16, code: &str, message: impl AsRef<str>) -> Box<Reply> {
    Box::new(Reply::error("eks", status, code, message.as_ref()))
}

fn find<'a>(clusters: &'a BTreeMap<String, Registered>, name: &str) -> Result<&'a Registered, Box<Reply>> {
    clusters.get(name).ok_or_else(|| {
        error(
            404,
            "ResourceNotFoundException",
            format!("No cluster found for name: {name}."),
        )
    })
}

/// Pages of 1 to 100 (API_ListClusters, maxResults); a page starts behind the last name of the page before.
fn list(
    names: impl Iterator<Item = String>,
    query: &BTreeMap<String, String>,
    member: &str,
) -> Result<Value, Box<Reply>> {
    let size = query
        .get("maxResults")
        .map_or(Ok(100), |text| text.parse::<usize>());
    let size = size.ok().filter(|size| (1..=100).contains(size)).ok_or_else(|| {
        error(
            400,
            "InvalidParameterException",
            "maxResults must be between 1 and 100.",
        )
    })?;
    let after = query.get("nextToken");
    let mut rest = names
        .filter(|name| after.is_none_or(|after| name > after))
        .peekable();
    let page: Vec<String> = rest.by_ref().take(size).collect();
    let more = rest.peek().is_some();
    let next = page.last().filter(|_| more).cloned();
    Ok(json!({ member: page, "nextToken": next }))
}

fn access_entry(found: &Registered, arn: &str) -> Result<Value, Box<Reply>> {
    let cluster = &found.cluster;
    let Some(groups) = cluster.access_entries.get(arn) else {
        let message = format!("The specified principalArn could not be found: {arn}");
        return Err(error(404, "ResourceNotFoundException", message));
    };
    Ok(json!({
        "accessEntry": {
            "clusterName": cluster.name,
            "principalArn": arn,
            "kubernetesGroups": groups,
            "createdAt": found.created_at.as_second(),
            "modifiedAt": found.created_at.as_second(),
            "tags": {},
            "type": "STANDARD",
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_apart() {
        let of = |path| operation(&Method::GET, path);
        assert_eq!(of("/clusters"), Operation::ListClusters);
        assert_eq!(
            of("/clusters/west"),
            Operation::DescribeCluster("west".to_owned())
        );
        assert_eq!(of("/cluster-versions"), Operation::DescribeClusterVersions);
        let entry = "/clusters/west/access-entries/arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fpath%2Fr";
        let expected =
            Operation::DescribeAccessEntry("west".to_owned(), "arn:aws:iam::1:role/path/r".to_owned());
        assert_eq!(of(entry), expected);
        assert_eq!(operation(&Method::POST, "/clusters").name(), "POST /clusters");
    }
}
