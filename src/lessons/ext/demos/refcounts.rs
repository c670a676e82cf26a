//! Counts of references: how they move through a call, how a leak grows, and what one release too
//! many does, with the allocator as it is and with the one that looks for mistakes.
//!
//! See "Objects, Types and Reference Counts" in the documentation of the C API, and PYTHONMALLOC in
//! "Command line and environment".

use std::io::Write;

use serde::Deserialize;

use super::workshop::Workshop;
use crate::lessons::columns::{Align, head, narrow, prose};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::lessons::process::demos::stage::shortened;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "refcounts",
    title: "a count, statement by statement; a leak that grows; one release too many",
    run,
};

/// Rounds, and calls in each; and in the quick version.
const ROUNDS: ([&str; 2], [&str; 2]) = (["6", "20000"], ["4", "1000"]);

/// The longest bar, in columns.
const BAR: usize = 34;

/// Columns for what a program says.
const SAID: usize = 40;

#[derive(Debug, Deserialize)]
struct Found {
    walk: Walk,
    /// Calls in each round.
    calls: u64,
    /// Blocks more, after each round.
    tidy: Vec<i64>,
    leaking: Vec<i64>,
    /// By how much the count has changed after ten calls that each give up one too many.
    reserved: i64,
    stale: Vec<Stale>,
}

/// The count of one object.
#[derive(Debug, Deserialize)]
struct Walk {
    before: i64,
    after: i64,
    /// A statement, whose the reference is, the count then.
    steps: Vec<(String, String, i64)>,
}

