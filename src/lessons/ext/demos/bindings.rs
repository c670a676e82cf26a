//! Seven ways to write one module, built and measured now: two functions, in small sources of their
//! own, by the same builder as the labs'.
//!
//! See "Extending and Embedding the Python Interpreter", and the documentation of each of them.

use std::io::Write;

use serde::Deserialize;

use super::super::battery::BATTERY;
use super::workshop::Workshop;
use crate::lessons::columns::{Align, bold, narrow, prose};
use crate::lessons::cpython::demos::section::opening;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "bindings",
    title: "seven ways to write one module: lines, builds, calls, throughput, measured now",
    run,
};

/// How often something is timed, and how often it is built again; and in the quick version.
const ROUNDS: ([&str; 2], [&str; 2]) = (["40", "1"], ["10", "0"]);

/// What of the battery builds.
const BUILDER: [&str; 3] = ["technologies.py", "toolchain.py", "elf.py"];

/// A row: its name for the helper and for people, and its sources.
struct Way {
    name: &'static str,
    shown: &'static str,
    /// Whether it is built within a second or so on a machine that has nothing else to do.
    is_quick: bool,
    sources: &'static [(&'static str, &'static str)],
}

/// In the order in which they are built: what takes long comes late.
const WAYS: [Way; 9] = [
    Way {
        name: "python",
        shown: "Python",
        is_quick: true,
        sources: &[],
    },
    Way {
        name: "c-api",
        shown: "C API",
        is_quick: true,
        sources: &[("module.c", include_str!("bindings/c-api/module.c"))],
    },
    Way {
        name: "ctypes",
        shown: "ctypes",
        is_quick: true,
        sources: &[
            ("core.c", include_str!("bindings/ctypes/core.c")),
            ("bound.py", include_str!("bindings/ctypes/bound.py")),
        ],
    },
    Way {
        name: "flags",
        shown: "  its C with -O3",
        is_quick: true,
        sources: &[],
    },
    Way {
        name: "cffi",
        shown: "cffi, API mode",
        is_quick: true,
        sources: &[
            (
                "build_bound.py",
                include_str!("bindings/cffi/build_bound.py"),
            ),
            ("bound.py", include_str!("bindings/cffi/bound.py")),
        ],
    },
    Way {
        name: "cython",
        shown: "Cython",
        is_quick: false,
        sources: &[("bound.pyx", include_str!("bindings/cython/bound.pyx"))],
    },
    Way {
        name: "nanobind",
        shown: "nanobind",
        is_quick: false,
        sources: &[("module.cpp", include_str!("bindings/nanobind/module.cpp"))],
    },
    Way {
        name: "pybind11",
        shown: "pybind11",
        is_quick: false,
        sources: &[("module.cpp", include_str!("bindings/pybind11/module.cpp"))],
    },
    Way {
        name: "pyo3",
        shown: "PyO3",
        is_quick: false,
        sources: &[("src/lib.rs", include_str!("bindings/pyo3/lib.rs"))],
    },
];

/// What cargo needs to know, from the lab's starter: its crate is called something else.
const CARGO: [(&str, &str); 2] = [
    (
        "Cargo.toml",
        include_str!("../../../../labs/ext/fast-sum/starter/pyo3/Cargo.toml"),
    ),
    (
        "Cargo.lock",
        include_str!("../../../../labs/ext/fast-sum/starter/pyo3/Cargo.lock"),
    ),
];

/// What became of one: figures, or why there are none.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Outcome {
    Measured(Figures),
    LeftOut { why: String },
}

