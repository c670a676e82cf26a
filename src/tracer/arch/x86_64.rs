//! x86-64; the calling convention is in syscall(2).

use std::io;

use crate::sys::ptrace::{self, Registers};

/// A one-byte breakpoint (`int3`), which stops after itself.
pub const BREAKPOINT: &[u8] = &[0xcc];

/// How far the instruction pointer stands behind a breakpoint that was hit.
pub const BREAKPOINT_SKIP: u64 = 1;

/// Length of the instruction that makes a system call.
pub const SYSCALL_INSTRUCTION: u64 = 2;

/// The number of the call that was entered.
pub fn nr(registers: &Registers) -> u64 {
    registers.orig_rax
}

/// The arguments of the call that was entered.
pub fn args(r: &Registers) -> [u64; 6] {
    [r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9]
}

/// The call that a task is on its way back from, with its arguments.
pub fn returning_from(registers: &Registers) -> Option<(u64, [u64; 6])> {
    // Negative where it came into the kernel by anything but a call.
    (registers.orig_rax.cast_signed() >= 0).then(|| (nr(registers), args(registers)))
}

/// The raw return value.
pub fn result(registers: &Registers) -> i64 {
    registers.rax as i64
}

/// Makes the call that was entered not happen, and return `value`.
///
/// # Errors
/// ESRCH if the task is gone.
pub fn skip(pid: i32, registers: &mut Registers, value: i64) -> io::Result<()> {
    registers.orig_rax = u64::MAX;
    registers.rax = value as u64;
    ptrace::set_registers(pid, registers)
}

/// Sets an argument, at the entry (or back, at the return).
pub fn set_arg(r: &mut Registers, index: usize, value: u64) {
    match index {
        0 => r.rdi = value,
        1 => r.rsi = value,
        2 => r.rdx = value,
        3 => r.r10 = value,
        4 => r.r8 = value,
        _ => r.r9 = value,
    }
}

/// At the return of a call that was skipped: makes the task enter call `nr` again.
pub fn enter_again(registers: &mut Registers, nr: u64, _first_arg: u64) {
    registers.rip -= SYSCALL_INSTRUCTION;
    registers.rax = nr;
    registers.orig_rax = u64::MAX;
}

/// Makes a task that is in no call make this one, by the instruction at `gate`.
pub fn place_call(r: &mut Registers, gate: u64, nr: u64, args: &[u64; 6]) {
    for (index, value) in args.iter().enumerate() {
        set_arg(r, index, *value);
    }
    r.rip = gate;
    r.rax = nr;
    // Nothing to restart.
    r.orig_rax = u64::MAX;
}

/// The instruction pointer.
pub fn ip(registers: &Registers) -> u64 {
    registers.rip
}

/// Sets the instruction pointer.
pub fn set_ip(registers: &mut Registers, ip: u64) {
    registers.rip = ip;
}
