//! What an expression refers to, without evaluating it.

use meshform_state::Str;

use crate::expr::{Base, Chain, Expr, ForKind, Key, Node, Part, StepKind};
use crate::scope::Traversal;

/// Adds the references of `expr` to `found`, but those to names in `bound`.
pub(crate) fn collect(expr: &Expr, bound: &mut Vec<Str>, found: &mut Vec<Traversal>) {
    match expr.node() {
        Node::Literal(_) => {}
        Node::Chain(chain) => collect_chain(chain, bound, found),
        Node::Template(parts) => collect_parts(parts, bound, found),
        Node::Parens(inner) | Node::Not(inner) | Node::Negate(inner) => collect(inner, bound, found),
        Node::Binary(first, rest) => {
            collect(first, bound, found);
            for (_, _, operand) in rest {
                collect(operand, bound, found);
            }
        }
        Node::Conditional(condition, yes, no) => {
            for part in [condition, yes, no] {
                collect(part, bound, found);
            }
        }
        Node::Tuple(items) => {
            for item in items {
                collect(item, bound, found);
            }
        }
        Node::Object(items) => {
            for item in items {
                if let Key::Value(key) = &item.key {
                    collect(key, bound, found);
                }
                collect(&item.value, bound, found);
            }
        }
        Node::For(node) => {
            collect(&node.collection, bound, found);
            binding(node.key.as_ref(), &node.value, bound, |bound| {
                if let ForKind::Object { key, .. } = &node.kind {
                    collect(key, bound, found);
                }
                collect(&node.result, bound, found);
                if let Some(condition) = &node.condition {
                    collect(condition, bound, found);
                }
            });
        }
        Node::Call(call) => {
            for argument in &call.arguments {
                collect(argument, bound, found);
            }
        }
        Node::Splat(splat) => {
            match splat.source.node() {
                Node::Chain(Chain {
                    fixed: Some(fixed),
                    base: Base::Name(root, _),
                    ..
                }) if !bound.contains(root) => {
                    // The steps behind the splat belong to the chain before it.
                    let mut whole = fixed.clone();
                    whole.range.end = whole
                        .steps
                        .last()
                        .map_or(splat.marker.end, |(_, range)| range.end);
                    found.push(whole);
                }
                _ => collect(&splat.source, bound, found),
            }
            collect(&splat.each, bound, found);
        }
    }
}

fn collect_chain(chain: &Chain, bound: &mut Vec<Str>, found: &mut Vec<Traversal>) {
    match &chain.base {
        Base::Name(root, _) if bound.contains(root) => {}
        Base::Name(..) => found.extend(chain.reference()),
        Base::Item => {}
        Base::Expr(inner) => collect(inner, bound, found),
    }
    for step in &chain.steps {
        if let StepKind::Index(key) = &step.kind {
            collect(key, bound, found);
        }
    }
}

fn collect_parts(parts: &[Part], bound: &mut Vec<Str>, found: &mut Vec<Traversal>) {
    for part in parts {
        match part {
            Part::Text(_) => {}
            Part::Value(value) => collect(value, bound, found),
            Part::If(node) => {
                collect(&node.condition, bound, found);
                collect_parts(&node.yes, bound, found);
                collect_parts(&node.no, bound, found);
            }
            Part::For(node) => {
                collect(&node.collection, bound, found);
                binding(node.key.as_ref(), &node.value, bound, |bound| {
                    collect_parts(&node.body, bound, found)
                });
            }
        }
    }
}

fn binding(key: Option<&Str>, value: &Str, bound: &mut Vec<Str>, inside: impl FnOnce(&mut Vec<Str>)) {
    let before = bound.len();
    bound.extend(key.cloned());
    bound.push(value.clone());
    inside(bound);
    bound.truncate(before);
}
