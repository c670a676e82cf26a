//! uring-copy: copies a file through io_uring.
//!
//! For the instructor. What carries this program:
//!
//! 1. Everything that can fail without the ring comes first: the ring itself, SRC, and whether SRC
//!    and DST are one file, which device and inode say and names do not.
//! 2. The copy is made under another name beside DST and takes its place when it is complete.
//! 3. A [`Block`] owns its memory from the submission to the completion, and knows how far it has
//!    come. What a short result leaves is asked for again; so neither the order of completions
//!    matters, nor what the size was in the beginning.
//! 4. SRC ends at the lowest place at which a read gave 0. What came from behind it, before SRC
//!    got shorter, is cut off.
//! 5. It waits for half of what is in flight: a call carries several operations, and the ring is
//!    never empty.
//! 6. After an error nothing more is asked for, and what is in flight is awaited: the kernel still
//!    writes into these blocks.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use io_uring::{IoUring, opcode, types::Fd};

const BLOCKS: usize = 8;
const BLOCK: usize = 2 << 20;
const NO_RING: u8 = 3;

/// A block on its way: first it is read, then it is written.
struct Block {
    bytes: Vec<u8>,
    /// Where in the file it begins.
    at: u64,
    /// How much of it has been read.
    len: usize,
    written: usize,
    is_writing: bool,
    is_busy: bool,
}

struct Copy<'a> {
    ring: &'a mut IoUring,
    from: &'a File,
    to: &'a File,
    blocks: Vec<Block>,
    in_flight: usize,
    /// A hint.
    size: u64,
    /// Where the next block begins.
    next: u64,
    /// Where SRC ends, as far as reads have found.
    end: Option<u64>,
    /// The end of what was written.
    reach: u64,
    error: Option<io::Error>,
}

impl Copy<'_> {
    fn run(mut self) -> io::Result<()> {
        self.begin_blocks();
        while self.in_flight > 0 {
            match self.ring.submit_and_wait(self.in_flight.div_ceil(2)) {
                Err(error)
                    if !matches!(
                        error.kind(),
                        ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::ResourceBusy
                    ) =>
                {
                    // The kernel may still use the blocks.
                    std::mem::forget(self.blocks);
                    return Err(error);
                }
                _ => {}
            }
            let done: Vec<_> = (self.ring.completion())
                .map(|entry| (entry.user_data() as usize, entry.result()))
                .collect();
            for (number, result) in done {
                self.complete(number, result);
            }
            self.begin_blocks();
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        match self.end {
            Some(end) if self.reach > end => self.to.set_len(end),
            _ => Ok(()),
        }
    }

    /// Gives every idle block something to read, as long as there may be something.
    fn begin_blocks(&mut self) {
        for number in 0..self.blocks.len() {
            // Behind the size of the beginning is something only if SRC has grown: one read tells.
            let is_due = self.next < self.size || self.in_flight == 0;
            let is_over = self.error.is_some() || self.end.is_some();
            let block = &mut self.blocks[number];
            if block.is_busy || is_over || !is_due {
                continue;
            }
            (block.at, block.len, block.written) = (self.next, 0, 0);
            block.is_writing = false;
            self.next += BLOCK as u64;
            self.submit(number);
        }
    }

    fn submit(&mut self, number: usize) {
        let block = &mut self.blocks[number];
        let entry = if block.is_writing {
            let rest = &block.bytes[block.written..block.len];
            opcode::Write::new(Fd(self.to.as_raw_fd()), rest.as_ptr(), rest.len() as u32)
                .offset(block.at + block.written as u64)
                .build()
        } else {
            let room = &mut block.bytes[block.len..];
            let fd = Fd(self.from.as_raw_fd());
            opcode::Read::new(fd, room.as_mut_ptr(), room.len() as u32)
                .offset(block.at + block.len as u64)
                .build()
        };
        block.is_busy = true;
        self.in_flight += 1;
        // SAFETY: the block stays where it is, and is touched by nobody, until it is completed.
        unsafe { self.ring.submission().push(&entry.user_data(number as u64)) }
            .expect("there is room for each block");
    }

    fn complete(&mut self, number: usize, result: i32) {
        let block = &mut self.blocks[number];
        block.is_busy = false;
        self.in_flight -= 1;
        let has_more = match usize::try_from(result) {
            Ok(0) if block.is_writing => {
                self.error.get_or_insert(ErrorKind::StorageFull.into());
                false
            }
            Ok(count) if block.is_writing => {
                block.written += count;
                self.reach = self.reach.max(block.at + block.written as u64);
                block.written < block.len
            }
            Ok(count) => {
                block.len += count;
                if count == 0 {
                    let end = block.at + block.len as u64;
                    self.end = Some(self.end.map_or(end, |known| known.min(end)));
                }
                block.is_writing = count == 0 || block.len == BLOCK;
                !block.is_writing || block.len > 0
            }
            Err(_) => {
                let error = io::Error::from_raw_os_error(-result);
                let kind = error.kind();
                let again = matches!(kind, ErrorKind::Interrupted | ErrorKind::WouldBlock);
                if !again {
                    self.error.get_or_insert(error);
                }
                again
            }
        };
        if has_more && self.error.is_none() {
            self.submit(number);
        }
    }
}

fn copy(ring: &mut IoUring, from: &File, to: &File, size: u64) -> io::Result<()> {
    let block = || Block {
        bytes: vec![0; BLOCK],
        at: 0,
        len: 0,
        written: 0,
        is_writing: false,
        is_busy: false,
    };
    let copy = Copy {
        ring,
        from,
        to,
        blocks: std::iter::repeat_with(block).take(BLOCKS).collect(),
        in_flight: 0,
        size,
        next: 0,
        end: None,
        reach: 0,
        error: None,
    };
    copy.run()
}

/// A name beside this one that nobody else uses.
fn beside(dst: &Path) -> PathBuf {
    let mut name = dst.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    name.into()
}

fn replace(ring: &mut IoUring, src: &Path, dst: &Path) -> io::Result<()> {
    let from = File::open(src)?;
    let source = from.metadata()?;
    if !source.is_file() {
        return Err(io::Error::other("SRC is no regular file"));
    }
    let is_same = |old: &fs::Metadata| (old.dev(), old.ino()) == (source.dev(), source.ino());
    if fs::metadata(dst).as_ref().is_ok_and(is_same) {
        return Err(io::Error::other("SRC and DST are the same file"));
    }
    let name = beside(dst);
    let to = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&name)?;
    let permissions = fs::Permissions::from_mode(source.mode() & 0o777);
    copy(ring, &from, &to, source.len())
        .and_then(|()| to.set_permissions(permissions))
        .and_then(|()| fs::rename(&name, dst))
        .inspect_err(|_| drop(fs::remove_file(&name)))
}

fn main() -> ExitCode {
    let args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [src, dst] = &args[..] else {
        eprintln!("usage: uring-copy SRC DST");
        return ExitCode::from(2);
    };
    let mut ring = match IoUring::new(BLOCKS as u32) {
        Ok(ring) => ring,
        Err(error) => {
            eprintln!("uring-copy: io_uring is not to be had here: {error}");
            return ExitCode::from(NO_RING);
        }
    };
    match replace(&mut ring, src, dst) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uring-copy: {}: {error}", dst.display());
            ExitCode::FAILURE
        }
    }
}
