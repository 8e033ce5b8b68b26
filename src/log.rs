//! What happens inside, to stderr, for those who look for a mistake.

use tracing_subscriber::EnvFilter;

use crate::failure::{Failure, FailureKind};
use crate::settings::Environment;

/// Starts logging what `MESHFORM_LOG` asks for.
///
/// # Errors
/// If it is no filter.
pub(crate) fn start(environment: &Environment) -> Result<(), Failure> {
    let Some(filter) = environment.log() else {
        return Ok(());
    };
    let filter: EnvFilter = filter
        .parse()
        .map_err(|error: tracing_subscriber::filter::ParseError| {
            Failure::caused(FailureKind::Usage, "Invalid MESHFORM_LOG", &error)
                .hint("Write a level (`debug`) or levels by module (`meshform_aws=trace,info`).")
        })?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false);
    // In one process there is one log: the first run that asked for it has it.
    _ = subscriber.try_init();
    Ok(())
}
