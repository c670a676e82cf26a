//! The registers that unwinding starts from, on the two architectures that we know.

use addr2line::gimli;

/// Registers needed to unwind, as they are at a system-call stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// Instruction pointer: just after the system-call instruction.
    pub ip: u64,
    /// Stack pointer.
    pub sp: u64,
    /// Frame pointer: rbp, or x29.
    pub fp: u64,
    /// Link register x30; 0 where the architecture has none.
    pub lr: u64,
    /// Thread pointer: fs base, or TPIDR_EL0; 0 if not known.
    ///
    /// It is what pthread_self(3) is made from, and by that tells Python's threads apart.
    pub tls: u64,
}

#[cfg(target_arch = "x86_64")]
impl From<&libc::user_regs_struct> for Registers {
    fn from(user: &libc::user_regs_struct) -> Self {
        Self {
            ip: user.rip,
            sp: user.rsp,
            fp: user.rbp,
            lr: 0,
            tls: user.fs_base,
        }
    }
}

#[cfg(target_arch = "aarch64")]
impl From<&libc::user_regs_struct> for Registers {
    /// The thread pointer is not among these registers (it is NT_ARM_TLS): it is left 0.
    fn from(user: &libc::user_regs_struct) -> Self {
        Self {
            ip: user.pc,
            sp: user.sp,
            fp: user.regs[29],
            lr: user.regs[30],
            tls: 0,
        }
    }
}

/// What DWARF and the instruction set say of this architecture.
pub(super) struct Machine {
    /// ELF's `e_machine`.
    pub(super) elf: u16,
    /// Length of the system-call instruction.
    pub(super) syscall_len: u64,
    /// DWARF's number of the stack pointer.
    pub(super) sp: gimli::Register,
    /// DWARF's number of the frame pointer.
    pub(super) fp: gimli::Register,
    /// DWARF's number of the return address.
    pub(super) ra: gimli::Register,
    /// Whether a call leaves its return address in a register.
    pub(super) has_link: bool,
    /// The bits of a return address that are an address, not an authentication code.
    pub(super) code_bits: u64,
}

/// The architecture that we were built for: a tracer and its tracees share it.
#[cfg(target_arch = "x86_64")]
pub(super) const MACHINE: Machine = Machine {
    elf: 62,
    syscall_len: 2,
    sp: gimli::X86_64::RSP,
    fp: gimli::X86_64::RBP,
    ra: gimli::X86_64::RA,
    has_link: false,
    code_bits: u64::MAX,
};

/// The architecture that we were built for: a tracer and its tracees share it.
#[cfg(target_arch = "aarch64")]
pub(super) const MACHINE: Machine = Machine {
    elf: 183,
    syscall_len: 4,
    sp: gimli::AArch64::SP,
    fp: gimli::AArch64::X29,
    ra: gimli::AArch64::X30,
    has_link: true,
    code_bits: (1 << 48) - 1,
};
