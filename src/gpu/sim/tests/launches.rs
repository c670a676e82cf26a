//! What is refused: modules and launches.

use super::*;
use crate::gpu::launch::LaunchError;
use crate::gpu::sim::LoadError;

fn refused(body: &str) -> String {
    let mut bench = Bench::new("", body);
    bench.simulator.load(&bench.text).unwrap_err().to_string()
}

#[test]
fn what_is_unknown_is_named_with_its_line() {
    assert_eq!(
        refused(".loc 1 12 0 tex.1d.v4.f32.s32 {%f1, %f2, %f3, %f4}, [%in, {%r1}];"),
        "PTX line 10: ']' is missing"
    );
    assert_eq!(
        refused(".loc 1 12 0 wmma.foo.f32 %f1, %f2;"),
        "the simulator does not support wmma.foo.f32 (k.cu:12)"
    );
    assert_eq!(
        refused(".loc 1 12 0 add.odd.s32 %r1, %r2, %r3;"),
        "the simulator does not support add.odd.s32 (k.cu:12)"
    );
    assert_eq!(
        refused(".loc 1 12 0 call malloc, ();"),
        "the simulator does not support a call of malloc (k.cu:12)"
    );
    assert!(refused("add.s32 %r1, %r99, 1;").contains("%r99 is not defined"));
    assert!(refused("bra $nowhere;").contains("no label $nowhere"));
}

#[test]
fn a_module_that_is_refused_leaves_nothing_behind() {
    let mut simulator = Simulator::new(SimOptions {
        max_memory: 1000,
        ..SimOptions::default()
    });
    let text = module(".global .b8 big[900];", "foo.s32 %r1;");
    for _ in 0..3 {
        assert!(matches!(
            simulator.load(&text),
            Err(LoadError::Unsupported { .. })
        ));
    }
    let module = simulator
        .load(&module(".global .b8 big[900];", ""))
        .unwrap();
    assert_eq!(simulator.global(module, "big").unwrap().1, 900);
    assert!(matches!(
        simulator.load(&text),
        Err(LoadError::OutOfMemory(900))
    ));
    simulator.unload(module);
    assert!(simulator.alloc("a", 1000).is_ok());
    assert_eq!(simulator.global(module, "big"), None);
}

#[test]
fn launches_are_checked_as_cuda_checks_them() {
    let mut simulator = Simulator::new(SimOptions::default());
    let text = ".version 7.5 .target sm_75 .address_size 64 .shared .b8 s[40000];
        .visible .entry k(.param .u32 n) .maxntid 256, 1, 1 { .reg .b64 %d; mov.u64 %d, s; ret; }";
    let module = simulator.load(text).unwrap();
    let info = &simulator.functions(module)[0];
    assert_eq!((info.static_shared, info.max_threads), (40000, Some(256)));
    let mut refused = |grid, block, shared, args: &[Arg]| {
        simulator
            .launch(module, "k", grid, block, shared, args)
            .unwrap_err()
            .to_string()
    };
    let (one, n) = (Dim3::line(1), [Arg::I32(1)]);
    for (grid, block, shared, what) in [
        (Dim3::line(0), one, 0, "a grid of (0, 1, 1) blocks"),
        (one, Dim3::line(0), 0, "blocks of (0, 1, 1) threads"),
        (one, Dim3::line(2048), 0, "1024 are the most"),
        (one, Dim3::new(1, 1, 65), 0, "64 along z"),
        (one, Dim3::line(512), 0, "bound to 256"),
        (one, one, 10_000, "50000 bytes of shared memory"),
        (Dim3::new(1, 70_000, 1), one, 0, "65535 are the most"),
    ] {
        let said = refused(grid, block, shared, &n);
        assert!(said.contains(what), "{said}");
        assert!(said.starts_with("invalid configuration argument"), "{said}");
    }
    assert_eq!(
        refused(one, one, 0, &[]),
        "k takes 1 arguments, 0 are given"
    );
    assert_eq!(
        refused(one, one, 0, &[Arg::U64(1)]),
        "argument 1 of k has 4 bytes, 8 are given"
    );
    let unknown = simulator.launch(module, "x", one, one, 0, &n);
    assert_eq!(unknown, Err(LaunchError::NoSuchFunction("x".to_owned())));
}

#[test]
fn variables_have_their_initial_values() {
    let before = ".global .align 4 .u32 table[3] = {7, 8}; .global .u64 pointer = generic(table)+4;
        .const .f32 half = 0f3F000000;";
    let body = "ld.global.u64 %d2, [pointer]; ld.u32 %r1, [%d2]; ld.const.f32 %f1, [half];
        cvt.rpi.u32.f32 %r2, %f1; ld.global.u32 %r3, [table+8]; add.u32 %r4, %r1, %r2;
        add.u32 %r4, %r4, %r3; st.global.u32 [%out], %r4;";
    let mut bench = Bench::new(before, body);
    assert_eq!(accused(&bench.launch(1, 1)), []);
    assert_eq!(bench.out()[0], 9);
}

#[test]
fn many_blocks_cost_little() {
    let mut bench = Bench::new(
        "",
        "setp.ne.s32 %p1, %g, 5; @%p1 bra $end; st.global.u32 [%d1], 1; $end: ",
    );
    let launched = bench.launch(5000, 32);
    assert_eq!(accused(&launched), []);
    assert_eq!(launched.counters.blocks, 5000);
}
