//! Expressions: what the parser made, and what can be asked of them.
//!
//! How they are evaluated is in `eval`. Nothing here knows what a name means.

use std::sync::Arc;

use meshform_state::{Str, Value};

use crate::diagnostic::Diagnostics;
use crate::eval;
use crate::scope::{Scope, Step, Traversal};
use crate::source::{Range, SourceId, Sources};
use crate::syntax::{Form, Parser};

/// An expression of the language. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Expr {
    node: Arc<Node>,
    range: Range,
}

/// Deeply nested ones are refused by the parser, so recursion over nodes is bounded.
#[derive(Debug)]
pub(crate) enum Node {
    Literal(Value),
    Chain(Chain),
    /// A template that is a text whatever is in it.
    Template(Vec<Part>),
    /// Parentheses, and a template that is one interpolation: they pass their value through.
    Parens(Expr),
    Not(Expr),
    Negate(Expr),
    /// Operators of one level, associating to the left.
    Binary(Expr, Vec<(BinaryOp, Range, Expr)>),
    Conditional(Expr, Expr, Expr),
    Tuple(Vec<Expr>),
    Object(Vec<Item>),
    For(Box<For>),
    Call(Call),
    Splat(Splat),
}

/// A name or expression and the steps behind it.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) base: Base,
    pub(crate) steps: Vec<ChainStep>,
    /// The whole chain as a scope is asked for it, where all its keys are literal; the splat that follows and what
    /// follows that too, though they are not in its range.
    pub(crate) fixed: Option<Traversal>,
}

#[derive(Debug)]
pub(crate) enum Base {
    Name(Str, Range),
    /// The element of the splat around.
    Item,
    Expr(Expr),
}

#[derive(Debug, Clone)]
pub(crate) struct ChainStep {
    pub(crate) kind: StepKind,
    /// From the dot or bracket to the end of the step.
    pub(crate) range: Range,
}

#[derive(Debug, Clone)]
pub(crate) enum StepKind {
    Attribute(Str),
    Index(Expr),
}

/// `source[*].each` or `source.*.each`.
#[derive(Debug)]
pub(crate) struct Splat {
    pub(crate) source: Expr,
    /// Steps behind [`Base::Item`].
    pub(crate) each: Expr,
    pub(crate) marker: Range,
}

#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) key: Key,
    pub(crate) value: Expr,
}

#[derive(Debug, Clone)]
pub(crate) enum Key {
    Name(Str, Range),
    Value(Expr),
}

impl Key {
    /// The key as it is written, where nothing need be evaluated.
    fn literal(&self) -> Option<Str> {
        match self {
            Key::Name(name, _) => Some(name.clone()),
            Key::Value(key) => match key.node() {
                Node::Literal(Value::String(name)) => Some(name.clone()),
                _ => None,
            },
        }
    }

