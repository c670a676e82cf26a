//! Single accesses: bounds, alignment, initialisation, constants.

use super::*;
use crate::gpu::fault::Space;
use crate::gpu::launch::End;

fn one(body: &str) -> (FaultKind, u32, String) {
    one_in("", body)
}

fn one_in(before: &str, body: &str) -> (FaultKind, u32, String) {
    let launched = Bench::new(before, body).launch(1, 1);
    let [fault] = &launched.faults[..] else {
        panic!("{:?}", launched.faults);
    };
    (
        fault.kind,
        fault.site.as_ref().map_or(0, |site| site.line),
        fault.text.clone(),
    )
}

#[test]
fn accesses_outside_of_buffers_name_the_nearest() {
    let (kind, line, text) = one(".loc 1 3 0 ld.global.u32 %r1, [%in+512];");
    assert_eq!((kind, line), (FaultKind::OutOfBounds, 3));
    assert_eq!(text, "reads 4 bytes at byte 512 of in (512 bytes long)");
    let (_, _, text) = one("st.global.u32 [%out+-8], 1;");
    assert_eq!(text, "writes 4 bytes 8 bytes before out (512 bytes long)");
    // The pointer tells, however far the index leads.
    let (_, _, text) =
        one("mov.u64 %d2, 6000000000; add.s64 %d3, %d0, %d2; ld.global.u32 %r1, [%d3];");
    assert_eq!(
        text,
        "reads 4 bytes at byte 6000000000 of in (512 bytes long)"
    );
}

#[test]
fn addresses_are_judged() {
    let (kind, _, text) = one("ld.global.u32 %r1, [%in+2];");
    assert_eq!(
        (kind, text.as_str()),
        (
            FaultKind::Misaligned,
            "reads 4 bytes at byte 2 of in, no multiple of 4"
        )
    );
    let (kind, _, _) = one("mov.u64 %d2, 0; st.global.u32 [%d2+16], 1;");
    assert_eq!(kind, FaultKind::NullPointer);
    let (kind, _, text) = one_in(
        ".const .u32 fixed = 5;",
        "mov.u64 %d2, fixed; cvta.const.u64 %d2, %d2; st.u32 [%d2], 1;",
    );
    assert_eq!(
        (kind, text.as_str()),
        (
            FaultKind::WriteToConstant,
            "writes 4 bytes at byte 0 of fixed, which is constant"
        )
    );
    let (kind, _, _) = one("ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%in+8];");
    assert_eq!(kind, FaultKind::Misaligned);
}

#[test]
fn freed_buffers_have_names() {
    let mut bench = Bench::new("", "ld.global.u32 %r1, [%in];");
    bench.simulator.free(bench.input).unwrap();
    let launched = bench.launch(1, 1);
    assert_eq!(launched.end, End::Stopped);
    assert_eq!(launched.faults[0].kind, FaultKind::UseAfterFree);
    assert_eq!(launched.faults[0].buffer.as_deref(), Some("in"));
}

#[test]
fn shared_variables_are_kept_apart() {
    let shared = ".shared .align 4 .b8 _ZZ1kE1a[64]; .shared .align 4 .b8 _ZZ1kE1b[64];";
    let body = "mov.u64 %d2, _ZZ1kE1a; st.shared.u32 [%d2+64], 1; st.shared.u32 [_ZZ1kE1b], 2;";
    let (kind, _, text) = one_in(shared, body);
    assert_eq!(
        (kind, text.as_str()),
        (
            FaultKind::OutOfBounds,
            "writes 4 bytes at byte 64 of a (64 bytes long)"
        )
    );
}

#[test]
fn unwritten_memory_is_not_read() {
    let (kind, _, text) = one("ld.global.u32 %r1, [%out+4];");
    assert_eq!(
        (kind, text.as_str()),
        (
            FaultKind::Uninitialised,
            "reads 4 bytes at byte 4 of out (512 bytes long), which nothing wrote before"
        )
    );
    let launched = Bench::new(
        "",
        ".local .b8 own[8]; ld.local.u32 %r1, [own+4]; add.s32 %r1, %r1, 1;
         st.global.u32 [%out], %r1;",
    )
    .launch(1, 1);
    assert_eq!(launched.faults[0].space, Some(Space::Local));
    let (kind, _, _) = one_in(".shared .u32 sum;", "atom.shared.add.u32 %r1, [sum], 1;");
    assert_eq!(kind, FaultKind::Uninitialised);
}

