//! Function calls: arguments are evaluated, converted and checked here, so that functions see only what they ask for.

use meshform_state::value::Later;
use meshform_state::{Type, Value};

use super::{Env, Evaluated, attempt, eval, later_not_null, made, revealed, secrecy, secret_if};
use crate::convert::{convert_to, is_open_set, kind_name};
use crate::diagnostic::{Diagnostic, Diagnostics, ValueNote};
use crate::expr::{Call, Expr};
use crate::functions::{self, Arguments, Failure, Function, Gives, Known, Param, Want};
use crate::source::Range;

pub(super) fn call(call: &Call, range: Range, env: &Env<'_>) -> Evaluated<Value> {
    let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
    if let Some(special) = attempt::find(name) {
        return special(call, range, env);
    }
    let Some(function) = functions::find(name) else {
        let found = Diagnostic::error(
            "Call to unknown function",
            format!("There is no function `{}`.", call.name),
        )
        .at(call.name_range)
        .meant(name, functions::names());
        return Err(found.into());
    };
    let mut secret = false;
    let Some((values, ranges)) = arguments(call, env, &mut secret)? else {
        return Ok(secret_if(secret, some_later(function)));
    };
    check_count(function, values.len(), &ranges, range)?;
    let place = |index: usize| ranges.get(index).copied().unwrap_or(range);
    let expanded = secret;
    let result = run(function, &values, &mut secret, range, env);
    let value = result.map_err(|failure| {
        let failure = if expanded {
            failure.hidden()
        } else {
            told(function, failure, &values, secret, range, env)
        };
        Diagnostics::from(problem(function, &failure, &place, range))
    })?;
    made(secret_if(secret, value), range, env)
}

/// `failure` of a call, without what it tells of arguments that are `secret` as a whole or have parts that are: what is
/// wrong whatever those would be, if something is, or else no reason.
fn told(
    function: &Function,
    failure: Failure,
    values: &[Value],
    secret: bool,
    range: Range,
    env: &Env<'_>,
) -> Failure {
    if failure.diagnostic.is_some() || failure.is_told && !secret {
        return failure;
    }
    // What is too large to be gone through may hold a secret.
    if values.iter().any(|value| env.budget.weigh(value, range).is_err()) {
        return failure.hidden();
    }
    if !secret && !values.iter().any(Value::has_secret) {
        return failure;
    }
    let veiled: Vec<Value> = values.iter().map(secrecy::veiled).collect();
    match run(function, &veiled, &mut false, range, env) {
        Err(other) => other,
        Ok(_) => failure.hidden(),
    }
}

/// What is known of the result of a call if it is not known how many arguments it has.
fn some_later(function: &Function) -> Value {
    match function.gives {
        Gives::Always(want) if function.never_null && want != Want::Any => later_not_null(want.ty()),
        _ => Value::later(Type::Any),
    }
}

/// The arguments and where they stand; nothing if how many there are is known later.
pub(super) fn arguments(
    call: &Call,
    env: &Env<'_>,
    secret: &mut bool,
) -> Evaluated<Option<(Vec<Value>, Vec<Range>)>> {
    let mut values = Diagnostics::all(call.arguments.iter().map(|argument| eval(argument, env)))?;
    let mut ranges: Vec<Range> = call.arguments.iter().map(Expr::range).collect();
    if call.expand && !expand(&mut values, &mut ranges, secret)? {
        return Ok(None);
    }
    Ok(Some((values, ranges)))
}

/// Replaces the last argument by its elements; `false` if they are known later.
fn expand(values: &mut Vec<Value>, ranges: &mut Vec<Range>, secret: &mut bool) -> Evaluated<bool> {
    let (Some(last), Some(range)) = (values.pop(), ranges.pop()) else {
        return Ok(true);
    };
    let (last, is_secret) = last.reveal();
    *secret |= is_secret;
    let error = |message: String| {
        Err(Diagnostic::error("Invalid expanding argument value", message)
            .at(range)
            .into())
    };
    if let Some(items) = last.items().filter(|_| !is_open_set(last)) {
        for item in items {
            values.push(item.clone());
            ranges.push(range);
        }
        return Ok(true);
    }
    match last {
        // Elements that are not known yet may turn out to be one.
        Value::Set(_) => Ok(false),
        Value::Later(later)
            if matches!(
                later.ty,
                Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_)
            ) =>
        {
            Ok(false)
        }
        Value::Null(_) => error("A null value has no elements to be arguments.".to_owned()),
        other => error(format!(
            "A list, set or tuple is needed before `...`, but this is a {}.",
            kind_name(&other.ty())
        )),
    }
}

