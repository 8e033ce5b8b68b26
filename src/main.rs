//! The command `meshform`.

use std::process::ExitCode;

use meshform::{Environment, Streams, run};

fn main() -> ExitCode {
    ExitCode::from(
        run(
            std::env::args_os(),
            &Environment::of_process(),
            Streams::of_process(),
        )
        .code(),
    )
}
