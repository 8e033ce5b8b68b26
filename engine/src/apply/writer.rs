//! The writing side of the loop: collects events and writes them in groups, one sync for all that is there.

use meshform_state::journal::{Event, IntentId, Recorder};
use meshform_state::{Snapshot, StoreError};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Tells a waiting step that its intent is on disk, or that nothing can be written any more.
pub(super) type Ack = oneshot::Sender<Result<(), ()>>;

/// Collects events and writes them.
pub(super) struct Writer {
    recorder: Option<Recorder>,
    next_intent: u64,
    pending: Vec<Event>,
    acks: Vec<Ack>,
    notices: Vec<crate::event::Event>,
    /// What has reached the disk and was not told yet.
    told: Vec<crate::event::Event>,
    /// Who is to hear how the last write ended.
    answers: Vec<(Ack, Result<(), ()>)>,
    /// What never will.
    lost: Vec<crate::event::Event>,
    flush: Option<Flush>,
    error: Option<StoreError>,
}

struct Flush {
    task: JoinHandle<(Recorder, Result<(), StoreError>)>,
    acks: Vec<Ack>,
    notices: Vec<crate::event::Event>,
}

impl Writer {
    pub(super) fn new(recorder: Recorder) -> Self {
        let next_intent = recorder.folded().last_intent + 1;
        Writer {
            recorder: Some(recorder),
            next_intent,
            pending: Vec::new(),
            acks: Vec::new(),
            notices: Vec::new(),
            told: Vec::new(),
            answers: Vec::new(),
            lost: Vec::new(),
            flush: None,
            error: None,
        }
    }

    pub(super) fn number(&mut self) -> IntentId {
        let id = IntentId(self.next_intent);
        self.next_intent += 1;
        id
    }

    pub(super) fn push(&mut self, event: Event) {
        self.pending.push(event);
    }

    /// Tells `ack` once everything pushed so far is on disk.
    pub(super) fn ack(&mut self, ack: Ack) {
        if self.error.is_some() {
            // The receiver may be gone with its step; nobody else waits for this.
            _ = ack.send(Err(()));
        } else {
            self.acks.push(ack);
        }
    }

    /// Tells `notice` once everything pushed so far is on disk: nothing is called done before.
    pub(super) fn notice(&mut self, notice: crate::event::Event) {
        self.notices.push(notice);
    }

    /// Whether something waits to be told: what comes after it is told after it.
    pub(super) fn has_notices(&self) -> bool {
        let flushing = self.flush.as_ref().is_some_and(|flush| !flush.notices.is_empty());
        flushing || !self.notices.is_empty() || !self.told.is_empty()
    }

    pub(super) fn has_work(&self) -> bool {
        self.error.is_none()
            && (!self.pending.is_empty() || !self.acks.is_empty() || !self.notices.is_empty())
    }

    pub(super) fn is_flushing(&self) -> bool {
        self.flush.is_some()
    }

    pub(super) fn is_broken(&self) -> bool {
        self.error.is_some()
    }

    /// Starts to write what is pending, unless something is being written.
    pub(super) fn start_flush(&mut self) {
        if self.flush.is_some() || !self.has_work() {
            return;
        }
        let Some(mut recorder) = self.recorder.take() else {
            return;
        };
        let events = std::mem::take(&mut self.pending);
        let task = tokio::task::spawn_blocking(move || {
            let result = if events.is_empty() {
                Ok(())
            } else {
                recorder.record(&events)
            };
            (recorder, result)
        });
        let (acks, notices) = (std::mem::take(&mut self.acks), std::mem::take(&mut self.notices));
        self.flush = Some(Flush { task, acks, notices });
    }

    /// Lets those go on who wait for the last write. Called once what it recorded was told, so that nothing is told of
    /// what they do before.
    pub(super) fn release(&mut self) {
        for (ack, answer) in std::mem::take(&mut self.answers) {
            // The receiver may be gone with its step; nobody else waits for this.
            _ = ack.send(answer);
        }
    }

    /// What has reached the disk since the last call.
    pub(super) fn told(&mut self) -> Vec<crate::event::Event> {
        std::mem::take(&mut self.told)
    }

    /// Waits for the running write; [`release`](Self::release) tells those who wait for it. Never ends if none runs.
    pub(super) async fn flushed(&mut self) {
        let Some(flush) = &mut self.flush else {
            return std::future::pending().await;
        };
        let joined = (&mut flush.task).await;
        let Some(Flush { acks, notices, .. }) = self.flush.take() else {
            return;
        };
        match joined {
            Ok((recorder, result)) => {
                self.recorder = Some(recorder);
                self.error = result.err();
            }
            Err(_) => self.error = Some(died()),
        }
        let answer = if self.error.is_some() { Err(()) } else { Ok(()) };
        self.answers.extend(acks.into_iter().map(|ack| (ack, answer)));
        if self.error.is_some() {
            let waiting = std::mem::take(&mut self.acks);
            self.answers.extend(waiting.into_iter().map(|ack| (ack, Err(()))));
            self.lost.extend(notices);
        } else {
            self.told.extend(notices);
        }
    }

    /// Writes all that is pending, then, if nothing is in doubt, the snapshot. Returns the state and what is in doubt.
    pub(super) async fn finish(mut self) -> Finished {
        while self.flush.is_some() || self.has_work() {
            self.start_flush();
            self.flushed().await;
            self.release();
        }
        self.lost.append(&mut self.notices);
        let mut finished = Finished {
            snapshot: Snapshot::default(),
            in_doubt: Vec::new(),
            told: self.told,
            lost: self.lost,
            error: self.error,
        };
        let Some(recorder) = self.recorder else {
            return finished;
        };
        let folded = recorder.folded();
        finished.in_doubt = folded.in_doubt.iter().map(|doubt| doubt.intent.clone()).collect();
        finished.snapshot = folded.snapshot.clone();
        if finished.error.is_some() || !finished.in_doubt.is_empty() {
            return finished;
        }
        let committed = tokio::task::spawn_blocking(move || {
            let mut recorder = recorder;
            let result = recorder.finish();
            (recorder.folded().snapshot.clone(), result.err())
        });
        match committed.await {
            Ok((snapshot, error)) => Finished {
                snapshot,
                error,
                ..finished
            },
            Err(_) => Finished {
                error: Some(died()),
                ..finished
            },
        }
    }
}

fn died() -> StoreError {
    let source = std::io::Error::other("the writer died");
    StoreError::Io {
        action: "write",
        place: "the journal".to_owned(),
        source,
    }
}

/// How the writing ended.
pub(super) struct Finished {
    pub(super) snapshot: Snapshot,
    pub(super) in_doubt: Vec<meshform_state::journal::Intent>,
    pub(super) told: Vec<crate::event::Event>,
    pub(super) lost: Vec<crate::event::Event>,
    pub(super) error: Option<StoreError>,
}
