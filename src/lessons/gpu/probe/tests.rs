//! Probes of a kernel that is right, of one that is not, and of what is none.

use std::fs;

use super::*;
use crate::lessons::gpu::facts::Facts;

/// What clang 19 makes of `vector_add`, without what it says about lines; `GUARD` compares i with n.
const PTX: &str = "
.version 7.5
.target sm_75
.address_size 64

.visible .entry vector_add(
    .param .u64 vector_add_param_0,
    .param .u64 vector_add_param_1,
    .param .u64 vector_add_param_2,
    .param .u32 vector_add_param_3
)
{
    .reg .pred %p<2>;
    .reg .b32 %r<6>;
    .reg .f32 %f<4>;
    .reg .b64 %rd<11>;

    ld.param.u32 %r2, [vector_add_param_3];
    mov.u32 %r3, %ctaid.x;
    mov.u32 %r4, %ntid.x;
    mov.u32 %r5, %tid.x;
    mad.lo.s32 %r1, %r3, %r4, %r5;
    GUARD %p1, %r1, %r2;
    @%p1 bra $L__BB0_2;
    ld.param.u64 %rd4, [vector_add_param_0];
    ld.param.u64 %rd5, [vector_add_param_1];
    ld.param.u64 %rd6, [vector_add_param_2];
    cvta.to.global.u64 %rd1, %rd6;
    cvta.to.global.u64 %rd2, %rd5;
    cvta.to.global.u64 %rd3, %rd4;
    mul.wide.s32 %rd7, %r1, 4;
    add.s64 %rd8, %rd3, %rd7;
    ld.global.f32 %f1, [%rd8];
    add.s64 %rd9, %rd2, %rd7;
    ld.global.f32 %f2, [%rd9];
    add.rn.f32 %f3, %f1, %f2;
    add.s64 %rd10, %rd1, %rd7;
    st.global.f32 [%rd10], %f3;
$L__BB0_2:
    ret;
}
";

/// What a probe writes of a module with this text.
fn probed(lab: &str, probe: &str, ptx: &str) -> Facts {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("kernel.ptx");
    fs::write(&file, ptx).unwrap();
    fs::write(place.path().join("kernel.O0.ptx"), ptx).unwrap();
    let file = file.display().to_string();
    let args = [
        "--lab", lab, "--probe", probe, "--seed", "7", "--ptx", &file,
    ];
    let mut out = Vec::new();
    let code = main(&args.map(str::to_owned), &mut out);
    assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS));
    let facts = Facts::parse(&String::from_utf8(out).unwrap());
    assert_eq!(facts.all.last(), Some(&Fact::Done));
    facts
}

#[test]
fn a_kernel_that_is_right_has_no_fault_and_right_results() {
    let right = PTX.replace("GUARD", "setp.ge.s32");
    for probe in [
        "ends",
        "stays-in-bounds",
        "has-no-race",
        "initialises-before-use",
    ] {
        let facts = probed("vector-add", probe, &right);
        assert!(facts.launches().count() > 40);
        assert!(facts.launches().any(|seen| !seen.launch.is_optimised));
        assert_eq!(facts.launches().flat_map(|seen| seen.faults()).next(), None);
    }
    for probe in ["computes", "coalesces"] {
        let facts = probed("vector-add", probe, &right);
        let outputs = facts.all.iter().filter_map(|fact| match fact {
            Fact::Output(output) => Some(output.wrong),
            _ => None,
        });
        assert_eq!(outputs.sum::<u64>(), 0, "{probe}");
    }
    let counted = probed("vector-add", "coalesces", &right);
    let total = counted.launches().next().unwrap().total().unwrap();
    assert_eq!(total.global_load_sectors, 2 * 65_536 * 4 / 32);
}

#[test]
fn a_guard_that_is_one_too_many_is_out_of_bounds() {
    let facts = probed(
        "vector-add",
        "stays-in-bounds",
        &PTX.replace("GUARD", "setp.gt.s32"),
    );
    let kinds: Vec<FaultKind> = facts
        .launches()
        .flat_map(|seen| seen.faults())
        .map(|fault| fault.kind)
        .collect();
    assert_eq!(kinds.first(), Some(&FaultKind::OutOfBounds));
    // With no element at all, there is no array.
    assert!(kinds.contains(&FaultKind::NullPointer));
}

#[test]
fn a_loop_without_end_ends_the_probe_at_once() {
    let endless = PTX
        .replace("GUARD", "setp.ge.s32")
        .replace("    ret;", "    bra $L__BB0_2;");
    for probe in ["ends", "computes", "coalesces"] {
        let facts = probed("vector-add", probe, &endless);
        assert_eq!(facts.launches().count(), 1, "{probe}");
        let seen = facts.launches().next().unwrap();
        assert_eq!(seen.faults().next().unwrap().kind, FaultKind::Endless);
    }
}

#[test]
fn what_cannot_be_read_or_tried_is_said() {
    for (lab, probe, ptx) in [
        ("vector-add", "computes", "this is no PTX"),
        ("vector-add", "ends", ""),
        ("no-such-lab", "ends", PTX),
    ] {
        let facts = probed(lab, probe, ptx);
        let launches = facts.launches().count();
        let said = facts
            .all
            .iter()
            .any(|fact| matches!(fact, Fact::Unsupported(_) | Fact::Refused(_)));
        assert!(said && launches == 0, "{lab} {probe}: {:?}", facts.all);
    }
}

#[test]
fn arguments_that_are_none_are_a_bug_of_ours() {
    let code = main(&["--lab".to_owned()], &mut Vec::new());
    assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::from(BROKEN)));
}
