//! The vocabulary: which words there are, and who expands each.

use meshform_engine::compile::{Context, Expanded, Expansion, Stop, Vocabulary, WordBlock};
use meshform_engine::config::WordSchema;
use meshform_lang::Diagnostics;

use crate::{account, cluster, vpc};

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
            words: vec![account::schema(), vpc::schema(), cluster::schema()],
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
            vpc::WORD => vpc::expand(block, context),
            cluster::WORD => Ok(cluster::expand(block)),
            // The engine hands over blocks of the words above only.
            _ => Ok(Expansion::default()),
        }
    }

    fn review(&self, blocks: &[&Expanded]) -> Diagnostics {
        let mut found = account::review(blocks);
        found.extend(vpc::review(blocks));
        found
    }
}
