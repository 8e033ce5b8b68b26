//! Environment, files and flags into plain settings. The only place that reads the environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use meshform_engine::compile::{Given, GivenBy, read_text};
use meshform_engine::config::{Config, read_values};
use meshform_kube::HelmSettings;
use meshform_lang::{Diagnostics, Sources};
use meshform_state::Str;

use crate::cli::VariableArg;
use crate::failure::{Failure, FailureKind};

/// The start of environment variables that set variables.
const VARIABLE_PREFIX: &str = "MESHFORM_VAR_";
/// The file of values that is always read.
const VALUES_FILE: &str = "meshform.vars.hcl";
/// The ending of further files of values that are always read.
const AUTO_ENDING: &str = ".auto.vars.hcl";
/// What helm finds in its environment, beside its own folders.
const HELM_VARIABLES: &[&str] = &[
    "PATH",
    "HOME",
    "TMPDIR",
    "DOCKER_CONFIG",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];
/// Where helm keeps its files.
const HELM_FOLDERS: &[&str] = &[
    "HELM_CACHE_HOME",
    "HELM_CONFIG_HOME",
    "HELM_DATA_HOME",
    "HELM_REGISTRY_CONFIG",
    "HELM_REPOSITORY_CACHE",
    "HELM_REPOSITORY_CONFIG",
];
/// How long helm may take to fetch or render a chart.
const HELM_TIMEOUT: Duration = Duration::from_secs(120);

/// What a process is given by who starts it.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The environment variables.
    pub variables: BTreeMap<String, String>,
    /// The working folder. Messages name files as paths from here.
    pub folder: PathBuf,
}

impl Environment {
    /// That of this process. Variables that are not Unicode are left out: none of ours can be one.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Environment {
            variables: std::env::vars_os().filter_map(text).collect(),
            folder: PathBuf::from("."),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Whether colours are welcome: see no-color.org.
    pub(crate) fn colour(&self) -> bool {
        self.get("NO_COLOR").is_none() && self.get("TERM") != Some("dumb")
    }

    /// How helm is run: with what it needs to find its files and the network, and nothing else. In particular it is
    /// not told of any cluster.
    pub(crate) fn helm(&self, folder: &Path) -> HelmSettings {
        let is_passed = |name: &str| {
            HELM_VARIABLES.contains(&name) || name.starts_with("XDG_") || HELM_FOLDERS.contains(&name)
        };
        HelmSettings {
            program: PathBuf::from(self.get("MESHFORM_HELM").unwrap_or("helm")),
            environment: self
                .variables
                .iter()
                .filter(|(name, _)| is_passed(name))
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            folder: folder.to_path_buf(),
            timeout: HELM_TIMEOUT,
        }
    }

    /// What to log to stderr: a filter such as `debug` or `meshform_aws=trace`.
    pub(crate) fn log(&self) -> Option<&str> {
        self.get("MESHFORM_LOG")
    }

    /// Whether a script runs us: what to type next is then not said.
    pub(crate) fn is_automation(&self) -> bool {
        self.get("MESHFORM_IN_AUTOMATION").is_some()
    }

    /// Who we are, for those who wait for our lock.
    pub(crate) fn who(&self) -> String {
        let user = self
            .get("USER")
            .or_else(|| self.get("LOGNAME"))
            .unwrap_or("unknown");
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let host = host
            .as_deref()
            .map(str::trim)
            .or_else(|| self.get("HOSTNAME"))
            .unwrap_or("unknown");
        format!("{user}@{host}")
    }

    /// The values given for variables, in the order in which later ones win: environment, files that are always read,
    /// flags.
    ///
    /// # Errors
    /// What is wrong with any of them.
    pub(crate) fn values(
        &self,
        folder: &Path,
        flags: &[VariableArg],
        config: &Config,
        sources: &mut Sources,
    ) -> Result<BTreeMap<Str, Given>, Diagnostics> {
        let mut reader = Reader {
            folder,
            config,
            sources,
            found: Diagnostics::new(),
            values: BTreeMap::new(),
        };
        for (name, text) in &self.variables {
            if let Some(variable) = name
                .strip_prefix(VARIABLE_PREFIX)
                .filter(|variable| !variable.is_empty())
            {
                reader.text(variable, text, GivenBy::Environment(name.clone()));
            }
        }
        for file in files(folder) {
            reader.file(&file);
        }
        for flag in flags {
            match flag {
                VariableArg::File(file) => reader.file(file),
                VariableArg::Value(text) => reader.flag(text),
            }
        }
        if reader.found.has_errors() {
            Err(reader.found)
        } else {
            Ok(reader.values)
        }
    }
}

/// The files of values that are always read, in their order.
fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut automatic: Vec<String> = names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(AUTO_ENDING))
        .collect();
    automatic.sort();
    let first = folder.join(VALUES_FILE).is_file().then(|| VALUES_FILE.to_owned());
    first.into_iter().chain(automatic).collect()
}

struct Reader<'a> {
    folder: &'a Path,
    config: &'a Config,
    sources: &'a mut Sources,
    found: Diagnostics,
    values: BTreeMap<Str, Given>,
}

