//! Any text: an error, or a run that ends.

use proptest::prelude::*;

use super::*;
use crate::gpu::ptx;

/// A module that has a bit of everything.
fn everything() -> String {
    let before = ".shared .align 4 .b8 s[256]; .global .u32 flag = 3; .const .b8 fixed[8] = {1, 2};
        .extern .func (.param .b32 r) vprintf(.param .b64 a, .param .b64 b);
        .extern .func (.param .b32 r) __nv_expf(.param .b32 a); .global .b8 text[4] = {37, 115, 0};
        .func (.param .b32 r) f(.param .b32 n) { .reg .b32 %r<4>; .reg .pred %p<2>;
        ld.param.u32 %r1, [n]; setp.lt.s32 %p1, %r1, 3; @%p1 bra $done; { .param .b32 a;
        add.s32 %r1, %r1, -1; st.param.b32 [a], %r1; .param .b32 b; call.uni (b), f, (a);
        ld.param.b32 %r1, [b]; } $done: st.param.b32 [r], %r1; ret; }";
    let body = ".local .align 8 .b8 own[16]; .loc 1 1 0 mov.u64 %d2, s; mul.wide.u32 %d4, %t, 4;
        add.s64 %a, %d2, %d4; st.shared.u32 [%a], %t; bar.sync 0; ld.shared.u32 %r1, [%a+4];
        shfl.sync.down.b32 %r2|%p1, %r1, 1, 31, -1; vote.sync.ballot.b32 %r3, %p1, -1;
        atom.global.cas.b32 %r4, [flag], %r3, %r2; membar.gl; red.shared.add.u32 [s], 1;
        st.local.v2.u32 [own], {%r1, %r2}; ld.local.u64 %d3, [own]; cvt.rn.f32.u64 %f1, %d3;
        fma.rn.f32 %f2, %f1, 0f3F800000, %f1; mov.b64 {%r5, %r6}, %d3; selp.b32 %r7, %r5, %r6, %p1;
        { .param .b32 x; st.param.b32 [x], %t; .param .b32 y; call (y), f, (x); ld.param.b32 %r8, [y]; }
        { .param .b32 x; st.param.f32 [x], %f2; .param .b32 y; call (y), __nv_expf, (x); }
        mov.u64 %d5, own; cvta.local.u64 %d5, %d5; mov.u64 %d6, text; { .param .b64 p;
        st.param.b64 [p], %d6; .param .b64 q; st.param.b64 [q], %d5; .param .b32 v;
        call (v), vprintf, (p, q); } and.b32 %r9, %t, 1; list: .branchtargets $a, $b;
        brx.idx %r9, list; $a: add.cc.u32 %r9, %r9, -1; addc.u32 %r10, 0, 0; bra $end;
        $b: bfe.u32 %r9, %r9, 3, 4; prmt.b32 %r9, %r9, %r1, 0x7531; lop3.b32 %r9, %r1, %r2, %r3, 0x96;
        $end: setp.lt.u32 %p2, %t, 40; @%p2 st.global.u32 [%out], %r9; ld.const.u8 %h1, [fixed+1];
        cp.async.ca.shared.global [%a], [%in], 4; cp.async.wait_all; match.any.sync.b32 %r11, %r9, -1;
        ld.volatile.global.u32 %r12, [flag]; bar.warp.sync -1; bar.red.popc.u32 %r13, 0, %p2;";
    module(before, body)
}

/// Launches what loads, with little of everything.
fn run(text: &str) {
    let options = SimOptions {
        max_instructions: 20_000,
        max_memory: 1 << 16,
        max_printed: 1000,
        ..SimOptions::default()
    };
    let mut simulator = Simulator::new(options);
    let input = simulator.alloc("in", 512).unwrap();
    let Ok(module) = simulator.load(text) else {
        return;
    };
    for function in simulator.functions(module) {
        let args: Vec<Arg> = function
            .params
            .iter()
            .map(|param| match param.bytes {
                8 => Arg::Ptr(input),
                bytes => Arg::Bytes(vec![1; bytes as usize]),
            })
            .collect();
        let name = &function.name;
        let _ = simulator.launch(module, name, Dim3::line(2), Dim3::line(48), 64, &args);
    }
}

/// Words to put in the place of others: of the module, and such that hurt.
fn words(text: &str) -> Vec<String> {
    let own = text.split_inclusive([' ', ',', ';', '\n']);
    let mut all: Vec<String> = own.map(str::to_owned).collect();
    for bad in [
        "0xffffffffffffffff",
        "-1",
        "4294967295",
        "{",
        "}",
        "(",
        "[",
        "%r1",
        "%rd1",
        ".param .b8 q[99999999];",
        ".local .b8 w[400000];",
        "@%p1",
        "$end:",
        "bra $end;",
        "ld.u32",
        "st.v4.u64",
        "bar.sync 15;",
        "\"",
        "::",
        ".shared",
        "trap;",
        "exit;",
        "call f,",
        "0f00",
        ".reg .b128 %q;",
        "bar.sync 99;",
        "shfl.sync.idx.b32",
    ] {
        all.push(format!(" {bad} "));
    }
    all
}

#[test]
fn the_module_itself_runs() {
    let mut simulator = Simulator::new(SimOptions::default());
    simulator
        .load(&everything())
        .unwrap_or_else(|error| panic!("{error}"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_parsed_or_refused(text in "\\PC{0,200}") {
        let _ = ptx::parse(&text);
    }

    #[test]
    fn a_text_that_is_cut_is_parsed_or_refused(at in 0_usize..4000, len in 0_usize..40) {
        let text = everything();
        let (from, to) = (at.min(text.len()), (at + len).min(text.len()));
        let cut = format!("{}{}", &text[..from], &text[to..]);
        run(&cut);
        let _ = ptx::parse(&text[..from]);
    }

    #[test]
    fn a_module_with_other_words_runs_or_is_refused(
        changes in prop::collection::vec((0_usize..2000, 0_usize..2000), 1..4)
    ) {
        let text = everything();
        let words = words(&text);
        let mut pieces: Vec<&str> = text.split_inclusive([' ', ',', ';', '\n']).collect();
        for (at, with) in changes {
            let at = at % pieces.len();
            pieces[at] = &words[with % words.len()];
        }
        run(&pieces.concat());
    }
}
