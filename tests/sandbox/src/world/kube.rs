//! All objects of a control plane, by discovery. It must never skip a resource because nobody thought of it: what can
//! be listed is listed, Events and Leases aside, which come and go by themselves.

use std::collections::BTreeSet;

use kube::Client;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One object of a control plane; the uid makes an object that was deleted and created again another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KubeObject {
    /// `group/version`, or `v1` for the core group.
    pub api: String,
    /// The plural name of the resource.
    pub resource: String,
    /// Empty for what has no namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
}

/// Resources that the control plane writes at any time, without anybody's doing.
const RESTLESS: [&str; 2] = ["events", "leases"];

pub(crate) async fn list(client: &Client) -> Result<BTreeSet<KubeObject>, kube::Error> {
    let mut objects = BTreeSet::new();
    for api in apis(client).await? {
        let root = if api.contains('/') {
            format!("/apis/{api}")
        } else {
            format!("/api/{api}")
        };
        for resource in array(&get(client, &root).await?, "resources") {
            let name = text(resource, "/name");
            let listable = array(resource, "verbs").iter().any(|verb| verb == "list");
            if listable && !name.contains('/') && !RESTLESS.contains(&name.as_str()) {
                add(client, &api, &format!("{root}/{name}"), &name, &mut objects).await?;
            }
        }
    }
    Ok(objects)
}

async fn apis(client: &Client) -> Result<Vec<String>, kube::Error> {
    let mut apis = vec!["v1".to_owned()];
    let groups = get(client, "/apis").await?;
    apis.extend(
        array(&groups, "groups")
            .iter()
            .map(|group| text(group, "/preferredVersion/groupVersion")),
    );
    Ok(apis)
}

async fn add(
    client: &Client,
    api: &str,
    path: &str,
    resource: &str,
    objects: &mut BTreeSet<KubeObject>,
) -> Result<(), kube::Error> {
    let mut next = String::new();
    loop {
        let page = get(client, &format!("{path}?limit=500&continue={next}")).await?;
        let found = array(&page, "items").iter().map(|item| KubeObject {
            api: api.to_owned(),
            resource: resource.to_owned(),
            namespace: text(item, "/metadata/namespace"),
            name: text(item, "/metadata/name"),
            uid: text(item, "/metadata/uid"),
        });
        // What has no uid is computed for the answer (ComponentStatus) and is stored nowhere.
        objects.extend(found.filter(|object| !object.uid.is_empty()));
        next = text(&page, "/metadata/continue");
        if next.is_empty() {
            return Ok(());
        }
    }
}

async fn get(client: &Client, path: &str) -> Result<Value, kube::Error> {
    let request = http::Request::get(path)
        .body(Vec::new())
        .map_err(kube::Error::HttpError)?;
    client.request(request).await
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or("")
        .to_owned()
}
