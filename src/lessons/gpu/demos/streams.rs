//! What may be done beside what: copies and kernels in one queue, and in several.
//!
//! See "Asynchronous Concurrent Execution" in the CUDA C++ Programming Guide, and "API synchronization
//! behavior" in the CUDA Runtime API.

mod schedule;

use std::io::Write;

use super::program::{Form, Program, Seen};
use crate::lessons::columns::{Align, bold, head, narrow, prose};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};
use schedule::{Engine, Piece, schedule};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "streams",
    title: "copies beside kernels: what one queue, several, and pinned memory allow",
    run,
};

const SOURCE: &str = include_str!("kernels/streams.cu");

/// What the program is told, and what that means.
const WAYS: [([&str; 2], &str); 4] = [
    (
        ["default", "pageable"],
        "the default stream, ordinary memory",
    ),
    (["default", "pinned"], "the default stream, pinned memory"),
    (["streams", "pageable"], "four streams, ordinary memory"),
    (["streams", "pinned"], "four streams, pinned memory"),
];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "An array is doubled in four parts: each is copied to the device, a kernel works on it, \
                 and it is copied back. A device has an engine for copies in each direction, and one for \
                 kernels. Which of them can work at the same time is decided by two things: in which \
                 queue a piece of work is, and whether the host waits before it asks for the next. The \
                 program runs against the simulator, which notes each call. What is drawn is the earliest \
                 step at which each piece may begin, with one step for each: an order, not a time. How long \
                 a step takes, only a GPU can tell.";
    opening(out, "Beside each other, or one by one", story, options)?;
    let Some(program) = Program::build(out, Form::Program, &[("main.cu", SOURCE)], options)? else {
        return Ok(());
    };
    let mut rows = vec![head(["", "calls that wait", "steps"])];
    for (args, name) in WAYS {
        options.go_on()?;
        let seen = program.start(&args, options)?;
        seen.said()?;
        let pieces = pieces(&seen);
        let steps = schedule(&pieces);
        writeln!(
            out,
            "{}\n\n{}",
            bold(name, options.color),
            drawn(&pieces, &steps)
        )?;
        out.flush()?;
        let waits = pieces.iter().filter(|piece| piece.is_waited_for).count();
        let last = steps.iter().max().map_or(0, |step| step + 1);
        rows.push(vec![name.to_owned(), waits.to_string(), last.to_string()]);
    }
    let meaning = "Several queues do not help if the host waits before it asks for the next part, and a host \
                   that goes on does not help if all work is in one queue. A copy from the device to ordinary \
                   memory returns when it is done, although it is called asynchronous.";
    let table = narrow(&[Align::Left, Align::Right, Align::Right], &rows);
    section(out, "Side by side", &table, meaning, options)?;
    out.write_all(
        prose("Read on: `syslab gpu read host`. Try it: the lab `gpu/raii`.").as_bytes(),
    )?;
    Ok(())
}

/// What the program put into streams, in the order of its calls.
fn pieces(seen: &Seen) -> Vec<Piece> {
    let calls = seen.calls().filter_map(|call| {
        let engine = match call.work.as_str() {
            "copy-in" => Engine::In,
            "kernel" => Engine::Kernels,
            "copy-out" => Engine::Out,
            _ => return None,
        };
        Some(Piece {
            engine,
            stream: call.stream,
            // What goes to the device from memory that may move is put aside first; see "API
            // synchronization behavior", `cudaMemcpyAsync`.
            is_waited_for: !call.is_asynchronous || (engine == Engine::Out && !call.is_locked),
        })
    });
    calls.collect()
}

/// A line for each engine, a column for each step, and which part it works on.
fn drawn(pieces: &[Piece], steps: &[usize]) -> String {
    let mut text = String::new();
    for (engine, name) in [
        (Engine::In, "copy in "),
        (Engine::Kernels, "kernels "),
        (Engine::Out, "copy out"),
    ] {
        let mut line = format!("  {name} ");
        let ours = pieces
            .iter()
            .zip(steps)
            .filter(|(piece, _)| piece.engine == engine);
        let mut at = 0;
        for (part, (_, step)) in ours.enumerate() {
            line.push_str(&"  . ".repeat(step.saturating_sub(at)));
            line.push_str(&format!(" {:>2} ", part + 1));
            at = step + 1;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_has_a_line() {
        let piece = |engine| Piece {
            engine,
            stream: 0,
            is_waited_for: false,
        };
        let pieces = [Engine::In, Engine::Kernels, Engine::In].map(piece);
        assert_eq!(
            drawn(&pieces, &[0, 1, 2]),
            "  copy in    1   .   2\n  kernels    .   1\n  copy out\n"
        );
    }
}
