//! Accesses that nothing orders, and such that something does.

use super::*;

const SHARED: &str = ".shared .align 4 .b8 s[512]; .global .u32 flag; .global .u32 ticket;";
/// `%a` is the thread's own word of `s`, `%d3` that of its neighbour in the block.
const PLACES: &str = "mov.u64 %d2, s; mul.wide.u32 %d4, %t, 4; add.s64 %a, %d2, %d4;
    xor.b32 %r9, %t, 33; mul.wide.u32 %d4, %r9, 4; add.s64 %d3, %d2, %d4;";

fn found(body: &str, blocks: u32, threads: u32) -> Vec<(FaultKind, u32, u32)> {
    let mut all = Vec::new();
    for seed in 0..6 {
        let options = SimOptions {
            seed,
            ..SimOptions::default()
        };
        let mut bench = Bench::with(options, SHARED, &format!("{PLACES} {body}"));
        let mut found = accused(&bench.launch(blocks, threads));
        // Which of the two is seen second depends on the order.
        for fault in &mut found {
            if fault.1 < fault.2 {
                *fault = (fault.0, fault.2, fault.1);
            }
        }
        if seed > 0 {
            assert_eq!(all, found, "seed {seed} differs");
        }
        all = found;
    }
    all
}

#[test]
fn a_missing_barrier_is_a_race_whatever_the_order() {
    let write_read = "st.shared.u32 [%a], %t; .loc 1 2 0 ld.shared.u32 %r1, [%d3];";
    assert_eq!(
        found(&format!(".loc 1 1 0 {write_read}"), 1, 64),
        [(FaultKind::Race, 2, 1)]
    );
    let ordered =
        ".loc 1 1 0 st.shared.u32 [%a], %t; bar.sync 0; .loc 1 2 0 ld.shared.u32 %r1, [%d3];";
    assert_eq!(found(ordered, 1, 64), []);
    let reused = format!("{ordered} .loc 1 3 0 st.shared.u32 [%a], 1;");
    assert_eq!(found(&reused, 1, 64), [(FaultKind::Race, 3, 2)]);
}

#[test]
fn lanes_of_a_warp_need_a_barrier_too() {
    let lane = "xor.b32 %r9, %t, 1; mul.wide.u32 %d4, %r9, 4; add.s64 %d3, %d2, %d4;";
    let race =
        format!("{lane} .loc 1 1 0 st.shared.u32 [%a], %t; .loc 1 2 0 ld.shared.u32 %r1, [%d3];");
    assert_eq!(found(&race, 1, 32), [(FaultKind::Race, 2, 1)]);
    let ordered =
        format!("{lane} st.shared.u32 [%a], %t; bar.warp.sync -1; ld.shared.u32 %r1, [%d3];");
    assert_eq!(found(&ordered, 1, 32), []);
    let volatile = format!(
        "{lane} .loc 1 1 0 st.volatile.shared.u32 [%a], %t; .loc 1 2 0 ld.volatile.shared.u32 %r1, [%d3];"
    );
    assert_eq!(found(&volatile, 1, 32), [(FaultKind::Race, 2, 1)]);
}

#[test]
fn the_third_reader_counts() {
    // Threads 0, 32 and 64 read; thread 0 writes, ordered after itself only.
    let body = "and.b32 %r1, %t, 31; setp.ne.s32 %p1, %r1, 0; @%p1 bra $end;
        .loc 1 3 0 ld.global.u32 %r2, [%d0]; setp.ne.s32 %p2, %t, 0; @%p2 bra $end;
        .loc 1 4 0 st.global.u32 [%d0], 9; $end: ";
    assert_eq!(found(body, 1, 96), [(FaultKind::Race, 4, 3)]);
}

#[test]
fn the_same_value_may_be_written_by_all() {
    assert_eq!(found("st.shared.u32 [s], 7;", 1, 64), []);
    assert_eq!(
        found(".loc 1 1 0 st.shared.u32 [s], %t;", 1, 64),
        [(FaultKind::Race, 1, 1)]
    );
    assert_eq!(found("st.global.u32 [%d1], 7;", 4, 32), []);
    assert_eq!(
        found(".loc 1 1 0 st.global.u32 [%d1], %g;", 4, 1),
        [(FaultKind::Race, 1, 1)]
    );
}

#[test]
fn bytes_of_a_word_are_apart() {
    let bytes = "cvt.u64.u32 %d4, %t; add.s64 %a, %d2, %d4; st.shared.u8 [%a], %t;";
    assert_eq!(found(bytes, 1, 64), []);
    let halves = "and.b32 %r1, %t, 126; cvt.u64.u32 %d4, %r1; add.s64 %a, %d2, %d4;
        .loc 1 6 0 st.shared.u8 [%a], %t;";
    assert_eq!(found(halves, 1, 64), [(FaultKind::Race, 6, 6)]);
}

