//! Plans made by hand, for the tests of this folder.

use std::sync::Arc;

use meshform_engine::Object;
use meshform_engine::kind::{Attribute, Home, Kind, Schema};
use meshform_engine::plan::{Action, Change, Reason};
use meshform_state::{Address, ScopeKey, Type, Value};

/// A kind with an attribute of each sort.
struct Thing(Schema);

impl Kind for Thing {
    fn schema(&self) -> &Schema {
        &self.0
    }
}

pub(crate) fn thing(data: bool) -> Arc<dyn Kind> {
    let mut schema = Schema::new(
        "test_thing",
        Home::Local,
        vec![
            Attribute::computed("id", Type::String, "The id."),
            Attribute::optional("input", Type::Any, "Anything."),
            Attribute::computed("output", Type::Any, "The same."),
            Attribute::optional("triggers_replace", Type::Any, "Anything.").force_new(),
            Attribute::optional("token_wo", Type::String, "A secret.").write_only(),
            Attribute::optional("token_wo_version", Type::Number, "Its version."),
        ],
    );
    schema.data = data;
    Arc::new(Thing(schema))
}

pub(crate) fn object(fields: &[(&str, Value)]) -> Object {
    let kind = thing(false);
    let mut object = Object::empty(kind.schema());
    fields
        .iter()
        .for_each(|(name, value)| object.set(kind.schema(), name, value.clone()));
    object
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// A change without reason, of a thing.
pub(crate) fn change(at: &str, action: Action, before: Option<Object>, after: Option<Object>) -> Change {
    Change {
        address: address(at),
        previous_address: None,
        deposed: None,
        kind: thing(action == Action::Read),
        scope: ScopeKey("local".into()),
        action,
        reason: Reason::None,
        before,
        after,
        replace_slots: Vec::new(),
        record: None,
        resource: None,
        why: None,
        range: None,
        observed: None,
        adopted: false,
        configured: None,
    }
}

pub(crate) fn later() -> Value {
    Value::later(Type::Any)
}

/// A value from JSON, arrays as lists of anything.
pub(crate) fn json(text: &str) -> Value {
    super::values::parse_json(text).unwrap()
}

/// What a printer wrote, to either stream.
#[derive(Clone, Default)]
pub(crate) struct Written(Arc<std::sync::Mutex<Vec<u8>>>);

impl Written {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A clock that stands.
#[derive(Debug)]
pub(crate) struct Standing;

#[async_trait::async_trait]
impl meshform_engine::Clock for Standing {
    fn now_ms(&self) -> u64 {
        0
    }

    fn monotonic(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }

    async fn sleep(&self, _duration: std::time::Duration) {}
}

/// A printer whose streams both go to `written`, and which knows some secrets.
pub(crate) fn printer(written: &Written, form: super::Form, secrets: &[&str]) -> super::Printer {
    let stream = || super::Stream {
        writer: Box::new(written.clone()),
        terminal: false,
    };
    let printer = super::Printer::new(stream(), stream(), form, true, Arc::new(Standing));
    printer.learn(
        &secrets
            .iter()
            .map(|secret| Value::from(*secret).into_secret())
            .collect::<Vec<_>>(),
    );
    printer
}
