//! One loop, run by Python, by NumPy, by C and by Rust: what it costs for each element, and where
//! that goes.
//!
//! See PyMem_SetAllocator, `tracemalloc`, `sys.monitoring` and `sys.settrace` in the documentation
//! of Python, which count; perf_event_open(2).

use std::io::Write;

use serde::Deserialize;

use super::workshop::Workshop;
use crate::lessons::columns::{Align, head, narrow, prose, two_digits};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "overhead",
    title: "one loop in Python, NumPy, C and Rust: what an element costs, and where that goes",
    run,
};

/// What measures, and what it measures with.
const HELPER: &str = concat!(
    include_str!("../../cpython/demos/counters.py"),
    include_str!("overhead/overhead.py")
);

/// What the helper compiles.
const SOURCES: [(&str, &str); 3] = [
    ("squares.c", include_str!("overhead/squares.c")),
    ("squares.rs", include_str!("overhead/squares.rs")),
    ("allocations.c", include_str!("overhead/allocations.c")),
];

/// Elements, and how often their loops are timed; and in the quick version.
const AMOUNT: ([&str; 2], [&str; 2]) = (["100000", "15"], ["20000", "5"]);

#[derive(Debug, Deserialize)]
struct Found {
    /// Why the processor's instructions are not counted.
    why_not: Option<String>,
    /// What could not be tried, and why.
    missing: Vec<String>,
    ways: Vec<Way>,
}

/// What a way of running the loop costs for each element.
#[derive(Clone, Debug, Default, Deserialize)]
struct Way {
    how: String,
    ns: f64,
    /// Instructions of the processor.
    machine: Option<f64>,
    /// Instructions of the interpreter.
    bytecode: f64,
    /// Requests to the allocators of the interpreter.
    allocations: Option<f64>,
    /// Memory that is in use at the worst moment, and was not before.
    bytes: f64,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "A row of integers is given, and the sum of their squares is wanted. The loop is the \
                 same each time, and who runs it is not.";
    opening(out, "One loop, and who runs it", story, options)?;
    let Some(workshop) = Workshop::open(out, options)? else {
        return Ok(());
    };
    for (name, text) in SOURCES {
        workshop.put(name, text)?;
    }
    let [elements, repeats] = match options.quick {
        true => AMOUNT.1,
        false => AMOUNT.0,
    };
    let found: Found = workshop.ask(HELPER, &[elements, repeats], options)?;
    for what in &found.missing {
        let text = format!("Left out here: {}.", visible(what));
        out.write_all(prose(&text).as_bytes())?;
    }
    if let Some(why) = &found.why_not {
        let text = format!(
            "Not counted here: instructions of the processor ({}). Many virtual machines have no \
             such counter.",
            visible(why)
        );
        writeln!(out, "{}", prose(&text))?;
    } else if !found.missing.is_empty() {
        writeln!(out)?;
    }
    section(
        out,
        "For each element",
        &table(&found.ways),
        COLUMNS,
        options,
    )?;
    writeln!(out, "{}", prose(&meaning(&found.ways)))?;
    let read_on = "Try it with a loop of your own: the lab `ext/fast-sum`. Read on: `syslab ext read \
                   cost`, and `syslab cpython demo cost` for what is inside the interpreter.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// What the columns say.
const COLUMNS: &str = "The least of several times, in processor time; \"times\" is beside the fastest. \
                       Bytecode: instructions of the interpreter. Blocks: how often its allocators are \
                       asked, since integers above 256 are new objects. Bytes: memory in use at the \
                       worst moment, which is where an array in between shows.";

fn table(ways: &[Way]) -> String {
    let least = ways.iter().map(|way| way.ns).fold(f64::INFINITY, f64::min);
    let mut rows = vec![head(["loop", "ns", "times", "bytecode", "blocks", "bytes"])];
    if ways.iter().any(|way| way.machine.is_some()) {
        rows[0].push("instructions".to_owned());
    }
    for way in ways {
        let mut row = vec![
            visible(&way.how),
            nanoseconds(way.ns),
            match least > 0.0 {
                true => two_digits(way.ns / least),
                false => "?".to_owned(),
            },
            count(way.bytecode),
            way.allocations.map_or_else(|| "?".to_owned(), count),
            format!("{:.0}", way.bytes),
        ];
        row.extend(way.machine.map(nanoseconds));
        rows.push(row);
    }
    let mut align = [Align::Right; 7];
    align[0] = Align::Left;
    narrow(&align, &rows)
}

/// Two digits at least, however small.
fn nanoseconds(ns: f64) -> String {
    match ns {
        ns if ns < 0.1 => format!("{ns:.3}"),
        ns if ns < 1.0 => format!("{ns:.2}"),
        ns if ns < 10.0 => format!("{ns:.1}"),
        ns => format!("{ns:.0}"),
    }
}

/// Whole numbers without a point.
fn count(count: f64) -> String {
    let rounded = (count * 10.0).round() / 10.0;
    match rounded.fract() == 0.0 {
        true => format!("{rounded:.0}"),
        false => format!("{rounded:.1}"),
    }
}

/// What follows, from those that there are.
fn meaning(ways: &[Way]) -> String {
    let find = |how: &str| ways.iter().find(|way| way.how == how);
    let mut said = Vec::new();
    if let (Some(python), Some(c)) = (find("Python, over a list"), find("C, -O2"))
        && c.ns > 0.0
    {
        said.push(format!(
            "From Python to C it is a factor of {}: no instruction is fetched and decided for an \
             element, and no object is made for it.",
            two_digits(python.ns / c.ns)
        ));
    }
    if let (Some(plain), Some(best)) = (find("C, -O0"), find("C, -O3 -march=native"))
        && best.ns > 0.0
    {
        said.push(format!(
            "Between two sets of flags for one text in C it is {}.",
            two_digits(plain.ns / best.ns)
        ));
    }
    if let (Some(called), Some(python)) = (find("C, called for each"), find("Python, over a list"))
        && python.ns > 0.0
    {
        said.push(format!(
            "C that ctypes calls once for each element takes {} times as long as no C at all: what \
             is to be on the far side is the loop.",
            two_digits(called.ns / python.ns)
        ));
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(how: &str, ns: f64) -> Way {
        Way {
            how: how.to_owned(),
            ns,
            bytecode: 9.0004,
            allocations: Some(2.01),
            bytes: 0.2,
            ..Way::default()
        }
    }

    #[test]
    fn costs_are_beside_the_least() {
        let mut ways = [way("Python, over a list", 32.0), way("C, -O2", 0.08)];
        ways[1].allocations = None;
        insta::assert_snapshot!(table(&ways), @r"
        loop                    ns  times  bytecode  blocks  bytes
        Python, over a list     32    400         9       2      0
        C, -O2               0.080    1.0         9       ?      0
        ");
        ways[0].machine = Some(210.0);
        assert!(table(&ways).contains("instructions"));
    }

    #[test]
    fn nothing_is_said_of_what_was_not_tried() {
        let python = way("Python, over a list", 32.0);
        assert_eq!(meaning(std::slice::from_ref(&python)), "");
        let all = [
            way("C, called for each", 320.0),
            python,
            way("C, -O0", 1.6),
            way("C, -O2", 0.4),
            way("C, -O3 -march=native", 0.1),
        ];
        let said = meaning(&all);
        for ratio in ["a factor of 80:", "in C it is 16.", "takes 10 times"] {
            assert!(said.contains(ratio), "{said}");
        }
    }
}
