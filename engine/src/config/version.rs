//! Which versions of the tool may read a configuration: `required_version = "~> 0.1, != 0.1.3"`.

use meshform_lang::Diagnostic;

use super::model::Settings;

/// A version: numbers, most significant first.
type Version = Vec<u64>;

impl Settings {
    /// What is wrong if `version` of the tool reads this.
    #[must_use]
    pub fn check_version(&self, version: &str) -> Option<Diagnostic> {
        let (constraint, range) = self.required_version.as_ref()?;
        match allows(constraint, version) {
            Ok(true) => None,
            Ok(false) => {
                let detail =
                    format!("This configuration asks for meshform {constraint}, and this is {version}.");
                let hint = "Use such a version, or change `required_version` if this one is meant to do.";
                Some(
                    Diagnostic::error("Unsupported version of meshform", detail)
                        .hint(hint)
                        .at(*range),
                )
            }
            Err(part) => {
                let detail = format!("`{part}` is no constraint of versions.");
                let hint =
                    "Write one such as `~> 1.2` (1.2 or later, before 2), `>= 1.2, < 1.5` or `!= 1.2.3`.";
                Some(
                    Diagnostic::error("Invalid required_version", detail)
                        .hint(hint)
                        .at(*range),
                )
            }
        }
    }
}

/// Whether `version` fulfils every part of `constraint`; the part that cannot be read if there is one.
fn allows(constraint: &str, version: &str) -> Result<bool, String> {
    // What stands behind a dash or plus names a build of that version.
    let own = version
        .split(['-', '+'])
        .next()
        .and_then(parse)
        .unwrap_or_default();
    let mut allowed = true;
    for part in constraint.split(',').map(str::trim) {
        let at = part.find(|c: char| c.is_ascii_digit()).ok_or(part)?;
        let (operator, wanted) = (part[..at].trim(), parse(part[at..].trim()).ok_or(part)?);
        let order = padded(&own).cmp(&padded(&wanted));
        allowed &= match operator {
            "" | "=" => order.is_eq(),
            "!=" => order.is_ne(),
            ">" => order.is_gt(),
            ">=" => order.is_ge(),
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            "~>" => order.is_ge() && same_start(&own, &wanted),
            _ => return Err(part.to_owned()),
        };
    }
    Ok(allowed)
}

/// Whether all numbers of `wanted` but the last stand at the same places in `own`.
fn same_start(own: &Version, wanted: &Version) -> bool {
    let fixed = wanted.len().saturating_sub(1);
    padded(own)[..fixed.min(3)] == padded(wanted)[..fixed.min(3)]
}

fn padded(version: &Version) -> [u64; 3] {
    let at = |index: usize| version.get(index).copied().unwrap_or(0);
    [at(0), at(1), at(2)]
}

fn parse(text: &str) -> Option<Version> {
    let numbers: Option<Version> = text.split('.').map(|number| number.parse().ok()).collect();
    numbers.filter(|numbers| numbers.len() <= 3)
}

#[cfg(test)]
mod tests {
    use super::allows;

    #[test]
    fn constraints_mean_what_they_say() {
        let yes = [
            "0.1.0",
            "~> 0.1",
            "~> 0.1.0",
            ">= 0.0.9, < 0.2",
            "!= 0.1.1",
            "= 0.1",
        ];
        let no = [
            "~> 0.2",
            "~> 1.0",
            "> 0.1.0",
            "< 0.1",
            "!= 0.1.0",
            ">= 0.1, != 0.1.0",
        ];
        for constraint in yes {
            assert_eq!(allows(constraint, "0.1.0"), Ok(true), "{constraint}");
        }
        for constraint in no {
            assert_eq!(allows(constraint, "0.1.0"), Ok(false), "{constraint}");
        }
        assert_eq!(allows("~> 0.1", "0.9.3-dev"), Ok(true));
        for constraint in ["", "latest", "~ 1", "1.x", ">= 1,"] {
            assert!(allows(constraint, "0.1.0").is_err(), "{constraint}");
        }
    }
}
