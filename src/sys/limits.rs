//! Limits of processes, changed for what they are about to do; see getrlimit(2).

use std::io;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::proc;

/// Raises the limit of open descriptors as far as it goes without privileges; how many there may
/// be now.
///
/// The soft limit is 1,024 for the sake of programs that use select(2).
///
/// # Errors
/// Does not fail where the hard limit is what it was.
pub fn raise_descriptors() -> io::Result<u64> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    }
    Ok(hard)
}

/// Limits the address space of a process to what it has now and so many bytes more, soft and hard;
/// see RLIMIT_AS in prlimit(2).
///
/// # Errors
/// If the process is gone, or is none that we may change.
pub fn confine_address_space(pid: i32, more: u64) -> io::Result<()> {
    const KIB: u64 = 1024;
    let has = proc::status(pid)?.memory.space.saturating_mul(KIB);
    let bytes = has.saturating_add(more);
    let limit = libc::rlimit64 {
        rlim_cur: bytes,
        rlim_max: bytes,
    };
    #[expect(
        unsafe_code,
        reason = "prlimit(2) of another process is in no crate of ours"
    )]
    let result =
        // SAFETY: the kernel reads one structure, and is given no place to write to.
        unsafe { libc::prlimit64(pid, libc::RLIMIT_AS, &raw const limit, std::ptr::null_mut()) };
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_given_so_much_and_no_more() {
        // It ends when its input does.
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let pid = child.id() as i32;
        confine_address_space(pid, 1 << 20).unwrap();
        let limits = proc::limits(pid).unwrap();
        let limit = limits.iter().find(|limit| limit.name == "AS").unwrap();
        assert_eq!(limit.soft, limit.hard);
        assert!((1 << 20..1 << 40).contains(&limit.soft));
        drop(child.stdin.take());
        child.wait().unwrap();
    }
}
