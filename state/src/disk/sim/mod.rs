//! A disk for tests: it can lose power, fill up, fail or die between any two steps.
//!
//! What is written is seen at once by every process, and survives a power cut only once it was synced: the content by
//! syncing the file, its name by syncing the folder. A handle stands for a process; when it dies, its locks end and
//! everything it still tries fails without effect.

mod world;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::sequence::{self, Access, Steps, folder_of};
use super::{Disk, LockGuard, Log};
use world::{Inode, World};

/// A single step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Op {
    /// Reads a whole file, or looks whether there is one.
    Read,
    /// Makes an empty file, or opens one for appending.
    Create,
    /// Writes at the end of a file.
    Write,
    /// Cuts a file off.
    Truncate,
    /// Makes a file's content durable.
    Sync,
    /// Makes the names in a folder durable.
    SyncFolder,
    /// Gives a file another name.
    Rename,
    /// Removes a name.
    Remove,
    /// Takes a lock.
    Lock,
}

/// When a step is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Nothing of it has happened.
    Before,
    /// It has happened, and the caller does not know yet.
    After,
}

/// A step that is about to happen or has happened.
#[derive(Debug, Clone)]
pub struct OpEvent {
    /// Its number on this disk, from 0.
    pub index: u64,
    /// What it is.
    pub op: Op,
    /// The file, or the folder that is synced.
    pub path: PathBuf,
    /// Before or after.
    pub moment: Moment,
    /// What a write appends; of another step nothing.
    pub bytes: Vec<u8>,
}

/// What becomes of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Go,
    /// It fails with this kind: without effect if told before, with it if told after.
    Fail(io::ErrorKind),
    /// A write of which only so many bytes arrive, and which then fails. Else as `Fail(Other)`.
    Tear(usize),
    /// The process dies here.
    Die,
    /// The machine loses power here.
    PowerCut(Cut),
}

/// What a power cut takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// All that was not synced.
    Everything,
    /// Of what was not synced, some: names at random, of appended bytes a random part, the rest of them lost or read
    /// as zeros.
    Some {
        /// The same seed takes the same.
        seed: u64,
    },
}

type Hook = dyn Fn(&OpEvent) -> Verdict + Send + Sync;

#[derive(Default)]
struct Shared {
    world: World,
    hook: Option<Arc<Hook>>,
    failures: Vec<(Op, u64, io::ErrorKind)>,
    counts: BTreeMap<Op, u64>,
    index: u64,
    processes: u64,
    dead: Vec<u64>,
    syncs_nothing: bool,
}

/// A simulated disk, as one process sees it. A clone is the same process.
#[derive(Clone)]
pub struct SimDisk {
    shared: Arc<Mutex<Shared>>,
    process: u64,
}

impl Default for SimDisk {
    fn default() -> Self {
        SimDisk::new()
    }
}

