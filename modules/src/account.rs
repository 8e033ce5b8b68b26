//! `account`: an AWS account, with the roles that plan and apply take in it. It stands for no resource; others live in
//! it.

use std::collections::BTreeMap;

use meshform_engine::compile::{Expanded, Expansion, Place, Stop, WordBlock};
use meshform_engine::config::{Argument, BlockSchema, Takes, WordSchema};
use meshform_lang::{Diagnostic, Diagnostics, Type, Value};

use crate::make::said;

pub(crate) const WORD: &str = "account";

/// What may stand in the block.
pub(crate) fn schema() -> WordSchema {
    let arguments = vec![
        Argument::required("id", Takes::Structural(Type::String), "Its twelve digits."),
        said("region", "The region of what says none itself."),
        said("plan_role", "The role that plan takes: it reads, Secrets aside."),
        said("apply_role", "The role that apply takes."),
    ];
    let body = BlockSchema {
        arguments,
        blocks: Vec::new(),
        open: false,
    };
    WordSchema {
        name: WORD,
        named: true,
        for_each: true,
        after: &[],
        body,
        exports: &["id", "region"],
        doc: "An AWS account.",
    }
}

/// The account as a place.
pub(crate) fn expand(block: &WordBlock) -> Result<Expansion, Stop> {
    let arguments = &block.arguments;
    let id = arguments.text("id").unwrap_or_default();
    if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        let detail = format!("`{id}` is not the id of an AWS account, which has twelve digits.");
        let hint = "Write it in quotes, since a number loses the zeros that it starts with.";
        return Err(Diagnostic::error("Invalid account id", detail)
            .hint(hint)
            .at(arguments.range("id"))
            .into());
    }
    let text = |name: &str| arguments.text(name).map(str::to_owned);
    let export = |name: &str| {
        arguments
            .value(name)
            .cloned()
            .unwrap_or(Value::Null(Type::String))
    };
    Ok(Expansion {
        resources: Vec::new(),
        exports: BTreeMap::from([("id".into(), export("id")), ("region".into(), export("region"))]),
        place: Place::Regional {
            account: text("id"),
            region: text("region"),
            plan_role: text("plan_role"),
            apply_role: text("apply_role"),
        },
    })
}

/// Two blocks of one account would reach it in two ways, and the state could not tell which.
pub(crate) fn review(blocks: &[&Expanded]) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut seen: BTreeMap<&str, &Expanded> = BTreeMap::new();
    for block in blocks.iter().filter(|block| &*block.block.word == WORD) {
        let Some(id) = block.block.arguments.text("id") else {
            continue;
        };
        if let Some(first) = seen.insert(id, block) {
            let detail = format!(
                "`{}` and `{}` are the same account.",
                first.block.address, block.block.address
            );
            let diagnostic = Diagnostic::error("Account described twice", detail);
            let diagnostic = diagnostic
                .at(block.block.arguments.range("id"))
                .hint("Use one block for both.");
            found.push(diagnostic.related(first.block.arguments.range("id"), "the first one is here"));
        }
    }
    found
}
