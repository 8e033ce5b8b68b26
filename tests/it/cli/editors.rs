//! What editors and shells are given.

use meshform_lang::{Body, Expr, Sources, Value, parse_body};
use serde_json::{Map, Value as Json, json};

use super::environment::TestEnvironment;

fn schema() -> Json {
    let ran = TestEnvironment::new("").run(&["schema"]);
    assert_eq!(ran.code, 0, "{ran}");
    serde_json::from_str(&ran.stdout).unwrap()
}

/// A body in HCL's JSON form.
fn body(of: &Body, text: &str) -> Json {
    let mut out = Map::new();
    for attribute in &of.attributes {
        out.insert(attribute.name.to_string(), expression(&attribute.expr, text));
    }
    for block in &of.blocks {
        let inner = block.labels.iter().rev().fold(
            body(&block.body, text),
            |inner, label| json!({ &*label.text: inner }),
        );
        match out.get_mut(&*block.kind) {
            Some(Json::Object(there)) if !block.labels.is_empty() => merge(there, inner),
            Some(Json::Array(all)) => all.push(inner),
            Some(one) => *one = json!([one, inner]),
            None => _ = out.insert(block.kind.to_string(), inner),
        }
    }
    out.into()
}

fn merge(into: &mut Map<String, Json>, from: Json) {
    let Json::Object(from) = from else { return };
    for (name, value) in from {
        match into.get_mut(&name) {
            Some(Json::Object(there)) => merge(there, value),
            _ => _ = into.insert(name, value),
        }
    }
}

fn expression(expr: &Expr, text: &str) -> Json {
    if let Some(items) = expr.as_tuple() {
        return items.iter().map(|item| expression(item, text)).collect();
    }
    if let Some(entries) = expr.as_object() {
        let entries = entries
            .iter()
            .map(|(name, _, value)| (name.to_string(), expression(value, text)));
        return entries.collect::<Map<_, _>>().into();
    }
    match expr.as_literal() {
        Some(Value::Bool(truth)) => json!(truth),
        Some(Value::Number(number)) => serde_json::from_str(&number.to_string()).unwrap(),
        Some(Value::String(literal)) => json!(&**literal),
        Some(Value::Null(_)) => Json::Null,
        _ => {
            let range = expr.range();
            json!(format!(
                "${{{}}}",
                &text[range.start as usize..range.end as usize]
            ))
        }
    }
}

/// Whether `value` fits `schema`, as far as our schemas go; else where it does not.
fn fits(schema: &Json, value: &Json, path: &str) -> Result<(), String> {
    let fail = |what: &str| Err(format!("{path}: {what}"));
    let name = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    match &schema["type"] {
        Json::String(one) if one != name => return fail(&format!("{name} is no {one}")),
        Json::Array(all) if !all.contains(&json!(name)) => {
            return fail(&format!("{name} is none of {all:?}"));
        }
        _ => {}
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let found: Vec<_> = any
            .iter()
            .filter_map(|one| fits(one, value, path).err())
            .collect();
        if found.len() == any.len() {
            return Err(found.join(" and "));
        }
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            return fail(&format!("{name} is missing"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(schema), _) => fits(schema, inner, &path)?,
            (None, Json::Bool(false)) => return Err(format!("{path}: not allowed")),
            (None, schema @ Json::Object(_)) => fits(schema, inner, &path)?,
            (None, _) => {}
        }
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        if schema["items"].is_object() {
            fits(&schema["items"], item, &format!("{path}[{at}]"))?;
        }
    }
    Ok(())
}

fn check(text: &str) -> Result<(), String> {
    let mut sources = Sources::default();
    let id = sources.add("mesh.hcl", text);
    let (parsed, found) = parse_body(&sources, id);
    assert!(found.is_empty(), "{found:?}");
    fits(&schema(), &body(&parsed, text), "")
}

#[test]
fn the_schema_takes_the_examples() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut tried = 0;
    for example in std::fs::read_dir(examples).unwrap() {
        let path = example.unwrap().path().join("mesh.hcl");
        check(&std::fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
        tried += 1;
    }
    assert!(tried > 0);
}

#[test]
fn the_schema_refuses_what_the_configuration_would() {
    for (text, place) in [
        ("vpn \"a\" {}\n", ".vpn"),
        ("output \"a\" {}\n", ".output.a"),
        (
            "resource \"aws_vpc\" \"a\" { cidr = \"10.0.0.0/16\" }\n",
            ".resource.aws_vpc.a",
        ),
        ("resource \"aws_vpd\" \"a\" {}\n", ".resource.aws_vpd"),
        (
            "variable \"a\" { sensitive = [true] }\nlocals { a = 1 }\nmoved { from = a.b }\n",
            ".moved",
        ),
    ] {
        let wrong = check(text).unwrap_err();
        assert!(wrong.starts_with(place), "{text}: {wrong}");
    }
}