fn check_count(function: &Function, count: usize, ranges: &[Range], range: Range) -> Evaluated<()> {
    let wanted = function.params.len();
    if count < wanted {
        let plural = if wanted == 1 { "" } else { "s" };
        let least = if function.rest.is_some() { "at least " } else { "" };
        let missing = function.params[count].name;
        let message = format!(
            "`{}` needs {least}{wanted} argument{plural}; the one for `{missing}` is missing.",
            function.name
        );
        let close = Range {
            start: range.end.saturating_sub(1),
            ..range
        };
        return Err(Diagnostic::error("Not enough function arguments", message)
            .at(close)
            .into());
    }
    let most = function.most();
    if count > most {
        let plural = if most == 1 { "" } else { "s" };
        let message = format!(
            "`{}` takes {most} argument{plural} at most; here are {count}.",
            function.name
        );
        let place = ranges.get(most).copied().unwrap_or(range);
        return Err(Diagnostic::error("Too many function arguments", message)
            .at(place)
            .into());
    }
    Ok(())
}

fn run(
    function: &Function,
    values: &[Value],
    secret: &mut bool,
    range: Range,
    env: &Env<'_>,
) -> Result<Value, Failure> {
    let mut later = false;
    // Whether of an argument not even the type is known: then nothing can be said of the result or the other arguments.
    let mut open = false;
    let mut converted = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let param = function.param(index);
        if param.is_gone_through() {
            env.budget.weigh(value, range)?;
        }
        let value =
            argument(param, value, open, secret).map_err(|message| Failure::argument(index, message))?;
        open |= !param.takes_open && matches!(value.reveal().0, Value::Later(what) if what.ty == Type::Any);
        later |= match param.known {
            Known::Whole => !value.is_known(),
            Known::Top => matches!(value.reveal().0, Value::Later(_)),
            Known::Own => false,
        };
        converted.push(value);
    }
    let arguments = Arguments {
        values: converted,
        env,
        range,
    };
    let result = if open {
        Value::later(Type::Any)
    } else if later {
        match function.result(&arguments)? {
            Type::Any => Value::later(Type::Any),
            ty if function.never_null => later_not_null(ty),
            ty => Value::Later(Later {
                ty,
                not_null: false,
                origin: None,
            }),
        }
    } else {
        (function.run)(&arguments)?
    };
    // What comes later has no parts that could be secret one by one, so all of it is.
    if matches!(result, Value::Later(_)) && !function.reveals {
        *secret |= arguments.values.iter().any(Value::has_secret);
    }
    Ok(result)
}

/// `value` as `param` wants it.
fn argument(param: &Param, value: &Value, open: bool, secret: &mut bool) -> Result<Value, String> {
    let value = if param.takes_secrets {
        value.clone()
    } else {
        let (value, was_secret) = revealed(value);
        *secret |= was_secret;
        value
    };
    if value.is_null() && !param.takes_null && !open {
        return Err("it must not be null".to_owned());
    }
    match &param.want.ty() {
        Type::Any => Ok(value),
        ty => convert_to(&value, ty).map_err(|error| error.to_string()),
    }
}

fn problem(
    function: &Function,
    failure: &Failure,
    place: &dyn Fn(usize) -> Range,
    range: Range,
) -> Diagnostic {
    if let Some(diagnostic) = &failure.diagnostic {
        return (**diagnostic).clone();
    }
    let Some(index) = failure.argument else {
        let message = format!("`{}` failed: {}.", function.name, failure.message);
        return Diagnostic::error("Error in function call", message).at(range);
    };
    let name = function.param(index).name;
    let message = format!(
        "Invalid value for `{name}` of `{}`: {}.",
        function.name, failure.message
    );
    let mut found = Diagnostic::error("Invalid function argument", message).at(place(index));
    if let Some(statement) = &failure.value {
        found.values.push(ValueNote {
            traversal: name.to_owned(),
            statement: statement.clone(),
        });
    }
    found
}
