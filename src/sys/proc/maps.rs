//! Memory that a process shares: `/proc/PID/maps`; see proc_pid_maps(5).

use std::io;

use super::contents;

/// A mapping that others may have, too (MAP_SHARED).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedMapping {
    /// Its first address.
    pub begin: u64,
    /// The address behind it.
    pub end: u64,
    /// `PROT_READ` and the like; see mmap(2).
    pub protection: i32,
    /// What is mapped, as the kernel names it.
    pub path: String,
}

/// The shared mappings of a process, by address.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn shared_mappings(pid: i32) -> io::Result<Vec<SharedMapping>> {
    Ok(parse(&contents(&format!("/proc/{pid}/maps"))?))
}

fn parse(text: &[u8]) -> Vec<SharedMapping> {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| parse_line(&String::from_utf8_lossy(line)))
        .collect()
}

/// `7f10a000-7f10b000 rw-s 00000000 00:01 1026 /dev/shm/name`; nothing if it is private.
fn parse_line(line: &str) -> Option<SharedMapping> {
    const COLUMNS: usize = 6;
    let mut words = line.splitn(COLUMNS, ' ');
    let (begin, end) = words.next()?.split_once('-')?;
    let flags = words.next()?;
    if flags.as_bytes().get(3) != Some(&b's') {
        return None;
    }
    let number = |text| u64::from_str_radix(text, 16).ok();
    let bit = |at: usize, bit| match flags.as_bytes().get(at) {
        Some(b'-') | None => 0,
        Some(_) => bit,
    };
    Some(SharedMapping {
        begin: number(begin)?,
        end: number(end)?,
        protection: bit(0, libc::PROT_READ) | bit(1, libc::PROT_WRITE) | bit(2, libc::PROT_EXEC),
        path: words.nth(3).unwrap_or_default().trim_start().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_mappings_are_told_from_private_ones() {
        let text = b"5581-5582 r--p 00000000 08:01 77   /bin/true\n\
            7f10a000-7f10b000 rw-s 00000000 00:01 1026                       /dev/shm/a b (deleted)\n\
            7f10c000-7f10d000 r--s 00001000 00:01 5\n\
            garbage\n";
        let found = parse(text);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].begin, found[0].end), (0x7f10_a000, 0x7f10_b000));
        assert_eq!(found[0].protection, libc::PROT_READ | libc::PROT_WRITE);
        assert_eq!(found[0].path, "/dev/shm/a b (deleted)");
        assert_eq!(found[1].protection, libc::PROT_READ);
        assert_eq!(found[1].path, "");
    }

    #[test]
    fn our_own_shared_memory_is_found() {
        let len = std::num::NonZeroUsize::new(4096).unwrap();
        let file = tempfile::tempfile().unwrap();
        file.set_len(4096).unwrap();
        let before = shared_mappings(std::process::id() as i32).unwrap().len();
        let map = memmap2::MmapOptions::new()
            .len(len.get())
            .map_raw(&file)
            .unwrap();
        let after = shared_mappings(std::process::id() as i32).unwrap();
        assert!(after.len() > before || after.iter().any(|m| m.begin == map.as_ptr() as u64));
    }
}
