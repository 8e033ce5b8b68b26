//! Discovery: each istiod reads the services of every other cluster of the mesh, by an account of its own there and a
//! remote secret with that account's token here. Nobody writes these resources; they follow from the clusters. The block
//! `discovery`, which need not be written, says what all of them share.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_engine::compile::{
    Arguments, Context, Derivation, Derived, Expanded, Expansion, Stop, WordBlock,
};
use meshform_engine::config::{BlockSchema, WordSchema};
use meshform_lang::{Diagnostic, Range, Type, Value};
use meshform_state::addr::{Key, Segment};
use meshform_state::{Address, Str};

use crate::cluster::{self, ISTIO_NAMESPACE, is_member};
use crate::link::Ways;
use crate::make::{export, object, resource, said, scope_of, text};
use crate::mesh::{self, Mesh};

/// The block that they are below.
pub(crate) const WORD: &str = "discovery";

const ACCOUNT: &str = "istio_reader_account";
const SECRET: &str = "istio_remote_secret";

/// What an istiod may read of another cluster: made by the istiod chart of each (`istio-reader-clusterrole-` and the
/// namespace of Istio).
const ROLE: &str = "istio-reader-clusterrole-istio-system";

/// What may stand in the block.
pub(crate) fn schema() -> WordSchema {
    WordSchema {
        name: WORD,
        named: false,
        for_each: false,
        after: &[mesh::WORD],
        body: BlockSchema {
            arguments: vec![said(
                "secrets",
                "Whether istiods may read the Secrets of other clusters: `allow`, if not given.",
            )],
            ..BlockSchema::default()
        },
        exports: &[],
        doc: "How istiods find the services of other clusters.",
    }
}

/// Refuses what the version of Istio does not work with.
pub(crate) fn expand(block: &WordBlock, context: &mut Context<'_>) -> Result<Expansion, Stop> {
    let range = block.arguments.range("secrets");
    match block.arguments.text("secrets") {
        None | Some("allow") => Ok(Expansion::default()),
        Some("deny") => {
            let mesh = context.blocks(mesh::WORD).next().cloned();
            let charts = mesh
                .map(|mesh| Mesh::of(&mesh.block).charts(range, context))
                .transpose()?;
            let istiod = charts.into_iter().flatten().find(|chart| chart.name == "istiod");
            let version = istiod.map_or_else(String::new, |istiod| format!(" {}", istiod.version));
            let detail = format!(
                "Istio{version} is not known to work with readers that may not read Secrets. Tried on the 1.31 line: \
                 the other cluster ends in status `timeout` after 30 s, though its endpoints are there; with \
                 `PILOT_ENABLE_REMOTE_CREDENTIALS_CONTROLLER=false` that istiod ends with a nil pointer."
            );
            Err(Diagnostic::error("Readers need Secrets", detail)
                .hint(
                    "Leave it out. Each direction has an account of its own, so that one can be taken back alone; \
                     `meshform preflight` says what each may read.",
                )
                .check("P36")
                .at(range)
                .into())
        }
        Some(other) => {
            let detail = format!("`{other}` is neither `allow` nor `deny`.");
            Err(Diagnostic::error("Invalid value for secrets", detail)
                .at(range)
                .into())
        }
    }
}

/// An account and a remote secret for each ordered pair of clusters.
pub(crate) fn assemble(blocks: &[Arc<Expanded>], context: &Context<'_>) -> Option<Derivation> {
    let mesh = blocks.iter().find(|block| &*block.block.word == mesh::WORD)?;
    let members: Vec<&Arc<Expanded>> = blocks.iter().filter(|block| is_member(block)).collect();
    let ways = Ways::of(blocks);
    let written = blocks.iter().find(|block| &*block.block.word == WORD);
    let block = written.map_or_else(|| block(mesh.block.arguments.range), |block| block.block.clone());
    let mut resources = Vec::new();
    for reader in &members {
        for read in &members {
            if reader.block.address == read.block.address {
                continue;
            }
            let pair = Pair {
                block: &block,
                reader,
                read,
            };
            resources.push(pair.account());
            resources.push(pair.secret(&ways, context));
        }
    }
    Some(Derivation { block, resources })
}

/// The block that nobody wrote: messages about it point to the mesh.
fn block(range: Range) -> WordBlock {
    WordBlock {
        word: Str::from(WORD),
        address: Address::from_segments(&[Segment {
            name: WORD.to_owned(),
            key: None,
        }]),
        arguments: Arguments {
            labels: Vec::new(),
            values: BTreeMap::new(),
            blocks: BTreeMap::new(),
            range,
        },
    }
}

/// One direction of discovery.
struct Pair<'a> {
    block: &'a WordBlock,
    /// The cluster whose istiod reads.
    reader: &'a Expanded,
    /// The cluster that it reads.
    read: &'a Expanded,
}

impl Pair<'_> {
    fn names(&self) -> (String, String) {
        let name = |cluster| text(cluster, "name").unwrap_or_default();
        (name(self.reader), name(self.read))
    }

    fn key(&self) -> String {
        let (reader, read) = self.names();
        format!("{reader}->{read}")
    }

    fn account_address(&self) -> Address {
        self.block.resource(ACCOUNT, "this", Some(&Key::Text(self.key())))
    }

    fn account(&self) -> Derived {
        let (reader, read) = self.names();
        let why = format!("the account by which the istiod of {reader} reads {read}");
        resource(ACCOUNT, "this", why)
            .key(&self.key())
            .within(&scope_of(self.read))
            .set("namespace", ISTIO_NAMESPACE)
            .set("name", format!("istio-reader-{reader}"))
            .set("cluster_role", ROLE)
            .after([
                cluster::namespace(&self.read.block),
                cluster::chart(&self.read.block, "istiod"),
            ])
            .done()
    }

    fn secret(&self, ways: &Ways, context: &Context<'_>) -> Derived {
        let (reader, read) = self.names();
        let account = self.account_address();
        let of_account = |name| context.attribute(&account, ACCOUNT, name);
        let api = self.read.block.arguments.block("mesh_api");
        let why = format!("lets the istiod of {reader} find the services of {read}");
        let mut after = vec![
            cluster::chart(&self.reader.block, "istiod"),
            // Without its gateway, the addresses of another network are ones that nobody can reach.
            cluster::chart(&self.read.block, "eastwest"),
            cluster::gateway(&self.read.block),
        ];
        after.extend_from_slice(ways.between(self.reader, self.read));
        resource(SECRET, "this", why)
            .key(&self.key())
            .within(&scope_of(self.reader))
            .set("namespace", ISTIO_NAMESPACE)
            .set("cluster", read)
            .set("server", export(self.read, "server"))
            .set(
                "certificate_authority_data",
                export(self.read, "certificate_authority_data"),
            )
            .set_some("tls_server_name", api.and_then(|api| api.text("tls_server_name")))
            .set(
                "account",
                object([
                    (
                        "reach",
                        cluster::reach(self.read).unwrap_or(Value::Null(Type::Any)),
                    ),
                    ("namespace", Value::from(ISTIO_NAMESPACE)),
                    ("token_secret", of_account("token_secret")),
                ]),
            )
            .set("token_secret_uid", of_account("token_secret_uid"))
            .after(after)
            .done()
    }
}
