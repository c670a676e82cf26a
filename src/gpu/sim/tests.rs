//! Kernels in PTX, run: what they compute, what they are accused of, what is counted.

mod accusations;
mod barriers;
mod calls;
mod fuzz;
mod launches;
mod races;

use super::Simulator;
use crate::gpu::fault::FaultKind;
use crate::gpu::launch::{Arg, Dim3, Launched, SimOptions};
use crate::gpu::memory::DevicePtr;

/// A module of one kernel `k(in, out, n)` with registers of every kind; `%t` is the thread's number
/// in its block, `%g` in the grid; `%in` and `%out` point to its elements of four bytes.
fn module(before: &str, body: &str) -> String {
    format!(
        ".version 7.5 .target sm_75 .address_size 64
         {before}
         .visible .entry k(.param .u64 in, .param .u64 out, .param .u32 n) {{
         .reg .pred %p<9>; .reg .b16 %h<9>; .reg .b32 %r<19>; .reg .f32 %f<9>; .reg .b64 %d<9>;
         .reg .b32 %t, %g, %n, %b; .reg .b64 %in, %out, %off, %a;
         mov.u32 %t, %tid.x; mov.u32 %b, %ntid.x; mov.u32 %r0, %ctaid.x;
         mad.lo.s32 %g, %r0, %b, %t; ld.param.u32 %n, [n];
         mul.wide.u32 %off, %g, 4; ld.param.u64 %d0, [in]; ld.param.u64 %d1, [out];
         add.s64 %in, %d0, %off; add.s64 %out, %d1, %off;
         {body}
         ret; }}
         .file 1 \"k.cu\"
         .file 2 \"syslab_cuda.h\""
    )
}

/// A device with a module and two buffers of so many words: `in` holds 0, 1, 2 and so on.
struct Bench {
    simulator: Simulator,
    text: String,
    input: DevicePtr,
    output: DevicePtr,
    words: u64,
}

impl Bench {
    fn new(before: &str, body: &str) -> Self {
        Self::with(SimOptions::default(), before, body)
    }

    fn with(options: SimOptions, before: &str, body: &str) -> Self {
        let mut simulator = Simulator::new(options);
        let words = 128;
        let input = simulator.alloc("in", 4 * words).unwrap();
        let output = simulator.alloc("out", 4 * words).unwrap();
        let numbers: Vec<u8> = (0..words as u32).flat_map(u32::to_le_bytes).collect();
        simulator.write(input, &numbers).unwrap();
        Self {
            simulator,
            text: module(before, body),
            input,
            output,
            words,
        }
    }

    fn launch(&mut self, blocks: u32, threads: u32) -> Launched {
        let module = self
            .simulator
            .load(&self.text)
            .unwrap_or_else(|error| panic!("{error}"));
        let args = [
            Arg::Ptr(self.input),
            Arg::Ptr(self.output),
            Arg::I32(self.words as i32),
        ];
        self.simulator
            .launch(
                module,
                "k",
                Dim3::line(blocks),
                Dim3::line(threads),
                0,
                &args,
            )
            .unwrap()
    }

    fn out(&self) -> Vec<u32> {
        let read = self.simulator.read(self.output, 4 * self.words).unwrap();
        let words = read.bytes.chunks_exact(4);
        words
            .map(|word| u32::from_le_bytes(word.try_into().unwrap()))
            .collect()
    }
}

/// Kinds of the faults, with the line of each and of the other one.
fn accused(launched: &Launched) -> Vec<(FaultKind, u32, u32)> {
    let line = |site: &Option<crate::gpu::fault::Site>| site.as_ref().map_or(0, |site| site.line);
    let faults = launched.faults.iter();
    faults
        .map(|fault| (fault.kind, line(&fault.site), line(&fault.other)))
        .collect()
}

#[test]
fn threads_compute() {
    let mut bench = Bench::new(
        "",
        "ld.global.u32 %r1, [%in]; mad.lo.s32 %r2, %r1, %r1, 7; st.global.u32 [%out], %r2;",
    );
    let launched = bench.launch(2, 64);
    assert_eq!(accused(&launched), []);
    assert_eq!(
        bench.out(),
        (0..128).map(|n| n * n + 7).collect::<Vec<u32>>()
    );
    let total = &launched.counters.total;
    assert_eq!(
        (total.global_load_requests, total.global_load_sectors),
        (4, 16)
    );
    assert_eq!((total.global_loads, total.global_load_bytes), (128, 512));
    assert_eq!(
        (launched.counters.warps, launched.counters.threads),
        (4, 128)
    );
}

#[test]
fn every_seed_gives_the_same_result() {
    let body = "ld.global.u32 %r1, [%in]; atom.global.add.u32 %r2, [%d1], %r1;";
    for seed in 0..20 {
        let options = SimOptions {
            seed,
            ..SimOptions::default()
        };
        let mut bench = Bench::with(options, "", body);
        bench.simulator.fill(bench.output, &[0], 512).unwrap();
        assert_eq!(accused(&bench.launch(4, 32)), []);
        assert_eq!(bench.out()[0], 127 * 64);
    }
}

