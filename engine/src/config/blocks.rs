//! The other blocks of the language: `variable`, `output`, `meshform`, `moved`, `removed`, `import`, `check`.

use meshform_lang::{
    Block, Diagnostic, Diagnostics, Resolved, Scope, Step, Traversal, TypeConstraint, parse_constraint,
};

use super::conditions::{conditions, reference, references, repeat, text, truth};
use super::language;
use super::model::{Backend, Check, Import, Moved, Output, Removed, Resource, Settings, Variable};
use super::resources;
use super::schema::labels;

/// The scope of arguments that are read before anything has a value.
pub(crate) struct NoNames;

impl Scope for NoNames {
    fn resolve(&self, traversal: &Traversal) -> Result<Resolved, Diagnostics> {
        let detail = format!(
            "This is read before anything has a value, so it cannot refer to `{}`.",
            traversal.root
        );
        Err(Diagnostic::error("References not allowed", detail)
            .at(traversal.range)
            .into())
    }
}

/// What arguments and blocks of a call of a module are, or may be one day.
const RESERVED: [&str; 8] = [
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "locals",
    "providers",
    "source",
    "version",
];

pub(super) fn variable(block: &Block, found: &mut Diagnostics) -> Option<Variable> {
    let well = labels(block, &["name"], found);
    let name = block.labels.first()?;
    let body = &block.body;
    if RESERVED.contains(&&*name.text) {
        let detail = format!(
            "`{}` cannot be the name of a variable: in a call of a module the word is kept for another meaning.",
            name.text
        );
        found.push(Diagnostic::error("Invalid variable name", detail).at(name.range));
    }
    language::variable().check(
        body,
        &format!("The variable `{}`", name.text),
        block.header_range,
        found,
    );
    let constraint = match body.attribute("type") {
        Some(attribute) => found
            .collect(parse_constraint(&attribute.expr))
            .unwrap_or(TypeConstraint::Any),
        None => TypeConstraint::Any,
    };
    well.then(|| Variable {
        name: name.text.clone(),
        constraint,
        is_typed: body.attribute("type").is_some(),
        default: body.attribute("default").map(|attribute| attribute.expr.clone()),
        description: text(body, "description", found),
        sensitive: truth(body, "sensitive", false, found),
        nullable: truth(body, "nullable", true, found),
        validations: conditions(body, "validation", found),
        range: block.header_range,
    })
}

pub(super) fn output(block: &Block, found: &mut Diagnostics) -> Option<Output> {
    let well = labels(block, &["name"], found);
    let name = block.labels.first()?;
    let body = &block.body;
    language::output().check(
        body,
        &format!("The output `{}`", name.text),
        block.header_range,
        found,
    );
    let value = body.attribute("value")?.expr.clone();
    well.then(|| Output {
        name: name.text.clone(),
        value,
        description: text(body, "description", found),
        sensitive: truth(body, "sensitive", false, found),
        depends_on: references(body, "depends_on", found),
        preconditions: conditions(body, "precondition", found),
        range: block.header_range,
    })
}

pub(super) fn settings(block: &Block, found: &mut Diagnostics) -> Settings {
    labels(block, &[], found);
    let body = &block.body;
    language::settings().check(body, "The block `meshform`", block.header_range, found);
    let version = body
        .attribute("required_version")
        .map(|attribute| attribute.expr.range());
    Settings {
        required_version: text(body, "required_version", found).zip(version),
        backend: body.blocks_of("backend").next().and_then(|block| backend(block)),
    }
}

fn backend(block: &Block) -> Option<Backend> {
    let arguments = block.body.attributes.iter();
    Some(Backend {
        kind: block.labels.first()?.text.clone(),
        arguments: arguments
            .map(|attribute| (attribute.name.clone(), attribute.name_range))
            .collect(),
        range: block.header_range,
    })
}

pub(super) fn moved(block: &Block, found: &mut Diagnostics) -> Option<Moved> {
    labels(block, &[], found);
    language::moved().check(&block.body, "A block `moved`", block.header_range, found);
    let from = reference(&block.body.attribute("from")?.expr, "from", found);
    let to = reference(&block.body.attribute("to")?.expr, "to", found);
    Some(Moved {
        from: from?,
        to: to?,
        range: block.header_range,
    })
}

pub(super) fn removed(block: &Block, found: &mut Diagnostics) -> Option<Removed> {
    labels(block, &[], found);
    language::removed().check(&block.body, "A block `removed`", block.header_range, found);
    let from = reference(&block.body.attribute("from")?.expr, "from", found)?;
    let is_name = |step: &Step| matches!(step, Step::Attribute(_));
    if !from.steps.iter().all(|(step, _)| is_name(step)) {
        let detail = "`from` of a `removed` block takes a whole resource, block or module, and not one of its instances.";
        found.push(
            Diagnostic::error("Instance keys not allowed", detail)
                .at(from.range)
                .hint("To let go of one instance, move it with a `moved` block and remove what it moves to."),
        );
        return None;
    }
    let lifecycle = block.body.blocks_of("lifecycle").next();
    let destroy = lifecycle.is_none_or(|lifecycle| truth(&lifecycle.body, "destroy", true, found));
    Some(Removed {
        from,
        destroy,
        range: block.header_range,
    })
}

pub(super) fn import(block: &Block, found: &mut Diagnostics) -> Option<Import> {
    labels(block, &[], found);
    let body = &block.body;
    language::import().check(body, "A block `import`", block.header_range, found);
    Some(Import {
        to: body.attribute("to")?.expr.clone(),
        id: body.attribute("id")?.expr.clone(),
        repeat: repeat(body, None, found),
        range: block.header_range,
    })
}

/// `block` as a check, and the data source in it.
pub(super) fn check(block: &Block, found: &mut Diagnostics) -> Option<(Check, Option<Resource>)> {
    let well = labels(block, &["name"], found);
    let name = block.labels.first()?;
    language::check().check(
        &block.body,
        &format!("The check `{}`", name.text),
        block.header_range,
        found,
    );
    let data = block
        .body
        .blocks_of("data")
        .next()
        .and_then(|data| resources::resource(data, found));
    well.then(|| {
        let check = Check {
            name: name.text.clone(),
            data: data.as_ref().map(|data| data.name.clone()),
            assertions: conditions(&block.body, "assert", found),
            range: block.header_range,
        };
        (check, data)
    })
}
