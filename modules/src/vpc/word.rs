//! The block: what may stand in it, and what both sorts of VPC share.

use meshform_engine::compile::{Context, Expansion, Stop, WordBlock};
use meshform_engine::config::{Argument, BlockSchema, Reach, Takes, WordSchema};
use meshform_lang::{Diagnostic, Diagnostics, Type, Value};
use meshform_state::Scope;

use super::{adopt, create};
use crate::account;
use crate::make::{maybe, regional, said};

pub(crate) const WORD: &str = "vpc";

pub(super) const VPC: &str = "aws_vpc";
pub(super) const SUBNET: &str = "aws_subnet";
pub(super) const ROUTE_TABLE: &str = "aws_route_table";

/// The arguments of a VPC that we create.
const CREATED: [&str; 4] = ["cidr_block", "zones", "public_subnets", "tags"];

/// What may stand in the block.
pub(crate) fn schema() -> WordSchema {
    let account = Takes::Word(Reach::Whole, &[account::WORD]);
    let arguments = vec![
        Argument::optional("account", account, "The account; else that of the credentials."),
        said("region", "The region; else that of the account."),
        said(
            "id",
            "The VPC to adopt, such as `vpc-0123456789abcdef0`; nothing of it is changed.",
        ),
        said(
            "cidr_block",
            "The addresses of a VPC to create, such as `10.10.0.0/16`.",
        ),
        Argument::optional(
            "zones",
            Takes::Structural(Type::Number),
            "In how many zones; 3 if not given.",
        ),
        Argument::optional(
            "public_subnets",
            Takes::Structural(Type::Bool),
            "Whether it gets public subnets with an internet gateway, too.",
        ),
        Argument::optional(
            "tags",
            Takes::Value(Type::map(Type::String)),
            "Tags for all that it stands for.",
        ),
    ];
    WordSchema {
        name: WORD,
        named: true,
        for_each: true,
        after: &[],
        body: BlockSchema {
            arguments,
            ..BlockSchema::default()
        },
        exports: &[
            "account_id",
            "cidr_block",
            "cidr_blocks",
            "id",
            "private_route_table_ids",
            "private_subnet_ids",
            "public_route_table_ids",
            "public_subnet_ids",
            "region",
            "route_table_ids",
            "subnet_ids",
            "zones",
        ],
        doc: "A virtual private cloud.",
    }
}

/// The VPC.
pub(crate) fn expand(block: &WordBlock, context: &mut Context<'_>) -> Result<Expansion, Stop> {
    let arguments = &block.arguments;
    match (arguments.text("id"), arguments.text("cidr_block")) {
        (Some(id), _) => {
            if let Some(name) = CREATED.iter().find(|name| arguments.values.contains_key(**name)) {
                let detail = format!(
                    "`{}` adopts a VPC, whose `{name}` is not ours to say.",
                    block.address
                );
                return Err(Diagnostic::error("Unsupported argument", detail)
                    .hint("Leave it out; or leave out `id`, and a VPC is created.")
                    .at(arguments.range(name))
                    .into());
            }
            adopt::expand(id, scope(block)?, block, context)
        }
        (None, Some(_)) => create::expand(block, scope(block), context),
        (None, None) => {
            let detail = format!(
                "`{}` says neither which VPC it is nor which addresses it has.",
                block.address
            );
            Err(Diagnostic::error("Missing required argument", detail)
                .hint("Give `cidr_block` to create one, or `id` to adopt one.")
                .at(arguments.range)
                .into())
        }
    }
}

fn scope(block: &WordBlock) -> Result<Scope, Diagnostics> {
    let arguments = &block.arguments;
    regional(arguments).map_err(|_| {
        let detail = format!("Nothing says in which region `{}` is.", block.address);
        let hint = "Give it or its account a `region`, such as `\"us-west-2\"`.";
        Diagnostic::error("No region", detail)
            .hint(hint)
            .at(arguments.range)
            .into()
    })
}

/// The region of `scope`, as it is exported.
pub(super) fn region(scope: &Scope) -> Value {
    match scope {
        Scope::Aws { region, .. } => Value::from(region.as_str()),
        Scope::Local | Scope::Cluster { .. } => Value::Null(Type::String),
    }
}

/// The account of `scope`, as it is exported.
pub(super) fn account_id(scope: &Scope) -> Value {
    match scope {
        Scope::Aws { account, .. } => maybe(account.as_deref()),
        Scope::Local | Scope::Cluster { .. } => Value::Null(Type::String),
    }
}
