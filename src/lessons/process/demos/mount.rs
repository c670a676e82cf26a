//! Which file system a directory is on, and whether a sync there can mean anything.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A mounted file system; see proc_pid_mountinfo(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// `ext4`, `xfs`, `tmpfs`.
    pub(super) kind: String,
    /// The device or whatever else is mounted: `/dev/sda1`, `overlay`.
    pub(super) source: String,
    /// Where.
    pub(super) point: PathBuf,
}

/// The mount that `directory` is on.
///
/// # Errors
/// If the directory cannot be looked up or /proc is not there.
pub(super) fn of(directory: &Path) -> io::Result<Mount> {
    let directory = fs::canonicalize(directory)?;
    find(&fs::read_to_string("/proc/self/mountinfo")?, &directory)
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no mount holds this directory"))
}

/// What the kernel believes of the cache of the device below `directory`: `write back`, if it
/// asks the device to empty it at every sync, or `write through`; see queue-sysfs in the kernel's
/// documentation. `None` where there is no single block device.
pub(super) fn cache(directory: &Path) -> Option<String> {
    let device = fs::metadata(directory).ok()?.dev();
    let (major, minor) = (libc::major(device), libc::minor(device));
    let block = fs::canonicalize(format!("/sys/dev/block/{major}:{minor}")).ok()?;
    // A partition has no queue of its own; the disk is the directory above it.
    [block.as_path(), block.parent()?]
        .iter()
        .find_map(|place| fs::read_to_string(place.join("queue/write_cache")).ok())
        .map(|cache| cache.trim().to_owned())
}

/// The last of the longest mount points that lead to `directory`: a later mount hides an earlier.
fn find(mountinfo: &str, directory: &Path) -> Option<Mount> {
    mountinfo
        .lines()
        .filter_map(parse)
        .filter(|mount| directory.starts_with(&mount.point))
        .max_by_key(|mount| mount.point.components().count())
}

/// Parses one line; the fields after the separator `-` are kind and source.
fn parse(line: &str) -> Option<Mount> {
    let (before, after) = line.split_once(" - ")?;
    let mut after = after.split(' ');
    Some(Mount {
        kind: after.next()?.to_owned(),
        source: unescaped(after.next()?),
        point: PathBuf::from(unescaped(before.split(' ').nth(4)?)),
    })
}

/// Undoes `\040` and its like.
fn unescaped(field: &str) -> String {
    let mut text = String::new();
    let mut rest = field;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 4);
        match code.and_then(|code| u8::from_str_radix(code, 8).ok()) {
            Some(byte) => {
                text.push(byte as char);
                rest = &rest[at + 4..];
            }
            None => {
                text.push('\\');
                rest = &rest[at + 1..];
            }
        }
    }
    text + rest
}

impl Mount {
    /// Why a sync here does not protect against power loss, if that is known.
    pub(super) fn warning(&self) -> Option<&'static str> {
        match self.kind.as_str() {
            "tmpfs" | "ramfs" | "rootfs" => Some(
                "this file system lives in memory: a sync has nothing to do here, and nothing \
                 survives power loss",
            ),
            "nfs" | "nfs4" | "cifs" | "smb3" | "9p" | "virtiofs" => Some(
                "this file system is another machine's: a sync promises what that machine \
                 promises",
            ),
            "overlay" => Some(
                "an overlay passes syncs on to the file system of its upper layer, which is not \
                 shown here",
            ),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &str = "\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:22 / /tmp rw,nosuid shared:3 master:1 - tmpfs tmpfs rw,size=1k
24 22 0:40 / /mnt/two\\040words rw - 9p host\\134share rw
";

    #[test]
    fn the_deepest_mount_point_counts() {
        let kind = |path: &str| find(INFO, Path::new(path)).unwrap().kind;
        assert_eq!(kind("/home/me"), "ext4");
        assert_eq!(kind("/tmp/x"), "tmpfs");
        assert_eq!(kind("/tmpfs"), "ext4");
    }

    #[test]
    fn escapes_are_undone() {
        let mount = find(INFO, Path::new("/mnt/two words/x")).unwrap();
        assert_eq!(mount.point, Path::new("/mnt/two words"));
        assert_eq!(mount.source, "host\\share");
        assert_eq!(unescaped("a\\9z"), "a\\9z");
        assert_eq!(unescaped("a\\"), "a\\");
    }

    #[test]
    fn memory_is_warned_of() {
        assert!(find(INFO, Path::new("/tmp")).unwrap().warning().is_some());
        assert!(find(INFO, Path::new("/")).unwrap().warning().is_none());
    }

    #[test]
    fn this_directory_is_somewhere() {
        assert!(!of(Path::new(".")).unwrap().kind.is_empty());
    }
}
