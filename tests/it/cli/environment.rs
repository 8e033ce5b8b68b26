//! A folder and a process that know nothing of the machine they are on.

use std::fmt::Write as _;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use meshform::{Environment, Input, Stream, Streams};
use meshform_state::disk::write_file;

/// A folder of its own, and commands that run in it with an empty environment.
pub(crate) struct TestEnvironment {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// What a command left, with everything that differs from run to run replaced.
#[must_use]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "exit code {}", self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "--- {name}\n{text}")?;
            }
        }
        Ok(())
    }
}

impl TestEnvironment {
    /// A folder with the configuration `mesh`, without a state.
    pub(crate) fn new(mesh: &str) -> Self {
        let environment = TestEnvironment {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        };
        environment.write("mesh.hcl", mesh);
        environment
    }

    /// A folder with the configuration `mesh` and an empty state.
    pub(crate) fn prepared(mesh: &str) -> Self {
        let environment = TestEnvironment::new(mesh);
        assert_eq!(environment.run(&["init"]).code, 0);
        environment
    }

    /// A folder in which `mesh` is applied.
    pub(crate) fn applied(mesh: &str) -> Self {
        let environment = TestEnvironment::prepared(mesh);
        let ran = environment.run(&["apply", "-auto-approve"]);
        assert_eq!(ran.code, 0, "{ran}");
        environment
    }

    /// With an environment variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_file(&path, text.as_bytes()).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meshform"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .stdin(Stdio::null());
        command
            .env("HOME", self.path())
            .envs(self.variables.iter().cloned());
        command
    }

    /// Starts the program; what it says nobody reads.
    pub(crate) fn start(&self, arguments: &[&str]) -> std::process::Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// Starts the program with `terminal` as its terminal.
    pub(crate) fn start_at(&self, arguments: &[&str], terminal: &std::fs::File) -> std::process::Child {
        let end = || Stdio::from(terminal.try_clone().unwrap());
        let mut command = self.command(arguments);
        command
            .env("TERM", "xterm")
            .stdin(end())
            .stdout(end())
            .stderr(end());
        command.spawn().unwrap()
    }

    /// Runs the program with nobody at a terminal.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.left_by(self.command(arguments).output().unwrap())
    }

    /// Runs the program with `input` piped into it.
    pub(crate) fn run_piped(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Dropping the pipe is what ends the input.
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
        self.left_by(child.wait_with_output().unwrap())
    }

    fn left_by(&self, output: std::process::Output) -> Ran {
        let text = |bytes: Vec<u8>| self.settled(&String::from_utf8(bytes).unwrap());
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Runs the program with stdout on a full disk.
    pub(crate) fn run_on_full_disk(&self, arguments: &[&str]) -> Ran {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = self.command(arguments).stdout(full).output().unwrap();
        let stderr = self.settled(&String::from_utf8(output.stderr).unwrap());
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::new(),
            stderr,
        }
    }

    /// Runs the program in this process, with somebody at the keyboard who types `typed`.
    pub(crate) fn run_typing(&self, arguments: &[&str], typed: &str) -> Ran {
        let (out, err) = (Shared::default(), Shared::default());
        let stream = |shared: &Shared| Stream {
            writer: Box::new(shared.clone()),
            terminal: false,
        };
        let input = Input {
            reader: Box::new(Cursor::new(typed.to_owned().into_bytes())),
            terminal: true,
            editable: false,
        };
        let environment = Environment {
            variables: self.variables.iter().cloned().collect(),
            folder: self.path().into(),
        };
        let arguments = std::iter::once("meshform")
            .chain(arguments.iter().copied())
            .map(Into::into);
        let streams = Streams {
            out: stream(&out),
            err: stream(&err),
            input,
        };
        let code = i32::from(meshform::run(arguments, &environment, streams).code());
        Ran {
            code,
            stdout: self.settled(&out.text()),
            stderr: self.settled(&err.text()),
        }
    }

    /// `text` with paths, ids, times and versions replaced.
    fn settled(&self, text: &str) -> String {
        let mut out = text.replace(&self.path().display().to_string(), "[FOLDER]");
        out = out.replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
        let platform = format!("{}_{}", std::env::consts::OS, std::env::consts::ARCH);
        out = out.replace(&platform, "[PLATFORM]");
        for (form, name) in [(UUID, "[UUID]"), (TIME, "[TIME]"), (DIGEST, "[DIGEST]")] {
            out = replaced(&out, form, name);
        }
        in_order(&out)
    }
}

/// `text` with neighbouring lines of progress sorted: steps that do not need each other start and end in any order.
fn in_order(text: &str) -> String {
    let is_progress = |line: &&str| {
        let told = line.split_once(": ").map_or("", |(_, told)| told);
        told.contains(" complete after ") || told.contains("ing...")
    };
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    for run in lines.chunk_by_mut(|a, b| is_progress(a) && is_progress(b)) {
        run.sort_unstable();
    }
    lines.concat()
}

/// The forms of what differs: `x` stands for a hexadecimal digit, `9` for a decimal one.
const UUID: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
const TIME: &str = "9999-99-99T99:99:99.999Z";
const DIGEST: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

fn replaced(text: &str, form: &str, with: &str) -> String {
    let matches = |at: usize| {
        let part = text.as_bytes().get(at..at + form.len())?;
        let fits = part.iter().zip(form.bytes()).all(|(byte, form)| match form {
            b'x' => byte.is_ascii_hexdigit(),
            b'9' => byte.is_ascii_digit(),
            other => *byte == other,
        });
        fits.then_some(())
    };
    let (mut out, mut at) = (String::new(), 0);
    while let Some(c) = text[at..].chars().next() {
        if matches(at).is_some() {
            out.push_str(with);
            at += form.len();
        } else {
            out.push(c);
            at += c.len_utf8();
        }
    }
    out
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What several commands left, one behind the other.
pub(crate) fn session(environment: &TestEnvironment, commands: &[&[&str]]) -> String {
    let mut out = String::new();
    for command in commands {
        let ran = environment.run(command);
        _ = write!(out, "$ meshform {}\n{ran}\n", command.join(" "));
    }
    out
}
