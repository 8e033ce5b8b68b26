//! Terms: literals, names, calls, tuples, objects and `for`.

use meshform_state::value::Number;
use meshform_state::{Str, Value};

use crate::diagnostic::Diagnostic;
use crate::expr::{Base, Call, Chain, Expr, For, ForKind, Item, Key, Node};

use super::escape::normalize;
use super::parser::{Failed, Parse, Parser, describe};
use super::steps::Splats;
use super::token::{Kind, Token};

impl Parser<'_> {
    /// A term and the steps behind it.
    pub(super) fn term_with_steps(&mut self) -> Parse<Expr> {
        let token = self.peek();
        if token.kind == Kind::Ident && !matches!(self.word(token), "true" | "false" | "null") {
            let second = self.peek_second().kind;
            if !matches!(second, Kind::OParen | Kind::DoubleColon) {
                self.read();
                let name: Str = normalize(self.word(token)).into();
                let base = Base::Name(name, self.token_range(token));
                return self.steps(base, token.start, token.end, Splats::Allowed);
            }
        }
        let term = self.term()?;
        let range = term.range();
        if !matches!(self.kind(), Kind::Dot | Kind::OBrack) {
            return Ok(term);
        }
        self.steps(Base::Expr(term), range.start, range.end, Splats::Allowed)
    }

    fn term(&mut self) -> Parse<Expr> {
        let token = self.peek();
        match token.kind {
            Kind::Number => {
                self.read();
                self.number(token)
            }
            Kind::Ident => self.word_or_call(),
            Kind::OQuote => self.quoted(),
            Kind::OHeredoc => self.heredoc(),
            Kind::OParen => self.parens(),
            Kind::OBrack => self.tuple(),
            Kind::OBrace => self.object(),
            Kind::Minus | Kind::Bang => {
                self.read();
                let operand = self.nested(Self::term_with_steps)?;
                let range = self.range(token.start, operand.range().end);
                let node = if token.kind == Kind::Minus {
                    Node::Negate(operand)
                } else {
                    Node::Not(operand)
                };
                Ok(Expr::new(node, range))
            }
            kind => {
                let found = describe(kind, self.word(token));
                let message = format!("An expression is expected here, but there is {found}.");
                if matches!(
                    self.word(token),
                    "'" | "`" | "“" | "”" | "„" | "‘" | "’" | "«" | "»"
                ) {
                    return self.fail("Invalid character", "Texts stand between double quotes.", token);
                }
                self.fail("Invalid expression", message, token)
            }
        }
    }

    fn number(&mut self, token: Token) -> Parse<Expr> {
        match Number::parse(self.word(token)) {
            Ok(number) => Ok(Expr::new(
                Node::Literal(Value::Number(number)),
                self.token_range(token),
            )),
            Err(_) => self.fail(
                "Invalid number literal",
                "This number cannot be represented.",
                token,
            ),
        }
    }

    fn word_or_call(&mut self) -> Parse<Expr> {
        let token = self.read();
        let literal = match self.word(token) {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null(crate::Type::Any),
            _ => return self.call(token),
        };
        if matches!(self.kind(), Kind::OParen) {
            return self.call(token);
        }
        Ok(Expr::new(Node::Literal(literal), self.token_range(token)))
    }

    fn parens(&mut self) -> Parse<Expr> {
        let open = self.read();
        let inside = self.with_lines(false, |parser| {
            parser.enclosed(open, "the parenthesis", |parser| {
                let inside = parser.expression()?;
                let close = parser.peek();
                if close.kind != Kind::CParen {
                    let found = describe(close.kind, parser.word(close));
                    let message = format!("A closing parenthesis is expected here, but there is {found}.");
                    return parser.fail("Unbalanced parentheses", message, close);
                }
                parser.read();
                Ok((inside, close.end))
            })
        });
        let (inside, end) = inside?;
        Ok(Expr::new(Node::Parens(inside), self.range(open.start, end)))
    }

    fn call(&mut self, first: Token) -> Parse<Expr> {
        let mut name = self.word(first).to_owned();
        let mut name_end = first.end;
        while let Some(colons) = self.take(Kind::DoubleColon) {
            let part = self.peek();
            if part.kind != Kind::Ident {
                let message = "`::` must be followed by the name of a function.";
                let place = if part.kind == Kind::DoubleColon {
                    part
                } else {
                    colons
                };
                return self.fail("Missing function name", message, place);
            }
            self.read();
            name.push_str("::");
            name.push_str(self.word(part));
            name_end = part.end;
        }
        let open = self.peek();
        if open.kind != Kind::OParen {
            return self.fail(
                "Missing open parenthesis",
                "A function's arguments stand in parentheses.",
                open,
            );
        }
        self.read();
        let (arguments, expand, end) =
            self.with_lines(false, |parser| parser.enclosed(open, "the call", Self::arguments))?;
        let name_range = self.range(first.start, name_end);
        let call = Call {
            name: name.into(),
            name_range,
            arguments,
            expand,
        };
        Ok(Expr::new(Node::Call(call), self.range(first.start, end)))
    }

    fn arguments(&mut self) -> Parse<(Vec<Expr>, bool, u32)> {
        let mut arguments = Vec::new();
        let mut expand = false;
        loop {
            if let Some(close) = self.take(Kind::CParen) {
                return Ok((arguments, expand, close.end));
            }
            arguments.push(self.expression()?);
            let next = self.read();
            match next.kind {
                Kind::Comma => {}
                Kind::CParen => return Ok((arguments, expand, next.end)),
                Kind::Ellipsis => {
                    expand = true;
                    self.take(Kind::Comma);
                    let close = self.peek();
                    if close.kind != Kind::CParen {
                        let message = "An argument that is expanded with `...` must be the last one.";
                        return self.fail("Missing closing parenthesis", message, close);
                    }
                }
                kind => {
                    let found = describe(kind, self.word(next));
                    let message =
                        format!("A comma or `)` is expected behind an argument, but there is {found}.");
                    return self.fail("Missing argument separator", message, next);
                }
            }
        }
    }

    fn tuple(&mut self) -> Parse<Expr> {
        let open = self.read();
        self.with_lines(false, |parser| {
            parser.enclosed(open, "the list", |parser| {
                if parser.at_for() {
                    parser.for_expression(open, Kind::CBrack)
                } else {
                    parser.elements(open)
                }
            })
        })
    }

    fn elements(&mut self, open: Token) -> Parse<Expr> {
        let mut items = Vec::new();
        loop {
            if let Some(close) = self.take(Kind::CBrack) {
                return Ok(Expr::new(Node::Tuple(items), self.range(open.start, close.end)));
            }
            items.push(self.expression()?);
            let next = self.peek();
            match next.kind {
                Kind::Comma => _ = self.read(),
                Kind::CBrack => {}
                kind => {
                    let found = describe(kind, self.word(next));
                    let message =
                        format!("A comma or `]` is expected behind an element, but there is {found}.");
                    let found =
                        Diagnostic::error("Missing item separator", message).at(self.token_range(next));
                    let opened = self.token_range(open);
                    self.diagnostics
                        .push(found.related(opened, "the list begins here"));
                    return Err(Failed);
                }
            }
        }
    }

    /// `for` begins a comprehension unless it is used as a name.
    fn at_for(&mut self) -> bool {
        self.at_word("for") && self.peek_second().kind == Kind::Ident
    }

    fn object(&mut self) -> Parse<Expr> {
        let open = self.read();
        let is_for = self.with_lines(false, Self::at_for);
        self.with_lines(!is_for, |parser| {
            parser.enclosed(open, "the object", |parser| {
                if is_for {
                    parser.for_expression(open, Kind::CBrace)
                } else {
                    parser.items_of_object(open)
                }
            })
        })
    }

    fn items_of_object(&mut self, open: Token) -> Parse<Expr> {
        let mut items = Vec::new();
        loop {
            while self.take(Kind::Newline).is_some() {}
            if let Some(close) = self.take(Kind::CBrace) {
                return Ok(Expr::new(Node::Object(items), self.range(open.start, close.end)));
            }
            items.push(self.object_item(open)?);
            let next = self.peek();
            match next.kind {
                Kind::Comma | Kind::Newline => _ = self.read(),
                Kind::CBrace => {}
                kind => {
                    let found = describe(kind, self.word(next));
                    let message = format!(
                        "A comma, the end of the line or `}}` is expected here, but there is {found}."
                    );
                    return self.fail("Missing attribute separator", message, next);
                }
            }
        }
    }

    fn object_item(&mut self, open: Token) -> Parse<Item> {
        let token = self.peek();
        let bare = token.kind == Kind::Ident && matches!(self.peek_second().kind, Kind::Equal | Kind::Colon);
        let key = if bare {
            self.read();
            Key::Name(normalize(self.word(token)).into(), self.token_range(token))
        } else {
            let key = self.expression()?;
            if let Node::Chain(Chain {
                base: Base::Name(..),
                steps,
                ..
            }) = key.node()
                && !steps.is_empty()
            {
                let message = "A key with a dot or an index could be a reference or a name. If it is a reference, put \
                               parentheses around it; if it is a name, quotes.";
                self.diagnostics
                    .push(Diagnostic::error("Ambiguous attribute key", message).at(key.range()));
            }
            Key::Value(key)
        };
        let sign = self.peek();
        if !matches!(sign.kind, Kind::Equal | Kind::Colon) {
            let found = describe(sign.kind, self.word(sign));
            let message = format!("A key must be followed by `=` and its value, but there is {found}.");
            let found = Diagnostic::error("Missing attribute value", message).at(self.token_range(sign));
            self.diagnostics
                .push(found.related(self.token_range(open), "the object begins here"));
            return Err(Failed);
        }
        self.read();
        Ok(Item {
            key,
            value: self.expression()?,
        })
    }

    fn for_expression(&mut self, open: Token, close: Kind) -> Parse<Expr> {
        let word = self.read();
        let (key, value) = self.for_names()?;
        let collection = self.expression()?;
        let colon = self.peek();
        if colon.kind != Kind::Colon {
            let message = "A `for` expression needs a colon behind its collection: `[for v in list : v]`.";
            return self.fail("Invalid 'for' expression", message, colon);
        }
        self.read();
        let mut result = self.expression()?;
        let mut name = None;
        if let Some(arrow) = self.take(Kind::FatArrow) {
            if close == Kind::CBrack {
                let message = "A key has no place in a `for` expression that builds a tuple; use `{…}` to build an object.";
                self.report("Invalid 'for' expression", message, arrow);
            }
            name = Some(std::mem::replace(&mut result, self.expression()?));
        }
        if close == Kind::CBrace && name.is_none() {
            let message =
                "A `for` expression that builds an object needs a key: `{for k, v in map : k => v}`.";
            self.diagnostics
                .push(Diagnostic::error("Invalid 'for' expression", message).at(result.range()));
        }
        let group = self.take(Kind::Ellipsis);
        if let Some(ellipsis) = group
            && close == Kind::CBrack
        {
            let message = "Grouping (`...`) has no place in a `for` expression that builds a tuple.";
            self.report("Invalid 'for' expression", message, ellipsis);
        }
        let mut condition = None;
        if self.at_word("if") {
            self.read();
            condition = Some(self.expression()?);
        }
        let end = self.peek();
        if end.kind != close {
            let found = describe(end.kind, self.word(end));
            let message = format!("The `for` expression should end here, but there is {found}.");
            return self.fail("Invalid 'for' expression", message, end);
        }
        self.read();
        let kind = match name {
            Some(key) if close == Kind::CBrace => ForKind::Object {
                key,
                group: group.is_some(),
            },
            _ => ForKind::Tuple,
        };
        let for_range = self.range(open.start, word.end);
        let node = For {
            key,
            value,
            collection,
            kind,
            result,
            condition,
            for_range,
        };
        Ok(Expr::new(
            Node::For(Box::new(node)),
            self.range(open.start, end.end),
        ))
    }

    /// `k, v in` or `v in`.
    pub(super) fn for_names(&mut self) -> Parse<(Option<Str>, Str)> {
        let first = self.for_name()?;
        let mut names = (None, first);
        if self.take(Kind::Comma).is_some() {
            let second = self.for_name()?;
            names = (Some(names.1), second);
        }
        if !self.at_word("in") {
            let place = self.peek();
            let message = "`for` and its names must be followed by `in` and a collection.";
            return self.fail("Invalid 'for' expression", message, place);
        }
        self.read();
        Ok(names)
    }

    fn for_name(&mut self) -> Parse<Str> {
        let token = self.peek();
        if token.kind != Kind::Ident {
            return self.fail(
                "Invalid 'for' expression",
                "`for` must be followed by a name.",
                token,
            );
        }
        self.read();
        Ok(normalize(self.word(token)).into())
    }
}
