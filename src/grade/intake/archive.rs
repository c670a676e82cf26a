//! What submissions come in: directories, zip, tar, tar.gz; read entry by entry, nothing written.
//!
//! The formats: APPNOTE.TXT of PKWARE for zip, tar(5) and pax(1) for tar, RFC 1952 for gzip.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use rawzip::{CompressionMethod, CreatorSystem, RECOMMENDED_BUFFER_SIZE, ZipArchive};
use tar::EntryType;

use super::names;
use crate::sys::beneath;

/// Longest name that a tar header of its own may give, and longest pax header.
const MAX_HEADER: u64 = 64 << 10;

/// What headers and padding may add to the files of a tar.
const SLACK: u64 = 64 << 20;

/// Most directories within one another that are looked into.
const MAX_DEPTH: usize = 64;

/// File types of the mode in a zip; see inode(7).
const S_IFMT: u32 = 0o170_000;
const S_IFREG: u32 = 0o100_000;
const S_IFDIR: u32 = 0o040_000;
const S_IFLNK: u32 = 0o120_000;

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

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file; whether it is a program, if the archive says.
    File {
        is_executable: Option<bool>,
    },
    Directory,
    /// What is not taken over, and why.
    Refused(&'static str),
}

/// One entry.
pub(super) struct Item<'a> {
    /// Its path as it stands there; `None` if it is not UTF-8.
    pub(super) path: Option<&'a str>,
    pub(super) kind: Kind,
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
                walk_directory(root.as_fd(), "", 0, visit).map(drop)
            }
            Packing::Zip => walk_zip(&self.path, visit),
            Packing::Tar => {
                let file = File::open(&self.path).map_err(ArchiveError::Open)?;
                walk_tar(BufReader::new(file), visit)
            }
            Packing::TarGz => {
                let file = File::open(&self.path).map_err(ArchiveError::Open)?;
                let left = limit.saturating_add(SLACK);
                walk_tar(
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

/// By descriptors, and through no link: whoever owns the directory may change it meanwhile.
fn walk_directory(
    directory: BorrowedFd<'_>,
    prefix: &str,
    depth: usize,
    visit: &mut Visit<'_>,
) -> Result<Flow, ArchiveError> {
    let listing = format!("/proc/self/fd/{}", directory.as_raw_fd());
    let mut found = Vec::new();
    for entry in fs::read_dir(listing).map_err(ArchiveError::Open)? {
        found.push(entry.map_err(ArchiveError::Open)?.file_name());
    }
    found.sort();
    for name in found {
        let text = name.to_str().map(|name| format!("{prefix}{name}"));
        let path = text.as_deref();
        let mut nothing = io::empty();
        let mut show = |kind, content: &mut dyn Read| {
            visit(Item {
                path,
                kind,
                content,
            })
        };
        let opened = beneath::open_regular(directory, Path::new(&name));
        let flow = match opened {
            Ok(mut file) => {
                let mode = file
                    .metadata()
                    .map_err(ArchiveError::Open)?
                    .permissions()
                    .mode();
                let is_executable = Some(mode & 0o100 != 0);
                show(Kind::File { is_executable }, &mut file)?
            }
            Err(error) => match error.raw_os_error() {
                Some(libc::EISDIR) if depth >= MAX_DEPTH => {
                    show(Kind::Refused("is too deep"), &mut nothing)?
                }
                Some(libc::EISDIR) => {
                    let flow = show(Kind::Directory, &mut nothing)?;
                    let is_enough = matches!(flow, Flow::Enough);
                    // What tools left is seen, and not looked into.
                    let inner = match name.to_str().is_some_and(names::is_junk) {
                        true => None,
                        false => beneath::open_directory(directory, Path::new(&name)).ok(),
                    };
                    match (inner, path) {
                        (Some(inner), Some(path)) if !is_enough => {
                            let prefix = format!("{path}/");
                            walk_directory(inner.as_fd(), &prefix, depth + 1, visit)?
                        }
                        _ => flow,
                    }
                }
                Some(libc::ELOOP) => show(Kind::Refused("is a link"), &mut nothing)?,
                Some(libc::EINVAL | libc::ENXIO | libc::ENODEV) => {
                    show(Kind::Refused("is no regular file"), &mut nothing)?
                }
                _ => show(Kind::Refused("cannot be opened"), &mut nothing)?,
            },
        };
        if matches!(flow, Flow::Enough) {
            return Ok(flow);
        }
    }
    Ok(Flow::On)
}

fn walk_zip(path: &Path, visit: &mut Visit<'_>) -> Result<(), ArchiveError> {
    let file = File::open(path).map_err(ArchiveError::Open)?;
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_file(file, &mut buffer).map_err(damaged)?;
    let mut entries = archive.entries(&mut buffer);
    while let Some(entry) = entries.next_entry().map_err(damaged)? {
        let name = names::of_zip(entry.file_path().as_bytes());
        let is_unix = [CreatorSystem::UNIX, CreatorSystem::MACOS]
            .contains(&entry.version_made_by().creator_system());
        let mode = match entry.external_attributes() >> 16 {
            mode if is_unix && mode != 0 => Some(mode),
            _ => None,
        };
        let is_directory = entry.is_dir() || mode.is_some_and(|mode| mode & S_IFMT == S_IFDIR);
        let kind = match mode.map(|mode| mode & S_IFMT) {
            _ if is_directory => Kind::Directory,
            Some(S_IFLNK) => Kind::Refused("is a link"),
            Some(0 | S_IFREG) | None => Kind::File {
                is_executable: mode.map(|mode| mode & 0o100 != 0),
            },
            Some(_) => Kind::Refused("is no regular file"),
        };
        let method = entry.compression_method();
        let kind = match kind {
            Kind::File { .. } if entry.flags().is_encrypted() => Kind::Refused("is encrypted"),
            Kind::File { .. }
                if ![CompressionMethod::STORE, CompressionMethod::DEFLATE].contains(&method) =>
            {
                Kind::Refused("is compressed in a way that is not supported")
            }
            kind => kind,
        };
        let path = Some(name.as_str());
        let mut nothing = io::empty();
        let flow = if matches!(kind, Kind::File { .. }) {
            match archive.get_entry(entry.wayfinder()) {
                Err(error) => visit(Item {
                    path,
                    kind,
                    content: &mut Broken(error.to_string()),
                })?,
                Ok(entry) => {
                    let packed = entry.reader();
                    match method {
                        CompressionMethod::STORE => {
                            let content = &mut entry.verifying_reader(packed);
                            visit(Item {
                                path,
                                kind,
                                content,
                            })?
                        }
                        _ => {
                            let content = &mut entry.verifying_reader(DeflateDecoder::new(packed));
                            visit(Item {
                                path,
                                kind,
                                content,
                            })?
                        }
                    }
                }
            }
        } else {
            visit(Item {
                path,
                kind,
                content: &mut nothing,
            })?
        };
        if matches!(flow, Flow::Enough) {
            break;
        }
    }
    Ok(())
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

/// A file whose content cannot even be begun.
struct Broken(String);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::InvalidData, self.0.clone()))
    }
}

