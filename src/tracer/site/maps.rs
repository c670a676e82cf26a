//! Where a process has code: the executable mappings of /proc/PID/maps; see proc_pid_maps(5).

use std::fs::File;
use std::io::Read;
use std::ops::Range;

/// How much of a maps file is read: some 80,000 lines, more than the kernel's default limit.
const LONGEST: u64 = 8 * 1024 * 1024;

/// One executable mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    /// Addresses.
    pub(super) range: Range<u64>,
    /// Where the file's first page is mapped, in front of this mapping or as part of it.
    pub(super) head: Option<u64>,
    /// Device and inode of the file; zeros for memory without one.
    pub(super) file: (u64, u64),
    /// The file's path as the program sees it, `[vdso]`, or nothing.
    pub(super) path: String,
}

/// What a maps file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Maps {
    /// Executable mappings, by address.
    pub(super) code: Vec<Mapping>,
    /// Lines that were read: what it costs to read them again.
    pub(super) lines: u64,
}

impl Maps {
    /// Reads the mappings of the process that thread `tid` belongs to; none if it is gone.
    pub(super) fn of(tid: i32) -> Self {
        let mut text = Vec::new();
        match File::open(format!("/proc/{tid}/maps")) {
            Ok(file) => match file.take(LONGEST).read_to_end(&mut text) {
                Ok(_) => Self::parse(&text),
                Err(_) => Self::default(),
            },
            Err(_) => Self::default(),
        }
    }

    fn parse(text: &[u8]) -> Self {
        let mut maps = Self::default();
        let mut head = None;
        for line in text.split(|byte| *byte == b'\n') {
            maps.lines += 1;
            let Some((mapping, offset, is_code)) = parse_line(line) else {
                continue;
            };
            if offset == 0 {
                head = Some((mapping.file, mapping.range.start));
            }
            if is_code {
                let head = head
                    .filter(|(file, _)| *file == mapping.file && !mapping.path.is_empty())
                    .map(|(_, start)| start);
                maps.code.push(Mapping { head, ..mapping });
            }
        }
        maps
    }

    /// The mapping that holds `address`.
    pub(super) fn at(&self, address: u64) -> Option<usize> {
        let after = self
            .code
            .partition_point(|mapping| mapping.range.start <= address);
        let index = after.checked_sub(1)?;
        self.code[index].range.contains(&address).then_some(index)
    }
}

/// A mapping, its offset in the file, and whether it is executable.
fn parse_line(line: &[u8]) -> Option<(Mapping, u64, bool)> {
    // 55d0c8a00000-55d0c8a21000 r-xp 00001000 08:01 1308162                    /usr/bin/cat
    let mut fields = line.splitn(6, |byte| *byte == b' ');
    let mut field = || std::str::from_utf8(fields.next()?).ok();
    let hex = |digits: &str| u64::from_str_radix(digits, 16).ok();
    let (start, end) = field()?.split_once('-')?;
    let flags = field()?;
    let offset = hex(field()?)?;
    let (major, minor) = field()?.split_once(':')?;
    let inode = field()?.parse().ok()?;
    let path = fields.next().unwrap_or_default();
    let mapping = Mapping {
        range: hex(start)?..hex(end)?,
        head: None,
        file: (hex(major)? << 32 | hex(minor)?, inode),
        path: String::from_utf8_lossy(path.trim_ascii_start()).replace("\\012", "\n"),
    };
    Some((mapping, offset, flags.contains('x')))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
400000-401000 r--p 00000000 08:01 77                         /submission/a b
401000-402000 r-xp 00001000 08:01 77                         /submission/a b
500000-501000 rw-p 00000000 00:00 0                          [heap]
600000-601000 rwxp 00000000 00:00 0
700000-701000 r-xp 00003000 08:01 78                         /lib/odd.so (deleted)
7ff000-800000 r-xp 00000000 00:00 0                          [vdso]
";

    #[test]
    fn finds_code_and_the_head_of_its_file() {
        let maps = Maps::parse(TEXT.as_bytes());
        let found: Vec<_> = maps
            .code
            .iter()
            .map(|mapping| (mapping.range.start, mapping.head, mapping.path.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (0x401000, Some(0x400000), "/submission/a b"),
                (0x600000, None, ""),
                (0x700000, None, "/lib/odd.so (deleted)"),
                (0x7ff000, Some(0x7ff000), "[vdso]"),
            ]
        );
    }

    #[test]
    fn finds_the_mapping_of_an_address() {
        let maps = Maps::parse(TEXT.as_bytes());
        assert_eq!(maps.at(0x400fff), None);
        assert_eq!(maps.at(0x401000), Some(0));
        assert_eq!(maps.at(0x401fff), Some(0));
        assert_eq!(maps.at(0x402000), None);
        assert_eq!(maps.at(0), None);
        assert_eq!(maps.at(u64::MAX), None);
    }
}
