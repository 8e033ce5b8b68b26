//! `meshform_data`: a value in the state, as Terraform's `terraform_data`.

use meshform_engine::Object;
use meshform_state::Value;

use crate::kind;
use crate::spec::{Rules, Spec as _};

kind! {
    /// A value that other resources can depend on. It lives in the state alone.
    pub struct Data: managed "meshform_data" in Local {
        /// Any value; given back as `output`.
        input: Value => optional,
        /// What `input` was at the last apply.
        output: Value => computed,
        /// Any value; when it changes, the object is replaced.
        triggers_replace: Value => optional.force_new(),
        /// A name drawn at creation.
        id: Option<String> => computed,
    }
}

impl Rules for Data {
    /// The output is the input, so it is known as early.
    fn refine(_prior: Option<&Object>, planned: &mut Object) {
        let schema = Data::schema();
        let output = planned.get(schema, "input").clone();
        planned.set(schema, "output", output);
    }
}
