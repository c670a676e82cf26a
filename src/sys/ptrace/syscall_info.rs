//! What kind of system-call stop a task is in, and which call: PTRACE_GET_SYSCALL_INFO of ptrace(2).

use std::io;
use std::mem::MaybeUninit;

use super::{Request, request};

/// What PTRACE_GET_SYSCALL_INFO (Linux 5.3) says of the current stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyscallInfo {
    /// A seccomp stop (before the call), with the filter's data.
    Seccomp {
        /// AUDIT_ARCH_* of the call.
        arch: u32,
        /// The call's number.
        nr: u64,
        /// Its arguments.
        args: [u64; 6],
        /// `SECCOMP_RET_DATA` of the filter's answer.
        data: u32,
    },
    /// A stop before the call without seccomp.
    Entry {
        /// AUDIT_ARCH_* of the call.
        arch: u32,
        /// The call's number.
        nr: u64,
        /// Its arguments.
        args: [u64; 6],
    },
    /// A stop after the call, with its raw return value.
    Exit(i64),
    /// Another stop.
    None,
}

/// The request, from linux/ptrace.h: musl's headers are older than it.
const GET_SYSCALL_INFO: Request = 0x420e;

/// `struct ptrace_syscall_info` of linux/ptrace.h, where only glibc has it; see PTRACE_GET_SYSCALL_INFO in
/// ptrace(2).
#[repr(C)]
struct RawSyscallInfo {
    /// One of the constants below.
    op: u8,
    padding: [u8; 3],
    arch: u32,
    instruction_pointer: u64,
    stack_pointer: u64,
    what: RawWhat,
}

/// What a [`RawSyscallInfo`] says, depending on `op`.
#[repr(C)]
union RawWhat {
    /// [`OP_ENTRY`].
    entry: RawEntry,
    /// [`OP_EXIT`].
    exit: RawExit,
    /// [`OP_SECCOMP`].
    seccomp: RawSeccomp,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct RawEntry {
    nr: u64,
    args: [u64; 6],
}

#[repr(C)]
#[derive(Clone, Copy)]
struct RawExit {
    rval: i64,
    is_error: u8,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct RawSeccomp {
    nr: u64,
    args: [u64; 6],
    ret_data: u32,
}

const OP_ENTRY: u8 = 1;
const OP_EXIT: u8 = 2;
const OP_SECCOMP: u8 = 3;

/// Asks what kind of system-call stop this is.
///
/// # Errors
/// EIO where the kernel does not know the request, ESRCH if the task is gone.
pub fn syscall_info(pid: i32) -> io::Result<SyscallInfo> {
    let mut info = MaybeUninit::<RawSyscallInfo>::zeroed();
    let size = size_of::<RawSyscallInfo>();
    request(GET_SYSCALL_INFO, pid, size, info.as_mut_ptr() as usize)?;
    // SAFETY: plain integers; zeroed before, filled by the kernel.
    let info = unsafe { info.assume_init() };
    // SAFETY: `op` says which member of the union the kernel filled.
    Ok(unsafe {
        match info.op {
            OP_SECCOMP => SyscallInfo::Seccomp {
                arch: info.arch,
                nr: info.what.seccomp.nr,
                args: info.what.seccomp.args,
                data: info.what.seccomp.ret_data,
            },
            OP_ENTRY => SyscallInfo::Entry {
                arch: info.arch,
                nr: info.what.entry.nr,
                args: info.what.entry.args,
            },
            OP_EXIT => SyscallInfo::Exit(info.what.exit.rval),
            _ => SyscallInfo::None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::offset_of;

    #[test]
    fn a_syscall_info_is_laid_out_as_the_kernel_writes_it() {
        assert_eq!(size_of::<RawSyscallInfo>(), 88);
        assert_eq!(offset_of!(RawSyscallInfo, arch), 4);
        assert_eq!(offset_of!(RawSyscallInfo, what), 24);
        assert_eq!(offset_of!(RawSeccomp, ret_data), 56);
        #[cfg(not(target_env = "musl"))]
        {
            assert_eq!(
                size_of::<RawSyscallInfo>(),
                size_of::<libc::ptrace_syscall_info>()
            );
            assert_eq!(GET_SYSCALL_INFO, libc::PTRACE_GET_SYSCALL_INFO);
            assert_eq!(OP_ENTRY, libc::PTRACE_SYSCALL_INFO_ENTRY);
            assert_eq!(OP_EXIT, libc::PTRACE_SYSCALL_INFO_EXIT);
            assert_eq!(OP_SECCOMP, libc::PTRACE_SYSCALL_INFO_SECCOMP);
        }
    }
}
