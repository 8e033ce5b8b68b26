//! The steps behind a term: attributes, indexes and splats.

use meshform_state::Value;

use crate::expr::{Base, Chain, ChainStep, Expr, Node, Splat, StepKind};

use super::escape::normalize;
use super::parser::{Parse, Parser, describe};
use super::token::{Kind, Token};

/// Whether a splat may stand among some steps: behind `.*` none may, and an index belongs to the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Splats {
    Allowed,
    Forbidden,
}

impl Parser<'_> {
    /// The steps behind `base`; gives `base` itself where there are none.
    pub(super) fn steps(&mut self, base: Base, start: u32, mut end: u32, splats: Splats) -> Parse<Expr> {
        let mut steps = Vec::new();
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Dot => {
                    if self.peek_second().kind == Kind::Star {
                        self.read();
                        let star = self.peek();
                        if splats == Splats::Forbidden {
                            let message = "`.*` has no place behind another `.*`; use `[*]`.";
                            self.report("Nested splat expression not allowed", message, star);
                            self.read();
                            continue;
                        }
                        self.read();
                        let source = self.chain(base, steps, start, end);
                        let each =
                            self.nested(|p| p.steps(Base::Item, star.end, star.end, Splats::Forbidden))?;
                        let splat = self.splat(source, each, token.start, star.end);
                        let range = splat.range();
                        return self.steps(Base::Expr(splat), range.start, range.end, Splats::Allowed);
                    }
                    self.read();
                    let step = self.attribute_step(token)?;
                    end = step.range.end;
                    steps.push(step);
                }
                Kind::OBrack if splats == Splats::Allowed => {
                    self.read();
                    let star = self.with_lines(false, |parser| {
                        (parser.kind() == Kind::Star && parser.peek_second().kind == Kind::CBrack).then(
                            || {
                                parser.read();
                                parser.read()
                            },
                        )
                    });
                    if let Some(close) = star {
                        let source = self.chain(base, steps, start, end);
                        let each =
                            self.nested(|p| p.steps(Base::Item, close.end, close.end, Splats::Allowed))?;
                        return Ok(self.splat(source, each, token.start, close.end));
                    }
                    let step = self.index_step(token)?;
                    end = step.range.end;
                    steps.push(step);
                }
                _ => return Ok(self.chain(base, steps, start, end)),
            }
        }
    }

    fn splat(&self, source: Expr, each: Expr, marker_start: u32, marker_end: u32) -> Expr {
        let range = self.range(source.range().start, each.range().end.max(marker_end));
        let marker = self.range(marker_start, marker_end);
        let source = source.followed_by(&each, marker);
        Expr::new(Node::Splat(Splat { source, each, marker }), range)
    }

    fn chain(&self, base: Base, steps: Vec<ChainStep>, start: u32, end: u32) -> Expr {
        match base {
            Base::Expr(inner) if steps.is_empty() => inner,
            base => Expr::new(Node::Chain(Chain::new(base, steps)), self.range(start, end)),
        }
    }

    fn attribute_step(&mut self, dot: Token) -> Parse<ChainStep> {
        let token = self.peek();
        let range = self.range(dot.start, token.end);
        match token.kind {
            Kind::Ident => {
                self.read();
                Ok(ChainStep {
                    kind: StepKind::Attribute(normalize(self.word(token)).into()),
                    range,
                })
            }
            Kind::Number => {
                let text = self.word(token);
                let Some(index) = text
                    .parse::<i64>()
                    .ok()
                    .filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
                else {
                    let message = format!(
                        "Two indexes cannot be chained with dots; write `[{}]`.",
                        text.replace('.', "][")
                    );
                    return self.fail("Invalid legacy index syntax", message, token);
                };
                self.read();
                let key = Expr::new(Node::Literal(Value::int(index)), self.token_range(token));
                Ok(ChainStep {
                    kind: StepKind::Index(key),
                    range,
                })
            }
            _ => {
                let found = describe(token.kind, self.word(token));
                let message =
                    format!("A dot must be followed by the name of an attribute, but there is {found}.");
                self.fail("Invalid attribute name", message, token)
            }
        }
    }

    fn index_step(&mut self, open: Token) -> Parse<ChainStep> {
        self.with_lines(false, |parser| {
            parser.enclosed(open, "the index", |parser| {
                let key = parser.expression()?;
                let close = parser.peek();
                if close.kind != Kind::CBrack {
                    let found = describe(close.kind, parser.word(close));
                    let message = format!("The index should end with `]` here, but there is {found}.");
                    return parser.fail("Missing close bracket on index", message, close);
                }
                parser.read();
                Ok(ChainStep {
                    kind: StepKind::Index(key),
                    range: parser.range(open.start, close.end),
                })
            })
        })
    }
}
