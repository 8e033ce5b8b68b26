//! YAML.

mod decode;
mod encode;
mod scalar;

use meshform_state::Value;

use super::{Function, Gives, Param, Want};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "yamlencode",
        &[Param::new("value", Want::Any).or_null().or_open()],
        Gives::Always(Want::String),
        |a| {
            a.spend_parts(0)?;
            Ok(Value::string(encode::encode(a.value(0))))
        },
    ),
    Function::new(
        "yamldecode",
        &[Param::new("src", Want::String)],
        Gives::Always(Want::Any),
        decode::decode,
    )
    .may_be_null(),
];
