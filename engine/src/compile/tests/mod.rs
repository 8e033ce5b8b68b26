//! Compilation as a whole: small configurations in, what they ask for or what is wrong with them out.

mod dynamic;
mod later;
mod mistakes;
mod modules;
mod more;
mod moves;
mod resources;
mod words;
mod world;
