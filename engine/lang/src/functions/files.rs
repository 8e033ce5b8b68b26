//! Files, through the seam that records what was read, and paths.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use meshform_state::{Type, Value};

use super::{Answer, Arguments, Failure, Function, Gives, Param, Want, string};

const PATH: &[Param] = &[Param::new("path", Want::String)];

const fn of_path(name: &'static str, run: fn(&Arguments<'_>) -> Answer) -> Function {
    Function::new(name, PATH, Gives::Always(Want::String), run)
}

pub(super) const FUNCTIONS: &[Function] = &[
    of_path("file", |a| Ok(string(text_of(a, 0)?))),
    of_path("filebase64", |a| {
        Ok(Value::string(STANDARD.encode(bytes_of(a, 0)?)))
    }),
    Function::new("fileexists", PATH, Gives::Always(Want::Bool), |a| {
        Ok(Value::Bool(a.env.scope.files().read(a.text(0)).is_ok()))
    }),
    Function::new(
        "fileset",
        &[
            Param::new("path", Want::String),
            Param::new("pattern", Want::String),
        ],
        Gives::Always(Want::SetString),
        file_set,
    ),
    of_path("basename", |a| Ok(string(basename(a.text(0))))),
    of_path("dirname", |a| Ok(string(dirname(a.text(0))))),
    of_path("pathexpand", |a| match a.text(0) {
        home if home == "~" || home.starts_with("~/") => Err(Failure::argument(
            0,
            "whose home folder `~` is depends on who runs this; write the path out",
        )),
        path => Ok(string(path)),
    }),
    of_path("abspath", |a| {
        let path = a.text(0);
        let whole = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("{}/{path}", a.env.scope.files().folder())
        };
        Ok(string(clean(&whole)))
    }),
];

pub(super) fn bytes_of(arguments: &Arguments<'_>, index: usize) -> Result<Arc<[u8]>, Failure> {
    let bytes = arguments.env.scope.files().read(arguments.text(index));
    let bytes = bytes.map_err(|message| Failure::argument(index, message))?;
    arguments.spend_text(bytes.len())?;
    Ok(bytes)
}

pub(super) fn text_of(arguments: &Arguments<'_>, index: usize) -> Result<String, Failure> {
    let bytes = bytes_of(arguments, index)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| {
        let path = arguments.text(index);
        Failure::argument(
            index,
            format!("`{path}` is no UTF-8 text; `filebase64` reads any file"),
        )
    })
}

fn file_set(arguments: &Arguments<'_>) -> Answer {
    let found = arguments
        .env
        .scope
        .files()
        .list(arguments.text(0), arguments.text(1));
    let found = found.map_err(|message| Failure::argument(0, message))?;
    arguments.spend(found.len())?;
    Ok(Value::set(Type::String, found.iter().map(string).collect()))
}

fn basename(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    match path.trim_end_matches('/') {
        "" => "/",
        path => path.rsplit_once('/').map_or(path, |(_, last)| last),
    }
}

fn dirname(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => clean(folder),
        None => ".".to_owned(),
    }
}

/// `path` without `.`, `..` and doubled slashes, as far as that can be told without looking at files.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let rooted = path.starts_with('/');
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            ".." if rooted => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}
