//! What compilation is given beside configuration and facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_lang::{
    Diagnostic, Diagnostics, Files, NoFiles, Range, Sources, TypeConstraint, parse_expression,
};
use meshform_state::{Str, Value};

use crate::config::{Config, NoNames};

/// What compilation is given beside configuration and facts.
#[derive(Clone)]
pub struct Inputs {
    /// The values given for variables of the root module; the last one given for each.
    pub variables: BTreeMap<Str, Given>,
    /// What the result is for.
    pub purpose: Purpose,
    /// The files that functions may read.
    pub files: Arc<dyn Files + Send + Sync>,
    /// What `plantimestamp()` answers.
    pub plan_timestamp: Option<Str>,
    /// The lineage of the state that is planned for, which tells our own objects from those of other states; none where
    /// there is no state.
    pub lineage: Option<Str>,
    /// Whether only a part will be planned, or nothing done: conditions that are broken are left to whoever knows which
    /// of them count.
    pub part: bool,
}

/// What compilation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// To plan what the configuration asks for.
    #[default]
    Plan,
    /// To plan that nothing is left: scopes are found, no resource is desired.
    Destroy,
    /// To find mistakes only: variables without a value are later, and nothing is asked.
    Validate,
}

/// A value given for a variable.
#[derive(Debug, Clone)]
pub struct Given {
    /// The value.
    pub value: Value,
    /// Who gave it.
    pub by: GivenBy,
    /// Where, if in a file.
    pub range: Option<Range>,
}

/// Who gave a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenBy {
    /// An environment variable; one for a variable that does not exist is nobody's concern.
    Environment(String),
    /// A file; one for a variable that does not exist is worth a warning.
    File(String),
    /// A flag; one for a variable that does not exist is a mistake.
    Flag(String),
}

impl Default for Inputs {
    fn default() -> Self {
        Inputs {
            variables: BTreeMap::new(),
            purpose: Purpose::Plan,
            files: Arc::new(NoFiles),
            plan_timestamp: None,
            lineage: None,
            part: false,
        }
    }
}

impl std::fmt::Debug for Inputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.variables.keys().collect();
        f.debug_struct("Inputs")
            .field("variables", &names)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// The value that `text`, from a flag or an environment variable, means for the variable `name`: a text as it is for
/// a variable of a primitive or no type, an expression for one of another type.
///
/// # Errors
/// What is wrong with the expression.
pub fn read_text(
    sources: &mut Sources,
    config: &Config,
    name: &str,
    text: &str,
    by: &GivenBy,
) -> Result<Value, Diagnostics> {
    let variable = config.root.variables.get(name);
    match variable.map(|variable| (&variable.constraint, variable.is_typed)) {
        None
        | Some((TypeConstraint::Any, false))
        | Some((TypeConstraint::Bool | TypeConstraint::Number | TypeConstraint::String, _)) => {
            Ok(Value::from(text))
        }
        Some(_) => {
            let id = sources.add(format!("<value of {name} from {by}>"), text);
            let value = parse_expression(sources, id).and_then(|expr| expr.evaluate(&NoNames));
            match variable {
                // What is wrong with it would tell what it is.
                Some(variable) if variable.sensitive => value.map_err(|_| {
                    let detail = format!(
                        "The value of the sensitive variable `{name}` from {by} is no expression that has a value."
                    );
                    Diagnostic::error("Invalid value for variable", detail)
                        .at(variable.range)
                        .hint("A text stands in quotes, in a list or object too: `[\"a\", \"b\"]`.")
                        .into()
                }),
                _ => value,
            }
        }
    }
}

impl std::fmt::Display for GivenBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            GivenBy::Environment(name) => write!(f, "the environment variable `{name}`"),
            GivenBy::File(name) => write!(f, "the file `{name}`"),
            GivenBy::Flag(name) => f.write_str(name),
        }
    }
}

impl Given {
    /// What to say if there is no variable `name`.
    pub(crate) fn undeclared(&self, name: &str) -> Option<Diagnostic> {
        let detail = format!("There is no variable `{name}`, but {} gives it a value.", self.by);
        let diagnostic = match self.by {
            GivenBy::Environment(_) => return None,
            GivenBy::File(_) => Diagnostic::warning("Value for undeclared variable", detail),
            GivenBy::Flag(_) => Diagnostic::error("Value for undeclared variable", detail),
        };
        let diagnostic = diagnostic.hint(format!("Declare it: `variable \"{name}\" {{}}`."));
        Some(match self.range {
            Some(range) => diagnostic.at(range),
            None => diagnostic,
        })
    }
}