/// Headers that speak about the next entry are read here, with limits: `tar` itself has none.
fn walk_tar(packed: impl Read, visit: &mut Visit<'_>) -> Result<(), ArchiveError> {
    let mut archive = tar::Archive::new(packed);
    let mut long_name: Option<Vec<u8>> = None;
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        let mut entry = entry.map_err(damaged)?;
        let header = |entry: &mut dyn Read| {
            let mut content = Vec::new();
            entry
                .take(MAX_HEADER + 1)
                .read_to_end(&mut content)
                .map_err(damaged)?;
            match content.len() as u64 > MAX_HEADER {
                true => Err(ArchiveError::Damaged(
                    "a header of a tar is too long".to_owned(),
                )),
                false => Ok(content),
            }
        };
        let kind = entry.header().entry_type();
        match kind {
            EntryType::XGlobalHeader => continue,
            EntryType::GNULongName => {
                let mut name = header(&mut entry)?;
                name.truncate(
                    name.iter()
                        .position(|byte| *byte == 0)
                        .unwrap_or(name.len()),
                );
                long_name = Some(name);
                continue;
            }
            EntryType::GNULongLink => {
                header(&mut entry)?;
                continue;
            }
            EntryType::XHeader => {
                let content = header(&mut entry)?;
                for (key, value) in pax(&content) {
                    match key {
                        b"path" => long_name = Some(value.to_vec()),
                        b"size" => {
                            let message = "a file of a tar is larger than 8 GiB";
                            return Err(ArchiveError::Damaged(message.to_owned()));
                        }
                        _ => {}
                    }
                }
                continue;
            }
            _ => {}
        }
        let raw = long_name
            .take()
            .unwrap_or_else(|| entry.path_bytes().into_owned());
        let path = std::str::from_utf8(&raw).ok();
        let mode = entry.header().mode().unwrap_or(0o644);
        let is_directory =
            kind == EntryType::Directory || (kind == EntryType::Regular && raw.ends_with(b"/"));
        let kind = match kind {
            _ if is_directory => Kind::Directory,
            EntryType::Regular | EntryType::Continuous => Kind::File {
                is_executable: Some(mode & 0o100 != 0),
            },
            EntryType::Symlink | EntryType::Link => Kind::Refused("is a link"),
            _ => Kind::Refused("is no regular file"),
        };
        let mut nothing = io::empty();
        let flow = match kind {
            Kind::File { .. } => visit(Item {
                path,
                kind,
                content: &mut entry,
            })?,
            kind => visit(Item {
                path,
                kind,
                content: &mut nothing,
            })?,
        };
        if matches!(flow, Flow::Enough) {
            break;
        }
    }
    Ok(())
}

/// Records of a pax header: `LENGTH KEY=VALUE\n`; what is malformed ends it. See pax(1).
fn pax(mut content: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut records = Vec::new();
    while let Some(blank) = content.iter().position(|byte| *byte == b' ') {
        let length = std::str::from_utf8(&content[..blank])
            .ok()
            .and_then(|text| text.parse::<usize>().ok());
        let Some(record) = length.and_then(|length| content.get(blank + 1..length)) else {
            break;
        };
        let record_end = blank + 1 + record.len();
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        if let Some(equals) = record.iter().position(|byte| *byte == b'=') {
            records.push((&record[..equals], &record[equals + 1..]));
        }
        content = &content[record_end..];
    }
    records
}
