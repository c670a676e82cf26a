//! The file tree of a box: what is visible of the host, and what is made for it.
//!
//! What all boxes see alike is put together once for each workshop ([`prepare`]), and a box gets a copy
//! of these mounts, which can only be read through. Outside, with the caller's privileges,
//! [`Parts::gather`] takes detached copies of that and of everything else that is to be seen: inside, a
//! directory like `/root` could not be walked through any more. Inside, [`Parts::assemble`] puts them
//! together.

use std::ffi::{CStr, CString};
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, umount2};
use nix::unistd::{fchdir, pivot_root};

use super::message::{Failure, Step};
use super::spec::{BoxLimits, BoxSpec};
use crate::sys::mount::{self, Reach, attr};

/// Directories of the host that are visible read-only, where they exist; links stay links.
pub(super) const HOST_DIRECTORIES: &[&str] = &[
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    // Where NixOS and Guix keep everything.
    "/nix/store",
    "/gnu/store",
    // Debian: /usr/bin/cc and others are links through here.
    "/etc/alternatives",
    "/etc/ld.so.conf.d",
    "/etc/ssl/certs",
    "/etc/pki/tls",
    "/etc/pki/ca-trust/extracted",
    // Debian: the settings of these are links through here, and without them they do not start, or lack
    // what is installed.
    "/etc/java-11-openjdk",
    "/etc/java-17-openjdk",
    "/etc/java-21-openjdk",
    "/etc/java-25-openjdk",
    "/etc/php",
];

/// Small files of the host that are copied, where they exist; links stay links.
pub(super) const HOST_FILES: &[&str] = &[
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/localtime",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/openssl.cnf",
];

/// Larger files are not copied: something is wrong with them.
const MAX_HOST_FILE: u64 = 4 << 20;

/// The name of a program's controlling terminal, for those that have one.
const TERMINAL: &str = "/dev/tty";

/// Device nodes: those that every program may expect, and no terminal.
pub(super) const DEVICES: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];

/// Links that every program may expect.
const LINKS: &[(&str, &str)] = &[
    ("/dev/fd", "/proc/self/fd"),
    ("/dev/stdin", "/proc/self/fd/0"),
    ("/dev/stdout", "/proc/self/fd/1"),
    ("/dev/stderr", "/proc/self/fd/2"),
    ("/var/tmp", "/tmp"),
];

/// Files in /etc that are the same everywhere. The ids are [`INSIDE_ID`].
const GENERATED: &[(&str, &str)] = &[
    (
        "/etc/passwd",
        "root:x:0:0:root:/:/usr/sbin/nologin\n\
         learner:x:1000:1000:learner:/tmp:/bin/sh\n\
         nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
    ),
    (
        "/etc/group",
        "root:x:0:\nlearner:x:1000:\nnogroup:x:65534:\n",
    ),
    (
        "/etc/hosts",
        "127.0.0.1 localhost syslab\n::1 localhost syslab\n",
    ),
    ("/etc/hostname", "syslab\n"),
    (
        "/etc/nsswitch.conf",
        "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n",
    ),
];

/// Bytes and inodes of the tmpfs that all roots share: copied and generated files, mount points.
const ROOT_SIZE: &CStr = c"16m";
const ROOT_INODES: &CStr = c"4096";

/// KiB for each inode in /tmp and /dev/shm: a disk bomb of empty files ends there.
const KIB_PER_INODE: u64 = 8;

/// Directories in which every box has a tmpfs of its own.
const OWN: [&str; 2] = ["/tmp", "/dev/shm"];

/// A directory that every host has, to hold the new root for the moment before it becomes `/`.
/// What it hides has been gathered before.
const STAGE: &str = "/usr";

/// Whether a path of the host is there in every box, without a bind.
pub fn is_visible(path: &Path) -> bool {
    HOST_DIRECTORIES
        .iter()
        .any(|directory| path.starts_with(directory))
}

