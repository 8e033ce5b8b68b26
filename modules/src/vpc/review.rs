//! What is wrong or doubtful between VPCs.

use meshform_engine::compile::Expanded;
use meshform_lang::{Diagnostic, Diagnostics, Range};

use super::WORD;
use super::view::overlap;
use crate::{link, network};

/// Blocks whose addresses overlap can never be linked or be in one network. That is no mistake as long as nobody wants it.
pub(crate) fn review(blocks: &[&Expanded]) -> Diagnostics {
    let vpcs: Vec<&Expanded> = blocks
        .iter()
        .filter(|block| &*block.block.word == WORD)
        .copied()
        .collect();
    let mut found = Diagnostics::new();
    for (index, second) in vpcs.iter().enumerate() {
        for first in &vpcs[..index] {
            let Some((a, b)) = overlap(first, second) else {
                continue;
            };
            let who = format!(
                "`{}` ({a}) and `{}` ({b}) share addresses",
                first.block.address, second.block.address
            );
            let diagnostic = told(&who, bond(blocks, [first, second]), place(second));
            let diagnostic = diagnostic
                .check("P05")
                .related(place(first), "the addresses of one are from here");
            let is_elsewhere = diagnostic.range != Some(place(second));
            found.push(if is_elsewhere {
                diagnostic.related(place(second), "those of the other are from here")
            } else {
                diagnostic
            });
        }
    }
    found
}

/// What wants two VPCs to reach each other.
enum Bond {
    Link(Range),
    Network(Range),
    None,
}

fn bond(blocks: &[&Expanded], both: [&Expanded; 2]) -> Bond {
    let joins = |word: &str, argument: &str| {
        let words = blocks.iter().filter(|block| &*block.block.word == word);
        let mut words = words.filter(|block| {
            let named = block.block.arguments.words(argument);
            both.iter()
                .all(|vpc| named.iter().any(|one| one.address == vpc.block.address))
        });
        words.next().map(|block| block.block.arguments.range(argument))
    };
    match (joins(link::WORD, "between"), joins(network::WORD, "vpcs")) {
        (Some(range), _) => Bond::Link(range),
        (None, Some(range)) => Bond::Network(range),
        (None, None) => Bond::None,
    }
}

fn told(who: &str, bond: Bond, place: Range) -> Diagnostic {
    const SUMMARY: &str = "Overlapping CIDR blocks";
    match bond {
        Bond::Link(range) => {
            let detail = format!("{who}. AWS peers no VPCs that do, and routes could not tell them apart.");
            let hint = "Give one of them other addresses, or leave the link out and let the clusters meet through \
                        gateways that face the internet.";
            Diagnostic::error(SUMMARY, detail).hint(hint).at(range)
        }
        Bond::Network(range) => {
            let detail = format!("{who}, and in one network each address must be one pod's.");
            let hint = "Give one of them other addresses, or give each a network of its own.";
            Diagnostic::error(SUMMARY, detail).hint(hint).at(range)
        }
        Bond::None => {
            let detail = format!("{who}, so they can never be linked or be in one network.");
            Diagnostic::warning(SUMMARY, detail).at(place)
        }
    }
}

/// Where a VPC says which one it is.
fn place(vpc: &Expanded) -> Range {
    let arguments = &vpc.block.arguments;
    let name = if arguments.text("id").is_some() {
        "id"
    } else {
        "cidr_block"
    };
    arguments.range(name)
}
