//! Helm, as a program beside us: which chart there is, and what it renders to.
//!
//! [`HelmAdapter`] answers `helm_chart` and `helm_template`. `source` finds a chart and tells whether it is still the
//! same, `template` renders it, `command` runs the program. Values go in by a pipe: what is in an argument, everybody
//! on the machine can read.

mod command;
mod source;
mod template;

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use meshform_engine::adapter::{Applied, Identity, Request, Timing};
use meshform_engine::{Adapter, AdapterError, Effects, ErrorClass, Located, Object, Observation, Target};
use meshform_kinds::Spec as _;
use meshform_kinds::istio::{HELM_CHART, HELM_TEMPLATE, HelmChart, HelmTemplate};
use meshform_state::Scope;
use meshform_state::journal::Intent;
use tokio::sync::OnceCell;

use source::{Found, Wanted};

/// How helm is run.
#[derive(Debug, Clone)]
pub struct HelmSettings {
    /// The program: a path, or a name that is looked for in the PATH of `environment`.
    pub program: PathBuf,
    /// All that it finds in its environment.
    pub environment: Vec<(OsString, OsString)>,
    /// The folder that folders of charts are relative to.
    pub folder: PathBuf,
    /// How long it may take.
    pub timeout: Duration,
}

/// Answers what helm knows.
pub struct HelmAdapter {
    settings: HelmSettings,
    /// Charts that were found, each once in the life of this process.
    found: Mutex<HashMap<Wanted, Arc<OnceCell<Arc<Found>>>>>,
}

impl HelmAdapter {
    /// An adapter that runs helm by `settings`.
    #[must_use]
    pub fn new(settings: HelmSettings) -> Self {
        HelmAdapter {
            settings,
            found: Mutex::new(HashMap::new()),
        }
    }

    async fn find(&self, wanted: Wanted) -> Result<Arc<Found>, AdapterError> {
        let cell = {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(found.entry(wanted.clone()).or_default())
        };
        let made =
            cell.get_or_try_init(|| async { source::find(&self.settings, &wanted).await.map(Arc::new) });
        made.await.cloned()
    }
}

impl std::fmt::Debug for HelmAdapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HelmAdapter")
            .field("program", &self.settings.program)
            .finish_non_exhaustive()
    }
}

fn invalid(message: impl Into<String>) -> AdapterError {
    AdapterError::refused(ErrorClass::Invalid, message)
}

#[async_trait]
impl Adapter for HelmAdapter {
    async fn identify(&self, _scope: &Scope) -> Result<Identity, AdapterError> {
        Ok(Identity {
            id: "local".to_owned(),
            caller: "local".to_owned(),
        })
    }

    async fn read_many(
        &self,
        _scope: &Scope,
        kind: &str,
        _targets: &[Target],
    ) -> Result<Vec<Option<Observation>>, AdapterError> {
        Err(invalid(format!("`{kind}` is only read with `data`")))
    }

    async fn query(&self, _scope: &Scope, kind: &str, arguments: &Object) -> Result<Object, AdapterError> {
        match kind {
            HELM_CHART => {
                let mut spec =
                    HelmChart::from_object(arguments).map_err(|error| invalid(error.to_string()))?;
                let found = self
                    .find(Wanted {
                        source: spec.source.clone(),
                        name: spec.name.clone(),
                        version: spec.version.clone(),
                    })
                    .await?;
                spec.version = Some(found.about.version.clone());
                spec.app_version.clone_from(&found.about.app_version);
                spec.digest = Some(found.digest.clone());
                Ok(spec.to_object())
            }
            HELM_TEMPLATE => {
                let mut spec =
                    HelmTemplate::from_object(arguments).map_err(|error| invalid(error.to_string()))?;
                let found = self
                    .find(Wanted {
                        source: spec.source.clone(),
                        name: spec.name.clone(),
                        version: spec.version.clone(),
                    })
                    .await?;
                template::fill(&self.settings, &found, &mut spec).await?;
                Ok(spec.to_object())
            }
            _ => Err(invalid(format!("helm does not know `{kind}`"))),
        }
    }

    async fn locate(&self, _scope: &Scope, _intent: &Intent) -> Result<Located, AdapterError> {
        Ok(Located::Absent)
    }

    async fn apply(
        &self,
        _scope: &Scope,
        request: &Request<'_>,
        _effects: &mut Effects<'_>,
    ) -> Result<Option<Applied>, AdapterError> {
        Err(invalid(format!("`{}` is only read with `data`", request.kind)))
    }

    fn timing(&self, _kind: &str) -> Timing {
        Timing {
            call: Duration::ZERO,
            settle: Duration::ZERO,
            ready: Duration::ZERO,
        }
    }
}