#[derive(Debug, Deserialize)]
struct Figures {
    /// Lines of the sources that are not blank.
    lines: Option<u32>,
    /// Seconds of the first build, and of the next.
    first: Option<f64>,
    again: Option<f64>,
    /// A call with an integer, and one with 16 bytes.
    call_ns: f64,
    bytes_ns: f64,
    /// Of 1 MiB of bytes.
    gb: f64,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "A module with two functions, the successor of an integer and the sum of bytes, is \
                 written in seven ways. Each is built now, and called.";
    opening(out, "Seven ways to write one module", story, options)?;
    let Some(workshop) = Workshop::open(out, options)? else {
        return Ok(());
    };
    for (name, text) in BATTERY.files() {
        if BUILDER.contains(&name) {
            workshop.put(&format!("battery/{name}"), text)?;
        }
    }
    for way in &WAYS {
        for (name, text) in way.sources {
            workshop.put(&format!("{}/{name}", way.name), text)?;
        }
    }
    for (name, text) in CARGO {
        workshop.put(&format!("pyo3/{name}"), &text.replace("fastsum", "bound"))?;
    }
    if !options.quick {
        let text =
            "PyO3 compiles its crates, which may take a minute: a row is shown when it is there.";
        writeln!(out, "{}", prose(text))?;
    }
    let [repeats, again] = match options.quick {
        true => ROUNDS.1,
        false => ROUNDS.0,
    };
    writeln!(out, "{}", bold(HEAD.trim_end(), options.color))?;
    out.flush()?;
    let shown = |way: &&Way| way.is_quick || !options.quick;
    for way in WAYS.iter().filter(shown) {
        let args = [way.name, repeats, again];
        let outcome = match workshop.ask(include_str!("bindings/bindings.py"), &args, options) {
            Ok(outcome) => outcome,
            Err(error) => {
                options.go_on()?;
                Outcome::LeftOut {
                    why: format!("{error:#}"),
                }
            }
        };
        out.write_all(row(way.shown, &outcome).as_bytes())?;
        out.flush()?;
    }
    writeln!(out)?;
    if options.quick {
        let names: Vec<&str> = WAYS
            .iter()
            .filter(|way| !shown(way))
            .map(|way| way.shown)
            .collect();
        let text = format!(
            "Left out of the quick version, since their builds take longer: {}.\n",
            names.join(", ")
        );
        out.write_all(prose(&text).as_bytes())?;
    }
    for part in MEANING {
        writeln!(out, "{}", prose(part))?;
    }
    let read_on = "Read on: `syslab ext read choosing`, and `syslab ext read tools` for what each of \
                   them keeps for you. Write it yourself: the lab `ext/fast-sum` takes all of them.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// The head of the table, as [`row`] lays it out.
const HEAD: &str = "                   lines  build s  again s  call ns  16 bytes ns   GB/s";

/// What the columns say, and what follows from them.
const MEANING: [&str; 3] = [
    "Python: a function, and sum(). Lines that are not blank. Builds in seconds of the clock: the first \
     one, and one more after the sources were touched, for which nanobind keeps its run-time part, and \
     cargo the crates. Calls above an empty loop, the least of many times, in processor time.",
    "A call with an integer shows what the way itself costs, one with 16 bytes what it costs to get at \
     a buffer: in ctypes both are the work of an interpreter of prototypes, in C a few calls.",
    "For 1 MiB the way hardly matters: those in C run the same few instructions for each byte, with \
     -O2, and the address at which such a short loop happens to lie may make a third. The flags matter \
     (-O3 -march=native below ctypes), and so does the compiler: Rust's is LLVM.",
];

/// A row of the table, which is there before the next is known.
fn row(name: &str, outcome: &Outcome) -> String {
    let figures = match outcome {
        Outcome::Measured(figures) => figures,
        Outcome::LeftOut { why } => {
            let cells = [format!("{name:<17}"), format!("left out: {}", visible(why))];
            return narrow(&[Align::Left; 2], &[cells]);
        }
    };
    let seconds = |seconds: Option<f64>| seconds.map_or_else(String::new, |s| format!("{s:.1}"));
    let line = format!(
        "{name:<17}{:>7}{:>9}{:>9}{:>9.0}{:>13.0}{:>7}",
        figures
            .lines
            .map_or_else(String::new, |lines| lines.to_string()),
        seconds(figures.first),
        seconds(figures.again),
        figures.call_ns,
        figures.bytes_ns,
        match figures.gb < 1.0 {
            true => format!("{:.2}", figures.gb),
            false => format!("{:.1}", figures.gb),
        },
    );
    line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_below_the_head() {
        let measured = serde_json::from_str(
            r#"{"lines": 43, "first": 0.31, "again": null, "call_ns": 7.7, "bytes_ns": 18.2, "gb": 4.2}"#,
        );
        let left_out = serde_json::from_str(r#"{"why": "it lacks the Python package cffi"}"#);
        let table = [
            HEAD.to_owned() + "\n",
            row("C API", &measured.unwrap()),
            row("cffi, API mode", &left_out.unwrap()),
        ];
        insta::assert_snapshot!(table.concat(), @r"
                           lines  build s  again s  call ns  16 bytes ns   GB/s
        C API                 43      0.3                 8           18    4.2
        cffi, API mode     left out: it lacks the Python package cffi
        ");
    }

    #[test]
    fn the_builder_is_in_the_battery() {
        for name in BUILDER {
            assert!(BATTERY.files().any(|(known, _)| known == name));
        }
        assert!(CARGO.iter().all(|(_, text)| text.contains("\"fastsum\"")));
    }
}