#[test]
fn atomic_operations_race_with_plain_ones_only() {
    assert_eq!(found("atom.global.add.u32 %r1, [flag], 1;", 4, 64), []);
    let mixed =
        ".loc 1 1 0 atom.global.add.u32 %r1, [flag], 1; .loc 1 2 0 ld.global.u32 %r2, [flag];";
    assert_eq!(found(mixed, 1, 32), [(FaultKind::Race, 2, 1)]);
    // The idiom of the Programming Guide: read plainly, then compare and swap.
    let idiom = "ld.global.u32 %r1, [flag]; $try: mov.u32 %r2, %r1; add.u32 %r3, %r2, 1;
        atom.global.cas.b32 %r1, [flag], %r2, %r3; setp.ne.s32 %p1, %r1, %r2; @%p1 bra $try;";
    assert_eq!(found(idiom, 4, 64), []);
}

#[test]
fn the_last_one_may_put_a_counter_back() {
    // The Programming Guide's, "Memory Fence Functions": `count = 0` where all blocks have been.
    let last = "setp.ne.s32 %p1, %t, 0; @%p1 bra $end; membar.gl;
        .loc 1 1 0 atom.global.inc.u32 %r1, [ticket], 4; setp.ne.s32 %p2, %r1, 3; @%p2 bra $end;
        .loc 1 2 0 st.global.u32 [ticket], 0; $end:";
    assert_eq!(found(last, 4, 32), []);
    // Whoever is not the last one races with those to come.
    let first = last.replace("%r1, 3", "%r1, 1");
    assert_eq!(found(&first, 4, 32), [(FaultKind::Race, 2, 1)]);
    // And whoever does not look is the last one by chance.
    let block = ".loc 1 1 0 atom.global.add.u32 %r1, [ticket], 1;
        setp.ne.s32 %p2, %r0, 0; @%p2 bra $end; .loc 1 2 0 ld.global.u32 %r2, [ticket]; $end:";
    assert_eq!(found(block, 4, 1), [(FaultKind::Race, 2, 1)]);
}

/// Each block writes, takes a ticket, and the last one reads what all wrote.
fn last_block(fence: &str) -> String {
    format!(
        ".loc 1 1 0 st.global.u32 [%out], %g; {fence} bar.sync 0; setp.ne.s32 %p1, %t, 0;
         @%p1 bra $not; atom.global.add.u32 %r1, [ticket], 1; st.shared.u32 [s], %r1;
         $not: bar.sync 0; ld.shared.u32 %r2, [s]; setp.ne.s32 %p2, %r2, 3; @%p2 bra $end;
         xor.b32 %r3, %g, 96; mul.wide.u32 %d4, %r3, 4; add.s64 %d5, %d1, %d4;
         .loc 1 2 0 ld.global.u32 %r4, [%d5]; $end: "
    )
}

#[test]
fn fences_order_blocks() {
    assert_eq!(found(&last_block("membar.gl;"), 4, 32), []);
    assert_eq!(found(&last_block(""), 4, 32), [(FaultKind::Race, 2, 1)]);
    assert_eq!(
        found(&last_block("membar.cta;"), 4, 32),
        [(FaultKind::Race, 2, 1)]
    );
}

#[test]
fn releases_and_acquires_order_blocks() {
    let wait = "setp.ne.s32 %p2, %r0, 0; @%p2 bra $read; st.global.u32 [%d1], 5;
        st.release.gpu.global.u32 [flag], 1; bra.uni $end;
        $read: ld.acquire.gpu.global.u32 %r1, [flag]; setp.eq.s32 %p1, %r1, 0; @%p1 bra $read;
        ld.global.u32 %r2, [%d1]; $end: ";
    assert_eq!(found(wait, 2, 1), []);
    let relaxed = wait.replace("release", "relaxed");
    assert_eq!(found(&relaxed, 2, 1), [(FaultKind::Race, 0, 0)]);
}

#[test]
fn what_comes_after_the_fence_is_not_published() {
    let body =
        "setp.ne.s32 %p2, %r0, 0; @%p2 bra $read; membar.gl; .loc 1 1 0 st.global.u32 [%d1], 5;
        atom.global.exch.b32 %r1, [flag], 1; bra.uni $end;
        $read: atom.global.or.b32 %r1, [flag], 0; setp.eq.s32 %p1, %r1, 0; @%p1 bra $read;
        .loc 1 2 0 ld.global.u32 %r2, [%d1]; $end: ";
    assert_eq!(found(body, 2, 1), [(FaultKind::Race, 2, 1)]);
}
