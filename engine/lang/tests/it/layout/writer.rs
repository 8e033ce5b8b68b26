//! Writes texts with spaces, line ends and comments wherever they may be, the same ones for the same seed.

use crate::support::Dice;

/// What writes a text, one after another.
pub(super) struct Writer {
    dice: Dice,
    names: usize,
}

impl Writer {
    pub(super) fn new(seed: u64) -> Self {
        Writer {
            dice: Dice::new(seed),
            names: 0,
        }
    }

    /// Blanks, maybe none.
    fn gap(&mut self) -> &'static str {
        self.dice.pick(&["", "", " ", " ", " ", "   ", "\t", " \t "])
    }

    /// Blanks, some.
    fn blank(&mut self) -> &'static str {
        self.dice.pick(&[" ", " ", "  ", "\t"])
    }

    /// Blanks within brackets: lines may end there, and comments stand.
    fn inside(&mut self, lines: bool) -> &'static str {
        if !lines {
            return self.gap();
        }
        self.dice.pick(&[
            "", " ", "\n", "\n", "\n   ", "\n\n", " # a\n", " // b \n", "/* c */", "\n# d\n", "\n\t",
        ])
    }

    /// A text: a few items that have nothing to do with those of another text.
    pub(super) fn text(&mut self) -> String {
        let items = 1 + self.dice.below(3);
        (0..items).map(|_| self.item(2)).collect()
    }

    fn body(&mut self, depth: usize) -> String {
        (0..self.dice.below(5)).map(|_| self.item(depth)).collect()
    }

    fn item(&mut self, depth: usize) -> String {
        match self.dice.below(14) {
            0..=2 if depth > 0 => self.block(depth),
            3 => self.comment_lines(),
            4 => self.dice.pick(&["\n", "\n\n\n", "  \n"]).to_owned(),
            5 => self.heredoc(),
            6 if depth > 0 => self.variable(),
            _ => self.attribute(),
        }
    }

    fn comment_lines(&mut self) -> String {
        let indent = self.gap();
        let comment = self.dice.pick(&[
            "# plain",
            "#tight",
            "// slashes",
            "/* block */",
            "/* two\n     lines */",
            "#  größe 日本 ",
            "/* one */ /* two */",
            "#",
        ]);
        format!("{indent}{comment}\n")
    }

    fn name(&mut self) -> String {
        // Small numbers, but not the same one twice among texts that are asked for together.
        self.names = (self.names + 1) % 1_000;
        let stem = self
            .dice
            .pick(&["a", "bcd", "long_name", "größe", "名前", "x-y", "e\u{301}t"]);
        format!("{stem}{}", self.names)
    }

    fn attribute(&mut self) -> String {
        let (indent, before, behind, end) = (self.gap(), self.gap(), self.gap(), self.gap());
        let name = self.name();
        let value = self.expression(2, false);
        let comment = self.dice.pick(&[
            "",
            "",
            "",
            "",
            "# why",
            "// because",
            "/* c */",
            "/* c */ # d",
            "#",
            "# größe 👩‍👩‍👧",
        ]);
        let odd = match self.dice.below(20) {
            0 => "/* odd */",
            _ => "",
        };
        format!("{indent}{name}{before}={behind}{odd}{value}{end}{comment}\n")
    }

    fn block(&mut self, depth: usize) -> String {
        let (indent, gap, end) = (self.gap(), self.gap(), self.gap());
        let kind = self
            .dice
            .pick(&["block", "dynamic", "content", "lifecycle", "resource"]);
        let labels = self.dice.pick(&[
            "",
            "",
            " \"x\"",
            "\"tight\"",
            " \"a\"   \"b\"",
            " bare",
            " bare \"mixed\"",
            " \"größe\"\t\"日本\"",
            " \"q\\\"u\"",
            " \"\\u00e9\"",
            " \"q\\t👩‍👩‍👧\" /* r */",
        ]);
        let inner = match self.dice.below(8) {
            0 => self
                .dice
                .pick(&["{}", "{ }", "{\n}", "{\n\n}", "{ # why\n}", "{ /* c */ }"])
                .to_owned(),
            1 => {
                let (open, close) = (self.gap(), self.gap());
                let (name, value) = (self.name(), self.expression(1, false));
                format!("{{{open}{name}={value}{close}}}")
            }
            2 => format!("{{ # why\n{}{indent}}}", self.body(depth - 1)),
            _ => format!("{{{end}\n{}{indent}}}", self.body(depth - 1)),
        };
        let comment = self
            .dice
            .pick(&["", "", "", " # of the block", "// b", " /* c */"]);
        format!("{indent}{kind}{labels}{gap}{inner}{comment}\n")
    }

    fn variable(&mut self) -> String {
        let ty = self.dice.pick(&[
            "string",
            "list",
            "map",
            "set",
            "\"string\"",
            "\"list\"",
            "\"map\"",
            "list( string )",
            "map(object({a=string,b=optional(number,1)}))",
            "any",
        ]);
        let name = self.name();
        let gap = self.gap();
        format!("variable \"{name}\" {{\n{gap}type={ty}\n  default{gap}= null\n}}\n")
    }

    fn heredoc(&mut self) -> String {
        let (name, indent) = (self.name(), self.gap());
        let text = self.dice.pick(&[
            "plain",
            "  in ${ a }",
            "${a}${ b } ${~ c ~}",
            "%{ if t }x%{ endif }",
            "%{for v in l~}\n  ${ v.x }\n%{ endfor~}",
            "",
            "a = 1 # no comment",
            "$${ x } %%{ y } \\n",
            "größe\t日本",
            "${ { a=1 } }",
            "${jsonencode({\n a=1\n  b  = [ 2 ]\n})}",
        ]);
        let (open, close) = match self.dice.below(9) {
            0 => ("f(<<EOT", "\n)"),
            1 => ("[<<-EOT", "\n  ,2]"),
            2 => ("{\n a = <<EOT", "\n bcd = 2 }"),
            3 => ("f(1, <<-EOT", "\n, 2)"),
            4..=6 => ("<<-EOT", ""),
            _ => ("<<EOT", ""),
        };
        format!("{indent}{name}={open}\n    {text}\n{indent}more\n{indent}EOT{close}\n")
    }

    fn leaf(&mut self) -> String {
        self.dice
            .pick(&[
                "1",
                "1.50",
                "1e3",
                "\"text\"",
                "\"\"",
                "true",
                "null",
                "a",
                "a.b.c",
                "local.x[0]",
                "local.x[ 0 ]",
                "a.*.b",
                "a[*].b",
                "a [ * ] . b",
                "m[\"k\"]",
                "m[ each.key ].z",
                "a.0.b",
                "\"größe 日本 👩‍👩‍👧\"",
                "\"q\\\"\\n\\u00e9\"",
                "var . x",
            ])
            .to_owned()
    }

    /// An expression; with `lines`, line ends may stand in it, as within brackets.
    fn expression(&mut self, depth: usize, lines: bool) -> String {
        if depth == 0 {
            return self.leaf();
        }
        match self.dice.below(16) {
            0 => self.list(depth),
            1 => self.object(depth),
            2 => self.call(depth),
            3 => self.conditional(depth, lines),
            4 | 5 => self.operation(depth, lines),
            6 => self.comprehension(depth),
            7 => self.parentheses(depth),
            8 | 9 => self.template(depth),
            10 => {
                let (sign, gap) = (self.dice.pick(&["-", "!"]), self.gap());
                format!("{sign}{gap}{}", self.leaf())
            }
            _ => self.leaf(),
        }
    }

    fn list(&mut self, depth: usize) -> String {
        let lines = self.dice.below(2) == 0;
        let mut out = format!("[{}", self.inside(lines));
        let items = self.dice.below(4);
        for at in 0..items {
            let last = at + 1 == items && self.dice.below(2) == 0;
            let comma = if last { "" } else { "," };
            let (item, gap) = (self.expression(depth - 1, true), self.inside(lines));
            out.push_str(&format!("{item}{comma}{gap}"));
        }
        out + "]"
    }

    fn object(&mut self, depth: usize) -> String {
        let lines = self.dice.below(3) > 0;
        let items = self.dice.below(4);
        let mut out = format!("{{{}", if lines && items > 0 { "\n" } else { self.gap() });
        for at in 0..items {
            let key = match self.dice.below(6) {
                0 => format!("\"k {at}\""),
                1 => format!("({})", self.leaf()),
                2 => format!("\"${{ k }}{at}\""),
                _ => self.name(),
            };
            let (indent, before, behind) = (self.gap(), self.gap(), self.gap());
            let sign = self.dice.pick(&["=", "=", "=", ":"]);
            let value = self.expression(depth - 1, false);
            let end = if lines {
                self.dice.pick(&[
                    "\n",
                    "\n",
                    ",\n",
                    " # c\n",
                    ", # c\n",
                    " // c\n",
                    "\n\n",
                    " /* c */\n",
                ])
            } else if at + 1 < items {
                self.dice.pick(&[",", " , "])
            } else {
                ""
            };
            out.push_str(&format!("{indent}{key}{before}{sign}{behind}{value}{end}"));
        }
        out + self.gap() + "}"
    }

    fn call(&mut self, depth: usize) -> String {
        let name = self
            .dice
            .pick(&["f", "lower", "provider::aws::arn", "core::upper", "größe"]);
        let lines = self.dice.below(3) == 0;
        let mut out = format!("{name}({}", self.inside(lines));
        let items = self.dice.below(4);
        for at in 0..items {
            let (item, gap, behind) = (self.expression(depth - 1, true), self.gap(), self.inside(lines));
            let end = match (at + 1 == items, self.dice.below(4)) {
                (true, 0) => "...",
                (true, 1 | 2) => "",
                _ => ",",
            };
            out.push_str(&format!("{item}{gap}{end}{behind}"));
        }
        out + ")"
    }

    fn conditional(&mut self, depth: usize, lines: bool) -> String {
        let gaps: Vec<&str> = (0..4).map(|_| self.inside(lines)).collect();
        let (test, yes, no) = (
            self.leaf(),
            self.expression(depth - 1, lines),
            self.expression(depth - 1, lines),
        );
        format!("{test}{}?{}{yes}{}:{}{no}", gaps[0], gaps[1], gaps[2], gaps[3])
    }

    fn operation(&mut self, depth: usize, lines: bool) -> String {
        let (left, right) = (self.expression(depth - 1, lines), self.leaf());
        let (before, behind) = (self.inside(lines), self.inside(lines));
        let operator = self
            .dice
            .pick(&["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"]);
        let sign = self.dice.pick(&["", "", "", "-", "!", "- "]);
        // `//` and `/*` would begin a comment, and a name goes on with `-`.
        let apart = if matches!(operator, "/" | "-") { " " } else { "" };
        format!("{left}{before}{apart}{operator}{apart}{behind}{sign}{right}")
    }

    fn comprehension(&mut self, depth: usize) -> String {
        let lines = self.dice.below(2) == 0;
        let (a, b, c, d) = (
            self.inside(lines),
            self.gap(),
            self.inside(lines),
            self.inside(lines),
        );
        let (space, value) = (self.blank(), self.expression(depth - 1, true));
        let from = self
            .dice
            .pick(&["var.m", "[1,2]", "{a=1}", "toset( [ 1 ] )", "m [0]"]);
        let test = match self.dice.below(3) {
            0 => format!("{c} if{space}k!={value}"),
            _ => String::new(),
        };
        if self.dice.below(2) == 0 {
            let names = self.dice.pick(&["v", "k,v", "k , v"]);
            format!("[{a}for{space}{names}{space}in{space}{from}{b}:{c}{value}{test}{d}]")
        } else {
            let group = self.dice.pick(&["", "", "..."]);
            format!("{{{a}for{space}k,v{space}in{space}{from}{b}:{c}k{b}=>{d}{value}{group}{test}{d}}}")
        }
    }

    fn parentheses(&mut self, depth: usize) -> String {
        let (open, close) = (self.inside(true), self.inside(true));
        format!("({open}{}{close})", self.expression(depth - 1, true))
    }

    fn template(&mut self, depth: usize) -> String {
        let (open, close) = (self.gap(), self.gap());
        let mut inner = self.expression(depth - 1, false);
        // terraform takes away one such wrapping a run, we take away all.
        if inner.starts_with("\"${") {
            inner = format!("({inner})");
        }
        match self.dice.below(9) {
            0 => format!("\"x ${{{open}{inner}{close}}} y\""),
            1 => format!("\"${{{open}{inner}{close}}}${{ b }}\""),
            2 => format!("\"%{{{open}if {inner}{close}}}x%{{ else }}y%{{{open}endif{close}}}\""),
            3 => format!("\"%{{~ for v in {inner} ~}}${{v}},%{{~endfor~}}\""),
            4 => format!("\"${{~{open}{inner}{close}~}}\""),
            5 => format!("\"$${{{open}{}%%{{\"", self.dice.pick(&["x", "\\\\", "\\t"])),
            6 => format!("\"${{\n{open}{inner}\n{close}}}\""),
            _ => format!("\"${{{open}{inner}{close}}}\""),
        }
    }
}
