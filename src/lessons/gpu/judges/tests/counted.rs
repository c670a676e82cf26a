//! Of what launches moved, and how they did their work.

use insta::assert_snapshot;

use super::super::*;
use super::*;

/// A launch whose results are right, in which one line did this, and all of them together.
fn work(launch: Launch, did: LineCounters) -> [Fact; 4] {
    let of_line = LineCounters {
        site: Some(line(9)),
        ..did.clone()
    };
    [made(launch), output(None), counters(did), counters(of_line)]
}

fn loads(sectors: u64, bytes: u64) -> [Fact; 4] {
    let did = LineCounters {
        global_load_sectors: sectors,
        global_load_bytes: bytes,
        global_store_sectors: 8,
        global_store_bytes: 256,
        ..LineCounters::default()
    };
    work(launch(), did)
}

#[test]
fn four_sectors_a_request_are_together_and_eight_are_apart() {
    assert_eq!(judged(coalesces, &loads(33, 1028)), "pass");
    assert_snapshot!(judged(coalesces, &loads(64, 1024)), @"
    fail: n = 257, 2 blocks of 256: its loads move 8.0 sectors for each 128 bytes, and 4.5 are enough
      kernel.cu:9 loads: 8.0 sectors
    hint: At that line, how far apart are the addresses of two neighbouring lanes?
    ");
    assert_snapshot!(judged(strides, &loads(256, 1024)), @"
    fail: n = 257, 2 blocks of 256: its loads move 32.0 sectors for each 128 bytes, and 4.5 are enough
      kernel.cu:9 loads: 32.0 sectors
    hint: At that line, how far apart are the addresses of two neighbouring lanes?
    ");
    assert_eq!(judged(coalesces_both_ways, &loads(39, 1024)), "pass");
    assert!(judged(coalesces_both_ways, &loads(42, 1024)).starts_with("fail"));
}

#[test]
fn what_is_stored_again_and_again_is_counted() {
    let stores = |bytes: u64| {
        let did = LineCounters {
            global_store_sectors: bytes / 32,
            global_store_bytes: bytes,
            ..LineCounters::default()
        };
        work(launch(), did)
    };
    assert_eq!(judged(coalesces, &stores(2 * 4 * 257)), "pass");
    assert_snapshot!(judged(coalesces, &stores(3 * 4 * 257)), @"
    fail: n = 257, 2 blocks of 256: it stores 3,084 bytes, and 2,056 are enough
      kernel.cu:9: 3,084 bytes
    hint: How many threads of the grid come to one and the same element?
    ");
    assert_eq!(judged(strides, &stores(3 * 4 * 257)), "pass");
}

#[test]
fn what_is_wrong_is_not_counted() {
    let mut facts = loads(33, 1028).to_vec();
    facts[1] = output(Some(Wrong {
        place: "c[0]".to_owned(),
        got: Some("1".to_owned()),
        want: "2".to_owned(),
        within: None,
    }));
    assert!(judged(coalesces, &facts).starts_with("fail: n = 257, 2 blocks of 256: c[0] is 1"));
    assert_eq!(judged(coalesces, &facts[..1]), "blind: nothing was counted");
}

#[test]
fn a_pass_more_in_ten_is_no_conflict_and_two_are() {
    let passes = |shared_passes| {
        let did = LineCounters {
            shared_requests: 100,
            shared_passes,
            ..LineCounters::default()
        };
        work(launch(), did)
    };
    assert_eq!(judged(avoids_bank_conflicts, &passes(0)), "pass");
    assert_eq!(judged(avoids_bank_conflicts, &passes(110)), "pass");
    assert_snapshot!(judged(avoids_bank_conflicts, &passes(3200)), @"
    fail: n = 257, 2 blocks of 256: an access to shared memory takes 32.0 passes, and 1.1 are enough
      kernel.cu:9: 32.0 passes
    hint: In which of the 32 banks is the word of each lane, at that line?
    ");
}

#[test]
fn a_tenth_of_what_is_loaded_without_tiles_is_enough() {
    let launch = Launch {
        sizes: [64, 64, 64],
        ..launch()
    };
    let loads = |global_load_bytes| {
        let did = LineCounters {
            global_load_bytes,
            ..LineCounters::default()
        };
        work(launch.clone(), did)
    };
    assert_eq!(judged(tiles, &loads(2 * 4 * 64 * 64 * 64 / 16)), "pass");
    assert_snapshot!(judged(tiles, &loads(2 * 4 * 64 * 64 * 64 / 8)), @"
    fail: n = 257, 2 blocks of 256: it loads 262,144 bytes from global memory, and 209,715 are enough
      kernel.cu:9: 262,144 bytes
    hint: How many threads of a block need the same element, and how often is it loaded?
    ");
}

#[test]
fn a_row_may_be_read_twice_and_not_three_times() {
    let launch = Launch {
        sizes: [8, 4096, 1],
        ..launch()
    };
    let loads = |times: u64| {
        let did = LineCounters {
            global_load_bytes: times * 4 * 8 * 4096,
            ..LineCounters::default()
        };
        work(launch.clone(), did)
    };
    assert_eq!(judged(reads_twice_at_most, &loads(2)), "pass");
    assert!(judged(reads_twice_at_most, &loads(3)).starts_with("fail"));
}

fn atomics(global: u64, shared: u64) -> [Fact; 4] {
    let did = LineCounters {
        global_atomics: global,
        shared_atomics: shared,
        ..LineCounters::default()
    };
    work(launch(), did)
}

#[test]
fn a_warp_may_queue_up_once_and_a_block_256_times() {
    assert_eq!(judged(needs_few_atomics, &atomics(16, 16)), "pass");
    assert_snapshot!(judged(needs_few_atomics, &atomics(257, 0)), @"
    fail: n = 257, 2 blocks of 256: 257 atomic operations on global memory, and 16 are enough
      kernel.cu:9: 257
    hint: Who could add up first, so that fewer threads have to go there?
    ");
    assert_snapshot!(judged(needs_few_atomics, &atomics(2, 512)), @"
    fail: n = 257, 2 blocks of 256: 512 atomic operations on shared memory, and 16 are enough
      kernel.cu:9: 512
    hint: Who could add up first, so that fewer threads have to go there?
    ");
    assert_eq!(judged(privatises, &atomics(512, 10_000)), "pass");
    assert!(judged(privatises, &atomics(513, 0)).starts_with("fail"));
}

#[test]
fn a_warp_may_part_twice() {
    let parts = |divergent_branches| {
        let did = LineCounters {
            divergent_branches,
            ..LineCounters::default()
        };
        work(launch(), did)
    };
    assert_eq!(judged(diverges_little, &parts(32)), "pass");
    assert_snapshot!(judged(diverges_little, &parts(96)), @"
    fail: n = 257, 2 blocks of 256: a warp parts at 6.0 branches, and 2 are enough
      kernel.cu:9: 96 times in all
    hint: At that line, which lanes of a warp go on, and could whole warps do so instead?
    ");
}

#[test]
fn a_tile_has_25_barriers_and_busy_lanes() {
    let launch = Launch {
        sizes: [65_536, 1, 1],
        ..launch()
    };
    let steps = |barriers, lanes: u64| {
        let did = LineCounters {
            barriers,
            warp_instructions: 1000,
            thread_instructions: 1000 * lanes,
            ..LineCounters::default()
        };
        work(launch.clone(), did)
    };
    assert_eq!(judged(scans_in_log_steps, &steps(1600, 30)), "pass");
    assert_snapshot!(judged(scans_in_log_steps, &steps(1601, 30)), @"
    fail: n = 257, 2 blocks of 256: 1,601 barriers, and 1,600 are enough
    hint: How many elements can a thread know of after one step, after two, after three?
    ");
    assert_snapshot!(judged(scans_in_log_steps, &steps(0, 1)), @"
    fail: n = 257, 2 blocks of 256: of the 32 lanes of a warp, 1.0 take part in an instruction on average, and 8 are to
      kernel.cu:9: 1.0 lanes
    hint: What do the other threads do meanwhile?
    ");
}
