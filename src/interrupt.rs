//! Interrupts: the first lets what runs end, the second drops it. Neither loses anything.

use std::future::Future;

use meshform_engine::apply::Stop;

/// Runs `work` to its end. Meanwhile each interrupt or request to terminate goes one level further in `stop`.
pub(crate) async fn heeding<T>(stop: &Stop, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    let mut signals = Signals::listen();
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = signals.next() => {
                if stop.soft.is_cancelled() {
                    stop.hard.cancel();
                }
                stop.soft.cancel();
            }
        }
    }
}

/// The result of `work`, or `None` if the user interrupts it first. For work that can be dropped anywhere.
pub(crate) async fn droppable<T>(stop: &Stop, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        () = stop.soft.cancelled() => None,
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        // Where signals cannot be had, they end the process, which loses nothing either.
        Signals {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    async fn next(&mut self) {
        async fn one(signal: &mut Option<tokio::signal::unix::Signal>) {
            let heard = match signal {
                Some(signal) => signal.recv().await,
                None => None,
            };
            if heard.is_none() {
                std::future::pending().await
            }
        }
        tokio::select! {
            () = one(&mut self.interrupt) => {}
            () = one(&mut self.terminate) => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Signals
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_droppable_ends_with_the_first_interrupt() {
        let stop = Stop::default();
        assert_eq!(droppable(&stop, async { 1 }).await, Some(1));
        stop.soft.cancel();
        assert_eq!(droppable(&stop, std::future::pending::<u8>()).await, None);
    }
}
