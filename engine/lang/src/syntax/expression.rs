//! Operators and conditionals, by precedence; what they join is in `term`.

use crate::expr::{BinaryOp, Expr, Node};

use super::parser::{Parse, Parser};
use super::token::{Kind, Token};

/// Binary operators from the loosest to the tightest; all associate to the left.
const LEVELS: &[&[(Kind, BinaryOp)]] = &[
    &[(Kind::Or, BinaryOp::Or)],
    &[(Kind::And, BinaryOp::And)],
    &[
        (Kind::EqualEqual, BinaryOp::Equal),
        (Kind::NotEqual, BinaryOp::NotEqual),
    ],
    &[
        (Kind::Greater, BinaryOp::Greater),
        (Kind::GreaterEqual, BinaryOp::GreaterEqual),
        (Kind::Less, BinaryOp::Less),
        (Kind::LessEqual, BinaryOp::LessEqual),
    ],
    &[(Kind::Plus, BinaryOp::Add), (Kind::Minus, BinaryOp::Subtract)],
    &[
        (Kind::Star, BinaryOp::Multiply),
        (Kind::Slash, BinaryOp::Divide),
        (Kind::Percent, BinaryOp::Modulo),
    ],
];

impl Parser<'_> {
    /// A whole text that is one expression; line ends mean nothing in it.
    pub(crate) fn whole_expression(&mut self) -> Option<Expr> {
        let parsed = self.with_lines(false, |parser| {
            let parsed = parser.expression()?;
            let extra = parser.peek();
            if extra.kind != Kind::End {
                let message = "The expression is complete, but the text goes on behind it.";
                return parser.fail("Extra characters after expression", message, extra);
            }
            Ok(parsed)
        });
        parsed.ok()
    }

    /// An expression.
    pub(super) fn expression(&mut self) -> Parse<Expr> {
        self.nested(|parser| {
            let condition = parser.binary(0)?;
            if parser.take(Kind::Question).is_none() {
                return Ok(condition);
            }
            let yes = parser.expression()?;
            let colon = parser.peek();
            if colon.kind != Kind::Colon {
                let message = "A conditional needs a colon and the value for a false condition: `a ? b : c`.";
                return parser.fail("Missing false expression in conditional", message, colon);
            }
            parser.read();
            let no = parser.expression()?;
            let range = parser.range(condition.range().start, no.range().end);
            Ok(Expr::new(Node::Conditional(condition, yes, no), range))
        })
    }

    fn operator(&self, level: usize) -> Option<(Token, BinaryOp)> {
        let next = self.peek();
        LEVELS[level]
            .iter()
            .find(|(kind, _)| *kind == next.kind)
            .map(|(_, op)| (next, *op))
    }

    fn binary(&mut self, level: usize) -> Parse<Expr> {
        if level == LEVELS.len() {
            return self.term_with_steps();
        }
        let first = self.binary(level + 1)?;
        // One flat node for a chain of operators of one level, however long: evaluating and dropping it needs no
        // recursion.
        let mut rest = Vec::new();
        while let Some((token, op)) = self.operator(level) {
            self.read();
            rest.push((op, self.token_range(token), self.binary(level + 1)?));
        }
        let Some((_, _, last)) = rest.last() else {
            return Ok(first);
        };
        let range = self.range(first.range().start, last.range().end);
        Ok(Expr::new(Node::Binary(first, rest), range))
    }
}
