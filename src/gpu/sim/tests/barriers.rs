//! Barriers of blocks, primitives of warps.

use super::*;
use crate::gpu::launch::End;

#[test]
fn a_barrier_in_two_branches_diverges() {
    let body = "setp.lt.u32 %p1, %t, 40; @%p1 bra $low; .loc 1 3 0 bar.sync 0; bra.uni $end;
        $low: .loc 1 5 0 bar.sync 0; $end: ";
    let launched = Bench::new("", body).launch(1, 64);
    let [(kind, line, other)] = accused(&launched)[..] else {
        panic!("{:?}", launched.faults);
    };
    assert_eq!(kind, FaultKind::DivergentBarrier);
    assert!((line, other) == (3, 5) || (line, other) == (5, 3));
    assert_eq!(launched.end, End::Completed);
}

#[test]
fn a_barrier_without_those_that_returned_is_told_apart() {
    let body = "setp.ge.u32 %p1, %t, 40; @%p1 exit; .loc 1 3 0 bar.sync 0;";
    let launched = Bench::new("", body).launch(1, 64);
    assert_eq!(accused(&launched), [(FaultKind::ExitedBarrier, 3, 0)]);
    assert_eq!(launched.end, End::Completed);
    assert_eq!(launched.counters.total.barriers, 1);
}

#[test]
fn different_barriers_deadlock() {
    let body = "setp.lt.u32 %p1, %t, 32; @%p1 bra $low; .loc 1 3 0 bar.sync 1; bra.uni $end;
        $low: .loc 1 5 0 bar.sync 2; $end: ";
    let launched = Bench::new("", body).launch(1, 64);
    assert_eq!(accused(&launched), [(FaultKind::Deadlock, 3, 5)]);
    assert_eq!(launched.end, End::Stopped);
}

#[test]
fn named_barriers_order_who_takes_part() {
    // Warp 0 writes and arrives, warp 1 waits and reads; warp 2 has nothing to do with it.
    let body = "shr.u32 %r1, %t, 5; setp.eq.s32 %p1, %r1, 0; setp.eq.s32 %p2, %r1, 1;
        @%p1 st.shared.u32 [s], 5; @%p1 bar.arrive 1, 64; @%p2 bar.sync 1, 64;
        @%p2 ld.shared.u32 %r2, [s]; @%p2 st.global.u32 [%out], %r2;";
    for seed in 0..6 {
        let options = SimOptions {
            seed,
            ..SimOptions::default()
        };
        let mut bench = Bench::with(options, ".shared .u32 s;", body);
        assert_eq!(accused(&bench.launch(1, 96)), []);
        assert_eq!(bench.out()[32..64], [5; 32]);
    }
}

#[test]
fn barriers_reduce() {
    let body =
        "setp.lt.u32 %p1, %t, 10; bar.red.popc.u32 %r1, 0, %p1; bar.red.and.pred %p2, 0, %p1;
        bar.red.or.pred %p3, 0, %p1; selp.u32 %r2, 100, 0, %p2; selp.u32 %r3, 1000, 0, %p3;
        add.u32 %r1, %r1, %r2; add.u32 %r1, %r1, %r3; st.global.u32 [%out], %r1;";
    let mut bench = Bench::new("", body);
    assert_eq!(accused(&bench.launch(1, 64)), []);
    assert_eq!(bench.out()[63], 1010);
}

const SHUFFLE: &str =
    "ld.global.u32 %r1, [%in]; .loc 1 4 0 shfl.sync.down.b32 %r2|%p2, %r1, 8, 31, -1;";

#[test]
fn what_a_shuffle_reads_must_take_part_if_it_matters() {
    let mut whole = Bench::new("", &format!("{SHUFFLE} st.global.u32 [%out], %r2;"));
    assert_eq!(accused(&whole.launch(1, 32)), []);
    assert_eq!(whole.out()[3], 11);
    let used = Bench::new("", &format!("{SHUFFLE} st.global.u32 [%out], %r2;")).launch(1, 20);
    assert_eq!(accused(&used), [(FaultKind::InactiveLane, 4, 0)]);
    // Read, and then not used where it is not defined.
    let guarded = "add.u32 %r3, %r1, %r2; setp.lt.u32 %p1, %t, 12; selp.u32 %r4, %r3, %r1, %p1;
        st.global.u32 [%out], %r4;";
    let mut bench = Bench::new("", &format!("{SHUFFLE} {guarded}"));
    assert_eq!(accused(&bench.launch(1, 20)), []);
    assert_eq!((bench.out()[11], bench.out()[12]), (30, 12));
    // The same through local memory, as without optimisation.
    let local =
        ".local .b8 own[4]; st.local.u32 [own], %r2; setp.ge.u32 %p1, %t, 12; @%p1 bra $end;
        ld.local.u32 %r3, [own]; st.global.u32 [%out], %r3; $end: ";
    assert_eq!(
        accused(&Bench::new("", &format!("{SHUFFLE} {local}")).launch(1, 20)),
        []
    );
    let through = local.replace("12", "13");
    let launched = Bench::new("", &format!("{SHUFFLE} {through}")).launch(1, 20);
    assert_eq!(accused(&launched), [(FaultKind::InactiveLane, 4, 0)]);
}

#[test]
fn lanes_that_never_come_are_waited_for_in_vain() {
    let body =
        "setp.lt.u32 %p1, %t, 16; @!%p1 bra $end; .loc 1 3 0 vote.sync.ballot.b32 %r1, %p1, -1;
        $end: .loc 1 4 0 bar.sync 0;";
    let launched = Bench::new("", body).launch(1, 32);
    assert_eq!(accused(&launched), [(FaultKind::Deadlock, 3, 4)]);
    // Those that return are not waited for.
    let body = body.replace("@!%p1 bra $end", "@!%p1 exit");
    let launched = Bench::new("", &body).launch(1, 32);
    assert_eq!(accused(&launched), [(FaultKind::ExitedBarrier, 4, 0)]);
}

#[test]
fn a_mask_names_its_own_lanes() {
    let launched = Bench::new("", ".loc 1 3 0 bar.warp.sync 0xffff;").launch(1, 32);
    assert_eq!(accused(&launched), [(FaultKind::InactiveLane, 3, 0)]);
}
