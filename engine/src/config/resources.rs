//! Blocks that stand for objects: `resource`, `data` and the words of a vocabulary.

use meshform_lang::{Block, Diagnostic, Diagnostics};
use meshform_state::{Str, Value};

use super::conditions::{conditions, reference, references, repeat};
use super::language;
use super::model::{Lifecycle, Resource, ResourceName, Word, WordName, without};
use super::schema::{WordSchema, labels};

/// `block` as a resource or data source; `None` if its labels are wrong.
pub(super) fn resource(block: &Block, found: &mut Diagnostics) -> Option<Resource> {
    let data = &*block.kind == "data";
    let well = labels(block, &["kind", "name"], found);
    let [kind, name] = block.labels.as_slice() else {
        return None;
    };
    let body = &block.body;
    let name = ResourceName {
        data,
        kind: kind.text.clone(),
        name: name.text.clone(),
    };
    let what = if data {
        format!("The data source `{name}`")
    } else {
        format!("The resource `{name}`")
    };
    language::resource().check(body, &what, block.header_range, found);
    let lifecycle_block = body.blocks_of("lifecycle").next();
    let repeat = repeat(body, lifecycle_block.map(|block| &**block), found);
    let lifecycle = lifecycle_block
        .map(|block| lifecycle(block, data, found))
        .unwrap_or_default();
    let (arguments, blocks) = without(body, &language::META, &["lifecycle"]);
    let argument = |name: &str| body.attribute(name).map(|attribute| attribute.expr.clone());
    well.then(|| Resource {
        name,
        repeat,
        place: argument("in"),
        region: argument("region"),
        depends_on: references(body, "depends_on", found),
        lifecycle,
        arguments,
        blocks,
        range: block.header_range,
    })
}

fn lifecycle(block: &Block, data: bool, found: &mut Diagnostics) -> Lifecycle {
    let body = &block.body;
    if data {
        let managed = [
            "create_before_destroy",
            "prevent_destroy",
            "ignore_changes",
            "replace_triggered_by",
            "destroy",
        ];
        for attribute in body
            .attributes
            .iter()
            .filter(|attribute| managed.contains(&&*attribute.name))
        {
            let detail = format!(
                "A data source is only read: `{}` has no meaning for it.",
                attribute.name
            );
            found.push(Diagnostic::error("Unsupported argument", detail).at(attribute.name_range));
        }
    }
    let argument = |name: &str| body.attribute(name).map(|attribute| attribute.expr.clone());
    let mut lifecycle = Lifecycle {
        create_before_destroy: argument("create_before_destroy"),
        prevent_destroy: argument("prevent_destroy"),
        destroy: argument("destroy"),
        preconditions: conditions(body, "precondition", found),
        postconditions: conditions(body, "postcondition", found),
        ..Lifecycle::default()
    };
    if let Some(ignored) = argument("ignore_changes") {
        let all = ignored
            .as_traversal()
            .is_some_and(|all| &*all.root == "all" && all.steps.is_empty());
        if all {
            lifecycle.ignore_all = true;
        } else if let Some(items) = ignored.as_tuple() {
            lifecycle.ignore_changes = items
                .iter()
                .filter_map(|item| ignored_attribute(item, found))
                .collect();
        } else {
            let detail = "`ignore_changes` takes a list of attributes, such as `[tags]`, or the word `all`.";
            found.push(Diagnostic::error("Invalid ignore_changes", detail).at(ignored.range()));
        }
    }
    if let Some(triggers) = argument("replace_triggered_by") {
        match triggers.as_tuple() {
            Some(items) => lifecycle.replace_triggered_by = items,
            None => {
                let detail =
                    "`replace_triggered_by` takes a list of references, such as `[aws_vpc.main.id]`.";
                found.push(Diagnostic::error("Invalid replace_triggered_by", detail).at(triggers.range()));
            }
        }
    }
    lifecycle
}

fn ignored_attribute(
    item: &meshform_lang::Expr,
    found: &mut Diagnostics,
) -> Option<meshform_lang::Traversal> {
    if let Some(Value::String(text)) = item.as_literal() {
        let detail = "`ignore_changes` takes bare names, no texts.";
        let hint = format!("Write `{text}` without quotes.");
        found.push(
            Diagnostic::error("Invalid reference", detail)
                .hint(hint)
                .at(item.range()),
        );
        return None;
    }
    reference(item, "ignore_changes", found)
}

/// `block` as a block of the word that `schema` describes; `None` if its labels are wrong.
pub(super) fn word(block: &Block, schema: &WordSchema, found: &mut Diagnostics) -> Option<Word> {
    let names: &[&str] = if schema.named { &["name"] } else { &[] };
    let well = labels(block, names, found);
    let label: Option<Str> = block.labels.first().map(|label| label.text.clone());
    let name = WordName {
        word: block.kind.clone(),
        name: if schema.named { label } else { None },
    };
    let body = &block.body;
    let (arguments, blocks) = without(body, &["for_each", "count", "depends_on"], &[]);
    let rest = meshform_lang::Body {
        attributes: arguments,
        blocks,
        range: body.range,
    };
    schema
        .body
        .check(&rest, &format!("`{name}`"), block.header_range, found);
    if let Some(count) = body.attribute("count") {
        let detail = format!("`{}` has no `count`.", block.kind);
        let diagnostic = Diagnostic::error("Unsupported argument", detail).at(count.name_range);
        found.push(diagnostic.hint("Use `for_each`, whose keys stay the same when one goes."));
    }
    let for_each = body.attribute("for_each");
    if let Some(for_each) = for_each
        && !schema.for_each
    {
        let detail = format!(
            "`{}` stands for one thing only: it has no `for_each`.",
            block.kind
        );
        found.push(Diagnostic::error("Unsupported argument", detail).at(for_each.name_range));
    }
    let repeat = for_each
        .map(|each| super::model::Repeat::ForEach(each.expr.clone()))
        .unwrap_or_default();
    well.then(|| Word {
        name,
        repeat,
        depends_on: references(body, "depends_on", found),
        arguments: rest.attributes,
        blocks: rest.blocks,
        range: block.header_range,
    })
}
