//! A fingerprint of a submission: two submissions with the same one are the same to a check.
//!
//! It covers what would be copied into a workshop, names, contents and modes: SHA-256 of a line for
//! each file, in the order of their names. What an editor leaves beside a file while that is open is
//! passed over: it comes and goes with every key.

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::fcntl::{AtFlags, readlinkat};
use nix::sys::stat::{SFlag, fstatat};
use ring::digest::{Context, Digest, SHA256};

use super::copy::{CopyError, MAX_BYTES, MAX_ENTRIES, is_ignored, kind, names};
use crate::sys::beneath;

/// Bytes of the digest that are kept: so many do not come twice by chance.
const KEPT: usize = 8;

/// What a submission's files come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(String);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The fingerprint of what is in a directory now.
///
/// # Errors
/// If it cannot be read, or is more than a submission may be.
pub fn fingerprint(submission: &Path) -> Result<Fingerprint, CopyError> {
    let digest = digest(submission, true)?;
    Ok(Fingerprint(hexadecimal(&digest.as_ref()[..KEPT])))
}

/// The whole digest, of everything that would be copied: for grades, nobody may be able to make two
/// submissions that are taken for the same.
///
/// # Errors
/// As [`fingerprint`].
pub fn whole_fingerprint(submission: &Path) -> Result<Fingerprint, CopyError> {
    let digest = digest(submission, false)?;
    Ok(Fingerprint(hexadecimal(digest.as_ref())))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest(submission: &Path, passes_over_leftovers: bool) -> Result<Digest, CopyError> {
    let failed = |error| CopyError::Read(PathBuf::new(), error);
    let directory = File::open(submission).map_err(failed)?;
    let mut looking = Looking {
        digest: Context::new(&SHA256),
        passes_over_leftovers,
        entries: 0,
        bytes: 0,
    };
    looking.directory(directory.as_fd(), Path::new(""))?;
    Ok(looking.digest.finish())
}

/// Whether a directory of this name belongs to a submission. Inside of a package, `target` does not.
pub fn is_looked_into(name: &OsStr, has_manifest: bool) -> bool {
    !is_ignored(name, has_manifest)
}

struct Looking {
    digest: Context,
    passes_over_leftovers: bool,
    entries: u64,
    bytes: u64,
}

impl Looking {
    fn directory(&mut self, from: BorrowedFd, at: &Path) -> Result<(), CopyError> {
        let names = names(from, at)?;
        let has_manifest = names.iter().any(|name| name == "Cargo.toml");
        for name in &names {
            if self.passes_over_leftovers && is_leftover(name) {
                continue;
            }
            self.entry(from, name, &at.join(name), has_manifest)?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        from: BorrowedFd,
        name: &OsStr,
        path: &Path,
        has_manifest: bool,
    ) -> Result<(), CopyError> {
        let failed = |error: nix::Error| CopyError::Read(path.to_owned(), error.into());
        let found = fstatat(from, name, AtFlags::AT_SYMLINK_NOFOLLOW).map_err(failed)?;
        let is_directory = kind(&found) == SFlag::S_IFDIR;
        if is_directory && is_ignored(name, has_manifest) {
            return Ok(());
        }
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            return Err(CopyError::TooMany(path.to_owned()));
        }
        match kind(&found) {
            SFlag::S_IFDIR => {
                self.line('d', path, b"");
                let inner = beneath::open_directory(from, Path::new(name))
                    .map_err(|error| CopyError::Read(path.to_owned(), error))?;
                self.directory(inner.as_fd(), path)
            }
            SFlag::S_IFREG => self.file(from, name, path),
            SFlag::S_IFLNK => {
                let to = readlinkat(from, name).map_err(failed)?;
                self.line('l', path, to.as_bytes());
                Ok(())
            }
            // Not copied, and so not looked at.
            _ => Ok(()),
        }
    }

    fn file(&mut self, from: BorrowedFd, name: &OsStr, path: &Path) -> Result<(), CopyError> {
        let failed = |error: io::Error| CopyError::Read(path.to_owned(), error);
        let mut file = beneath::open_regular(from, Path::new(name)).map_err(failed)?;
        let found = file.metadata().map_err(failed)?;
        self.bytes = self.bytes.saturating_add(found.len());
        if self.bytes > MAX_BYTES {
            return Err(CopyError::TooLarge(path.to_owned()));
        }
        let mut content = Context::new(&SHA256);
        let mut some = vec![0; 64 * 1024];
        // No more than was counted, should the file grow meanwhile.
        let mut left = Read::take(&mut file, found.len());
        loop {
            match left.read(&mut some).map_err(failed)? {
                0 => break,
                taken => content.update(&some[..taken]),
            }
        }
        let is_executable = found.mode() & 0o100 != 0;
        let kind = if is_executable { 'x' } else { 'f' };
        self.line(kind, path, content.finish().as_ref());
        Ok(())
    }

    /// Takes in an entry: what it is, what it is called, and what is in it.
    fn line(&mut self, kind: char, path: &Path, content: &[u8]) {
        let path = path.as_os_str().as_bytes();
        self.digest.update(kind.to_string().as_bytes());
        // With their lengths: else a name could run into a content.
        for part in [path, content] {
            self.digest.update(&(part.len() as u64).to_le_bytes());
            self.digest.update(part);
        }
    }
}

/// Whether an editor leaves a file of this name beside the one that it has open.
fn is_leftover(name: &OsStr) -> bool {
    let name = name.as_bytes();
    let is_swap = name.starts_with(b".")
        && [&b".swp"[..], b".swo", b".swx"]
            .iter()
            .any(|ending| name.ends_with(ending));
    let is_lock = name.starts_with(b".#");
    let is_backup = name.ends_with(b"~") || name.starts_with(b"#") && name.ends_with(b"#");
    // What vim makes to see whether it may.
    is_swap || is_lock || is_backup || name == b"4913"
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn of(dir: &Path) -> String {
        fingerprint(dir).unwrap().to_string()
    }

    #[test]
    fn whatever_a_check_could_notice_changes_it() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let mut seen = vec![of(dir.path())];
        fs::write(at("main.c"), "int main(void) { return 0; }").unwrap();
        seen.push(of(dir.path()));
        fs::write(at("main.c"), "int main(void) { return 1; }").unwrap();
        seen.push(of(dir.path()));
        fs::set_permissions(at("main.c"), fs::Permissions::from_mode(0o755)).unwrap();
        seen.push(of(dir.path()));
        fs::rename(at("main.c"), at("run")).unwrap();
        seen.push(of(dir.path()));
        fs::create_dir(at("src")).unwrap();
        seen.push(of(dir.path()));
        symlink("run", at("link")).unwrap();
        seen.push(of(dir.path()));
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), all);
        assert!(seen.iter().all(|print| print.len() == 2 * KEPT));
    }

    #[test]
    fn what_is_not_taken_over_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("Cargo.toml"), "").unwrap();
        let before = of(dir.path());
        for name in [".main.c.swp", "4913", "main.c~", "#main.c#", ".#main.c"] {
            fs::write(at(name), "x").unwrap();
        }
        for name in [".git", "__pycache__", "target"] {
            fs::create_dir(at(name)).unwrap();
            fs::write(at(name).join("x"), "x").unwrap();
        }
        nix::unistd::mkfifo(&at("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(of(dir.path()), before);
        let whole = || whole_fingerprint(dir.path()).unwrap();
        let all = whole();
        fs::write(at("main.c~"), "y").unwrap();
        assert_eq!(of(dir.path()), before);
        assert_ne!(whole(), all);
        fs::write(at("target~x"), "").unwrap();
        assert_ne!(of(dir.path()), before);
    }

    #[test]
    fn a_time_of_change_is_no_change() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("main.py"), "x = 1").unwrap();
        let before = of(dir.path());
        let file = File::options().write(true).open(dir.path().join("main.py"));
        file.unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        assert_eq!(of(dir.path()), before);
    }
}
