//! `meshform fmt` as its users see it.

use super::environment::{TestEnvironment, session};

const LOOSE: &str = "# kept\nlocals {\n a=1 # one\n  bcd = 2 # two\n}\n";
const NEAT: &str = "# kept\nlocals {\n  a   = 1 # one\n  bcd = 2 # two\n}\n";

fn text(environment: &TestEnvironment, name: &str) -> String {
    String::from_utf8(environment.read(name)).unwrap()
}

#[test]
fn files_of_a_configuration_get_the_standard_form() {
    let environment = TestEnvironment::new(LOOSE);
    for name in [
        "a.mesh.hcl",
        "x.auto.vars.hcl",
        "other.hcl",
        "sub/mesh.hcl",
        ".hidden/mesh.hcl",
    ] {
        environment.write(name, LOOSE);
    }
    environment.write("neat.mesh.hcl", NEAT);
    let ran = environment.run(&["fmt"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "a.mesh.hcl\nmesh.hcl\nx.auto.vars.hcl\n")
    );
    assert_eq!(text(&environment, "mesh.hcl"), NEAT);
    assert_eq!(text(&environment, "other.hcl"), LOOSE);
    assert_eq!(text(&environment, "sub/mesh.hcl"), LOOSE);
    let ran = environment.run(&["fmt", "-recursive"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "sub/mesh.hcl\n"));
    assert_eq!(text(&environment, ".hidden/mesh.hcl"), LOOSE);
    assert_eq!(
        environment.run(&["fmt", "other.hcl", "sub"]).stdout,
        "other.hcl\n"
    );
    assert_eq!(environment.run(&["fmt", "-recursive", "-check"]).code, 0);
}

#[test]
fn checking_writes_nothing() {
    let environment = TestEnvironment::new(LOOSE);
    let commands: &[&[&str]] = &[
        &["fmt", "-check"],
        &["fmt", "-check", "-list=false"],
        &["fmt", "-check", "-diff"],
        &["fmt", "-write=false"],
        &["fmt", "-diff", "-list=false", "-write=false"],
        &["fmt", "-list=false", "-write=false"],
    ];
    insta::assert_snapshot!(session(&environment, commands));
    assert_eq!(text(&environment, "mesh.hcl"), LOOSE);
}

#[test]
fn a_dash_stands_for_stdin() {
    let environment = TestEnvironment::new(LOOSE);
    let ran = environment.run_piped(&["fmt", "-"], "a=1\n");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "a = 1\n"));
    let ran = environment.run_piped(&["fmt", "-check", "-"], "a=1\n");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    let ran = environment.run_piped(&["fmt", "-check", "-"], "a = 1\n");
    assert_eq!(ran.code, 0);
    let ran = environment.run_piped(&["fmt", "-"], "a = (\n");
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("<stdin>:1"), "{ran}");
    assert_eq!(text(&environment, "mesh.hcl"), LOOSE);
}

#[test]
fn what_cannot_be_formatted_is_told_and_the_rest_is() {
    let environment = TestEnvironment::new("locals {\n  a = (\n}\n");
    environment.write("a.mesh.hcl", "b=]\n");
    environment.write("good.mesh.hcl", LOOSE);
    environment.write("notes.txt", "");
    let commands: &[&[&str]] = &[&["fmt"], &["fmt", "none.hcl", "notes.txt"]];
    insta::assert_snapshot!(session(&environment, commands));
    assert_eq!(text(&environment, "good.mesh.hcl"), NEAT);
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let environment = TestEnvironment::new("");
    environment.write("real/mesh.hcl", LOOSE);
    let real = environment.path().join("real/mesh.hcl");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    let link = environment.path().join("linked.mesh.hcl");
    std::os::unix::fs::symlink("real/mesh.hcl", &link).unwrap();
    assert_eq!(environment.run(&["fmt"]).stdout, "linked.mesh.hcl\n");
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(text(&environment, "real/mesh.hcl"), NEAT);
    assert_eq!(
        std::fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o640
    );
}
