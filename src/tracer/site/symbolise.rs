//! From addresses to lines, by the DWARF of the binary.
//!
//! The binary is the learner's and may lie in any way. Sizes are bounded here, and addr2line
//! reports what it cannot read; time and memory are bounded by the process that this should be
//! run in.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::fd::AsFd;
use std::path::Path;

use addr2line::gimli::{self, DwarfSections, EndianSlice, RunTimeEndian};
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use object::{Object, ObjectSection, ObjectSymbol};

use super::interest::{below, normal};
use crate::model::Frame;

/// The largest binary that is read.
const LARGEST: u64 = 256 * 1024 * 1024;

/// The most that all compressed sections may become.
const INFLATED: u64 = 512 * 1024 * 1024;

/// Frames for one address: more functions than this are never inlined into one place.
const FRAMES: usize = 64;

/// Bytes of a name that are kept.
const LONGEST_NAME: usize = 1024;

type Bytes<'a> = EndianSlice<'a, RunTimeEndian>;

/// Opens the file at `path` (absolute) of a mount namespace whose root is `root`.
///
/// Links are followed as a program in there would follow them, and only to regular files: the
/// path may be a trap. See openat2(2), RESOLVE_IN_ROOT.
///
/// # Errors
/// Those of openat2(2), and EINVAL if it is no regular file.
pub fn open_module(root: impl AsFd, path: &str) -> io::Result<File> {
    let how = OpenHow::new()
        .flags(OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK | OFlag::O_NOCTTY)
        .resolve(ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS);
    let file = File::from(openat2(root.as_fd(), Path::new(path), how)?);
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

/// Looks up addresses of [`Frame::Native`] in a binary: for each, what was inlined there and the
/// function itself, innermost first; nothing where the binary does not say.
///
/// `path` is the binary's own, as the program sees it. Files in `directory` (where the learner's
/// files are, as the program sees them) are named relative to it, others by their absolute path.
/// A binary without any debugging information still has names of functions: these come as frames
/// in the binary itself, line 0.
///
/// Split debugging information (`-gsplit-dwarf`) gives lines, but no functions.
pub fn symbolise(module: &File, path: &str, addresses: &[u64], directory: &str) -> Vec<Vec<Frame>> {
    let directory = directory.trim_end_matches('/');
    look_up(module, path, addresses, directory)
        .unwrap_or_else(|_| vec![Vec::new(); addresses.len()])
}

/// Why a binary could not be looked into. Nobody is told: it is the same as having no information.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("cannot read the binary")]
    Io(#[from] io::Error),
    #[error("the binary is too large")]
    TooLarge,
    #[error("not a well-formed binary")]
    Object(#[from] object::Error),
    #[error("not well-formed debugging information")]
    Dwarf(#[from] gimli::Error),
}

fn look_up(
    module: &File,
    path: &str,
    addresses: &[u64],
    directory: &str,
) -> Result<Vec<Vec<Frame>>, Unreadable> {
    let bytes = read(module)?;
    let binary = object::File::parse(bytes.as_slice())?;
    if binary.section_by_name(".debug_info").is_none() {
        return Ok(addresses
            .iter()
            .map(|address| Vec::from_iter(function(&binary, *address, path, directory)))
            .collect());
    }
    let endian = if binary.is_little_endian() {
        RunTimeEndian::Little
    } else {
        RunTimeEndian::Big
    };
    let mut room = INFLATED;
    let sections = DwarfSections::load(|id| section(&binary, id.name(), &mut room))?;
    let dwarf = sections.borrow(|section| EndianSlice::new(section, endian));
    let context = addr2line::Context::from_dwarf(dwarf)?;
    Ok(addresses
        .iter()
        .map(|address| frames(&context, *address, directory))
        .collect())
}

fn read(mut module: &File) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    module.seek(SeekFrom::Start(0))?;
    module.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    Ok(bytes)
}

/// A section's content, inflated if it was compressed; empty if there is none.
fn section<'a>(
    binary: &object::File<'a>,
    name: &str,
    room: &mut u64,
) -> Result<Cow<'a, [u8]>, Unreadable> {
    let Some(section) = binary.section_by_name(name) else {
        return Ok(Cow::default());
    };
    let data = section.compressed_data()?;
    if data.format != object::CompressionFormat::None {
        *room = room
            .checked_sub(data.uncompressed_size)
            .ok_or(Unreadable::TooLarge)?;
    }
    Ok(data.decompress()?)
}

fn frames(context: &addr2line::Context<Bytes<'_>>, address: u64, directory: &str) -> Vec<Frame> {
    let mut found = Vec::new();
    // No code is there, and addr2line adds one to it.
    if address == u64::MAX {
        return found;
    }
    let Ok(mut frames) = context.find_frames(address).skip_all_loads() else {
        return found;
    };
    while let Ok(Some(frame)) = frames.next() {
        let Some(location) = frame.location else {
            continue;
        };
        let Some(file) = location.file else {
            continue;
        };
        let function = frame
            .function
            .and_then(|name| Some(name.demangle().ok()?.into_owned()));
        found.push(source(
            file,
            location.line.unwrap_or(0),
            function.unwrap_or_default(),
            directory,
        ));
        if found.len() == FRAMES {
            break;
        }
    }
    found
}

/// The function that holds an address, by the symbol table.
fn function(binary: &object::File<'_>, address: u64, path: &str, directory: &str) -> Option<Frame> {
    let holds = |symbol: &object::Symbol<'_, '_>| {
        symbol.kind() == object::SymbolKind::Text
            && address
                .checked_sub(symbol.address())
                .is_some_and(|offset| offset < symbol.size())
    };
    let symbol = binary
        .symbols()
        .chain(binary.dynamic_symbols())
        .find(holds)?;
    let name = Cow::Borrowed(symbol.name().ok()?);
    let function = addr2line::demangle_auto(name, None).into_owned();
    Some(source(path, 0, function, directory))
}

fn source(file: &str, line: u32, mut function: String, directory: &str) -> Frame {
    let file = normal(file);
    let mut file = below(&file, directory).unwrap_or(&file).to_owned();
    for text in [&mut file, &mut function] {
        let end = (0..=LONGEST_NAME.min(text.len()))
            .rev()
            .find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
    }
    Frame::Source {
        file,
        line,
        function,
    }
}
