//! Whether two texts say the same, wherever their parts are.

use meshform_lang::{Sources, parse_body};

/// All that `text` says, without places, and without parentheses, which change the shape of an expression by
/// themselves.
pub(super) fn meaning(text: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add("text", text);
    let (body, found) = parse_body(&sources, id);
    assert!(found.is_empty(), "{found:?} in\n{text}");
    let mut out = String::new();
    let mut open = Vec::new();
    for line in format!("{body:#?}").lines().map(str::trim) {
        let within_range = open.contains(&Sort::Range);
        if line.ends_with(['{', '[', '(']) {
            open.push(match line {
                _ if line.ends_with("Range {") => Sort::Range,
                _ if line.ends_with("Parens(") || line.ends_with("Expr {") => Sort::Wrapper,
                _ => Sort::Kept,
            });
        }
        let kept = match line {
            "}" | "]" | ")" | "}," | "]," | ")," => {
                open.pop() == Some(Sort::Kept) && !open.contains(&Sort::Range)
            }
            _ => !within_range && open.last() != Some(&Sort::Range) && !wraps(line),
        };
        if kept {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// What an opened part of a value's debug form is.
#[derive(PartialEq, Eq)]
enum Sort {
    Range,
    Wrapper,
    Kept,
}

fn wraps(line: &str) -> bool {
    line.ends_with("Parens(") || line.ends_with("Expr {")
}
