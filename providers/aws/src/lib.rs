//! AWS adapters over the real SDK.
