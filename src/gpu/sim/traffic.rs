//! How the hardware would carry out a warp's access: sectors and bank conflicts.
//!
//! A request covers as many lanes as ask for 128 bytes together: 32 of 4 bytes, half a warp of 8,
//! a quarter of 16 (CUDA C++ Best Practices Guide, coalesced access; compute capability 5.x and
//! later for the banks: 32 of them, 4 bytes wide, a word wanted by several lanes is broadcast).

use super::program::Lanes;

/// Bytes of a request.
const REQUEST: u32 = 128;

/// The lanes of each request.
fn requests(mask: u32, bytes: u32) -> impl Iterator<Item = u32> {
    let lanes = (REQUEST / bytes.clamp(4, REQUEST)).max(1);
    let all = if lanes >= 32 {
        u32::MAX
    } else {
        (1 << lanes) - 1
    };
    (0..32 / lanes)
        .map(move |at| mask & all << (at * lanes))
        .filter(|mask| *mask != 0)
}

fn lanes_of(mask: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |lane| mask >> lane & 1 == 1)
}

/// A set of numbers as large as a request can need.
struct Few {
    all: [u64; 160],
    len: usize,
}

impl Few {
    fn new() -> Self {
        Self {
            all: [0; 160],
            len: 0,
        }
    }

    /// Whether the number is new.
    fn add(&mut self, number: u64) -> bool {
        // The last one first: neighbours ask for the same.
        if self.all[..self.len]
            .iter()
            .rev()
            .any(|known| *known == number)
        {
            return false;
        }
        if self.len < self.all.len() {
            self.all[self.len] = number;
            self.len += 1;
        }
        true
    }
}

/// The sectors of lanes whose addresses ascend: the common case, counted without a set.
fn ascending(addresses: &Lanes, lanes: u32, bytes: u32) -> Option<u64> {
    let mut next = 0;
    let mut count = 0;
    for lane in lanes_of(lanes) {
        let first = addresses[lane] / 32;
        let last = addresses[lane].saturating_add(u64::from(bytes) - 1) / 32;
        if first + 1 < next {
            return None;
        }
        count += (last + 1).saturating_sub(first.max(next));
        next = next.max(last + 1);
    }
    Some(count)
}

/// Whether all lanes find their words within one row of the banks: then none conflicts.
fn is_row(addresses: &Lanes, lanes: u32, bytes: u32) -> bool {
    let (mut least, mut most) = (u64::MAX, 0);
    for lane in lanes_of(lanes) {
        least = least.min(addresses[lane] / 4);
        most = most.max(addresses[lane].saturating_add(u64::from(bytes) - 1) / 4);
    }
    most.saturating_sub(least) < 32
}

/// Requests, and 32-byte sectors that they touch.
pub(super) fn sectors(addresses: &Lanes, mask: u32, bytes: u32) -> (u64, u64) {
    let (mut count, mut touched) = (0, 0);
    for lanes in requests(mask, bytes) {
        if let Some(sectors) = ascending(addresses, lanes, bytes) {
            count += 1;
            touched += sectors;
            continue;
        }
        let mut few = Few::new();
        for lane in lanes_of(lanes) {
            let first = addresses[lane] / 32;
            let last = addresses[lane].saturating_add(u64::from(bytes) - 1) / 32;
            for sector in first..=last {
                few.add(sector);
            }
        }
        count += 1;
        touched += few.len as u64;
    }
    (count, touched)
}

/// Requests, and passes that they take.
pub(super) fn passes(addresses: &Lanes, mask: u32, bytes: u32) -> (u64, u64) {
    let (mut count, mut all) = (0, 0);
    for lanes in requests(mask, bytes) {
        if is_row(addresses, lanes, bytes) {
            count += 1;
            all += 1;
            continue;
        }
        let mut few = Few::new();
        let mut banks = [0_u64; 32];
        for lane in lanes_of(lanes) {
            let first = addresses[lane] / 4;
            let last = addresses[lane].saturating_add(u64::from(bytes) - 1) / 4;
            for word in first..=last {
                if few.add(word) {
                    banks[(word % 32) as usize] += 1;
                }
            }
        }
        count += 1;
        all += banks.iter().max().copied().unwrap_or(1);
    }
    (count, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strided(bytes: u64) -> Lanes {
        std::array::from_fn(|lane| 0x1000 + lane as u64 * bytes)
    }

    #[test]
    fn a_request_has_four_sectors_at_best() {
        assert_eq!(sectors(&strided(4), u32::MAX, 4), (1, 4));
        assert_eq!(sectors(&strided(8), u32::MAX, 8), (2, 8));
        assert_eq!(sectors(&strided(16), u32::MAX, 16), (4, 16));
        assert_eq!(sectors(&strided(1), u32::MAX, 1), (1, 1));
        assert_eq!(sectors(&strided(128), u32::MAX, 4), (1, 32));
        assert_eq!(sectors(&strided(0), 0xff, 4), (1, 1));
        let backwards: Lanes = std::array::from_fn(|lane| 0x1000 + 4 * (31 - lane as u64));
        assert_eq!(sectors(&backwards, u32::MAX, 4), (1, 4));
        let mixed: Lanes = std::array::from_fn(|lane| 0x1000 + 64 * (lane as u64 * 7 % 32));
        assert_eq!(sectors(&mixed, u32::MAX, 4), (1, 32));
        assert_eq!(sectors(&strided(4).map(|at| at + 4), u32::MAX, 4), (1, 5));
    }

    #[test]
    fn banks_conflict_by_words() {
        assert_eq!(passes(&strided(4), u32::MAX, 4), (1, 1));
        assert_eq!(passes(&strided(8), u32::MAX, 4), (1, 2));
        assert_eq!(passes(&strided(128), u32::MAX, 4), (1, 32));
        assert_eq!(passes(&strided(132), u32::MAX, 4), (1, 1));
        assert_eq!(passes(&strided(0), u32::MAX, 4), (1, 1));
        assert_eq!(passes(&strided(16), u32::MAX, 16), (4, 4));
        assert_eq!(passes(&strided(1), u32::MAX, 1), (1, 1));
    }
}