/// A program that uses an object which has been freed.
#[derive(Debug, Deserialize)]
struct Stale {
    is_debug: bool,
    /// Whether somebody else has made an object of this size meanwhile.
    is_reused: bool,
    is_freed: bool,
    value: Option<String>,
    /// The exception that it has ended with, if any.
    error: Vec<String>,
    ended: String,
    is_signal: bool,
    /// What `faulthandler` has said.
    said: Vec<String>,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "A module in C is built now, and its functions are called. You will see the count of \
                 one object after each statement of a function, the memory that a forgotten \
                 Py_DECREF costs, and what a program prints that has given up one reference too \
                 many.";
    opening(out, "Counts in C", story, options)?;
    let Some(workshop) = Workshop::open(out, options)? else {
        return Ok(());
    };
    workshop.put("counted.c", include_str!("counted.c"))?;
    let helper = concat!(include_str!("build_one.py"), include_str!("refcounts.py"));
    let args = match options.quick {
        true => ROUNDS.1,
        false => ROUNDS.0,
    };
    let Some(found) = workshop.ask_or_say::<Found>(out, helper, &args, options)? else {
        return Ok(());
    };
    section(
        out,
        "One object, statement by statement",
        &walked(&found.walk),
        &balance(&found.walk),
        options,
    )?;
    let meaning = grown_means(&found);
    section(
        out,
        "A forgotten Py_DECREF",
        &grown(&found),
        &meaning,
        options,
    )?;
    let meaning = format!(
        "{} A program that has no reserve frees an object that a variable still names. It then \
         prints the variable: a text that was MINE. {}",
        reserve(found.reserved),
        stale_means(&found.stale)
    );
    section(
        out,
        "One Py_DECREF too many",
        &ends(&found.stale),
        &meaning,
        options,
    )?;
    let read_on = "With your own module: `python3 -X dev`, which is this allocator and a traceback \
                   from crashes. Read on: `syslab ext read references`; to do: `syslab ext start \
                   refcount-clinic --lang c-api`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

fn walked(walk: &Walk) -> String {
    let row = |what: &str, whose: &str, count: i64, change: i64| {
        let change = match change {
            0 => String::new(),
            change => format!("{change:+}"),
        };
        vec![what.to_owned(), count.to_string(), change, whose.to_owned()]
    };
    let mut rows = vec![head(["statement", "count", "", "the reference is"])];
    rows.push(row(
        "before the call, in Python",
        "the variable's",
        walk.before,
        0,
    ));
    let mut last = walk.before;
    for (what, whose, count) in &walk.steps {
        rows.push(row(what, whose, *count, count - last));
        last = *count;
    }
    rows.push(row(
        "after the call",
        "the variable's",
        walk.after,
        walk.after - last,
    ));
    narrow(&[Align::Left, Align::Right, Align::Right], &rows)
}

/// What the counts of a call come to.
fn balance(walk: &Walk) -> String {
    let kept = match walk.after - walk.before {
        0 => "The count afterwards is that of before: whoever took a reference gave it up."
            .to_owned(),
        change => format!("The count afterwards differs by {change:+}."),
    };
    format!(
        "PyList_GetItem and PySequence_GetItem return the same pointer, and only the second one \
         counts: nothing in C shows the difference. PyTuple_SetItem did not count, since it took \
         the reference that was there. {kept}"
    )
}

fn grown(found: &Found) -> String {
    let most = found.leaking.iter().copied().max().unwrap_or(0).max(1);
    let mut rows = vec![head(["calls", "as it should be", "leaking", ""])];
    for (nth, (tidy, leaking)) in found.tidy.iter().zip(&found.leaking).enumerate() {
        let bar = usize::try_from((*leaking).max(0)).unwrap_or(0) * BAR
            / usize::try_from(most).unwrap_or(1);
        rows.push(vec![
            (found.calls * (nth as u64 + 1)).to_string(),
            tidy.to_string(),
            leaking.to_string(),
            "#".repeat(bar),
        ]);
    }
    narrow(&[Align::Right, Align::Right, Align::Right], &rows)
}

fn grown_means(found: &Found) -> String {
    let calls = found.calls as f64 * found.leaking.len() as f64;
    let each = found.leaking.last().copied().unwrap_or(0) as f64 / calls;
    format!(
        "Blocks of memory more than before (sys.getallocatedblocks): {each:.2} for each call of the \
         function that forgets one. The other one differs by a Py_DECREF, and what it has more does \
         not grow with the calls. Both return the right value, and no test of values finds it."
    )
}

fn reserve(change: i64) -> String {
    format!(
        "Ten calls of a function that gives up its argument's reference changed the count by \
         {change:+}; nothing else happened, since the object had a hundred in reserve."
    )
}

fn ends(stale: &[Stale]) -> String {
    let mut rows = vec![head(["allocator", "then it makes", "and prints", "ended"])];
    for one in stale {
        let allocator = match one.is_debug {
            true => "debug",
            false => "as it is",
        };
        let made = match one.is_reused {
            true => "a text: yours",
            false => "no other text",
        };
        let printed = match &one.value {
            Some(value) => shortened(&visible(value.trim_end()), SAID),
            None => one.error.first().map_or_else(
                || "nothing".to_owned(),
                |error| shortened(&visible(error), SAID),
            ),
        };
        rows.push(vec![
            allocator.to_owned(),
            made.to_owned(),
            printed,
            visible(&one.ended),
        ]);
    }
    let mut picture = narrow(&[], &rows);
    let crash = stale
        .iter()
        .find(|one| one.is_debug && one.is_signal && one.value.is_none());
    if let Some(crash) = crash {
        picture.push('\n');
        for line in crash.said.iter().filter(|_| crash.is_freed) {
            picture.push_str(&format!("  {}\n", shortened(&visible(line), SAID * 2 - 6)));
        }
    }
    picture
}

/// What follows from how the programs ended.
fn stale_means(stale: &[Stale]) -> String {
    let mut said = Vec::new();
    let is_wrong = |one: &Stale| {
        let value = one.value.as_deref().unwrap_or("MINE");
        value.trim_end() != "MINE"
    };
    if stale.iter().any(|one| !one.is_debug && is_wrong(one)) {
        said.push(
            "Where somebody else had made an object, its memory was that of the freed one, and the \
             variable names a stranger: a wrong value, and no error. (The interpreter itself makes \
             objects all the time.)",
        );
    }
    if stale
        .iter()
        .any(|one| !one.is_debug && !one.error.is_empty())
    {
        said.push(
            "Where the stranger is of another type, there may be an exception that nobody can \
             explain.",
        );
    }
    if stale.iter().any(|one| !one.is_debug && one.is_signal) {
        said.push(
            "A crash without a debugging allocator comes somewhere else, when it comes: at the end \
             of the program, for instance.",
        );
    }
    if stale.iter().any(|one| one.is_debug && one.is_signal) {
        said.push(
            "The debug allocator fills what is freed with 0xDD, so that the first use ends the \
             program, at its own line. Memory that is in use again it cannot tell from any other.",
        );
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stale(is_debug: bool, value: Option<&str>, is_signal: bool) -> Stale {
        Stale {
            is_debug,
            is_reused: value.is_some(),
            is_freed: true,
            value: value.map(str::to_owned),
            error: Vec::new(),
            ended: if is_signal { "SIGSEGV" } else { "status 0" }.to_owned(),
            is_signal,
            said: vec!["Fatal Python error: Segmentation fault".to_owned()],
        }
    }

    #[test]
    fn a_walk_shows_what_changes() {
        let walk = Walk {
            before: 1,
            after: 1,
            steps: vec![
                ("entered".to_owned(), "borrowed".to_owned(), 2),
                ("Py_NewRef(x)".to_owned(), "new".to_owned(), 3),
            ],
        };
        let picture = walked(&walk);
        assert!(
            picture.contains("Py_NewRef(x)                    3  +1  new"),
            "{picture}"
        );
        assert!(
            picture.contains("after the call                  1  -2"),
            "{picture}"
        );
        assert!(balance(&walk).contains("that of before"));
    }

    #[test]
    fn what_is_said_of_ends_is_what_was_seen() {
        assert_eq!(stale_means(&[stale(false, Some("MINE "), false)]), "");
        assert!(stale_means(&[stale(false, Some("YOURS"), false)]).contains("stranger"));
        let crash = [stale(true, None, true)];
        assert!(stale_means(&crash).starts_with("The debug allocator"));
        assert!(ends(&crash).contains("Fatal Python error"));
    }

    #[test]
    fn bars_grow_with_the_leak() {
        let found = Found {
            walk: Walk {
                before: 0,
                after: 0,
                steps: Vec::new(),
            },
            calls: 10,
            tidy: vec![0, 0],
            leaking: vec![10, 20],
            reserved: -10,
            stale: Vec::new(),
        };
        let picture = grown(&found);
        assert!(
            picture
                .lines()
                .nth(2)
                .is_some_and(|line| line.ends_with(&"#".repeat(BAR)))
        );
        assert!(grown_means(&found).contains("1.00 for each call"));
    }
}
