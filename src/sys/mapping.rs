//! Files as memory: mmap(2), for those who know that the file may change under their hands.
//!
//! Nothing here hands out a reference: bytes are copied, or given to the kernel. Access to a page
//! that the file no longer has is SIGBUS, as it is for everybody.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd as _};

use memmap2::{Advice, MmapOptions, MmapRaw};

/// How a mapping is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct How {
    /// MAP_PRIVATE: what is written is one's own.
    pub is_private: bool,
    /// MAP_POPULATE: the page tables are filled in at once.
    pub is_populated: bool,
    /// PROT_READ only: a store is SIGSEGV.
    pub is_read_only: bool,
}

/// A mapping of a whole file.
#[derive(Debug)]
pub struct Mapping(MmapRaw);

/// How the kernel shall read ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// MADV_NORMAL.
    Any,
    /// MADV_SEQUENTIAL: from the front to the end.
    Forward,
    /// MADV_RANDOM: not at all.
    Random,
}

impl Mapping {
    /// Maps a file that may be read and, but for one that is mapped to be read only, written.
    ///
    /// # Errors
    /// Those of mmap(2); EINVAL for an empty file.
    #[expect(unsafe_code, reason = "memory that others may change")]
    pub fn new(file: &File, how: How) -> io::Result<Self> {
        let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
        if length == 0 {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let mut options = MmapOptions::new();
        options.len(length);
        if how.is_populated {
            options.populate();
        }
        match how.is_private {
            // SAFETY: it is only looked at through a raw pointer.
            true => unsafe { options.map_copy(file) }.map(|map| Self(map.into())),
            false if how.is_read_only => options.map_raw_read_only(file).map(Self),
            false => options.map_raw(file).map(Self),
        }
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing, which there always is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Says how it will be looked at; see madvise(2).
    ///
    /// # Errors
    /// Those of madvise(2).
    pub fn advise(&self, order: Order) -> io::Result<()> {
        self.0.advise(match order {
            Order::Any => Advice::Normal,
            Order::Forward => Advice::Sequential,
            Order::Random => Advice::Random,
        })
    }

    /// The byte at an offset, read once, now.
    ///
    /// # Panics
    /// Beyond the mapping.
    #[expect(unsafe_code, reason = "memory that others may change")]
    pub fn byte(&self, at: usize) -> u8 {
        assert!(at < self.len(), "{at} is beyond the mapping");
        // SAFETY: within the mapping, which lives; others may write to it, hence volatile.
        unsafe { self.0.as_ptr().add(at).read_volatile() }
    }

    /// Copies bytes from an offset on.
    ///
    /// # Panics
    /// Beyond the mapping.
    #[expect(unsafe_code, reason = "memory that others may change")]
    pub fn copy_to(&self, at: usize, into: &mut [u8]) {
        assert!(into.len() <= self.len() && at <= self.len() - into.len());
        // SAFETY: within the mapping, which lives, and `into` is somewhere else. Should somebody
        // write meanwhile, any byte is a value.
        unsafe {
            std::ptr::copy_nonoverlapping(self.0.as_ptr().add(at), into.as_mut_ptr(), into.len())
        };
    }

    /// Puts a byte at an offset; into a mapping that is read only, it is SIGSEGV.
    ///
    /// # Panics
    /// Beyond the mapping.
    #[expect(unsafe_code, reason = "memory that others may change")]
    pub fn set_byte(&self, at: usize, byte: u8) {
        assert!(at < self.len(), "{at} is beyond the mapping");
        // SAFETY: as in `byte`; the mapping was made for writing.
        unsafe { self.0.as_mut_ptr().add(at).write_volatile(byte) }
    }

    /// Hands bytes from an offset on to the kernel, to be written somewhere; see write(2).
    ///
    /// # Errors
    /// Those of write(2); EFAULT if the file has no such page any more.
    ///
    /// # Panics
    /// Beyond the mapping.
    #[expect(unsafe_code, reason = "gives the kernel memory that others may change")]
    pub fn write_to(&self, to: impl AsFd, at: usize, length: usize) -> io::Result<usize> {
        assert!(at <= self.len(), "{at} is beyond the mapping");
        let length = length.min(self.len() - at);
        // SAFETY: within the mapping; the kernel copes with pages that change or are gone.
        let written = unsafe {
            let start = self.0.as_ptr().add(at);
            libc::write(to.as_fd().as_raw_fd(), start.cast(), length)
        };
        usize::try_from(written).map_err(|_| io::Error::last_os_error())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    #[test]
    fn a_private_mapping_keeps_its_own() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"old").unwrap();
        let how = How {
            is_private: true,
            ..How::default()
        };
        let (private, shared) = (
            Mapping::new(&file, how).unwrap(),
            Mapping::new(&file, How::default()).unwrap(),
        );
        private.set_byte(0, b'O');
        assert_eq!((private.byte(0), shared.byte(0)), (b'O', b'o'));
        shared.set_byte(1, b'L');
        assert_eq!((shared.byte(1), shared.len()), (b'L', 3));
    }

    #[test]
    fn the_kernel_takes_bytes_from_it() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let mapping = Mapping::new(&file, How::default()).unwrap();
        let (mut reader, writer) = io::pipe().unwrap();
        assert_eq!(mapping.write_to(&writer, 8, 100).unwrap(), 2);
        drop(writer);
        let mut got = Vec::new();
        reader.read_to_end(&mut got).unwrap();
        assert_eq!(got, b"89");
    }

    #[test]
    fn an_empty_file_is_not_mapped() {
        let file = tempfile::tempfile().unwrap();
        let error = Mapping::new(&file, How::default()).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
    }
}
