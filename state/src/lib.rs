//! Addresses, known values, snapshots, the journal and the only code that writes files.