/// Puts together, at an empty directory of a private mount namespace, what every box is to see.
///
/// # Errors
/// The step that failed, and on what.
pub(super) fn prepare(place: &Path) -> Result<(), Failure> {
    let options = [
        (c"size", ROOT_SIZE),
        (c"nr_inodes", ROOT_INODES),
        (c"mode", c"755"),
    ];
    let root = mount::new_filesystem(c"tmpfs", &options, attr::NO_SUID | attr::NO_DEV)
        .map_err(Step::Mount.failed_on(place))?;
    make_directory(place)?;
    attach(&root, place)?;
    for (path, to) in LINKS {
        make_link(&within(place, Path::new(path)), Path::new(to))?;
    }
    for (path, content) in GENERATED {
        make_file(&within(place, Path::new(path)), content.as_bytes())?;
    }
    for path in OWN.iter().chain(&["/proc"]) {
        make_directory(&within(place, Path::new(path)))?;
    }
    for path in HOST_FILES.iter().map(Path::new) {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => copy_link(path, place)?,
            Ok(found) if found.is_file() && found.len() <= MAX_HOST_FILE => {
                let content = fs::read(path).map_err(Step::CloneTree.failed_on(path))?;
                make_file(&within(place, path), &content)?;
            }
            _ => {}
        }
    }
    for path in HOST_DIRECTORIES.iter().map(Path::new) {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => copy_link(path, place)?,
            Ok(found) if found.is_dir() => Tree::of(path, path, false)?.put(place)?,
            _ => {}
        }
    }
    for path in DEVICES.iter().map(Path::new) {
        Tree::of_device(path)?.put(place)?;
    }
    Ok(())
}

/// Where a path of the box is, seen from outside.
fn within(place: &Path, path: &Path) -> PathBuf {
    place.join(path.strip_prefix("/").unwrap_or(path))
}

fn copy_link(path: &Path, place: &Path) -> Result<(), Failure> {
    let to = fs::read_link(path).map_err(Step::CloneTree.failed_on(path))?;
    make_link(&within(place, path), &to)
}

/// Everything that a box will see, before it is put together.
#[derive(Debug)]
pub(super) struct Parts {
    root: OwnedFd,
    mounts: Vec<Tree>,
}

/// A detached copy of a part of the host's file tree.
#[derive(Debug)]
struct Tree {
    handle: OwnedFd,
    target: PathBuf,
    is_directory: bool,
}

impl Tree {
    fn of(source: &Path, target: &Path, is_writable: bool) -> Result<Self, Failure> {
        let failed = || Step::CloneTree.failed_on(source);
        let is_directory = fs::metadata(source).map_err(failed())?.is_dir();
        let handle = mount::clone_tree(source, Reach::Tree).map_err(failed())?;
        let read_only = if is_writable { 0 } else { attr::READ_ONLY };
        mount::set_attributes(
            handle.as_fd(),
            Reach::Tree,
            attr::NO_SUID | attr::NO_DEV | read_only,
            0,
        )
        .map_err(failed())?;
        Ok(Self {
            handle,
            target: target.to_owned(),
            is_directory,
        })
    }

    fn of_device(path: &Path) -> Result<Self, Failure> {
        let handle =
            mount::clone_tree(path, Reach::One).map_err(Step::CloneTree.failed_on(path))?;
        Ok(Self {
            handle,
            target: path.to_owned(),
            is_directory: false,
        })
    }

    /// Makes something to mount it over, below `place`, unless it is there.
    fn make_point(&self, place: &Path) -> Result<PathBuf, Failure> {
        let point = within(place, &self.target);
        if self.is_directory {
            make_directory(&point)?;
        } else if fs::symlink_metadata(&point).is_err() {
            match make_file(&point, b"") {
                // Another box has been quicker.
                Err(failure) if failure.errno == libc::EEXIST => {}
                made => made?,
            }
        }
        Ok(point)
    }

    fn put(&self, place: &Path) -> Result<(), Failure> {
        attach(&self.handle, &self.make_point(place)?)
    }
}

