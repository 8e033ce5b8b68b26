//! `meshform.lock.hcl`: which charts the configuration means, by digest. `init` writes it, plans refuse anything else.
//!
//! People may write in it too: comments and order stay as they are.

use std::collections::BTreeMap;
use std::path::Path;

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use meshform_engine::facts::Facts;
use meshform_kinds::Spec as _;
use meshform_kinds::istio::{HELM_CHART, HelmChart};
use meshform_lang::{Diagnostic, Diagnostics};
use meshform_state::disk::Disk as _;

use crate::failure::{Failure, FailureKind};

/// The file.
pub(crate) const FILE: &str = "meshform.lock.hcl";

/// A chart, as the configuration names it and as it was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Chart {
    /// Its name.
    pub(crate) name: String,
    /// Where charts are.
    pub(crate) source: String,
    /// Its version.
    pub(crate) version: String,
    /// What tells whether it is still the same.
    pub(crate) digest: String,
}

/// The file, as it was read.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    body: Body,
}

/// What [`Locks::bring`] did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Brought {
    /// Charts that were added.
    pub(crate) added: Vec<Chart>,
    /// Charts whose version or digest was replaced, and charts that nothing uses any more and are gone.
    pub(crate) changed: Vec<Chart>,
}

impl Chart {
    fn is(&self, other: &Chart) -> bool {
        (&self.name, &self.source, &self.version) == (&other.name, &other.source, &other.version)
    }
}

/// The charts that `facts` speak of.
pub(crate) fn charts(facts: &Facts) -> Vec<(String, Chart)> {
    let answers = facts
        .iter()
        .filter(|(key, _)| key.split('|').next() == Some(HELM_CHART));
    let chart = |answer: &meshform_engine::Object| {
        let found = HelmChart::from_object(answer).ok()?;
        Some(Chart {
            name: found.name,
            source: found.source,
            version: found.version?,
            digest: found.digest?,
        })
    };
    answers
        .filter_map(|(key, answer)| Some((key.clone(), chart(answer)?)))
        .collect()
}

impl Locks {
    /// Reads the file in `folder`; without one there are no locks.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        let wrong = |detail: String| {
            Failure::new(FailureKind::Configuration, "Lock file cannot be read", detail)
                .hint("Correct it, or delete it and run `meshform init`.")
        };
        match std::fs::read_to_string(folder.join(FILE)) {
            Ok(text) => Locks::parse(&text).map_err(|error| wrong(format!("`{FILE}`: {error}"))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Locks::default()),
            Err(error) => Err(wrong(format!("Failed to read `{FILE}`: {error}."))),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let body = hcl_edit::parser::parse_body(text).map_err(|error| error.to_string())?;
        Ok(Locks { body })
    }

    /// Writes the file into `folder`.
    ///
    /// # Errors
    /// As the disk says.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Failure> {
        let written =
            meshform_state::disk::RealDisk.replace(&folder.join(FILE), self.body.to_string().as_bytes());
        written.map_err(|error| {
            let detail = format!("Failed to write `{FILE}`: {error}.");
            Failure::new(FailureKind::Output, "Lock file cannot be written", detail)
        })
    }

    fn all(&self) -> Vec<Chart> {
        self.body.get_blocks("chart").filter_map(chart).collect()
    }

    /// What is wrong with `charts`: those that are not locked, and those that have become others.
    pub(crate) fn check(&self, charts: &[Chart]) -> Diagnostics {
        let locked = self.all();
        let wrong = charts.iter().filter_map(|chart| {
            let Chart {
                name,
                source,
                version,
                digest,
            } = chart;
            match locked.iter().find(|locked| locked.is(chart)) {
                Some(locked) if locked.digest == *digest => None,
                Some(locked) => {
                    let detail = format!(
                        "Chart `{name}` {version} of `{source}` has the digest {digest}; `{FILE}` says {}.",
                        locked.digest
                    );
                    Some(Diagnostic::error("Chart has become another one", detail).check("P35").hint(
                        "Find out who changed it. If that is meant, `meshform init -upgrade` takes the new one.",
                    ))
                }
                None => {
                    let detail = format!("Chart `{name}` {version} of `{source}` is not in `{FILE}`.");
                    let other = locked.iter().any(|locked| locked.name == *name);
                    Some(Diagnostic::error("Chart is not locked", detail).check("P35").hint(if other {
                        "`meshform init -upgrade` looks at it and writes down what it is."
                    } else {
                        "`meshform init` looks at it and writes down what it is."
                    }))
                }
            }
        });
        Diagnostics(wrong.collect())
    }

    /// Writes down `charts`. What is there stays, unless `upgrade` says that it may be replaced.
    pub(crate) fn bring(&mut self, charts: &[Chart], upgrade: bool) -> Brought {
        let mut brought = Brought::default();
        if upgrade {
            brought.changed = self.remove(charts);
        }
        let there = self.all();
        let mut new: BTreeMap<&Chart, ()> = BTreeMap::new();
        for chart in charts
            .iter()
            .filter(|chart| !there.iter().any(|known| known.is(chart)))
        {
            new.insert(chart, ());
        }
        let mut text = self.body.to_string();
        for chart in new.into_keys() {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&block(chart));
            brought.added.push(chart.clone());
        }
        // What was read and what was added are both HCL.
        if let Ok(locks) = Locks::parse(&text) {
            *self = locks;
        }
        brought
    }

    /// Takes out blocks that are not one of `charts` exactly; those whose digest alone differs are corrected in place.
    fn remove(&mut self, charts: &[Chart]) -> Vec<Chart> {
        let mut changed = Vec::new();
        for block in self.body.get_blocks_mut("chart") {
            let Some(known) = chart(block) else { continue };
            let now = charts
                .iter()
                .find(|chart| chart.is(&known) && chart.digest != known.digest);
            if let (Some(now), Some(mut digest)) = (now, block.body.get_attribute_mut("digest")) {
                *digest.value_mut() = Expression::from(now.digest.as_str());
                changed.push(now.clone());
            }
        }
        let is_gone =
            |block: &Block| chart(block).filter(|known| !charts.iter().any(|chart| chart.is(known)));
        let mut index = 0;
        while index < self.body.len() {
            let gone = self
                .body
                .get(index)
                .and_then(|part| part.as_block())
                .and_then(is_gone);
            match gone {
                Some(gone) => {
                    self.body.remove(index);
                    changed.push(gone);
                }
                None => index += 1,
            }
        }
        changed
    }
}

