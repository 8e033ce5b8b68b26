//! The reference implementation as an oracle: hashicorp/hcl and go-cty answer generated expressions, and so do we.
//!
//! `generate` makes the expressions, `names` what they refer to (later and secret values included), `wire` is the form
//! that both sides write values in, `reference` is the other side and `compare` asks both; where they differ before all is known,
//! `excuse` asks again in `worlds` in which all is known. The Go side is in `tests/oracle`.

mod compare;
mod excuse;
mod generate;
mod names;
mod reference;
mod wire;
mod worlds;
