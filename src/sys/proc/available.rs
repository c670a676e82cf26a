//! Memory that is to be had: `/proc/meminfo`, and what a control group leaves of it; see
//! proc_meminfo(5), cgroups(7).

use std::fs;
use std::io;

use super::malformed;

/// KiB that a process can still get: what the machine has, or the control groups allow.
///
/// # Errors
/// If /proc/meminfo cannot be read.
pub fn available_kib() -> io::Result<u64> {
    let machine = parse_available(&fs::read("/proc/meminfo")?).ok_or_else(malformed)?;
    Ok(group_kib().map_or(machine, |group| machine.min(group)))
}

fn parse_available(text: &[u8]) -> Option<u64> {
    let text = str::from_utf8(text).ok()?;
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    value.trim().trim_end_matches(" kB").parse().ok()
}

/// What the tightest control group of this process (version 2) leaves; `None` if none limits it.
fn group_kib() -> Option<u64> {
    let own = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = own.lines().find_map(|line| line.strip_prefix("0::"))?;
    let mut directory = std::path::PathBuf::from("/sys/fs/cgroup");
    let mut least = None;
    // The root has no limit; in a container the path may lead nowhere, and then the root is ours.
    for part in [""].into_iter().chain(path.split('/')) {
        directory.push(part);
        let number = |file: &str| -> Option<u64> {
            fs::read_to_string(directory.join(file))
                .ok()?
                .trim()
                .parse()
                .ok()
        };
        if let (Some(most), Some(now)) = (number("memory.max"), number("memory.current")) {
            let left = most.saturating_sub(now) / 1024;
            least = Some(least.map_or(left, |least: u64| least.min(left)));
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_available_is_not_what_is_free() {
        let text = b"MemTotal: 900 kB\nMemFree: 100 kB\nMemAvailable:     700 kB\n";
        assert_eq!(parse_available(text), Some(700));
        assert_eq!(parse_available(b"MemFree: 1 kB\n"), None);
        assert!(available_kib().unwrap() > 0);
    }
}
