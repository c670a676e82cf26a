//! Instructions that replace themselves by versions for what they have seen, and go back.
//!
//! See PEP 659, and `dis.dis(f, adaptive=True)`.

use std::io::Write;

use serde::Deserialize;

use super::python::Python;
use super::section::{opening, section};
use crate::lessons::columns::{Align, head, narrow, prose};
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "specialise",
    title: "instructions that adapt while a function warms up, and go back when types change",
    run,
};

/// The version with which instructions began to adapt.
const LEAST: (u32, u32) = (3, 11);

/// Calls in each phase: more than any version needs to make up its mind.
const CALLS: &str = "300";

/// Rounds for a time, and in the quick version.
const ROUNDS: (&str, &str) = ("20000", "2000");

#[derive(Debug, Deserialize)]
struct Found {
    watched: Vec<Phase>,
    others: Vec<Other>,
    timed: Vec<Timed>,
}

/// Calls with operands of one kind.
#[derive(Debug, Deserialize)]
struct Phase {
    kind: String,
    at_first: String,
    changes: Vec<Change>,
}

#[derive(Debug, Deserialize)]
struct Change {
    call: u32,
    name: String,
}

/// A piece of another function: which instructions have become which.
#[derive(Debug, Deserialize)]
struct Other {
    text: String,
    pairs: Vec<(String, String)>,
}

#[derive(Debug, Deserialize)]
struct Timed {
    kind: String,
    ns: f64,
    name: String,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "`return a + b` is called over and over, with operands of one kind and then of \
                 another. After each call the function's own code is looked at: which instruction \
                 does the addition now?";
    opening(out, "Instructions that adapt", story, options)?;
    let Some(python) = Python::find(out, LEAST, options)? else {
        return Ok(());
    };
    let rounds = match options.quick {
        true => ROUNDS.1,
        false => ROUNDS.0,
    };
    let found: Found = python.ask(include_str!("specialise.py"), &[CALLS, rounds], options)?;
    let meaning = meaning(&found.watched);
    section(
        out,
        "One addition",
        &phases(&found.watched),
        &meaning,
        options,
    )?;
    let title = format!("Others, after {CALLS} calls");
    let meaning = "Each of these checks that what it sees is what it was made for: a type, the \
                   version of a class or of a dictionary's keys. If it is, it need not look \
                   anything up.";
    section(out, &title, &others(&found.others), meaning, options)?;
    let meaning = "The least of nine, in processor time; the machine has other things to do, so \
                   believe the order and not the digits. Only some pairs of types have versions of \
                   their own: for the rest the general instruction stays.";
    section(
        out,
        "What an addition takes",
        &times(&found.timed),
        meaning,
        options,
    )?;
    let read_on = "Watch a function of your own: `dis.dis(f, adaptive=True)` before and after some \
                   calls. Read on: `syslab cpython read adaptive-instructions`, and `syslab cpython \
                   demo cost`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

fn phases(phases: &[Phase]) -> String {
    let mut rows = vec![head(["operands", "after call", "the addition is"])];
    for phase in phases {
        rows.push(vec![
            phase.kind.clone(),
            "0".to_owned(),
            phase.at_first.clone(),
        ]);
        for change in &phase.changes {
            rows.push(vec![
                String::new(),
                change.call.to_string(),
                change.name.clone(),
            ]);
        }
    }
    narrow(&[Align::Left, Align::Right], &rows)
}

/// What the phases say.
fn meaning(phases: &[Phase]) -> String {
    let first = phases.first().and_then(|phase| phase.changes.first());
    let Some(first) = first else {
        return "Nothing has changed: this build does not adapt (a free-threaded 3.13 does not)."
            .to_owned();
    };
    let mut text = format!(
        "After call {} the addition was one for what it had seen.",
        first.call
    );
    let second = phases.get(1).and_then(|phase| phase.changes.first());
    if let Some(second) = second {
        text.push_str(&format!(
            " With other operands it went on for {} calls, each of which the general version had to \
             do, before it gave up. It counts misses, so that one odd call changes nothing.",
            second.call
        ));
    }
    text
}

fn others(others: &[Other]) -> String {
    let mut rows = vec![head(["text", "was", "and is"])];
    for other in others {
        let mut text = other.text.clone();
        if other.pairs.is_empty() {
            rows.push(vec![text.clone(), "as it was".to_owned()]);
        }
        for (was, is) in &other.pairs {
            rows.push(vec![std::mem::take(&mut text), was.clone(), is.clone()]);
        }
    }
    narrow(&[], &rows)
}

fn times(times: &[Timed]) -> String {
    let mut rows = vec![head(["operands", "ns", "the addition is, in the end"])];
    for time in times {
        rows.push(vec![
            time.kind.clone(),
            format!("{:.1}", time.ns),
            time.name.clone(),
        ]);
    }
    narrow(&[Align::Left, Align::Right], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(kind: &str, at_first: &str, changes: &[(u32, &str)]) -> Phase {
        Phase {
            kind: kind.to_owned(),
            at_first: at_first.to_owned(),
            changes: changes
                .iter()
                .map(|(call, name)| Change {
                    call: *call,
                    name: (*name).to_owned(),
                })
                .collect(),
        }
    }

    #[test]
    fn a_change_stands_under_its_operands() {
        let seen = [
            phase("int + int", "BINARY_OP", &[(8, "BINARY_OP_ADD_INT")]),
            phase("list + list", "BINARY_OP_ADD_INT", &[(22, "BINARY_OP")]),
        ];
        assert_eq!(
            phases(&seen),
            "operands     after call  the addition is
int + int             0  BINARY_OP
                      8  BINARY_OP_ADD_INT
list + list           0  BINARY_OP_ADD_INT
                     22  BINARY_OP
"
        );
        assert!(meaning(&seen).contains("After call 8"));
        assert!(meaning(&seen).contains("for 22 calls"));
    }

    #[test]
    fn a_build_that_does_not_adapt_is_told_so() {
        assert!(meaning(&[phase("int + int", "BINARY_OP", &[])]).starts_with("Nothing"));
        let other = Other {
            text: "row[0]".to_owned(),
            pairs: vec![],
        };
        assert!(others(&[other]).contains("row[0]  as it was"));
    }
}
