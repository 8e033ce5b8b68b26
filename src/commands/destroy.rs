//! `meshform destroy`: apply of a plan in which nothing is left.

use crate::cli::DestroyArgs;
use crate::failure::{Exit, Failure};
use crate::session::Session;

pub(super) async fn run(session: &Session, args: &DestroyArgs) -> Result<Exit, Failure> {
    super::apply::from_folder(session, &args.run, true).await
}
