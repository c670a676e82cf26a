//! `/proc/PID/syscall`: the call that a task is in; see proc_pid_syscall(5).

use std::io;

use super::{contents, malformed};

/// What a task is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InCall {
    /// On a processor, or waiting for one: its registers are not known.
    Running,
    /// Blocked, and not by a call: at a page fault, or stopped.
    Elsewhere,
    /// Blocked in a call: its number and its arguments.
    Call(u64, [u64; 6]),
}

impl InCall {
    /// Parses the file.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] if it does not look as the manual page says.
    pub fn parse(text: &[u8]) -> io::Result<Self> {
        let text = str::from_utf8(text).map_err(|_| malformed())?;
        let mut words = text.split_ascii_whitespace();
        let nr = match words.next() {
            Some("running") => return Ok(Self::Running),
            Some("-1") => return Ok(Self::Elsewhere),
            Some(word) => word.parse().map_err(|_| malformed())?,
            None => return Err(malformed()),
        };
        let mut args = [0; 6];
        for arg in &mut args {
            let word = words.next().ok_or_else(malformed)?;
            *arg =
                u64::from_str_radix(word.trim_start_matches("0x"), 16).map_err(|_| malformed())?;
        }
        Ok(Self::Call(nr, args))
    }
}

/// What a task is in.
///
/// # Errors
/// ENOENT or ESRCH if it is gone, EACCES or EPERM if it may not be traced by us, ENOENT also where
/// the kernel was built without this file (CONFIG_HAVE_ARCH_TRACEHOOK).
pub fn in_call(tid: i32) -> io::Result<InCall> {
    InCall::parse(&contents(&format!("/proc/{tid}/syscall"))?)
}

/// The call that a task is blocked in: its number and its arguments; `None` if it is not, or if
/// that cannot be known.
pub fn blocked_in(tid: i32) -> Option<(u64, [u64; 6])> {
    match in_call(tid) {
        Ok(InCall::Call(nr, args)) => Some((nr, args)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_from_running_and_from_faults() {
        let text = b"61 0xffffffffffffffff 0x7ffd 0x0 0x0 0x0 0x1 0x7ffc6c4bef68 0x7f80bc7ad2ad\n";
        assert_eq!(
            InCall::parse(text).unwrap(),
            InCall::Call(61, [u64::MAX, 0x7ffd, 0, 0, 0, 1])
        );
        assert_eq!(InCall::parse(b"running\n").unwrap(), InCall::Running);
        assert_eq!(
            InCall::parse(b"-1 0x7ffc 0x7f80\n").unwrap(),
            InCall::Elsewhere
        );
        assert!(InCall::parse(b"").is_err());
        assert!(InCall::parse(b"61 0x1\n").is_err());
    }
}
