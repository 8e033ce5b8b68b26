//! Templates that are values: `templatefile` and `templatestring`.

use std::collections::BTreeMap;

use meshform_state::addr::quote;
use meshform_state::{Str, Type, Value};

use super::files::text_of;
use super::{Answer, Arguments, Failure, Function, Gives, Known, Param, Want};
use crate::convert::convert_to;
use crate::diagnostic::Diagnostics;
use crate::eval::{Env, Marks, eval, secret_if};
use crate::expr::{Expr, parse_template};
use crate::hint::did_you_mean;
use crate::scope::{Files, Resolved, Scope, Traversal};
use crate::source::{Range, Sources};
use crate::syntax::is_identifier;

const VARS: Param = Param {
    known: Known::Top,
    takes_secrets: true,
    ..Param::new("vars", Want::Any)
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "templatefile",
        &[Param::new("path", Want::String), VARS],
        Gives::Always(Want::Any),
        |a| render(a, a.text(0), &text_of(a, 0)?),
    ),
    Function::new(
        "templatestring",
        &[Param::new("ref", Want::String), VARS],
        Gives::Always(Want::String),
        |a| {
            let value = render(a, "the template", a.text(0))?;
            convert_to(&value, &Type::String)
                .map_err(|error| Failure::new(format!("of what the template gives, {error}")))
        },
    ),
];

/// How many templates may be evaluated inside one another.
const MAX_TEMPLATES: u32 = 16;

/// The variables of a template, which sees no other names; [`missing`] has told of those that are not there.
struct Variables<'a> {
    variables: &'a BTreeMap<Str, Value>,
    /// Whether they are as a whole.
    secret: bool,
    marks: &'a Marks,
    outer: &'a dyn Scope,
}

impl Scope for Variables<'_> {
    fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics> {
        let value = self.variables.get(&traversal.root);
        let value = value.ok_or_else(Diagnostics::new)?;
        Ok(Resolved {
            value: self.marks.bound(value, self.secret).into_owned(),
            steps: 0,
        })
    }

    fn files(&self) -> &dyn Files {
        self.outer.files()
    }

    fn plan_timestamp(&self) -> Option<Str> {
        self.outer.plan_timestamp()
    }

    fn now(&self) -> Option<Str> {
        self.outer.now()
    }

    fn chance(&self, place: Range) -> Option<[u8; 16]> {
        self.outer.chance(place)
    }
}

fn render(arguments: &Arguments<'_>, name: &str, text: &str) -> Answer {
    let (variables, secret) = arguments.value(1).reveal();
    let Some(entries) = variables.entries() else {
        return Err(Failure::argument(1, "a map or an object is required"));
    };
    let depth = &arguments.env.budget.templates;
    if depth.get() >= MAX_TEMPLATES {
        return Err(Failure::new(format!(
            "templates are evaluated more than {MAX_TEMPLATES} levels deep in one another"
        )));
    }
    named(entries, secret).map_err(Failure::told)?;
    let mut sources = Sources::default();
    let source = sources.add(name, text);
    // What is secret among the variables is so in the template, and its mistakes tell nothing of it.
    let told = |found: Diagnostics| Failure::argument(0, describe(&found, &sources)).told();
    let template = parse_template(&sources, source).map_err(told)?;
    missing(&template, entries, secret, &sources).map_err(Failure::told)?;
    let scope = Variables {
        variables: entries,
        secret,
        marks: &arguments.env.budget.marks,
        outer: arguments.env.scope,
    };
    depth.set(depth.get() + 1);
    let result = eval(&template, &Env::new(&scope, arguments.env.budget));
    depth.set(depth.get() - 1);
    let value = result.map_err(told)?;
    if value.is_null() {
        return Err(Failure::new("what the template gives is null"));
    }
    Ok(secret_if(secret, value))
}

/// Refuses variables that a template could not refer to.
fn named(variables: &BTreeMap<Str, Value>, secret: bool) -> Result<(), Failure> {
    let Some(name) = variables.keys().find(|name| !is_identifier(name)) else {
        return Ok(());
    };
    let name = if secret {
        "a (sensitive) key".to_owned()
    } else {
        format!("the key {}", quote(name))
    };
    let message =
        format!("{name} is no name: one begins with a letter, and letters, digits, `_` and `-` follow");
    Err(Failure::argument(1, message))
}

/// Refuses a template that refers to a variable that is not there, wherever in it: whether that part is used may depend
/// on the other variables.
fn missing(
    template: &Expr,
    variables: &BTreeMap<Str, Value>,
    secret: bool,
    sources: &Sources,
) -> Result<(), Failure> {
    let references = template.references();
    let Some(missing) = references
        .iter()
        .find(|reference| !variables.contains_key(&reference.root))
    else {
        return Ok(());
    };
    // How near the names of secret variables are would tell of them.
    let names = variables.keys().map(|name| &**name).filter(|_| !secret);
    let hint =
        did_you_mean(&missing.root, names).map_or(String::new(), |near| format!(" (did you mean `{near}`?)"));
    let message = format!(
        "there is no variable `{}`, to which the template refers at {}{hint}",
        missing.root,
        sources.describe(missing.root_range)
    );
    Err(Failure::argument(1, message))
}

/// The first mistake of a template, with its place in it: the template is no text that the renderer knows.
fn describe(found: &Diagnostics, sources: &Sources) -> String {
    let Some(first) = found.0.first() else {
        return "it has mistakes".to_owned();
    };
    let place = first
        .range
        .map_or(String::new(), |range| format!("{}: ", sources.describe(range)));
    let hint = first
        .hint
        .as_ref()
        .map_or(String::new(), |hint| format!(" ({hint})"));
    let more = match found.0.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    format!(
        "{place}{}: {}{hint}{more}",
        first.summary,
        first.detail.trim_end_matches('.')
    )
}
