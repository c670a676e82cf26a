//! Copies a submission: regular files, directories, and links that stay inside.
//!
//! The source may be hostile: an archive that somebody else packed. Nothing is opened through a
//! link, nothing is waited for, and every amount has a limit.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use nix::fcntl::{AtFlags, readlinkat};
use nix::sys::stat::{FileStat, SFlag, fstatat};
use nix::unistd::{Gid, Uid, fchownat};

use crate::sys::beneath;

/// Most bytes in all files together; a sparse file counts with its length.
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// Most files, directories and links.
pub(super) const MAX_ENTRIES: u64 = 20_000;

/// Most directories within one another.
pub(super) const MAX_DEPTH: usize = 32;

/// Directories that are passed over without a word: made by tools, and large.
const IGNORED: &[&str] = &[".git", "__pycache__"];

/// Why a submission cannot be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Something could not be read.
    #[error("cannot read {0:?} of the submission")]
    Read(PathBuf, #[source] io::Error),
    /// The copy could not be written.
    #[error("cannot copy {0:?} of the submission")]
    Write(PathBuf, #[source] io::Error),
    /// Too many bytes in all files together.
    #[error("the submission is larger than {mib} MiB (at {0:?})", mib = MAX_BYTES >> 20)]
    TooLarge(PathBuf),
    /// Too many files, directories and links.
    #[error("the submission has more than {MAX_ENTRIES} files (at {0:?})")]
    TooMany(PathBuf),
    /// Too many directories within one another.
    #[error("the submission has more than {MAX_DEPTH} directories within one another (at {0:?})")]
    TooDeep(PathBuf),
}

impl CopyError {
    /// What could be done about it; empty if that is plain.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooLarge(_) | Self::TooMany(_) | Self::TooDeep(_) => {
                "move out of the directory what the program does not need: a virtual environment, \
                 what a build has made, data"
            }
            Self::Read(..) | Self::Write(..) => "",
        }
    }
}

/// Something of a submission that was not copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Relative to the submission.
    pub path: PathBuf,
    /// Why.
    pub reason: SkipReason,
}

/// Why a file was not copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// A link to an absolute path, or one that leads out of the submission.
    LinkOut,
    /// A FIFO, socket or device.
    Special,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            SkipReason::LinkOut => "is a link that leads out of the submission",
            SkipReason::Special => "is not a regular file",
        };
        // Debug escapes what a terminal would interpret.
        write!(f, "{:?} {reason}", self.path)
    }
}

/// Copies what is in the directory `from` into the directory `to`, which exists and is ours
/// alone, and gives everything to `owner`, if there is one. Times of last change are kept.
pub(super) fn copy(
    from: BorrowedFd,
    to: &Path,
    owner: Option<u32>,
) -> Result<Vec<Skipped>, CopyError> {
    let mut copying = Copying {
        to,
        owner,
        entries: 0,
        bytes: 0,
        skipped: Vec::new(),
    };
    copying.own(Path::new(""))?;
    copying.directory(from, Path::new(""))?;
    Ok(copying.skipped)
}

/// The names in a directory of a submission, sorted.
///
/// # Errors
/// If it cannot be read, is too far down, or has too many.
pub(super) fn names(directory: BorrowedFd, at: &Path) -> Result<Vec<OsString>, CopyError> {
    if at.components().count() > MAX_DEPTH {
        return Err(CopyError::TooDeep(at.to_owned()));
    }
    let failed = |error| CopyError::Read(at.to_owned(), error);
    let mut names = Vec::new();
    // By descriptor: the path may have come to mean something else.
    let opened = format!("/proc/self/fd/{}", directory.as_raw_fd());
    for entry in fs::read_dir(opened).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name());
        if names.len() as u64 > MAX_ENTRIES {
            return Err(CopyError::TooMany(at.to_owned()));
        }
    }
    names.sort();
    Ok(names)
}

struct Copying<'a> {
    to: &'a Path,
    owner: Option<u32>,
    entries: u64,
    bytes: u64,
    skipped: Vec<Skipped>,
}

