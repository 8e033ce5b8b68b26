//! The vocabulary: which words there are, and who expands each.

use std::sync::Arc;

use meshform_engine::compile::{Context, Derivation, Expanded, Expansion, Stop, Vocabulary, WordBlock};
use meshform_engine::config::WordSchema;
use meshform_lang::Diagnostics;

use crate::{account, cluster, discovery, link, mesh, network, ports, region, trust, vpc};

/// The words of a mesh.
#[derive(Debug, Clone)]
pub struct Mesh {
    words: Vec<WordSchema>,
}

impl Mesh {
    /// All words.
    #[must_use]
    pub fn new() -> Self {
        Mesh {
            words: vec![
                account::schema(),
                mesh::schema(),
                trust::schema(),
                vpc::schema(),
                network::schema(),
                link::schema(),
                cluster::schema(),
                discovery::schema(),
            ],
        }
    }
}

impl Default for Mesh {
    fn default() -> Self {
        Mesh::new()
    }
}

impl Vocabulary for Mesh {
    fn words(&self) -> &[WordSchema] {
        &self.words
    }

    fn expand(&self, block: &WordBlock, context: &mut Context<'_>) -> Result<Expansion, Stop> {
        match &*block.word {
            account::WORD => account::expand(block),
            mesh::WORD => mesh::expand(block, context),
            trust::WORD => trust::expand(block, context),
            vpc::WORD => vpc::expand(block, context),
            network::WORD => Ok(network::expand(block)),
            link::WORD => link::expand(block, context),
            cluster::WORD => cluster::expand(block, context),
            discovery::WORD => discovery::expand(block, context),
            // The engine hands over blocks of the words above only.
            _ => Ok(Expansion::default()),
        }
    }

    fn assemble(&self, blocks: &[Arc<Expanded>], context: &mut Context<'_>) -> Result<Vec<Derivation>, Stop> {
        let mut all = Vec::new();
        all.extend(trust::assemble(blocks));
        all.extend(cluster::assemble(blocks));
        all.extend(ports::assemble(blocks));
        all.extend(discovery::assemble(blocks, context));
        Ok(all)
    }

    fn review(&self, blocks: &[&Expanded]) -> Diagnostics {
        let mut found = account::review(blocks);
        found.extend(region::review(blocks));
        found.extend(mesh::review(blocks));
        found.extend(link::review(blocks));
        found.extend(vpc::review(blocks));
        found.extend(network::review(blocks));
        found.extend(cluster::review(blocks));
        found
    }
}
