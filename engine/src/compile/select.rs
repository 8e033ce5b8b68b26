//! Which instances of a block a chain of names means.

use meshform_lang::{Diagnostic, Diagnostics, Range, Step, Traversal};
use meshform_state::Value;
use meshform_state::addr::Key;

use super::program::{Block, Keys};

/// Which instances of a block a traversal means, and how many of its steps say so.
pub(super) enum Selected {
    Waiting,
    All,
    One(usize, usize),
}

pub(super) fn select<T>(
    block: &Block<T>,
    shown: &str,
    steps: usize,
    traversal: &Traversal,
) -> Result<Selected, Diagnostics> {
    let next = traversal.steps.get(steps);
    let wrong = |summary: &str, detail: String, range: Range| Diagnostic::error(summary, detail).at(range);
    match (&block.keys, next) {
        (Keys::Failed, _) => Err(Diagnostics::new()),
        (Keys::Waiting, _) => Ok(Selected::Waiting),
        (Keys::Disabled, Some((Step::Attribute(_), range))) => {
            let detail = format!("`{shown}` is not enabled, so it has no attributes.");
            let hint = format!("Test it first, such as with `{shown} != null ? … : …`, or use `try(…)`.");
            Err(wrong("Block not enabled", detail, *range).hint(hint).into())
        }
        (Keys::Disabled, _) => Ok(Selected::All),
        (Keys::Single, Some((Step::Index(_), range))) => {
            let detail =
                format!("`{shown}` has neither `count` nor `for_each`, so it has no instances with keys.");
            Err(wrong("Unexpected instance key", detail, *range)
                .hint(format!("Write `{shown}` without a key."))
                .into())
        }
        (Keys::Single, _) => Ok(Selected::One(0, steps)),
        (Keys::Count(_) | Keys::Each(_), Some((Step::Index(key), range))) => match block.keys.find(key) {
            Some(at) => Ok(Selected::One(at, steps + 1)),
            None => Err(no_instance(&block.keys, shown, key, *range)),
        },
        (Keys::Count(_) | Keys::Each(_), Some((Step::Attribute(name), range))) => {
            let (argument, key) = match &block.keys {
                Keys::Count(_) => ("count", "[0]".to_owned()),
                keys => (
                    "for_each",
                    keys.key(0).unwrap_or(Key::Text("KEY".to_owned())).to_string(),
                ),
            };
            let detail = format!("`{shown}` has `{argument}`, so `.{name}` belongs to one of its instances.");
            let hint =
                format!("Write `{shown}{key}.{name}` for one, or `[for x in {shown} : x.{name}]` for all.");
            Err(wrong("Missing instance key", detail, *range).hint(hint).into())
        }
        (Keys::Count(_) | Keys::Each(_), _) => Ok(Selected::All),
    }
}

fn no_instance(keys: &Keys, shown: &str, key: &Value, range: Range) -> Diagnostics {
    let key_shown = match key.reveal() {
        (_, true) => "that secret key".to_owned(),
        (Value::String(text), _) => Key::Text(text.to_string()).to_string(),
        (other, _) => meshform_state::value::to_json(other)
            .map_or_else(|_| "that key".to_owned(), |json| format!("[{json}]")),
    };
    let count = match keys.len() {
        0 => "it has none".to_owned(),
        1 => "it has one".to_owned(),
        count => format!("it has {count}"),
    };
    let detail = format!("`{shown}` has no instance {key_shown}; {count}.");
    let diagnostic = Diagnostic::error("Invalid instance key", detail).at(range);
    let diagnostic = match (keys, key.as_str()) {
        (Keys::Each(each), Some(text)) => diagnostic.meant(text, each.iter().map(|(key, _)| &**key)),
        (Keys::Count(_), Some(_)) => diagnostic.hint("It has `count`: its keys are numbers from 0."),
        (Keys::Each(_), None) => diagnostic.hint("It has `for_each`: its keys are texts."),
        _ => diagnostic,
    };
    diagnostic.into()
}
