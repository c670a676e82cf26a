//! Whether two processes share something of the kernel's: kcmp(2), which nix leaves out.
#![expect(unsafe_code, reason = "the home of a raw system call")]

use std::cmp::Ordering;
use std::io;

/// KCMP_FILE and KCMP_FILES of include/uapi/linux/kcmp.h.
const FILE: libc::c_int = 0;
const FILES: libc::c_int = 2;

/// A descriptor of a process: its pid and its number.
pub type Of = (i32, i32);

/// Compares the open file descriptions that two descriptors refer to.
///
/// Equal ones are one: they share offset and status flags. Of others the order means nothing, but
/// it is the same every time, so that many can be sorted.
///
/// # Errors
/// EPERM if one of the processes may not be traced by us, ESRCH if one is gone, EBADF if one of
/// the descriptors is not open, ENOSYS if the kernel was built without CONFIG_KCMP.
pub fn descriptions(one: Of, other: Of) -> io::Result<Ordering> {
    compare(one.0, other.0, FILE, one.1, other.1)
}

/// Whether two processes have one descriptor table: CLONE_FILES of clone(2).
///
/// # Errors
/// As [`descriptions`].
pub fn is_one_table(one: i32, other: i32) -> io::Result<bool> {
    compare(one, other, FILES, 0, 0).map(Ordering::is_eq)
}

fn compare(
    one: i32,
    other: i32,
    kind: libc::c_int,
    first: i32,
    second: i32,
) -> io::Result<Ordering> {
    let (first, second) = (libc::c_long::from(first), libc::c_long::from(second));
    // SAFETY: takes plain numbers.
    match unsafe { libc::syscall(libc::SYS_kcmp, one, other, kind, first, second) } {
        0 => Ok(Ordering::Equal),
        1 => Ok(Ordering::Less),
        2 => Ok(Ordering::Greater),
        -1 => Err(io::Error::last_os_error()),
        // "Not equal, but ordering information is unavailable", which is "reserved for future use".
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn a_duplicate_is_one_description_and_a_second_open_is_not() {
        let own = std::process::id() as i32;
        let one = File::open("/dev/null").unwrap();
        let (copy, second) = (one.try_clone().unwrap(), File::open("/dev/null").unwrap());
        let of = |file: &File| (own, file.as_raw_fd());
        match descriptions(of(&one), of(&copy)) {
            Ok(order) => {
                assert_eq!(order, Ordering::Equal);
                let there = descriptions(of(&one), of(&second)).unwrap();
                let back = descriptions(of(&second), of(&one)).unwrap();
                assert_ne!(there, Ordering::Equal);
                assert_eq!(there, back.reverse());
                assert!(is_one_table(own, own).unwrap());
                assert!(descriptions(of(&one), (own, i32::MAX)).is_err());
            }
            Err(error) => println!("skipped: the kernel does not compare: {error}"),
        }
    }
}
