//! What is wrong in the block, whatever the outside will say: everything at once.

use meshform_engine::compile::{Arguments, WordBlock};
use meshform_kinds::validity::Validity;
use meshform_lang::{Diagnostic, Diagnostics};

use super::word::{LOCAL, PRIVATE_CA, ROOT_VALIDITY, VALIDITY, kind};

/// The keys that istiod and Envoy can use, and that a private CA signs (CreateCertificateAuthority, KeyAlgorithm; the
/// newer ML-DSA keys are no use in TLS yet).
const KEY_ALGORITHMS: [&str; 5] = [
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
];

/// What of `block`, whose authority is `authority`, makes no sense.
pub(super) fn check(block: &WordBlock, authority: &Arguments) -> Diagnostics {
    let mut found = Diagnostics::new();
    match kind(authority) {
        PRIVATE_CA => foreign(authority, &["cluster"], &mut found),
        LOCAL => {
            foreign(authority, &["arn", "account", "region"], &mut found);
            keeper(authority, &mut found);
        }
        other => {
            let detail = format!("There is no authority `{other}`.");
            found.push(
                Diagnostic::error("Unknown authority", detail)
                    .hint("Write `authority \"aws_private_ca\"` or `authority \"local\"`.")
                    .at(authority.range),
            );
        }
    }
    let intermediate = block.arguments.block("intermediate");
    for part in [Some(authority), intermediate].into_iter().flatten() {
        key_algorithm(part, &mut found);
        validity(part, &mut found);
    }
    outlives(authority, intermediate, &mut found);
    found
}

/// No authority signs what is valid longer than it is itself.
fn outlives(authority: &Arguments, intermediate: Option<&Arguments>, found: &mut Diagnostics) {
    // Of one that is adopted, its own certificate says how long it is.
    if authority.text("arn").is_some() {
        return;
    }
    let said = |part: Option<&Arguments>, default: &str| -> Option<Validity> {
        let text = part.and_then(|part| part.text("validity")).unwrap_or(default);
        text.parse().ok()
    };
    let (root, below) = (said(Some(authority), ROOT_VALIDITY), said(intermediate, VALIDITY));
    let (Some(root), Some(below)) = (root, below) else {
        return;
    };
    if below.hours() < root.hours() {
        return;
    }
    let detail = format!("Intermediates are valid for {below}, and the root that signs them for {root}.");
    let part = intermediate.filter(|part| part.text("validity").is_some());
    found.push(
        Diagnostic::error("Intermediate outlives its root", detail)
            .hint("Let the root be valid for several times as long: intermediates are made anew, the root is not.")
            .at(part.unwrap_or(authority).range("validity")),
    );
}

/// Refuses the arguments that belong to the other sort of authority.
fn foreign(authority: &Arguments, names: &[&str], found: &mut Diagnostics) {
    for name in names.iter().filter(|name| authority.values.contains_key(**name)) {
        let detail = format!("An authority `{}` has no `{name}`.", kind(authority));
        found.push(Diagnostic::error("Unsupported argument", detail).at(authority.range(name)));
    }
}

fn keeper(authority: &Arguments, found: &mut Diagnostics) {
    if authority.words("cluster").is_empty() {
        let detail = "Nothing says which cluster keeps the key of the root.";
        let hint =
            "Write `cluster = cluster.NAME`. Whoever reads Secrets there can speak for the whole mesh.";
        found.push(
            Diagnostic::error("No cluster", detail)
                .hint(hint)
                .at(authority.range),
        );
    }
}

fn key_algorithm(part: &Arguments, found: &mut Diagnostics) {
    if let Some(key) = part.text("key_algorithm")
        && !KEY_ALGORITHMS.contains(&key)
    {
        let detail = format!("`{key}` is no key that a mesh can use.");
        found.push(
            Diagnostic::error("Invalid key algorithm", detail)
                .hint(format!("Take one of {}.", KEY_ALGORITHMS.join(", ")))
                .at(part.range("key_algorithm")),
        );
    }
}

fn validity(part: &Arguments, found: &mut Diagnostics) {
    let given = part.text("validity").map(str::parse::<Validity>);
    if let Some(Err(error)) = given {
        found.push(
            Diagnostic::error("Invalid validity", error.to_string())
                .hint("Write a number with `y` for years, `d` for days or `h` for hours.")
                .at(part.range("validity")),
        );
    }
}
