//! What can go wrong with a call, and where a process can die.

use std::time::Duration;

use meshform_state::disk::{Cut, Moment};

/// What becomes of one call that would change the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing happens, and the answer is that the other side is broken.
    FailBefore,
    /// It happens, and the answer is that the other side is broken.
    FailAfter,
    /// The request is lost on its way.
    RequestLost,
    /// It happens, and the answer is lost.
    AnswerLost,
    /// The answer is lost, and it happens only after this time.
    Late(Duration),
    /// It is delivered twice, and one of the two answers arrives.
    Twice(Answer),
    /// Nothing happens: too many calls.
    Throttled,
    /// It happens, and is seen only after this time.
    Hidden(Duration),
    /// As [`Fault::Hidden`], and the answer is lost.
    HiddenAndLost(Duration),
    /// Nothing happens, for good: the request is refused.
    Refused,
    /// The adapter has a bug and panics.
    Panic,
    /// The process dies before the call arrives.
    KillBefore,
    /// It happens, and the process dies before the answer arrives.
    KillAfter,
    /// It is delivered twice, and the process dies before an answer arrives.
    TwiceAndKill,
}

/// One of two answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// To the first delivery.
    First,
    /// To the second delivery.
    Second,
}

impl Fault {
    /// Each kind of fault that a call can meet and after which everything must still come to its end, with times that
    /// [`super::Manners`] allows.
    pub const SURVIVABLE: [Fault; 13] = [
        Fault::FailBefore,
        Fault::FailAfter,
        Fault::RequestLost,
        Fault::AnswerLost,
        Fault::Late(Duration::from_secs(25)),
        Fault::Twice(Answer::First),
        Fault::Twice(Answer::Second),
        Fault::Throttled,
        Fault::Hidden(Duration::from_secs(18)),
        Fault::HiddenAndLost(Duration::from_secs(18)),
        Fault::KillBefore,
        Fault::KillAfter,
        Fault::TwiceAndKill,
    ];
}

/// Where a process dies by what it does with the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KillAt {
    /// The step of the disk, counted from 0 since this was set.
    pub step: u64,
    /// Before or after it.
    pub moment: Moment,
    /// What else is lost.
    pub death: Death,
}

/// What dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// The process.
    Process,
    /// The process in the middle of a write, of which only so many bytes arrive.
    Torn(usize),
    /// The machine.
    Power(Cut),
}
