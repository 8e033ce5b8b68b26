//! The configuration under test: the first example, with names of its own for each world.

/// The example as it is shipped.
const EXAMPLE: &str = include_str!("../../../examples/first/mesh.hcl");

/// The example in `account`, with its namespace called `namespace`, in the cluster that `kubeconfig` reaches.
pub(crate) fn example(account: &str, namespace: &str, kubeconfig: Option<&str>) -> String {
    let text = replaced(EXAMPLE, "name = \"network\"", &format!("name = \"{namespace}\""));
    let text = replaced(&text, "123456789012", account);
    match kubeconfig {
        None => text,
        Some(file) => replaced(
            &text,
            "operator_api {\n",
            &format!("operator_api {{\n    kubeconfig = \"{file}\"\n"),
        ),
    }
}

/// The part of `example` that is on AWS: all before its cluster.
pub(super) fn network(example: &str) -> String {
    example.split_once("cluster \"a\"").unwrap().0.to_owned()
}

/// `text` with `from` replaced, which must be there: an example that changed would else be tested as it was.
pub(crate) fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the example has no `{from}` any more");
    text.replacen(from, to, 1)
}
