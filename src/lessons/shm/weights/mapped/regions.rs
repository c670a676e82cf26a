//! Mappings as regions of an address space: what calls do to a part of one splits it.

/// Objects are told apart by their inodes; those of memfds are in a file system of their own.
pub(super) type Key = (bool, u64, String);

/// A mapping of a part of an object.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    /// What it is a mapping of.
    pub(super) object: Key,
    /// Where in the object it begins.
    pub(super) offset: u64,
    /// Its first address.
    pub(super) address: u64,
    /// Bytes.
    pub(super) len: u64,
    /// Whether stores into it change the object.
    pub(super) is_writable: bool,
    /// The call that made it so.
    pub(super) at: usize,
    /// Not for children: MADV_DONTFORK.
    pub(super) is_kept_back: bool,
}

/// Changes what lies between two addresses; a mapping that lies there in part is split.
pub(super) fn change(
    mappings: &mut Vec<Mapping>,
    address: Option<u64>,
    len: u64,
    change: impl Fn(&mut Mapping),
) {
    let Some(address) = address else { return };
    let mut within = Vec::new();
    let end = address.saturating_add(whole_pages(len));
    for one in mappings.iter() {
        let from = one.address.max(address);
        let to = end_of(one).min(end);
        if from < to {
            let mut part = Mapping {
                offset: one.offset.saturating_add(from - one.address),
                address: from,
                len: to - from,
                ..one.clone()
            };
            change(&mut part);
            within.push(part);
        }
    }
    unmap(mappings, address, len);
    mappings.extend(within);
}

/// Takes the pages from `address` on away from what is mapped.
pub(super) fn unmap(mappings: &mut Vec<Mapping>, address: u64, len: u64) {
    let end = address.saturating_add(whole_pages(len));
    let mut rest = Vec::new();
    for one in mappings.drain(..) {
        let its_end = end_of(&one);
        if its_end <= address || end <= one.address {
            rest.push(one);
            continue;
        }
        if one.address < address {
            rest.push(Mapping {
                len: address - one.address,
                ..one.clone()
            });
        }
        if end < its_end {
            rest.push(Mapping {
                offset: one.offset.saturating_add(end - one.address),
                address: end,
                len: its_end - end,
                ..one
            });
        }
    }
    *mappings = rest;
}

/// Mappings are of whole pages. On machines with larger ones what is left of a page would be a
/// page.
const PAGE: u64 = 4096;

fn whole_pages(len: u64) -> u64 {
    len.checked_next_multiple_of(PAGE).unwrap_or(u64::MAX)
}

fn end_of(mapping: &Mapping) -> u64 {
    mapping.address.saturating_add(whole_pages(mapping.len))
}
