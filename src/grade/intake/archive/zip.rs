//! Zip: APPNOTE.TXT of PKWARE; entries as the central directory lists them, each read by itself.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, CreatorSystem, RECOMMENDED_BUFFER_SIZE, ZipArchive};

use super::super::names;
use super::{ArchiveError, Flow, Item, Kind, MAX_LINK, NAMELESS, Visit, damaged};

/// File types of the mode in a zip; see inode(7).
const S_IFMT: u32 = 0o170_000;
const S_IFREG: u32 = 0o100_000;
const S_IFDIR: u32 = 0o040_000;
const S_IFLNK: u32 = 0o120_000;

pub(super) fn walk(path: &Path, visit: &mut Visit<'_>) -> Result<(), ArchiveError> {
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
            // What it names is its content.
            Some(S_IFLNK | 0 | S_IFREG) | None => Kind::File {
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
        let is_link = mode.is_some_and(|mode| mode & S_IFMT == S_IFLNK);
        let mut show = |content: &mut dyn Read| match kind {
            Kind::File { .. } if is_link => {
                let mut to = String::new();
                let read = content.take(MAX_LINK).read_to_string(&mut to);
                let kind = read.map_or(NAMELESS, |_| Kind::Link(&to));
                let content = &mut io::empty();
                visit(Item {
                    path,
                    kind,
                    content,
                })
            }
            kind => visit(Item {
                path,
                kind,
                content,
            }),
        };
        let flow = if matches!(kind, Kind::File { .. }) {
            match archive.get_entry(entry.wayfinder()) {
                Err(error) => show(&mut Broken(error.to_string()))?,
                Ok(entry) => {
                    let packed = entry.reader();
                    match method {
                        CompressionMethod::STORE => show(&mut entry.verifying_reader(packed))?,
                        _ => show(&mut entry.verifying_reader(DeflateDecoder::new(packed)))?,
                    }
                }
            }
        } else {
            show(&mut io::empty())?
        };
        if matches!(flow, Flow::Enough) {
            break;
        }
    }
    Ok(())
}

/// A file whose content cannot even be begun.
struct Broken(String);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::InvalidData, self.0.clone()))
    }
}