#[test]
fn a_local_variable_may_be_loaded_where_nothing_depends_on_it() {
    // Lane 0 alone has written its own, and all get it.
    let broadcast = ".local .align 4 .b8 own[8]; setp.ne.s32 %p1, %t, 0; @%p1 bra $all;
        st.local.u32 [own], 7;
        $all: .loc 1 3 0 ld.local.u32 %r1, [own]; st.local.u32 [own+4], %r1; ld.local.u32 %r2, [own+4];
        shfl.sync.idx.b32 %r3, %r2, 0, 31, -1; st.global.u32 [%out], %r3;";
    let mut bench = Bench::new("", broadcast);
    assert_eq!(accused(&bench.launch(1, 32)), []);
    assert_eq!(bench.out()[..32], [7; 32]);
    for depends in [
        "st.global.u32 [%out], %r2;",
        "add.s32 %r4, %r2, 1; setp.eq.s32 %p2, %r4, 9; @%p2 bra $end; $end:",
        "atom.global.add.u32 %r4, [%d0], %r2;",
        "shfl.sync.idx.b32 %r3, %r2, 1, 31, -1; st.global.u32 [%out], %r3;",
        "cvt.u64.u32 %d2, %r2; add.s64 %d2, %d0, %d2; ld.global.u8 %r4, [%d2];",
    ] {
        let launched = Bench::new("", &format!("{broadcast} {depends}")).launch(1, 32);
        let found = accused(&launched);
        assert_eq!(found[0], (FaultKind::Uninitialised, 3, 0), "{depends}");
    }
}

#[test]
fn padding_may_be_copied_and_stays_unwritten() {
    // Four bytes are written, eight copied, and the last four still are nobody's.
    let body = ".local .align 8 .b8 own[16]; st.local.u32 [own], 7; ld.local.u64 %d2, [own];
        st.global.u64 [%d1], %d2;";
    let mut bench = Bench::new("", body);
    assert_eq!(accused(&bench.launch(1, 1)), []);
    assert_eq!(
        bench.simulator.read(bench.output, 8).unwrap().uninitialised,
        4
    );
}

#[test]
fn a_fault_is_counted_and_said_once() {
    let launched = Bench::new(
        "",
        ".loc 1 4 0 ld.global.u32 %r1, [%in+512]; ld.global.u32 %r2, [%in+516];",
    )
    .launch(2, 64);
    assert_eq!(
        (
            launched.faults.len(),
            launched.faults[0].times,
            launched.faults_in_all
        ),
        (1, 256, 256)
    );
    let options = SimOptions {
        max_faults: 1,
        ..SimOptions::default()
    };
    let body = ".loc 1 4 0 ld.global.u32 %r1, [%in+512]; .loc 1 5 0 ld.global.u32 %r1, [%in+512];";
    let launched = Bench::with(options, "", body).launch(1, 1);
    assert_eq!((launched.faults.len(), launched.faults_in_all), (1, 2));
}

#[test]
fn lines_of_our_own_headers_are_the_callers() {
    let body = ".loc 1 4 0 mov.u32 %r1, 1; .loc 2 90 0, function_name $x, inlined_at 1 6 0
        ld.global.u32 %r1, [%in+512];";
    assert_eq!(one(body).1, 6);
}

#[test]
fn an_endless_loop_is_named_by_its_line() {
    let options = SimOptions {
        max_instructions: 10_000,
        ..SimOptions::default()
    };
    let launched = Bench::with(options, "", ".loc 1 8 0 $again: bra.uni $again;").launch(1, 32);
    assert_eq!(accused(&launched), [(FaultKind::Endless, 8, 0)]);
    assert_eq!(launched.end, End::Stopped);
}
