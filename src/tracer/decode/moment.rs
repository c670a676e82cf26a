//! One end of one call, and the reading of what its arguments point to.

use crate::model::{Arg, Bytes, Fd};
use crate::sys::memory::{self, PAGE};

use super::block::Block;
use super::{Depth, objects, word};

/// The kernel refuses longer paths; see path_resolution(7).
const PATH_MAX: usize = 4096;

/// The kernel refuses more parts in an I/O vector; see readv(2).
const IOV_MAX: u64 = 1024;

/// Elements of an array that are shown at most.
const ELEMENTS_MAX: usize = 1024;

/// The entry or the exit of a call.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    /// The stopped task.
    pub(crate) pid: i32,
    /// The registers at the entry.
    pub(crate) args: [u64; 6],
    /// How much is looked at.
    pub(crate) depth: &'a Depth,
    /// The answer; `None` at the entry.
    pub(crate) raw: Option<i64>,
    /// The arguments as they were shown at the entry; empty at the entry itself.
    pub(crate) before: &'a [Arg],
    /// What was shown for the argument in hand at the entry.
    pub(crate) was: Option<&'a Arg>,
}

/// A part of an I/O vector; see readv(2).
pub(crate) struct Part {
    pub(crate) base: u64,
    pub(crate) len: u64,
}

impl Moment<'_> {
    /// Reads a structure of `len` bytes; `None` if any of it is unreadable.
    pub(crate) fn block(&self, at: u64, len: usize) -> Option<Block> {
        let mut bytes = vec![0; len];
        let got = memory::read(self.pid, at, &mut bytes).ok()?;
        (got == len).then_some(Block(bytes))
    }

    /// Reads a 32-bit word.
    pub(crate) fn u32(&self, at: u64) -> Option<u32> {
        memory::read_array(self.pid, at)
            .ok()
            .map(u32::from_ne_bytes)
    }

    /// Reads a 64-bit word.
    pub(crate) fn u64(&self, at: u64) -> Option<u64> {
        memory::read_u64(self.pid, at).ok()
    }

    /// Reads a buffer of `len` bytes, or as much of it as is kept and readable.
    ///
    /// `None` if it is not empty and its first byte is unreadable.
    pub(crate) fn bytes(&self, at: u64, len: u64) -> Option<Bytes> {
        let mut data = vec![0; self.kept(len)];
        if !data.is_empty() {
            let got = memory::read(self.pid, at, &mut data).ok()?;
            data.truncate(got);
        }
        let cut = len - data.len() as u64;
        Some(Bytes { data, cut })
    }

    /// How many of `len` bytes are kept.
    fn kept(&self, len: u64) -> usize {
        usize::try_from(len).map_or(self.depth.bytes, |len| len.min(self.depth.bytes))
    }

    /// How many elements of an array of `count` are shown.
    pub(crate) fn elements(&self, count: u64) -> usize {
        usize::try_from(count)
            .unwrap_or(usize::MAX)
            .min(self.depth.bytes)
            .min(ELEMENTS_MAX)
    }

    /// Reads a NUL-terminated string of up to `max` bytes.
    ///
    /// The string may be longer than what is returned: its `cut` is then 1, for "at least one".
    /// `None` if it is unreadable, or runs into memory that is.
    pub(crate) fn string(&self, at: u64, max: usize) -> Option<Bytes> {
        let mut data = Vec::new();
        let mut here = at;
        while data.len() <= max {
            // The bytes up to the end of the page are readable or not as a whole.
            let mut chunk = [0; 256];
            let want = ((PAGE - here % PAGE) as usize).min(chunk.len());
            let got = memory::read(self.pid, here, &mut chunk[..want]).ok()?;
            let part = chunk.get(..got)?;
            let end = part.iter().position(|byte| *byte == 0);
            data.extend_from_slice(&part[..end.unwrap_or(got)]);
            if end.is_some() {
                break;
            }
            here = here.checked_add(got as u64)?;
        }
        let cut = u64::from(data.len() > max);
        data.truncate(max);
        Some(Bytes { data, cut })
    }

    /// Reads a path.
    pub(crate) fn path(&self, at: u64) -> Option<Bytes> {
        self.string(at, PATH_MAX)
    }

    /// Reads a string and quotes it; a null pointer is `NULL`.
    pub(crate) fn quoted(&self, at: u64) -> Option<String> {
        if at == 0 {
            return Some(word::address(at));
        }
        let string = self.string(at, self.depth.bytes)?;
        Some(word::quoted(&string.data, string.cut > 0))
    }

    /// Reads an I/O vector; of one that the kernel would refuse for its length, the first parts.
    pub(crate) fn parts(&self, at: u64, count: u64) -> Option<Vec<Part>> {
        let count = count.min(IOV_MAX) as usize;
        if count == 0 {
            return Some(Vec::new());
        }
        let block = self.block(at, count * 16)?;
        Some(
            (0..count)
                .map(|nth| Part {
                    base: block.u64(nth * 16),
                    len: block.u64(nth * 16 + 8),
                })
                .collect(),
        )
    }

    /// Reads the first `limit` bytes that an I/O vector holds, joined.
    ///
    /// `None` if it cannot be read, or holds bytes of which none can.
    pub(crate) fn joined(&self, at: u64, count: u64, limit: u64) -> Option<Bytes> {
        let mut all = Bytes::default();
        let mut is_readable = true;
        for part in self.parts(at, count)? {
            let len = part.len.min(limit - all.len());
            let room = self.depth.bytes - all.data.len();
            let mut data = vec![0; usize::try_from(len).map_or(room, |len| len.min(room))];
            if is_readable && !data.is_empty() {
                let got = memory::read(self.pid, part.base, &mut data).unwrap_or(0);
                is_readable = got == data.len();
                data.truncate(got);
                all.data.append(&mut data);
                all.cut += len - got as u64;
            } else {
                // Nothing behind a hole is kept: the bytes would not be in their place.
                all.cut = all.cut.saturating_add(len);
            }
        }
        (is_readable || !all.data.is_empty()).then_some(all)
    }

    /// A descriptor as an argument.
    pub(crate) fn fd(&self, number: i32) -> Fd {
        let object = if self.depth.objects {
            objects::of(self.pid, number)
        } else {
            None
        };
        Fd { number, object }
    }

    /// A descriptor inside a structure: `3`, or `3<pipe:[81]>` and `4</lab/log [12]>`.
    pub(crate) fn fd_word(&self, number: i32) -> String {
        let Some(object) = self.fd(number).object else {
            return number.to_string();
        };
        let mut text = format!("{number}<");
        for c in object.name.chars() {
            match c {
                '<' | '>' | '\\' => text.extend(['\\', c]),
                ' '..='~' => text.push(c),
                _ => {
                    let mut utf8 = [0; 4];
                    for byte in c.encode_utf8(&mut utf8).bytes() {
                        text.push_str(&format!("\\x{byte:02x}"));
                    }
                }
            }
        }
        if object.inode != 0 {
            text.push_str(&format!(" [{}]", object.inode));
        }
        text.push('>');
        text
    }
}
