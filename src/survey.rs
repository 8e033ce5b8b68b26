//! The first half of every plan, and all of `preflight`: from a configuration to what it compiles to, with everything that
//! the outside says.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_engine::compile::{Compiled, Inputs, Purpose, compile};
use meshform_engine::config::Config;
use meshform_engine::facts::Facts;
use meshform_engine::gather::{self, Unanswered, gather};
use meshform_engine::refresh::Reader;
use meshform_engine::{Kinds, Object};
use meshform_kinds::istio::HELM_CHART;
use meshform_lang::Diagnostics;
use meshform_state::Str;

use crate::failure::{Failure, FailureKind};
use crate::folder::Reads;
use crate::locks::{self, Locks};
use crate::pipeline::{Loaded, reads, settle};
use crate::session::{Access, Session};

/// What was found out.
pub(crate) struct Surveyed {
    /// What the configuration compiles to.
    pub(crate) compiled: Compiled,
    /// What the outside said.
    pub(crate) facts: Facts,
    /// What it did not say.
    pub(crate) unanswered: Vec<Unanswered>,
}

impl Surveyed {
    /// For those who cannot go on unless everything is known and nothing is wrong. Warnings go to `loaded`.
    ///
    /// # Errors
    /// All that is wrong.
    pub(crate) fn whole(mut self, loaded: &mut Loaded) -> Result<(Compiled, Facts), Failure> {
        let found = std::mem::take(&mut self.compiled.diagnostics);
        if self.unanswered.is_empty() {
            settle(loaded, found)?;
            return Ok((self.compiled, self.facts));
        }
        loaded.warnings.extend(found);
        let unanswered = self.unanswered.into_iter();
        loaded.warnings.0.extend(unanswered.map(|one| one.diagnostic));
        let (all, sources) = (
            std::mem::take(&mut loaded.warnings),
            std::mem::take(&mut loaded.sources),
        );
        Err(Failure::told(FailureKind::Outside, all, sources))
    }
}

/// What compilation is given beside facts.
pub(crate) fn inputs(
    loaded: &Loaded,
    purpose: Purpose,
    files: Arc<Reads>,
    timestamp: Option<&str>,
) -> Inputs {
    Inputs {
        variables: loaded.values.clone(),
        purpose,
        files,
        plan_timestamp: timestamp.map(Str::from),
        lineage: None,
        part: false,
    }
}

/// Compiles `config`, asking for whatever is not in `answers`, which a saved plan brings.
pub(crate) async fn survey(
    session: &Session,
    reader: &Reader<'_>,
    config: &Config,
    inputs: &Inputs,
    answers: &BTreeMap<String, String>,
) -> Surveyed {
    let kinds = &session.kinds;
    let once = |facts: &Facts| compile(config, inputs, facts, session.vocabulary(), kinds);
    let survey = gather::survey(reader, answered(&once, answers, kinds), once).await;
    Surveyed {
        compiled: survey.round,
        facts: survey.facts,
        unanswered: survey.unanswered,
    }
}

/// What is wrong with charts that are not those of the lock file. Those that a saved plan brings were looked at when it
/// was made.
///
/// # Errors
/// If the lock file cannot be read.
pub(crate) fn locked(
    session: &Session,
    facts: &Facts,
    answers: &BTreeMap<String, String>,
) -> Result<Diagnostics, Failure> {
    let charts = locks::charts(facts).into_iter();
    let charts: Vec<locks::Chart> = charts
        .filter(|(key, _)| !answers.contains_key(key))
        .map(|(_, chart)| chart)
        .collect();
    if charts.is_empty() {
        return Ok(Diagnostics::new());
    }
    Ok(Locks::read(&session.folder)?.check(&charts))
}

/// The charts that the configuration means, as far as that can be told without asking anything but helm.
///
/// # Errors
/// What of them cannot be read.
pub(crate) async fn charts(session: &Session, loaded: &Loaded) -> Result<Vec<locks::Chart>, Failure> {
    let inputs = inputs(
        loaded,
        Purpose::Plan,
        reads(&session.folder),
        Some(&session.now()),
    );
    let registry = session.registry(Access::Read);
    let reader = session.reader(&registry);
    let once = |facts: &Facts| {
        let (config, kinds) = (&loaded.config, &session.kinds);
        let mut compiled = compile(config, &inputs, facts, session.vocabulary(), kinds);
        // What is wrong with the rest, a plan says.
        compiled.diagnostics = Diagnostics::new();
        compiled.missing.retain(|query| query.kind == HELM_CHART);
        compiled
    };
    let gathered = gather(&reader, Facts::default(), once).await;
    let (_, facts) =
        gathered.map_err(|found| Failure::told(FailureKind::Outside, found, loaded.sources.clone()))?;
    Ok(locks::charts(&facts)
        .into_iter()
        .map(|(_, chart)| chart)
        .collect())
}

/// Facts from saved answers: only the questions say which they are, so each round adds those that it asks for.
fn answered(once: &dyn Fn(&Facts) -> Compiled, answers: &BTreeMap<String, String>, kinds: &Kinds) -> Facts {
    let mut facts = Facts::default();
    if answers.is_empty() {
        return facts;
    }
    loop {
        let mut news = false;
        for query in once(&facts).missing {
            let saved = answers.get(&query.key()).and_then(|text| {
                let raw = serde_json::value::RawValue::from_string(text.clone()).ok()?;
                Object::decode(&raw, kinds.data(query.kind)?.schema()).ok()
            });
            if let (Some(object), None) = (saved, facts.get(&query)) {
                facts.insert(&query, object);
                news = true;
            }
        }
        if !news {
            return facts;
        }
    }
}
