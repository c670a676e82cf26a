//! aarch64; the calling convention is in syscall(2). Prepared, and not yet run on such a machine.

use std::io;

use crate::sys::ptrace::{self, Registers};

/// A breakpoint (`brk #0`), which stops at itself.
pub const BREAKPOINT: &[u8] = &[0x00, 0x00, 0x20, 0xd4];

/// How far the instruction pointer stands behind a breakpoint that was hit.
pub const BREAKPOINT_SKIP: u64 = 0;

/// Length of the instruction that makes a system call.
pub const SYSCALL_INSTRUCTION: u64 = 4;

/// Register set that holds the number of the call at hand; it cannot be changed through x8.
const NT_ARM_SYSTEM_CALL: i32 = 0x404;

/// The number of the call that was entered.
pub fn nr(registers: &Registers) -> u64 {
    registers.regs[8]
}

/// The arguments of the call that was entered.
pub fn args(r: &Registers) -> [u64; 6] {
    [
        r.regs[0], r.regs[1], r.regs[2], r.regs[3], r.regs[4], r.regs[5],
    ]
}

/// The raw return value.
pub fn result(registers: &Registers) -> i64 {
    registers.regs[0] as i64
}

/// Makes the call that was entered not happen, and return `value`.
///
/// # Errors
/// ESRCH if the task is gone.
pub fn skip(pid: i32, registers: &mut Registers, value: i64) -> io::Result<()> {
    registers.regs[0] = value as u64;
    ptrace::set_registers(pid, registers)?;
    ptrace::set_register_set(pid, NT_ARM_SYSTEM_CALL, &(-1i32).to_ne_bytes())
}

/// Sets an argument, at the entry (or back, at the return).
///
/// The first argument's register holds the result at the return, and is left alone then.
pub fn set_arg(r: &mut Registers, index: usize, value: u64) {
    r.regs[index] = value;
}

/// The call that a task is on its way back from: the registers do not tell whether it is.
pub fn returning_from(_registers: &Registers) -> Option<(u64, [u64; 6])> {
    None
}

/// At the return of a call that was skipped: makes the task enter call `nr` again.
pub fn enter_again(registers: &mut Registers, nr: u64, first_arg: u64) {
    registers.pc -= SYSCALL_INSTRUCTION;
    registers.regs[8] = nr;
    registers.regs[0] = first_arg;
}

/// Makes a task that is in no call make this one, by the instruction at `gate`.
pub fn place_call(r: &mut Registers, gate: u64, nr: u64, args: &[u64; 6]) {
    r.regs[..args.len()].copy_from_slice(args);
    r.pc = gate;
    r.regs[8] = nr;
}

/// The instruction pointer.
pub fn ip(registers: &Registers) -> u64 {
    registers.pc
}

/// Sets the instruction pointer.
pub fn set_ip(registers: &mut Registers, ip: u64) {
    registers.pc = ip;
}
