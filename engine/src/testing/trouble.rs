//! What befalls the machine rather than a call.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use meshform_state::disk::{Moment, Op, Verdict};

use super::lab::Lab;

/// Trouble with the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing more can be written.
    FullDisk,
    /// Names can no longer be made, changed or removed; files that are open can still be written.
    ReadOnlyFolder,
    /// The process stands still so long.
    Suspended(Duration),
    /// The time of day jumps by so many milliseconds.
    ClockJump(i64),
}

/// A day, in milliseconds.
const DAY: i64 = 24 * 3_600_000;

impl Trouble {
    /// Each kind of it.
    pub const ALL: [Trouble; 5] = [
        Trouble::FullDisk,
        Trouble::ReadOnlyFolder,
        Trouble::Suspended(Duration::from_secs(3_600)),
        Trouble::ClockJump(DAY),
        Trouble::ClockJump(-DAY),
    ];

    fn stops(self, op: Op) -> Option<ErrorKind> {
        let (kind, ops): (_, &[Op]) = match self {
            Trouble::FullDisk => (
                ErrorKind::StorageFull,
                &[Op::Write, Op::Create, Op::Sync, Op::SyncFolder, Op::Truncate],
            ),
            Trouble::ReadOnlyFolder => (
                ErrorKind::ReadOnlyFilesystem,
                &[Op::Create, Op::Rename, Op::Remove],
            ),
            Trouble::Suspended(_) | Trouble::ClockJump(_) => return None,
        };
        ops.contains(&op).then_some(kind)
    }
}

impl Lab {
    /// Lets `trouble` come when this step of the disk, counted from now, begins. A disk that refuses goes on to refuse
    /// until it is healed. Returns whether it has come.
    #[must_use]
    pub fn trouble(&self, step: u64, trouble: Trouble) -> Arc<AtomicBool> {
        let (at, clock) = (self.store.disk().steps() + step, Arc::clone(&self.world.clock));
        let came = Arc::new(AtomicBool::new(false));
        let comes = Arc::clone(&came);
        self.store.disk().on_operation(move |event| {
            if event.index < at || event.moment != Moment::Before {
                return Verdict::Go;
            }
            let is_first = !comes.swap(true, Ordering::Relaxed);
            match trouble {
                Trouble::Suspended(time) if is_first => clock.advance(time),
                Trouble::ClockJump(by) if is_first => clock.jump(by),
                _ => {}
            }
            trouble.stops(event.op).map_or(Verdict::Go, Verdict::Fail)
        });
        came
    }
}
