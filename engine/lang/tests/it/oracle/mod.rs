//! The reference implementation as an oracle: hashicorp/hcl and go-cty answer generated expressions, and so do we.
//!
//! `generate` makes the expressions, `names` what they refer to (later and secret values included), `wire` is the form
//! that both sides write values in, `compare` asks both,
//! `excuse` lists the differences that are meant. The Go side is in `tests/oracle`.

mod compare;
mod excuse;
mod generate;
mod names;
mod wire;
