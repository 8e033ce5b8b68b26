//! The blocks that belong to the language itself, whatever the vocabulary.

use super::schema::{Argument, BlockSchema, Nested, Takes};

/// The kinds of blocks at the top of a file that are no words.
pub(super) const KINDS: [&str; 11] = [
    "check", "data", "import", "locals", "meshform", "module", "moved", "output", "removed", "resource",
    "variable",
];

/// The arguments of `resource` and `data` that are not their kind's.
pub(crate) const META: [&str; 5] = ["in", "region", "count", "for_each", "depends_on"];

fn needs(name: &'static str, doc: &'static str) -> Argument {
    Argument::required(name, Takes::Expression, doc)
}

fn may(name: &'static str, doc: &'static str) -> Argument {
    Argument::optional(name, Takes::Expression, doc)
}

fn closed(arguments: Vec<Argument>, blocks: Vec<Nested>) -> BlockSchema {
    BlockSchema {
        arguments,
        blocks,
        open: false,
    }
}

fn open(blocks: Vec<Nested>) -> BlockSchema {
    BlockSchema {
        arguments: Vec::new(),
        blocks,
        open: true,
    }
}

fn condition(name: &'static str, required: bool, doc: &'static str) -> Nested {
    let body = closed(
        vec![
            needs("condition", "What must be true."),
            needs("error_message", "What to say when it is not."),
        ],
        Vec::new(),
    );
    Nested {
        name,
        labels: &[],
        required,
        repeated: true,
        body,
        doc,
    }
}

fn once(name: &'static str, labels: &'static [&'static str], body: BlockSchema, doc: &'static str) -> Nested {
    Nested {
        name,
        labels,
        required: false,
        repeated: false,
        body,
        doc,
    }
}

pub(super) fn variable() -> BlockSchema {
    closed(
        vec![
            may("type", "What its values are."),
            may("default", "Its value when none is given."),
            may("description", "What it is for."),
            may("sensitive", "Whether its value is secret."),
            may("nullable", "Whether it may be null."),
        ],
        vec![condition("validation", false, "What its values must fulfil.")],
    )
}

pub(super) fn output() -> BlockSchema {
    closed(
        vec![
            needs("value", "What it shows."),
            may("description", "What it is for."),
            may("sensitive", "Whether its value must not be shown."),
            may("depends_on", "What it waits for."),
        ],
        vec![condition("precondition", false, "What must be true for it.")],
    )
}

pub(super) fn settings() -> BlockSchema {
    let backend = once("backend", &["kind"], open(Vec::new()), "Where the state is kept.");
    closed(
        vec![may(
            "required_version",
            "Which versions of meshform may read this.",
        )],
        vec![backend],
    )
}

fn lifecycle() -> BlockSchema {
    closed(
        vec![
            may("create_before_destroy", "Whether a replacement is created first."),
            may("prevent_destroy", "Whether its deletion is refused."),
            may(
                "ignore_changes",
                "The attributes whose difference does not count.",
            ),
            may("replace_triggered_by", "What else replaces it."),
            may(
                "destroy",
                "Whether it is deleted when it leaves the configuration.",
            ),
            may("enabled", "Whether it is there at all."),
        ],
        vec![
            condition("precondition", false, "What must be true before it is changed."),
            condition("postcondition", false, "What must be true afterwards."),
        ],
    )
}

pub(super) fn resource() -> BlockSchema {
    open(vec![once(
        "lifecycle",
        &[],
        lifecycle(),
        "How it is replaced and kept.",
    )])
}

/// A block that makes blocks of the kind that is its label.
pub(crate) fn dynamic() -> BlockSchema {
    let content = Nested {
        required: true,
        ..once(
            "content",
            &[],
            open(Vec::new()),
            "What stands in each block that it makes.",
        )
    };
    closed(
        vec![
            needs("for_each", "What it makes a block of each element of."),
            may("iterator", "The name of the element in its content."),
            may("labels", "The labels of the blocks that it makes."),
        ],
        vec![content],
    )
}

pub(super) fn call() -> BlockSchema {
    BlockSchema {
        arguments: vec![needs("source", "The folder to call.")],
        blocks: Vec::new(),
        open: true,
    }
}

pub(super) fn check() -> BlockSchema {
    let data = once(
        "data",
        &["kind", "name"],
        resource(),
        "What only this check asks for.",
    );
    closed(
        Vec::new(),
        vec![condition("assert", true, "What should be true."), data],
    )
}

pub(super) fn moved() -> BlockSchema {
    closed(
        vec![needs("from", "Where it was."), needs("to", "Where it is.")],
        Vec::new(),
    )
}

pub(super) fn removed() -> BlockSchema {
    let destroy = closed(vec![needs("destroy", "Whether it is deleted.")], Vec::new());
    closed(
        vec![needs("from", "What leaves management.")],
        vec![once("lifecycle", &[], destroy, "Whether it is deleted.")],
    )
}

pub(super) fn import() -> BlockSchema {
    closed(
        vec![
            needs("to", "The resource that it becomes."),
            needs("id", "What its API calls it."),
            may("for_each", "Once for each key."),
        ],
        Vec::new(),
    )
}

/// The arguments that `resource` and `data` have beside those of their kind.
#[must_use]
pub fn meta() -> Vec<Argument> {
    vec![
        may("in", "Where it lives: an account, a network or a cluster."),
        may("region", "In which region of that place."),
        may("count", "How often it is there."),
        may("for_each", "Once for each key of a map or set of texts."),
        may("depends_on", "What it waits for, beside what it refers to."),
    ]
}

/// The blocks that may stand at the top of a file, words aside.
#[must_use]
pub fn top() -> Vec<Nested> {
    let block = |name, labels, repeated, body, doc| Nested {
        name,
        labels,
        required: false,
        repeated,
        body,
        doc,
    };
    let (named, typed): (&[&str], &[&str]) = (&["name"], &["kind", "name"]);
    vec![
        block(
            "check",
            named,
            false,
            check(),
            "What should be true of the whole.",
        ),
        block(
            "data",
            typed,
            false,
            resource(),
            "Something that is there and is read.",
        ),
        block(
            "import",
            &[],
            true,
            import(),
            "An object that is there and is taken over.",
        ),
        block("locals", &[], true, open(Vec::new()), "Names for values."),
        block("meshform", &[], false, settings(), "Settings of Meshform itself."),
        block(
            "module",
            named,
            false,
            call(),
            "A folder of configuration that is used here.",
        ),
        block(
            "moved",
            &[],
            true,
            moved(),
            "A resource that has another address now.",
        ),
        block("output", named, false, output(), "A value for others."),
        block(
            "removed",
            &[],
            true,
            removed(),
            "A resource that leaves management.",
        ),
        block(
            "resource",
            typed,
            false,
            resource(),
            "Something that is made and kept.",
        ),
        block("variable", named, false, variable(), "A value that users give."),
    ]
}