    pub(crate) fn range(&self) -> Range {
        match self {
            Key::Name(_, range) => *range,
            Key::Value(key) => key.range(),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct For {
    pub(crate) key: Option<Str>,
    pub(crate) value: Str,
    pub(crate) collection: Expr,
    pub(crate) kind: ForKind,
    pub(crate) result: Expr,
    pub(crate) condition: Option<Expr>,
    /// The opening bracket and the word `for`.
    pub(crate) for_range: Range,
}

#[derive(Debug, Clone)]
pub(crate) enum ForKind {
    Tuple,
    Object { key: Expr, group: bool },
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) name: Str,
    pub(crate) name_range: Range,
    pub(crate) arguments: Vec<Expr>,
    /// Whether the last argument is followed by `...`.
    pub(crate) expand: bool,
}

#[derive(Debug)]
pub(crate) enum Part {
    Text(Str),
    Value(Expr),
    If(Box<PartIf>),
    For(Box<PartFor>),
}

#[derive(Debug)]
pub(crate) struct PartIf {
    pub(crate) condition: Expr,
    pub(crate) yes: Vec<Part>,
    pub(crate) no: Vec<Part>,
}

#[derive(Debug)]
pub(crate) struct PartFor {
    pub(crate) key: Option<Str>,
    pub(crate) value: Str,
    pub(crate) collection: Expr,
    pub(crate) body: Vec<Part>,
    pub(crate) range: Range,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl Chain {
    pub(crate) fn new(base: Base, steps: Vec<ChainStep>) -> Self {
        let mut chain = Chain {
            base,
            steps,
            fixed: None,
        };
        if let Base::Name(root, range) = &chain.base
            && let Some(keys) = chain.steps.iter().map(literal_step).collect::<Option<Vec<_>>>()
        {
            let end = keys.last().map_or(range.end, |(_, step)| step.end);
            let whole = Range { end, ..*range };
            chain.fixed = Some(Traversal {
                root: root.clone(),
                root_range: *range,
                steps: keys,
                range: whole,
            });
        }
        chain
    }

    /// The element `key` of what the chain is, where it has a name and all its keys are literal.
    fn element(&self, key: &Str, range: Range) -> Option<Chain> {
        self.fixed.as_ref()?;
        let Base::Name(root, root_range) = &self.base else {
            return None;
        };
        let mut steps = self.steps.clone();
        steps.push(ChainStep {
            kind: StepKind::Index(Expr::literal(Value::String(key.clone()), range)),
            range,
        });
        Some(Chain::new(Base::Name(root.clone(), *root_range), steps))
    }

    /// The chain as far as its keys are literal, for those who ask what an expression refers to.
    pub(crate) fn reference(&self) -> Option<Traversal> {
        let Base::Name(root, range) = &self.base else {
            return None;
        };
        let steps: Vec<_> = self.steps.iter().map_while(literal_step).collect();
        let end = steps.last().map_or(range.end, |(_, step)| step.end);
        Some(Traversal {
            root: root.clone(),
            root_range: *range,
            steps,
            range: Range { end, ..*range },
        })
    }
}

pub(crate) fn literal_step(step: &ChainStep) -> Option<(Step, Range)> {
    match &step.kind {
        StepKind::Attribute(name) => Some((Step::Attribute(name.clone()), step.range)),
        StepKind::Index(key) => match key.node() {
            Node::Literal(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => {
                Some((Step::Index(value.clone()), step.range))
            }
            _ => None,
        },
    }
}

impl Expr {
    pub(crate) fn new(node: Node, range: Range) -> Self {
        Expr {
            node: Arc::new(node),
            range,
        }
    }

    /// Tells the scope that is asked for this chain what is asked of each element of it: `module.a[*].id` needs one
    /// output of the module's instances and no other. Nothing where it is no chain with literal keys.
    pub(crate) fn followed_by(mut self, each: &Expr, marker: Range) -> Self {
        if let Some(Node::Chain(chain)) = Arc::get_mut(&mut self.node)
            && let Some(fixed) = &mut chain.fixed
        {
            fixed.steps.push((Step::Splat, marker));
            let behind = match each.node() {
                Node::Chain(chain) => Some(chain),
                Node::Splat(inner) => match inner.source.node() {
                    Node::Chain(chain) => Some(chain),
                    _ => None,
                },
                _ => None,
            };
            fixed.steps.extend(
                behind
                    .into_iter()
                    .flat_map(|chain| chain.steps.iter().map_while(literal_step)),
            );
        }
        self
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// The expression that always has `value`, for defaults of arguments that nobody wrote.
    #[must_use]
    pub fn literal(value: Value, range: Range) -> Self {
        Expr::new(Node::Literal(value), range)
    }

    /// Where it is.
    #[must_use]
    pub fn range(&self) -> Range {
        self.range
    }

    /// What it refers to, in the order of the text; names bound inside it (`for`) are left out.
    #[must_use]
    pub fn references(&self) -> Vec<Traversal> {
        let mut found = Vec::new();
        eval::references::collect(self, &mut Vec::new(), &mut found);
        found
    }

    /// The bare traversal that this whole expression is, for arguments that name things: `depends_on = [a.b]`.
    #[must_use]
    pub fn as_traversal(&self) -> Option<Traversal> {
        match self.node() {
            Node::Chain(chain) => chain.fixed.clone(),
            _ => None,
        }
    }

    /// The traversal that this whole expression is once its keys are evaluated, for arguments that name things by keys which
    /// are not literal: `to = a.b[each.key]`. A key may be a value that is known later. `None` if it is no chain of names.
    ///
    /// # Errors
    /// What is wrong with its keys.
    #[must_use]
    pub fn keyed_traversal(&self, scope: &dyn Scope) -> Option<Result<Traversal, Diagnostics>> {
        let Node::Chain(chain) = self.node() else {
            return None;
        };
        let Base::Name(root, root_range) = &chain.base else {
            return None;
        };
        let steps = chain.steps.iter().map(|step| {
            let kind = match &step.kind {
                StepKind::Attribute(name) => Step::Attribute(name.clone()),
                StepKind::Index(key) => Step::Index(key.evaluate(scope)?),
            };
            Ok((kind, step.range))
        });
        Some(Diagnostics::all(steps).map(|steps| Traversal {
            root: root.clone(),
            root_range: *root_range,
            steps,
            range: self.range,
        }))
    }

    /// The expressions of a literal tuple, for arguments that list things to name.
    #[must_use]
    pub fn as_tuple(&self) -> Option<Vec<Expr>> {
        match self.node() {
            Node::Tuple(items) => Some(items.clone()),
            _ => None,
        }
    }

    /// The keys and expressions of a literal object whose keys are all plain names or texts: `providers = { a = b }`.
    #[must_use]
    pub fn as_object(&self) -> Option<Vec<(Str, Range, Expr)>> {
        let Node::Object(items) = self.node() else {
            return None;
        };
        items
            .iter()
            .map(|item| Some((item.key.literal()?, item.key.range(), item.value.clone())))
            .collect()
    }

    /// The name and the arguments of a plain function call, for arguments with a syntax of their own.
    #[must_use]
    pub fn as_call(&self) -> Option<(Str, Range, Vec<Expr>)> {
        match self.node() {
            Node::Call(call) if !call.expand => {
                Some((call.name.clone(), call.name_range, call.arguments.clone()))
            }
            _ => None,
        }
    }

    /// The expression of an object that has of this one no more than the entry `key`, where that can be told from the text:
    /// of an object whose keys are literal, and of a `for` over something with a name, for the element of that key. What
    /// it gives need not have that entry, since a `for` may give its results other keys.
    #[must_use]
    pub fn narrowed(&self, key: &Str) -> Option<Expr> {
        let node = match self.node() {
            Node::Parens(inner) => return inner.narrowed(key),
            Node::Object(items) => {
                let mut keys = items.iter().map(|item| item.key.literal());
                let at = keys.position(|literal| literal.as_ref() == Some(key))?;
                Node::Object(vec![items[at].clone()])
            }
            Node::For(node) => {
                let Node::Chain(chain) = node.collection.node() else {
                    return None;
                };
                if !matches!(node.kind, ForKind::Object { group: false, .. }) {
                    return None;
                }
                let range = node.collection.range();
                let item = Item {
                    key: Key::Name(key.clone(), range),
                    value: Expr::new(Node::Chain(chain.element(key, range)?), range),
                };
                Node::For(Box::new(For {
                    collection: Expr::new(Node::Object(vec![item]), range),
                    ..For::clone(node)
                }))
            }
            _ => return None,
        };
        Some(Expr::new(node, self.range))
    }

    /// The value of a plain literal, for arguments that must be fixed before anything is evaluated.
    #[must_use]
    pub fn as_literal(&self) -> Option<&Value> {
        match self.node() {
            Node::Literal(value) => Some(value),
            _ => None,
        }
    }

    /// Its value.
    ///
    /// # Errors
    /// All mistakes found in it.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, Diagnostics> {
        eval::evaluate(self, scope)
    }
}

/// Parses the whole text of `source` as one expression, as a console does.
///
/// # Errors
/// What is wrong with it.
pub fn parse_expression(sources: &Sources, source: SourceId) -> Result<Expr, Diagnostics> {
    parse(sources, source, Form::Normal, Parser::whole_expression)
}

/// Parses the whole text of `source` as one template, as a template file is.
///
/// # Errors
/// What is wrong with it.
pub fn parse_template(sources: &Sources, source: SourceId) -> Result<Expr, Diagnostics> {
    parse(sources, source, Form::Template, Parser::whole_template)
}

fn parse<'a>(
    sources: &'a Sources,
    source: SourceId,
    form: Form,
    whole: impl FnOnce(&mut Parser<'a>) -> Option<Expr>,
) -> Result<Expr, Diagnostics> {
    let text = sources.get(source).map_or("", |file| &file.text);
    let mut parser = Parser::new(text, source, form);
    let parsed = whole(&mut parser);
    let diagnostics = parser.finish();
    match parsed {
        Some(expr) if !diagnostics.has_errors() => Ok(expr),
        _ => Err(diagnostics),
    }
}
