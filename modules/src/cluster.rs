//! `cluster`: a Kubernetes cluster, and how we reach its API.

use std::collections::BTreeMap;

use meshform_engine::compile::{Expansion, Place, WordBlock};
use meshform_engine::config::{Argument, BlockSchema, Nested, Takes, WordSchema};
use meshform_lang::{Type, Value};
use meshform_state::Scope;

pub(crate) const WORD: &str = "cluster";

/// What may stand in the block.
pub(crate) fn schema() -> WordSchema {
    let text = |name, doc| Argument::optional(name, Takes::Structural(Type::String), doc);
    let api = BlockSchema {
        arguments: vec![
            text(
                "kubeconfig",
                "The kubeconfig file; else the one that the environment names.",
            ),
            text("context", "The context in that file; else its current one."),
        ],
        blocks: Vec::new(),
        open: false,
    };
    let api = Nested {
        name: "operator_api",
        labels: &[],
        required: true,
        repeated: false,
        body: api,
        doc: "How we reach its API.",
    };
    let name = text("name", "Its name in the mesh; else that of the block.");
    let body = BlockSchema {
        arguments: vec![name],
        blocks: vec![api],
        open: false,
    };
    WordSchema {
        name: WORD,
        named: true,
        for_each: true,
        body,
        doc: "A Kubernetes cluster.",
    }
}

/// The cluster as a place.
pub(crate) fn expand(block: &WordBlock) -> Expansion {
    let api = block.arguments.block("operator_api");
    let text = |name: &str| api.and_then(|api| api.text(name)).map(str::to_owned);
    let handle = block.address.as_str();
    // The state knows the cluster by its block, since `name` is the user's to change.
    let scope = Scope::Cluster {
        name: handle.strip_prefix("cluster.").unwrap_or(handle).to_owned(),
        uid: None,
        kubeconfig: text("kubeconfig"),
        context: text("context"),
        eks: None,
    };
    let name = block
        .arguments
        .text("name")
        .map_or_else(|| crate::vpc::label(block), str::to_owned);
    Expansion {
        resources: Vec::new(),
        exports: BTreeMap::from([("name".into(), Value::from(name))]),
        place: Place::Fixed(scope),
    }
}
