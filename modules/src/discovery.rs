//! Discovery: each istiod reads the services of every other cluster of the mesh, by an account of its own there and a
//! remote secret with that account's token here. Nobody writes these resources; they follow from the clusters.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshform_engine::compile::{Arguments, Context, Derivation, Derived, Expanded, WordBlock};
use meshform_lang::{Range, Type, Value};
use meshform_state::addr::{Key, Segment};
use meshform_state::{Address, Str};

use crate::cluster::{self, ISTIO_NAMESPACE, is_member};
use crate::make::{export, object, resource, scope_of, text};
use crate::{link, mesh};

/// The block that they are below.
const BLOCK: &str = "discovery";

const ACCOUNT: &str = "istio_reader_account";
const SECRET: &str = "istio_remote_secret";

/// What an istiod may read of another cluster: made by the istiod chart of each (`istio-reader-clusterrole-` and the
/// namespace of Istio).
const ROLE: &str = "istio-reader-clusterrole-istio-system";

/// An account and a remote secret for each ordered pair of clusters.
pub(crate) fn assemble(blocks: &[Arc<Expanded>], context: &Context<'_>) -> Option<Derivation> {
    let mesh = blocks.iter().find(|block| &*block.block.word == mesh::WORD)?;
    let members: Vec<&Arc<Expanded>> = blocks.iter().filter(|block| is_member(block)).collect();
    let links: Vec<&Arc<Expanded>> = blocks
        .iter()
        .filter(|block| &*block.block.word == link::WORD)
        .collect();
    let block = block(mesh.block.arguments.range);
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
            resources.push(pair.secret(&links, context));
        }
    }
    Some(Derivation { block, resources })
}

/// The block that nobody wrote: messages about it point to the mesh.
fn block(range: Range) -> WordBlock {
    WordBlock {
        word: Str::from(BLOCK),
        address: Address::from_segments(&[Segment {
            name: BLOCK.to_owned(),
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

    fn secret(&self, links: &[&Arc<Expanded>], context: &Context<'_>) -> Derived {
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
        after.extend(links.iter().flat_map(|link| link::ways(link)));
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