impl SimDisk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Self {
        SimDisk {
            shared: Arc::default(),
            process: 0,
        }
    }

    /// The same disk, seen by another process.
    #[must_use]
    pub fn process(&self) -> Self {
        let mut shared = self.shared();
        shared.processes += 1;
        SimDisk {
            shared: Arc::clone(&self.shared),
            process: shared.processes,
        }
    }

    /// Kills this process, which keeps what it wrote and loses its locks; returns the next one.
    pub fn die(&self) -> Self {
        self.shared().die(self.process);
        self.process()
    }

    /// Takes all that was not synced, and every process; returns the first one after the restart.
    pub fn power_cut(&self) -> Self {
        self.power_cut_of(Cut::Everything)
    }

    /// As [`SimDisk::power_cut`], of what `cut` says.
    pub fn power_cut_of(&self, cut: Cut) -> Self {
        self.shared().power_cut(cut);
        self.process()
    }

    /// Whether this process is dead.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.shared().dead.contains(&self.process)
    }

    /// Asks `hook` before and after every step of every process. It is called without any lock held: it may panic,
    /// abort, or use the disk through a handle of its own.
    pub fn on_operation(&self, hook: impl Fn(&OpEvent) -> Verdict + Send + Sync + 'static) {
        self.shared().hook = Some(Arc::new(hook));
    }

    /// Lets every step go on again, also those that [`SimDisk::fail_nth`] was to fail.
    pub fn heal(&self) {
        let mut shared = self.shared();
        shared.hook = None;
        shared.failures.clear();
    }

    /// Lets the `nth` step of this kind from now on (1 is the next) fail without effect.
    pub fn fail_nth(&self, op: Op, nth: u64, kind: io::ErrorKind) {
        let mut shared = self.shared();
        let at = shared.counts.get(&op).copied().unwrap_or(0) + nth;
        shared.failures.push((op, at, kind));
    }

    /// Whether syncing is to do nothing and say that it did: a test of promises must then turn red.
    pub fn sabotage_sync(&self, on: bool) {
        self.shared().syncs_nothing = on;
    }

    /// How many steps of this kind began.
    #[must_use]
    pub fn count(&self, op: Op) -> u64 {
        self.shared().counts.get(&op).copied().unwrap_or(0)
    }

    /// How many steps began.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.shared().index
    }

    /// The names of all files.
    #[must_use]
    pub fn names(&self) -> Vec<PathBuf> {
        self.shared().world.names.keys().cloned().collect()
    }

    /// Puts a file there, durable, as if it had always been.
    pub fn plant(&self, path: &Path, bytes: &[u8]) {
        self.shared().world.plant(path, bytes);
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        // A hook may unwind through here; what it leaves is as whole as what a dead process leaves.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step<T>(&self, op: Op, path: &Path, act: impl FnOnce(&mut World) -> io::Result<T>) -> io::Result<T> {
        self.step_torn((op, &[]), path, act, |_, _| {})
    }

    fn step_torn<T>(
        &self,
        (op, bytes): (Op, &[u8]),
        path: &Path,
        act: impl FnOnce(&mut World) -> io::Result<T>,
        tear: impl FnOnce(&mut World, usize),
    ) -> io::Result<T> {
        let (index, hook) = self.begin(op)?;
        let ask = |moment| {
            let event = || OpEvent {
                index,
                op,
                path: path.to_path_buf(),
                moment,
                bytes: bytes.to_vec(),
            };
            hook.as_ref().map_or(Verdict::Go, |hook| hook(&event()))
        };
        match ask(Moment::Before) {
            Verdict::Tear(len) => {
                tear(&mut self.shared().world, len);
                return Err(io::Error::other("only a part was written"));
            }
            verdict => self.suffer(verdict)?,
        }
        let done = {
            let mut shared = self.shared();
            shared.alive(self.process)?;
            let skip = shared.syncs_nothing;
            shared.world.syncs_nothing = skip;
            act(&mut shared.world)?
        };
        self.suffer(ask(Moment::After))?;
        Ok(done)
    }

    fn begin(&self, op: Op) -> io::Result<(u64, Option<Arc<Hook>>)> {
        let mut shared = self.shared();
        shared.alive(self.process)?;
        let index = shared.index;
        shared.index += 1;
        let count = shared.counts.entry(op).or_default();
        *count += 1;
        let count = *count;
        if let Some((.., kind)) = shared
            .failures
            .iter()
            .find(|(of, at, _)| (*of, *at) == (op, count))
        {
            return Err((*kind).into());
        }
        Ok((index, shared.hook.clone()))
    }

    fn suffer(&self, verdict: Verdict) -> io::Result<()> {
        match verdict {
            Verdict::Go => return Ok(()),
            Verdict::Fail(kind) => return Err(kind.into()),
            Verdict::Tear(_) => return Err(io::ErrorKind::Other.into()),
            Verdict::Die => self.shared().die(self.process),
            Verdict::PowerCut(cut) => self.shared().power_cut(cut),
        }
        Err(dead())
    }
}

fn dead() -> io::Error {
    io::Error::other("this process is dead")
}

impl Shared {
    fn alive(&self, process: u64) -> io::Result<()> {
        if self.dead.contains(&process) {
            Err(dead())
        } else {
            Ok(())
        }
    }

    fn die(&mut self, process: u64) {
        self.dead.push(process);
        self.world.locks.retain(|_, lock| lock.process != process);
    }

