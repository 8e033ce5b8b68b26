//! `mesh`: what all clusters of a mesh share: its id, its trust domain, the version of Istio, how strict mTLS is. It
//! stands for no resource itself; each cluster gets its part of it.

use std::collections::BTreeMap;

use meshform_engine::compile::{Context, Expanded, Expansion, Place, Stop, WordBlock};
use meshform_engine::config::{Argument, BlockSchema, Takes, WordSchema};
use meshform_lang::{Diagnostic, Diagnostics, Range, Type, Value};
use meshform_state::Scope;

use crate::make::{label, nested, said};

pub(crate) const WORD: &str = "mesh";

/// Where the charts of Istio's releases are, as Istio's own installation page says.
const RELEASES: &str = "oci://registry.istio.io/release/charts";

/// The trust domain of meshes that say none: Istio's default (`meshConfig.trustDomain`).
const TRUST_DOMAIN: &str = "cluster.local";

/// The charts that a primary gets, in their order.
pub(crate) const CHARTS: [&str; 3] = ["base", "istiod", "gateway"];

const CHART: &str = "helm_chart";

/// One chart, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chart {
    pub(crate) name: &'static str,
    pub(crate) version: String,
    pub(crate) digest: String,
}

/// What may stand in the block.
pub(crate) fn schema() -> WordSchema {
    let istio = BlockSchema {
        arguments: vec![
            said(
                "version",
                "The version of the charts; needed unless they are in a folder.",
            ),
            said(
                "charts",
                "Where the charts are: a folder with one folder for each, an `oci://` or `https://` repository.",
            ),
        ],
        ..BlockSchema::default()
    };
    let mtls = BlockSchema {
        arguments: vec![
            said(
                "default",
                "`permissive` (if not given) or `strict`, for the whole mesh.",
            ),
            Argument::optional(
                "strict_namespaces",
                Takes::Structural(Type::list(Type::String)),
                "The namespaces that take mTLS only.",
            ),
        ],
        ..BlockSchema::default()
    };
    WordSchema {
        name: WORD,
        named: true,
        for_each: false,
        after: &[],
        body: BlockSchema {
            arguments: vec![said(
                "trust_domain",
                "The trust domain of all identities; `cluster.local` if not given.",
            )],
            blocks: vec![
                nested("istio", istio, "Which Istio."),
                nested("mtls", mtls, "How strict mutual TLS is."),
            ],
            open: false,
        },
        exports: &["id", "trust_domain"],
        doc: "What all clusters of a mesh share.",
    }
}

/// What a mesh is, read from its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mesh {
    /// Its id, the same in every cluster.
    pub(crate) id: String,
    pub(crate) trust_domain: String,
    /// Where the charts are.
    pub(crate) charts: String,
    /// Their version; none takes what a folder holds.
    pub(crate) version: Option<String>,
    /// Whether the whole mesh takes mTLS only.
    pub(crate) strict: bool,
    pub(crate) strict_namespaces: Vec<String>,
}

impl Mesh {
    /// What `block` says.
    pub(crate) fn of(block: &WordBlock) -> Self {
        let (istio, mtls) = (block.arguments.block("istio"), block.arguments.block("mtls"));
        let charts = istio.and_then(|istio| istio.text("charts")).unwrap_or(RELEASES);
        let namespaces = mtls
            .and_then(|mtls| mtls.value("strict_namespaces"))
            .and_then(Value::items)
            .unwrap_or_default();
        Mesh {
            id: label(block),
            trust_domain: block
                .arguments
                .text("trust_domain")
                .unwrap_or(TRUST_DOMAIN)
                .to_owned(),
            charts: charts.to_owned(),
            version: istio.and_then(|istio| istio.text("version")).map(str::to_owned),
            strict: mtls.and_then(|mtls| mtls.text("default")) == Some("strict"),
            strict_namespaces: namespaces
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        }
    }

