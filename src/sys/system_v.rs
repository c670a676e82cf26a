//! System V shared memory; see sysvipc(7), shmget(2), shmop(2), shmctl(2).

use std::io;
use std::ptr;

/// Makes a segment of this many bytes that has no key, and returns its id. It stays until it is
/// removed, whoever ends.
///
/// # Errors
/// Those of shmget(2).
#[expect(unsafe_code, reason = "a call without a wrapper")]
pub fn make(bytes: usize) -> io::Result<i32> {
    // SAFETY: takes numbers only.
    let id = unsafe { libc::shmget(libc::IPC_PRIVATE, bytes, libc::IPC_CREAT | 0o600) };
    match id {
        -1 => Err(io::Error::last_os_error()),
        id => Ok(id),
    }
}

/// Attaches a segment of this many bytes for the rest of the process' life, and fills it.
///
/// # Errors
/// Those of shmat(2).
#[expect(unsafe_code, reason = "memory that others may change")]
pub fn fill(id: i32, bytes: usize) -> io::Result<()> {
    // SAFETY: the kernel chooses the address.
    let start = unsafe { libc::shmat(id, ptr::null(), 0) };
    if start.addr() == usize::MAX {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: that many bytes have been attached, to be written, and nobody in this process has a
    // reference to them.
    unsafe { ptr::write_bytes(start.cast::<u8>(), b'x', bytes) };
    Ok(())
}

/// Marks a segment as removed: it goes when nobody has it attached any more. See IPC_RMID of
/// shmctl(2).
///
/// # Errors
/// EINVAL if there is none, EPERM if it is another user's.
#[expect(unsafe_code, reason = "a call without a wrapper")]
pub fn remove(id: i32) -> io::Result<()> {
    // SAFETY: IPC_RMID takes no buffer.
    match unsafe { libc::shmctl(id, libc::IPC_RMID, ptr::null_mut()) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
