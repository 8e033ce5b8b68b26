//! Where `~` trims: generated templates in all four forms, as recorded from terraform, and others where it is found.

use std::path::Path;

use base64::Engine as _;
use serde_json::{Value as Json, json};

use super::cases;
use super::terraform::run;
use crate::support::{Dice, asked, evaluate};

const RECORDED_SEED: u64 = 3;
/// `TEMPLATES_RECORD` asks for a new record.
const RECORDED: usize = 150;
const SEED: u64 = 20_261_126;
const TEMPLATES: usize = 200;
const FORMS: [&str; 4] = ["bare", "quoted", "heredoc", "flush"];

/// A template of blanks, line ends, signs and what may trim them.
fn template(dice: &mut Dice, depth: usize) -> String {
    let mut text = String::new();
    for _ in 0..=dice.below(7) {
        let open = ["", "~"][dice.below(2)];
        let close = ["", "~", " ~"][dice.below(3)];
        if text.ends_with(['$', '%']) && dice.below(2) == 0 {
            text.push_str(dice.pick(&[" ", "\n", "."]));
        }
        match dice.below(if depth == 0 { 7 } else { 10 }) {
            0..5 => text.push_str(dice.pick(&[
                " ", "  ", "\t", "\n", "\n\n", "\n  ", " \n", "\r\n", "a", "b\n", "$", "%", "$\n", "$ ",
                "$${", "%%{ ", "\u{a0}", "\u{2003}", "é", "~", "$${~",
            ])),
            5 | 6 if !text.ends_with(['$', '%']) => text.push_str(&format!("${{{open} 1{close}}}")),
            _ if text.ends_with(['$', '%']) => {}
            7 => {
                let inner = template(dice, depth - 1);
                text.push_str(&format!(
                    "%{{{open} if true{close}}}{inner}%{{{open} endif{close}}}"
                ));
            }
            8 => {
                let (yes, no) = (template(dice, depth - 1), template(dice, depth - 1));
                text.push_str(&format!(
                    "%{{ if false {open}}}{yes}%{{{open} else{close}}}{no}%{{ endif {open}}}"
                ));
            }
            _ => {
                let inner = template(dice, depth - 1);
                text.push_str(&format!(
                    "%{{{open} for v in [1, 2]{close}}}{inner}${{v{close}}}%{{{open} endfor{close}}}"
                ));
            }
        }
    }
    // Before what opens a piece such a sign would be an escape of it.
    if text.ends_with(['$', '%']) {
        text.push('.');
    }
    text
}

fn templates(seed: u64, count: usize) -> Vec<String> {
    let mut dice = Dice::new(seed);
    // A `\r` alone ends the template in the reference, by a mistake of its scanner.
    let lone = |text: &String| text.replace("\r\n", "").contains('\r');
    std::iter::repeat_with(|| template(&mut dice, 2))
        .filter(|text| !lone(text))
        .take(count)
        .collect()
}

/// An expression whose value is the template `text` written in `form`.
fn expression(form: &str, text: &str) -> String {
    match form {
        "quoted" => {
            let text = text
                .replace('\n', "\\n")
                .replace('\r', "\\r")
                .replace('\t', "\\t");
            format!("\"{text}\"")
        }
        "heredoc" => format!("<<EOT\n{text}\nEOT\n"),
        "flush" => format!("<<-EOT\n{text}\n  EOT\n"),
        _ => {
            let packed = base64::engine::general_purpose::STANDARD.encode(text);
            format!("base64decode(\"{packed}\")")
        }
    }
}

fn answers(templates: &[String], name: &str) -> Option<Vec<String>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    run(&folder, &["version"])?;
    let (mut texts, mut values) = (String::new(), String::new());
    let mut cases = Vec::new();
    for template in templates {
        for form in FORMS {
            let at = cases.len();
            let written = expression(form, template);
            if form == "bare" {
                texts.push_str(&format!("t{at} = {written}\n"));
                values.push_str(&format!("o{at} = templatestring(local.texts.t{at}, {{}})\n"));
            } else {
                values.push_str(&format!("o{at} = {written}\n"));
            }
            cases.push((form, template));
        }
    }
    let text =
        format!("locals {{\n  texts = {{\n{texts}}}\n}}\noutput \"all\" {{\n  value = {{\n{values}}}\n}}\n");
    meshform_state::disk::write_file(&folder.join("main.tf"), text.as_bytes()).unwrap();
    run(&folder, &["apply", "-auto-approve"]).expect("terraform takes the templates");
    let told = run(&folder, &["output", "-json"]).unwrap();
    let told: Json = serde_json::from_slice(&told.stdout).unwrap();
    let line = |(at, (form, template)): (usize, &(&str, &String))| {
        let value = &told["all"]["value"][format!("o{at}")];
        format!(
            "{}\n",
            json!({ "form": form, "template": template, "value": value })
        )
    };
    Some(cases.iter().enumerate().map(line).collect())
}

fn check(recorded: &str) {
    cases::all(recorded, |case| {
        let (form, template) = (case["form"].as_str().unwrap(), case["template"].as_str().unwrap());
        let text = match form {
            "bare" => format!("templatestring({}, {{}})", expression(form, template)),
            _ => expression(form, template),
        };
        let got = evaluate(&text);
        let right = match &got {
            // A template that is one interpolation is its value.
            Ok(got) => {
                got.as_str() == case["value"].as_str()
                    && (got.as_str().is_some() || got.as_i64() == case["value"].as_i64())
            }
            Err(_) => false,
        };
        cases::judged(right, &got)
    });
}

#[test]
fn generated_templates_give_what_was_recorded_from_terraform() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/templates.jsonl");
    if asked("TEMPLATES_RECORD").is_some() {
        let lines = answers(&templates(RECORDED_SEED, RECORDED), "templates-recorded");
        let text = lines
            .expect("terraform is needed to record what it says")
            .concat();
        meshform_state::disk::write_file(&path, text.as_bytes()).unwrap();
    }
    let recorded = std::fs::read_to_string(path).unwrap();
    assert_eq!(recorded.lines().count(), RECORDED * FORMS.len());
    check(&recorded);
}

#[test]
fn other_generated_templates_give_what_terraform_gives_where_it_is_found() {
    let seed = asked("ORACLE_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    let templates = templates(seed, TEMPLATES);
    // Without terraform, what was recorded has been checked all the same.
    if let Some(lines) = answers(&templates, "templates-live") {
        check(&lines.concat());
    }
    assert_eq!(templates.len(), TEMPLATES);
}
