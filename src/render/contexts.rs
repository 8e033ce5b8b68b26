//! Which block of a file a place is in, for machines that show a line without the file.

use std::cell::RefCell;
use std::collections::HashMap;

use meshform_lang::{Block, Range, SourceId, Sources, parse_body};

/// The blocks at the top of files. Each file is read once, however many places in it are asked for.
#[derive(Default)]
pub(crate) struct Contexts {
    files: RefCell<HashMap<SourceId, Vec<Place>>>,
}

/// From where to where a block is, and its header.
type Place = (u32, u32, String);

impl Contexts {
    /// The header of the block at the top of the file that `range` begins in, such as `resource "aws_vpc" "main"`.
    pub(super) fn around(&self, range: Range, sources: &Sources) -> Option<String> {
        if sources.get(range.source)?.secret {
            return None;
        }
        let mut files = self.files.borrow_mut();
        let blocks = files
            .entry(range.source)
            .or_insert_with(|| blocks(range.source, sources));
        // They do not overlap and are in the order of the text.
        let next = blocks.partition_point(|(start, _, _)| *start <= range.start);
        let (_, end, header) = blocks.get(next.checked_sub(1)?)?;
        (range.start < *end).then(|| header.clone())
    }
}

fn blocks(source: SourceId, sources: &Sources) -> Vec<Place> {
    let (body, _) = parse_body(sources, source);
    let place = |block: &Block| -> Place { (block.header_range.start, block.body.range.end, header(block)) };
    let mut found: Vec<Place> = body.blocks.iter().map(|block| place(block)).collect();
    found.sort();
    found
}

fn header(block: &Block) -> String {
    let labels = block.labels.iter().map(|label| format!(" \"{}\"", label.text));
    std::iter::once(block.kind.to_string()).chain(labels).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_in_the_outermost_block_around_it() {
        let text =
            "foo = 1\nresource \"a\" b {\n  lifecycle {\n    x = 1\n  }\n}\nlocals {\n  a = 2\n}\n\n# end\n";
        let mut sources = Sources::default();
        let source = sources.add("mesh.hcl", text);
        let contexts = Contexts::default();
        let around = |part: &str| {
            let start = u32::try_from(text.find(part).unwrap()).unwrap();
            contexts.around(
                Range {
                    source,
                    start,
                    end: start + 1,
                },
                &sources,
            )
        };
        assert_eq!(around("foo"), None);
        assert_eq!(around("resource").as_deref(), Some("resource \"a\" \"b\""));
        assert_eq!(around("x = 1").as_deref(), Some("resource \"a\" \"b\""));
        assert_eq!(around("a = 2").as_deref(), Some("locals"));
        assert_eq!(around("# end"), None);
        let secret = sources.add_secret("s.hcl", text);
        assert_eq!(
            contexts.around(
                Range {
                    source: secret,
                    start: 40,
                    end: 41
                },
                &sources
            ),
            None
        );
    }
}
