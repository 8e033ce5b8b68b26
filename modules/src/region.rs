//! Names of regions, wherever a block says one: a wrong one is an address that nobody has, and what an SDK says of that
//! helps nobody.

use meshform_engine::compile::{Arguments, Expanded};
use meshform_lang::{Diagnostic, Diagnostics};

/// What is no name of a region. Which regions there are is not known here: AWS opens new ones.
pub(crate) fn review(blocks: &[&Expanded]) -> Diagnostics {
    let mut found = Diagnostics::new();
    for block in blocks {
        of(&block.block.arguments, &mut found);
    }
    found
}

fn of(arguments: &Arguments, found: &mut Diagnostics) {
    if let Some(region) = arguments.text("region")
        && !is_region(region)
    {
        let detail = format!("`{region}` is no name of a region.");
        found.push(
            Diagnostic::error("Invalid region", detail)
                .hint("A region is written such as `us-west-2`; `us-west-2a` is one of its zones.")
                .at(arguments.range("region")),
        );
    }
    arguments
        .blocks
        .values()
        .flatten()
        .for_each(|inner| of(inner, found));
}

/// Words of lower-case letters and a number, joined by dashes: `us-west-2`, `us-gov-east-1`.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else {
        return false;
    };
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    words.len() >= 2
        && words.iter().all(is_word)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_region;

    #[test]
    fn regions_are_told_from_zones_and_places() {
        for region in [
            "us-west-2",
            "us-gov-east-1",
            "ap-southeast-2",
            "us-iso-east-1",
            "eusc-de-east-1",
        ] {
            assert!(is_region(region), "{region}");
        }
        for other in [
            "US West",
            "us-west-2a",
            "us-west",
            "",
            "-",
            "west-2",
            "us-west-2 ",
        ] {
            assert!(!is_region(other), "{other}");
        }
    }
}
