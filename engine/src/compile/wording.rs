//! Messages that several stages have in common.

use meshform_lang::{Diagnostic, Diagnostics, Range, Traversal};

use crate::kind::Schema;

/// What to say of `each` or `count` where it means nothing.
pub(super) fn outside(name: &str, argument: &str, traversal: &Traversal) -> Diagnostics {
    let detail = format!("`{name}` means something only in a block that has `{argument}`.");
    Diagnostic::error("Invalid reference", detail)
        .at(traversal.range)
        .into()
}

/// What to say of a name that the block of a word, `shown`, does not export; `exports` are those that it may have.
pub(super) fn no_export(shown: &str, name: &str, range: Range, exports: &[&str]) -> Diagnostic {
    let detail = format!("`{shown}` has no attribute `{name}`.");
    let diagnostic = Diagnostic::error("Unsupported attribute", detail).at(range);
    // One that others of its word have is no misspelling.
    let names = exports.iter().copied().filter(|_| !exports.contains(&name));
    diagnostic.meant(name, names.chain(["address"]))
}

/// What to say of an attribute that `schema` does not have.
pub(super) fn unsupported(schema: &Schema, name: &str, range: Range) -> Diagnostic {
    let what = if schema.data { "data source" } else { "resource" };
    let detail = format!("A {what} of kind `{}` has no attribute `{name}`.", schema.kind);
    let diagnostic = Diagnostic::error("Unsupported attribute", detail).at(range);
    diagnostic.meant(name, schema.attributes.iter().map(|attribute| attribute.name))
}

/// What to say where something has no value and nothing was said of why: never is it taken for something that is not
/// there, since what is not there is destroyed.
pub(super) fn unexplained(range: Range) -> Diagnostic {
    let detail = "This has no value, and nothing says why.";
    let hint = "This is a mistake of Meshform; please report it with your configuration.";
    Diagnostic::error("Value not found", detail).at(range).hint(hint)
}

/// `result`, where an error always says something.
pub(super) fn explained<T>(result: Result<T, Diagnostics>, range: Range) -> Result<T, Diagnostics> {
    result.map_err(|found| {
        if found.is_empty() {
            unexplained(range).into()
        } else {
            found
        }
    })
}
