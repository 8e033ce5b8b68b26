//! `cargo sandbox up|down|status`: a world to try things in. It must never do more than call the library and print.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the command line of the sandbox"
)]

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use meshform_sandbox::daemon::{self, Options, Session};
use meshform_sandbox::{SandboxError, to_stderr};

/// A whole world on this machine: AWS as moto behind a door, real Kubernetes control planes.
#[derive(Parser)]
#[command(name = "sandbox")]
struct Cli {
    #[command(subcommand)]
    command: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Starts a sandbox, and returns when everything in it is ready.
    Up(Shape),
    /// Ends a sandbox and removes what it made.
    Down(Place),
    /// Says what runs; the exit code is 0 when all of it does.
    Status(Place),
    /// Holds a sandbox in this process; `up` starts it in the background.
    #[command(hide = true)]
    Serve(Shape),
}

#[derive(Args)]
struct Place {
    /// The sandbox's folder; two sandboxes are two folders.
    #[arg(long, default_value = "target/sandbox")]
    dir: PathBuf,
}

#[derive(Args)]
struct Shape {
    #[command(flatten)]
    place: Place,
    /// How many clusters; their contexts are a, b, c, …
    #[arg(long, default_value_t = 1)]
    clusters: usize,
    /// No cluster, AWS alone.
    #[arg(long, conflicts_with = "clusters")]
    aws_only: bool,
    /// Run a real istiod in each cluster that installs one, and put helm and Istio's charts into the environment.
    #[arg(long, conflicts_with = "aws_only")]
    istiod: bool,
}

impl Shape {
    fn options(&self) -> Options {
        let clusters = if self.aws_only { 0 } else { self.clusters };
        Options {
            dir: self.place.dir.clone(),
            clusters,
            istiod: self.istiod,
        }
    }
}

fn main() -> ExitCode {
    match run(&Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("sandbox: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Verb) -> Result<ExitCode, SandboxError> {
    match command {
        Verb::Up(shape) => {
            let program = std::env::current_exe().map_err(|source| SandboxError::System {
                action: "find this program's own file",
                source,
            })?;
            let session = daemon::up(&shape.options(), &program, &to_stderr())?;
            print_status(&session);
            println!("\nuse it with:  . {}", shape.place.dir.join("env").display());
            Ok(ExitCode::SUCCESS)
        }
        Verb::Down(place) => daemon::down(&place.dir, &to_stderr()).map(|()| ExitCode::SUCCESS),
        Verb::Status(place) => Ok(match Session::read(&place.dir)? {
            Some(session) => print_status(&session),
            None => {
                println!("no sandbox in {}", place.dir.display());
                ExitCode::FAILURE
            }
        }),
        Verb::Serve(shape) => daemon::serve(&shape.options()).map(|()| ExitCode::SUCCESS),
    }
}

fn print_status(session: &Session) -> ExitCode {
    let mut code = if session.ready {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    for process in session.all() {
        let state = if process.is_running() { "runs" } else { "gone" };
        if state == "gone" {
            code = ExitCode::FAILURE;
        }
        println!("{:<30} {state}  pid {}", process.name, process.pid);
    }
    if session.ready {
        println!("{:<30} {}", "AWS (the door)", session.endpoint);
    } else {
        println!("not ready yet");
    }
    for cluster in &session.clusters {
        println!("{:<30} {}", format!("cluster {}", cluster.name), cluster.server);
    }
    for balancer in &session.load_balancers {
        let service = format!("{}/{}", balancer.namespace, balancer.name);
        println!(
            "{:<30} {service} at {}",
            format!("balancer of {}", balancer.cluster),
            balancer.address
        );
    }
    code
}