fn chart(block: &Block) -> Option<Chart> {
    let text = |name: &str| Some(block.body.get_attribute(name)?.value.as_str()?.to_owned());
    Some(Chart {
        name: block.labels.first()?.as_str().to_owned(),
        source: text("source")?,
        version: text("version")?,
        digest: text("digest")?,
    })
}

fn block(chart: &Chart) -> String {
    let quoted = |text: &str| Expression::from(text).to_string();
    format!(
        "chart {} {{\n  source  = {}\n  version = {}\n  digest  = {}\n}}\n",
        quoted(&chart.name),
        quoted(&chart.source),
        quoted(&chart.version),
        quoted(&chart.digest)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn istiod(version: &str, digest: &str) -> Chart {
        Chart {
            name: "istiod".to_owned(),
            source: "oci://registry.istio.io/release/charts".to_owned(),
            version: version.to_owned(),
            digest: digest.to_owned(),
        }
    }

    fn base() -> Chart {
        Chart {
            name: "base".to_owned(),
            ..istiod("1.31.1", "sha256:b")
        }
    }

    const WRITTEN: &str = r#"# Reviewed by the platform team.
chart "istiod" {
  source  = "oci://registry.istio.io/release/charts" # a mirror would do
  version = "1.31.1"
  digest  = "sha256:a"
}
"#;

    #[test]
    fn what_people_wrote_stays() {
        let mut locks = Locks::parse(WRITTEN).unwrap();
        let brought = locks.bring(&[istiod("1.31.1", "sha256:a"), base(), base()], false);
        assert_eq!(brought.added, [base()]);
        let text = locks.body.to_string();
        assert!(text.starts_with(WRITTEN), "{text}");
        let added = "\nchart \"base\" {\n  source  = \"oci://registry.istio.io/release/charts\"\n  version = \"1.31.1\"\n  \
            digest  = \"sha256:b\"\n}\n";
        assert!(text.ends_with(added), "{text}");
        assert!(Locks::parse(&text).unwrap().check(&[base()]).0.is_empty());
    }

    #[test]
    fn only_an_upgrade_takes_another_chart() {
        let mut locks = Locks::parse(WRITTEN).unwrap();
        let now = [istiod("1.31.1", "sha256:z")];
        assert_eq!(locks.bring(&now, false), Brought::default());
        let found = locks.check(&now);
        assert_eq!(found.0[0].summary, "Chart has become another one");
        let brought = locks.bring(&now, true);
        assert_eq!(brought.changed, now);
        assert!(locks.check(&now).0.is_empty());
        let text = locks.body.to_string();
        assert!(
            text.contains("platform team") && text.contains("# a mirror would do"),
            "{text}"
        );
    }

    #[test]
    fn a_new_version_replaces_the_old_one_in_an_upgrade() {
        let mut locks = Locks::parse(WRITTEN).unwrap();
        let now = [istiod("1.31.2", "sha256:c")];
        assert_eq!(locks.check(&now).0[0].summary, "Chart is not locked");
        let brought = locks.bring(&now, true);
        assert_eq!((brought.added, brought.changed.len()), (now.to_vec(), 1));
        assert_eq!(locks.all(), now);
    }

    #[test]
    fn a_damaged_file_is_told() {
        assert!(Locks::parse("chart \"a\" {").is_err());
    }
}
