//! `meshform output`: what the last apply recorded.

use std::collections::BTreeMap;

use meshform_state::{OutputRecord, Store as _};

use crate::cli::OutputArgs;
use crate::failure::{Exit, Failure, FailureKind};
use crate::render::outputs;
use crate::session::Session;

pub(super) fn run(session: &Session, args: &OutputArgs) -> Result<Exit, Failure> {
    let recorded = session.store().load()?.snapshot.outputs;
    match &args.name {
        Some(name) => one(session, name, &recorded, args.raw),
        None if args.raw => {
            let detail = "`-raw` writes one output, and no name was given.";
            Err(Failure::new(FailureKind::Usage, "Output name is missing", detail)
                .hint("Give it: `meshform output -raw NAME`."))
        }
        None => {
            let printer = &session.printer;
            if !printer.is_text() {
                printer.document(&outputs::document(&printer.secrets(), &recorded));
            } else if recorded.is_empty() {
                printer.talk(
                    "No outputs are recorded. Outputs of the configuration are recorded by the next apply.\n",
                );
            } else {
                printer.data(&outputs::text(&printer.secrets(), &recorded));
            }
            Ok(Exit::Done)
        }
    }
}

fn one(
    session: &Session,
    name: &str,
    recorded: &BTreeMap<String, OutputRecord>,
    raw: bool,
) -> Result<Exit, Failure> {
    let refuse = |summary: &str, detail: String| Failure::new(FailureKind::Usage, summary, detail);
    let Some(record) = recorded.get(name) else {
        let detail = format!("No output `{name}` is recorded.");
        return Err(refuse("Output not found", detail)
            .hint("An output is recorded by the apply that follows its block."));
    };
    let Some(value) = outputs::recorded(record) else {
        let detail = format!("The value of `{name}` is sensitive, and no state holds secrets.");
        return Err(refuse("Output is not recorded", detail));
    };
    let printer = &session.printer;
    let shown = printer.secrets().canonical(&value);
    if !printer.is_text() {
        let document = outputs::document(&printer.secrets(), recorded);
        printer.document(&document[name]["value"]);
    } else if raw {
        let bare = match shown.as_str() {
            Some(text) => text.to_owned(),
            None if shown.items().is_none() && shown.entries().is_none() => outputs::literal(&shown, 0),
            None => {
                let detail = format!(
                    "`{name}` is {}, and `-raw` writes only texts, numbers and truth values.",
                    value.ty()
                );
                return Err(refuse("Output has no bare form", detail).hint("Use `-json`."));
            }
        };
        printer.data(&bare);
    } else {
        printer.data(&format!("{}\n", outputs::literal(&shown, 0)));
    }
    Ok(Exit::Done)
}
