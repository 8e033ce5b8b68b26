//! Records and disks: what a mesh's state is, and the only code that writes files.
//!
//! Read in this order:
//!
//! 1. [`Address`] names a resource for ever; [`Value`] is any value of the configuration, and only wholly known,
//!    not secret ones can be encoded ([`value::encode`]).
//! 2. [`Snapshot`] is what was recorded at the end of the last apply.
//! 3. [`journal`] is what happened since: intents before effects, outcomes after. [`journal::fold`] is the one
//!    function that turns snapshot and events into the state of now, in a live run and after a crash alike.
//! 4. [`Store`] keeps both; [`LocalStore`] does so in a folder, through the [`disk`] seam. [`mod@format`] is how a
//!    snapshot looks there.
//!
//! On disk: `meshform.state.json` (the snapshot, and which run is open on it), `meshform.state.json.backup` (the one
//! before), `meshform.state.journal` (the run that is open) and `.meshform/lock`.
//!
//! This crate must never know HCL, graphs, plans, clouds, clusters or meshes, and nothing here may read the
//! environment or a clock: time and randomness come in as arguments.

pub mod addr;
pub mod disk;
pub mod format;
pub mod journal;
pub mod scope;
pub mod snapshot;
pub mod store;
pub mod value;

pub use addr::{Address, AddressError};
pub use scope::{EksReach, Scope, ScopeKey};
pub use snapshot::{DeposedKey, OutputRecord, Record, RunMark, Snapshot};
pub use store::{Holder, LocalStore, Session, Store, StoreError};
pub use value::{Later, Number, Origin, Str, Type, Value};
