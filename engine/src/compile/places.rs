//! Where a resource lives (`in`, `region`) and how it is replaced and kept (`lifecycle`).

use meshform_lang::{Diagnostic, Expr, Step, Traversal, convert_to};
use meshform_state::{Address, Scope, Str, Type, Value};

use crate::config::Resource;
use crate::desired::Lifecycle;
use crate::kind::{Home, Schema};

use super::compiler::{Compiler, Place};
use super::form;
use super::names::On;

const PLACE_HINT: &str = "Take it from the configuration: a variable, a local, or the keys of `for_each`.";

impl Compiler<'_> {
    /// The scope of one instance of `resource`.
    pub(super) fn scope(&mut self, resource: &Resource, schema: &Schema, place: Place<'_>) -> Option<Scope> {
        let region = match &resource.region {
            Some(expr) => Some(self.region(expr, place)?),
            None => None,
        };
        let scope = match &resource.place {
            Some(expr) => self.scope_of(expr, region.as_deref(), place)?,
            None => self.scope_without_in(resource, schema, region)?,
        };
        let fits = matches!(
            (schema.home, &scope),
            (Home::Local, _) | (Home::Aws, Scope::Aws { .. }) | (Home::Cluster, Scope::Cluster { .. })
        );
        if !fits {
            let range = resource.place.as_ref().map_or(resource.range, Expr::range);
            let detail = match schema.home {
                Home::Aws => format!(
                    "A `{}` lives in an account of AWS, which this is not.",
                    schema.kind
                ),
                Home::Cluster | Home::Local => {
                    format!("A `{}` lives in a cluster, which this is not.", schema.kind)
                }
            };
            self.found
                .push(Diagnostic::error("Wrong place", detail).at(range));
            return None;
        }
        // What lives nowhere but in the state needs no scope of its own, wherever it was put.
        Some(if schema.home == Home::Local {
            Scope::Local
        } else {
            scope
        })
    }

    fn region(&mut self, expr: &Expr, place: Place<'_>) -> Option<String> {
        let value = self.expr(expr, place)?.value;
        if !value.is_known() {
            self.structural("region", &value, expr.range(), PLACE_HINT);
            return None;
        }
        match (&value, value.as_str()) {
            (Value::String(_), Some(region)) => Some(region.to_owned()),
            _ => {
                let detail = "`region` takes the name of a region, such as `\"us-west-2\"`.";
                self.found
                    .push(Diagnostic::error("Wrong type of value", detail).at(expr.range()));
                None
            }
        }
    }

    fn scope_of(&mut self, expr: &Expr, region: Option<&str>, place: Place<'_>) -> Option<Scope> {
        let value = self.handles(expr, place)?.value;
        let address = value.get("address").unwrap_or(&value).clone();
        if !address.is_known() {
            self.structural("in", &address, expr.range(), PLACE_HINT);
            return None;
        }
        let address = address.as_str().and_then(|text| Address::parse(text).ok());
        let known = address.filter(|address| self.program.handles.contains_key(address));
        let Some(address) = known else {
            let detail =
                "`in` takes a block that is a place, such as `vpc.west`, `account.net` or `cluster.a`.";
            self.found
                .push(Diagnostic::error("Wrong place", detail).at(expr.range()));
            return None;
        };
        // A block with mistakes has no place; they were reported.
        let word = self.program.word(&address)?;
        if !self.is_usable(word.wait) {
            return None;
        }
        match word.expanded.place.scope(region) {
            Ok(scope) => Some(scope),
            Err(problem) => {
                let detail = format!("`in` names `{address}`. {problem}");
                self.found
                    .push(Diagnostic::error("Wrong place", detail).at(expr.range()));
                None
            }
        }
    }

    fn scope_without_in(
        &mut self,
        resource: &Resource,
        schema: &Schema,
        region: Option<String>,
    ) -> Option<Scope> {
        let (detail, hint) = match (schema.home, region) {
            (Home::Local, _) => return Some(Scope::Local),
            (Home::Aws, Some(region)) => {
                return Some(Scope::Aws {
                    account: None,
                    region,
                    plan_role: None,
                    apply_role: None,
                });
            }
            (Home::Aws, None) => (
                format!(
                    "`{}` lives in a region of an account, and nothing says which.",
                    resource.name
                ),
                "Say where: `in = vpc.NAME`, `in = account.NAME`, or only `region = \"us-west-2\"`.",
            ),
            (Home::Cluster, _) => (
                format!("`{}` lives in a cluster, and nothing says which.", resource.name),
                "Say where: `in = cluster.NAME`.",
            ),
        };
        self.found.push(
            Diagnostic::error("No place", detail)
                .hint(hint)
                .at(resource.range),
        );
        None
    }

    /// How one instance of `resource` is replaced and kept; `None` if that has mistakes.
    pub(super) fn lifecycle(
        &mut self,
        resource: &Resource,
        schema: &Schema,
        place: Place<'_>,
    ) -> Option<Lifecycle> {
        let written = &resource.lifecycle;
        let create_before_destroy = self.truth(
            "create_before_destroy",
            written.create_before_destroy.as_ref(),
            false,
            place,
        );
        let prevent_destroy = self.truth("prevent_destroy", written.prevent_destroy.as_ref(), false, place);
        let destroy = self.truth("destroy", written.destroy.as_ref(), true, place);
        // What cannot be ignored was told of for the block as a whole.
        let ignore_changes = written
            .ignore_changes
            .iter()
            .map(|traversal| form::ignored(traversal, schema).ok())
            .collect::<Option<Vec<usize>>>();
        let replace_triggered_by: Vec<_> = written
            .replace_triggered_by
            .iter()
            .flat_map(|expr| self.triggers(expr, place))
            .collect();
        Some(Lifecycle {
            create_before_destroy: create_before_destroy?,
            prevent_destroy: prevent_destroy?,
            keep: !destroy?,
            ignore_changes: ignore_changes?,
            ignore_all: written.ignore_all,
            replace_triggered_by,
        })
    }

    fn truth(&mut self, name: &str, expr: Option<&Expr>, otherwise: bool, place: Place<'_>) -> Option<bool> {
        let Some(expr) = expr else { return Some(otherwise) };
        let value = self.expr(expr, place)?.value;
        if !value.is_known() {
            self.structural(name, &value, expr.range(), PLACE_HINT);
            return None;
        }
        match convert_to(&value, &Type::Bool) {
            Ok(Value::Bool(truth)) => Some(truth),
            _ => {
                let detail = format!("`{name}` takes `true` or `false`.");
                self.found
                    .push(Diagnostic::error("Wrong type of value", detail).at(expr.range()));
                None
            }
        }
    }

    fn triggers(&mut self, expr: &Expr, place: Place<'_>) -> Vec<(Address, Option<Str>)> {
        let Some(found) = self.expr(expr, place) else {
            return Vec::new();
        };
        let all = found.used.into_iter().flat_map(|used| match used.on {
            On::One(address, attribute) => vec![(address, attribute)],
            On::Many(all) => all.iter().map(|address| (address.clone(), None)).collect(),
        });
        let all: Vec<_> = all.collect();
        if all.is_empty() {
            let detail = "`replace_triggered_by` takes references to resources or their attributes.";
            self.found
                .push(Diagnostic::error("Invalid replace_triggered_by", detail).at(expr.range()));
        }
        all
    }
}

/// The address that `traversal` writes, below the module instance `inside`.
pub(super) fn address(traversal: &Traversal, inside: Option<&Address>) -> Option<Address> {
    let mut text = inside.map_or(String::new(), |inside| format!("{inside}."));
    text.push_str(&traversal.root);
    for (step, _) in &traversal.steps {
        match step {
            Step::Attribute(name) => {
                text.push('.');
                text.push_str(name);
            }
            Step::Index(Value::String(key)) => {
                text.push_str(&meshform_state::addr::Key::Text(key.to_string()).to_string());
            }
            Step::Index(key) => text.push_str(&format!("[{}]", key.as_i64()?)),
            Step::Splat => return None,
        }
    }
    Address::parse(&text).ok()
}
