//! What the istiod of each member signs with: an intermediate below the root of the mesh.

use std::sync::Arc;

use meshform_engine::compile::{Derivation, Derived, Expanded, WordBlock};
use meshform_state::Address;

use super::istio::namespace;
use super::word::{ISTIO_NAMESPACE, is_member, reach};
use crate::make::{resource, scope_of, text};
use crate::mesh::{self, Mesh};
use crate::trust::{self, Trust};

const CA_SECRET: &str = "istio_ca_secret";
const CACERTS: &str = "cacerts";

/// The address of the Secret that the istiod in the cluster of `block` signs with.
pub(super) fn ca_secret(block: &WordBlock) -> Address {
    block.resource(CA_SECRET, CACERTS, None)
}

/// The intermediate of each member. It follows from all blocks together, since the root may be kept in another cluster.
pub(crate) fn assemble(blocks: &[Arc<Expanded>]) -> Vec<Derivation> {
    let find = |word: &str| blocks.iter().find(|block| &*block.block.word == word);
    let (Some(mesh), Some(trust)) = (
        find(mesh::WORD),
        find(trust::WORD).and_then(|block| Trust::of(block)),
    ) else {
        return Vec::new();
    };
    let mesh = Mesh::of(&mesh.block);
    let keeper = |address: &Address| {
        let keeper = blocks.iter().find(|block| block.block.address == *address)?;
        reach(keeper)
    };
    let (authority, local_authority) = trust::reach(&trust, &keeper);
    let secret = |cluster: &Expanded| -> Derived {
        let name = text(cluster, "name").unwrap_or_default();
        let why = format!("what the istiod of {name} signs with, below the root");
        resource(CA_SECRET, CACERTS, why)
            .within(&scope_of(cluster))
            .set("namespace", ISTIO_NAMESPACE)
            .set("name", CACERTS)
            .set("authority", authority.clone())
            .set("local_authority", local_authority.clone())
            .set("root_certificate", trust.certificate.clone())
            .set("key_algorithm", trust.key_algorithm.as_str())
            .set("validity", trust.validity.as_str())
            .set("common_name", format!("{} intermediate of {name}", mesh.id))
            .set_some("organization", trust.organization.as_deref())
            .after([namespace(&cluster.block)])
            .done()
    };
    blocks
        .iter()
        .filter(|block| is_member(block))
        .map(|cluster| Derivation {
            block: cluster.block.clone(),
            resources: vec![secret(cluster)],
        })
        .collect()
}
