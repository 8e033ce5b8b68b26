//! `kubernetes_namespace`.

use meshform_engine::{Attribute, Home, Kind, Object, Problem, Schema};
use meshform_state::{Type, Value};

use super::{MARK, NAMESPACE, project};

/// A namespace. It is deleted only when nothing of others is in it; one that was adopted outlives its resource.
#[derive(Debug)]
pub struct Namespace {
    schema: Schema,
}

impl Namespace {
    /// The kind.
    #[must_use]
    pub fn new() -> Self {
        let texts = || Type::map(Type::String);
        let attributes = vec![
            Attribute::required("name", Type::String, "Its name.").force_new(),
            Attribute::optional("labels", texts(), "Labels; those of others stay as they are.").owned(),
            Attribute::optional(
                "annotations",
                texts(),
                "Annotations; those of others stay as they are.",
            )
            .owned(),
            Attribute::optional(
                "existing",
                Type::String,
                "What to do if it is there already: `error`, or `adopt` to set only these labels and annotations on it.",
            )
            .default(Value::from("error")),
            Attribute::computed("id", Type::String, "Its name again."),
            Attribute::computed(
                "uid",
                Type::String,
                "What Kubernetes calls this one object for ever.",
            ),
        ];
        Namespace {
            schema: Schema::new(NAMESPACE, Home::Cluster, attributes),
        }
    }
}

impl Default for Namespace {
    fn default() -> Self {
        Namespace::new()
    }
}

impl Kind for Namespace {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn validate(&self, object: &Object) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(name) = object.get(&self.schema, "name").as_str()
            && !is_label(name)
        {
            problems.push(Problem {
                attribute: "name",
                message: format!("`{name}` cannot be the name of a namespace."),
                hint: Some(
                    "Use at most 63 lower-case letters, digits and `-`, a letter or digit at both ends."
                        .to_owned(),
                ),
            });
        }
        if let Some(existing) = object.get(&self.schema, "existing").as_str()
            && !["error", "adopt"].contains(&existing)
        {
            problems.push(Problem {
                attribute: "existing",
                message: format!("`{existing}` is not a way to deal with a namespace that is there."),
                hint: Some("Write `error` or `adopt`.".to_owned()),
            });
        }
        let annotations = object.get(&self.schema, "annotations").entries();
        if let Some(name) = annotations
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
            .find(|name| name.starts_with(MARK))
        {
            problems.push(Problem {
                attribute: "annotations",
                message: format!("The annotation `{name}` is set by meshform itself."),
                hint: Some("Leave it out.".to_owned()),
            });
        }
        problems
    }

    fn refine(&self, _prior: Option<&Object>, planned: &mut Object) {
        let name = planned.get(&self.schema, "name").clone();
        planned.set(&self.schema, "id", name);
    }

    fn project(&self, observed: &Object, desired: &Object, recorded: Option<&Object>) -> Object {
        let mut projected = observed.clone();
        for name in ["labels", "annotations"] {
            let cut = project::texts(
                observed.get(&self.schema, name),
                desired.get(&self.schema, name),
                recorded.map(|recorded| recorded.get(&self.schema, name)),
            );
            projected.set(&self.schema, name, cut);
        }
        projected
    }
}

/// Whether `name` is a label of a domain name, as RFC 1123 has them.
fn is_label(name: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    bytes.len() <= 63
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(entries: &[(&str, &str)]) -> Value {
        Value::map(
            Type::String,
            entries
                .iter()
                .map(|(name, value)| ((*name).into(), Value::from(*value)))
                .collect(),
        )
    }

    fn namespace(labels: Value) -> Object {
        let kind = Namespace::new();
        let mut object = Object::empty(kind.schema());
        object.set(kind.schema(), "name", Value::from("shop"));
        object.set(kind.schema(), "labels", labels);
        object
    }

    #[test]
    fn labels_of_others_do_not_count() {
        let kind = Namespace::new();
        let observed = namespace(texts(&[("kubernetes.io/metadata.name", "shop"), ("team", "a")]));
        let desired = namespace(texts(&[("team", "a")]));
        assert_eq!(kind.project(&observed, &desired, None), desired);
        let none = namespace(Value::Null(Type::map(Type::String)));
        assert_eq!(kind.project(&observed, &none, None), none);
    }

    #[test]
    fn a_label_that_we_set_before_counts_until_it_is_gone() {
        let kind = Namespace::new();
        let recorded = namespace(texts(&[("team", "a")]));
        let none = namespace(Value::Null(Type::map(Type::String)));
        let observed = namespace(texts(&[("team", "b"), ("other", "x")]));
        assert_eq!(
            kind.project(&observed, &none, Some(&recorded)),
            namespace(texts(&[("team", "b")]))
        );
        assert_eq!(
            kind.project(&namespace(texts(&[("other", "x")])), &none, Some(&recorded)),
            none
        );
    }

    #[test]
    fn names_that_kubernetes_would_refuse_are_refused() {
        let kind = Namespace::new();
        assert!(
            kind.validate(&namespace(Value::Null(Type::map(Type::String))))
                .is_empty()
        );
        for name in ["Shop", "shop_1", "-shop", "", &"x".repeat(64)] {
            let mut object = namespace(Value::Null(Type::map(Type::String)));
            object.set(kind.schema(), "name", Value::from(name));
            assert_eq!(kind.validate(&object).len(), 1, "{name}");
        }
    }

    #[test]
    fn its_id_is_its_name() {
        let kind = Namespace::new();
        let mut object = namespace(Value::Null(Type::map(Type::String)));
        kind.refine(None, &mut object);
        assert_eq!(object.get(kind.schema(), "id"), &Value::from("shop"));
    }
}