impl Copying<'_> {
    fn directory(&mut self, from: BorrowedFd, at: &Path) -> Result<(), CopyError> {
        let names = names(from, at)?;
        let has_manifest = names.iter().any(|name| name == "Cargo.toml");
        for name in names {
            let path = at.join(&name);
            let found = fstatat(from, name.as_os_str(), AtFlags::AT_SYMLINK_NOFOLLOW)
                .map_err(|error| CopyError::Read(path.clone(), error.into()))?;
            let is_directory = kind(&found) == SFlag::S_IFDIR;
            if is_directory && is_ignored(&name, has_manifest) {
                continue;
            }
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                return Err(CopyError::TooMany(path));
            }
            match kind(&found) {
                SFlag::S_IFDIR => self.subdirectory(from, &name, &path)?,
                SFlag::S_IFREG => self.file(from, &name, &path)?,
                SFlag::S_IFLNK => self.link(from, &name, &path)?,
                _ => self.skip(path, SkipReason::Special),
            }
        }
        Ok(())
    }

    fn subdirectory(
        &mut self,
        from: BorrowedFd,
        name: &OsStr,
        path: &Path,
    ) -> Result<(), CopyError> {
        let inner = beneath::open_directory(from, Path::new(name))
            .map_err(|error| CopyError::Read(path.to_owned(), error))?;
        DirBuilder::new()
            .mode(0o755)
            .create(self.to.join(path))
            .map_err(|error| CopyError::Write(path.to_owned(), error))?;
        self.own(path)?;
        self.directory(inner.as_fd(), path)
    }

    fn file(&mut self, from: BorrowedFd, name: &OsStr, path: &Path) -> Result<(), CopyError> {
        let unreadable = |error| CopyError::Read(path.to_owned(), error);
        let unwritable = |error| CopyError::Write(path.to_owned(), error);
        let mut source = beneath::open_regular(from, Path::new(name)).map_err(unreadable)?;
        let found = source.metadata().map_err(unreadable)?;
        self.bytes = self.bytes.saturating_add(found.len());
        if self.bytes > MAX_BYTES {
            return Err(CopyError::TooLarge(path.to_owned()));
        }
        let is_executable = found.mode() & 0o100 != 0;
        let mode = if is_executable { 0o755 } else { 0o644 };
        let mut target = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(self.to.join(path))
            .map_err(unwritable)?;
        // No more than was counted, should the file grow meanwhile.
        io::copy(&mut Read::take(&mut source, found.len()), &mut target).map_err(unwritable)?;
        finish(&target, &found, mode).map_err(unwritable)?;
        self.own(path)
    }

    fn link(&mut self, from: BorrowedFd, name: &OsStr, path: &Path) -> Result<(), CopyError> {
        let to = readlinkat(from, name)
            .map_err(|error| CopyError::Read(path.to_owned(), error.into()))?;
        if beneath::within(path, Path::new(&to)).is_none() {
            self.skip(path.to_owned(), SkipReason::LinkOut);
            return Ok(());
        }
        symlink(&to, self.to.join(path))
            .map_err(|error| CopyError::Write(path.to_owned(), error))?;
        self.own(path)
    }

    fn own(&self, path: &Path) -> Result<(), CopyError> {
        let Some(id) = self.owner else {
            return Ok(());
        };
        fchownat(
            nix::fcntl::AT_FDCWD,
            &self.to.join(path),
            Some(Uid::from_raw(id)),
            Some(Gid::from_raw(id)),
            AtFlags::AT_SYMLINK_NOFOLLOW,
        )
        .map_err(|error| CopyError::Write(path.to_owned(), error.into()))
    }

    fn skip(&mut self, path: PathBuf, reason: SkipReason) {
        self.skipped.push(Skipped { path, reason });
    }
}

/// The time of last change, which make(1) looks at, and the mode whatever the umask is.
fn finish(target: &File, found: &fs::Metadata, mode: u32) -> io::Result<()> {
    target.set_permissions(Permissions::from_mode(mode))?;
    target.set_modified(found.modified()?)
}

pub(super) fn kind(found: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT
}

pub(super) fn is_ignored(name: &OsStr, has_manifest: bool) -> bool {
    // What cargo built outside is of no use inside, and is often a gigabyte.
    (has_manifest && name == "target") || IGNORED.iter().any(|ignored| name == *ignored)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(from: &Path) -> (tempfile::TempDir, Result<Vec<Skipped>, CopyError>) {
        let to = tempfile::tempdir().unwrap();
        let result = copy(File::open(from).unwrap().as_fd(), to.path(), None);
        (to, result)
    }

    #[test]
    fn files_modes_times_and_inner_links_are_kept() {
        let from = tempfile::tempdir().unwrap();
        let dir = from.path();
        fs::create_dir_all(dir.join("a/b")).unwrap();
        fs::create_dir_all(dir.join(".git/objects")).unwrap();
        fs::create_dir_all(dir.join("target/debug")).unwrap();
        fs::write(dir.join("Cargo.toml"), "").unwrap();
        fs::write(dir.join("a/b/run"), "#!/bin/sh\n").unwrap();
        fs::set_permissions(dir.join("a/b/run"), Permissions::from_mode(0o4711)).unwrap();
        symlink("a/b/run", dir.join("run")).unwrap();
        symlink("../../run", dir.join("a/b/up")).unwrap();
        let (to, skipped) = copied(dir);
        assert_eq!(skipped.unwrap(), []);
        let run = fs::metadata(to.path().join("run")).unwrap();
        assert_eq!(run.mode() & 0o7777, 0o755);
        assert_eq!(
            run.modified().unwrap(),
            fs::metadata(dir.join("run")).unwrap().modified().unwrap()
        );
        assert!(to.path().join("a/b/up").exists());
        assert!(!to.path().join(".git").exists());
        assert!(!to.path().join("target").exists());
    }

    #[test]
    fn ways_out_and_special_files_are_skipped() {
        let from = tempfile::tempdir().unwrap();
        let dir = from.path();
        fs::create_dir(dir.join("d")).unwrap();
        for (link, to) in [
            ("absolute", "/etc/passwd"),
            ("up", ".."),
            ("d/up", "../../x"),
            ("sly", "d/../../x"),
        ] {
            symlink(to, dir.join(link)).unwrap();
        }
        nix::unistd::mkfifo(&dir.join("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let (to, skipped) = copied(dir);
        let skipped = skipped.unwrap();
        assert_eq!(skipped.len(), 5);
        assert_eq!(
            skipped[0].to_string(),
            r#""absolute" is a link that leads out of the submission"#
        );
        assert_eq!(fs::read_dir(to.path()).unwrap().count(), 1);
    }

    #[test]
    fn amounts_have_limits() {
        let from = tempfile::tempdir().unwrap();
        let dir = from.path();
        let sparse = File::create(dir.join("sparse")).unwrap();
        sparse.set_len(MAX_BYTES + 1).unwrap();
        let (_to, result) = copied(dir);
        assert!(matches!(result, Err(CopyError::TooLarge(path)) if path == Path::new("sparse")));

        fs::remove_file(dir.join("sparse")).unwrap();
        let deep: PathBuf = std::iter::repeat_n("d", MAX_DEPTH + 1).collect();
        fs::create_dir_all(dir.join(deep)).unwrap();
        let (_to, result) = copied(dir);
        assert!(matches!(result, Err(CopyError::TooDeep(_))));
    }
}
