//! Amounts of memory: what a tree of processes has, what may be taken, and how it is written.

use std::io;

use crate::sys::proc;

/// What all processes of a tree have in memory together, KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    /// Resident memory, each page as often as there are processes that have it.
    pub(super) rss: u64,
    /// Resident memory, each page once.
    pub(super) pss: u64,
    pub(super) page_tables: u64,
}

impl Held {
    /// Of a process and its descendants, who do nothing in the meantime.
    ///
    /// # Errors
    /// If one of them is gone.
    pub(super) fn by(root: i32) -> io::Result<Self> {
        let mut held = Self::default();
        for pid in proc::tree(root) {
            let shares = proc::shares(pid)?;
            held.rss += shares.rss;
            held.pss += shares.pss;
            held.page_tables += proc::status(pid)?.memory.page_tables;
        }
        Ok(held)
    }
}

/// Of the memory that is to be had, the part that a demo may take: 6 in 10.
const SHARE: (u64, u64) = (6, 10);

/// The largest size up to `wanted` (a power of two, bytes) of which `copies` are to be had.
///
/// # Errors
/// If /proc/meminfo cannot be read.
pub(super) fn affordable(wanted: u64, copies: u64) -> io::Result<u64> {
    Ok(within(wanted, copies, proc::available_kib()? << 10))
}

fn within(wanted: u64, copies: u64, available: u64) -> u64 {
    let mut size = wanted;
    while size > 1 << 20 && size.saturating_mul(copies) > available / SHARE.1 * SHARE.0 {
        size /= 2;
    }
    size
}

/// An amount in the unit that fits: `740 KiB`, `1.9 MiB`, `33 GiB`.
pub(super) fn amount(bytes: u64) -> String {
    let (figure, unit) = match bytes {
        n if n < 1 << 10 => return format!("{n} B"),
        n if n < 1 << 20 => (n as f64 / 1024.0, "KiB"),
        n if n < 1 << 30 => (n as f64 / f64::from(1 << 20), "MiB"),
        n => (n as f64 / f64::from(1 << 30), "GiB"),
    };
    match figure < 9.95 {
        true => format!("{figure:.1} {unit}"),
        false => format!("{figure:.0} {unit}"),
    }
}

/// A bar of at most `width` characters, to the scale of the largest.
pub(super) fn bar(value: u64, largest: u64, width: usize) -> String {
    let share = value as f64 / largest.max(1) as f64;
    "█".repeat(((share * width as f64).round() as usize).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_unit_that_fits() {
        let written: Vec<String> = [100, 1536, 200 << 20, 33 << 30].map(amount).into();
        assert_eq!(written, ["100 B", "1.5 KiB", "200 MiB", "33 GiB"]);
    }

    #[test]
    fn what_is_not_there_is_not_taken() {
        assert_eq!(within(1 << 30, 34, 100 << 30), 1 << 30);
        assert_eq!(within(1 << 30, 34, 24 << 30), 256 << 20);
        assert_eq!(within(1 << 30, 1, 0), 1 << 20);
    }

    #[test]
    fn bars_are_to_scale() {
        assert_eq!(bar(10, 20, 10).chars().count(), 5);
        assert_eq!(bar(0, 20, 10).chars().count(), 1);
    }

    #[test]
    fn this_process_has_memory() {
        let held = Held::by(std::process::id().cast_signed()).unwrap();
        assert!(held.rss >= held.pss && held.pss > 0 && held.page_tables > 0);
    }
}
