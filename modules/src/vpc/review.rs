//! What is wrong or doubtful between VPCs.

use meshform_engine::compile::Expanded;
use meshform_lang::{Diagnostic, Diagnostics, Range};

use super::WORD;
use super::view::overlap;

/// Blocks whose addresses overlap can never be linked. That is no mistake as long as nobody links them.
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
            let detail = format!(
                "`{}` ({a}) and `{}` ({b}) share addresses, so they can never be linked or be in one network.",
                first.block.address, second.block.address
            );
            let diagnostic = Diagnostic::warning("Overlapping CIDR blocks", detail).at(place(second));
            found.push(diagnostic.related(place(first), "the other one is here"));
        }
    }
    found
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