#[test]
fn lanes_that_part_meet_again() {
    let body = "and.b32 %r1, %t, 1; setp.eq.s32 %p1, %r1, 0; @%p1 bra $even;
        .loc 1 5 0 add.u32 %r2, %t, 100; bra.uni $end; $even: add.u32 %r2, %t, 200;
        $end: .loc 1 9 0 st.global.u32 [%out], %r2;";
    let mut bench = Bench::new("", body);
    let launched = bench.launch(1, 32);
    assert_eq!(bench.out()[..4], [200, 101, 202, 103]);
    assert_eq!(launched.counters.total.divergent_branches, 1);
    let line = |line| launched.counters.line("k.cu", line).unwrap();
    assert_eq!(
        (line(9).global_store_requests, line(9).thread_instructions),
        (1, 64)
    );
    assert_eq!(line(5).thread_instructions, 2 * 16 + 16);
}

#[test]
fn lanes_that_wait_for_each_other_go_on() {
    // Each lane takes a lock, adds, and gives it back: with a fence on both sides.
    let body = ".loc 1 3 0 $try: atom.global.cas.b32 %r1, [lock], 0, 1; setp.ne.s32 %p1, %r1, 0;
        @%p1 bra $try; membar.gl; ld.global.u32 %r2, [count]; add.u32 %r2, %r2, 1;
        st.global.u32 [count], %r2; membar.gl; atom.global.exch.b32 %r3, [lock], 0;
        st.global.u32 [%out], %r2;";
    let mut bench = Bench::new(".global .u32 lock; .global .u32 count;", body);
    let launched = bench.launch(2, 64);
    assert_eq!(accused(&launched), []);
    let mut out = bench.out();
    out.sort_unstable();
    assert_eq!(out, (1..=128).collect::<Vec<u32>>());
}

#[test]
fn lanes_that_part_while_they_wait_give_way() {
    // Lane 0 sets the flag, further down than the others look at it on two paths.
    let body = "setp.eq.u32 %p1, %t, 0; @%p1 bra $set; $spin: and.b32 %r1, %t, 1;
        setp.eq.u32 %p2, %r1, 0; @%p2 bra $even; ld.volatile.global.u32 %r2, [flag]; bra.uni $join;
        $even: ld.volatile.global.u32 %r2, [flag]; $join: setp.eq.u32 %p3, %r2, 0; @%p3 bra $spin;
        bra.uni $end; $set: st.volatile.global.u32 [flag], 1; $end: st.global.u32 [%out], %t;";
    let mut bench = Bench::new(".global .u32 flag;", body);
    let launched = bench.launch(1, 32);
    assert_eq!(accused(&launched), []);
    assert!(launched.counters.total.thread_instructions < 100_000);
}

#[test]
fn blocks_that_wait_for_each_other_go_on() {
    // A barrier of the grid: each block says that it is here and waits for all four.
    let body = "ld.global.u32 %r1, [%in]; st.global.u32 [%out], %r1; membar.gl; bar.sync 0;
        setp.ne.s32 %p1, %t, 0; @%p1 bra $wait; red.global.add.u32 [here], 1;
        $poll: ld.volatile.global.u32 %r2, [here]; setp.lt.u32 %p2, %r2, 4; @%p2 bra $poll;
        $wait: bar.sync 0; xor.b32 %r3, %g, 127; mul.wide.u32 %d2, %r3, 4; add.s64 %d3, %d1, %d2;
        ld.global.u32 %r4, [%d3]; setp.ne.s32 %p3, %r4, %r3; @%p3 trap;";
    for seed in 0..8 {
        let options = SimOptions {
            seed,
            ..SimOptions::default()
        };
        let mut bench = Bench::with(options, ".global .u32 here;", body);
        assert_eq!(accused(&bench.launch(4, 32)), []);
    }
}

#[test]
fn carries_and_vectors_and_bits() {
    let body =
        "add.cc.u32 %r1, -1, 1; addc.u32 %r2, 0, 0; sub.cc.u32 %r3, 0, 1; subc.u32 %r4, 5, 0;
        mov.b64 %d2, {%r1, %r2}; mov.b64 {%r5, %r6}, %d2; lop3.b32 %r7, 12, 10, 6, 0x96;
        bfi.b32 %r8, 3, 0, 4, 2; st.global.v4.u32 [%d1], {%r2, %r4, %r6, %r7};
        st.global.u32 [%d1+16], %r8;";
    let mut bench = Bench::new("", body);
    assert_eq!(accused(&bench.launch(1, 1)), []);
    assert_eq!(bench.out()[..5], [1, 4, 1, 0, 48]);
}
