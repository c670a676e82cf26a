//! `/proc/sysvipc/shm`: the System V shared memory of our IPC namespace; see proc_sysvipc(5).

use std::fs;
use std::io;

use super::malformed;

/// A segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What shmget(2) was given; 0 for IPC_PRIVATE.
    pub key: i32,
    /// What it returned.
    pub id: i32,
    /// Permissions, and SHM_DEST (01000) if it goes with the last who has it attached.
    pub mode: u32,
    /// Bytes that were asked for.
    pub size: u64,
    /// The process that made it.
    pub creator: i32,
    /// The process that attached or detached it last.
    pub last: i32,
    /// How often it is attached.
    pub attached: u64,
    /// Its owner.
    pub user: u32,
    /// Bytes in memory.
    pub resident: u64,
    /// Bytes that were swapped out.
    pub swapped: u64,
}

/// All segments, by their ids.
///
/// # Errors
/// ENOENT if the kernel has no System V IPC.
pub fn segments() -> io::Result<Vec<Segment>> {
    parse_segments(&fs::read_to_string("/proc/sysvipc/shm")?).ok_or_else(malformed)
}

/// The columns go by the names in the first line.
fn parse_segments(text: &str) -> Option<Vec<Segment>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next()?.split_ascii_whitespace().collect();
    lines
        .map(|line| {
            let values: Vec<&str> = line.split_ascii_whitespace().collect();
            let value = |name: &str| {
                let at = names.iter().position(|known| *known == name)?;
                values.get(at).copied()
            };
            let number = |name: &str| value(name)?.parse::<i64>().ok();
            Some(Segment {
                // Printed signed, and is a bit pattern.
                key: number("key")? as i32,
                id: number("shmid")?.try_into().ok()?,
                mode: u32::from_str_radix(value("perms")?, 8).ok()?,
                size: number("size")?.try_into().ok()?,
                creator: number("cpid")?.try_into().ok()?,
                last: number("lpid")?.try_into().ok()?,
                attached: number("nattch")?.try_into().ok()?,
                user: number("uid")?.try_into().ok()?,
                resident: number("rss").unwrap_or(0).try_into().ok()?,
                swapped: number("swap").unwrap_or(0).try_into().ok()?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "       key      shmid perms                  size  cpid  lpid nattch   uid   \
                        gid  cuid  cgid      atime      dtime      ctime                   rss       \
                        \x20          swap\n";

    #[test]
    fn columns_go_by_their_names() {
        let line = "1009104081         40  1644                  4096   100   101      2  1000  1000  \
                    1000  1000          0          0 1795679143                  8192          0\n";
        let all = parse_segments(&format!("{HEAD}{line}")).unwrap();
        let expected = Segment {
            key: 1_009_104_081,
            id: 40,
            mode: 0o1644,
            size: 4096,
            creator: 100,
            last: 101,
            attached: 2,
            user: 1000,
            resident: 8192,
            swapped: 0,
        };
        assert_eq!(all, [expected]);
        assert_eq!(parse_segments(HEAD).unwrap(), []);
        assert!(parse_segments(&format!("{HEAD}no segment\n")).is_none());
    }
}
