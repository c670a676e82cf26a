//! Directories, by descriptors and through no link.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use nix::fcntl::readlinkat;

use super::super::names;
use super::{ArchiveError, Flow, Item, Kind, NAMELESS, Visit};
use crate::sys::beneath;

/// Most directories within one another that are looked into.
const MAX_DEPTH: usize = 64;

/// By descriptors, and through no link: whoever owns the directory may change it meanwhile.
pub(super) fn walk(
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
                            walk(inner.as_fd(), &prefix, depth + 1, visit)?
                        }
                        _ => flow,
                    }
                }
                Some(libc::ELOOP) => {
                    let to = readlinkat(directory, name.as_os_str()).ok();
                    let to = to.as_deref().and_then(OsStr::to_str);
                    show(to.map_or(NAMELESS, Kind::Link), &mut nothing)?
                }
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
