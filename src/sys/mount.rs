//! Mounts as file descriptors; see open_tree(2), fsopen(2), mount_setattr(2), move_mount(2).
//!
//! A mount is made detached, given its attributes, and only then put somewhere, so that it is
//! never visible half made. Needs Linux 5.12.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Attributes of a mount, `MOUNT_ATTR_*` of mount_setattr(2).
pub mod attr {
    /// Nothing can be written through this mount.
    pub const READ_ONLY: u64 = libc::MOUNT_ATTR_RDONLY;
    /// Set-user-ID bits and file capabilities are ignored.
    pub const NO_SUID: u64 = libc::MOUNT_ATTR_NOSUID;
    /// Device nodes cannot be opened.
    pub const NO_DEV: u64 = libc::MOUNT_ATTR_NODEV;
    /// Programs cannot be executed.
    pub const NO_EXEC: u64 = libc::MOUNT_ATTR_NOEXEC;
}

/// How far [`clone_tree`] and [`set_attributes`] reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This mount only.
    One,
    /// This mount and every mount below it.
    Tree,
}

impl Reach {
    fn flag(self) -> libc::c_int {
        match self {
            Self::One => 0,
            // AT_RECURSIVE of linux/fcntl.h.
            Self::Tree => 0x8000,
        }
    }
}

/// Makes a detached copy of the mount tree at `path`: a bind mount that is nowhere yet.
///
/// Symbolic links in `path` are followed; see open_tree(2).
///
/// # Errors
/// ENOENT and the like for the path; EPERM without CAP_SYS_ADMIN over the mount namespace;
/// EINVAL if mounts below it are locked and `reach` is [`Reach::One`].
pub fn clone_tree(path: &Path, reach: Reach) -> io::Result<OwnedFd> {
    let path = c_path(path)?;
    let flags = libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC | reach.flag() as libc::c_uint;
    descriptor(call3(
        libc::SYS_open_tree,
        libc::AT_FDCWD,
        &path,
        libc::c_long::from(flags),
    ))
}

/// Makes a new, detached instance of a filesystem with these options; see fsopen(2).
///
/// # Errors
/// EPERM where the user namespace may not mount it; EINVAL for an unknown option.
#[expect(unsafe_code, reason = "system calls without a wrapper")]
pub fn new_filesystem(
    kind: &CStr,
    options: &[(&CStr, &CStr)],
    attributes: u64,
) -> io::Result<OwnedFd> {
    // SAFETY: both pointers are to NUL-terminated strings that outlive the call.
    let context = descriptor(unsafe {
        libc::syscall(
            libc::SYS_fsopen,
            kind.as_ptr(),
            libc::FSOPEN_CLOEXEC as libc::c_long,
        )
    })?;
    for (key, value) in options {
        // SAFETY: as above; FSCONFIG_SET_STRING takes two strings and no auxiliary number.
        result(unsafe {
            libc::syscall(
                libc::SYS_fsconfig,
                context.as_raw_fd(),
                libc::FSCONFIG_SET_STRING as libc::c_long,
                key.as_ptr(),
                value.as_ptr(),
                0,
            )
        })?;
    }
    // SAFETY: FSCONFIG_CMD_CREATE takes no strings.
    result(unsafe {
        libc::syscall(
            libc::SYS_fsconfig,
            context.as_raw_fd(),
            libc::FSCONFIG_CMD_CREATE as libc::c_long,
            std::ptr::null::<libc::c_char>(),
            std::ptr::null::<libc::c_char>(),
            0,
        )
    })?;
    // SAFETY: takes only numbers.
    descriptor(unsafe {
        libc::syscall(
            libc::SYS_fsmount,
            context.as_raw_fd(),
            libc::FSMOUNT_CLOEXEC as libc::c_long,
            attributes,
        )
    })
}

/// Sets and clears attributes ([`attr`]) of a mount; see mount_setattr(2).
///
/// # Errors
/// EPERM if a flag that is to be cleared is locked.
#[expect(unsafe_code, reason = "system call without a wrapper")]
pub fn set_attributes(mount: BorrowedFd, reach: Reach, set: u64, clear: u64) -> io::Result<()> {
    let attributes = libc::mount_attr {
        attr_set: set,
        attr_clr: clear,
        propagation: 0,
        userns_fd: 0,
    };
    // SAFETY: the path is an empty string, the structure outlives the call and has the size told.
    result(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH | reach.flag(),
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    })
}

/// Puts a detached mount over `path`; see move_mount(2).
///
/// # Errors
/// ENOENT if there is nothing to mount over, ENOTDIR if only one of the two is a directory.
#[expect(unsafe_code, reason = "system call without a wrapper")]
pub fn attach(mount: BorrowedFd, path: &Path) -> io::Result<()> {
    let path = c_path(path)?;
    // SAFETY: both paths are NUL-terminated strings that outlive the call.
    result(unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::MOVE_MOUNT_F_EMPTY_PATH as libc::c_long,
        )
    })
}

fn c_path(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

#[expect(unsafe_code, reason = "system call without a wrapper")]
fn call3(number: libc::c_long, first: RawFd, path: &CStr, third: libc::c_long) -> libc::c_long {
    // SAFETY: the path is NUL-terminated and outlives the call; the rest are numbers.
    unsafe { libc::syscall(number, first, path.as_ptr(), third) }
}

fn result(returned: libc::c_long) -> io::Result<()> {
    if returned < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

#[expect(unsafe_code, reason = "takes ownership of a new descriptor")]
fn descriptor(returned: libc::c_long) -> io::Result<OwnedFd> {
    result(returned)?;
    // SAFETY: the kernel has just made this descriptor for us; nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(returned as RawFd) })
}
