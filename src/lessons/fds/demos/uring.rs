//! io_uring through tokio-uring: copying and serving beside blocking calls and epoll, in calls for
//! each operation; what batches and registered buffers do; a kernel without it.
//!
//! See io_uring(7), io_uring_enter(2).

mod clients;
pub(super) mod copy;
pub(super) mod serve;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;

use super::calls::{Traced, difference};
use super::effort::Effort;
use super::ring;
use crate::lessons::columns::{Align, bold, brief, head, narrow, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::temporary;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "uring",
    title: "io_uring: copying and serving beside blocking calls and epoll, in calls each",
    run,
};

/// Bytes that are copied, and in the quick version.
const COPIED: (usize, usize) = (64 << 20, 8 << 20);

/// Clients at the same time, each of which waits for its answer.
const CLIENTS: usize = 32;

/// Messages of each client, and in the quick version.
const MESSAGES: (usize, usize) = (500, 40);

/// Messages of each client while calls are counted: the tracer takes its time for each.
const COUNTED: usize = 40;

/// How often a copy is made; the one that needed least is shown, since the first makes room.
const TRIES: usize = 2;

/// Calls that copying may consist of.
const COPY_CALLS: &str = "read,pread64,write,pwrite64,io_uring_enter,epoll_wait";

/// Calls that serving may consist of.
const SERVE_CALLS: &str = "read,write,recvfrom,sendto,io_uring_enter,epoll_wait";

/// The lie of a kernel that was built without io_uring.
const LIE: &str = "io_uring_setup:error=ENOSYS";

