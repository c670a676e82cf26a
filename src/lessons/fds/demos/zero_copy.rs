//! From a file to a socket by read and write, a mapping, splice, sendfile and io_uring: GiB a
//! second, processor time and calls for each GiB.
//!
//! See sendfile(2), splice(2), io_uring(7).

pub(super) mod player;

use std::fs::File;
use std::io::Write;

use anyhow::Context;

use super::calls::{Traced, difference};
use super::effort::Effort;
use crate::lessons::columns::{Align, bold, head, narrow, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::temporary;
use player::{REFUSED, WAYS};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "zero-copy",
    title: "from a file to a socket: read and write, mmap, splice, sendfile, io_uring",
    run,
};

/// Size of the file, bytes.
const FILE: u64 = 32 << 20;

/// Bytes that are sent while it is measured, and in the quick version.
const SENT: (u64, u64) = (1 << 30, 64 << 20);

/// Bytes that are sent while calls are counted.
const COUNTED: u64 = FILE;

/// A gibibyte.
const GIB: f64 = (1_u64 << 30) as f64;

/// Calls that may move data, or wait until it can be moved; the receiver uses others.
const MOVES: &str = "read,pread64,write,sendto,sendfile,splice,io_uring_enter,epoll_wait";

/// Columns of the picture.
const BAR: usize = 24;

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("From a file to a socket", options.color))?;
    let bytes = if options.quick { SENT.1 } else { SENT.0 };
    let story = format!(
        "A file of {} MiB, which is in the page cache, is sent over a TCP connection on the \
         loopback interface until {} MiB have gone. Processor time is that of the sender, and \
         calls are counted in a run of its own, under the tracer.",
        FILE >> 20,
        bytes >> 20
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let directory = temporary::directory().context("cannot make a temporary directory")?;
    let path = directory.path().join("file");
    let mut file = File::create(&path)?;
    let block = vec![b'x'; 1 << 20];
    for _ in 0..FILE / block.len() as u64 {
        file.write_all(&block)?;
    }
    drop(file);
    let path = path
        .to_str()
        .context("the temporary directory has no name")?;
    let mut measured = Vec::new();
    for way in WAYS {
        options.go_on()?;
        measured.push(measure(way, path, bytes, options)?);
    }
    writeln!(out, "{}", picture(&measured))?;
    let meaning = format!(
        "{} Reading and sending through io_uring copies as before, and with one block in flight \
         it does not even save calls: `syslab fds demo uring` has more. (The receiver, a thread \
         of the same process, runs on another processor if there is one; GiB/s depends on that \
         more than on anything else.)",
        copies(&measured)
    );
    writeln!(out, "{}", prose(&meaning))?;
    let read_on = "Try it yourself: `strace -c` on a server while it sends a large file. Read on: \
                   `syslab fds read zero-copy`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// What one way cost.
struct Measured {
    name: &'static str,
    /// GiB a second and processor seconds for each GiB, or why there is nothing.
    figures: Result<(f64, f64), String>,
    /// Calls for each GiB, if they could be counted.
    calls: Option<f64>,
}

/// Sends the file by one way: twice without a tracer's eyes, and twice before them.
fn measure(
    way: &player::Way,
    path: &str,
    bytes: u64,
    options: &DemoOptions,
) -> anyhow::Result<Measured> {
    let words = bytes.to_string();
    let mut player = Player::start("move", &[way.name, &words, path], options)?;
    let answer = player.hear()?;
    if let Some(why) = answer.strip_prefix(REFUSED) {
        return Ok(Measured {
            name: way.name,
            figures: Err(why.to_owned()),
            calls: None,
        });
    }
    let effort = Effort::heard(&answer).context("the player answers with an effort")?;
    drop(player);
    let gib = bytes as f64 / GIB;
    let mut counts = Vec::new();
    for bytes in [COUNTED, 0] {
        let words = bytes.to_string();
        let args = [way.name, &words, path];
        let mut traced = Traced::start("move", &args, MOVES, None, options)?;
        // A machine that forbids tracing makes it end without an answer.
        if traced.player.hear().is_err() {
            options.go_on()?;
            break;
        }
        counts.extend(traced.calls()?);
    }
    let calls = match &counts[..] {
        [busy, idle] => Some(difference(busy, idle) as f64 / (COUNTED as f64 / GIB)),
        _ => None,
    };
    Ok(Measured {
        name: way.name,
        figures: Ok((
            gib / effort.wall.as_secs_f64(),
            effort.cpu.as_secs_f64() / gib,
        )),
        calls,
    })
}

/// What the figures say of copies: ways with two of them beside ways with none.
fn copies(measured: &[Measured]) -> &'static str {
    let costs = |names: &[&str]| -> Vec<f64> {
        let is_meant = |one: &&Measured| names.iter().any(|name| one.name.starts_with(name));
        let figures = measured.iter().filter(is_meant).map(|one| &one.figures);
        figures.flatten().map(|(_, cpu)| *cpu).collect()
    };
    let with = costs(&["read+write"]);
    let without = costs(&["splice", "sendfile"]);
    let is_dearer = with
        .iter()
        .all(|cost| without.iter().all(|less| less < cost));
    if is_dearer && !with.is_empty() && !without.is_empty() {
        "The copies cost, and not the calls: splice makes many and copies nothing."
    } else {
        "What copies cost does not show in these figures: read and write did not need more \
         processor time than both splice and sendfile, which copy nothing. The difference drowned \
         in what else it takes to send over TCP, and in what else the machine had to do."
    }
}