#[test]
fn every_argument_has_words_for_its_hover() {
    fn silent(schema: &Json, path: &str, found: &mut Vec<String>) {
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            let is_leaf = name == "dynamic" || path.contains("any:");
            if !is_leaf && inner["description"].as_str().is_none_or(str::is_empty) {
                found.push(path.clone());
            }
            silent(inner, &path, found);
        }
        for key in ["additionalProperties", "items"] {
            if schema[key].is_object() {
                silent(&schema[key], &format!("{path}/{key}"), found);
            }
        }
    }
    let mut found = Vec::new();
    silent(&schema(), "", &mut found);
    // Attributes of object types have no words of their own.
    found.retain(|path| path.matches('.').count() < 3);
    // What a kind is, its attributes say.
    found.retain(|path| !path.starts_with(".data.") && !path.starts_with(".resource."));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn shells_get_a_script_with_every_command() {
    for (shell, offered) in [
        ("bash", " -detailed-exitcode "),
        ("zsh", "'-detailed-exitcode["),
        ("fish", " -o detailed-exitcode -d "),
        ("elvish", "cand -detailed-exitcode "),
        ("powershell", "'-detailed-exitcode', '-detailed-exitcode'"),
    ] {
        let ran = TestEnvironment::new("").run(&["completion", shell]);
        assert_eq!(ran.code, 0, "{ran}");
        for word in ["plan", "console", "fmt", offered] {
            assert!(ran.stdout.contains(word), "{shell} does not know {word}");
        }
        for line in ran.stdout.lines() {
            let two = match shell {
                "bash" => line.trim_start().starts_with("opts=") && line.contains(" --"),
                "zsh" => line.starts_with("'--") || line.starts_with("'*--"),
                "elvish" | "powershell" => line.contains("--"),
                _ => line.starts_with("complete ") && line.contains(" -l "),
            };
            assert!(!two, "{shell}: {line}");
            // A flag that is true or false takes no word behind it.
            let takes = match shell {
                "bash" => line.contains("true"),
                "zsh" => line.starts_with("'-json="),
                "elvish" | "powershell" => false,
                _ => line.contains(" -o json ") && line.contains(" -r"),
            };
            assert!(!takes, "{shell}: {line}");
        }
    }
    let fish = TestEnvironment::new("").run(&["completion", "fish"]).stdout;
    assert!(
        fish.contains("_using_subcommand completion\" -f -a \"bash "),
        "{fish}"
    );
    assert!(
        fish.contains("_using_subcommand help\" -f -a \"init validate "),
        "{fish}"
    );
    assert_eq!(TestEnvironment::new("").run(&["completion", "cmd"]).code, 1);
}

/// What bash offers for the last of `words`.
fn offered(script: &str, words: &[&str]) -> Vec<String> {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let asked = format!(
        "{script}\nCOMP_WORDS=({}); COMP_CWORD={}; _meshform meshform \"${{COMP_WORDS[COMP_CWORD]}}\" \
         \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        quoted.join(" "),
        words.len() - 1,
    );
    let ran = std::process::Command::new("bash")
        .args(["-c", &asked])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let told = String::from_utf8(ran.stdout).unwrap();
    told.lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn bash_offers_flags_as_they_are_written() {
    let environment = TestEnvironment::new("");
    let script = environment.run(&["completion", "bash"]).stdout;
    let asked = |words: &[&str]| offered(&script, words);
    assert_eq!(
        asked(&["meshform", "plan", "-de"]),
        ["-detailed-exitcode", "-destroy"]
    );
    // What is on by itself can be put off.
    assert_eq!(asked(&["meshform", "plan", "-inp"]), ["-input=false"]);
    assert_eq!(asked(&["meshform", "state", "ab"]), ["abandon"]);
    assert_eq!(asked(&["meshform", "help", "pl"]), ["plan"]);
    // Behind `-json` comes the next argument, behind `-out` a file.
    assert!(asked(&["meshform", "plan", "-json", ""]).contains(&"-out".to_owned()));
    let files = std::fs::read_dir(".").unwrap().count();
    assert_eq!(asked(&["meshform", "plan", "-out", ""]).len(), files);
}
