//! Every function of terraform is there, with as many arguments, of the same types, null where it may be null.

use meshform_lang::{Diagnostics, Type, Value, function_names};
use serde_json::Value as Json;

use super::values::constraint;
use crate::support::Names;

/// What is left out; docs/language.md says why.
const LEFT_OUT: [&str; 1] = ["rsadecrypt"];

/// Evaluated by themselves: what they are given need not have a value at all.
const SPECIAL: [&str; 2] = ["can", "try"];

/// A function as terraform describes it.
struct Signature {
    name: String,
    returns: Json,
    parameters: Vec<Json>,
    rest: Option<Json>,
}

fn signatures() -> Vec<Signature> {
    let lines = include_str!("../../conformance/signatures.jsonl").lines();
    let described = lines.map(|line| {
        let described: Json = serde_json::from_str(line).unwrap();
        Signature {
            name: described["name"].as_str().unwrap().to_owned(),
            returns: described["returns"].clone(),
            parameters: described["parameters"].as_array().unwrap().clone(),
            rest: described.get("rest").cloned(),
        }
    });
    described
        .filter(|described| !LEFT_OUT.contains(&&*described.name))
        .collect()
}

impl Signature {
    /// Calls it with `values`.
    fn call(&self, values: Vec<Value>) -> Result<Value, Diagnostics> {
        let names: Vec<String> = (0..values.len()).map(|at| format!("a{at}")).collect();
        let text = format!("core::{}({})", self.name, names.join(", "));
        Names(names.into_iter().zip(values).collect()).evaluate(&text)
    }

    /// Values that fit the parameters, known later; for one of any type, one of that `any`.
    fn fitting(&self, any: Type) -> Vec<Value> {
        let fit = |parameter: &Json| match constraint(&parameter["type"]).ty() {
            Type::Any => Value::later(any.clone()),
            ty => Value::later(ty),
        };
        self.parameters.iter().map(fit).collect()
    }
}

fn told(result: Result<Value, Diagnostics>) -> String {
    result.err().map_or_else(String::new, |found| {
        let all = found.0.iter();
        all.map(|one| format!("{}: {}\n", one.summary, one.detail))
            .collect()
    })
}

#[test]
fn every_function_of_terraform_is_there() {
    let there: Vec<&str> = function_names().collect();
    let page = include_str!("../../../../../docs/language.md");
    for name in LEFT_OUT {
        assert!(!there.contains(&name) && page.contains(name), "{name}");
    }
    let all = signatures();
    assert!(all.len() > 110, "{}", all.len());
    for signature in all {
        assert!(there.contains(&&*signature.name), "{}", signature.name);
    }
}

#[test]
fn functions_take_as_many_arguments_as_those_of_terraform() {
    for signature in signatures() {
        let mut values = signature.fitting(Type::list(Type::String));
        // Some take any number by their description and refuse none when called.
        assert!(
            values.is_empty() || !told(signature.call(values.clone())).contains("function arguments"),
            "{}",
            signature.name
        );
        if signature.rest.is_none() {
            let more = [&values[..], &[Value::int(1)]].concat();
            let answer = told(signature.call(more));
            assert!(answer.contains("Too many"), "{}: {answer}", signature.name);
        }
        if values.pop().is_some() {
            let answer = told(signature.call(values));
            assert!(answer.contains("Not enough"), "{}: {answer}", signature.name);
        }
    }
}

#[test]
fn arguments_may_be_null_where_terraforms_may() {
    for signature in signatures() {
        if SPECIAL.contains(&&*signature.name) {
            continue;
        }
        let all = signature.parameters.iter().chain(&signature.rest);
        for (at, parameter) in all.enumerate() {
            let mut values = signature.fitting(Type::list(Type::String));
            values.truncate(at);
            values.push(Value::Null(constraint(&parameter["type"]).ty()));
            values.extend(
                signature
                    .fitting(Type::list(Type::String))
                    .into_iter()
                    .skip(at + 1),
            );
            let answer = told(signature.call(values));
            assert_eq!(
                answer.contains("must not be null"),
                parameter.get("null").is_none(),
                "argument {at} of {}: {answer}",
                signature.name
            );
        }
    }
}

#[test]
fn later_results_have_the_types_of_terraforms() {
    let mut tried = 0;
    for signature in signatures() {
        let wanted = constraint(&signature.returns).ty();
        let open = |json: &Json| json.to_string().contains("dynamic");
        if open(&signature.returns) || signature.parameters.iter().any(open) {
            continue;
        }
        let mut values = signature.fitting(Type::list(Type::String));
        values.extend(
            signature
                .rest
                .iter()
                .map(|rest| Value::later(constraint(&rest["type"]).ty())),
        );
        let answer = signature.call(values);
        let ty = answer.as_ref().map(Value::ty);
        assert!(
            matches!(&ty, Ok(ty) if *ty == wanted || *ty == Type::Any && wanted == Type::Any),
            "{}: {answer:?}",
            signature.name
        );
        tried += 1;
    }
    assert!(tried >= 60, "{tried}");
}
