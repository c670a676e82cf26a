//! The calls that two small functions make of Python, one by one: line, arguments, lock, result; an
//! ltrace(1) of the C API.
//!
//! The module's references to functions are turned to stubs that note each call; see `shim.h` in the
//! lesson's battery. Inline functions and macros, such as Py_DECREF, are no calls and not seen.

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
    slug: "trace-the-api",
    title: "every call of Python's functions that a small function makes, with line, GIL, result",
    run,
};

/// Columns for what came of a call.
const CAME: usize = 400;

#[derive(Debug, Deserialize)]
struct Found {
    /// Lines of C, by number.
    source: Vec<(u32, String)>,
    traces: Vec<Trace>,
}

#[derive(Debug, Deserialize)]
struct Trace {
    /// What was called, in Python.
    said: String,
    calls: Vec<Call>,
    /// The value, or the exception.
    came: String,
}

#[derive(Debug, Deserialize)]
struct Call {
    line: Option<u32>,
    name: String,
    arguments: String,
    has_gil: bool,
    /// Whether an exception was set when it was made.
    is_pending: bool,
    result: String,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "Two functions in C are built and called, and each call that they make of Python's \
                 own functions is seen on its way: from which line, with what, whether the thread \
                 had the lock (GIL), what came back.";
    opening(out, "The calls of an extension", story, options)?;
    let Some(workshop) = Workshop::open(out, options)? else {
        return Ok(());
    };
    workshop.put("histogram.c", include_str!("histogram.c"))?;
    workshop.put_shim()?;
    let helper = concat!(
        include_str!("build_one.py"),
        include_str!("watched.py"),
        include_str!("trace.py")
    );
    let Some(found) = workshop.ask_or_say::<Found>(out, helper, &[], options)? else {
        return Ok(());
    };
    let meaning = "What has a name in capitals may be a macro, and is no call: Py_XDECREF is compiled \
                   into the function. Those about threads are calls behind macros.";
    section(
        out,
        "The functions",
        &source(&found.source),
        meaning,
        options,
    )?;
    for trace in &found.traces {
        section(out, &trace.said, &calls(trace), &meaning_of(trace), options)?;
    }
    let read_on = "`syslab ext check` and `syslab ext audit` watch your module in this way. Read on: \
                   `syslab ext read arguments`, and `syslab ext demo gil`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

fn source(lines: &[(u32, String)]) -> String {
    lines.iter().fold(String::new(), |text, (number, line)| {
        let row = format!("{number:>4}  {}", visible(line));
        text + row.trim_end() + "\n"
    })
}

fn calls(trace: &Trace) -> String {
    let mut rows = vec![head(["line", "call", "lock", "", "result"])];
    for call in &trace.calls {
        let lock = match call.has_gil {
            true => "has",
            false => "has not",
        };
        let pending = match call.is_pending {
            true => "exception set",
            false => "",
        };
        rows.push(vec![
            call.line
                .map_or_else(|| "?".to_owned(), |line| line.to_string()),
            format!("{}({})", call.name, visible(&call.arguments)),
            lock.to_owned(),
            pending.to_owned(),
            visible(&call.result),
        ]);
    }
    let came = shortened(&visible(&trace.came), CAME);
    format!(
        "{}\n{}",
        narrow(&[Align::Right], &rows),
        prose(&format!("= {came}"))
    )
}

/// What is to be seen in a trace.
fn meaning_of(trace: &Trace) -> String {
    let without = trace.calls.iter().filter(|call| !call.has_gil).count();
    let pending: Vec<&Call> = trace.calls.iter().filter(|call| call.is_pending).collect();
    if let Some(call) = pending.first() {
        return format!(
            "{} was called while an exception was set: the -1 before it was an answer, or an error, \
             and only PyErr_Occurred tells which. The interpreter sees a value and an exception at \
             once, and says so in words that name neither the line nor the call.",
            call.name
        );
    }
    let failed = trace
        .calls
        .last()
        .is_some_and(|call| ["-1", "NULL"].contains(&call.result.as_str()));
    if failed {
        return "A call failed and has set the exception. The function returned NULL at once, having \
                nothing to give back."
            .to_owned();
    }
    match without {
        0 => format!("{} calls, all of them with the lock.", trace.calls.len()),
        _ => format!(
            "{} calls. Without the lock was made only the one that takes it back: between it and \
             the call before, other threads could run Python. For each byte two new objects and a \
             place in the dictionary: this is what a result in Python costs, and it grows with the \
             result, not with the data.",
            trace.calls.len()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, has_gil: bool, is_pending: bool, result: &str) -> Call {
        Call {
            line: Some(7),
            name: name.to_owned(),
            arguments: "97".to_owned(),
            has_gil,
            is_pending,
            result: result.to_owned(),
        }
    }

    fn trace(calls: Vec<Call>) -> Trace {
        Trace {
            said: "f(1)".to_owned(),
            calls,
            came: "1".to_owned(),
        }
    }

    #[test]
    fn a_call_is_a_line() {
        let trace = trace(vec![call("PyLong_FromLong", true, true, "97")]);
        let picture = calls(&trace);
        assert!(
            picture.contains("   7  PyLong_FromLong(97)  has   exception set  97\n"),
            "{picture}"
        );
        assert!(picture.ends_with("\n\n= 1\n"), "{picture}");
        assert!(meaning_of(&trace).starts_with("PyLong_FromLong was called while"));
    }

    #[test]
    fn a_failure_and_the_lock_are_told() {
        let failed = trace(vec![call("PyObject_GetBuffer", true, false, "-1")]);
        assert!(meaning_of(&failed).starts_with("A call failed"));
        let held = trace(vec![call("PyDict_New", true, false, "a dict")]);
        assert_eq!(meaning_of(&held), "1 calls, all of them with the lock.");
        let released = trace(vec![
            call("PyEval_RestoreThread", false, false, ""),
            call("PyDict_New", true, false, "a dict"),
        ]);
        assert!(meaning_of(&released).starts_with("2 calls. Without the lock"));
    }
}
