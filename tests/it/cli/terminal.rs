//! A real terminal: what the keys of somebody who sits there do.

#![expect(
    clippy::disallowed_methods,
    reason = "a deadline of a real process is on the real clock"
)]

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::environment::TestEnvironment;

/// How long to wait before it is hopeless.
const LIMIT: Duration = Duration::from_secs(60);

/// What interrupts.
const CTRL_C: &str = "\u{3}";
/// What ends the input.
const CTRL_D: &str = "\u{4}";
/// What an editor of lines tells the terminal when it is ready for the next one: what is pasted shall be marked.
const READY: &str = "\u{1b}[?2004h";

/// A program at a terminal of its own.
struct Terminal {
    child: Child,
    keys: File,
    screen: Receiver<String>,
    seen: String,
}

impl Terminal {
    fn start(environment: &TestEnvironment, arguments: &[&str]) -> Self {
        let keys = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keys).unwrap();
        unlockpt(&keys).unwrap();
        let name = ptsname(&keys, Vec::new()).unwrap();
        let device = OpenOptions::new()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap();
        let child = environment.start_at(arguments, &device);
        let keys = File::from(keys);
        let mut output = keys.try_clone().unwrap();
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Reading fails once nobody has the terminal open any more.
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                if sender
                    .send(String::from_utf8_lossy(&bytes[..count]).into_owned())
                    .is_err()
                {
                    return;
                }
            }
        });
        Terminal {
            child,
            keys,
            screen,
            seen: String::new(),
        }
    }

    /// Types `keys` and waits until `text` is shown since.
    fn type_until(&mut self, keys: &str, text: &str) {
        self.seen.clear();
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.until(text);
    }

    fn until(&mut self, text: &str) {
        let end = Instant::now() + LIMIT;
        while !self.seen.contains(text) {
            let left = end.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(more) => self.seen.push_str(&more),
                Err(error) => panic!("no {text:?} ({error}) in {:?}", self.seen),
            }
        }
    }

    /// Types `keys`, and says how the program ends.
    fn type_last(mut self, keys: &str) -> Option<i32> {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.child.wait().unwrap().code()
    }
}

#[test]
fn an_interrupt_drops_what_is_typed_and_the_console_goes_on() {
    let environment = TestEnvironment::new("");
    let mut terminal = Terminal::start(&environment, &["console"]);
    terminal.until(READY);
    terminal.type_until("1 + 41\r", "42\r\n");
    terminal.until(READY);
    // Dropped: what follows is an expression of its own.
    terminal.type_until(&format!("[1,\r2{CTRL_C}"), READY);
    terminal.type_until("5 * 5\r", "25\r\n");
    terminal.until(READY);
    terminal.type_until(CTRL_C, READY);
    terminal.type_until("3 * 3\r", "9\r\n");
    terminal.until(READY);
    assert_eq!(terminal.type_last(CTRL_D), Some(0));
}

#[test]
fn a_heredoc_is_typed_over_several_lines() {
    let environment = TestEnvironment::new("");
    let mut terminal = Terminal::start(&environment, &["console"]);
    terminal.until(READY);
    terminal.type_until("upper(<<EOT\rfirst\r\rlast\rEOT\r)\r", "FIRST\r\n\r\nLAST\r\n");
    terminal.until(READY);
    // A quote that nothing closes is told of at once: no further line could close it.
    terminal.type_until("\"open\r", "Unterminated template string");
    terminal.until(READY);
    assert_eq!(terminal.type_last("exit\r"), Some(0));
}
