//! What differs between two texts, as `diff -u` shows it.

use similar::TextDiff;

use super::style::{Palette, Role};
use super::values::visible;

/// The lines of `new` that differ from `old`, a text that goes by `name`, with three lines around them.
pub(crate) fn text_diff(name: &str, old: &str, new: &str, palette: Palette) -> String {
    let diff = TextDiff::from_lines(old, new);
    let text = diff
        .unified_diff()
        .header(&format!("old/{name}"), &format!("new/{name}"))
        .to_string();
    let paint = |line: &str| {
        let shown = visible(line);
        match line.as_bytes().first() {
            Some(b'+') if !line.starts_with("+++ ") => palette.paint(Role::Add, shown).to_string(),
            Some(b'-') if !line.starts_with("--- ") => palette.paint(Role::Remove, shown).to_string(),
            _ => shown,
        }
    };
    text.lines().map(|line| format!("{}\n", paint(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_is_shown_in_both_forms() {
        let text = text_diff("a.hcl", "a=1\nb = 2\n", "a = 1\nb = 2\n", Palette::Plain);
        assert_eq!(
            text,
            "--- old/a.hcl\n+++ new/a.hcl\n@@ -1,2 +1,2 @@\n-a=1\n+a = 1\n b = 2\n"
        );
    }
}
