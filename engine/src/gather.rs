//! Gathering facts: compiles, asks the outside what compilation asks for, and compiles again until nothing is missing.
//!
//! Mistakes of the text alone are told before anything is asked. Once asking has begun it goes on with whatever can be
//! asked, so that everything that is wrong outside is told at once.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt as _};
use meshform_lang::{Diagnostic, Diagnostics};
use meshform_state::{Scope, ScopeKey};

use crate::adapter::{AdapterError, ErrorClass};
use crate::facts::{Facts, Query, QueryKey};
use crate::refresh::{Reader, Stranger, met};

/// How many questions are asked at once.
const QUESTIONS_AT_ONCE: usize = 16;

/// How often the answers may lead to new questions. A configuration asks its second question after its first answer;
/// more rounds than this are a mistake.
const ROUNDS: usize = 20;

/// What one compilation came to.
pub trait Round {
    /// The questions that it could not go on without.
    fn missing(&self) -> &[Query];
    /// What is wrong or doubtful.
    fn diagnostics(&self) -> &Diagnostics;
}

/// What was found out.
#[derive(Debug)]
pub struct Survey<R> {
    /// The last compilation.
    pub round: R,
    /// All answers.
    pub facts: Facts,
    /// What could not be asked; each is told once, however many questions it stopped.
    pub unanswered: Vec<Unanswered>,
}

/// Why some questions have no answer.
#[derive(Debug, Clone)]
pub struct Unanswered {
    /// Where they were asked.
    pub scope: Scope,
    /// What kind of failure it was.
    pub class: ErrorClass,
    /// What to tell.
    pub diagnostic: Diagnostic,
}

/// A question that failed.
struct Failed {
    query: Query,
    cause: Cause,
}

/// Why it failed.
enum Cause {
    /// The scope was not sure to be the right one, so that nothing was asked there.
    Stranger(Stranger),
    /// What was asked was answered by this.
    Answer(AdapterError),
}

impl Failed {
    fn error(&self) -> &AdapterError {
        match &self.cause {
            Cause::Stranger(stranger) => &stranger.error,
            Cause::Answer(error) => error,
        }
    }

    fn is_unmet(&self) -> bool {
        matches!(self.cause, Cause::Stranger(_))
    }

    /// Whether the scope is surely another one.
    fn is_another(&self) -> bool {
        matches!(&self.cause, Cause::Stranger(stranger) if stranger.is_another)
    }
}

/// As [`survey`], for those who cannot go on without all answers.
///
/// # Errors
/// Questions that cannot be answered, and what is wrong beside.
pub async fn gather<R: Round>(
    reader: &Reader<'_>,
    facts: Facts,
    compile: impl Fn(&Facts) -> R,
) -> Result<(R, Facts), Diagnostics> {
    let survey = survey(reader, facts, compile).await;
    if survey.unanswered.is_empty() {
        return Ok((survey.round, survey.facts));
    }
    let mut found = survey.round.diagnostics().clone();
    found
        .0
        .extend(survey.unanswered.into_iter().map(|one| one.diagnostic));
    Err(found)
}

/// Compiles with `compile` until nothing more can be asked. `facts` may hold answers from before; a saved plan brings
/// all.
pub async fn survey<R: Round>(
    reader: &Reader<'_>,
    mut facts: Facts,
    compile: impl Fn(&Facts) -> R,
) -> Survey<R> {
    let mut failed: BTreeMap<QueryKey, Failed> = BTreeMap::new();
    let mut known: BTreeMap<ScopeKey, Option<Stranger>> = BTreeMap::new();
    let mut round = compile(&facts);
    let mut left = ROUNDS;
    while left > 0 && (left < ROUNDS || !round.diagnostics().has_errors()) {
        let open = round.missing().iter();
        let open: Vec<Query> = open
            .filter(|query| !failed.contains_key(&query.key()))
            .cloned()
            .collect();
        if open.is_empty() {
            return done(round, facts, failed);
        }
        meet(reader, &open, &mut known).await;
        let known = &known;
        let answers: Vec<_> = stream::iter(open)
            .map(|query| async move {
                let answer = match known.get(&query.scope.key()) {
                    Some(Some(stranger)) => Err(Cause::Stranger(stranger.clone())),
                    _ => ask(reader, &query).await.map_err(Cause::Answer),
                };
                (query, answer)
            })
            .buffer_unordered(QUESTIONS_AT_ONCE)
            .collect()
            .await;
        for (query, answer) in answers {
            match answer {
                Ok(object) => facts.insert(&query, object),
                Err(cause) => _ = failed.insert(query.key(), Failed { query, cause }),
            }
        }
        round = compile(&facts);
        left -= 1;
    }
    let is_endless = left == 0;
    let mut survey = done(round, facts, failed);
    if is_endless {
        let text = format!("After {ROUNDS} rounds the answers still lead to new questions.");
        survey.unanswered.push(Unanswered {
            scope: Scope::Local,
            class: ErrorClass::Other,
            diagnostic: Diagnostic::error("Endless questions", text),
        });
    }
    survey
}

