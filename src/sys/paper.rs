//! Files without a name, in memory: what is too long for a message, or for a pipe that nobody empties;
//! see memfd_create(2).

use std::fs::File;
use std::io::{self, Seek, Write};

use nix::sys::memfd::{MFdFlags, memfd_create};

/// An empty one.
///
/// # Errors
/// Those of memfd_create(2).
pub fn blank() -> io::Result<File> {
    Ok(memfd_create(c"syslab", MFdFlags::MFD_CLOEXEC)?.into())
}

/// One with this content, to be read from its beginning.
///
/// # Errors
/// Those of memfd_create(2) and write(2).
pub fn holding(content: &[u8]) -> io::Result<File> {
    let mut paper = blank()?;
    paper.write_all(content)?;
    paper.rewind()?;
    Ok(paper)
}
