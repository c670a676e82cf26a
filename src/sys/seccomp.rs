//! Installing a system-call filter; see seccomp(2).

use std::io;

/// Filters every later system call of this thread and of what it starts; see seccomp(2).
///
/// There is no way back. Needs no_new_privs (PR_SET_NO_NEW_PRIVS of prctl(2)) or CAP_SYS_ADMIN.
///
/// # Errors
/// EINVAL for a program that the kernel does not accept (empty, longer than 4096 instructions,
/// a jump out of it), EACCES without no_new_privs.
#[expect(unsafe_code, reason = "system call without a wrapper")]
pub fn install(filter: &[libc::sock_filter]) -> io::Result<()> {
    let program = libc::sock_fprog {
        len: u16::try_from(filter.len()).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?,
        filter: filter.as_ptr().cast_mut(),
    };
    // SAFETY: the program points to `len` instructions, which the kernel copies and does not
    // change.
    let returned = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            0,
            &raw const program,
        )
    };
    if returned < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Whether the kernel knows an action, `SECCOMP_RET_*`; SECCOMP_GET_ACTION_AVAIL of seccomp(2).
#[expect(unsafe_code, reason = "system call without a wrapper")]
pub fn knows_action(action: u32) -> bool {
    // SAFETY: the action is a number of 32 bits that outlives the call.
    let returned = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_GET_ACTION_AVAIL,
            0,
            &raw const action,
        )
    };
    returned == 0
}
