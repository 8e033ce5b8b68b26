//! `cargo demo`: a world on this machine, a mesh planned, applied and verified, something broken by hand that `verify`
//! and the next plan find. It must use nothing that a user has not: the meshform binary, and a second hand that breaks
//! things behind its back.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "this is a command line program that runs others and writes into its own scratch folder"
)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::Parser;
use meshform_sandbox::daemon::{self, Options, Session};
use meshform_sandbox::to_stderr;

/// Shows meshform at work, on this machine alone.
#[derive(Parser)]
#[command(name = "demo")]
struct Cli {
    /// The folder of the demo's sandbox and configuration.
    #[arg(long, default_value = "target/demo")]
    dir: PathBuf,
    /// The configuration to show.
    #[arg(long, default_value = "examples/sandbox/mesh.hcl")]
    config: PathBuf,
}

/// How long istiods may take to find each other on a busy machine.
const WAIT: &str = "-wait=3m";

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Done<()> {
    let mut stopwatch = Stopwatch::new();
    let meshform = build()?;
    stopwatch.lap("meshform built");
    fresh(&cli.dir)?;
    let session = sandbox(&cli.dir)?;
    stopwatch.lap("sandbox up");

    let mesh = Mesh {
        program: meshform,
        folder: cli.dir.join("mesh"),
        environment: environment(&cli.dir)?,
    };
    // Where the charts are is part of the configuration, so that what is printed below works as it stands there.
    let charts = mesh.variable("MESHFORM_SANDBOX_CHARTS")?;
    let charts = format!("charts = {charts:?}\n");
    std::fs::create_dir_all(&mesh.folder)?;
    std::fs::copy(&cli.config, mesh.folder.join("mesh.hcl"))?;
    std::fs::write(mesh.folder.join("meshform.vars.hcl"), charts)?;

    mesh.run(&["init"], 0)?;
    mesh.run(&["plan", "-out=plan.meshform"], 0)?;
    mesh.run(&["apply", "plan.meshform"], 0)?;
    title("Nothing is left to do");
    mesh.run(&["plan", "-detailed-exitcode"], 0)?;
    stopwatch.lap("planned and applied");
    title("The mesh works: istiods need a moment to find each other");
    mesh.run(&["verify", WAIT], 0)?;
    stopwatch.lap("verified");

    title("Somebody deletes the Secret by which istiod of `a` reads cluster `b`");
    by_hand(&session)?;
    mesh.run(&["verify"], 2)?;
    title("The plan finds it too, and apply mends it");
    mesh.run(&["plan", "-detailed-exitcode"], 2)?;
    mesh.run(&["apply", "-auto-approve"], 0)?;
    mesh.run(&["verify", WAIT], 0)?;
    stopwatch.lap("broken, found, mended, verified");

    let (dir, program) = (cli.dir.display(), mesh.program.display());
    title("How to go on");
    println!("  . {dir}/env                             # point AWS and Kubernetes clients to the sandbox");
    println!("  cd {} && {program} plan", mesh.folder.display());
    println!("\nHow to clean up, from the project's folder");
    println!(
        "  . {dir}/env && {program} -chdir={} destroy",
        mesh.folder.display()
    );
    println!("  cargo sandbox down --dir {dir}");
    stopwatch.report();
    Ok(())
}

/// Builds the binary that the demo shows, and the sandbox's, which stands beside this one: in a fresh clone `cargo demo`
/// has built neither. Says where the first is.
fn build() -> Done<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--quiet", "--package", "meshform", "--bin", "meshform"])
        .args(["--package", "meshform-sandbox", "--bin", "sandbox"])
        .status()?;
    if !status.success() {
        return Err("meshform and the sandbox could not be built".into());
    }
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or("this program has no folder")?;
    Ok(folder.join(format!("meshform{}", std::env::consts::EXE_SUFFIX)))
}

/// Ends what an earlier demo left, so that this one starts from nothing.
fn fresh(dir: &Path) -> Done<()> {
    if dir.exists() {
        daemon::down(dir, &to_stderr())?;
        if dir.exists() {
            std::fs::remove_dir_all(dir)?;
        }
    }
    Ok(())
}

fn sandbox(dir: &Path) -> Done<Session> {
    let own = std::env::current_exe()?;
    let program = own.with_file_name(format!("sandbox{}", std::env::consts::EXE_SUFFIX));
    let options = Options {
        dir: dir.to_path_buf(),
        clusters: 2,
        istiod: true,
    };
    Ok(daemon::up(&options, &program, &to_stderr())?)
}

/// The variables that the sandbox's `env` file exports.
fn environment(dir: &Path) -> Done<Vec<(String, String)>> {
    let text = std::fs::read_to_string(dir.join("env"))?;
    let pairs = text.lines().filter_map(|line| {
        let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
        let value = value.trim_matches(['\'', '"']);
        Some((name.to_owned(), value.to_owned()))
    });
    Ok(pairs.collect())
}

/// Deletes a remote secret as a person with another tool would.
fn by_hand(session: &Session) -> Done<()> {
    let cluster = session.clusters.first().ok_or("the sandbox has no cluster")?;
    let secret = "istio-remote-secret-b";
    cluster.delete(&format!("/api/v1/namespaces/istio-system/secrets/{secret}"))?;
    println!("  secret/{secret} deleted");
    Ok(())
}

struct Mesh {
    program: PathBuf,
    folder: PathBuf,
    environment: Vec<(String, String)>,
}

impl Mesh {
    /// What the sandbox says.
    fn variable(&self, name: &str) -> Done<&str> {
        let found = self.environment.iter().find(|(known, _)| known == name);
        let (_, value) = found.ok_or_else(|| format!("the sandbox does not say {name}"))?;
        Ok(value)
    }

    /// Runs a command as a user would, and expects its exit code.
    fn run(&self, arguments: &[&str], expected: i32) -> Done<()> {
        println!("\n$ meshform {}", arguments.join(" "));
        let folder = std::fs::canonicalize(&self.folder)?;
        let status = Command::new(&self.program)
            .args(arguments)
            .current_dir(folder)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .status()?;
        match status.code() {
            Some(code) if code == expected => Ok(()),
            code => Err(format!(
                "`meshform {}` ended with {code:?}, expected {expected}",
                arguments.join(" ")
            )
            .into()),
        }
    }
}

fn title(text: &str) {
    println!("\n── {text}");
}

/// Minutes per part, since a cold start takes some.
struct Stopwatch {
    start: Instant,
    last: Instant,
    laps: Vec<(&'static str, f64)>,
}

impl Stopwatch {
    fn new() -> Self {
        let now = Instant::now();
        Stopwatch {
            start: now,
            last: now,
            laps: Vec::new(),
        }
    }

    fn lap(&mut self, name: &'static str) {
        let now = Instant::now();
        self.laps.push((name, (now - self.last).as_secs_f64()));
        self.last = now;
    }

    fn report(&self) {
        println!("\nTimes");
        for (name, seconds) in &self.laps {
            println!("  {name:<36} {seconds:>7.1} s");
        }
        println!("  {:<36} {:>7.1} s", "in all", self.start.elapsed().as_secs_f64());
    }
}
