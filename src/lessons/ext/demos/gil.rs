//! Two threads in a function that keeps the lock and in one that gives it up: a time line of who had
//! it, from the calls that they made of Python.
//!
//! See "Thread State and the Global Interpreter Lock" in the documentation of the C API.

mod lanes;

use std::io::Write;

use serde::Deserialize;

use super::workshop::Workshop;
use crate::lessons::columns::{Align, head, narrow, prose};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "gil",
    title: "two threads, with the lock and without it: a time line of who had it",
    run,
};

/// Calls of each thread, and milliseconds of processor time for each; and in the quick version.
const WORK: ([&str; 2], [&str; 2]) = (["4", "40"], ["3", "12"]);

#[derive(Debug, Deserialize)]
struct Found {
    processors: u32,
    /// Calls of each thread.
    calls: u32,
    /// For how long a thread may keep the lock while another waits, in Python; milliseconds.
    switch_ms: f64,
    stories: Vec<Story>,
}

/// What happened with one of the functions. Times are nanoseconds since its threads were let go.
#[derive(Debug, Deserialize)]
struct Story {
    name: String,
    /// Which part of one call's processor time was without the lock.
    share: f64,
    threads: Vec<Vec<Change>>,
    /// When the main thread, which asked for it every millisecond, ran.
    ticks: Vec<i64>,
}

/// From when on a thread did something else.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Change(i64, State);

/// What a thread does, with regard to the lock.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// It is not in the function: it has returned, or not been able to call it.
    Outside,
    /// It has finished its work, and waits to have the lock back.
    Waits,
    /// It computes without the lock.
    Without,
    /// It has the lock, in the function.
    Holds,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "A module in C has one computation in two functions: `held` keeps the lock (GIL) while \
                 it computes, `released` gives it up. Two threads call the one, then the other, and \
                 the main thread wants to run a little Python every millisecond. You will see who \
                 had the lock, and when.";
    opening(out, "Who has the lock", story, options)?;
    let Some(workshop) = Workshop::open(out, options)? else {
        return Ok(());
    };
    workshop.put("busy.c", include_str!("busy.c"))?;
    workshop.put_shim()?;
    let helper = concat!(
        include_str!("build_one.py"),
        include_str!("watched.py"),
        include_str!("gil.py")
    );
    let args = match options.quick {
        true => WORK.1,
        false => WORK.0,
    };
    let Some(found) = workshop.ask_or_say::<Found>(out, helper, &args, options)? else {
        return Ok(());
    };
    for story in &found.stories {
        let title = format!(
            "{}: {} calls by each of two threads",
            story.name, found.calls
        );
        let meaning = match story.share > 0.5 {
            true => released(story),
            false => held(&found),
        };
        section(out, &title, &lanes::drawn(story), &meaning, options)?;
    }
    let meaning = format!(
        "The first line is the one to judge by: it is a share of processor time between giving the \
         lock up and asking for it back (the most of five calls), and no stopwatch. How long both were in it at once, and \
         what the main thread came to, depends on how busy this machine is; it has {} for this.",
        match found.processors {
            1 => "one processor".to_owned(),
            n => format!("{n} processors"),
        }
    );
    section(
        out,
        "Compared",
        &compared(&found.stories),
        &meaning,
        options,
    )?;
    let read_on = "Give it up around what takes more than some ten microseconds, and touch nothing of \
                   Python's meanwhile. Read on: `syslab ext read gil`; to do: `syslab ext start dot \
                   --lang c-api`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

fn held(found: &Found) -> String {
    format!(
        "Never are two at work at once: who has the lock keeps it until the function returns, and \
         only then, between two instructions of Python, hands it on to somebody who has asked for \
         it after {} ms in vain. The main thread waits like the other one.",
        found.switch_ms
    )
}

fn released(story: &Story) -> String {
    let both = lanes::both(&story.threads);
    let met = match both {
        0 => "The two did not meet in this run, but nothing kept them apart.",
        _ => {
            "Both are at work at once, and for the moments in which they need the lock it is there."
        }
    };
    format!("{met} The main thread runs meanwhile, as often as the machine lets it.")
}

fn compared(stories: &[Story]) -> String {
    let mut head = head([""]);
    head.extend(stories.iter().map(|story| story.name.clone()));
    let row = |what: &str, cell: &dyn Fn(&Story) -> String| {
        let mut row = vec![what.to_owned()];
        row.extend(stories.iter().map(cell));
        row
    };
    let ms = |ns: i64| format!("{:.1} ms", ns as f64 / 1e6);
    let rows = [
        head,
        row("of a call's processor time without the lock", &|story| {
            format!("{:.1} %", story.share * 100.0)
        }),
        row("both threads at work at once", &|story| {
            ms(lanes::both(&story.threads))
        }),
        row("from the first call to the last", &|story| {
            ms(lanes::end(story))
        }),
        row("the main thread ran", &|story| {
            format!("{} times", lanes::ticks(story))
        }),
        row("and waited at most", &|story| {
            ms(lanes::longest(&story.ticks))
        }),
    ];
    narrow(&[Align::Left, Align::Right, Align::Right], &rows)
}
