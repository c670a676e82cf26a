//! Which kernel this is, and how it names its calls; see uname(2) and syscalls(2).

use nix::sys::utsname::uname;
use syscalls::Sysno;

use super::version::numbers;

/// Version and patch level of the running kernel: 6.1 for `6.1.0-18-amd64`.
pub fn version() -> Option<(u32, u32)> {
    numbers(uname().ok()?.release().to_str()?)
}

/// The kernel's name of system call `nr`, as in syscalls(2); `None` if it has none that we know.
pub fn call_name(nr: u64) -> Option<&'static str> {
    Some(name_of(Sysno::new(usize::try_from(nr).ok()?)?))
}

/// The name of a call; the crate calls newfstatat by its C library's name on some architectures.
pub fn name_of(number: Sysno) -> &'static str {
    match number.name() {
        "fstatat" => "newfstatat",
        name => name,
    }
}
