//! Faults that tests ask the door for, and the choice of the request that one hits.
//!
//! It must never look at a clock or at unseeded randomness: the same requests in the same order meet the same faults.

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultKind {
    /// Refused for its rate: `RequestLimitExceeded` (503) for EC2, `Throttling` elsewhere.
    Throttle,
    /// An error on the side of AWS, before any effect: 500 `InternalError`, 503 `Unavailable`.
    ServerError {
        /// 500 to 599.
        status: u16,
    },
    /// The same answer, but it has happened.
    ServerErrorAfter {
        /// 500 to 599.
        status: u16,
    },
    /// The key is not accepted: 401 `AuthFailure` for EC2, `InvalidClientTokenId` elsewhere.
    AuthFailure,
    /// The policy denies the action: 403 `UnauthorizedOperation` for EC2, `AccessDenied` elsewhere.
    Unauthorized,
    /// The session is over: `RequestExpired` for EC2, `ExpiredToken` elsewhere.
    ExpiredToken,
    /// The connection is reset and nothing has happened.
    ResetBefore,
    /// It has happened, and the connection is reset before the answer.
    ResetAfter,
    /// It is delivered twice, as by a retry on the way.
    Twice {
        /// Which of the two answers the client gets.
        answer: Answer,
    },
    /// It happens, and what it created is not visible to the next requests that name it or would list it.
    NotFoundFor {
        /// How many requests do not see it.
        requests: u32,
    },
    /// It is held for a while, then goes on as usual.
    Delay {
        /// How long.
        millis: u64,
    },
    /// Any other error, in the form of the service, before any effect.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: String,
        /// The message.
        message: String,
    },
}

/// One of the two answers to a request that was delivered twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The answer to the first delivery.
    First,
    /// The answer to the second delivery.
    Second,
}

/// Hits a request by a seeded draw instead of by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chance {
    /// The seed of the draws.
    pub seed: u64,
    /// How many of a thousand matching requests are hit.
    pub per_mille: u32,
}

/// A fault and the requests it is for. Of several faults the first that fits takes the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// The service in the signature's scope, as `ec2`; `*` for any.
    #[serde(default = "any")]
    pub service: String,
    /// The action: exact, or a prefix with `*` at its end.
    #[serde(default = "any")]
    pub action: String,
    /// Whether only requests that change something count.
    #[serde(default)]
    pub effects_only: bool,
    /// How many matching requests pass before the first hit.
    #[serde(default)]
    pub skip: u64,
    /// How many are hit; nothing for all.
    #[serde(default = "once")]
    pub times: Option<u64>,
    /// Draws among the matching requests; nothing for each.
    #[serde(default)]
    pub chance: Option<Chance>,
}

/// Names a fault that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FaultId(pub u64);

/// A fault and how often it was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultStatus {
    /// Its id.
    pub id: FaultId,
    /// The fault.
    pub fault: Fault,
    /// How many requests matched while it stood.
    pub matched: u64,
    /// How many of them it hit.
    pub hit: u64,
}

fn any() -> String {
    "*".to_owned()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the field is an option, and this is its default"
)]
fn once() -> Option<u64> {
    Some(1)
}

impl Fault {
    /// Returns a fault that hits the next request, whatever it is.
    #[must_use]
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            service: any(),
            action: any(),
            effects_only: false,
            skip: 0,
            times: once(),
            chance: None,
        }
    }

    /// Narrows it to a service.
    #[must_use]
    pub fn service(mut self, service: &str) -> Self {
        service.clone_into(&mut self.service);
        self
    }

    /// Narrows it to an action, exact or with `*` at its end.
    #[must_use]
    pub fn action(mut self, action: &str) -> Self {
        action.clone_into(&mut self.action);
        self
    }

    /// Narrows it to requests that change something.
    #[must_use]
    pub fn effects(mut self) -> Self {
        self.effects_only = true;
        self
    }

    /// Lets this many matching requests pass first.
    #[must_use]
    pub fn after(mut self, skip: u64) -> Self {
        self.skip = skip;
        self
    }

    /// Hits this many requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Hits every matching request until it is taken away.
    #[must_use]
    pub fn forever(mut self) -> Self {
        self.times = None;
        self
    }

    /// Hits matching requests by a seeded draw.
    #[must_use]
    pub fn chance(mut self, seed: u64, per_mille: u32) -> Self {
        self.chance = Some(Chance { seed, per_mille });
        self
    }

    fn matches(&self, service: &str, action: &str, effect: bool) -> bool {
        let named = |pattern: &str, name: &str| match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => pattern == name,
        };
        named(&self.service, service) && named(&self.action, action) && (effect || !self.effects_only)
    }
}

