//! Which kernel this is, and how it names its calls; see uname(2) and syscalls(2).

use nix::sys::utsname::uname;
use syscalls::Sysno;

/// Version and patch level of the running kernel: 6.1 for `6.1.0-18-amd64`.
pub fn version() -> Option<(u32, u32)> {
    parse(uname().ok()?.release().to_str()?)
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

fn parse(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|char: char| !char.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_have_two_numbers_that_count() {
        assert_eq!(parse("6.1.0-18-amd64"), Some((6, 1)));
        assert_eq!(parse("5.15.153.1-microsoft-standard-WSL2"), Some((5, 15)));
        assert_eq!(parse("6.18-rc1"), Some((6, 18)));
        assert_eq!(parse(""), None);
    }
}
