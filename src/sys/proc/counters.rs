//! What the kernel counts of its network: `/proc/PID/net/netstat`; see proc_pid_net(5) and nstat(8).

use std::io;

use super::{contents, malformed};

/// A counter of the TCP extensions (`ListenOverflows` and the like) of a process' network namespace.
///
/// # Errors
/// ENOENT or ESRCH if the process is gone; invalid data if the kernel does not count this.
pub fn tcp_counter(pid: i32, name: &str) -> io::Result<u64> {
    let text = contents(&format!("/proc/{pid}/net/netstat"))?;
    parse(&String::from_utf8_lossy(&text), name).ok_or_else(malformed)
}

/// Two lines with the same beginning: names, then numbers.
fn parse(text: &str, name: &str) -> Option<u64> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("TcpExt:"));
    let (names, numbers) = (lines.next()?, lines.next()?);
    names
        .split_ascii_whitespace()
        .zip(numbers.split_ascii_whitespace())
        .find(|(known, _)| *known == name)
        .and_then(|(_, number)| number.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_on_two_lines() {
        let text = "TcpExt: SyncookiesSent ListenOverflows\nTcpExt: 3 17\nIpExt: A\nIpExt: 9\n";
        assert_eq!(parse(text, "ListenOverflows"), Some(17));
        assert_eq!(parse(text, "A"), None);
        assert_eq!(parse("", "A"), None);
    }
}
