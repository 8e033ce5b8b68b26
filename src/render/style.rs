//! Roles of text to colours, or to nothing.
//!
//! Every message must be understood without them: a colour repeats what a symbol or a word says already.

use std::fmt::{self, Display};

use anstyle::{AnsiColor, Style};

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Something that comes into being.
    Add,
    /// Something that goes.
    Remove,
    /// Something that changes.
    Change,
    /// A data source that is read.
    Read,
    /// A headline.
    Strong,
    /// What is there only for completeness.
    Quiet,
    /// What went wrong, or what cannot be undone.
    Alarm,
    /// What went well.
    Success,
}

/// Whether roles have colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Palette {
    /// They have none.
    #[default]
    Plain,
    /// They have.
    Colour,
}

impl Palette {
    /// The style of `role`.
    pub(crate) fn style(self, role: Role) -> Style {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        match (self, role) {
            (Palette::Plain, _) => Style::new(),
            (Palette::Colour, Role::Add | Role::Success) => colour(AnsiColor::Green),
            (Palette::Colour, Role::Remove | Role::Alarm) => colour(AnsiColor::Red),
            (Palette::Colour, Role::Change) => colour(AnsiColor::Yellow),
            (Palette::Colour, Role::Read) => colour(AnsiColor::Cyan),
            (Palette::Colour, Role::Strong) => Style::new().bold(),
            (Palette::Colour, Role::Quiet) => colour(AnsiColor::BrightBlack),
        }
    }

    /// `text` in the style of `role`.
    pub(crate) fn paint<T: Display>(self, role: Role, text: T) -> Painted<T> {
        Painted {
            style: self.style(role),
            text,
        }
    }
}

/// A text with a style, for formatting.
pub(crate) struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}{}",
            self.style.render(),
            self.text,
            self.style.render_reset()
        )
    }
}
