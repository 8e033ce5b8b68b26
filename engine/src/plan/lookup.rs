//! A plan as something to look values up in: what is planned at each address, for conditions and outputs.

use meshform_state::{Address, Value};

use super::model::{Action, Change, Plan};
use crate::desired::Lookup;
use crate::object::Object;

impl Plan {
    /// The change of the current object at `address`.
    #[must_use]
    pub fn change(&self, address: &Address) -> Option<&Change> {
        // A current object comes before the deposed ones of its address.
        let at = self.changes.partition_point(|change| change.address < *address);
        self.changes
            .get(at)
            .filter(|change| change.address == *address && change.deposed.is_none())
    }
}

impl Lookup for Plan {
    fn object(&self, address: &Address) -> Option<Value> {
        self.change(address)
            .and_then(|change| Some(planned(change)?.to_value(change.kind.schema())))
    }

    fn attribute(&self, address: &Address, name: &str) -> Option<Value> {
        let change = self.change(address)?;
        planned(change).map(|object| object.get(change.kind.schema(), name).clone())
    }
}

fn planned(change: &Change) -> Option<&Object> {
    match change.action {
        Action::NoOp => change.after.as_ref().or(change.before.as_ref()),
        _ => change.after.as_ref(),
    }
}
