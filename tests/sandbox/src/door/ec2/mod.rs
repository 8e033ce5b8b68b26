//! What EC2 does and moto does not: idempotent creates by ClientToken, pages by MaxResults, new objects that are not
//! visible yet. It must never change what moto answers otherwise.

pub(crate) mod hidden;
pub(crate) mod nouns;
pub(crate) mod paging;
pub(crate) mod tokens;
pub(crate) mod xml;
