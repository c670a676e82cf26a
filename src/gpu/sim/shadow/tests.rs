//! Tests of who is ordered behind whom.

use super::*;

/// Two blocks of a warp, and accesses of some of their threads to one word.
struct Bench {
    shadow: Shadow,
    blocks: [Clocks; 2],
}

impl Bench {
    fn new() -> Self {
        Self {
            shadow: Shadow::default(),
            blocks: [Clocks::new(0, 32), Clocks::new(32, 32)],
        }
    }

    fn request(&self, tid: u32, strength: Strength) -> (usize, Request) {
        let (block, lane) = (tid as usize / 32, tid as usize % 32);
        let clock = self.blocks[block].now[lane];
        let request = Request {
            access: Access::new(tid, clock, 0, strength, 0xf),
            lane,
            changes_nothing: false,
            is_shared: false,
        };
        (block, request)
    }

    /// Whether a write races, and with whom.
    fn write(&mut self, tid: u32, strength: Strength) -> Option<u32> {
        let (block, request) = self.request(tid, strength);
        let conflict = self.shadow.write(0, request, &self.blocks[block]);
        conflict.map(|conflict| conflict.other.tid)
    }

    /// Whether a read races, and with whom.
    fn read(&mut self, tid: u32, strength: Strength) -> Option<u32> {
        let (block, request) = self.request(tid, strength);
        let conflict = self.shadow.read(0, request, &self.blocks[block]);
        conflict.map(|conflict| conflict.other.tid)
    }
}

#[test]
fn who_looks_at_the_last_atomic_operation_comes_after_all() {
    let mut bench = Bench::new();
    for tid in [0, 1, 32] {
        assert_eq!(bench.write(tid, Strength::ATOMIC), None);
    }
    assert_eq!(bench.read(32, Strength::WEAK), None);
    assert_eq!(bench.write(32, Strength::WEAK), None);
    // One that was not the last comes after nothing.
    let mut bench = Bench::new();
    assert_eq!(bench.write(32, Strength::ATOMIC), None);
    assert_eq!(bench.write(0, Strength::ATOMIC), None);
    assert_eq!(bench.write(32, Strength::WEAK), Some(0));
}

#[test]
fn a_barrier_hands_on_who_was_last() {
    let mut bench = Bench::new();
    assert_eq!(bench.write(0, Strength::ATOMIC), None);
    assert_eq!(bench.write(32, Strength::ATOMIC), None);
    bench.blocks[1].meet(u32::MAX, u32::MAX);
    assert_eq!(bench.write(33, Strength::WEAK), None);
    let mut bench = Bench::new();
    assert_eq!(bench.write(0, Strength::ATOMIC), None);
    assert_eq!(bench.write(32, Strength::ATOMIC), None);
    assert_eq!(bench.write(33, Strength::WEAK), Some(32));
}

#[test]
fn an_atomic_operation_that_nobody_looks_at_orders_nothing() {
    let mut bench = Bench::new();
    assert_eq!(bench.write(0, Strength::REDUCTION), None);
    assert_eq!(bench.write(32, Strength::REDUCTION), None);
    assert_eq!(bench.read(32, Strength::WEAK), Some(0));
    assert_eq!(bench.write(32, Strength::WEAK), Some(0));
    // Somebody who looks afterwards knows of both.
    let mut bench = Bench::new();
    assert_eq!(bench.write(0, Strength::REDUCTION), None);
    assert_eq!(bench.write(32, Strength::REDUCTION), None);
    assert_eq!(bench.write(33, Strength::ATOMIC), None);
    assert_eq!(bench.write(33, Strength::WEAK), None);
}

#[test]
fn an_atomic_operation_after_an_ordinary_access_is_a_race() {
    let mut bench = Bench::new();
    assert_eq!(bench.write(0, Strength::ATOMIC), None);
    assert_eq!(bench.write(0, Strength::WEAK), None);
    assert_eq!(bench.write(32, Strength::ATOMIC), Some(0));
    let mut bench = Bench::new();
    assert_eq!(bench.write(0, Strength::ATOMIC), None);
    assert_eq!(bench.read(0, Strength::WEAK), None);
    assert_eq!(bench.write(32, Strength::ATOMIC), Some(0));
}

#[test]
fn who_has_seen_a_flag_may_put_it_back() {
    let mut bench = Bench::new();
    assert_eq!(bench.write(0, Strength::STRONG), None);
    assert_eq!(bench.read(32, Strength::STRONG), None);
    assert_eq!(bench.write(32, Strength::WEAK), None);
    let mut bench = Bench::new();
    assert_eq!(bench.write(0, Strength::STRONG), None);
    assert_eq!(bench.read(32, Strength::STRONG), None);
    assert_eq!(bench.write(33, Strength::WEAK), Some(0));
    let mut bench = Bench::new();
    assert_eq!(bench.read(32, Strength::STRONG), None);
    assert_eq!(bench.write(0, Strength::STRONG), None);
    assert_eq!(bench.write(32, Strength::WEAK), Some(0));
}