impl Parts {
    /// Takes copies of everything that is to be visible.
    pub(super) fn gather(spec: &BoxSpec) -> Result<Self, Failure> {
        let terminal = spec.has_terminal.then_some(Path::new(TERMINAL));
        let mut mounts = terminal
            .into_iter()
            .chain(spec.devices.iter().map(PathBuf::as_path))
            .map(Tree::of_device)
            .collect::<Result<Vec<_>, _>>()?;
        for bind in &spec.binds {
            mounts.push(Tree::of(&bind.source, &bind.target, bind.is_writable)?);
        }
        for tree in &mounts {
            // What lies in a file system of the box's own is made there.
            if !OWN.iter().any(|own| tree.target.starts_with(own)) {
                tree.make_point(&spec.root)?;
            }
        }
        let failed = || Step::CloneTree.failed_on(&spec.root);
        let root = mount::clone_tree(&spec.root, Reach::Tree).map_err(failed())?;
        mount::set_attributes(root.as_fd(), Reach::One, attr::READ_ONLY, 0).map_err(failed())?;
        Ok(Self { root, mounts })
    }

    /// Makes the new root, in this process' own mount namespace, and leaves the old one.
    pub(super) fn assemble(self, limits: &BoxLimits) -> Result<(), Failure> {
        enter_root(&self.root)?;
        let shm_kib = match limits.shm_kib {
            0 => limits.tmp_kib,
            kib => kib,
        };
        for (path, kib) in OWN.into_iter().zip([limits.tmp_kib, shm_kib]) {
            let size = c_number(kib.saturating_mul(1024));
            let inodes = c_number(kib.div_ceil(KIB_PER_INODE));
            let options = [
                (c"size", size.as_c_str()),
                (c"nr_inodes", inodes.as_c_str()),
                (c"mode", c"1777"),
            ];
            mount_new(c"tmpfs", &options, attr::NO_SUID | attr::NO_DEV, path)?;
        }
        let attributes = attr::NO_SUID | attr::NO_DEV | attr::NO_EXEC;
        // Needs a /proc of the outer namespace that nothing is mounted over: the old root is
        // still there for that.
        mount_new(c"proc", &[], attributes, "/proc")?;
        for tree in &self.mounts {
            tree.put(Path::new("/"))?;
        }
        leave_old_root()
    }
}

/// Makes it `/`; the old root lies on top of it.
fn enter_root(root: &OwnedFd) -> Result<(), Failure> {
    attach(root, Path::new(STAGE))?;
    fchdir(root).map_err(Step::PivotRoot.failed())?;
    // With both the same, the old root ends up mounted over the new one; see pivot_root(2).
    pivot_root(".", ".").map_err(Step::PivotRoot.failed())
}

fn leave_old_root() -> Result<(), Failure> {
    umount2(".", MntFlags::MNT_DETACH).map_err(Step::PivotRoot.failed())?;
    std::env::set_current_dir("/").map_err(Step::PivotRoot.failed())
}

fn mount_new(
    kind: &CStr,
    options: &[(&CStr, &CStr)],
    attributes: u64,
    path: &str,
) -> Result<(), Failure> {
    let path = Path::new(path);
    let handle =
        mount::new_filesystem(kind, options, attributes).map_err(Step::Mount.failed_on(path))?;
    attach(&handle, path)
}

fn attach(mount: &OwnedFd, path: &Path) -> Result<(), Failure> {
    mount::attach(mount.as_fd(), path).map_err(Step::Mount.failed_on(path))
}

fn make_directory(path: &Path) -> Result<(), Failure> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(path)
        .map_err(Step::MakeFile.failed_on(path))
}

fn make_link(path: &Path, to: &Path) -> Result<(), Failure> {
    make_parent(path)?;
    symlink(to, path).map_err(Step::MakeFile.failed_on(path))
}

fn make_file(path: &Path, content: &[u8]) -> Result<(), Failure> {
    make_parent(path)?;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        // Not even whoever made it: the answer is the same whose user's it is.
        .mode(0o444)
        .open(path)
        .and_then(|mut file| file.write_all(content))
        .map_err(Step::MakeFile.failed_on(path))
}

fn make_parent(path: &Path) -> Result<(), Failure> {
    path.parent().map_or(Ok(()), make_directory)
}

fn c_number(number: u64) -> CString {
    CString::new(number.to_string()).expect("digits have no NUL")
}

#[cfg(test)]
mod tests {
    use super::super::spec::INSIDE_ID;
    use super::*;

    #[test]
    fn generated_files_know_the_learner() {
        let line = format!("learner:x:{INSIDE_ID}:");
        assert!(
            GENERATED
                .iter()
                .take(2)
                .all(|(_, text)| text.contains(&line))
        );
    }
}
