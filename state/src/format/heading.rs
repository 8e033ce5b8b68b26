//! The first line of a snapshot: what it is, and which run is open on it.
//!
//! ```text
//! {"format":2,"meshform":"0.1.0","lineage":"6f0c…","serial":7,"last_run":{"run":"2b9d…","began":"2026-…"},
//! {"format":1,"meshform":"0.1.0","lineage":"6f0c…","serial":7,"last_run":"2b9d…",
//! ```
//!
//! Format 1 says of the last run only which it was, and never which is open.

use serde::{Deserialize, Serialize};

use super::SNAPSHOT_FORMAT;
use crate::journal::RunId;
use crate::snapshot::{RunMark, Snapshot};

/// What the first line of a snapshot says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// [`Snapshot::lineage`].
    pub lineage: String,
    /// [`Snapshot::serial`].
    pub serial: u64,
    /// [`Snapshot::last_run`].
    pub last_run: Option<RunMark>,
    /// The run that was begun on this snapshot and is not contained in it: without its journal, nobody knows what is.
    pub open_run: Option<RunMark>,
}

impl Heading {
    /// The heading of a snapshot on which no run is open.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        Heading {
            lineage: snapshot.lineage.clone(),
            serial: snapshot.serial,
            last_run: snapshot.last_run.clone(),
            open_run: None,
        }
    }

    /// The line, without its end.
    pub(super) fn encode(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(&Written {
            format: SNAPSHOT_FORMAT,
            meshform: env!("CARGO_PKG_VERSION"),
            lineage: &self.lineage,
            serial: self.serial,
            last_run: self.last_run.as_ref(),
            open_run: self.open_run.as_ref(),
        })?;
        line.pop();
        line.push(b',');
        Ok(line)
    }

    /// Reads the line as JSON of its own, that of `format`.
    pub(super) fn decode(format: u64, json: &[u8]) -> serde_json::Result<Self> {
        Ok(match format {
            1 => serde_json::from_slice::<One>(json)?.into(),
            _ => serde_json::from_slice::<Two>(json)?.into(),
        })
    }
}

#[derive(Serialize)]
struct Written<'a> {
    format: u64,
    meshform: &'a str,
    lineage: &'a str,
    serial: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_run: Option<&'a RunMark>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open_run: Option<&'a RunMark>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Two {
    #[serde(rename = "format")]
    _format: u64,
    #[serde(rename = "meshform")]
    _meshform: String,
    lineage: String,
    serial: u64,
    #[serde(default)]
    last_run: Option<RunMark>,
    #[serde(default)]
    open_run: Option<RunMark>,
}

impl From<Two> for Heading {
    fn from(line: Two) -> Self {
        Heading {
            lineage: line.lineage,
            serial: line.serial,
            last_run: line.last_run,
            open_run: line.open_run,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    #[serde(rename = "format")]
    _format: u64,
    #[serde(rename = "meshform")]
    _meshform: String,
    lineage: String,
    serial: u64,
    #[serde(default)]
    last_run: Option<RunId>,
}

impl From<One> for Heading {
    fn from(line: One) -> Self {
        let last_run = line.last_run.map(|run| RunMark {
            run,
            began: String::new(),
        });
        Heading {
            lineage: line.lineage,
            serial: line.serial,
            last_run,
            open_run: None,
        }
    }
}
