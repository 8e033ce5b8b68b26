//! A world to test against: objects that behave like those of a cloud, faults, time and chance under control.
//!
//! - [`World`] holds the objects and a [`Happened`] for every effect that really took place; it outlives the process
//!   that a test kills.
//! - [`FakeAdapter`] is one process's way to it, and [`kinds`] are the kinds that it serves, one for each way in which
//!   a lost creation can be found again.
//! - [`Fault`]s meet the nth call; [`Lab`] runs the whole pipeline over state, disk and world, kills it where it is
//!   told, goes on until all is done and says what is wrong with what is left. It takes kinds of any sort, so that real
//!   configurations run in it, too.
//! - [`Trouble`] befalls the machine.
//! - [`Case`] is something to do in a lab: it says what a clean run of it does, and whether a point of the fault matrix is
//!   survived.
//! - [`Driver`] runs the pipeline over a real adapter, for the tests of those.
//! - [`ManualClock`] and [`SeededEntropy`] make all of it repeatable.
//!
//! Nothing here may know more of the engine than an adapter or a command does: a test that passes by knowing better
//! proves nothing.

mod adapter;
mod audit;
mod calls;
mod clock;
mod driver;
mod faults;
pub mod kinds;
mod lab;
mod make;
mod matrix;
mod sabotage;
mod trouble;
mod world;

pub use adapter::FakeAdapter;
pub use clock::{ManualClock, SeededEntropy};
pub use driver::Driver;
pub use faults::{Answer, Death, Fault, KillAt};
pub use lab::{Lab, Ran};
pub use make::{Make, desired, filled};
pub use matrix::{Case, Clean, Told, Trace};
pub use sabotage::LateIntents;
pub use trouble::Trouble;
pub use world::{Call, Happened, Manners, Thing, World};
