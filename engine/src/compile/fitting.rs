//! Whether a value may be that of a variable: asked when it is given, and again once all of it is known.

use meshform_lang::{Diagnostic, Diagnostics, Range, convert};
use meshform_state::Value;
use meshform_state::value::Later;

use crate::config::Variable;

/// `value`, which is given at `range`, as one of `variable`; `from` says who gives it, if that is outside the
/// configuration.
///
/// # Errors
/// If it is none.
pub(super) fn fitting(
    variable: &Variable,
    value: &Value,
    from: &str,
    range: Range,
) -> Result<Value, Diagnostics> {
    let value = convert(value, &variable.constraint).map_err(|error| -> Diagnostics {
        let detail = if variable.sensitive || value.has_secret() {
            // Where in it the mistake is may be a part of it.
            let ty = variable.constraint.ty();
            format!(
                "The value for the sensitive variable `{}`{from} does not fit its type, {ty}.",
                variable.name
            )
        } else {
            format!(
                "The value for the variable `{}`{from} does not fit its type: {error}.",
                variable.name
            )
        };
        let diagnostic = Diagnostic::error("Wrong type of value", detail).at(range);
        if range == variable.range {
            diagnostic.into()
        } else {
            diagnostic.related(variable.range, "the variable is here").into()
        }
    })?;
    if value.is_null() && !variable.nullable {
        let detail = format!(
            "The variable `{}` must not be null, and its value{from} is.",
            variable.name
        );
        return Err(Diagnostic::error("Null not allowed", detail)
            .at(range)
            .related(variable.range, "the variable is here")
            .into());
    }
    let value = if variable.nullable {
        value
    } else {
        judged_again(value)
    };
    Ok(if variable.sensitive {
        value.into_secret()
    } else {
        value
    })
}

/// A value that may turn out to be null must come by here once more, so it does not say where else it can be found.
fn judged_again(value: Value) -> Value {
    match value {
        Value::Later(later) if !later.not_null => Value::Later(Later {
            origin: None,
            ..later
        }),
        Value::Secret(inner) => judged_again(Value::clone(&inner)).into_secret(),
        other => other,
    }
}