/// A fault that stands, with its counters.
struct Standing {
    status: FaultStatus,
    draws: Option<SmallRng>,
}

/// All faults that stand, in the order in which they were asked for.
#[derive(Default)]
pub(crate) struct Faults {
    standing: Vec<Standing>,
    next: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) -> FaultId {
        self.next += 1;
        let id = FaultId(self.next);
        let draws = fault.chance.map(|chance| SmallRng::seed_from_u64(chance.seed));
        self.standing.push(Standing {
            status: FaultStatus {
                id,
                fault,
                matched: 0,
                hit: 0,
            },
            draws,
        });
        id
    }

    pub(crate) fn clear(&mut self) {
        self.standing.clear();
    }

    pub(crate) fn statuses(&self) -> Vec<FaultStatus> {
        self.standing
            .iter()
            .map(|standing| standing.status.clone())
            .collect()
    }

    /// Returns the fault that takes this request. Faults behind it do not see the request.
    pub(crate) fn choose(&mut self, service: &str, action: &str, effect: bool) -> Option<FaultKind> {
        self.standing
            .iter_mut()
            .filter(|standing| standing.status.fault.matches(service, action, effect))
            .find_map(|standing| standing.offer())
    }
}

impl Standing {
    fn offer(&mut self) -> Option<FaultKind> {
        let status = &mut self.status;
        status.matched += 1;
        let due = status.matched > status.fault.skip && status.fault.times.is_none_or(|n| status.hit < n);
        let drawn = match (&mut self.draws, status.fault.chance) {
            // Drawn for every matching request, so that a draw depends on its place alone.
            (Some(draws), Some(chance)) => draws.random_range(0..1000) < chance.per_mille,
            _ => true,
        };
        (due && drawn).then(|| {
            status.hit += 1;
            status.fault.kind.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(faults: &mut Faults, actions: &[&str]) -> Vec<bool> {
        actions
            .iter()
            .map(|action| {
                faults
                    .choose("ec2", action, !action.starts_with("Describe"))
                    .is_some()
            })
            .collect()
    }

    #[test]
    fn a_fault_hits_by_place_and_count() {
        let mut faults = Faults::default();
        faults.add(
            Fault::new(FaultKind::Throttle)
                .action("CreateVpc")
                .after(1)
                .times(2),
        );
        let actions = ["CreateVpc", "CreateSubnet", "CreateVpc", "CreateVpc", "CreateVpc"];
        assert_eq!(hits(&mut faults, &actions), [false, false, true, true, false]);
        assert_eq!((faults.statuses()[0].matched, faults.statuses()[0].hit), (4, 2));
    }

    #[test]
    fn prefixes_and_effects_narrow() {
        let mut faults = Faults::default();
        faults.add(Fault::new(FaultKind::ResetBefore).action("Create*").forever());
        assert_eq!(
            hits(&mut faults, &["DescribeVpcs", "CreateVpc", "CreateTags"]),
            [false, true, true]
        );
        faults.clear();
        faults.add(
            Fault::new(FaultKind::ResetBefore)
                .service("ec2")
                .effects()
                .after(1),
        );
        assert_eq!(
            hits(&mut faults, &["CreateVpc", "DescribeVpcs", "DeleteVpc"]),
            [false, false, true]
        );
        assert!(faults.choose("sts", "GetCallerIdentity", true).is_none());
    }

    #[test]
    fn a_seed_repeats_itself() {
        let run = |seed| {
            let mut faults = Faults::default();
            faults.add(Fault::new(FaultKind::Throttle).forever().chance(seed, 300));
            hits(&mut faults, &["CreateVpc"; 64])
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        assert!(run(7).contains(&true) && run(7).contains(&false));
    }

    #[test]
    fn the_wire_form_has_defaults() {
        let fault: Fault =
            serde_json::from_str(r#"{"kind":{"not_found_for":{"requests":3}},"action":"CreateVpc"}"#)
                .unwrap();
        assert_eq!(
            fault,
            Fault::new(FaultKind::NotFoundFor { requests: 3 }).action("CreateVpc")
        );
        let fault: Fault = serde_json::from_str(r#"{"kind":"throttle","times":null}"#).unwrap();
        assert_eq!(fault, Fault::new(FaultKind::Throttle).forever());
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"throttle","time":2}"#).is_err());
    }
}
