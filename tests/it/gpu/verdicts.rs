//! Planted mistakes are found where they are, and nothing else is; correct programs are left alone.

use syslab::gpu::fault::Fault;

use super::compilers::{Producer, producers};
use super::crowd::{Tried, assert_none, complaints};
use super::device::{MOST_INSTRUCTIONS, counted, described};
use super::plan::{Expected, Plan};

const LEVELS: &[&str] = &["-O0", "-O2"];

/// Orders of warps and blocks in which a planted mistake must show.
const SEEDS_OF_BUGS: u64 = 6;

/// Orders of warps and blocks in which a correct program must not be accused.
const SEEDS_OF_SOUND: u64 = 20;

/// Instructions after which a loop counts as endless. The others need a tenth of it.
const MOST_OF_BUGS: u64 = 150_000;

fn pieces(plans: &[Plan]) -> Vec<(&Plan, Producer)> {
    let producers = producers(LEVELS);
    plans
        .iter()
        .flat_map(|plan| producers.iter().map(move |producer| (plan, *producer)))
        .collect()
}

#[test]
fn a_planted_mistake_is_found_where_it_is() {
    let plans = Plan::all("bugs");
    assert_none(&complaints(
        &pieces(&plans),
        |(plan, producer)| format!("{} ({})", plan.name(), producer.name()),
        |(plan, producer)| {
            let ptx = producer.compile(&plan.path)?;
            (1..=SEEDS_OF_BUGS).try_for_each(|seed| {
                let outcome = plan.launch(&ptx, seed, MOST_OF_BUGS)?;
                let faults: Vec<&Fault> = counted(&outcome.launched).collect();
                let expected = plan.expected.as_ref().ok_or("has no FAULT")?;
                is_expected(plan, expected, &faults)
                    .map_err(|complaint| format!("seed {seed}: {complaint}"))
            })
        },
    ));
}

/// Whether there are faults, each of the expected kind at the expected line.
fn is_expected(plan: &Plan, expected: &Expected, faults: &[&Fault]) -> Tried {
    if faults.is_empty() {
        return Err(format!("is not accused of {}", expected.kind));
    }
    let here = |site: &Option<syslab::gpu::fault::Site>| {
        let site = site.as_ref()?;
        site.file.ends_with(&plan.name()).then_some(site.line)
    };
    for fault in faults {
        let (line, other) = (here(&fault.site), here(&fault.other));
        let is_here = match expected.other {
            // Who comes second is accused, and that depends on the order.
            Some(second) => {
                (line, other) == (Some(expected.line), Some(second))
                    || (line, other) == (Some(second), Some(expected.line))
            }
            None => line == Some(expected.line) && (fault.other.is_none() || other == line),
        };
        let is_named = expected.buffer.is_none() || expected.buffer == fault.buffer;
        if fault.kind != expected.kind || !is_here || !is_named {
            return Err(format!(
                "is accused of {}; expected: {} at line {}, other {:?}, {}",
                described(fault),
                expected.kind,
                expected.line,
                expected.other,
                expected.buffer.as_deref().unwrap_or("-"),
            ));
        }
    }
    Ok(())
}

#[test]
fn a_correct_program_is_left_alone() {
    let plans = Plan::all("sound");
    assert_none(&complaints(
        &pieces(&plans),
        |(plan, producer)| format!("{} ({})", plan.name(), producer.name()),
        |(plan, producer)| {
            let ptx = producer.compile(&plan.path)?;
            (1..=SEEDS_OF_SOUND).try_for_each(|seed| {
                let outcome = plan.launch(&ptx, seed, MOST_INSTRUCTIONS)?;
                if let Some(fault) = counted(&outcome.launched).next() {
                    return Err(format!("seed {seed}: is accused of {}", described(fault)));
                }
                match outcome.out?.iter().position(|held| *held != 1) {
                    Some(at) => Err(format!("seed {seed}: thread {at} got a wrong result")),
                    None => Ok(()),
                }
            })
        },
    ));
}

#[test]
fn every_kind_of_fault_has_a_planted_mistake() {
    let plans = Plan::all("bugs");
    let kinds = [
        "assert",
        "deadlock",
        "divergent-barrier",
        "endless",
        "inactive-lane",
        "misaligned",
        "null-pointer",
        "out-of-bounds",
        "race",
        "stack-overflow",
        "trap",
        "uninitialised",
        "use-after-free",
        "write-to-constant",
    ];
    for kind in kinds {
        let has_one = plans.iter().any(|plan| {
            let expected = plan.expected.as_ref();
            expected.is_some_and(|expected| serde_json::json!(expected.kind) == kind)
        });
        assert!(has_one, "no kernel in tests/gpu/bugs has the fault {kind}");
    }
}
