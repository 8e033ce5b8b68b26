//! That cost grows as it should, and that a large mesh touches only what it must. Counts and ratios, never times.

mod growth;
mod mesh;
