//! Opening what a submission left behind, without following it anywhere; see openat2(2).
//!
//! A submission chooses its names, its links and when it swaps one for the other. So nothing in
//! its directories is ever opened by a path from the root, nor through a link, nor in a way that
//! waits for the other end of a FIFO.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Component, Path, PathBuf};

use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};

/// How often EAGAIN is answered by another try.
///
/// The kernel says so when something was renamed while it looked, and could not be sure that the
/// path stayed below; see openat2(2). A lease on the file gives it for ever: so not for ever.
const TRIES: u32 = 16;

/// Opens a directory below (or at: `.`) `directory`, through no link and across no border.
///
/// # Errors
/// ELOOP for a link, EXDEV for a way out, ENOTDIR, ENOENT.
pub fn open_directory(directory: impl AsFd, path: &Path) -> io::Result<OwnedFd> {
    open(directory, path, OFlag::O_RDONLY | OFlag::O_DIRECTORY)
}

/// Opens a regular file below `directory` for reading, through no link.
///
/// # Errors
/// As [`open_directory`]; EINVAL if it is neither a regular file nor a directory, EISDIR.
pub fn open_regular(directory: impl AsFd, path: &Path) -> io::Result<File> {
    regular(open(directory, path, OFlag::O_RDONLY | OFlag::O_NONBLOCK)?)
}

/// Opens a FIFO below `directory` for writing, through no link and without waiting.
///
/// # Errors
/// As [`open_directory`]; ENXIO if nobody has opened it for reading, EINVAL if it is no FIFO.
pub fn open_fifo(directory: impl AsFd, path: &Path) -> io::Result<File> {
    let opened = open(directory, path, OFlag::O_WRONLY | OFlag::O_NONBLOCK)?;
    let file = File::from(opened);
    match file.metadata()?.file_type().is_fifo() {
        true => Ok(file),
        false => Err(io::Error::from_raw_os_error(libc::EINVAL)),
    }
}

/// Opens a regular file below `directory` for reading; links are followed as if `directory` were
/// the root directory.
///
/// # Errors
/// As [`open_regular`], but for ELOOP and EXDEV: what leads out is not found.
pub fn open_regular_by_links(directory: impl AsFd, path: &Path) -> io::Result<File> {
    let resolve = ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS;
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK;
    regular(open_how(directory, path, flags, resolve)?)
}

/// As [`open_regular`], for writing.
///
/// # Errors
/// As [`open_regular`].
pub fn open_regular_to_write(directory: impl AsFd, path: &Path) -> io::Result<File> {
    regular(open(directory, path, OFlag::O_WRONLY | OFlag::O_NONBLOCK)?)
}

fn regular(opened: OwnedFd) -> io::Result<File> {
    let file = File::from(opened);
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok(file)
    } else if metadata.is_dir() {
        Err(io::Error::from_raw_os_error(libc::EISDIR))
    } else {
        Err(io::Error::from_raw_os_error(libc::EINVAL))
    }
}

/// Reads a regular file below `directory`, at most `max` bytes of it.
///
/// # Errors
/// As [`open_regular`].
pub fn read(directory: impl AsFd, path: &Path, max: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open_regular(directory, path)?
        .take(max)
        .read_to_end(&mut content)?;
    Ok(content)
}

/// What a link at `path` names within a submission, both relative to that; `None` if it leads out.
///
/// Goes by the names alone: a way out by way of other links ends in the sandbox, where there is
/// nothing to be found, and is refused by the others here outside.
pub fn within(path: &Path, to: &Path) -> Option<PathBuf> {
    let mut named = path.parent().unwrap_or(Path::new("")).to_owned();
    for component in to.components() {
        match component {
            Component::Normal(name) => named.push(name),
            Component::CurDir => {}
            Component::ParentDir if named.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(named)
}

fn open(directory: impl AsFd, path: &Path, flags: OFlag) -> io::Result<OwnedFd> {
    let resolve = ResolveFlag::RESOLVE_BENEATH
        | ResolveFlag::RESOLVE_NO_SYMLINKS
        | ResolveFlag::RESOLVE_NO_MAGICLINKS;
    open_how(directory, path, flags, resolve)
}

fn open_how(
    directory: impl AsFd,
    path: &Path,
    flags: OFlag,
    resolve: ResolveFlag,
) -> io::Result<OwnedFd> {
    let how = OpenHow::new()
        .flags(flags | OFlag::O_CLOEXEC | OFlag::O_NOCTTY)
        .resolve(resolve);
    let mut tries = TRIES;
    loop {
        tries -= 1;
        match openat2(directory.as_fd(), path, how) {
            Err(nix::Error::EINTR | nix::Error::EAGAIN) if tries > 0 => {}
            opened => return Ok(opened?),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_fifos_and_ways_out_are_refused() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(outer.path().join("secret"), "s").unwrap();
        std::fs::write(inner.join("file"), "content").unwrap();
        symlink("file", inner.join("link")).unwrap();
        symlink("..", inner.join("up")).unwrap();
        nix::unistd::mkfifo(&inner.join("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let dir = File::open(&inner).unwrap();

        assert_eq!(read(&dir, Path::new("file"), 4).unwrap(), b"cont");
        assert!(open_regular_by_links(&dir, Path::new("link")).is_ok());
        assert!(open_regular_by_links(&dir, Path::new("up/secret")).is_err());
        let errno = |path: &str| {
            read(&dir, Path::new(path), 10)
                .unwrap_err()
                .raw_os_error()
                .unwrap()
        };
        assert_eq!(errno("link"), libc::ELOOP);
        assert_eq!(errno("up/secret"), libc::ELOOP);
        assert_eq!(errno("../secret"), libc::EXDEV);
        assert_eq!(errno("/etc/passwd"), libc::EXDEV);
        assert_eq!(errno("fifo"), libc::EINVAL);
        let unread = open_fifo(&dir, Path::new("fifo")).unwrap_err();
        assert_eq!(unread.raw_os_error(), Some(libc::ENXIO));
        let no_fifo = open_fifo(&dir, Path::new("file")).unwrap_err();
        assert_eq!(no_fifo.raw_os_error(), Some(libc::EINVAL));
        assert_eq!(errno("."), libc::EISDIR);
        assert_eq!(errno("none"), libc::ENOENT);
    }
}
