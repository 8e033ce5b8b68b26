//! Why a plan deletes what it deletes.

use super::environment::TestEnvironment;

const COUNT: &str = "count = 1";
const EACH: &str = "for_each = toset([\"k\"])";

fn block(argument: &str) -> String {
    format!("resource \"meshform_data\" \"x\" {{\n  {argument}\n}}\n")
}

/// The reasons that the plan from `before` to `after` gives: in words, and for machines.
fn reasons(before: &str, after: &str) -> String {
    let environment = TestEnvironment::new(before);
    environment.write("m/mesh.hcl", "resource \"meshform_data\" \"in\" {\n}\n");
    assert_eq!(environment.run(&["init"]).code, 0);
    assert_eq!(environment.run(&["apply", "-auto-approve"]).code, 0);
    environment.write("mesh.hcl", after);
    assert_eq!(environment.run(&["init"]).code, 0);
    let ran = environment.run(&["plan", "-out=plan"]);
    assert_eq!(ran.code, 0, "{ran}");
    let words = ran
        .stdout
        .lines()
        .filter(|line| line.trim_start().starts_with("# (because "));
    let words: Vec<&str> = words.map(str::trim).collect();
    let document = environment.run(&["show", "-json", "plan"]).stdout;
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let changes = document["resource_changes"].as_array().unwrap();
    let machine = changes
        .iter()
        .filter_map(|change| change["action_reason"].as_str());
    let machine: Vec<&str> = machine.collect();
    format!("{} {}", words.join(" "), machine.join(" "))
}

#[test]
fn every_object_that_goes_says_why() {
    let module =
        |keys: &str| format!("module \"m\" {{\n  source   = \"./m\"\n  for_each = toset([{keys}])\n}}\n");
    let enabled = |on: bool| block(&format!("lifecycle {{\n    enabled = {on}\n  }}"));
    let cases = [
        (block("count = 2"), block(COUNT)),
        (block(COUNT), block("count = 0")),
        (block(EACH), block("for_each = toset([])")),
        (block("count = 2"), block("input = 1")),
        (block(COUNT), block(EACH)),
        (block(EACH), block("input = 1")),
        (block("input = 1"), block(EACH)),
        (block("input = 1"), String::new()),
        (enabled(true), enabled(false)),
        (module("\"a\", \"b\""), module("\"a\"")),
        (module("\"a\""), String::new()),
    ];
    let told = cases.iter().map(|(before, after)| reasons(before, after));
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}
