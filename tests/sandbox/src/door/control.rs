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
//! | GET `/_door/objects?region,region` | all EC2 objects, as moto has them |
//! | DELETE `/_door/world` | empties moto |

use bytes::Bytes;
use http::Method;
use http::request::Parts;

use super::fault::Fault;
use super::reply::Reply;
use super::state::Shared;
use crate::error::SandboxError;
use crate::world::aws;

pub(crate) const PREFIX: &str = "/_door/";

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
            match aws::list(&shared.upstream, &shared.credentials, &regions).await {
                Ok(objects) => json(&objects),
                Err(error) => text(502, &error.to_string()),
            }
        }
        (&Method::DELETE, "world") => match reset_world(shared).await {
            Ok(()) => json(&()),
            Err(error) => text(502, &error.to_string()),
        },
        _ => text(404, "the door has no such path; see the module `control`"),
    }
}

/// Empties moto and forgets what the door knew of it.
pub(crate) async fn reset_world(shared: &Shared) -> Result<(), SandboxError> {
    shared.upstream.reset().await?;
    let mut state = shared.state();
    state.hidden.clear();
    state.tokens.clear();
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
