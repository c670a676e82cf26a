//! Sections of the program that a process runs, as its file has them.
//!
//! Statically linked programs need not have `.eh_frame_hdr`, and nothing that is loaded says where
//! their `.eh_frame` is. The file does: /proc/PID/exe, which is always a regular file.

use std::fs::{File, read_link};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::image::Segment;
use super::memory::{half_at, word_at};

/// Sections that are looked at, and bytes of their names.
const SECTIONS: usize = 1024;
const NAMES: usize = 64 * 1024;

const HEADER: usize = 64;
const SECTION_SIZE: usize = 64;

/// Where a section is loaded; `None` if `path` is not what the process of thread `tid` runs.
pub(super) fn section(tid: i32, path: &str, name: &str) -> Option<Segment> {
    let exe = format!("/proc/{tid}/exe");
    if read_link(&exe).ok()? != Path::new(path) {
        return None;
    }
    find(&File::open(exe).ok()?, name)
}

fn find(file: &File, name: &str) -> Option<Segment> {
    let mut header = [0; HEADER];
    file.read_exact_at(&mut header, 0).ok()?;
    let half = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
    if !header.starts_with(b"\x7fELF\x02\x01") || half(58) != SECTION_SIZE {
        return None;
    }
    let mut table = vec![0; half(60).min(SECTIONS) * SECTION_SIZE];
    file.read_exact_at(&mut table, word_at(&header, 40)?).ok()?;
    let sections: Vec<_> = table.chunks_exact(SECTION_SIZE).collect();

    let strings = segment(sections.get(half(62))?)?;
    let len = usize::try_from(strings.size).ok()?.min(NAMES);
    let mut names = vec![0; len];
    file.read_exact_at(&mut names, strings.offset).ok()?;

    let is_named = |section: &&&[u8]| {
        half_at(section, 0)
            .and_then(|at| names.get(usize::try_from(at).ok()?..))
            .and_then(|rest| rest.strip_prefix(name.as_bytes()))
            .is_some_and(|rest| rest.starts_with(&[0]))
    };
    segment(sections.iter().find(is_named)?).filter(|section| section.address != 0)
}

/// `sh_offset`, `sh_addr` and `sh_size`.
fn segment(section: &[u8]) -> Option<Segment> {
    Some(Segment {
        address: word_at(section, 16)?,
        offset: word_at(section, 24)?,
        size: word_at(section, 32)?,
    })
}
