//! Bodies and blocks, and what is told of mistakes in them.

use meshform_lang::{Sources, parse_body};

fn messages(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let source = sources.add("m.hcl", text);
    let (_, mut found) = parse_body(&sources, source);
    found.sort();
    found
        .0
        .iter()
        .map(|d| {
            format!(
                "{} {}",
                d.range.map_or(String::new(), |r| sources.describe(r)),
                d.summary
            )
        })
        .collect()
}

#[test]
fn attributes_blocks_and_labels_keep_their_order_and_places() {
    let text = "a = 1\nlink \"x\" y {\n  b = [1,\n    2] # comment\n  inner { c = \"d\" }\n}\nempty {}\n";
    let mut sources = Sources::default();
    let source = sources.add("m.hcl", text);
    let (body, found) = parse_body(&sources, source);
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(body.attributes.len(), 1);
    assert_eq!(body.blocks.len(), 2);
    let link = &body.blocks[0];
    assert_eq!(
        link.labels.iter().map(|l| &*l.text).collect::<Vec<_>>(),
        ["x", "y"]
    );
    assert_eq!(sources.describe(link.header_range), "m.hcl:2:1");
    assert_eq!(sources.end_position(link.header_range).column, 11);
    let inner = &link.body.blocks[0];
    assert_eq!(
        sources.describe(inner.body.attribute("c").unwrap().expr.range()),
        "m.hcl:5:15"
    );
}

#[test]
fn all_mistakes_are_told_at_once_and_the_rest_is_kept() {
    let text = "a = (1\nb = 2\nblock \"x\" {\n  c = ]\n  d = 4\n}\ne = \"open\nf = 6\ng = { = }\nh = 8\n";
    let found = messages(text);
    assert_eq!(
        found,
        [
            "m.hcl:2:1 Unbalanced parentheses",
            "m.hcl:4:7 Invalid expression",
            "m.hcl:7:10 Unterminated template string",
            "m.hcl:9:7 Invalid expression",
        ]
    );
    let mut sources = Sources::default();
    let source = sources.add("m.hcl", text);
    let (body, _) = parse_body(&sources, source);
    let names: Vec<_> = body.attributes.iter().map(|a| a.name.to_string()).collect();
    assert_eq!(names, ["b", "f", "h"]);
    assert!(body.blocks[0].body.attribute("d").is_some());
}

#[test]
fn a_forgotten_brace_hides_nothing_behind_it() {
    let found = messages("one \"a\" {\n  x = {\n    y = 1\n\ntwo \"b\" {\n  z = ]\n}\n");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[1].starts_with("m.hcl:6:7"), "{found:?}");
}

#[test]
fn what_stands_behind_what_nothing_closes_is_there_once() {
    let behind = "two \"b\" {\n  c = 1\n}\n\nthree \"d\" {\n  e = ]\n}\n";
    for open in [
        "one {\n  a = [1, 2\n}\n",
        "one {\n  a = {\n    b = 1\n}\n",
        "one {\n  a = (1\n}\n",
        "one {\n  a = \"x${b\"\n}\n",
        "one {\n  a = \"x${b\n}\n",
        "one {\n  a = upper(\n}\n",
        "one {\n  a = \"x\n}\n",
        "one {\n  a = 1\n\n",
        "one {\n  inner {\n    a = [1\n  }\n}\n",
        "one {\n  inner {\n    a = 1\n}\n",
        "one \"l\" {\n  a = [for v in b : v\n}\n",
    ] {
        for between in ["", "\n"] {
            let text = format!("{open}{between}{behind}");
            let mut sources = Sources::default();
            let source = sources.add("m.hcl", text.as_str());
            let (body, found) = parse_body(&sources, source);
            let kinds: Vec<_> = body.blocks.iter().map(|block| block.kind.to_string()).collect();
            assert_eq!(kinds, ["one", "two", "three"], "{text}");
            // One mistake of its own, and the last.
            assert_eq!(found.0.len(), 2, "{text}: {found:?}");
        }
    }
}

#[test]
fn nesting_has_a_limit() {
    let deep = format!("a = {}1{}", "(".repeat(5000), ")".repeat(5000));
    assert!(
        messages(&deep)
            .iter()
            .any(|message| message.ends_with("Nested too deeply"))
    );
    let blocks = format!("{}{}", "b {\n".repeat(5000), "}\n".repeat(5000));
    assert!(
        messages(&blocks)
            .iter()
            .any(|message| message.ends_with("Nested too deeply"))
    );
    let long = format!("a = {}", vec!["1"; 50_000].join(" + "));
    assert!(messages(&long).is_empty());
}
