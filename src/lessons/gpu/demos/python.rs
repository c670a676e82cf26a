//! From Python to a kernel: NumPy, Numba, CuPy, and a library of one's own through ctypes.
//!
//! See "The array interface protocol" in NumPy's documentation, and ctypes in that of Python.

use std::io::Write;

use anyhow::Context;
use serde::Deserialize;

use super::program::{Form, Program, Seen};
use super::stage::listing;
use crate::lessons::columns::{Align, head, narrow, prose, two_digits};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "python",
    title: "NumPy, Numba, CuPy, and a library of one's own: who copies what",
    run,
};

/// How many elements are added: by those that take all at once, by those that take one at a time, and
/// by the simulator. And in the quick version.
const AMOUNT: ([&str; 3], [&str; 3]) = (["1000000", "4096", "4096"], ["100000", "512", "512"]);

const SOURCES: [(&str, &str); 2] = [
    ("bridge.cu", include_str!("kernels/bridge.cu")),
    ("bridge.py", include_str!("bridge.py")),
];

/// What `ways.py` says.
#[derive(Debug, Deserialize)]
struct Ways {
    numpy: String,
    ways: Vec<Way>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Way {
    Measured {
        name: String,
        /// Nanoseconds an element.
        ns: f64,
        is_right: bool,
    },
    Missing {
        name: String,
        why_not: String,
    },
}

/// What `library.py` says of one array.
#[derive(Debug, Deserialize)]
struct Case {
    name: String,
    /// Bytes from one element to the next.
    stride: i64,
    /// Whether Python had to copy it first.
    is_copied: bool,
    /// Where what was passed lies.
    address: u64,
    /// Nanoseconds an element.
    ns: f64,
    is_right: bool,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "Two arrays of float32 are added: element by element, by NumPy, and by a kernel. What \
                 there is between a name in Python and a thread on a device, and what is copied on the way?";
    opening(out, "From Python to a kernel", story, options)?;
    let Some(program) = Program::build(out, Form::Library, &SOURCES, options)? else {
        return Ok(());
    };
    let [many, few, simulated] = match options.quick {
        true => AMOUNT.1,
        false => AMOUNT.0,
    };
    let Some(ways) = ways(&program, out, [many, few], options)? else {
        return Ok(());
    };
    let python = program.python();
    let script = program.put("library.py", include_str!("library.py"))?;
    let command = [&*python, "-I", &script, program.place(), simulated];
    let seen = program.start_as(&command, options)?;
    let cases: Vec<Case> =
        serde_json::from_str(seen.said()?).context("the library's caller says something else")?;

    let meaning = "A loop makes two objects of Python for each element. NumPy makes one call for all. \
                   Numba's simulator and ours run each thread of the kernel one after the other, to look at \
                   it and not to be fast: their times say nothing of a GPU.";
    let title = format!("Ways to add, with NumPy {}", visible(&ways.numpy));
    section(out, &title, &times(&ways.ways, &cases), meaning, options)?;

    let call = listing(SOURCES[1].1);
    let call: String = call
        .lines()
        .skip(10)
        .map(|line| format!("{line}\n"))
        .collect();
    let meaning = "That is all of the border: three addresses and a count. ctypes copies no element, and \
                   knows of none: what stands at the address is for the caller to check.";
    section(out, "Through ctypes", &call, meaning, options)?;

    let meaning = "A kernel reads elements one beside the other, so a view with another stride is copied by \
                   the host first. What the device copied came from the very address that Python passed. \
                   And then all of it crosses the bus, twice in and once out: for one addition an element, \
                   that is more work than the addition. A GPU pays when data stays there.";
    section(
        out,
        "What was copied",
        &copies(&cases, &seen),
        meaning,
        options,
    )?;
    out.write_all(
        prose("Read on: `syslab gpu read python`. Try it: the lab `gpu/bridge`.").as_bytes(),
    )?;
    Ok(())
}

/// What the ways without a library of ours take; says why nothing can be shown without NumPy.
fn ways(
    program: &Program,
    out: &mut dyn Write,
    amount: [&str; 2],
    options: &DemoOptions,
) -> anyhow::Result<Option<Ways>> {
    let probe = "import importlib.util, json\nprint(json.dumps(importlib.util.find_spec('numpy') is not None))";
    if !program.workshop().ask::<bool>(probe, &[], options)? {
        let text = "Not shown here: NumPy is not installed; `scripts/setup` does it.";
        out.write_all(prose(text).as_bytes())?;
        return Ok(None);
    }
    let ways = program
        .workshop()
        .ask(include_str!("ways.py"), &amount, options)?;
    Ok(Some(ways))
}

fn times(ways: &[Way], cases: &[Case]) -> String {
    let mut rows = vec![head(["way", "ns an element", "result", ""])];
    for way in ways {
        rows.push(match way {
            Way::Measured { name, ns, is_right } => {
                vec![
                    visible(name),
                    two_digits(*ns),
                    result(*is_right),
                    String::new(),
                ]
            }
            Way::Missing { name, why_not } => {
                vec![
                    visible(name),
                    "-".to_owned(),
                    "-".to_owned(),
                    visible(why_not),
                ]
            }
        });
    }
    if let Some(case) = cases.first() {
        let name = "a library of our own, on the simulator".to_owned();
        rows.push(vec![
            name,
            two_digits(case.ns),
            result(case.is_right),
            String::new(),
        ]);
    }
    narrow(&[Align::Left, Align::Right, Align::Left], &rows)
}

fn result(is_right: bool) -> String {
    match is_right {
        true => "right",
        false => "wrong",
    }
    .to_owned()
}

/// Each array, what Python copied of it, and what the device did: by the calls that it noted.
fn copies(cases: &[Case], seen: &Seen) -> String {
    let mut rows = vec![head([
        "passed",
        "stride",
        "copied by Python",
        "in from there",
        "in",
        "out",
    ])];
    let per_case = seen.calls().filter(|call| call.work == "copy-in").count() / cases.len().max(1);
    let copies_in: Vec<_> = seen.calls().filter(|call| call.work == "copy-in").collect();
    let copies_out: Vec<_> = seen
        .calls()
        .filter(|call| call.work == "copy-out")
        .collect();
    let groups = copies_in.chunks(per_case.max(1)).zip(&copies_out);
    for (case, (ins, back)) in cases.iter().zip(groups) {
        let is_same = ins.iter().any(|call| call.host == case.address);
        let bytes: u64 = ins.iter().map(|call| call.bytes).sum();
        rows.push(vec![
            visible(&case.name),
            case.stride.to_string(),
            yes(case.is_copied),
            yes(is_same),
            bytes.to_string(),
            back.bytes.to_string(),
        ]);
    }
    let right = Align::Right;
    narrow(
        &[Align::Left, right, Align::Left, Align::Left, right, right],
        &rows,
    )
}

fn yes(is_so: bool) -> String {
    match is_so {
        true => "yes",
        false => "no",
    }
    .to_owned()
}
