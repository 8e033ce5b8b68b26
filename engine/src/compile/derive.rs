//! Resources that words make: their attributes by slot, and the order that follows from them.

use meshform_lang::{Diagnostic, Range};
use meshform_state::{Address, Scope, Str, Value};

use crate::desired::{Dependency, Lifecycle};
use crate::kind::Home;
use crate::object::Object;

use super::compiler::{Compiler, Dependencies};
use super::program::{Data, Opening, ResourceInstance};
use super::source::kept;
use super::vocabulary::{Derived, Expansion, Place, WordBlock};

impl Compiler<'_> {
    /// The resources of `expansion`. `outer` is what the arguments of the block refer to.
    pub(super) fn derive(
        &mut self,
        block: &WordBlock,
        expansion: &Expansion,
        outer: &[Dependency],
        range: Range,
    ) -> Option<Vec<ResourceInstance>> {
        let all: Vec<Option<ResourceInstance>> = expansion
            .resources
            .iter()
            .map(|derived| self.derived(block, derived, &expansion.place, outer, range))
            .collect();
        all.into_iter().collect()
    }

    fn derived(
        &mut self,
        block: &WordBlock,
        derived: &Derived,
        place: &Place,
        outer: &[Dependency],
        range: Range,
    ) -> Option<ResourceInstance> {
        let address = block.resource(derived.kind, derived.name, derived.key.as_ref());
        let Some(kind) = self.kinds.managed(derived.kind).cloned() else {
            self.found.push(unfit(&address, "there is no such kind", range));
            return None;
        };
        let schema = kind.schema();
        let mut fields = Object::empty(schema).fields;
        let mut open = Vec::new();
        let mut dependencies = Dependencies::default();
        for (name, value) in &derived.attributes {
            let Some(slot) = schema.slot(name) else {
                self.found
                    .push(unfit(&address, &format!("it has no attribute `{name}`"), range));
                return None;
            };
            let at = argument_range(block, value, range);
            let found = kept(value, schema, slot, at);
            fields[slot] = self.found.collect(found)?;
            self.order(block, value, name, range, outer, &mut dependencies);
            if self.program.is_open(&fields[slot]) {
                open.push((slot, Opening::Filled));
            }
        }
        for on in &derived.depends_on {
            dependencies.add(on, "depends_on", range);
        }
        // A reference whose value was known still says what comes first; of the others only those that this resource
        // uses do.
        for dependency in outer
            .iter()
            .filter(|dependency| !self.is_later(block, &dependency.attribute))
        {
            dependencies.add(&dependency.on, &dependency.attribute, dependency.range);
        }
        self.check_derived(
            &address,
            schema,
            &fields,
            &kind.validate(&Object {
                fields: fields.clone(),
            }),
            range,
        )?;
        let scope = match (&derived.scope, place, schema.home) {
            (_, _, Home::Local) => Scope::Local,
            (Some(scope), _, _) | (None, Place::Fixed(scope), _) => scope.clone(),
            (None, Place::Nowhere | Place::Regional { .. }, _) => {
                self.found.push(unfit(&address, "it has no place", range));
                return None;
            }
        };
        Some(ResourceInstance {
            dependencies: dependencies.finish(&address),
            address,
            scope,
            fields,
            open,
            lifecycle: Lifecycle {
                keep: derived.keep,
                ..Lifecycle::default()
            },
            why: Some(Str::from(derived.why.as_str())),
            range,
            data: Data::Managed,
            kind,
        })
    }

    /// Adds what `value` waits for: the resources that its leaves come from, through arguments of the block too.
    fn order(
        &self,
        block: &WordBlock,
        value: &Value,
        name: &str,
        range: Range,
        outer: &[Dependency],
        dependencies: &mut Dependencies,
    ) {
        for address in self.program.sources(value) {
            dependencies.add(&address, name, range);
        }
        // The block itself is not in the tables yet, so its own arguments are looked at here.
        let through = argument_names(block, value);
        for dependency in outer
            .iter()
            .filter(|dependency| through.contains(&dependency.attribute))
        {
            dependencies.add(&dependency.on, &dependency.attribute, dependency.range);
        }
    }

    fn is_later(&self, block: &WordBlock, path: &str) -> bool {
        let value = match path.rsplit_once('.') {
            None => block.arguments.value(path),
            Some(_) => None,
        };
        value.is_some_and(|value| !value.is_known())
    }

    fn check_derived(
        &mut self,
        address: &Address,
        schema: &crate::kind::Schema,
        fields: &[Value],
        problems: &[crate::kind::Problem],
        range: Range,
    ) -> Option<()> {
        let missing = schema
            .attributes
            .iter()
            .zip(fields)
            .find(|(attribute, field)| attribute.required && field.is_null());
        if let Some((attribute, _)) = missing {
            self.found
                .push(unfit(address, &format!("`{}` is missing", attribute.name), range));
            return None;
        }
        for problem in problems {
            let diagnostic = Diagnostic::error("Invalid value", &*problem.message)
                .at(range)
                .about(address);
            self.found.push(match &problem.hint {
                Some(hint) => diagnostic.hint(hint.clone()),
                None => diagnostic,
            });
        }
        problems.is_empty().then_some(())
    }
}

/// The arguments of `block` that leaves of `value` come from.
fn argument_names(block: &WordBlock, value: &Value) -> Vec<Str> {
    let names = std::cell::RefCell::new(Vec::new());
    value.every(&|part| {
        if let Value::Later(later) = part
            && let Some(origin) = &later.origin
            && origin.address == block.address
        {
            names.borrow_mut().push(origin.attribute.clone());
        }
        true
    });
    names.into_inner()
}

/// The place of the argument that `value` is, if it is one of `block`; else that of the block.
fn argument_range(block: &WordBlock, value: &Value, range: Range) -> Range {
    let same = |argument: &&super::vocabulary::Argument| match &argument.content {
        super::vocabulary::Content::Value(other) => other == value,
        super::vocabulary::Content::Words(_) => false,
    };
    block
        .arguments
        .values
        .values()
        .find(same)
        .map_or(range, |argument| argument.range)
}

fn unfit(address: &Address, problem: &str, range: Range) -> Diagnostic {
    let detail = format!("The resource `{address}`, which this block stands for, cannot be made: {problem}.");
    let hint = "This is a mistake of meshform, not of the configuration. Please report it.";
    Diagnostic::error("Unfit resource", detail)
        .hint(hint)
        .at(range)
        .about(address)
}
