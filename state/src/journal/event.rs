//! What a journal says.
//!
//! The types here are what journals of formats 1 and 2 hold (1 has no [`Event::Double`]): a change of their form makes a
//! new format. What events mean
//! together is [`super::fold`]'s to say; nothing here may depend on a snapshot.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::snapshot::{DeposedKey, OutputRecord, Record};
use crate::{Address, Scope};

/// Identifies one run of apply or destroy. A UUID.
pub type RunId = String;

/// Numbers the intents of one run from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentId(pub u64);

/// One fact. Everything in it may be read by whoever may read the state: never a secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A run starts. Always the first event of a journal.
    Begin {
        /// The run.
        run: RunId,
        /// The lineage of the snapshot that the events stand on.
        lineage: String,
        /// The serial of that snapshot.
        serial: u64,
        /// The digest of the plan that is applied.
        plan: String,
        /// When, in RFC 3339.
        time: String,
    },
    /// A scope that resources of this run live in. It comes before the first intent or record in it (except the local
    /// one's), since without it nobody could reach the object.
    Scope(Scope),
    /// An effect is about to happen.
    Intent(Box<Intent>),
    /// An effect ended, or did not happen.
    Outcome {
        /// The intent.
        intent: IntentId,
        /// How it ended.
        outcome: Outcome,
    },
    /// The object at its address is now this. An object of another uid must have left the address before.
    Put(Arc<Record>),
    /// The object at this address is no more, or no longer ours. Only this takes a record away: the outcome of a
    /// deletion does not, and neither does a creation in its place.
    Gone(Address),
    /// The object at this address waits for its deletion; the address is free for its replacement.
    Depose(DeposedKey),
    /// A deposed object is no more.
    DeposedGone(DeposedKey),
    /// A request that was delivered twice made this object, too, beside the one that is kept at the address: it waits for
    /// its deletion, as a deposed one does. Its uid is [`Record::uid_of_double`], since both bear the same mark. Telling
    /// it again changes nothing.
    Double(Arc<Record>),
    /// A deposed object is back at its address, since its replacement never came to be.
    Restore(DeposedKey),
    /// The object moved in the configuration, while no effect is open. Dependencies of others follow it.
    Moved {
        /// Where it was.
        from: Address,
        /// Where it is.
        to: Address,
    },
    /// An output has this value, or none any more.
    Output {
        /// Its name.
        name: String,
        /// What it is.
        value: Option<OutputRecord>,
    },
    /// The run ended, with or without failures; nothing of it is in doubt.
    End {
        /// The run.
        run: RunId,
    },
}

/// An effect that is about to happen, with all that finds its result again when the answer is lost.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Its number in the run.
    pub id: IntentId,
    /// The resource.
    pub address: Address,
    /// Its kind.
    pub kind: String,
    /// The key of its scope.
    pub scope: crate::ScopeKey,
    /// The uid of the object, see [`Record::uid`].
    pub uid: String,
    /// What the step as a whole does.
    pub operation: Operation,
    /// What this one effect calls: `ec2:CreateVpc`, `kubernetes:apply`.
    pub effect: String,
    /// How to find its result.
    pub locator: Locator,
    /// When, in milliseconds since 1970: "absent" counts only a settle time after the effect's last moment.
    pub time_ms: u64,
    /// For an effect that brings the object into being: the record to keep, incomplete, if the effect turns out to have
    /// happened, with the outcome's id where it gives one. Other effects of the same step carry none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Arc<Record>>,
}

/// What a step does with its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Brings it into being.
    Create,
    /// Changes it.
    Update,
    /// Ends it.
    Delete,
}

/// How the result of an effect can be found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Locator {
    /// The API takes a token and answers the same to a repetition; the token is here.
    Token(String),
    /// The object carries the uid of the intent in a tag or annotation from its first moment.
    Uid,
    /// The object's own name, that nothing else can bear: a Kubernetes name, a route's destination in its table.
    Natural(String),
    /// The object is known by its id already.
    Id(String),
}

/// How an effect ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// It happened; `id` is what the API calls the object.
    Done {
        /// The id, where the effect gave one.
        id: Option<String>,
    },
    /// It did not happen, for certain.
    Failed {
        /// Why, for the user.
        message: String,
    },
    /// A later look settled that it had happened (`id`), or not.
    Resolved {
        /// The object's id, if there is one.
        id: Option<String>,
    },
}