    /// The charts, in the order of [`CHARTS`]. `range` is the place of whoever asks.
    pub(crate) fn charts(&self, range: Range, context: &mut Context<'_>) -> Result<Vec<Chart>, Stop> {
        let mut arguments = vec![("source", Value::from(self.charts.as_str()))];
        if let Some(version) = &self.version {
            arguments.push(("version", Value::from(version.as_str())));
        }
        // All are asked before one is waited for.
        let asked = CHARTS.map(|name| {
            let mut arguments = arguments.clone();
            arguments.push(("name", Value::from(name)));
            (name, context.ask(CHART, &Scope::Local, &arguments, range))
        });
        asked
            .into_iter()
            .map(|(name, answer)| {
                let answer = answer?;
                let said = |attribute| {
                    let value = context.answer(CHART, &answer, attribute).and_then(Value::as_str);
                    value.unwrap_or_default().to_owned()
                };
                Ok(Chart {
                    name,
                    version: said("version"),
                    digest: said("digest"),
                })
            })
            .collect()
    }

    /// Whether the charts are in a repository, where only a version tells which is meant.
    fn is_remote(&self) -> bool {
        self.charts.contains("://")
    }
}

/// What expressions see of the mesh.
pub(crate) fn expand(block: &WordBlock, context: &mut Context<'_>) -> Result<Expansion, Stop> {
    let mesh = Mesh::of(block);
    let mut found = Diagnostics::new();
    if !is_domain(&mesh.trust_domain) {
        let detail = format!("`{}` is no trust domain.", mesh.trust_domain);
        let hint =
            "A trust domain is written as a DNS name in lower case, such as `acme.example` (SPIFFE-ID, 2.1).";
        found.push(
            Diagnostic::error("Invalid trust domain", detail)
                .hint(hint)
                .at(block.arguments.range("trust_domain")),
        );
    }
    if mesh.is_remote() && mesh.version.is_none() {
        let detail = format!(
            "`{}` holds many versions, and nothing says which is meant.",
            mesh.charts
        );
        let range = block
            .arguments
            .block("istio")
            .map_or(block.arguments.range, |istio| istio.range);
        found.push(
            Diagnostic::error("No version of Istio", detail)
                .hint("Write `istio { version = \"1.31.1\" }`, or name a folder with charts.")
                .at(range),
        );
    }
    if let Some(version) = mesh.version.as_deref().filter(|version| !is_version(version)) {
        let detail = format!("`{version}` is no version of Istio: one of its releases has three numbers.");
        let istio = block.arguments.block("istio").unwrap_or(&block.arguments);
        found.push(
            Diagnostic::error("Invalid version of Istio", detail)
                .hint("Write it in full, such as `1.31.1`: what `latest` means changes from day to day.")
                .at(istio.range("version")),
        );
    }
    if let Some(mtls) = block.arguments.block("mtls")
        && let Some(mode) = mtls.text("default")
        && !["permissive", "strict"].contains(&mode)
    {
        let detail = format!("`{mode}` is neither `permissive` nor `strict`.");
        found.push(Diagnostic::error("Invalid mTLS mode", detail).at(mtls.range("default")));
    }
    if found.has_errors() {
        return Err(found.into());
    }
    let expansion = Expansion {
        resources: Vec::new(),
        exports: BTreeMap::from([
            ("id".into(), Value::from(mesh.id.as_str())),
            ("trust_domain".into(), Value::from(mesh.trust_domain.as_str())),
        ]),
        place: Place::Nowhere,
    };
    // Asked here, where nothing else must be known first, so that `init` learns which charts there are.
    match mesh.charts(block.arguments.range, context) {
        Ok(_) => Ok(expansion),
        Err(stop) => Err(stop.with(|| expansion)),
    }
}

/// Whether `text` begins as `1.31.1` does; what a build adds behind a dash is its own.
fn is_version(text: &str) -> bool {
    let release = text.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = release.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.len() == 3 && numbers.iter().all(is_number)
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
    };
    text.len() <= 255 && text.split('.').all(label)
}

/// A configuration is one mesh.
pub(crate) fn review(blocks: &[&Expanded]) -> Diagnostics {
    let mut meshes = blocks.iter().filter(|block| &*block.block.word == WORD);
    let mut found = Diagnostics::new();
    if let Some(first) = meshes.next() {
        for other in meshes {
            let detail = format!(
                "`{}` and `{}` are two meshes; a configuration describes one.",
                first.block.address, other.block.address
            );
            found.push(
                Diagnostic::error("Two meshes", detail)
                    .at(other.block.arguments.range)
                    .hint("Give each mesh a folder of its own.")
                    .related(first.block.arguments.range, "the first one is here"),
            );
        }
    }
    found
}
