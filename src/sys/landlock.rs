//! Whether the kernel has Landlock; see landlock(7).

use std::io;

/// LANDLOCK_CREATE_RULESET_VERSION of landlock_create_ruleset(2).
const VERSION: u32 = 1;

/// The version of Landlock's interface.
///
/// # Errors
/// ENOSYS if the kernel was built without it, EOPNOTSUPP if it is not switched on.
#[expect(unsafe_code, reason = "system call without a wrapper")]
pub fn version() -> io::Result<u32> {
    // SAFETY: with this flag the kernel takes a null pointer and a size of 0.
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0,
            VERSION,
        )
    };
    u32::try_from(version).map_err(|_| io::Error::last_os_error())
}
