//! What an experiment puts into the lab directory before the first run.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::stat::Mode;
use nix::sys::statvfs::fstatvfs;
use nix::unistd::mkfifo;

use super::job::Job;
use crate::model::experiment::LAB_DIR;
use crate::model::{InputFile, InputKind, Payload};
use crate::stimulus::clients;
use crate::{sandbox, sys};

/// What stat(2) counts blocks in, whatever the file system's are.
const STAT_BLOCK: u64 = 512;

/// How often one looks whether the kernel has released what nobody holds any more, and how long: it
/// takes it milliseconds, and more where the machine is busy.
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);
const LONGEST_RELEASE: Duration = Duration::from_secs(20);

/// Somebody who listens on a socket in the lab directory, until this is dropped.
pub struct Alive(#[expect(dead_code, reason = "open as long as it lives")] UnixListener);

/// Puts it there. Nothing of the learner has run yet, so no name leads astray.
///
/// # Errors
/// Those of the calls that make it.
pub fn put(job: &Job, file: &InputFile) -> io::Result<Option<Alive>> {
    let path = job.lab.join(below_lab(&file.path));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut alive = None;
    match &file.kind {
        InputKind::Content => {
            fs::write(&path, &file.content)?;
            let mode = if file.is_executable { 0o755 } else { 0o644 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        }
        InputKind::SecondName(of) => fs::hard_link(job.lab.join(below_lab(of)), &path)?,
        InputKind::Disk(kib) => {
            fs::create_dir(&path)?;
            sandbox::mount_disk(&path, job.host_uid, *kib)?;
        }
        InputKind::Made(payload) => clients::write(payload, &mut File::create(&path)?)?,
        InputKind::Hole(len) => {
            let made = File::create(&path)?;
            made.set_len(*len)?;
            made.write_all_at(&file.content, *len)?;
        }
        InputKind::Link(target) => symlink(target, &path)?,
        InputKind::Fifo => mkfifo(&path, Mode::from_bits_truncate(0o644))?,
        InputKind::Deserted => drop(listen(&path)?),
        InputKind::Alive => alive = Some(Alive(listen(&path)?)),
    }
    if let Some(mode) = file.mode {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
    }
    // Where the learner's id is ours, there is nothing to give away.
    if nix::unistd::geteuid().is_root() {
        std::os::unix::fs::lchown(&path, Some(job.host_uid), Some(job.host_uid))?;
    }
    Ok(alive)
}

/// Puts a file into the place of the one with its name, which is in the lab directory itself.
///
/// The learner may have put anything there by now: no link is followed, and nothing is written into
/// what was there.
///
/// # Errors
/// Those of the calls that make it; EINVAL if it is more than a file in the lab directory.
pub fn replace(lab: &Path, host_uid: u32, file: &InputFile) -> io::Result<()> {
    let name = below_lab(&file.path);
    if name.components().count() != 1 || file.kind != InputKind::Content {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let fresh = lab.join(format!(".new-{}", name.display()));
    let mut made = File::options().write(true).create_new(true).open(&fresh)?;
    made.write_all(&file.content)?;
    made.set_permissions(fs::Permissions::from_mode(0o644))?;
    if nix::unistd::geteuid().is_root() {
        std::os::unix::fs::fchown(&made, Some(host_uid), Some(host_uid))?;
    }
    fs::rename(&fresh, lab.join(name))
}

/// Makes a file in the lab directory longer or shorter, until it is this content: how long it is.
///
/// The learner may have put anything there by now: no link is followed.
///
/// # Errors
/// Those of the calls that do it.
pub fn resize(lab: &Path, path: &str, content: &Payload) -> io::Result<u64> {
    let mut file = sys::beneath::open_regular_to_write(File::open(lab)?, below_lab(path))?;
    let has = file.metadata()?.len();
    if has >= content.len() {
        file.set_len(content.len())?;
    } else {
        file.seek(SeekFrom::Start(has))?;
        clients::write_from(content, has, &mut file)?;
    }
    Ok(content.len())
}

/// Waits until a file system of the experiment has room for all but the files that have a name on it.
///
/// What a process had opened is released when it ends, but not at once what it registered with a
/// ring: the kernel does that a while later, and nothing tells of it; see io_uring_register(2). A
/// program that finds the disk full by then is not to blame. Files in directories that it made are
/// not seen, so the wait has an end.
///
/// # Errors
/// Those of the calls that look.
pub fn await_room(lab: &Path, disk: &str) -> io::Result<()> {
    let disk = File::open(lab.join(below_lab(disk)))?;
    let begun = Instant::now();
    while taken(&disk)? > named(&disk)? && begun.elapsed() < LONGEST_RELEASE {
        thread::sleep(BETWEEN_LOOKS);
    }
    Ok(())
}

/// How many bytes of a file system are taken; see statvfs(3).
fn taken(disk: &File) -> io::Result<u64> {
    let found = fstatvfs(disk)?;
    Ok((found.blocks() - found.blocks_free()) * found.fragment_size())
}

/// How many of them belong to files that have a name in its topmost directory.
fn named(disk: &File) -> io::Result<u64> {
    let top = Path::new("/proc/self/fd").join(disk.as_raw_fd().to_string());
    let mut files = HashMap::new();
    for entry in fs::read_dir(top)? {
        // Of an entry itself, not of what it points to.
        let found = entry?.metadata()?;
        files.insert(found.ino(), found.blocks() * STAT_BLOCK);
    }
    Ok(files.values().sum())
}

/// Listens on a socket with this name, however long its path is; see unix(7).
fn listen(path: &Path) -> io::Result<UnixListener> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let parent = File::open(parent)?;
    let short = Path::new("/proc/self/fd").join(parent.as_raw_fd().to_string());
    UnixListener::bind(short.join(name))
}

/// A path below the lab directory, relative to it.
pub fn below_lab(path: &str) -> &Path {
    Path::new(
        path.strip_prefix(LAB_DIR)
            .unwrap_or(path)
            .trim_start_matches('/'),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changes_where_it_lies_and_no_link_is_followed() {
        let lab = tempfile::tempdir().unwrap();
        let path = lab.path().join("file");
        let noise = |len| Payload::Noise { len, seed: 1 };
        clients::write(&noise(1000), &mut File::create(&path).unwrap()).unwrap();
        let mut opened = File::open(&path).unwrap();
        for len in [3000, 10, 0, 200_000] {
            let resized = resize(lab.path(), "/lab/file", &noise(len)).unwrap();
            assert_eq!(resized, len);
            assert_eq!(opened.metadata().unwrap().len(), len);
            opened.seek(SeekFrom::Start(0)).unwrap();
            assert_eq!(clients::common(&noise(u64::MAX), &mut opened).unwrap(), len);
        }
        let other = Payload::Noise { len: 9, seed: 2 };
        opened.seek(SeekFrom::Start(0)).unwrap();
        assert!(clients::common(&other, &mut opened).unwrap() < 9);
        symlink("file", lab.path().join("link")).unwrap();
        assert!(resize(lab.path(), "/lab/link", &noise(1)).is_err());
        assert!(resize(lab.path(), "/lab/none", &noise(1)).is_err());
    }
}
