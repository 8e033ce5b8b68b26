//! What a command works with: state, adapters, kinds, clock, chance, and the user's wish to stop.

use std::io::BufRead;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use meshform_aws::{AwsAdapter, AwsSettings, Role};
use meshform_engine::apply::Stop;
use meshform_engine::clock::timestamp;
use meshform_engine::compile::Vocabulary;
use meshform_engine::local::LocalAdapter;
use meshform_engine::refresh::Reader;
use meshform_engine::retry::RetryPolicy;
use meshform_engine::{Adapter, Clock, Entropy, Home, Kinds, Registry};
use meshform_kinds::istio::{HELM_CHART, HELM_TEMPLATE};
use meshform_kube::{HelmAdapter, KubeAdapter};
use meshform_modules::Mesh;
use meshform_state::disk::RealDisk;
use meshform_state::{Holder, LocalStore, Store, StoreError};

use crate::cli::VariableArg;
use crate::clock::{SystemClock, SystemEntropy};
use crate::failure::Failure;
use crate::render::Printer;
use crate::settings::Environment;
use crate::wiring;

/// How long to wait before asking for a taken lock again.
const LOCK_PAUSE: Duration = Duration::from_millis(250);

/// Where answers of the user come from.
pub struct Input {
    /// Where to read them.
    pub reader: Box<dyn BufRead + Send>,
    /// Whether somebody sits there.
    pub terminal: bool,
    /// Whether it is the terminal of this process, on which lines can be edited.
    pub editable: bool,
}

/// What a command works with.
pub(crate) struct Session {
    /// The folder of the configuration and of a local state.
    pub(crate) folder: PathBuf,
    /// What the process was given.
    pub(crate) environment: Environment,
    /// `-var` and `-var-file` in their order.
    pub(crate) variables: Vec<VariableArg>,
    /// Where output goes.
    pub(crate) printer: Printer,
    /// The clock.
    pub(crate) clock: Arc<dyn Clock>,
    /// Chance.
    pub(crate) entropy: Arc<dyn Entropy>,
    /// All kinds.
    pub(crate) kinds: Kinds,
    /// The user's wish to stop.
    pub(crate) stop: Stop,
    input: Mutex<Option<Input>>,
    is_watched: bool,
}

/// What is done with the outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// It is only read.
    Read,
    /// It is changed.
    Change,
}

impl Session {
    pub(crate) fn new(
        folder: PathBuf,
        environment: Environment,
        variables: Vec<VariableArg>,
        printer: Printer,
        input: Input,
    ) -> Self {
        Session {
            folder,
            environment,
            variables,
            printer,
            clock: Arc::new(SystemClock::new()),
            entropy: Arc::new(SystemEntropy),
            kinds: meshform_kinds::kinds(),
            stop: Stop::default(),
            is_watched: input.terminal,
            input: Mutex::new(Some(input)),
        }
    }

    /// Now, in RFC 3339.
    pub(crate) fn now(&self) -> String {
        timestamp(self.clock.now_ms())
    }