    fn power_cut(&mut self, cut: Cut) {
        self.dead = (0..=self.processes).collect();
        self.world.locks.clear();
        self.world.power_cut(cut);
    }
}

impl Disk for SimDisk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.step(Op::Read, path, |world| {
            world.file(path).map(|inode| inode.data.clone())
        })
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.step(Op::Read, path, |world| Ok(world.names.contains_key(path)))
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        sequence::replace(self, path, bytes, Access::Private)
    }

    fn open_log(&self, path: &Path, len: u64) -> io::Result<Box<dyn Log>> {
        sequence::open_log(self.clone(), path, len)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        sequence::remove(self, path)
    }

    fn lock(&self, path: &Path, content: &[u8]) -> io::Result<Box<dyn LockGuard>> {
        // Made within the step: a step that fails after its effect must let go again.
        let guard = self.step(Op::Lock, path, |world| {
            let ticket = world.take_lock(path, content, self.process)?;
            Ok(SimLock {
                disk: self.clone(),
                path: path.to_path_buf(),
                ticket,
            })
        })?;
        Ok(Box::new(guard))
    }

    fn locked(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        self.step(Op::Read, path, |world| {
            Ok(world.locks.get(path).map(|lock| lock.content.clone()))
        })
    }
}

struct SimLock {
    disk: SimDisk,
    path: PathBuf,
    ticket: u64,
}

impl LockGuard for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        let mut shared = self.disk.shared();
        if shared
            .world
            .locks
            .get(&self.path)
            .is_some_and(|lock| lock.ticket == self.ticket)
        {
            shared.world.locks.remove(&self.path);
        }
    }
}

/// An open file: its inode, and the name that it was opened by.
pub(super) struct SimFile {
    inode: u64,
    path: PathBuf,
}

impl Steps for SimDisk {
    type File = SimFile;

    fn temporary(&self, path: &Path, _access: Access) -> io::Result<(PathBuf, SimFile)> {
        let name = path
            .file_name()
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let temporary = folder_of(path).join(format!(".{}.tmp", name.to_string_lossy()));
        let inode = self.step(Op::Create, &temporary, |world| Ok(world.create(&temporary)))?;
        Ok((
            temporary.clone(),
            SimFile {
                inode,
                path: temporary,
            },
        ))
    }

    fn open(&self, path: &Path) -> io::Result<SimFile> {
        let inode = self.step(Op::Create, path, |world| {
            let there = world.names.get(path).copied();
            Ok(there.unwrap_or_else(|| world.create(path)))
        })?;
        Ok(SimFile {
            inode,
            path: path.to_path_buf(),
        })
    }

    fn len(&self, file: &SimFile) -> io::Result<u64> {
        Ok(self.shared().world.inode(file.inode)?.data.len() as u64)
    }

    fn write(&self, file: &mut SimFile, bytes: &[u8]) -> io::Result<()> {
        let write =
            |world: &mut World, bytes: &[u8]| world.inode(file.inode).map(|inode| inode.append(bytes));
        self.step_torn(
            (Op::Write, bytes),
            &file.path,
            |world| write(world, bytes),
            |world, len| _ = write(world, &bytes[..len.min(bytes.len())]),
        )
    }

    fn truncate(&self, file: &SimFile, len: u64) -> io::Result<()> {
        self.step(Op::Truncate, &file.path, |world| {
            world.inode(file.inode).map(|inode| inode.truncate(len))
        })
    }

    fn sync(&self, file: &SimFile) -> io::Result<()> {
        self.step(Op::Sync, &file.path, |world| {
            let skip = world.syncs_nothing;
            world.inode(file.inode).map(|inode| {
                if skip {
                } else {
                    Inode::sync(inode)
                }
            })
        })
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.step(Op::SyncFolder, folder, |world| {
            world.sync_folder(folder);
            Ok(())
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(Op::Rename, to, |world| world.rename(from, to))
    }

    fn unlink(&self, path: &Path) -> io::Result<()> {
        self.step(Op::Remove, path, |world| world.unlink(path))
    }
}

#[cfg(test)]
mod tests;
