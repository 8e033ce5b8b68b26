//! What the documentation says is so: examples are read, answers of the console are asked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use meshform_lang::{Sources, format, function_names, parse_body};

/// The pages, by path.
fn pages() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = vec![root.join("README.md")];
    paths.extend(
        fs::read_dir(root.join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().path()),
    );
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    paths.sort();
    assert!(paths.len() > 3);
    paths
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// The blocks of `page` that are marked as `language`.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let open = format!("```{language}\n");
    page.split(open.as_str())
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect()
}

fn language_page() -> String {
    pages()
        .into_iter()
        .find(|(path, _)| path.ends_with("docs/language.md"))
        .unwrap()
        .1
}

#[test]
fn every_example_is_read_and_formatted() {
    let mut tried = 0;
    for (path, page) in pages() {
        for example in blocks(&page, "hcl") {
            let mut sources = Sources::default();
            let id = sources.add(path.display().to_string(), example);
            let (_, found) = parse_body(&sources, id);
            assert!(found.is_empty(), "{}: {found:?}\n{example}", path.display());
            // The design's own style leaves comments where they are; all else is the standard form.
            let neat = format(&sources, id).unwrap();
            assert_eq!(neat, example, "{}", path.display());
            tried += 1;
        }
    }
    assert!(tried >= 8, "only {tried} examples");
}

#[test]
fn the_examples_of_the_language_are_one_valid_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        meshform_state::disk::write_file(&path, text.as_bytes()).unwrap();
    };
    write("mesh.hcl", &blocks(&language_page(), "hcl").concat());
    write(
        "edge/mesh.hcl",
        "variable \"name\" { type = string }\noutput \"name\" { value = var.name }\n",
    );
    let ran = Command::new(env!("CARGO_BIN_EXE_meshform"))
        .arg("validate")
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn the_console_answers_what_the_page_says() {
    let page = language_page();
    let folder = tempfile::tempdir().unwrap();
    let mut asked = 0;
    for transcript in blocks(&page, "console") {
        for part in format!("\n{transcript}").split("\n> ").skip(1) {
            let (expression, answer) = part.split_once('\n').unwrap();
            let mut child = Command::new(env!("CARGO_BIN_EXE_meshform"))
                .arg("console")
                .current_dir(folder.path())
                .env_clear()
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), expression.as_bytes()).unwrap();
            let told = child.wait_with_output().unwrap().stdout;
            assert_eq!(
                String::from_utf8_lossy(&told).trim_end(),
                answer.trim_end(),
                "{expression}"
            );
            asked += 1;
        }
    }
    assert!(asked >= 8, "only {asked} were asked");
}

#[test]
fn every_function_is_in_the_table() {
    let page = language_page();
    let table = page
        .split("## Functions")
        .nth(1)
        .unwrap()
        .split("Files are read")
        .next()
        .unwrap();
    let rows = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split('|').nth(1))
        .skip(2);
    let listed: Vec<&str> = rows
        .flat_map(|row| row.split(','))
        .map(|name| name.trim().trim_matches('`'))
        .collect();
    let there: BTreeSet<&str> = function_names().collect();
    assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), there);
    assert_eq!(listed.len(), there.len(), "a function is listed twice");
}