    /// Whether somebody can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        self.is_watched
    }

    /// The state in the folder.
    pub(crate) fn store(&self) -> LocalStore {
        LocalStore::new(self.folder.clone(), Arc::new(RealDisk))
    }

    /// Who holds a lock that this process takes now for `command`.
    pub(crate) fn holder(&self, command: &str) -> Holder {
        Holder {
            who: self.environment.who(),
            process: std::process::id(),
            command: command.to_owned(),
            since: self.now(),
        }
    }

    /// Locks the state for `command`, waiting up to `timeout` for whoever holds it.
    ///
    /// # Errors
    /// If it is still taken then, or cannot be locked at all.
    pub(crate) async fn lock(
        &self,
        store: &dyn Store,
        command: &str,
        timeout: Duration,
    ) -> Result<Box<dyn meshform_state::Session>, Failure> {
        let holder = self.holder(command);
        let start = self.clock.monotonic();
        let mut told = false;
        loop {
            match store.lock(&holder) {
                Err(StoreError::Locked { holder, .. })
                    if self.clock.monotonic().saturating_sub(start) < timeout =>
                {
                    if !told && self.printer.is_text() {
                        let who = holder.map_or_else(|| "another process".to_owned(), |holder| holder.who);
                        self.printer
                            .talk(&format!("Waiting for the lock of the state, held by {who}...\n"));
                    }
                    told = true;
                    self.clock.sleep(LOCK_PAUSE).await;
                }
                result => return Ok(result?),
            }
        }
    }

    /// The adapters of all kinds. Credentials and endpoints of AWS are found as every AWS tool finds them.
    pub(crate) fn registry(&self, access: Access) -> Registry {
        let local: Arc<dyn Adapter> = Arc::new(LocalAdapter::new(self.kinds.clone()));
        let aws = self.aws(access);
        let kube: Arc<dyn Adapter> = Arc::new(self.kube_beside(&aws));
        let aws: Arc<dyn Adapter> = Arc::new(aws);
        let mut registry = Registry::default();
        let managed = self
            .kinds
            .names(false)
            .filter_map(|name| self.kinds.managed(name));
        let data = self.kinds.names(true).filter_map(|name| self.kinds.data(name));
        for kind in managed.chain(data) {
            let adapter = match kind.schema().home {
                Home::Local => &local,
                Home::Aws => &aws,
                Home::Cluster => &kube,
            };
            registry.add(kind.schema().kind, adapter);
        }
        let helm: Arc<dyn Adapter> = Arc::new(HelmAdapter::new(self.environment.helm(&self.folder)));
        registry.add(HELM_CHART, &helm);
        registry.add(HELM_TEMPLATE, &helm);
        registry.add_home(Home::Aws, &aws);
        registry.add_home(Home::Cluster, &kube);
        registry
    }

    /// The adapter of clusters.
    pub(crate) fn kube(&self, access: Access) -> KubeAdapter {
        self.kube_beside(&self.aws(access))
    }

    /// The adapter of clusters, which reaches AWS by the clients of `aws`.
    fn kube_beside(&self, aws: &AwsAdapter) -> KubeAdapter {
        KubeAdapter::new(Arc::clone(&self.clock))
            .with_eks(Arc::new(wiring::Eks(aws.eks())))
            .with_authority(Arc::new(wiring::PrivateCa(aws.authorities())))
    }

    /// The adapter of AWS.
    fn aws(&self, access: Access) -> AwsAdapter {
        let role = match access {
            Access::Read => Role::Plan,
            Access::Change => Role::Apply,
        };
        AwsAdapter::new(AwsSettings::new(
            role,
            Arc::clone(&self.clock),
            Arc::clone(&self.entropy),
        ))
    }

    /// The words of the configuration beside those of the language.
    pub(crate) fn vocabulary(&self) -> &'static dyn Vocabulary {
        static MESH: LazyLock<Mesh> = LazyLock::new(Mesh::new);
        &*MESH
    }

    /// What reading through `registry` needs.
    pub(crate) fn reader<'a>(&'a self, registry: &'a Registry) -> Reader<'a> {
        Reader {
            registry,
            kinds: &self.kinds,
            clock: &*self.clock,
            entropy: &*self.entropy,
            retry: RetryPolicy::default(),
        }
    }

    /// All of stdin.
    ///
    /// # Errors
    /// If it cannot be read, is no UTF-8, or was taken already.
    pub(crate) fn whole_input(&self) -> std::io::Result<String> {
        let mut text = String::new();
        let input = self.take_input();
        let mut input = input.ok_or_else(|| std::io::Error::other("stdin was read already"))?;
        input.reader.read_to_string(&mut text)?;
        Ok(text)
    }

    /// The input, for one who reads more of it than an answer; `None` if it was taken already.
    pub(crate) fn take_input(&self) -> Option<Input> {
        self.input.lock().ok()?.take()
    }

    /// The line that the user types next; `None` at the end of the input or if nobody can be asked. Reads only once.
    pub(crate) async fn answer(&self) -> Option<String> {
        let mut input = self.take_input()?;
        let read = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            input.reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
            Some(line.trim().to_owned())
        });
        tokio::select! {
            line = read => line.ok().flatten(),
            () = self.stop.soft.cancelled() => None,
        }
    }
}
