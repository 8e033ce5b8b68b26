//! Templates that are values: `templatefile` and `templatestring`.

use std::collections::BTreeMap;

use meshform_state::{Str, Value};

use super::files::text_of;
use super::{Answer, Arguments, Failure, Function, Gives, Known, Param, Want};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::eval::{Env, eval, secret_if};
use crate::expr::parse_template;
use crate::scope::{Files, Resolved, Scope, Traversal};
use crate::source::{Range, Sources};

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
        Gives::Always(Want::Any),
        |a| render(a, "the template", a.text(0)),
    ),
];

/// How many templates may be evaluated inside one another.
const MAX_TEMPLATES: u32 = 16;

/// The variables of a template, which sees no other names.
struct Variables<'a> {
    variables: &'a BTreeMap<Str, Value>,
    outer: &'a dyn Scope,
}

impl Scope for Variables<'_> {
    fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics> {
        if let Some(value) = self.variables.get(&traversal.root) {
            return Ok(Resolved {
                value: value.clone(),
                steps: 0,
            });
        }
        let message = format!(
            "The template's variables have none that is named `{}`.",
            traversal.root
        );
        let names = self.variables.keys().map(|name| &**name);
        let found = Diagnostic::error("Unknown variable", message)
            .at(traversal.root_range)
            .meant(&traversal.root, names);
        Err(found.into())
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
    let mut sources = Sources::default();
    let source = sources.add(name, text);
    let scope = Variables {
        variables: entries,
        outer: arguments.env.scope,
    };
    depth.set(depth.get() + 1);
    let result = parse_template(&sources, source)
        .and_then(|template| eval(&template, &Env::new(&scope, arguments.env.budget)));
    depth.set(depth.get() - 1);
    match result {
        Ok(value) => Ok(secret_if(secret, value)),
        Err(found) => Err(Failure::argument(0, describe(&found, &sources))),
    }
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
