//! Gathering facts: compiles, asks the outside what compilation asks for, and compiles again until nothing is missing.

use std::sync::Arc;

use futures::stream::{self, StreamExt as _};
use meshform_lang::{Diagnostic, Diagnostics};

use crate::facts::{Facts, Query};
use crate::refresh::Reader;

/// How many questions are asked at once.
const QUESTIONS_AT_ONCE: usize = 16;

/// How often the answers may lead to new questions. A configuration asks its second question after its first answer;
/// more rounds than this are a mistake.
const ROUNDS: usize = 20;

/// What one compilation came to.
pub trait Round {
    /// The questions that it could not go on without.
    fn missing(&self) -> &[Query];
    /// Whether it has errors that no answer will mend.
    fn has_errors(&self) -> bool;
}

/// Compiles with `compile` until nothing is missing. `facts` may hold answers from before; a saved plan brings all.
///
/// # Errors
/// Questions that cannot be answered.
pub async fn gather<R: Round>(
    reader: &Reader<'_>,
    mut facts: Facts,
    compile: impl Fn(&Facts) -> R,
) -> Result<(R, Facts), Diagnostics> {
    for _ in 0..ROUNDS {
        let round = compile(&facts);
        if round.has_errors() || round.missing().is_empty() {
            return Ok((round, facts));
        }
        let mut answers: Vec<(Query, Result<crate::Object, Diagnostic>)> =
            stream::iter(round.missing().to_vec())
                .map(|query| async move {
                    let answer = ask(reader, &query).await;
                    (query, answer)
                })
                .buffer_unordered(QUESTIONS_AT_ONCE)
                .collect()
                .await;
        answers.sort_by_key(|(query, _)| query.key());
        let mut diagnostics = Diagnostics::new();
        for (query, answer) in answers {
            match answer {
                Ok(object) => facts.insert(&query, object),
                Err(diagnostic) => diagnostics.push(diagnostic),
            }
        }
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
    }
    Err(Diagnostic::error(
        "Endless questions",
        format!("After {ROUNDS} rounds the answers still lead to new questions."),
    )
    .into())
}

async fn ask(reader: &Reader<'_>, query: &Query) -> Result<crate::Object, Diagnostic> {
    let Some(adapter) = reader.registry.get(query.kind).map(Arc::clone) else {
        return Err(Diagnostic::error(
            "Unknown data source",
            format!("Nothing answers `{}`.", query.kind),
        )
        .at(query.range));
    };
    let call = || adapter.query(&query.scope, query.kind, &query.arguments);
    reader
        .retry
        .read(reader.clock, reader.entropy, call)
        .await
        .map_err(|error| {
            let text = format!(
                "Reading `{}` in scope `{}` failed: {error}.",
                query.kind,
                query.scope.key()
            );
            let diagnostic = Diagnostic::error("Data source cannot be read", text).at(query.range);
            match error.hint {
                Some(hint) => diagnostic.hint(hint),
                None => diagnostic,
            }
        })
}
