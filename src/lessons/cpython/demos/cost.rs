//! What operations cost: instructions of the interpreter, time, and, where the machine counts them,
//! instructions of the processor. The incident of the lesson, and a sum of squares in five ways.
//!
//! See `sys.monitoring` and `sys.settrace`, which say what is executed; perf_event_open(2).

use std::io::Write;

use serde::Deserialize;

use super::python::Python;
use super::section::{opening, section};
use crate::lessons::columns::{Align, head, narrow, prose, two_digits};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "cost",
    title: "what an addition, a call, an attribute cost; the incident, instruction by instruction",
    run,
};

/// The oldest version on which this was tried.
const LEAST: (u32, u32) = (3, 9);

/// What measures, and what it measures with.
const HELPER: &str = concat!(include_str!("counters.py"), include_str!("cost.py"));

/// The program of the incident; its two loops are run.
const PRESSES: &str = include_str!("../../../../lessons/cpython/code/presses.py");

/// Executions of a statement for a time, and in the quick version.
const ROUNDS: (&str, &str) = ("50000", "10000");

/// Elements over which loops go, and in the quick version.
const READINGS: (&str, &str) = ("50000", "5000");

#[derive(Debug, Deserialize)]
struct Found {
    /// Why the processor's instructions are not counted.
    why_not: Option<String>,
    statements: Vec<Cost>,
    incident: Vec<Cost>,
    squares: Vec<Cost>,
}

/// What something costs: a statement above an empty round, or a loop for each element.
#[derive(Clone, Debug, Default, Deserialize)]
struct Cost {
    what: String,
    /// Instructions of the interpreter.
    bytecode: f64,
    /// How many of these look a name up.
    #[serde(default)]
    by_name: f64,
    /// How many of these take a local variable by its number.
    #[serde(default)]
    by_place: f64,
    ns: f64,
    /// Instructions of the processor.
    machine: Option<f64>,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "Small statements are executed many times, and two loops that do the same. How many \
                 instructions of the interpreter is each, and how long does it take?";
    opening(out, "What things cost", story, options)?;
    let Some(python) = Python::find(out, LEAST, options)? else {
        return Ok(());
    };
    let (rounds, readings) = match options.quick {
        true => (ROUNDS.1, READINGS.1),
        false => (ROUNDS.0, READINGS.0),
    };
    let args = [PRESSES, rounds, readings];
    let found: Found = python.ask(HELPER, &args, options)?;
    if let Some(why) = &found.why_not {
        let text = format!(
            "Not counted here: instructions of the processor ({}). Many virtual machines have no \
             such counter.",
            visible(why)
        );
        writeln!(out, "{}", prose(&text))?;
    }
    let meaning = "Above an empty round of the loop, so what is near 0 is lost in it: the least of \
                   seven times, in processor time. The number of instructions is exact, and says \
                   little: one of them may be a load from an array or a call of any length.";
    section(
        out,
        "Statements",
        &statements(&found.statements),
        meaning,
        options,
    )?;
    let title = "The incident, for each reading";
    let meaning = ratio(&found.incident);
    section(out, title, &loops(&found.incident), &meaning, options)?;
    let title = "A sum of squares, for each element";
    section(out, title, &loops(&found.squares), SQUARES, options)?;
    let read_on = "Measure your own lines: `python3 -m timeit`. Read on: `syslab cpython read cost`, \
                   and `syslab cpython demo specialise`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// What follows from the last table.
const SQUARES: &str = "What C does is no instruction of the interpreter. Where C runs the whole \
                       loop, nothing is left to be fetched and decided for each element, but the \
                       integers are still objects, which are made one by one.";

fn statements(costs: &[Cost]) -> String {
    let has_machine = costs.iter().any(|cost| cost.machine.is_some());
    let mut rows = vec![head(["statement", "instructions", "ns"])];
    if has_machine {
        rows[0].push("of the processor".to_owned());
    }
    for cost in costs {
        let mut row = vec![
            cost.what.clone(),
            figure(cost.bytecode),
            format!("{:.0}", cost.ns),
        ];
        row.extend(cost.machine.map(|count| format!("{count:.0}")));
        rows.push(row);
    }
    narrow(&RIGHT, &rows)
}

fn loops(costs: &[Cost]) -> String {
    let has_machine = costs.iter().any(|cost| cost.machine.is_some());
    let mut rows = vec![head(["loop", "instructions", "by name", "by place", "ns"])];
    if has_machine {
        rows[0].push("of the processor".to_owned());
    }
    for cost in costs {
        let mut row = vec![
            cost.what.clone(),
            figure(cost.bytecode),
            figure(cost.by_name),
            figure(cost.by_place),
            format!("{:.0}", cost.ns),
        ];
        row.extend(cost.machine.map(|count| format!("{count:.0}")));
        rows.push(row);
    }
    narrow(&RIGHT, &rows)
}

/// Words, and then numbers.
const RIGHT: [Align; 6] = [
    Align::Left,
    Align::Right,
    Align::Right,
    Align::Right,
    Align::Right,
    Align::Right,
];

/// Whole numbers without a point.
fn figure(count: f64) -> String {
    let rounded = (count * 10.0).round() / 10.0;
    match rounded.fract() == 0.0 {
        true => format!("{rounded:.0}"),
        false => format!("{rounded:.1}"),
    }
}

/// How the two loops of the incident compare.
fn ratio(costs: &[Cost]) -> String {
    let [inside, outside] = costs else {
        return String::new();
    };
    let took = match inside.ns > 0.0 {
        true => two_digits(outside.ns / inside.ns) + " times as long",
        false => "a time that this machine's clock is too coarse for".to_owned(),
    };
    format!(
        "The same text, and not many more instructions: {} in a function, {} outside. But {} of those \
         outside look a name up in a dictionary, where those in a function take what is at a place \
         in the frame. Outside took {took}.",
        figure(inside.bytecode),
        figure(outside.bytecode),
        figure(outside.by_name),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processors_instructions_have_a_column_where_they_are_known() {
        let mut cost = Cost {
            what: "a + a".to_owned(),
            bytecode: 4.0,
            ns: 9.4,
            ..Cost::default()
        };
        assert_eq!(
            statements(std::slice::from_ref(&cost)),
            "statement  instructions  ns\na + a                 4   9\n"
        );
        cost.machine = Some(120.4);
        assert!(statements(std::slice::from_ref(&cost)).contains("of the processor"));
        assert!(loops(&[cost]).ends_with("120\n"));
    }

    #[test]
    fn the_incident_is_a_ratio() {
        let cost = |bytecode, by_name, ns| Cost {
            bytecode,
            by_name,
            ns,
            ..Cost::default()
        };
        let text = ratio(&[cost(11.4, 0.0, 14.0), cost(12.4, 8.2, 70.0)]);
        assert!(text.contains("12.4 outside. But 8.2 of"), "{text}");
        assert!(text.contains("5.0 times as long"), "{text}");
        assert!(ratio(&[cost(1.0, 0.0, 0.0), cost(1.0, 0.0, 0.0)]).contains("too coarse"));
        assert_eq!(figure(9.0004), "9");
    }
}
