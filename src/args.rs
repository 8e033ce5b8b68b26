//! One dash or two: Terraform's flags have one, and people type both.

use std::ffi::OsString;

/// `arguments` with two dashes before every flag of more than one letter. Behind `--` nothing is a flag.
pub(crate) fn normalise(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut flags = true;
    let mut out = Vec::new();
    for argument in arguments {
        flags &= argument != "--";
        match argument.to_str() {
            Some(text) if flags && is_long_flag(text) => out.push(format!("-{text}").into()),
            _ => out.push(argument),
        }
    }
    out
}

/// Whether `text` is a dash and a word of two letters or more, with or without a value.
fn is_long_flag(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('-') else {
        return false;
    };
    let name = rest.split('=').next().unwrap_or(rest);
    name.len() > 1 && name.starts_with(|c: char| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &[&str], expected: &[&str]) {
        let normal = normalise(given.iter().map(OsString::from));
        assert_eq!(normal, expected.iter().map(OsString::from).collect::<Vec<_>>());
    }

    #[test]
    fn words_get_a_second_dash() {
        check(
            &[
                "meshform",
                "-chdir=x",
                "plan",
                "-out=p",
                "-var",
                "a=-b",
                "--json",
                "-h",
                "-no-color",
            ],
            &[
                "meshform",
                "--chdir=x",
                "plan",
                "--out=p",
                "--var",
                "a=-b",
                "--json",
                "-h",
                "--no-color",
            ],
        );
    }

    #[test]
    fn what_is_no_flag_stays() {
        let same = ["plan", "-", "-1", "a-b", "-h=x", "-=x", "--", "-out=p", "-json"];
        check(&same, &same);
    }
}
