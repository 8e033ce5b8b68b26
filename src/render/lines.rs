//! The lines of a [`Diff`], in the form that Terraform made familiar.

use super::diff::{Diff, Elements, Form, Sign};
use super::style::{Palette, Role};
use super::values::{LATER, SENSITIVE, key};

/// Unchanged lines of a long text that are shown around a changed one.
const CONTEXT_LINES: usize = 3;

/// Attributes that are shown even if they do not change, since they say what a thing is.
const ALWAYS_SHOWN: [&str; 3] = ["id", "name", "tags"];

/// What is shown of a value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    /// Unchanged parts too.
    pub(crate) unchanged: bool,
    /// A removal ends in `-> null`.
    pub(crate) to_null: bool,
    /// The value's change replaces the object.
    pub(crate) forces: bool,
}

/// The attributes of an object or the outputs of a configuration: names, signs and values, aligned.
pub(crate) struct Attribute {
    /// The name as it is written.
    pub(crate) name: String,
    /// Its change.
    pub(crate) diff: Diff,
    /// Whether that replaces the object.
    pub(crate) forces: bool,
    /// What stands instead of the value.
    pub(crate) instead: Option<&'static str>,
}

/// Writes diffs as text.
pub(crate) struct Lines {
    palette: Palette,
    out: String,
}

