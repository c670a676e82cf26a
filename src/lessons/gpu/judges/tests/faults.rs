//! Of faults, of kernels that are missing, and of probes that tell nothing.

use insta::assert_snapshot;

use super::super::super::facts::{Cannot, Module, Refused, Seen};
use super::super::*;
use super::*;
use crate::gpu::fault::Space;
use crate::gpu::launch::{FunctionInfo, ParamInfo};

#[test]
fn a_fault_costs_its_own_check_and_names_line_and_thread() {
    let beyond = Fault {
        times: 255,
        ..fault(
            FaultKind::OutOfBounds,
            "writes 4 bytes at byte 1028 of c (1028 bytes long)",
        )
    };
    let stopped = Launch {
        end: End::Stopped,
        ..launch()
    };
    let facts = [made(stopped), did(beyond)];
    assert_snapshot!(judged(stays_in_bounds, &facts), @"
    fail: n = 257, 2 blocks of 256: kernel.cu:9 writes 4 bytes at byte 1028 of c (1028 bytes long)
      by thread (1, 0, 0) of block (1, 0, 0), the first of 255
    hint: Which element is that thread's own, and is there one?
    ");
    assert_eq!(judged(ends, &facts), "pass");
    assert_snapshot!(judged(has_no_race, &facts), @"
    fail: a launch did not come to its end
    n = 257, 2 blocks of 256: kernel.cu:9 writes 4 bytes at byte 1028 of c (1028 bytes long)
      by thread (1, 0, 0) of block (1, 0, 0), the first of 255
    hint: Which element is that thread's own, and is there one?
    ");
    assert_snapshot!(judged(computes, &facts), @"
    fail: a launch did not come to its end
    n = 257, 2 blocks of 256: kernel.cu:9 writes 4 bytes at byte 1028 of c (1028 bytes long)
      by thread (1, 0, 0) of block (1, 0, 0), the first of 255
    hint: Which element is that thread's own, and is there one?
    ");
}

#[test]
fn a_race_names_both_accesses() {
    let race = Fault {
        other: Some(line(12)),
        other_at: Some(At {
            block: Dim3::new(0, 0, 0),
            thread: Dim3::new(32, 0, 0),
        }),
        ..fault(FaultKind::Race, "reads what another thread writes")
    };
    let facts = [made(launch()), did(race)];
    assert_snapshot!(judged(has_no_race, &facts), @"
    fail: n = 257, 2 blocks of 256: kernel.cu:9 reads what another thread writes
      by thread (1, 0, 0) of block (1, 0, 0)
      and kernel.cu:12 by thread (32, 0, 0) of block (0, 0, 0)
    hint: What has to have happened before that line may run, and what makes the others wait for it?
    ");
    assert_eq!(judged(initialises_before_use, &facts), "pass");
}

#[test]
fn a_fault_without_optimisation_says_so() {
    let plain = Launch {
        is_optimised: false,
        ..launch()
    };
    let fault = fault(
        FaultKind::Uninitialised,
        "reads 4 bytes that nobody has written",
    );
    assert_snapshot!(judged(initialises_before_use, &[made(plain), did(fault)]), @"
    fail: n = 257, 2 blocks of 256, compiled without optimisation: kernel.cu:9 reads 4 bytes that nobody has written
      by thread (1, 0, 0) of block (1, 0, 0)
    hint: Which line has put something there before, and for which threads?
    ");
}

#[test]
fn the_command_that_shows_it_names_file_and_launch() {
    let seen = [did(fault(FaultKind::Race, "reads 4 bytes"))];
    let launch = launch();
    let seen = Seen {
        launch: &launch,
        facts: &seen,
    };
    assert_eq!(
        told::see(seen),
        "syslab gpu run kernel.cu --kernel k --grid 2 --block 256 --args '257' --profile"
    );
    assert_eq!(told::see(Seen { facts: &[], ..seen }), "");
}

#[test]
fn an_object_without_members_may_be_copied() {
    let copy = |text: &str| Fault {
        space: Some(Space::Local),
        ..fault(FaultKind::Uninitialised, text)
    };
    let copied = did(copy(
        "reads 1 byte of a local variable, which nothing wrote before",
    ));
    assert_eq!(
        judged(initialises_before_use, &[made(launch()), copied]),
        "pass"
    );
    let used = did(copy(
        "reads 4 bytes of a local variable, which nothing wrote before",
    ));
    assert!(judged(initialises_before_use, &[made(launch()), used]).starts_with("fail"));
}

#[test]
fn what_waits_for_ever_does_not_end_and_what_has_returned_is_not_missed() {
    let stopped = Launch {
        end: End::Stopped,
        ..launch()
    };
    let endless = did(fault(
        FaultKind::Endless,
        "goes on after 2,000,000 instructions",
    ));
    assert_snapshot!(judged(ends, &[made(stopped), endless]), @"
    fail: n = 257, 2 blocks of 256: kernel.cu:9 goes on after 2,000,000 instructions
      by thread (1, 0, 0) of block (1, 0, 0)
    hint: What changes from one round of that loop to the next, and which round is the last?
    ");
    let exited = did(fault(FaultKind::ExitedBarrier, "threads have returned"));
    let facts = [made(launch()), exited];
    assert_eq!(judged(meets_its_barriers, &facts), "pass");
    let apart = did(fault(
        FaultKind::DivergentBarrier,
        "waits at another barrier",
    ));
    assert!(judged(meets_its_barriers, &[made(launch()), apart]).starts_with("fail"));
}

#[test]
fn a_kernel_that_does_nothing_has_shown_nothing() {
    let idle = Launch {
        writes: 0,
        ..launch()
    };
    let facts = [made(idle)];
    assert_eq!(judged(ends, &facts), "pass");
    assert_snapshot!(judged(stays_in_bounds, &facts), @"
    fail: none of its 1 launches writes anything to global memory
    hint: How does a result leave the device?
    ");
}

#[test]
fn a_launch_that_is_refused_does_not_end() {
    let refused = Refused {
        told: "n = 1, a block of 1024".to_owned(),
        why: "invalid configuration argument: 256 threads at most".to_owned(),
    };
    assert_snapshot!(judged(ends, &[made(launch()), Fact::Refused(refused)]), @"
    fail: n = 1, a block of 1024: the launch is refused: invalid configuration argument: 256 threads at most
    hint: With what is it launched, and what of that does the kernel not fit?
    ");
}

fn module(functions: &[(&str, &[(&str, u64)])]) -> Fact {
    let functions = functions.iter().map(|(name, params)| FunctionInfo {
        name: (*name).to_owned(),
        params: params
            .iter()
            .map(|(ptx_type, bytes)| ParamInfo {
                ptx_type: (*ptx_type).to_owned(),
                bytes: *bytes,
            })
            .collect(),
        static_shared: 0,
        local: 0,
        max_threads: None,
        required_block: None,
    });
    Fact::Module(Module {
        wanted: "scale".to_owned(),
        parameters: vec![("a float".to_owned(), 4), ("a pointer".to_owned(), 8)],
        functions: functions.collect(),
    })
}

#[test]
fn a_kernel_has_the_name_and_the_parameters_of_the_handout() {
    let right = module(&[("scale", &[("f32", 4), ("u64", 8)])]);
    assert_eq!(judged(compiles, &[right]), "pass");
    let newer = module(&[("scale", &[("b32", 4), ("b64", 8)]), ("other", &[])]);
    assert_eq!(judged(compiles, &[newer]), "pass");
    let mangled = module(&[("_Z5scalefPf", &[("f32", 4), ("u64", 8)])]);
    assert_snapshot!(judged(compiles, &[mangled]), @"
    fail: it has no kernel that is called scale: there is _Z5scalefPf
    hint: By which name does a C++ compiler know a function, and how can it be told otherwise?
    ");
    assert_snapshot!(judged(compiles, &[module(&[])]), @"
    fail: it has no kernel that is called scale: there is no kernel at all
    hint: What makes a function one that the host can launch?
    ");
    let swapped = module(&[("scale", &[("u64", 8), ("f32", 4)])]);
    assert_snapshot!(judged(compiles, &[swapped]), @"
    fail: parameter 1 of scale is a .u64 of 8 bytes, and in the handout it is a float
    hint: What is it launched with, in which order, and how large is each of these?
    ");
    let whole = module(&[("scale", &[("u32", 4), ("u64", 8)])]);
    assert!(judged(compiles, &[whole]).starts_with("fail"));
}

#[test]
fn what_our_side_cannot_do_costs_nothing() {
    let why = |why: &str| Cannot {
        why: why.to_owned(),
    };
    let unsupported = Fact::Unsupported(why("kernel.cu:3: the instruction mma is not supported"));
    assert_snapshot!(judged(computes, &[unsupported]), @"blind: kernel.cu:3: the instruction mma is not supported");
    assert_snapshot!(of_text(ends, "{\"fact\": \"launch\"}\n"), @"blind: the probe did not come to its end");
    assert_snapshot!(of_text(ends, ""), @"blind: the probe did not come to its end");
    assert_snapshot!(judged(ends, &[]), @"blind: no launch was made");
}

#[test]
fn nothing_that_is_written_down_makes_a_judge_panic() {
    let judges: [Judge; 18] = [
        compiles,
        ends,
        meets_its_barriers,
        stays_in_bounds,
        has_no_race,
        initialises_before_use,
        computes,
        is_stable,
        coalesces,
        coalesces_both_ways,
        strides,
        avoids_bank_conflicts,
        tiles,
        reads_twice_at_most,
        needs_few_atomics,
        diverges_little,
        privatises,
        scans_in_log_steps,
    ];
    let most = LineCounters {
        global_load_sectors: u64::MAX,
        shared_passes: u64::MAX,
        shared_requests: 1,
        divergent_branches: u64::MAX,
        barriers: u64::MAX,
        global_atomics: u64::MAX,
        ..LineCounters::default()
    };
    let huge = Launch {
        sizes: [u64::MAX; 3],
        blocks: u64::MAX,
        warps: 0,
        ..launch()
    };
    let of = |fact: &Fact| serde_json::to_string(fact).unwrap();
    let hostile = format!(
        "null\n[]\n{}\n{}\n{}",
        of(&made(huge)),
        of(&counters(most)),
        of(&Fact::Done)
    );
    for judge in judges {
        let _said = of_text(judge, &hostile);
    }
}

#[test]
fn threads_that_wait_for_each_other_neither_meet_nor_end() {
    let stopped = Launch {
        end: End::Stopped,
        ..launch()
    };
    let facts = [
        made(stopped),
        did(fault(
            FaultKind::Deadlock,
            "waits for a lane that waits elsewhere",
        )),
    ];
    assert!(judged(meets_its_barriers, &facts).starts_with("fail: n = 257"));
    assert!(judged(ends, &facts).starts_with("fail: n = 257"));
    assert!(judged(has_no_race, &facts).starts_with("fail: a launch did not come to its end"));
}
