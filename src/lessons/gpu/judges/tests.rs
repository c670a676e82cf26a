//! What judges say of facts.

mod counted;
mod fast;
mod faults;
mod values;

use super::super::facts::{Fact, Launch, Output, Wrong};
use super::super::probes::probe;
use crate::gpu::counters::LineCounters;
use crate::gpu::fault::{At, Fault, FaultKind, Site};
use crate::gpu::launch::{Dim3, End};
use crate::lessons::testing;
use crate::model::check::Judge;

/// What a judge says of a probe that wrote these facts, and came to its end.
fn judged(judge: Judge, facts: &[Fact]) -> String {
    let mut lines: Vec<String> = facts
        .iter()
        .map(|fact| serde_json::to_string(fact).unwrap())
        .collect();
    lines.push(r#"{"fact": "done"}"#.to_owned());
    of_text(judge, &format!("{}\n", lines.join("\n")))
}

fn of_text(judge: Judge, text: &str) -> String {
    let trace = format!("* stdout {text:?}\n2 +++ exit 0");
    testing::judged(
        judge,
        &probe("vector-add", "computes", "a story", 1),
        &[trace],
    )
}

/// A launch that came to its end.
fn launch() -> Launch {
    Launch {
        told: "n = 257, 2 blocks of 256".to_owned(),
        is_optimised: true,
        sizes: [257, 1, 1],
        end: End::Completed,
        blocks: 2,
        warps: 16,
        writes: 257,
        is_counted: true,
        again: "--kernel k --grid 2 --block 256 --args '257'".to_owned(),
    }
}

fn made(launch: Launch) -> Fact {
    Fact::Launch(Box::new(launch))
}

fn line(line: u32) -> Site {
    Site {
        file: "kernel.cu".to_owned(),
        line,
    }
}

fn fault(kind: FaultKind, text: &str) -> Fault {
    let at = |block, thread| At {
        block: Dim3::new(block, 0, 0),
        thread: Dim3::new(thread, 0, 0),
    };
    Fault {
        kind,
        site: Some(line(9)),
        inlined: Vec::new(),
        other: None,
        at: at(1, 1),
        other_at: None,
        space: None,
        buffer: Some("c".to_owned()),
        text: text.to_owned(),
        times: 1,
    }
}

fn did(fault: Fault) -> Fact {
    Fact::Fault(Box::new(fault))
}

/// What is in `c`, right or with an element that is wrong.
fn output(wrong: Option<Wrong>) -> Fact {
    Fact::Output(Output {
        array: "c".to_owned(),
        elements: 257,
        wrong: u64::from(wrong.is_some()),
        unwritten: u64::from(wrong.as_ref().is_some_and(|wrong| wrong.got.is_none())),
        first: wrong,
    })
}

fn counters(counters: LineCounters) -> Fact {
    Fact::Counters(Box::new(counters))
}
