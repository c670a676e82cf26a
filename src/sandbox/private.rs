//! A directory of our own, for machines without mount namespaces.
//!
//! It is removed when dropped. If we are killed it stays, and whoever makes the next one removes
//! it: the lock that its owner holds tells the living from the dead.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};
use nix::unistd::{geteuid, mkdtemp};

/// How the directories are called.
const PREFIX: &str = "syslab-workshop-";

/// The file in it that its owner holds locked; see flock(2).
const LOCK: &str = "lock";

/// A directory that only we can enter.
#[derive(Debug)]
pub(super) struct PrivateDirectory {
    path: PathBuf,
    _lock: Flock<File>,
}

impl PrivateDirectory {
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Lets the group `id` walk through it, and nobody else.
    pub(super) fn open_to(&self, id: u32) -> io::Result<()> {
        chown(&self.path, None, Some(id))?;
        fs::set_permissions(&self.path, Permissions::from_mode(0o710))
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Makes one in `$XDG_RUNTIME_DIR`, else in `/tmp`, and removes those of the dead.
pub(super) fn make() -> io::Result<PrivateDirectory> {
    let parent = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute() && path.is_dir())
        .unwrap_or_else(|| PathBuf::from("/tmp"));
    make_in(&parent)
}

fn make_in(parent: &Path) -> io::Result<PrivateDirectory> {
    remove_stale(parent);
    // Mode 700, and nobody can have made it before us; see mkdtemp(3).
    let path = mkdtemp(&parent.join(format!("{PREFIX}XXXXXX")))?;
    let lock = open_lock(&path, true)?;
    let lock = Flock::lock(lock, FlockArg::LockExclusiveNonblock).map_err(|(_, errno)| errno)?;
    Ok(PrivateDirectory { path, _lock: lock })
}

fn open_lock(directory: &Path, is_new: bool) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(is_new)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC)
        .open(directory.join(LOCK))
}

/// Removes directories whose owner has died. Failing is no error: they are tried again.
fn remove_stale(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let is_ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX))
            && entry.metadata().is_ok_and(|found| {
                found.is_dir() && found.uid() == geteuid().as_raw() && found.mode() & 0o027 == 0
            });
        if !is_ours {
            continue;
        }
        let Ok(lock) = open_lock(&entry.path(), false) else {
            continue;
        };
        if Flock::lock(lock, FlockArg::LockExclusiveNonblock).is_ok() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dead_are_cleared_away_and_the_living_are_not() {
        let parent = tempfile::tempdir().unwrap();
        let living = make_in(parent.path()).unwrap();
        // A dead one: its lock is not held.
        let dead = mkdtemp(&parent.path().join(format!("{PREFIX}XXXXXX"))).unwrap();
        open_lock(&dead, true).unwrap();
        let stranger = parent.path().join("other");
        fs::create_dir(&stranger).unwrap();

        let next = make_in(parent.path()).unwrap();
        assert!(living.path().exists());
        assert!(next.path().exists());
        assert!(stranger.exists());
        assert!(!dead.exists());
        let path = next.path().to_owned();
        drop(next);
        assert!(!path.exists());
    }
}
