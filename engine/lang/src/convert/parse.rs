//! Type constraints as they are written: `map(object({ a = optional(string, "x") }))`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::Expr;
use crate::scope::{Resolved, Scope, Traversal};

use super::constraint::{AttributeConstraint, TypeConstraint};
use super::convert;

/// Reads `expr`, the argument `type` of a variable, as a type constraint.
///
/// # Errors
/// What is wrong with it.
pub fn parse_constraint(expr: &Expr) -> Result<TypeConstraint, Diagnostics> {
    let invalid = |message: String| Err(problem(message, expr));
    if let Some(traversal) = expr.as_traversal()
        && traversal.steps.is_empty()
    {
        return match &*traversal.root {
            "any" => Ok(TypeConstraint::Any),
            "bool" => Ok(TypeConstraint::Bool),
            "number" => Ok(TypeConstraint::Number),
            "string" => Ok(TypeConstraint::String),
            name @ ("list" | "set" | "map") => invalid(format!(
                "`{name}` needs the type of its elements: `{name}(string)`, or `{name}(any)`."
            )),
            "object" => invalid("`object` needs its attributes: `object({ name = string })`.".to_owned()),
            "tuple" => invalid("`tuple` needs its elements: `tuple([string, number])`.".to_owned()),
            other => Err(unknown(other, expr)),
        };
    }
    let Some((name, _, arguments)) = expr.as_call() else {
        if let Some(text) = expr.as_literal().and_then(|value| value.as_str()) {
            return invalid(format!("A type is written without quotes: `{text}`."));
        }
        return invalid(
            "A type is a word such as `string`, or one with its parts, such as `list(string)`.".to_owned(),
        );
    };
    let one = || match arguments.as_slice() {
        [argument] => Ok(argument.clone()),
        others => {
            let example = match &*name {
                "object" => "object({ name = string })".to_owned(),
                "tuple" => "tuple([string, number])".to_owned(),
                other => format!("{other}(string)"),
            };
            Err(problem(
                format!(
                    "`{name}` needs one argument, as in `{example}`; here are {}.",
                    others.len()
                ),
                expr,
            ))
        }
    };
    match &*name {
        "list" => Ok(TypeConstraint::List(Arc::new(parse_constraint(&one()?)?))),
        "set" => Ok(TypeConstraint::Set(Arc::new(parse_constraint(&one()?)?))),
        "map" => Ok(TypeConstraint::Map(Arc::new(parse_constraint(&one()?)?))),
        "object" => object(&one()?),
        "tuple" => tuple(&one()?),
        "optional" => invalid("`optional` may only stand for an attribute of an object.".to_owned()),
        "any" | "bool" | "number" | "string" => {
            invalid(format!("`{name}` has no parts: write it without parentheses."))
        }
        other => Err(unknown(other, expr)),
    }
}

fn problem(message: String, expr: &Expr) -> Diagnostics {
    Diagnostic::error("Invalid type specification", message)
        .at(expr.range())
        .into()
}

fn unknown(name: &str, expr: &Expr) -> Diagnostics {
    let known = [
        "any", "bool", "number", "string", "list", "set", "map", "object", "tuple",
    ];
    let found = Diagnostic::error(
        "Invalid type specification",
        format!("There is no type `{name}`."),
    )
    .at(expr.range())
    .meant(name, known);
    found.into()
}

fn object(expr: &Expr) -> Result<TypeConstraint, Diagnostics> {
    let Some(items) = expr.as_object() else {
        return Err(problem(
            "`object` needs its attributes in braces: `object({ name = string })`.".to_owned(),
            expr,
        ));
    };
    let mut diagnostics = Diagnostics::new();
    let mut attributes = BTreeMap::new();
    for (name, range, item) in items {
        let Some(attribute) = diagnostics.collect(attribute(&item)) else {
            continue;
        };
        if attributes.insert(name.clone(), attribute).is_some() {
            let message = format!("The attribute `{name}` is there twice.");
            diagnostics.push(Diagnostic::error("Invalid type specification", message).at(range));
        }
    }
    if diagnostics.has_errors() {
        Err(diagnostics)
    } else {
        Ok(TypeConstraint::Object(Arc::new(attributes)))
    }
}

fn attribute(expr: &Expr) -> Result<AttributeConstraint, Diagnostics> {
    let Some((name, _, arguments)) = expr.as_call().filter(|(name, ..)| &**name == "optional") else {
        return Ok(AttributeConstraint {
            constraint: parse_constraint(expr)?,
            optional: false,
            default: None,
        });
    };
    let _ = name;
    let (ty, default) = match arguments.as_slice() {
        [ty] => (ty, None),
        [ty, default] => (ty, Some(default)),
        _ => {
            let message = "`optional` needs a type and may have a default: `optional(string, \"x\")`.";
            return Err(problem(message.to_owned(), expr));
        }
    };
    let constraint = parse_constraint(ty)?;
    let Some(default) = default else {
        return Ok(AttributeConstraint {
            constraint,
            optional: true,
            default: None,
        });
    };
    let value = default.evaluate(&NoNames)?;
    let value = convert(&value, &constraint).map_err(|error| {
        let message = format!("This default does not fit the attribute's type: {error}.");
        Diagnostics::from(
            Diagnostic::error("Invalid default value for optional attribute", message).at(default.range()),
        )
    })?;
    Ok(AttributeConstraint {
        constraint,
        optional: true,
        default: Some(value),
    })
}

fn tuple(expr: &Expr) -> Result<TypeConstraint, Diagnostics> {
    let Some(items) = expr.as_tuple() else {
        return Err(problem(
            "`tuple` needs its elements in brackets: `tuple([string, number])`.".to_owned(),
            expr,
        ));
    };
    let mut diagnostics = Diagnostics::new();
    let items: Vec<_> = items
        .iter()
        .filter_map(|item| diagnostics.collect(parse_constraint(item)))
        .collect();
    if diagnostics.has_errors() {
        Err(diagnostics)
    } else {
        Ok(TypeConstraint::Tuple(items.into()))
    }
}

/// A scope without names.
struct NoNames;

impl Scope for NoNames {
    fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics> {
        let message = format!(
            "`{}` cannot be referred to here: this must be fixed before anything is evaluated.",
            traversal.root
        );
        Err(Diagnostic::error("Variables not allowed", message)
            .at(traversal.root_range)
            .into())
    }
}
