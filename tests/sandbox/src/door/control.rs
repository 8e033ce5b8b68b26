//! The door's own paths, for tests in another process than the door. It must never be taken for AWS: no service has
//! paths that begin with `/_door/`.
//!
//! | request | answer |
//! | --- | --- |
//! | GET `/_door/requests` | all since the last clear, as JSON |
//! | DELETE `/_door/requests` | forgets them |
//! | GET `/_door/faults` | those that stand, with counters |
//! | POST `/_door/faults` | a [`Fault`] as JSON; answers its id |
//! | DELETE `/_door/faults` | takes all away |
//! | GET `/_door/objects?region,region` | all EC2 objects and certificate authorities, as they are |
//! | POST `/_door/clock` | puts the door's clock forward by the seconds in the body |
//! | POST `/_door/clusters` | an [`EksCluster`] as JSON becomes a cluster of EKS |
//! | DELETE `/_door/clusters/ACCOUNT/REGION/NAME` | takes it away; answers whether it was there |
//! | POST `/_door/token-review/URL` | the webhook of the API server at URL, which is in Base64 |
//! | DELETE `/_door/world` | empties moto and the services that the door answers itself |

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::request::Parts;

use super::call::percent_decode;
use super::eks::{self, EksCluster, Place};
use super::fault::Fault;
use super::pca::PcaWorld;
use super::reply::Reply;
use super::state::Shared;
use crate::error::SandboxError;

pub(crate) const PREFIX: &str = "/_door/";
const CLUSTERS: &str = "clusters/";

pub(crate) async fn answer(shared: &Shared, parts: &Parts, body: &Bytes) -> Reply {
    let path = parts.uri.path().strip_prefix(PREFIX).unwrap_or("");
    match (&parts.method, path) {
        (&Method::GET, "requests") => json(&shared.state().records),
        (&Method::DELETE, "requests") => {
            shared.state().records.clear();
            json(&())
        }
        (&Method::GET, "faults") => json(&shared.state().faults.statuses()),
        (&Method::POST, "faults") => match serde_json::from_slice::<Fault>(body) {
            Ok(fault) => json(&shared.state().faults.add(fault)),
            Err(error) => text(400, &format!("not a fault: {error}")),
        },
        (&Method::DELETE, "faults") => {
            shared.state().clear_faults();
            json(&())
        }
        (&Method::GET, "objects") => {
            let regions: Vec<&str> = parts.uri.query().unwrap_or("").split(',').collect();
            match shared.objects(&shared.credentials.account, &regions).await {
                Ok(objects) => json(&objects),
                Err(error) => text(502, &error.to_string()),
            }
        }
        (&Method::POST, "clock") => match serde_json::from_slice::<u64>(body) {
            Ok(seconds) => {
                shared.state().clock.advance(Duration::from_secs(seconds));
                json(&())
            }
            Err(error) => text(400, &format!("not a number of seconds: {error}")),
        },
        (&Method::DELETE, "world") => match reset_world(shared).await {
            Ok(()) => json(&()),
            Err(error) => text(502, &error.to_string()),
        },
        (&Method::POST, "clusters") => match serde_json::from_slice::<EksCluster>(body) {
            Ok(cluster) => {
                shared.register(cluster);
                json(&())
            }
            Err(error) => text(400, &format!("not a cluster: {error}")),
        },
        (&Method::DELETE, path) if path.starts_with(CLUSTERS) => unregister(shared, path),
        (&Method::POST, path) if path.starts_with(eks::REVIEW) => review(shared, path, body),
        _ => text(404, "the door has no such path; see the module `control`"),
    }
}

fn unregister(shared: &Shared, path: &str) -> Reply {
    let rest = path.strip_prefix(CLUSTERS).unwrap_or(path);
    let [account, region, name] = rest
        .splitn(3, '/')
        .map(percent_decode)
        .collect::<Vec<_>>()
        .try_into()
        .unwrap_or_default();
    let place = Place {
        account,
        region,
        name,
    };
    json(&shared.upstream.registry.unregister(&place))
}

/// Answers an API server; what is no TokenReview is its mistake and not a refusal.
fn review(shared: &Shared, path: &str, body: &Bytes) -> Reply {
    match (
        eks::reviewer(path),
        serde_json::from_slice::<serde_json::Value>(body),
    ) {
        (Some(endpoint), Ok(asked)) if asked["kind"] == "TokenReview" => {
            let now = shared.state().clock.now();
            json(&eks::review(&shared.upstream.registry, &endpoint, &asked, now))
        }
        _ => text(400, "not a TokenReview"),
    }
}

/// Empties moto and forgets what the door knew of it. Clusters stay registered: their API servers are still there.
pub(crate) async fn reset_world(shared: &Shared) -> Result<(), SandboxError> {
    shared.upstream.reset().await?;
    let mut state = shared.state();
    state.hidden.clear();
    state.tokens.clear();
    state.pca = PcaWorld::default();
    state.clock.reset();
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Reply {
    match serde_json::to_vec(value) {
        Ok(body) => Reply::new(200, "application/json", body),
        Err(error) => text(500, &error.to_string()),
    }
}

fn text(status: u16, message: &str) -> Reply {
    Reply::new(status, "text/plain", message.to_owned())
}
