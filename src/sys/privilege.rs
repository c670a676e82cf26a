//! Giving up privileges; see capabilities(7).

use std::io;

/// Version 3 of the capability structures: two words of 32 bits.
const CAPABILITY_VERSION_3: u32 = 0x2008_0522;

/// CAP_SYS_PTRACE of capabilities(7).
pub const SYS_PTRACE: u32 = 19;

/// Whether this process has a capability in effect; from `CapEff` of proc_pid_status(5).
///
/// # Errors
/// If there is no /proc.
pub fn has_capability(capability: u32) -> io::Result<bool> {
    let effective = super::proc::status(std::process::id() as i32)?.capabilities;
    Ok(effective >> capability & 1 == 1)
}

#[repr(C)]
struct CapabilityHeader {
    version: u32,
    pid: libc::c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct CapabilityWord {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// Gives up every capability of this thread for good: effective, permitted, inheritable, ambient
/// and, where it may, the bounding set; see capset(2) and PR_CAPBSET_DROP of prctl(2).
///
/// # Errors
/// Does not fail on a kernel that knows capabilities of version 3 (2.6.26).
#[expect(unsafe_code, reason = "system calls without a wrapper")]
pub fn drop_capabilities() -> io::Result<()> {
    // The bounding set ends where the kernel says EINVAL. Without CAP_SETPCAP it cannot be
    // lowered, and then it does not matter: no_new_privs keeps it from being used.
    for capability in 0..64 {
        // SAFETY: takes only numbers.
        if unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) } < 0 {
            break;
        }
    }
    // SAFETY: takes only numbers.
    unsafe {
        libc::prctl(
            libc::PR_CAP_AMBIENT,
            libc::PR_CAP_AMBIENT_CLEAR_ALL,
            0,
            0,
            0,
        );
    }
    let header = CapabilityHeader {
        version: CAPABILITY_VERSION_3,
        pid: 0,
    };
    let none = [CapabilityWord::default(); 2];
    // SAFETY: the header and the two words that version 3 asks for outlive the call.
    let returned = unsafe { libc::syscall(libc::SYS_capset, &raw const header, none.as_ptr()) };
    if returned < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
