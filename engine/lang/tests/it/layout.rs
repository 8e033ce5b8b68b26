//! Generated texts in the standard layout: it is stable.

use meshform_lang::{Sources, parse_body};

use crate::support::formatted;

/// Writes texts with spaces, line ends and comments wherever they may be, the same ones for the same seed.
struct Writer {
    state: u64,
}

impl Writer {
    /// A number below `limit` (splitmix64).
    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).unwrap()
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// Blanks, maybe none.
    fn gap(&mut self) -> &'static str {
        self.pick(&["", "", " ", " ", "   ", "\t"])
    }

    fn body(&mut self, depth: usize) -> String {
        let mut out = String::new();
        for at in 0..1 + self.below(5) {
            let indent = self.gap();
            match self.below(8) {
                0 if depth > 0 => {
                    let label = self.pick(&[" \"x\"", " \"a\" \"b\"", ""]);
                    let (gap, inner) = (self.gap(), self.body(depth - 1));
                    out.push_str(&format!("{indent}block{label}{gap}{{\n{inner}{indent}}}\n"));
                }
                1 => out.push_str(&format!("{indent}# comment {at}\n")),
                2 => out.push('\n'),
                3 => {
                    let text = self.pick(&["plain", "  in ${a}", "%{ if t }x%{ endif }", ""]);
                    out.push_str(&format!("{indent}doc{at} = <<-EOT\n    {text}\n  more\n  EOT\n"));
                }
                _ => {
                    let name = self.pick(&["a", "bcd", "long_name"]);
                    let (before, behind) = (self.gap(), self.gap());
                    let value = self.expression(2);
                    let comment = self.pick(&["", "", "", "  # why", " // because", " /* c */"]);
                    out.push_str(&format!("{indent}{name}{at}{before}={behind}{value}{comment}\n"));
                }
            }
        }
        out
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self
                .pick(&[
                    "1",
                    "-2",
                    "\"text\"",
                    "\"in ${a.b} x\"",
                    "true",
                    "a.b",
                    "local.x[0]",
                    "null",
                    "!t",
                    "a.*.b",
                    "m[\"k\"]",
                ])
                .to_owned();
        }
        let (l, r) = (self.gap(), self.gap());
        let one = self.expression(depth - 1);
        let two = self.expression(depth - 1);
        match self.below(12) {
            0 => format!("[{l}{one}{r},{l}{two}{r}]"),
            1 => format!("[\n{l}{one},\n{r}{two}, # last\n{l}]"),
            2 => format!("{{{l}k{r}={l}{one}{r},{l}other = {two}{r}}}"),
            3 => format!("{{\n{l}k{r}={l}{one}\n{r}longer ={l}{two}\n{l}}}"),
            4 => format!("f({l}{one}{r},{l}{two}{r})"),
            5 => format!("f(\n{l}{one},\n{r}{two}\n{l})"),
            6 => format!("t{l}?{r}{one}{l}:{r}{two}"),
            7 => {
                let operator = self.pick(&["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"]);
                format!("{one}{l}{operator}{r}{two}")
            }
            8 => format!("[for{l} x in{r} [{one}] :{l} x{r} if x == {two}]"),
            9 => format!("{{for k, v in m :{l} k{r}=>{l} {one}}}"),
            10 => format!("({l}{one}{r})"),
            _ => one,
        }
    }

    /// A text of many blocks that have nothing to do with each other.
    fn text(&mut self, blocks: usize) -> String {
        (0..blocks)
            .map(|at| format!("block \"{at}\" {{\n{}}}\n\n", self.body(2)))
            .collect()
    }
}

fn parses(text: &str) -> bool {
    let mut sources = Sources::default();
    let id = sources.add("text", text);
    parse_body(&sources, id).1.is_empty()
}

#[test]
fn generated_texts_are_laid_out_for_good() {
    let texts: Vec<String> = (1..60)
        .map(|state| Writer { state }.text(30))
        .filter(|text| parses(text))
        .collect();
    assert!(texts.len() >= 10, "only {} texts can be read", texts.len());
    for text in texts {
        let ours = formatted(&text).unwrap();
        assert_eq!(formatted(&ours).unwrap(), ours);
    }
}
