//! moto as a child process on a loopback port. It must never be handed to clients, who talk to the door, but as
//! [`BareMoto`], which is what the door is compared with.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};

use crate::blocking::block;
use crate::cache::{MOTO_BARE, MOTO_REPAIRS, MOTO_SERVE};
use crate::error::SandboxError;
use crate::http_client::{HttpClient, request};
use crate::process::Process;
use crate::{files, wait};

const READY_WITHIN: Duration = Duration::from_secs(90);

/// A running moto.
pub(crate) struct Moto {
    pub(crate) process: Process,
    /// `127.0.0.1:PORT`.
    pub(crate) authority: String,
    venv: PathBuf,
}

/// moto as it comes, without repairs and without a door; ends when it is dropped.
pub struct BareMoto {
    _moto: Moto,
    endpoint: String,
}

impl BareMoto {
    /// Returns the URL for `AWS_ENDPOINT_URL`. Any key is accepted.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

impl Moto {
    /// Starts moto from its venv; it answers when [`Self::ready`] has returned.
    pub(crate) fn start(venv: &Path, folder: &Path) -> Result<Self, SandboxError> {
        files::create_dir(folder)?;
        files::write(&folder.join("repairs.py"), MOTO_REPAIRS)?;
        Self::run(venv, &folder.join("serve.py"), MOTO_SERVE)
    }

    /// Starts the same moto once more, without our repairs.
    pub(crate) fn bare(&self, folder: &Path) -> Result<BareMoto, SandboxError> {
        let mut moto = Self::run(&self.venv, &folder.join("bare.py"), MOTO_BARE)?;
        block(async || moto.ready().await)?;
        Ok(BareMoto {
            endpoint: format!("http://{}", moto.authority),
            _moto: moto,
        })
    }

    /// Runs `text`, kept as `program`, with a free port as its argument.
    fn run(venv: &Path, program: &Path, text: &str) -> Result<Self, SandboxError> {
        files::write(program, text)?;
        let port = free_port()?;
        let mut command = Command::new(venv.join("bin/python"));
        command.arg(program).arg(port.to_string());
        // No look-up of the machine's credentials. Nothing here starts from an image, and moto would make a thousand of
        // them in each region of each account.
        command
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let process = Process::spawn("moto", command, &program.with_extension("log"))?;
        Ok(Self {
            process,
            authority: format!("127.0.0.1:{port}"),
            venv: venv.to_owned(),
        })
    }

    /// Returns when moto answers.
    pub(crate) async fn ready(&mut self) -> Result<(), SandboxError> {
        let client = HttpClient::new();
        let url = format!("http://{}/moto-api/", self.authority);
        wait::until_ready("moto", READY_WITHIN, &mut self.process, async || {
            let probe = request(http::Method::GET, &url, &[], "").map_err(|error| error.to_string())?;
            client
                .send(probe)
                .await
                .map(|_| ())
                .map_err(|error| error.to_string())
        })
        .await
    }
}

/// Finds a loopback port that nobody has now.
///
/// It lies below the range from which the operating system takes ports for outgoing connections, so none of those
/// can take it before the process it is meant for binds it.
pub(crate) fn free_port() -> Result<u16, SandboxError> {
    const TRIES: usize = 200;
    let mut last = std::io::Error::from(std::io::ErrorKind::AddrInUse);
    let mut draws = SmallRng::from_os_rng();
    for _ in 0..TRIES {
        let port = draws.random_range(15_000..32_000);
        match std::net::TcpListener::bind(("127.0.0.1", port)) {
            Ok(_) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(SandboxError::System {
        action: "find a free loopback port",
        source: last,
    })
}
