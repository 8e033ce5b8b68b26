//! `source[*].each`: the same steps for each element.

use meshform_state::{Type, Value};

use super::{Env, Evaluated, Frame, eval, is_not_null, later_not_null, secret_if};
use crate::convert::{is_open_set, settled};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Splat;
use crate::source::Range;

pub(super) fn splat(node: &Splat, env: &Env<'_>) -> Evaluated<Value> {
    let source = eval(&node.source, env)?;
    let (source, secret) = source.reveal();
    Ok(secret_if(secret, revealed(source, secret, node, env)?))
}

fn revealed(source: &Value, secret: bool, node: &Splat, env: &Env<'_>) -> Evaluated<Value> {
    let each = |item: &Value| {
        env.budget.spend(1, node.marker)?;
        let frame = Frame {
            name: None,
            value: &env.budget.marks.bound(item, secret),
            parent: env.frame,
        };
        eval(
            &node.each,
            &Env {
                frame: Some(&frame),
                ..*env
            },
        )
    };
    match source {
        Value::Tuple(items) => Diagnostics::all(items.iter().map(each)).map(Value::tuple),
        Value::List(list) | Value::Set(list) => {
            if list.items.is_empty() {
                let ty = each(&Value::later(list.element.clone()))?.ty();
                return Ok(Value::list(ty, Vec::new()));
            }
            let values: Evaluated<Vec<Value>> = list.items.iter().map(each).collect();
            let (ty, values) = settled(values?).ok_or_else(|| mixed(node))?;
            if is_open_set(source) {
                return Ok(later_not_null(Type::list(ty)));
            }
            Ok(Value::list(ty, values))
        }
        Value::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
            let message = "A null value has no elements.";
            Err(Diagnostic::error("Splat of null value", message)
                .at(node.source.range())
                .into())
        }
        Value::Null(_) => Ok(Value::tuple(Vec::new())),
        Value::Later(later) => match &later.ty {
            Type::Any => Ok(Value::later(Type::Any)),
            Type::List(element) | Type::Set(element) => {
                let value = each(&Value::later((**element).clone()))?;
                Ok(later_not_null(Type::list(value.ty())))
            }
            Type::Tuple(items) => {
                let types: Evaluated<Vec<Type>> = items
                    .iter()
                    .map(|item| Ok(each(&Value::later(item.clone()))?.ty()))
                    .collect();
                Ok(later_not_null(Type::Tuple(types?.into())))
            }
            // A single value is a tuple of one, null one of none: which it will be is not known.
            _ if is_not_null(source) => Ok(Value::tuple(vec![each(source)?])),
            _ => {
                each(source)?;
                Ok(Value::later(Type::Any))
            }
        },
        single => Ok(Value::tuple(vec![each(single)?])),
    }
}

fn mixed(node: &Splat) -> Diagnostic {
    let message = "The elements of this list give values of different types, which cannot be in one list. A `for` \
                   expression makes a tuple of them.";
    let range = Range {
        end: node.each.range().end.max(node.marker.end),
        ..node.marker
    };
    Diagnostic::error("Invalid nested splat expressions", message).at(range)
}
