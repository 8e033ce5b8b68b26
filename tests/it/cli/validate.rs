//! What `validate` finds without asking anybody.

use super::environment::TestEnvironment;

/// A mesh of two clusters, without mistakes.
const MESH: &str = r#"
mesh "acme" {
  istio { version = "1.31.1" }
}
account "net" {
  id     = "111111111111"
  region = "us-west-2"
}
trust {
  authority "aws_private_ca" {
    account = account.net
  }
}
vpc "a" {
  account    = account.net
  cidr_block = "10.10.0.0/16"
}
vpc "b" {
  account    = account.net
  cidr_block = "10.20.0.0/16"
}
link "ab" {
  between = [vpc.a, vpc.b]
  via     = "peering"
}
cluster "a" {
  vpc     = vpc.a
  eks     = "a"
  control = "primary"
}
cluster "b" {
  vpc = vpc.b
  eks = "b"
}
discovery {
  secrets = "allow"
}
output "server" {
  value = cluster.a.server
}
"#;

/// What is said of the mesh with `wrong` in place of `right`, without the excerpt.
fn told(right: &str, wrong: &str) -> String {
    assert!(MESH.contains(right), "{right}");
    let environment = TestEnvironment::new(&MESH.replacen(right, wrong, 1));
    let ran = environment.run(&["validate"]);
    let lines = ran.stderr.lines().filter(|line| {
        let start = line.trim_start();
        start.starts_with("Error") || start.starts_with("-->") || start.starts_with("= ")
    });
    let lines: Vec<&str> = lines.map(str::trim).collect();
    format!("{wrong}\n  exit code {}\n  {}\n", ran.code, lines.join("\n  "))
}

#[test]
fn a_mesh_whose_answers_are_missing_is_looked_into() {
    let environment = TestEnvironment::new(MESH);
    let ran = environment.run(&["validate"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran}");
    let mistakes = [
        (
            "account \"net\"",
            "mesh \"other\" {\n  istio { version = \"1.31.1\" }\n}\naccount \"net\"",
        ),
        ("10.20.0.0/16", "10.10.128.0/17"),
        ("\"peering\"", "\"tunnel\""),
        ("[vpc.a, vpc.b]", "[vpc.a]"),
        ("[vpc.a, vpc.b]", "[vpc.a, vpc.a]"),
        ("\"primary\"", "\"remote\""),
        ("  vpc = vpc.b\n  eks = \"b\"", "  vpc = vpc.b"),
        ("  vpc = vpc.b\n", "  name = \"a\"\n  vpc  = vpc.b\n"),
        ("\"allow\"", "\"nope\""),
        ("cluster.a.server", "cluster.a.serve"),
        ("cluster.a.server", "[for c in [vpc.a] : vpc.b.cidr]"),
        (
            "aws_private_ca\" {\n    account = account.net",
            "aws_private_ca\" {",
        ),
        ("vpc     = vpc.a", "vpc     = vpc.a.id"),
        ("eks = \"b\"", "eks = \"a\""),
        (
            "discovery {",
            "link \"again\" {\n  between = [vpc.b, vpc.a]\n  via     = \"existing\"\n}\ndiscovery {",
        ),
        ("\"1.31.1\"", "\"latest\""),
        ("\"us-west-2\"", "\"us-west-2a\""),
        (
            "account = account.net\n  }\n}",
            "account = account.net\n  }\n  intermediate {\n    validity = \"10y\"\n  }\n}",
        ),
        (
            "account = account.net\n  }\n}",
            "account       = account.net\n    validity      = \"10 years\"\n    key_algorithm = \"EC\"\n  }\n  \
             intermediate {\n    validity = \"x\"\n  }\n}",
        ),
    ];
    let told: Vec<String> = mistakes.iter().map(|(right, wrong)| told(right, wrong)).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_only_an_answer_can_decide_is_no_mistake() {
    let open = "variable \"id\" {}\nvariable \"cidr\" {}\n";
    let mesh = MESH
        .replace("\"10.10.0.0/16\"", "var.cidr")
        .replace("cidr_block = \"10.20.0.0/16\"", "id         = var.id");
    let environment = TestEnvironment::new(&format!(
        "{open}{mesh}output \"zones\" {{\n  value = [vpc.a.zones[0], vpc.b.subnet_ids, trust.arn, cluster.b.uid]\n}}\n"
    ));
    let ran = environment.run(&["validate"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran}");
}