/// The ways as a table with bars: the longest is the most processor time.
fn picture(measured: &[Measured]) -> String {
    let most = measured
        .iter()
        .filter_map(|one| Some(one.figures.as_ref().ok()?.1))
        .fold(0.0, f64::max);
    let mut rows = vec![head(["", "GiB/s", "calls/GiB", "CPU s/GiB", ""])];
    for one in measured {
        let mut row = vec![one.name.to_owned()];
        match &one.figures {
            Ok((speed, cpu)) => {
                let calls = one
                    .calls
                    .map_or("-".to_owned(), |calls| format!("{calls:.0}"));
                let share = if most > 0.0 { cpu / most } else { 0.0 };
                let bar = (share * BAR as f64).round() as usize;
                row.extend([
                    format!("{speed:.2}"),
                    calls,
                    format!("{cpu:.3}"),
                    "#".repeat(bar.max(1)),
                ]);
            }
            Err(why) => {
                let none = || "-".to_owned();
                row.extend([none(), none(), none(), format!("Not shown here: {why}")]);
            }
        }
        rows.push(row);
    }
    let right = Align::Right;
    narrow(&[Align::Left, right, right, right, Align::Left], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_cost_only_where_the_figures_say_so() {
        let measured = |costs: [f64; 3]| -> Vec<Measured> {
            let names = ["read+write 64 KiB", "splice 64 KiB", "sendfile"];
            let ways = names.into_iter().zip(costs);
            ways.map(|(name, cost)| Measured {
                name,
                figures: Ok((1.0, cost)),
                calls: None,
            })
            .collect()
        };
        assert!(copies(&measured([0.4, 0.1, 0.1])).starts_with("The copies cost"));
        assert!(copies(&measured([0.4, 0.5, 0.1])).contains("does not show"));
    }

    #[test]
    fn the_longest_bar_is_the_most_processor_time() {
        let measured = [
            Measured {
                name: "read",
                figures: Ok((1.5, 0.4)),
                calls: Some(32_768.0),
            },
            Measured {
                name: "sendfile",
                figures: Ok((3.0, 0.1)),
                calls: None,
            },
            Measured {
                name: "ring",
                figures: Err("EPERM".to_owned()),
                calls: None,
            },
        ];
        let text = picture(&measured);
        let bars: Vec<usize> = text.lines().map(|line| line.matches('#').count()).collect();
        assert_eq!(bars, [0, BAR, BAR / 4, 0]);
        assert!(text.contains("Not shown here: EPERM"), "{text}");
    }
}
