//! Which files a recording's processes mapped, which parts of them, and what is mapped still.

use std::collections::HashMap;

use crate::lessons::sight;
use crate::model::recording::Made;
use crate::model::{Arg, Recording, Task, What};

/// A mapping of a part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    /// The entry of the call that made it.
    pub(super) enter: usize,
    /// The file's path.
    pub(super) path: String,
    /// Where in the file it begins.
    pub(super) offset: u64,
    /// How many bytes of it are mapped.
    pub(super) len: u64,
    address: u64,
}

/// Mappings of the files of the lab.
#[derive(Debug, Default)]
pub(super) struct Mappings {
    /// All that were ever made, as they were made, or grew.
    pub(super) made: Vec<Mapping>,
    /// Those that are there at the end, in the order in which they were made.
    pub(super) left: Vec<Mapping>,
}

/// Mappings are of whole pages. On machines with larger ones what is left of a page would be a
/// page.
const PAGE: u64 = 4096;

impl Mappings {
    /// Follows every mapping of a file below `directory` up to an event.
    ///
    /// Blind spot: addresses that could not be read; mappings that were not there when a process
    /// began count for the process that made them alone.
    pub(super) fn at(recording: &Recording, directory: &str, end: usize) -> Self {
        let mut made = Vec::new();
        let mut left: HashMap<Task, Vec<Mapping>> = HashMap::new();
        let processes = sight::processes(recording);
        let before = |made: &Made<'_>| made.exit.is_some_and(|exit| exit < end);
        for call in recording.calls().filter(before) {
            let process = processes.get(&call.task).copied().unwrap_or(call.task);
            let own = left.entry(process).or_default();
            let Some(value) = call.value() else { continue };
            match call.call.name.as_str() {
                "mmap" => {
                    let address = value as u64;
                    let len = amount(&call, 1).unwrap_or(0);
                    // What was there is replaced.
                    unmap(own, address, len);
                    let object = call.object(4).filter(|object| {
                        object
                            .name
                            .strip_prefix(directory)
                            .is_some_and(|rest| rest.starts_with('/'))
                    });
                    if let Some(object) = object {
                        let mapping = Mapping {
                            enter: call.enter,
                            path: object.name.clone(),
                            offset: amount(&call, 5).unwrap_or(0),
                            len,
                            address,
                        };
                        made.push(mapping.clone());
                        own.push(mapping);
                    }
                }
                "munmap" => {
                    if let (Some(address), Some(len)) = (amount(&call, 0), amount(&call, 1)) {
                        unmap(own, address, len);
                    }
                }
                "mremap" => {
                    let (old, len) = (amount(&call, 0), amount(&call, 2).unwrap_or(0));
                    let moved = own.iter_mut().find(|one| Some(one.address) == old);
                    if let Some(mapping) = moved {
                        mapping.address = value as u64;
                        mapping.len = len;
                        made.push(mapping.clone());
                    }
                }
                _ => {}
            }
        }
        for event in recording.events.iter().take(end) {
            if let What::End { task, .. } = event.what {
                left.remove(&task);
            }
        }
        let mut left: Vec<Mapping> = left.into_values().flatten().collect();
        left.sort_by_key(|mapping| (mapping.enter, mapping.offset));
        Self { made, left }
    }

    /// How many bytes at the front of a file were mapped, in one piece or in several.
    pub(super) fn covered(&self, path: &str) -> u64 {
        let mut parts: Vec<(u64, u64)> = self
            .made
            .iter()
            .filter(|mapping| mapping.path == path)
            .map(|mapping| (mapping.offset, mapping.offset.saturating_add(mapping.len)))
            .collect();
        parts.sort_unstable();
        parts
            .into_iter()
            .fold(0, |covered, (from, to)| match from <= covered {
                true => covered.max(to),
                false => covered,
            })
    }
}

/// Takes the pages from `address` on away from what is mapped.
fn unmap(mappings: &mut Vec<Mapping>, address: u64, len: u64) {
    let end = address.saturating_add(whole_pages(len));
    let mut rest = Vec::new();
    for mapping in mappings.drain(..) {
        let its_end = mapping.address.saturating_add(whole_pages(mapping.len));
        if its_end <= address || end <= mapping.address {
            rest.push(mapping);
            continue;
        }
        if mapping.address < address {
            rest.push(Mapping {
                len: address - mapping.address,
                ..mapping.clone()
            });
        }
        if end < its_end {
            rest.push(Mapping {
                address: end,
                offset: mapping.offset.saturating_add(end - mapping.address),
                len: its_end - end,
                ..mapping
            });
        }
    }
    *mappings = rest;
}

fn whole_pages(len: u64) -> u64 {
    len.checked_next_multiple_of(PAGE).unwrap_or(u64::MAX)
}

/// A number or an address of a call.
fn amount(made: &Made<'_>, nth: usize) -> Option<u64> {
    match made.call.args.get(nth)? {
        Arg::Int(number) => Some(*number as u64),
        Arg::Word(word) => match word.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => word.parse().ok(),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mappings(trace: &str) -> Mappings {
        Mappings::at(&trace.parse().unwrap(), "/lab", usize::MAX)
    }

    const TWO: &str = "
        2 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3</lab/a [9]>, 0) = 0x10000
        2 mmap(NULL, 5000, PROT_READ, MAP_PRIVATE, 3</lab/a [9]>, 0x2000) = 0x20000
        2 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 4</usr/lib/x [7]>, 0) = 0x30000
        2 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x40000
    ";

    #[test]
    fn parts_of_a_file_add_up() {
        let all = mappings(TWO);
        assert_eq!(all.covered("/lab/a"), 13_192);
        assert_eq!(all.covered("/lab/b"), 0);
        assert_eq!(all.left.len(), 2);
        let gap = mappings(&TWO.replace("0x2000", "0x3000"));
        assert_eq!(gap.covered("/lab/a"), 8192);
    }

    #[test]
    fn what_is_unmapped_is_gone_and_the_rest_stays() {
        let whole = format!("{TWO}2 munmap(0x10000, 8192) = 0\n2 munmap(0x20000, 5000) = 0\n");
        assert_eq!(mappings(&whole).left, []);
        let part = format!("{TWO}2 munmap(0x10000, 4096) = 0\n2 munmap(0x20000, 8192) = 0\n");
        let left = mappings(&part).left;
        assert_eq!((left.len(), left[0].offset, left[0].len), (1, 4096, 4096));
        let failed = format!("{TWO}2 munmap(0x10001, 8192) = -1 EINVAL\n");
        assert_eq!(mappings(&failed).left.len(), 2);
        let replaced = format!(
            "{TWO}2 mmap(0x10000, 8192, PROT_READ, MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x10000\n"
        );
        assert_eq!(mappings(&replaced).left.len(), 1);
    }

    #[test]
    fn a_mapping_may_grow_and_a_process_may_end() {
        let grown = format!("{TWO}2 mremap(0x20000, 5000, 90000, MREMAP_MAYMOVE) = 0x50000\n");
        assert_eq!(mappings(&grown).covered("/lab/a"), 8192 + 90_000);
        let child = "
            2 fork 3
            3 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3</lab/a [9]>, 0) = 0x10000
            3 +++ exit 0
        ";
        let all = mappings(child);
        assert_eq!((all.made.len(), all.left.len()), (1, 0));
    }
}
