//! `meshform unlock`: a local lock ends with its process, so there is never one to break.

use meshform_state::{Store as _, StoreError};

use crate::failure::{Exit, Failure};
use crate::session::Session;

pub(super) fn run(session: &Session) -> Result<Exit, Failure> {
    let store = session.store();
    match store.holder()? {
        None => {
            session.printer.data(
                "Nobody holds the lock of the state. A local lock ends with the process that holds it.\n",
            );
            Ok(Exit::Done)
        }
        Some(holder) => {
            let process = holder.process;
            let locked = StoreError::Locked {
                place: store.describe(),
                holder: Some(holder),
            };
            Err(Failure::from(locked).hint(format!(
                "Wait for process {process} to end, or interrupt it: it then ends in order, and its lock with it."
            )))
        }
    }
}
