//! What is on a simulated disk: as it is seen, and as a power cut would leave it. It knows no processes and
//! no failures, only what follows from each step.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use super::super::sequence::folder_of;
use super::Cut;

/// A file's content. Durable are the first `kept` bytes of `data` and, behind them, `old`: what a power cut brings
/// back of bytes that were cut off and not synced.
#[derive(Debug, Default)]
pub(super) struct Inode {
    pub(super) data: Vec<u8>,
    kept: usize,
    old: Vec<u8>,
}

impl Inode {
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.data.extend_from_slice(bytes);
    }

    pub(super) fn truncate(&mut self, len: u64) {
        let len = usize::try_from(len).unwrap_or(usize::MAX).min(self.data.len());
        if len < self.kept {
            let mut old = self.data[len..self.kept].to_vec();
            old.append(&mut self.old);
            self.old = old;
            self.kept = len;
        }
        self.data.truncate(len);
    }

    pub(super) fn sync(&mut self) {
        self.kept = self.data.len();
        self.old.clear();
    }

    fn power_cut(&mut self, dice: &mut Option<Dice>) {
        // Of a cut and what was appended behind it, either both are looked at or neither.
        let apart = self.old.is_empty() || dice.as_mut().is_some_and(Dice::toss);
        if let Some(dice) = dice.as_mut().filter(|_| apart) {
            let arrived = self.kept + dice.below(self.data.len() - self.kept + 1);
            if dice.toss() {
                self.data.truncate(arrived);
            } else {
                self.data[arrived..].fill(0);
            }
        } else {
            self.data.truncate(self.kept);
            self.data.append(&mut self.old);
        }
        self.sync();
    }
}

#[derive(Debug)]
pub(super) struct Lock {
    pub(super) process: u64,
    pub(super) ticket: u64,
    pub(super) content: Vec<u8>,
}

#[derive(Debug)]
enum Change {
    Set(PathBuf, u64),
    Unset(PathBuf),
    Rename { from: PathBuf, to: PathBuf, inode: u64 },
}

impl Change {
    fn path(&self) -> &Path {
        match self {
            Change::Set(path, _) | Change::Unset(path) | Change::Rename { to: path, .. } => path,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) names: BTreeMap<PathBuf, u64>,
    pub(super) locks: HashMap<PathBuf, Lock>,
    pub(super) syncs_nothing: bool,
    durable: BTreeMap<PathBuf, u64>,
    /// Changes of names that no sync has made durable, in their order.
    pending: Vec<Change>,
    inodes: HashMap<u64, Inode>,
    next: u64,
}

impl World {
    pub(super) fn inode(&mut self, number: u64) -> io::Result<&mut Inode> {
        self.inodes
            .get_mut(&number)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    pub(super) fn file(&mut self, path: &Path) -> io::Result<&mut Inode> {
        let number = self
            .names
            .get(path)
            .copied()
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        self.inode(number)
    }

    pub(super) fn create(&mut self, path: &Path) -> u64 {
        self.next += 1;
        self.inodes.insert(self.next, Inode::default());
        self.names.insert(path.to_path_buf(), self.next);
        self.pending.push(Change::Set(path.to_path_buf(), self.next));
        self.next
    }

    pub(super) fn plant(&mut self, path: &Path, bytes: &[u8]) {
        let number = self.create(path);
        self.pending.pop();
        self.durable.insert(path.to_path_buf(), number);
        if let Some(inode) = self.inodes.get_mut(&number) {
            inode.append(bytes);
            inode.sync();
        }
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let inode = self
            .names
            .remove(from)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        self.names.insert(to.to_path_buf(), inode);
        self.pending.push(Change::Rename {
            from: from.to_path_buf(),
            to: to.to_path_buf(),
            inode,
        });
        Ok(())
    }

    pub(super) fn unlink(&mut self, path: &Path) -> io::Result<()> {
        self.names
            .remove(path)
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        self.pending.push(Change::Unset(path.to_path_buf()));
        Ok(())
    }

    pub(super) fn sync_folder(&mut self, folder: &Path) {
        if self.syncs_nothing {
            return;
        }
        let (synced, pending) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|change| folder_of(change.path()) == folder);
        self.pending = pending;
        for change in Vec::<Change>::from_iter(synced) {
            self.keep(change);
        }
        self.forget_unnamed();
    }

    pub(super) fn take_lock(&mut self, path: &Path, content: &[u8], process: u64) -> io::Result<u64> {
        if self.locks.contains_key(path) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.next += 1;
        let lock = Lock {
            process,
            ticket: self.next,
            content: content.to_vec(),
        };
        self.locks.insert(path.to_path_buf(), lock);
        Ok(self.next)
    }

    pub(super) fn power_cut(&mut self, cut: Cut) {
        let mut dice = match cut {
            Cut::Everything => None,
            Cut::Some { seed } => Some(Dice(seed)),
        };
        for change in std::mem::take(&mut self.pending) {
            if dice.as_mut().is_some_and(Dice::toss) {
                self.keep(change);
            }
        }
        self.names = self.durable.clone();
        self.forget_unnamed();
        let mut numbers: Vec<u64> = self.inodes.keys().copied().collect();
        // The order of a hash map is not the seed's.
        numbers.sort_unstable();
        for number in numbers {
            if let Some(inode) = self.inodes.get_mut(&number) {
                inode.power_cut(&mut dice);
            }
        }
    }

    fn keep(&mut self, change: Change) {
        match change {
            Change::Set(path, inode) => _ = self.durable.insert(path, inode),
            Change::Unset(path) => _ = self.durable.remove(&path),
            Change::Rename { from, to, inode } => {
                if self.durable.get(&from) == Some(&inode) {
                    self.durable.remove(&from);
                }
                self.durable.insert(to, inode);
            }
        }
    }

    fn forget_unnamed(&mut self) {
        let mut named: Vec<u64> = self
            .names
            .values()
            .chain(self.durable.values())
            .copied()
            .collect();
        named.extend(self.pending.iter().filter_map(|change| match change {
            Change::Set(_, inode) | Change::Rename { inode, .. } => Some(*inode),
            Change::Unset(_) => None,
        }));
        self.inodes.retain(|number, _| named.contains(number));
    }
}

/// Repeatable chance (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn toss(&mut self) -> bool {
        self.roll() & 1 == 0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.roll() % bound.max(1) as u64).unwrap_or(0)
    }
}