fn done<R>(round: R, facts: Facts, failed: BTreeMap<QueryKey, Failed>) -> Survey<R> {
    Survey {
        round,
        facts,
        unanswered: told(failed.into_values()),
    }
}

/// Makes sure of the scopes in which `queries` are asked, each once: in another account there may be an answer to every
/// question, and all of them would be wrong.
async fn meet(reader: &Reader<'_>, queries: &[Query], known: &mut BTreeMap<ScopeKey, Option<Stranger>>) {
    let scopes: BTreeMap<ScopeKey, &Scope> = queries
        .iter()
        .filter(|query| matches!(query.scope, Scope::Aws { account: Some(_), .. }))
        .map(|query| (query.scope.key(), &query.scope))
        .filter(|(key, _)| !known.contains_key(key))
        .collect();
    let met: Vec<_> = stream::iter(scopes)
        .map(|(key, scope)| async move { (key, met(scope, reader).await) })
        .buffer_unordered(QUESTIONS_AT_ONCE)
        .collect()
        .await;
    known.extend(met.into_iter().map(|(key, met)| (key, met.err())));
}

async fn ask(reader: &Reader<'_>, query: &Query) -> Result<crate::Object, AdapterError> {
    let Some(adapter) = reader.registry.get(query.kind) else {
        let message = format!("nothing answers `{}`", query.kind);
        return Err(AdapterError::refused(ErrorClass::Invalid, message));
    };
    let call = || adapter.query(&query.scope, query.kind, &query.arguments);
    reader.retry.read(reader.clock, reader.entropy, call).await
}

/// What failed, each cause once: whoever cannot be reached answers none of many questions.
fn told(failed: impl Iterator<Item = Failed>) -> Vec<Unanswered> {
    let mut causes: BTreeMap<(String, Option<ScopeKey>), Vec<Failed>> = BTreeMap::new();
    for one in failed {
        // An account is the wrong one in all its regions.
        let scope = (!one.is_unmet()).then(|| one.query.scope.key());
        causes
            .entry((one.error().message.clone(), scope))
            .or_default()
            .push(one);
    }
    let mut told: Vec<Unanswered> = causes.into_values().filter_map(cause).collect();
    told.sort_by_key(|one| (one.diagnostic.range, one.diagnostic.detail.clone()));
    told
}

fn cause(mut all: Vec<Failed>) -> Option<Unanswered> {
    all.sort_by_key(|one| one.query.range);
    let first = all.first()?;
    let kinds: BTreeSet<String> = all.iter().map(|one| format!("`{}`", one.query.kind)).collect();
    let kinds: Vec<String> = kinds.into_iter().collect();
    let key = first.query.scope.key();
    let detail = if first.is_unmet() {
        format!("For scope `{key}`, {}.", first.error())
    } else {
        let kinds = kinds.join(" and ");
        format!("Reading {kinds} in scope `{key}` failed: {}.", first.error())
    };
    let mut diagnostic = Diagnostic::error(summary(first), detail).at(first.query.range);
    diagnostic.hint.clone_from(&first.error().hint);
    let mut places = BTreeSet::from([first.query.range]);
    for other in &all {
        if places.insert(other.query.range) {
            diagnostic = diagnostic.related(other.query.range, "this asks there, too");
        }
    }
    Some(Unanswered {
        scope: first.query.scope.clone(),
        class: first.error().class,
        diagnostic,
    })
}

/// What happened, as a title.
fn summary(failed: &Failed) -> &'static str {
    match (failed.error().class, &failed.query.scope) {
        (_, Scope::Aws { .. }) if failed.is_another() => "Wrong account",
        (ErrorClass::Unavailable, Scope::Cluster { .. }) => "Cluster cannot be reached",
        (ErrorClass::Unavailable, Scope::Aws { .. }) => "AWS cannot be reached",
        (ErrorClass::Unauthenticated, _) => "Credentials are not accepted",
        (ErrorClass::Denied, _) => "A right is missing",
        _ => "Data source cannot be read",
    }
}
