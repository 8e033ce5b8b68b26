//! Conversions between types, and the functions that make values secret or not.

use std::sync::Arc;

use meshform_state::{Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Param, Want};
use crate::convert::{TypeConstraint, convert as convert_value};
use crate::eval::secret_if;

const ANY: &[Param] = &[Param::own("v")];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("tostring", ANY, Gives::Always(Want::String), |a| {
        to(a, &TypeConstraint::String)
    })
    .may_be_null(),
    Function::new("tonumber", ANY, Gives::Always(Want::Number), |a| {
        to(a, &TypeConstraint::Number)
    })
    .may_be_null(),
    Function::new("tobool", ANY, Gives::Always(Want::Bool), |a| {
        to(a, &TypeConstraint::Bool)
    })
    .may_be_null(),
    Function::new("tolist", ANY, Gives::Always(Want::Any), |a| {
        to(a, &TypeConstraint::List(Arc::new(TypeConstraint::Any)))
    })
    .may_be_null(),
    Function::new("toset", ANY, Gives::Always(Want::Any), |a| {
        to(a, &TypeConstraint::Set(Arc::new(TypeConstraint::Any)))
    })
    .may_be_null(),
    Function::new("tomap", ANY, Gives::Always(Want::Any), |a| {
        to(a, &TypeConstraint::Map(Arc::new(TypeConstraint::Any)))
    })
    .may_be_null(),
    Function::new("sensitive", ANY, Gives::Always(Want::Any), |a| {
        Ok(a.value(0).clone().into_secret())
    }),
    Function::new("nonsensitive", ANY, Gives::Always(Want::Any), |a| {
        Ok(a.value(0).reveal().0.clone())
    })
    .revealing(),
    // Nothing here is ephemeral, and what is not stays as it is.
    Function::new("ephemeralasnull", ANY, Gives::Always(Want::Any), |a| {
        Ok(a.value(0).clone())
    })
    .may_be_null(),
    Function::new("issensitive", ANY, Gives::Always(Want::Bool), is_sensitive),
    Function::new("type", ANY, Gives::Always(Want::String), |a| {
        let parts = a.weigh_type(0)?;
        a.spend(usize::try_from(parts).unwrap_or(usize::MAX))?;
        let value = a.value(0);
        let ty = value.ty();
        // What is later may turn out to be of a type that nothing tells yet.
        if !value.is_known() && ty.has_any() {
            return Ok(crate::eval::later_not_null(Type::String));
        }
        Ok(Value::string(ty.to_string()))
    }),
];

fn to(arguments: &Arguments<'_>, constraint: &TypeConstraint) -> Answer {
    let value = arguments.value(0);
    arguments.weigh(0)?;
    if let (
        (Value::Null(Type::Any), secret),
        TypeConstraint::List(_) | TypeConstraint::Set(_) | TypeConstraint::Map(_),
    ) = (value.reveal(), constraint)
    {
        return Ok(secret_if(secret, Value::Null(constraint.ty())));
    }
    convert_value(value, constraint).map_err(|error| {
        let mut failure = Failure::argument(0, error.to_string());
        failure.value = crate::eval::describe(value);
        failure
    })
}

fn is_sensitive(arguments: &Arguments<'_>) -> Answer {
    let value = arguments.value(0);
    Ok(match value {
        Value::Later(_) => crate::eval::later_not_null(Type::Bool),
        value => Value::Bool(matches!(value, Value::Secret(_))),
    })
}
