//! Hash tables, with a hash that is made for speed: what is hashed are the addresses and names of a configuration that
//! its owner wrote, so nobody gains by making them collide, and the tables behave the same in every run.

use foldhash::fast::FixedState;

/// A map by hash.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, FixedState>;

/// A set by hash.
pub(crate) type HashSet<T> = std::collections::HashSet<T, FixedState>;

/// A map with room for `count` entries.
pub(crate) fn room<K, V>(count: usize) -> HashMap<K, V> {
    HashMap::with_capacity_and_hasher(count, FixedState::default())
}
