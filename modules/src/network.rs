//! `network`: VPCs whose pods reach each other directly, one network in Istio's sense. Without any, each VPC is one.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_engine::compile::{Context, Expanded, Expansion, Place, WordBlock};
use meshform_engine::config::{Argument, BlockSchema, Reach, Takes, WordSchema};
use meshform_lang::{Diagnostic, Diagnostics, Value};
use meshform_state::Address;

use crate::make::label;
use crate::vpc;

pub(crate) const WORD: &str = "network";

/// What may stand in the block.
pub(crate) fn schema() -> WordSchema {
    WordSchema {
        name: WORD,
        named: true,
        for_each: true,
        after: &[],
        body: BlockSchema {
            arguments: vec![Argument::required(
                "vpcs",
                Takes::Words(Reach::Name, &[vpc::WORD]),
                "The VPCs whose pods reach each other without a gateway.",
            )],
            ..BlockSchema::default()
        },
        exports: &["name"],
        doc: "VPCs whose pods reach each other directly: one network of Istio.",
    }
}

/// What expressions see of the network.
pub(crate) fn expand(block: &WordBlock) -> Expansion {
    Expansion {
        resources: Vec::new(),
        exports: BTreeMap::from([("name".into(), Value::from(label(block)))]),
        place: Place::Nowhere,
    }
}

/// The network that the VPC at `vpc` is in.
pub(crate) fn of_vpc(vpc: &Expanded, context: &Context<'_>) -> String {
    let member = |network: &&Arc<Expanded>| {
        let vpcs = network.block.arguments.words("vpcs");
        vpcs.iter().any(|one| one.address == vpc.block.address)
    };
    context
        .blocks(WORD)
        .find(member)
        .map_or_else(|| label(&vpc.block), |network| label(&network.block))
}

/// A VPC is in one network.
pub(crate) fn review(blocks: &[&Expanded]) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut seen: BTreeMap<&Address, &Expanded> = BTreeMap::new();
    for network in blocks.iter().filter(|block| &*block.block.word == WORD) {
        for vpc in network.block.arguments.words("vpcs") {
            let Some(first) = seen.insert(&vpc.address, network) else {
                continue;
            };
            let detail = format!(
                "`{}` is in `{}` and in `{}`.",
                vpc.address, first.block.address, network.block.address
            );
            found.push(
                Diagnostic::error("VPC in two networks", detail)
                    .at(network.block.arguments.range("vpcs"))
                    .hint("If pods of both networks reach each other directly, they are one network.")
                    .related(first.block.arguments.range("vpcs"), "the first one is here"),
            );
        }
    }
    found
}
