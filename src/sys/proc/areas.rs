//! `/proc/PID/maps` and `/proc/PID/smaps`: the parts of an address space; see proc_pid_maps(5),
//! proc_pid_smaps(5).

use std::io;

use super::contents;

/// A part of an address space that is the same throughout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// Its first address.
    pub start: u64,
    /// Bytes of address space.
    pub length: u64,
    /// `PROT_READ` and the like; see mmap(2).
    pub protection: i32,
    /// Whether it is shared (MAP_SHARED).
    pub is_shared: bool,
    /// Major and minor number of the file's device.
    pub device: (u64, u64),
    /// The file's inode; 0 for memory that is of no file.
    pub inode: u64,
    /// The file's path, without the ` (deleted)` that the kernel puts behind it.
    pub path: Vec<u8>,
    /// Whether the path is no more; also for what never had one.
    pub is_deleted: bool,
    /// Resident, KiB; only from `smaps`.
    pub rss: u64,
    /// The same, each page divided by the number of processes that have it; only from `smaps`.
    pub pss: u64,
}

impl Area {
    /// Whether it may be written.
    pub fn is_writable(&self) -> bool {
        self.protection & libc::PROT_WRITE != 0
    }
}

/// The areas of a process, without what is in memory of them.
///
/// # Errors
/// ENOENT or ESRCH if the process is gone; EACCES if it may not be traced by us.
pub fn areas(pid: i32) -> io::Result<Vec<Area>> {
    Ok(parse_areas(&contents(&format!("/proc/{pid}/maps"))?))
}

/// The areas of a process, with what is in memory of them. The kernel walks all pages for it.
///
/// # Errors
/// As [`areas`].
pub fn filled_areas(pid: i32) -> io::Result<Vec<Area>> {
    Ok(parse_areas(&contents(&format!("/proc/{pid}/smaps"))?))
}

/// The heads of areas, and of the fields below each those that are of use.
fn parse_areas(text: &[u8]) -> Vec<Area> {
    let mut areas: Vec<Area> = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        if let Some(area) = parse_head(line) {
            areas.push(area);
        } else if let (Some(area), Ok(field)) = (areas.last_mut(), str::from_utf8(line)) {
            let kib = |value: &str| value.trim().trim_end_matches(" kB").parse().unwrap_or(0);
            match field.split_once(':') {
                Some(("Rss", value)) => area.rss = kib(value),
                Some(("Pss", value)) => area.pss = kib(value),
                _ => {}
            }
        }
    }
    areas
}

/// `7f00-7f01 rw-s 00000000 00:19 4711    /dev/shm/x (deleted)`
fn parse_head(line: &[u8]) -> Option<Area> {
    let mut rest = line;
    let mut word = || -> Option<&str> {
        rest = rest.trim_ascii_start();
        let end = rest
            .iter()
            .position(|byte| *byte == b' ')
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        str::from_utf8(word).ok()
    };
    let hex = |digits: &str| u64::from_str_radix(digits, 16).ok();
    let (start, end) = word()?.split_once('-')?;
    let (start, end) = (hex(start)?, hex(end)?);
    let rights = word()?.as_bytes();
    let right = |at: usize, right: i32| match rights.get(at) {
        Some(b'-') | None => 0,
        Some(_) => right,
    };
    let _offset = word()?;
    let (major, minor) = word()?.split_once(':')?;
    let device = (hex(major)?, hex(minor)?);
    let inode = word()?.parse().ok()?;
    let path = rest.trim_ascii_start();
    let (path, is_deleted) = match path.strip_suffix(b" (deleted)") {
        Some(path) => (path, true),
        None => (path, false),
    };
    Some(Area {
        start,
        length: end.checked_sub(start)?,
        protection: right(0, libc::PROT_READ)
            | right(1, libc::PROT_WRITE)
            | right(2, libc::PROT_EXEC),
        is_shared: rights.get(3) == Some(&b's'),
        device,
        inode,
        path: path.to_owned(),
        is_deleted,
        rss: 0,
        pss: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_told_from_fields() {
        let text = b"7f0000000000-7f0000004000 r--s 00000000 00:19 42    /dev/shm/a b (deleted)\n\
            Size:                 16 kB\nRss:                   8 kB\nPss:                   4 kB\n\
            Pss_Dirty:             1 kB\nVmFlags: rd mr\n\
            7ffc00000000-7ffc00001000 rw-p 00000000 00:00 0    [stack]\nRss:   12 kB\n";
        let areas = parse_areas(text);
        assert_eq!(areas.len(), 2);
        let expected = Area {
            start: 0x7f00_0000_0000,
            length: 0x4000,
            protection: libc::PROT_READ,
            is_shared: true,
            device: (0, 0x19),
            inode: 42,
            path: b"/dev/shm/a b".to_vec(),
            is_deleted: true,
            rss: 8,
            pss: 4,
        };
        assert_eq!(areas[0], expected);
        assert!(areas[1].is_writable() && !areas[1].is_shared && areas[1].rss == 12);
        assert_eq!(parse_areas(b"no-maps x\n"), []);
    }

    #[test]
    fn we_have_areas() {
        let me = std::process::id().cast_signed();
        let (all, filled) = (areas(me).unwrap(), filled_areas(me).unwrap());
        assert!(all.iter().any(|area| area.path == b"[stack]"));
        assert!(filled.iter().any(|area| area.rss > 0));
    }
}
