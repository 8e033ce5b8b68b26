//! The shapes that are measured, as text for each tool.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Meshform,
    Terraform,
    Tofu,
}

impl Tool {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Tool::Meshform => "meshform",
            Tool::Terraform => "terraform",
            Tool::Tofu => "tofu",
        }
    }

    pub(crate) fn state_file(self) -> &'static str {
        match self {
            Tool::Meshform => "meshform.state.json",
            Tool::Terraform | Tool::Tofu => "terraform.tfstate",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Tool::Meshform => "meshform_data",
            Tool::Terraform | Tool::Tofu => "terraform_data",
        }
    }
}

/// How many resources there are and what they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Each on its own, each a block of its own.
    Independent(usize),
    /// Each needs the one before.
    Chain(usize),
    /// Layers of so many; each needs all of the layer above.
    Layers(usize, usize),
    /// One block.
    ForEach(usize),
    /// Groups of so many, each of which needs the gate of its group and the gate of the next: what discovery in a mesh
    /// looks like to the engine.
    Gated(usize, usize),
}

impl Shape {
    /// How many resources there are.
    pub(crate) fn count(self) -> usize {
        match self {
            Shape::Independent(count) | Shape::Chain(count) | Shape::ForEach(count) => count,
            Shape::Layers(layers, width) => layers * width,
            Shape::Gated(groups, members) => groups * (members + 1),
        }
    }

    /// What it is called.
    pub(crate) fn told(self) -> String {
        match self {
            Shape::Independent(count) => format!("{} independent", grouped(count)),
            Shape::Chain(count) => format!("chain of {}", grouped(count)),
            Shape::Layers(layers, width) => {
                format!("{layers} layers of {width}, each using all of the layer above")
            }
            Shape::ForEach(count) => format!("{} by for_each", grouped(count)),
            Shape::Gated(groups, members) => format!("{groups} groups of {members}, each behind two gates"),
        }
    }
}

/// `count` with a comma before each three digits.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Writes `shape` for `tool` into `folder`.
pub(crate) fn write(tool: Tool, shape: Shape, folder: &Path) -> io::Result<()> {
    let file = match tool {
        Tool::Meshform => "mesh.hcl",
        Tool::Terraform | Tool::Tofu => "main.tf",
    };
    std::fs::write(folder.join(file), text(tool.kind(), shape))
}

fn text(kind: &str, shape: Shape) -> String {
    let mut out = String::new();
    match shape {
        Shape::ForEach(count) => {
            _ = writeln!(
                out,
                "locals {{\n  all = {{ for n in range({count}) : \"k${{n}}\" => n }}\n}}\n\n\
                 resource \"{kind}\" \"r\" {{\n  for_each = local.all\n  input    = \"value ${{each.value}}\"\n}}"
            );
        }
        Shape::Gated(groups, members) => {
            for group in 0..groups {
                let next = (group + 1) % groups;
                _ = writeln!(
                    out,
                    "resource \"{kind}\" \"gate{group}\" {{\n  input = \"gate {group}\"\n}}\n\n\
                     resource \"{kind}\" \"r{group}\" {{\n  for_each = toset([for n in range({members}) : \"k${{n}}\"])\n  \
                     input    = \"${{{kind}.gate{group}.id}} ${{{kind}.gate{next}.id}} ${{each.key}}\"\n}}\n"
                );
            }
        }
        Shape::Independent(_) | Shape::Chain(_) | Shape::Layers(..) => {
            for n in 0..shape.count() {
                let input = match needs(shape, n).as_slice() {
                    [] => format!("\"value {n}\""),
                    needs => {
                        let ids: Vec<String> =
                            needs.iter().map(|need| format!("{kind}.r{need}.id")).collect();
                        format!("[{}]", ids.join(", "))
                    }
                };
                _ = writeln!(out, "resource \"{kind}\" \"r{n}\" {{\n  input = {input}\n}}\n");
            }
        }
    }
    out
}

/// What the resource `n` needs.
fn needs(shape: Shape, n: usize) -> Vec<usize> {
    match shape {
        Shape::Chain(_) if n > 0 => vec![n - 1],
        Shape::Layers(_, width) if n >= width => {
            let layer = n / width;
            ((layer - 1) * width..layer * width).collect()
        }
        _ => Vec::new(),
    }
}

/// A state of the peers' as an apply of `shape` leaves it: format 4, each instance with all that it needs, directly or
/// not.
pub(crate) fn write_state(shape: Shape, folder: &Path) -> io::Result<()> {
    let id = |n: usize| format!("00000000-0000-4000-8000-{n:012}");
    let behind = |n: usize| -> Vec<String> {
        let all = match shape {
            Shape::Chain(_) => 0..n,
            Shape::Layers(_, width) => 0..n / width * width,
            _ => 0..0,
        };
        let mut names: Vec<String> = all.map(|need| format!("terraform_data.r{need}")).collect();
        names.sort();
        names
    };
    let resource = |n: usize| -> Value {
        let value = match needs(shape, n).as_slice() {
            [] => json!({ "value": format!("value {n}"), "type": "string" }),
            needs => {
                let ids: Vec<String> = needs.iter().map(|need| id(*need)).collect();
                let types = vec!["string"; ids.len()];
                json!({ "value": ids, "type": ["tuple", types] })
            }
        };
        json!({
            "mode": "managed", "type": "terraform_data", "name": format!("r{n}"),
            "provider": "provider[\"terraform.io/builtin/terraform\"]",
            "instances": [{
                "schema_version": 0,
                "attributes": { "id": id(n), "input": value.clone(), "output": value, "triggers_replace": null },
                "sensitive_attributes": [],
                "dependencies": behind(n),
            }],
        })
    };
    let state = json!({
        "version": 4, "terraform_version": "1.0.0", "serial": 1,
        "lineage": "00000000-0000-4000-8000-000000000000", "outputs": {},
        "resources": (0..shape.count()).map(resource).collect::<Vec<_>>(),
        "check_results": null,
    });
    std::fs::write(folder.join("terraform.tfstate"), serde_json::to_vec(&state)?)
}
