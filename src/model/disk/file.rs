//! One file: what the page cache holds, and what the disk holds.

/// The largest file that is replayed; beyond it the file is blind. A hostile program can ask for
/// a terabyte with one ftruncate(2).
const MAX_BYTES: u64 = 64 << 20;

/// A regular file, apart from its names.
#[derive(Debug, Default)]
pub(super) struct File {
    /// What read(2) would show.
    pub(super) volatile: Vec<u8>,
    /// What is there after a power failure.
    pub(super) durable: Vec<u8>,
    /// Why the content is not known, if it is not.
    pub(super) blind: Option<String>,
    /// Inode number; 0 while it is not known.
    pub(super) inode: u64,
    /// The first component of its path, which stands for its filesystem.
    pub(super) filesystem: String,
    /// Whether it was ever opened with O_DSYNC or O_SYNC.
    pub(super) is_ever_synchronous: bool,
    /// Changes that no sync has covered yet, oldest first, each with its number.
    pending: Vec<(u64, Change)>,
}

/// A change of a file's content.
#[derive(Debug)]
pub(super) enum Change {
    /// These bytes at this offset.
    Write(u64, Vec<u8>),
    /// This size, whatever it was: ftruncate(2), O_TRUNC.
    Resize(u64),
    /// At least this size: fallocate(2).
    Extend(u64),
    /// Zeros from this offset on, so many, within the size.
    Zero(u64, u64),
}

impl File {
    /// A file that the disk has held all along.
    pub(super) fn existing(content: Vec<u8>) -> Self {
        Self {
            durable: content.clone(),
            volatile: content,
            ..Self::default()
        }
    }

    /// A file of which nothing can be said.
    pub(super) fn blind(reason: impl Into<String>) -> Self {
        Self {
            blind: Some(reason.into()),
            ..Self::default()
        }
    }

    /// Gives up on this file; the first reason is kept.
    pub(super) fn lose_sight(&mut self, reason: impl Into<String>) {
        self.blind.get_or_insert_with(|| reason.into());
    }

    /// Makes change number `nth`; it waits for a sync.
    pub(super) fn change(&mut self, nth: u64, change: Change) {
        if change.end() > MAX_BYTES {
            self.lose_sight(format!("it grew beyond {MAX_BYTES} bytes"));
            return;
        }
        change.apply(&mut self.volatile);
        self.pending.push((nth, change));
    }

    /// Makes change number `nth` as a write on an O_DSYNC descriptor does: its bytes and the
    /// file's size reach the disk, other bytes that wait do not. See open(2).
    pub(super) fn change_durably(&mut self, nth: u64, change: Change) {
        self.change(nth, change);
        let Some((last, before)) = self.pending.split_last() else {
            return;
        };
        for (_, waiting) in before {
            waiting.apply_size(&mut self.durable);
        }
        last.1.apply(&mut self.durable);
        // It stays in the list: an older change that overlaps it may reach the disk later, and
        // must not win.
    }

    /// A sync that covers the changes before number `upto` succeeded, or failed; see fsync(2).
    ///
    /// If it failed, the kernel has dropped them or marked them clean: no later sync will write
    /// them.
    pub(super) fn sync(&mut self, upto: u64, succeeded: bool) {
        let covered = self.pending.partition_point(|(nth, _)| *nth < upto);
        for (_, change) in self.pending.drain(..covered) {
            if succeeded {
                change.apply(&mut self.durable);
            }
        }
    }

    /// sync_file_range(2) over `from..to` succeeded: bytes within what the disk already has as
    /// the file's size are there, and no metadata is.
    pub(super) fn range_synced(&mut self, upto: u64, from: u64, to: u64) {
        let to = to.min(self.durable.len() as u64);
        for (nth, change) in &self.pending {
            if let (Change::Write(at, bytes), true) = (change, *nth < upto) {
                let begin = from.max(*at);
                let end = to.min(at + bytes.len() as u64);
                if begin < end {
                    self.durable[begin as usize..end as usize]
                        .copy_from_slice(&bytes[(begin - at) as usize..(end - at) as usize]);
                }
            }
        }
    }
}

impl Change {
    /// The offset that the change reaches.
    fn end(&self) -> u64 {
        match self {
            Self::Write(at, bytes) => at.saturating_add(bytes.len() as u64),
            Self::Resize(size) | Self::Extend(size) => *size,
            Self::Zero(at, len) => at.saturating_add(*len),
        }
    }

    /// Offsets were checked against [`MAX_BYTES`] when the change was made.
    fn apply(&self, content: &mut Vec<u8>) {
        self.apply_size(content);
        match self {
            Self::Write(at, bytes) => {
                let at = *at as usize;
                content[at..at + bytes.len()].copy_from_slice(bytes);
            }
            Self::Zero(at, len) => {
                let end = content.len().min((at + len) as usize);
                let begin = end.min(*at as usize);
                content[begin..end].fill(0);
            }
            Self::Resize(_) | Self::Extend(_) => {}
        }
    }

    /// What the change does to the size alone.
    fn apply_size(&self, content: &mut Vec<u8>) {
        match self {
            // A write of nothing does not extend a file.
            Self::Write(_, bytes) if bytes.is_empty() => {}
            Self::Write(..) | Self::Extend(_) => {
                let size = content.len().max(self.end() as usize);
                content.resize(size, 0);
            }
            Self::Resize(size) => content.resize(*size as usize, 0),
            Self::Zero(..) => {}
        }
    }
}
