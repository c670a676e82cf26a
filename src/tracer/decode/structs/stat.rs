//! What stat(2), statx(2) and statfs(2) say, abbreviated as strace does.

use std::mem::offset_of;

use crate::tracer::decode::flags::files as flags;
use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::word;

/// A file's type and permissions: `S_IFREG|0644`, `S_IFDIR|S_ISVTX|0777`.
pub(crate) fn mode(mode: u32) -> String {
    let kind = mode & libc::S_IFMT;
    let Some(name) = flags::FILE_TYPE.name(u64::from(kind)) else {
        return word::octal(mode);
    };
    let mut text = name.to_owned();
    let rest = flags::SET_ID.append_bits(&mut text, u64::from(mode & !libc::S_IFMT));
    format!("{text}|{}", word::octal(rest as u32))
}

/// A device number: `makedev(0x1, 0x3)`.
pub(crate) fn device(number: u64) -> String {
    let (major, minor) = (libc::major(number), libc::minor(number));
    format!(
        "makedev({}, {})",
        word::hex(u64::from(major)),
        word::hex(u64::from(minor))
    )
}

/// A stat structure: type, permissions, and the size or the device number.
pub(crate) fn stat(moment: &Moment<'_>, at: u64) -> Option<String> {
    let block = moment.block(at, size_of::<libc::stat>())?;
    let bits = block.u32(offset_of!(libc::stat, st_mode));
    let what = match bits & libc::S_IFMT {
        libc::S_IFCHR | libc::S_IFBLK => {
            format!(
                "st_rdev={}",
                device(block.u64(offset_of!(libc::stat, st_rdev)))
            )
        }
        _ => format!("st_size={}", block.i64(offset_of!(libc::stat, st_size))),
    };
    Some(format!("{{st_mode={}, {what}, ...}}", mode(bits)))
}

/// A statx structure.
pub(crate) fn statx(moment: &Moment<'_>, at: u64) -> Option<String> {
    /// Offsets of fields of struct statx, which is the same everywhere; see statx(2).
    const ATTRIBUTES: usize = 8;
    const MODE: usize = 28;
    const SIZE: usize = 40;
    const LENGTH: usize = 256;
    let block = moment.block(at, LENGTH)?;
    Some(format!(
        "{{stx_mask={}, stx_attributes={}, stx_mode={}, stx_size={}, ...}}",
        flags::STATX.bits(u64::from(block.u32(0))),
        flags::STATX_ATTRIBUTES.bits(block.u64(ATTRIBUTES)),
        mode(u32::from(block.u16(MODE))),
        block.u64(SIZE),
    ))
}

/// A statfs structure.
pub(crate) fn statfs(moment: &Moment<'_>, at: u64) -> Option<String> {
    use libc::statfs;
    let block = moment.block(at, size_of::<statfs>())?;
    let field = |offset| block.u64(offset);
    Some(format!(
        "{{f_type={}, f_bsize={}, f_blocks={}, f_bfree={}, f_bavail={}, f_files={}, f_ffree={}, ...}}",
        word::hex(field(offset_of!(statfs, f_type))),
        field(offset_of!(statfs, f_bsize)),
        field(offset_of!(statfs, f_blocks)),
        field(offset_of!(statfs, f_bfree)),
        field(offset_of!(statfs, f_bavail)),
        field(offset_of!(statfs, f_files)),
        field(offset_of!(statfs, f_ffree)),
    ))
}
