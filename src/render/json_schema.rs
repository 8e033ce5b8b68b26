//! The JSON Schema of configurations, made from the same tables that check them.
//!
//! It speaks of HCL in its JSON form: a block is an object below its labels, several of one kind are an array, and an
//! expression is a text such as `"${var.size}"`.

use meshform_engine::Kinds;
use meshform_engine::config::{Argument, BlockSchema, Nested, Takes, WordSchema, meta, top};
use meshform_engine::kind::Schema;
use meshform_state::Type;
use serde_json::{Map, Value as Json, json};

/// The schema of a whole configuration, with these words and kinds.
pub(crate) fn document(words: &[WordSchema], kinds: &Kinds) -> Json {
    let mut properties = Map::new();
    for block in top() {
        let body = match block.name {
            "resource" | "data" => of_kinds(&block, kinds),
            _ => nested(&block),
        };
        properties.insert(block.name.to_owned(), body);
    }
    for one in words {
        properties.insert(one.name.to_owned(), word(one));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Meshform configuration",
        "description": "The files `mesh.hcl` and `*.mesh.hcl` of a folder, in HCL's JSON form.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

/// A block as its labels and repetition shape it.
fn nested(block: &Nested) -> Json {
    let mut shaped = body(&block.body, &[]);
    if block.repeated {
        shaped = several(&shaped);
    }
    for _ in block.labels {
        shaped = by_label(&shaped);
    }
    documented(shaped, block.doc)
}

fn word(word: &WordSchema) -> Json {
    let mut more = vec![Argument::optional(
        "depends_on",
        Takes::Expression,
        "What its resources wait for.",
    )];
    if word.for_each {
        more.push(Argument::optional(
            "for_each",
            Takes::Expression,
            "Once for each key of a map or set of texts.",
        ));
    }
    let shaped = body(&word.body, &more);
    let shaped = if word.named { by_label(&shaped) } else { shaped };
    documented(shaped, word.doc)
}

/// `resource` or `data`: the kinds are the first labels, the names the second.
fn of_kinds(block: &Nested, kinds: &Kinds) -> Json {
    let data = block.name == "data";
    let find = |name| {
        if data {
            kinds.data(name)
        } else {
            kinds.managed(name)
        }
    };
    let of_kind = |name: &'static str| {
        Some((
            name.to_owned(),
            by_label(&kind(find(name)?.schema(), &block.body)),
        ))
    };
    let properties: Map<String, Json> = kinds.names(data).filter_map(of_kind).collect();
    let shaped = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    documented(shaped, block.doc)
}

fn kind(schema: &Schema, frame: &BlockSchema) -> Json {
    let mut shaped = body(
        &BlockSchema {
            open: false,
            ..frame.clone()
        },
        &meta(),
    );
    let given = schema
        .attributes
        .iter()
        .filter(|attribute| attribute.required || attribute.optional);
    for attribute in given.clone() {
        shaped["properties"][attribute.name] = documented(ty(&attribute.ty), attribute.doc);
    }
    // What a `dynamic` block makes cannot be missed here.
    shaped["properties"]["dynamic"] = json!({ "type": "object" });
    let required: Vec<&str> = given
        .filter(|attribute| attribute.required)
        .map(|attribute| attribute.name)
        .collect();
    if !required.is_empty() {
        shaped["anyOf"] = json!([{ "required": required }, { "required": ["dynamic"] }]);
    }
    shaped
}

fn body(schema: &BlockSchema, more: &[Argument]) -> Json {
    let mut properties = Map::new();
    for argument in schema.arguments.iter().chain(more) {
        properties.insert(
            argument.name.to_owned(),
            documented(takes(&argument.takes), argument.doc),
        );
    }
    for block in &schema.blocks {
        properties.insert(block.name.to_owned(), nested(block));
    }
    let arguments = schema
        .arguments
        .iter()
        .filter(|argument| argument.required)
        .map(|argument| argument.name);
    let blocks = schema
        .blocks
        .iter()
        .filter(|block| block.required)
        .map(|block| block.name);
    let required: Vec<&str> = arguments.chain(blocks).collect();
    let mut shaped = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": schema.open,
    });
    if !required.is_empty() {
        shaped["required"] = json!(required);
    }
    shaped
}

fn several(one: &Json) -> Json {
    json!({ "anyOf": [one, { "type": "array", "items": one }] })
}

fn by_label(inner: &Json) -> Json {
    json!({ "type": "object", "additionalProperties": inner })
}

fn documented(mut schema: Json, doc: &str) -> Json {
    schema["description"] = json!(doc);
    schema
}

fn takes(takes: &Takes) -> Json {
    match takes {
        Takes::Expression => json!({}),
        Takes::Structural(of) | Takes::Value(of) => ty(of),
        Takes::Word(..) => json!({ "type": "string" }),
        Takes::Words(..) => ty(&Type::list(Type::String)),
    }
}

/// The values of a type; in the place of any, an expression, and null where nothing is said.
fn ty(of: &Type) -> Json {
    let or_expression = |shape: Json| json!({ "anyOf": [shape, { "type": ["string", "null"] }] });
    match of {
        Type::Any => json!({}),
        Type::Bool => json!({ "type": ["boolean", "string", "null"] }),
        Type::Number => json!({ "type": ["number", "string", "null"] }),
        Type::String => json!({ "type": ["string", "number", "boolean", "null"] }),
        Type::List(element) | Type::Set(element) => {
            let one = ty(element);
            let array = json!({ "type": "array", "items": one });
            match **element {
                // A block alone needs no array around it.
                Type::Object(_) => json!({ "anyOf": [array, one] }),
                _ => or_expression(array),
            }
        }
        Type::Map(element) => or_expression(json!({ "type": "object", "additionalProperties": ty(element) })),
        Type::Tuple(items) => {
            or_expression(json!({ "type": "array", "prefixItems": items.iter().map(ty).collect::<Vec<_>>() }))
        }
        Type::Object(attributes) => {
            let properties: Map<String, Json> = attributes
                .iter()
                .map(|(name, of)| (name.to_string(), ty(of)))
                .collect();
            or_expression(
                json!({ "type": "object", "properties": properties, "additionalProperties": false }),
            )
        }
    }
}
