//! Forty mistakes of people who are new to the language, each as they would meet it: read the snapshot as one of them.

use super::environment::{TestEnvironment, session};

/// What stands before each of the configurations in the file, with its title behind.
const MARK: &str = "#### ";

/// A module to call.
const EDGE: &str = "variable \"name\" {\n  type = string\n}\n\nvariable \"zones\" {\n  type = number\n}\n\n\
                    output \"host\" {\n  value = var.name\n}\n";

#[test]
fn every_mistake_is_explained_where_it_stands() {
    let mut told = String::new();
    let configurations: Vec<&str> = include_str!("newcomers.hcl").split(MARK).skip(1).collect();
    assert!(configurations.len() >= 40, "{}", configurations.len());
    for configuration in configurations {
        let (title, mesh) = configuration.split_once('\n').unwrap();
        let environment = TestEnvironment::prepared("");
        environment.write("mesh.hcl", mesh);
        environment.write("edge/mesh.hcl", EDGE);
        let ran = environment.run(&["validate"]);
        told.push_str(&format!("{MARK}{title}\n\n{mesh}\n"));
        // What only planning can know.
        let command: &[&str] = if ran.code == 0 {
            &["plan", "-input=false"]
        } else {
            &["validate"]
        };
        told.push_str(&session(&environment, &[command]));
        let failed = environment.run(command);
        assert_eq!(failed.code, 1, "{title}: {failed}");
        // The document for machines has the same mistakes, each with its place and the text there.
        let document: serde_json::Value =
            serde_json::from_str(&environment.run(&["validate", "-json"]).stdout).unwrap();
        let diagnostics = document["diagnostics"].as_array().unwrap();
        assert_eq!(
            document["valid"].as_bool().unwrap(),
            diagnostics.is_empty(),
            "{title}"
        );
        assert_eq!(
            document["error_count"].as_u64().unwrap() > 0,
            command[0] == "validate",
            "{title}"
        );
        for diagnostic in diagnostics {
            assert!(
                diagnostic["range"]["start"]["line"].as_u64().is_some(),
                "{title}: {diagnostic}"
            );
            assert!(
                diagnostic["snippet"]["code"].as_str().is_some(),
                "{title}: {diagnostic}"
            );
        }
    }
    insta::assert_snapshot!(told);
}
