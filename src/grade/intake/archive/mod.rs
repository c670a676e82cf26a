//! What submissions come in: directories, zip, tar, tar.gz; read entry by entry, nothing written.
//!
//! The formats: APPNOTE.TXT of PKWARE for zip, tar(5) and pax(1) for tar, RFC 1952 for gzip.

mod directory;
mod tar;
mod zip;

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

/// What headers and padding may add to the files of a tar.
const SLACK: u64 = 64 << 20;

/// Why a source cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be opened.
    #[error("cannot be opened")]
    Open(#[source] io::Error),
    /// It is a file of another kind.
    #[error("is neither a directory nor a zip, tar or tar.gz archive")]
    Kind,
    /// It is an archive of a kind that is not read.
    #[error("is a {0} archive, which is not supported: use zip or tar.gz")]
    Unsupported(&'static str),
    /// It is damaged.
    #[error("is damaged: {0}")]
    Damaged(String),
    /// What is read of it is more than a class may hand in.
    #[error("has more than {0}")]
    TooMuch(String),
}

/// How a source is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Directory,
    Zip,
    Tar,
    TarGz,
}

/// A source, and how it is packed.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) path: PathBuf,
    pub(super) packing: Packing,
}

/// Longest name of what a link names, bytes: PATH_MAX of limits.h(0P).
const MAX_LINK: u64 = 4096;

/// Why a link is not taken over whose text is no name.
const NAMELESS: Kind<'static> = Kind::Refused("is a link to a name that is not UTF-8");

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// A file; whether it is a program, if the archive says.
    File {
        is_executable: Option<bool>,
    },
    Directory,
    /// A link, and what it names: relative to the directory that it is in, or absolute.
    Link(&'a str),
    /// What is not taken over, and why.
    Refused(&'static str),
}

/// One entry.
pub(super) struct Item<'a> {
    /// Its path as it stands there; `None` if it is not UTF-8.
    pub(super) path: Option<&'a str>,
    pub(super) kind: Kind<'a>,
    /// The content of a file. An error in reading it is that of this file alone.
    pub(super) content: &'a mut dyn Read,
}

/// What the visitor says after an entry.
pub(super) enum Flow {
    On,
    Enough,
}

type Visit<'a> = dyn FnMut(Item<'_>) -> Result<Flow, ArchiveError> + 'a;

impl Parcel {
    /// Looks at the first bytes: names say little.
    pub(super) fn open(path: &Path) -> Result<Self, ArchiveError> {
        const TAR_MAGIC: std::ops::Range<usize> = 257..262;
        let found = fs::metadata(path).map_err(ArchiveError::Open)?;
        let packing = if found.is_dir() {
            Packing::Directory
        } else if found.is_file() {
            let mut head = Vec::new();
            let file = File::open(path).map_err(ArchiveError::Open)?;
            file.take(512)
                .read_to_end(&mut head)
                .map_err(ArchiveError::Open)?;
            match &head[..] {
                [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Packing::Zip,
                [0x1f, 0x8b, ..] => Packing::TarGz,
                head if head.get(TAR_MAGIC) == Some(b"ustar") => Packing::Tar,
                [b'B', b'Z', b'h', ..] => return Err(ArchiveError::Unsupported("bzip2")),
                [0xfd, b'7', b'z', b'X', b'Z', ..] => return Err(ArchiveError::Unsupported("xz")),
                [0x28, 0xb5, 0x2f, 0xfd, ..] => return Err(ArchiveError::Unsupported("zstd")),
                [b'7', b'z', 0xbc, 0xaf, ..] => return Err(ArchiveError::Unsupported("7z")),
                [b'R', b'a', b'r', b'!', ..] => return Err(ArchiveError::Unsupported("rar")),
                _ => return Err(ArchiveError::Kind),
            }
        } else {
            return Err(ArchiveError::Kind);
        };
        Ok(Self {
            path: path.to_owned(),
            packing,
        })
    }

    /// How many bytes it has packed; `None` for a directory.
    pub(super) fn packed_bytes(&self) -> Option<u64> {
        let found = fs::metadata(&self.path).ok()?;
        found.is_file().then_some(found.len())
    }

    /// Shows every entry to `visit`, in the order of the source (directories: by name); a stream
    /// that unpacks to more than `limit` bytes is given up.
    pub(super) fn walk(&self, limit: u64, visit: &mut Visit<'_>) -> Result<(), ArchiveError> {
        match self.packing {
            Packing::Directory => {
                let root = File::open(&self.path).map_err(ArchiveError::Open)?;
                directory::walk(root.as_fd(), "", 0, visit).map(drop)
            }
            Packing::Zip => zip::walk(&self.path, visit),
            Packing::Tar => {
                let file = File::open(&self.path).map_err(ArchiveError::Open)?;
                tar::walk(BufReader::new(file), visit)
            }
            Packing::TarGz => {
                let file = File::open(&self.path).map_err(ArchiveError::Open)?;
                let left = limit.saturating_add(SLACK);
                tar::walk(
                    Limited {
                        packed: MultiGzDecoder::new(BufReader::new(file)),
                        left,
                    },
                    visit,
                )
            }
        }
    }
}

fn damaged(error: impl ToString) -> ArchiveError {
    ArchiveError::Damaged(error.to_string())
}

/// A stream that ends with an error when it goes on for too long: skipping costs time, too.
struct Limited<R> {
    packed: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.packed.read(buffer)?;
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| io::Error::other("it unpacks to more than is allowed"))?;
        Ok(count)
    }
}
