//! Charts: what `init` wrote down is what is planned with, or nothing is.

use super::environment::TestEnvironment;

const MESH: &str = "data \"helm_chart\" \"mesh\" {\n  source = \"charts\"\n  name   = \"mesh\"\n}\n\
    resource \"meshform_data\" \"a\" {\n  input = data.helm_chart.mesh.version\n}\n";

const CHART: &str = "apiVersion: v2\nname: mesh\nversion: 1.2.3\n";

fn environment() -> TestEnvironment {
    let environment = TestEnvironment::new(MESH);
    std::fs::create_dir(environment.path().join("charts")).unwrap();
    environment.write("charts/Chart.yaml", CHART);
    environment
}

fn text(environment: &TestEnvironment) -> String {
    String::from_utf8(environment.read("meshform.lock.hcl")).unwrap()
}

#[test]
fn init_writes_down_the_digest_and_plans_refuse_another() {
    let environment = environment();
    let ran = environment.run(&["init"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stdout.contains("Locked chart mesh 1.2.3"), "{ran}");
    let first = text(&environment);
    assert!(
        first.contains("chart \"mesh\"") && first.contains("sha256:"),
        "{first}"
    );
    assert_eq!(environment.run(&["plan"]).code, 0);
    assert_eq!(environment.run(&["plan", "-out=saved.plan"]).code, 0);

    environment.write("charts/values.yaml", "a: 1\n");
    for command in ["plan", "init"] {
        let ran = environment.run(&[command]);
        assert_eq!(ran.code, 1, "{ran}");
        assert!(ran.stderr.contains("init -upgrade"), "{ran}");
    }
    assert_eq!(text(&environment), first);

    // A saved plan brings what it stands on.
    let ran = environment.run(&["apply", "saved.plan"]);
    assert_eq!(ran.code, 0, "{ran}");

    environment.write("meshform.lock.hcl", &format!("# Ours.\n{first}"));
    let ran = environment.run(&["init", "-upgrade"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stdout.contains("Changed the lock of chart mesh"), "{ran}");
    let second = text(&environment);
    assert!(
        second.starts_with("# Ours.\nchart \"mesh\"") && !second.contains(&first),
        "{second}"
    );
    assert_eq!(environment.run(&["plan"]).code, 0);
}

#[test]
fn a_chart_that_is_not_locked_is_no_ground_to_plan_on() {
    let environment = environment();
    assert_eq!(environment.run(&["init"]).code, 0);
    std::fs::remove_file(environment.path().join("meshform.lock.hcl")).unwrap();
    let ran = environment.run(&["plan"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("`meshform init`"), "{ran}");
    std::fs::remove_file(environment.path().join("charts/Chart.yaml")).unwrap();
    let ran = environment.run(&["init"]);
    assert!(ran.code == 1 && ran.stderr.contains("no chart `mesh`"), "{ran}");
}
