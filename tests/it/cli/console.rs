//! `meshform console` as its users see it.

use super::environment::TestEnvironment;

const MESH: &str = r#"
variable "zones" {
  type    = list(string)
  default = ["a", "b"]
}
variable "token" {
  type      = string
  sensitive = true
  default   = "hunter2"
}
variable "unset" { type = number }
locals { size = length(var.zones) + 1 }
resource "meshform_data" "one" {
  input = local.size
}
resource "meshform_data" "each" {
  for_each = toset(var.zones)
  input    = "${each.key}!"
}
output "size" { value = local.size }
"#;

fn asked(environment: &TestEnvironment, expression: &str) -> String {
    let ran = environment.run_piped(&["console"], expression);
    assert_eq!(ran.code, 0, "{expression}: {ran}");
    ran.stdout
}

#[test]
fn all_of_stdin_is_one_expression() {
    let environment = TestEnvironment::new(MESH);
    for (expression, answer) in [
        ("1 + 1\n", "2\n"),
        (
            "{\n  a = 1\n  b = var.zones\n}\n",
            "{\n  \"a\" = 1\n  \"b\" = tolist([\n    \"a\",\n    \"b\",\n  ])\n}\n",
        ),
        ("local.size", "3\n"),
        ("var.unset", "(known after apply)\n"),
        (
            "[var.token, nonsensitive(var.token)]",
            "[\n  (sensitive value),\n  \"hunter2\",\n]\n",
        ),
        ("meshform_data.one.id", "(known after apply)\n"),
        ("  \n", ""),
        ("path.module", "\".\"\n"),
    ] {
        assert_eq!(asked(&environment, expression), answer, "{expression}");
    }
}

#[test]
fn what_is_recorded_is_known() {
    let environment = TestEnvironment::prepared(MESH);
    let ran = environment.run(&["apply", "-auto-approve", "-var=unset=7"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert_eq!(asked(&environment, "meshform_data.one.output * 2"), "6\n");
    assert_eq!(
        asked(&environment, "[for key, one in meshform_data.each : one.output]"),
        "[\n  \"a!\",\n  \"b!\",\n]\n"
    );
    assert_eq!(
        asked(&environment, "meshform_data.each[\"a\"].id"),
        "\"[UUID]\"\n"
    );
}

#[test]
fn machines_get_type_and_value() {
    let environment = TestEnvironment::new(MESH);
    for (expression, answer) in [
        (
            "{ a = 1, b = toset([true]) }",
            r#"{"type":["object",{"a":"number","b":["set","bool"]}],"value":{"a":1,"b":[true]}}"#,
        ),
        ("1/8", r#"{"type":"number","value":0.125}"#),
        ("null", r#"{"type":"dynamic","value":null}"#),
        (
            "[var.unset, var.token]",
            r#"{"sensitive":[false,true],"type":["tuple",["number","string"]],"unknown":[true,false],"value":[null,null]}"#,
        ),
    ] {
        let ran = environment.run_piped(&["console", "-json"], expression);
        assert_eq!((ran.code, ran.stdout.trim_end()), (0, answer), "{ran}");
    }
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let environment = TestEnvironment::new(MESH);
    let mut told = String::new();
    for expression in [
        "var.zone",
        "length(1",
        "var.zones[\"x\"]",
        "each.key",
        "nothing",
        "local.size.x",
    ] {
        let ran = environment.run_piped(&["console"], expression);
        assert_eq!(ran.code, 1, "{expression}: {ran}");
        told.push_str(&ran.to_string());
    }
    insta::assert_snapshot!(told);
}

#[test]
fn no_configuration_is_needed() {
    let environment = TestEnvironment::new("");
    std::fs::remove_file(environment.path().join("mesh.hcl")).unwrap();
    assert_eq!(asked(&environment, "upper(\"a\")"), "\"A\"\n");
}

#[test]
fn at_a_prompt_lines_are_answered_one_by_one() {
    let environment = TestEnvironment::new(MESH);
    let typed = "1 + 1\n\n[\n  local.size,\n]\nlocal.none\n\"still here\"\nexit\n2\n";
    let ran = environment.run_typing(&["console"], typed);
    assert_eq!(ran.code, 0, "{ran}");
    assert_eq!(ran.stdout, "> 2\n> > : : [\n  3,\n]\n> > \"still here\"\n> ");
    assert!(ran.stderr.contains("local.none"), "{ran}");
    assert_eq!(environment.run_typing(&["console"], "3").stdout, "> 3\n> ");
}