impl Lines {
    pub(crate) fn new(palette: Palette) -> Self {
        Lines {
            palette,
            out: String::new(),
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// `attributes` one below the other at `indent`, with the number of those that are left out.
    pub(crate) fn attributes(&mut self, attributes: &[Attribute], indent: usize, options: Options) {
        let width = attributes
            .iter()
            .map(|attribute| attribute.name.chars().count())
            .max()
            .unwrap_or(0);
        let mut hidden = 0;
        for attribute in attributes {
            let always = ALWAYS_SHOWN.contains(&attribute.name.as_str());
            let unchanged = options.unchanged || always;
            if attribute.diff.sign == Sign::Same && !unchanged {
                hidden += 1;
                continue;
            }
            self.start(indent, attribute.diff.sign);
            self.out.push_str(&format!("{:width$} = ", attribute.name));
            match attribute.instead {
                Some(text) => self.out.push_str(text),
                None => {
                    let forces = attribute.forces;
                    self.value(
                        &attribute.diff,
                        indent,
                        Options {
                            unchanged,
                            forces,
                            ..options
                        },
                    );
                }
            }
            self.out.push('\n');
        }
        self.hidden(hidden, "attribute", indent);
    }

    /// The value of `diff`, whose first line has been begun at `indent`.
    pub(crate) fn value(&mut self, diff: &Diff, indent: usize, options: Options) {
        match &diff.form {
            Form::Leaf { before, after } => {
                self.leaf(diff.sign, before.as_deref(), after.as_deref(), options)
            }
            Form::Lines(lines) => {
                self.open("<<-EOT", options);
                self.text(lines, indent, options);
                self.close("EOT", diff.sign, indent, options);
            }
            Form::Entries(entries) => self.entries(diff.sign, entries, indent, options),
            Form::Elements(elements) => self.elements(diff.sign, elements, indent, options),
            Form::Json(inner) => {
                self.open(
                    if is_spacing(diff, inner) {
                        "jsonencode( # whitespace changes"
                    } else {
                        "jsonencode("
                    },
                    options,
                );
                self.start(
                    indent + 1,
                    if inner.sign == diff.sign && diff.sign != Sign::Change {
                        Sign::Same
                    } else {
                        inner.sign
                    },
                );
                let inside = Options {
                    to_null: false,
                    forces: false,
                    ..options
                };
                self.value(inner, indent + 1, inside);
                self.out.push('\n');
                self.close(")", diff.sign, indent, options);
            }
            Form::Becomes(before, after) => {
                let plain = Options {
                    to_null: false,
                    forces: false,
                    unchanged: true,
                };
                self.value(before, indent, plain);
                self.arrow();
                self.value(
                    after,
                    indent,
                    Options {
                        forces: options.forces,
                        ..plain
                    },
                );
            }
        }
    }

    fn leaf(&mut self, sign: Sign, before: Option<&str>, after: Option<&str>, options: Options) {
        match (before, after) {
            (Some(before), Some(after)) => {
                self.out.push_str(before);
                self.arrow();
                self.soft(after);
            }
            (Some(before), None) => {
                self.out.push_str(before);
                if sign == Sign::Remove && options.to_null {
                    self.null();
                }
            }
            (None, Some(after)) => self.soft(after),
            (None, None) => {}
        }
        self.forces(options);
    }

    /// A value's text; stand-ins are quiet.
    fn soft(&mut self, text: &str) {
        if text == LATER || text == SENSITIVE {
            self.out
                .push_str(&self.palette.paint(Role::Quiet, text).to_string());
        } else {
            self.out.push_str(text);
        }
    }

    fn entries(
        &mut self,
        sign: Sign,
        entries: &[(meshform_state::Str, Diff)],
        indent: usize,
        options: Options,
    ) {
        self.open("{", options);
        let attributes: Vec<Attribute> = entries
            .iter()
            .map(|(name, diff)| Attribute {
                name: key(name),
                diff: diff.clone(),
                forces: false,
                instead: None,
            })
            .collect();
        self.attributes(
            &attributes,
            indent + 1,
            Options {
                to_null: false,
                forces: false,
                ..options
            },
        );
        self.close("}", sign, indent, options);
    }

    fn elements(&mut self, sign: Sign, elements: &Elements, indent: usize, options: Options) {
        self.open(if elements.moved { "[ # order changes" } else { "[" }, options);
        let inside = Options {
            to_null: false,
            forces: false,
            unchanged: options.unchanged,
        };
        let context = Options {
            unchanged: true,
            ..inside
        };
        let items = &elements.items;
        let changed = |at: usize| items.get(at).is_some_and(|item| item.sign != Sign::Same);
        let mut hidden = 0;
        for (at, item) in items.iter().enumerate() {
            let beside = elements.ordered && (changed(at + 1) || (at > 0 && changed(at - 1)));
            if item.sign == Sign::Same && !options.unchanged && !beside {
                hidden += 1;
                continue;
            }
            self.hidden(std::mem::take(&mut hidden), "element", indent + 1);
            self.start(indent + 1, item.sign);
            self.value(
                item,
                indent + 1,
                if item.sign == Sign::Same { context } else { inside },
            );
            self.out.push_str(",\n");
        }
        self.hidden(hidden, "element", indent + 1);
        self.close("]", sign, indent, options);
    }

    fn text(&mut self, lines: &[(Sign, String)], indent: usize, options: Options) {
        let changed = |at: usize| lines[at].0 != Sign::Same;
        let whole = options.unchanged || !(0..lines.len()).any(changed);
        let near = |at: usize| {
            let end = (at + CONTEXT_LINES + 1).min(lines.len());
            (at.saturating_sub(CONTEXT_LINES)..end).any(changed)
        };
        let mut hidden = 0;
        for (at, (sign, line)) in lines.iter().enumerate() {
            if !whole && !near(at) {
                hidden += 1;
                continue;
            }
            self.hidden(std::mem::take(&mut hidden), "line", indent + 1);
            self.start(indent + 1, *sign);
            self.out.push_str(line);
            // An empty line must not end in the spaces of its indent.
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.out.push('\n');
        }
        self.hidden(hidden, "line", indent + 1);
    }

    fn open(&mut self, bracket: &str, options: Options) {
        self.out.push_str(bracket);
        self.forces(options);
        self.out.push('\n');
    }

    fn close(&mut self, bracket: &str, sign: Sign, indent: usize, options: Options) {
        self.start(indent, Sign::Same);
        self.out.push_str(bracket);
        if sign == Sign::Remove && options.to_null {
            self.null();
        }
    }

    /// The indent and the sign of a line.
    fn start(&mut self, indent: usize, sign: Sign) {
        self.out.push_str(&"    ".repeat(indent));
        let mark = match sign {
            Sign::Same => "    ".to_owned(),
            Sign::Add => format!("  {} ", self.palette.paint(Role::Add, "+")),
            Sign::Remove => format!("  {} ", self.palette.paint(Role::Remove, "-")),
            Sign::Change => format!("  {} ", self.palette.paint(Role::Change, "~")),
        };
        self.out.push_str(&mark);
    }

    fn hidden(&mut self, count: usize, what: &str, indent: usize) {
        if count > 0 {
            self.start(indent, Sign::Same);
            let plural = if count == 1 { "" } else { "s" };
            let note = format!("# ({count} unchanged {what}{plural} hidden)");
            self.out
                .push_str(&self.palette.paint(Role::Quiet, note).to_string());
            self.out.push('\n');
        }
    }

    fn arrow(&mut self) {
        self.out
            .push_str(&format!(" {} ", self.palette.paint(Role::Change, "->")));
    }

    fn null(&mut self) {
        self.out
            .push_str(&self.palette.paint(Role::Quiet, " -> null").to_string());
    }

    fn forces(&mut self, options: Options) {
        if options.forces {
            self.out.push_str(
                &self
                    .palette
                    .paint(Role::Alarm, " # forces replacement")
                    .to_string(),
            );
        }
    }
}

fn is_spacing(outer: &Diff, inner: &Diff) -> bool {
    outer.sign == Sign::Change && inner.sign == Sign::Same
}
