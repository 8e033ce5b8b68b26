//! Structure: attributes and blocks with their places.

use std::sync::Arc;

use meshform_state::Str;

use crate::diagnostic::Diagnostics;
use crate::expr::Expr;
use crate::source::{Range, SourceId, Sources};
use crate::syntax::{Form, Parser};

/// The content of a file or block.
#[derive(Debug, Clone)]
pub struct Body {
    /// `name = expression`, in the order of the text.
    pub attributes: Vec<Attribute>,
    /// `kind "label" { … }`, in the order of the text.
    pub blocks: Vec<Arc<Block>>,
    /// The whole body.
    pub range: Range,
}

/// `name = expression`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The name.
    pub name: Str,
    /// Where the name is.
    pub name_range: Range,
    /// The expression.
    pub expr: Expr,
}

/// `kind "label" { … }`.
#[derive(Debug, Clone)]
pub struct Block {
    /// The kind.
    pub kind: Str,
    /// Where the kind is.
    pub kind_range: Range,
    /// The labels.
    pub labels: Vec<Label>,
    /// What is between the braces.
    pub body: Body,
    /// Kind and labels: the place that messages about the whole block point to.
    pub header_range: Range,
}

/// A label of a block.
#[derive(Debug, Clone)]
pub struct Label {
    /// The text.
    pub text: Str,
    /// Where it is.
    pub range: Range,
}

impl Body {
    /// The attribute `name`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// The blocks of `kind`.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Arc<Block>> {
        self.blocks.iter().filter(move |block| &*block.kind == kind)
    }
}

/// Parses the text of `source`. Mistakes do not hide what is right around them: the body holds all that was
/// understood, the diagnostics all that was not.
#[must_use]
pub fn parse_body(sources: &Sources, source: SourceId) -> (Body, Diagnostics) {
    let text = sources.get(source).map_or("", |file| &file.text);
    let mut parser = Parser::new(text, source, Form::Normal);
    let body = parser.whole_body();
    (body, parser.finish())
}