/// How a player's answer begins if there is no ring.
const REFUSED: &str = "refused ";

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let pick = |pair: (usize, usize)| if options.quick { pair.1 } else { pair.0 };
    let (bytes, messages) = (pick(COPIED), pick(MESSAGES));
    writeln!(out, "{}\n", bold("Copying a file", options.color))?;
    let story = format!(
        "{} MiB in blocks of {} KiB: each block is a read and a write. The ring is tokio-uring's. \
         Calls are counted in a run of its own, under the tracer.",
        bytes >> 20,
        copy::BLOCK >> 10
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let directory = temporary::directory().context("cannot make a temporary directory")?;
    fs::write(directory.path().join("from"), vec![b'x'; bytes])?;
    let operations = 2 * bytes / copy::BLOCK;
    let mut rows = Rows::new(["copying", "operations", "calls each", "time", "CPU"]);
    for way in copy::WAYS {
        options.go_on()?;
        let one = copied(way.name, directory.path(), operations, options)?;
        rows.add(way.name, operations, one);
    }
    writeln!(out, "{}", rows.table())?;
    let meaning = "With one block in flight there is nothing to batch. With eight, a call carries \
                   several operations. Registered buffers save pinning pages, which matters to \
                   devices, and little to a copy in the page cache.";
    writeln!(out, "{}", prose(meaning))?;
    out.flush()?;
    writeln!(out, "{}\n", bold("Serving", options.color))?;
    let story = format!(
        "An echo server of one process, and {CLIENTS} clients that send 64 bytes, {messages} times \
         each, and wait for them. An operation is a receive or a send."
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let operations = 2 * CLIENTS * messages;
    let mut rows = Rows::new(["serving", "operations", "calls each", "time", "CPU"]);
    for way in serve::WAYS {
        options.go_on()?;
        let one = served(way.name, messages, options)?;
        rows.add(way.name, operations, one);
    }
    writeln!(out, "{}", rows.table())?;
    let meaning = "epoll tells who is ready, and each receive and each send is one more call. The \
                   ring takes what all clients want in one call. Which needs less time depends on \
                   the load; with one client the ring gains nothing.";
    writeln!(out, "{}", prose(meaning))?;
    out.flush()?;
    options.go_on()?;
    writeln!(out, "{}\n", bold("Where there is none", options.color))?;
    writeln!(out, "{}", prose(&without(directory.path(), options)?))?;
    let read_on = "Try it yourself: `syslab trace -e io_uring_enter -- CMD`, and `--inject \
                   io_uring_setup:error=EPERM`. Read on: `syslab fds read uring`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// What one way cost, or why there is nothing; the calls for each operation, if they could be
/// counted.
type Cost = Result<(Effort, Option<f64>), String>;

/// A table of ways, and why some of them have no figures.
struct Rows {
    rows: Vec<Vec<String>>,
    reasons: BTreeSet<String>,
}

impl Rows {
    fn new(names: [&str; 5]) -> Self {
        Self {
            rows: vec![head(names)],
            reasons: BTreeSet::new(),
        }
    }

    fn add(&mut self, name: &str, operations: usize, cost: Cost) {
        let none = || "-".to_owned();
        let mut row = vec![name.to_owned(), operations.to_string()];
        match cost {
            Ok((effort, calls)) => {
                row.extend([
                    calls.map_or_else(none, |each| format!("{each:.2}")),
                    brief(effort.wall),
                    brief(effort.cpu),
                ]);
            }
            Err(why) => {
                row.extend([none(), none(), none()]);
                self.reasons.insert(why);
            }
        }
        self.rows.push(row);
    }

    fn table(&self) -> String {
        let right = Align::Right;
        let mut text = narrow(&[Align::Left, right, right, right, right], &self.rows);
        for why in &self.reasons {
            text.push_str(&prose(&format!("Not shown here: {why}.")));
        }
        text
    }
}

/// What a player's answer means.
fn heard(answer: &str) -> anyhow::Result<Result<Effort, String>> {
    match answer.strip_prefix(REFUSED) {
        Some(why) => Ok(Err(why.to_owned())),
        None => Effort::heard(answer)
            .map(Ok)
            .context("the player answers with an effort"),
    }
}

/// Copies by one way, and then counts the calls.
fn copied(
    way: &str,
    directory: &Path,
    operations: usize,
    options: &DemoOptions,
) -> anyhow::Result<Cost> {
    let path = directory
        .to_str()
        .context("the temporary directory has no name")?;
    let mut effort: Option<Effort> = None;
    for _ in 0..TRIES {
        let answer = Player::start("copy", &[way, "all", path], options)?.hear()?;
        match heard(&answer)? {
            Ok(now) if effort.is_none_or(|best| now.cpu < best.cpu) => effort = Some(now),
            Ok(_) => {}
            Err(why) => return Ok(Err(why)),
        }
    }
    let effort = effort.context("nothing was tried")?;
    let mut counts = Vec::new();
    for amount in ["all", "nothing"] {
        let args = [way, amount, path];
        let mut traced = Traced::start("copy", &args, COPY_CALLS, None, options)?;
        // A machine that forbids tracing makes it end without an answer.
        if traced.player.hear().is_err() {
            options.go_on()?;
            break;
        }
        counts.extend(traced.calls()?);
    }
    Ok(Ok((effort, of_two(&counts, operations))))
}

/// The calls of the first run, less those of the second, for each operation.
fn of_two(counts: &[BTreeMap<String, u64>], operations: usize) -> Option<f64> {
    match counts {
        [busy, idle] => Some(difference(busy, idle) as f64 / operations as f64),
        _ => None,
    }
}

/// Serves by one way, and then counts the calls.
fn served(way: &str, messages: usize, options: &DemoOptions) -> anyhow::Result<Cost> {
    let count = CLIENTS.to_string();
    let args = [way, &count];
    let mut player = Player::start("serve", &args, options)?;
    let answer = visited(&mut player, messages, options)?;
    let effort = match heard(&answer)? {
        Ok(effort) => effort,
        Err(why) => return Ok(Err(why)),
    };
    drop(player);
    let mut counts = Vec::new();
    for messages in [COUNTED, 0] {
        let mut traced = Traced::start("serve", &args, SERVE_CALLS, None, options)?;
        if visited(&mut traced.player, messages, options).is_err() {
            options.go_on()?;
            break;
        }
        counts.extend(traced.calls()?);
    }
    Ok(Ok((effort, of_two(&counts, 2 * CLIENTS * COUNTED))))
}

/// Lets clients visit the server that a player is; its last answer.
fn visited(player: &mut Player, messages: usize, options: &DemoOptions) -> anyhow::Result<String> {
    let first = player.hear()?;
    if first.starts_with(REFUSED) {
        return Ok(first);
    }
    let streams = clients::connect(first.parse()?, CLIENTS)?;
    let talked = clients::talk(streams, messages, options);
    // All have gone, and the server ends. If it has failed them, it says why.
    let last = player.hear()?;
    if !last.starts_with(REFUSED) {
        talked?;
    }
    Ok(last)
}

/// What a copy says, and does, on a kernel without io_uring.
fn without(directory: &Path, options: &DemoOptions) -> anyhow::Result<String> {
    if !ring::IS_HERE {
        return Ok(format!("Not shown here: {}.", ring::ABSENT));
    }
    let path = directory
        .to_str()
        .context("the temporary directory has no name")?;
    let way = copy::RING;
    let mut traced = Traced::start("copy", &[way, "all", path], COPY_CALLS, Some(LIE), options)?;
    let answer = match traced.player.hear() {
        Ok(answer) => answer,
        Err(_) => {
            options.go_on()?;
            return Ok("Not shown here: it takes a tracer that may tell a lie.".to_owned());
        }
    };
    let said = match answer.strip_prefix(REFUSED) {
        Some(why) => format!("the runtime says: {why}"),
        None => "the runtime has found another way".to_owned(),
    };
    Ok(format!(
        "The same copy, with {way}, and a tracer that makes io_uring_setup fail with ENOSYS: \
         {said}. It is an error of the setup, before anything was copied: the moment to choose \
         another way, or to say so and stop. tokio_uring::start() panics there; \
         tokio_uring::Runtime::new() returns the error."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_no_error() {
        assert_eq!(heard("refused EPERM").unwrap(), Err("EPERM".to_owned()));
        assert!(heard("1 2").unwrap().is_ok());
        assert!(heard("what?").is_err());
    }

    #[test]
    fn calls_are_shown_for_each_operation() {
        let mut rows = Rows::new(["", "operations", "calls each", "time", "CPU"]);
        rows.add("one", 200, Ok((Effort::default(), Some(0.25))));
        rows.add("two", 200, Err("ENOSYS".to_owned()));
        let text = rows.table();
        assert!(text.contains("0.25"), "{text}");
        assert!(text.contains("Not shown here: ENOSYS"), "{text}");
    }
}
