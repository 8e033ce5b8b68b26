//! What the door remembers of each request. It must never hold a secret: of the signature, the key's id alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fault::FaultKind;

/// One request that reached the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its place, from 1; places are not given again after a clear.
    pub seq: u64,
    /// When it arrived, in milliseconds since 1970.
    pub at_millis: u64,
    /// The service in the signature's scope.
    pub service: String,
    /// The action; for a REST service method and path.
    pub action: String,
    /// The region in the signature's scope.
    pub region: String,
    /// The id of the access key.
    pub access_key: String,
    /// The account of that key, empty when the key is not accepted.
    pub account: String,
    /// The client's own words about itself.
    pub user_agent: String,
    /// The form of a Query request, as `CidrBlock` or `TagSpecification.1.Tag.1.Key`.
    pub parameters: BTreeMap<String, String>,
    /// Whether it asks for a change (an effect); reads and dry runs do not.
    pub effect: bool,
    /// The fault that took it.
    pub fault: Option<FaultKind>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What moto answered to each delivery; empty when the door answered by itself, as for a refusal by a fault, an
    /// object that is not visible yet, or a create that its ClientToken shows to be done.
    pub deliveries: Vec<u16>,
    /// The status that the client was sent; nothing while it runs and when the connection was reset.
    pub answered: Option<u16>,
    /// The error code in that answer.
    pub code: Option<String>,
    /// Whether it is over.
    pub done: bool,
}

impl Recorded {
    /// Tells whether it changed the world, at least once, whatever the client was told.
    #[must_use]
    pub fn took_effect(&self) -> bool {
        self.effect
            && self
                .outcome
                .deliveries
                .iter()
                .any(|status| (200..300).contains(status))
    }
}