impl Reader<'_> {
    fn text(&mut self, name: &str, text: &str, by: GivenBy) {
        let value = read_text(self.sources, self.config, name, text, &by);
        if let Some(value) = self.found.collect(value) {
            self.values.insert(
                name.into(),
                Given {
                    value,
                    by,
                    range: None,
                },
            );
        }
    }

    fn flag(&mut self, text: &str) {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                self.text(name.trim(), value, GivenBy::Flag("`-var`".to_owned()));
            }
            _ => self.found.push(
                // The text may be a secret, so only its form is told.
                meshform_lang::Diagnostic::error(
                    "Invalid -var",
                    "The value of `-var` is not of the form `name=value`.",
                )
                .hint("Write it as `-var 'name=value'`."),
            ),
        }
    }

    fn file(&mut self, name: &str) {
        let text = match std::fs::read_to_string(self.folder.join(name)) {
            Ok(text) => text,
            Err(error) => {
                let detail = format!("The file of values `{name}` cannot be read: {error}.");
                self.found.push(meshform_lang::Diagnostic::error(
                    "File of values cannot be read",
                    detail,
                ));
                return;
            }
        };
        let values = read_values(self.sources, self.config, name, &text);
        for (variable, (value, range)) in self.found.collect(values).into_iter().flatten() {
            let by = GivenBy::File(name.to_owned());
            self.values.insert(
                variable,
                Given {
                    value,
                    by,
                    range: Some(range),
                },
            );
        }
    }
}

/// A duration as people write it: `30s`, `5m`, `1h30m`, `500ms`; a number alone are seconds.
///
/// # Errors
/// If it is none.
pub(crate) fn duration(flag: &str, text: &str) -> Result<Duration, Failure> {
    let wrong = || {
        Failure::new(
            FailureKind::Usage,
            "Invalid duration",
            format!("`{text}` for `{flag}` is not a duration."),
        )
        .hint("Write it as `30s`, `5m` or `1h30m`.")
    };
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let unit_end = rest[digits..]
            .find(|c: char| c.is_ascii_digit())
            .map_or(rest.len(), |at| digits + at);
        let millis = match &rest[digits..unit_end] {
            "ms" => 1,
            "" | "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(wrong()),
        };
        total += Duration::from_millis(number.saturating_mul(millis));
        rest = &rest[unit_end..];
    }
    if text.is_empty() { Err(wrong()) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use meshform_engine::config::{Texts, load};
    use meshform_state::Value;

    use super::*;

    const CONFIG: &str = "variable \"a\" { type = string }\nvariable \"l\" { type = list(string) }\n";

    fn values(
        environment: &[(&str, &str)],
        files: &[(&str, &str)],
        flags: &[VariableArg],
    ) -> Result<BTreeMap<Str, Given>, Diagnostics> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::File::create_new(folder.path().join(name))
                .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
                .unwrap();
        }
        let mut sources = Sources::default();
        let (config, found) = load(&mut sources, &Texts::new([("mesh.hcl", CONFIG)]), &[]);
        assert!(!found.has_errors(), "{found:?}");
        let variables = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let environment = Environment {
            variables,
            folder: folder.path().to_owned(),
        };
        environment.values(folder.path(), flags, &config, &mut sources)
    }

    fn flag(text: &str) -> VariableArg {
        VariableArg::Value(text.to_owned())
    }

    #[test]
    fn later_sources_win() {
        let environment = [
            ("MESHFORM_VAR_a", "environment"),
            ("MESHFORM_VAR_l", "[\"x\"]"),
            ("OTHER", "x"),
        ];
        let files = [
            ("meshform.vars.hcl", "a = \"always\""),
            ("b.auto.vars.hcl", "a = \"second\""),
            ("a.auto.vars.hcl", "a = \"first\""),
            ("extra.hcl", "a = \"extra\""),
        ];
        let extra = || VariableArg::File("extra.hcl".to_owned());
        let a = |files: &[(&str, &str)], flags: &[VariableArg]| {
            values(&environment, files, flags).unwrap()["a"]
                .value
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(a(&[], &[]), "environment");
        assert_eq!(a(&files[..1], &[]), "always");
        assert_eq!(a(&files, &[]), "second");
        assert_eq!(a(&files, &[flag("a=flag"), extra()]), "extra");
        assert_eq!(a(&files, &[extra(), flag("a=b=c")]), "b=c");
        let all = values(&environment, &files, &[]).unwrap();
        assert_eq!(all["l"].value.items().unwrap(), [Value::from("x")]);
    }

    #[test]
    fn what_is_wrong_is_told_without_the_value() {
        let found = values(&[], &[], &[flag("hunter2"), VariableArg::File("none".to_owned())]).unwrap_err();
        assert_eq!(found.0.len(), 2);
        assert!(!format!("{found:?}").contains("hunter2"));
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        let seconds = |text| {
            duration("-lock-timeout", text)
                .map(|duration| duration.as_secs_f64())
                .ok()
        };
        assert_eq!(seconds("1h30m"), Some(5400.0));
        assert_eq!(seconds("500ms"), Some(0.5));
        assert_eq!(seconds("7"), Some(7.0));
        assert_eq!(
            (seconds(""), seconds("5x"), seconds("m"), seconds("-1s")),
            (None, None, None, None)
        );
    }
}
