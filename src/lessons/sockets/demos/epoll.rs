//! Two servers under the same load: a thread for each connection, and one thread for all of them.
//!
//! See epoll(7) and pthreads(7).

pub(super) mod player;

use std::io::Write;
use std::num::NonZero;
use std::time::Duration;

use anyhow::Context as _;

use crate::lessons::columns::{Align, bold, brief, head, narrow, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::model::load::{Latency, LoadReport};
use crate::stimulus::load::{self, Load, Target};
use crate::sys::{limits, proc};
use player::Figures;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "epoll",
    title: "a thread for each of 1,000 connections, or one for 10,000: what each costs",
    run,
};

/// Descriptors that a process needs for other things than connections.
const OTHERS: u64 = 64;

/// How much is shown, in the whole demo and in the quick one.
struct Scale {
    /// Connections of both servers.
    crowd: u64,
    /// For how long they are under load.
    load: Duration,
    /// Connections that the event loop holds.
    held: u64,
}

const WHOLE: Scale = Scale {
    crowd: 1000,
    load: Duration::from_secs(3),
    held: 10_000,
};

const QUICK: Scale = Scale {
    crowd: 200,
    load: Duration::from_millis(500),
    held: 2000,
};

/// A server: what it is called in tables, and which role plays it.
const SERVERS: [(&str, &str); 2] = [("a thread each", "threads"), ("one loop", "loop")];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let scale = if options.quick { QUICK } else { WHOLE };
    let most = limits::raise_descriptors()?.saturating_sub(OTHERS);
    let crowd = scale.crowd.min(most);
    writeln!(out, "{}\n", bold("One thread for all", options.color))?;
    let story = format!(
        "A service had a thread for each of its connections. It did well with 200 of them; with \
         1,000 it was slow, and soon out of descriptors and of memory. Here is such a server, and \
         one whose only thread asks epoll which connection has something to say. Each serves a \
         page of 1 KiB to {crowd} connections that ask for it again and again, for {} s.",
        scale.load.as_secs_f64()
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let mut performances = Vec::new();
    for (_, engine) in SERVERS {
        let duration = Some(scale.load);
        performances.push(perform(engine, crowd, duration, None, options)?);
    }
    out.write_all(table(&performances).as_bytes())?;
    writeln!(out)?;
    let latencies: Vec<Option<&Latency>> = performances
        .iter()
        .map(|one| one.report.latency.as_ref())
        .collect();
    if let [Some(each), Some(all)] = latencies[..] {
        writeln!(out, "{}\n", bold("How long an answer takes", options.color))?;
        out.write_all(bars([each, all]).as_bytes())?;
        writeln!(out)?;
    }
    let meaning = "A thread has a stack of its own, and to serve another connection is to switch \
                   to another thread. The loop keeps a few bytes of a connection that says \
                   nothing, and one epoll_wait(2) tells it of many that do. What the kernel keeps \
                   for a thread or a socket comes on top, and is not in the table. Threads use \
                   all processors, and one loop uses one: hence compare the processor time, and \
                   start as many loops as there are processors.";
    writeln!(out, "{}", prose(meaning))?;
    out.flush()?;
    options.go_on()?;
    held(out, scale.held, most, options)?;
    let more = "Look at both yourself: `syslab sockets serve --engine threads 8080`, then `syslab \
                sockets load http://127.0.0.1:8080/ -c 1000` from another terminal, and the same \
                with `--engine mio`, `epoll` or `uring`. Read on: `syslab sockets read waiting`.";
    out.write_all(prose(more).as_bytes())?;
    Ok(())
}

/// A server under load.
struct Performance {
    report: LoadReport,
    /// What the server used for it.
    used: Figures,
    /// The most threads that it had.
    threads: u64,
    /// The most memory of its own that it had for its connections, KiB.
    memory_kib: u64,
}

/// Starts a server, puts it under load, and looks at it meanwhile.
fn perform(
    engine: &str,
    connections: u64,
    duration: Option<Duration>,
    requests: Option<u64>,
    options: &DemoOptions,
) -> anyhow::Result<Performance> {
    let mut player = Player::start(player::ROLE, &[engine], options)?;
    let port: u16 = player.hear()?.parse()?;
    let pid = player.pid();
    let before = proc::status(pid)?.memory.anonymous;
    let first = player::figures(&mut player)?;
    let connections = NonZero::new(usize::try_from(connections)?).context("no connections")?;
    let one = NonZero::<usize>::MIN;
    let load = Load {
        target: Target::parse(&format!("http://127.0.0.1:{port}/"))?,
        connections,
        threads: one,
        pipeline: one,
        size: one,
        requests,
        duration,
        rate: None,
        is_by_epoll: false,
    };
    let (mut threads, mut memory) = (1, before);
    let mut look = |_| {
        if let Ok(status) = proc::status(pid) {
            threads = threads.max(status.threads);
            memory = memory.max(status.memory.anonymous);
        }
    };
    let report = load::run(&load, &options.interrupted, &mut look)
        .context("cannot put the server under load")?;
    options.go_on()?;
    // However short it was, there is one look: what was allocated is given back slowly, if ever.
    look(load::Progress {
        elapsed: None,
        requests: 0,
    });
    let used = player::figures(&mut player)?.since(first);
    Ok(Performance {
        report,
        used,
        threads,
        memory_kib: memory.saturating_sub(before),
    })
}

/// The figures of both servers, side by side.
fn table(performances: &[Performance]) -> String {
    let number = |count: f64| match count {
        count if count < 10.0 => format!("{count:.2}"),
        count => format!("{count:.0}"),
    };
    let each =
        |one: &Performance, what: u64| one.used.for_each(what).map_or("-".to_owned(), number);
    type Cell<'a> = &'a dyn Fn(&Performance) -> String;
    let facts: [(&str, Cell<'_>); 8] = [
        ("connections", &|one| one.report.connections.to_string()),
        // One more does what the demo asks for.
        ("threads that serve", &|one| {
            one.threads.saturating_sub(1).to_string()
        }),
        ("memory for each connection", &|one| {
            memory_for_each(one.memory_kib, one.report.connections)
        }),
        ("switches for each request", &|one| {
            each(one, one.used.switches)
        }),
        ("system calls for each request", &|one| {
            each(one, one.used.calls)
        }),
        ("processor time for each request", &|one| {
            let us = one.used.for_each(one.used.cpu_us);
            us.map_or("-".to_owned(), |us| {
                brief(Duration::from_nanos((us * 1000.0) as u64))
            })
        }),
        ("requests a second", &|one| {
            format!("{:.0}", one.report.requests_per_second)
        }),
        ("errors", &|one| {
            one.report.errors.values().sum::<u64>().to_string()
        }),
    ];
    let mut rows = vec![head(["", SERVERS[0].0, SERVERS[1].0])];
    for (name, cell) in facts {
        let mut row = vec![name.to_owned()];
        row.extend(performances.iter().map(cell));
        rows.push(row);
    }
    narrow(&[Align::Left, Align::Right, Align::Right], &rows)
}

/// So much memory, divided by the connections.
fn memory_for_each(kib: u64, connections: usize) -> String {
    let bytes = kib as f64 * 1024.0 / connections.max(1) as f64;
    match bytes {
        bytes if bytes < 1024.0 => format!("{bytes:.0} bytes"),
        bytes => format!("{:.1} KiB", bytes / 1024.0),
    }
}

/// Percentiles of both servers as bars of one scale.
fn bars(latencies: [&Latency; 2]) -> String {
    const LONGEST: usize = 40;
    let rows = |latency: &Latency| {
        [
            ("half of them", latency.p50_ns),
            ("90 %", latency.p90_ns),
            ("99 %", latency.p99_ns),
            ("99.9 %", latency.p999_ns),
        ]
    };
    let [each, all] = latencies.map(rows);
    let most = each
        .iter()
        .chain(&all)
        .map(|(_, ns)| *ns)
        .max()
        .unwrap_or(1);
    let mut text = String::new();
    for ((name, one), (_, other)) in each.into_iter().zip(all) {
        for (nth, ns) in [one, other].into_iter().enumerate() {
            let name = if nth == 0 { name } else { "" };
            let length = (ns as f64 / most as f64 * LONGEST as f64).round() as usize;
            text.push_str(&format!(
                "{name:12}  {:13}  {} {}\n",
                SERVERS[nth].0,
                "█".repeat(length.max(1)),
                brief(Duration::from_nanos(ns))
            ));
        }
    }
    text
}

/// As many connections as the demo is about, held by the event loop, each of them served.
fn held(out: &mut dyn Write, wanted: u64, most: u64, options: &DemoOptions) -> anyhow::Result<()> {
    let count = wanted.min(most);
    let title = format!("{count} connections at once");
    writeln!(out, "{}\n", bold(&title, options.color))?;
    if count < wanted {
        let note = format!(
            "(It should be {wanted}, but the hard limit of descriptors, which only root can raise, \
             has room for {count}.)"
        );
        writeln!(out, "{}", prose(&note))?;
    }
    let one = perform("loop", count, None, Some(count), options)?;
    let errors: u64 = one.report.errors.values().sum();
    let failed = match errors {
        0 => String::new(),
        errors => format!(" {errors} requests failed."),
    };
    let found = format!(
        "All were open before the first asked for anything; then each asked once, and {} were \
         answered, within {}. The server, still one thread, used {} of memory for each.{failed}",
        one.report.requests,
        brief(Duration::from_secs_f64(one.report.seconds)),
        memory_for_each(one.memory_kib, one.report.connections)
    );
    writeln!(out, "{}", prose(&found))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latency(unit: u64) -> Latency {
        Latency {
            min_ns: unit,
            mean_ns: unit as f64,
            p50_ns: unit,
            p90_ns: 2 * unit,
            p99_ns: 3 * unit,
            p999_ns: 4 * unit,
            max_ns: 5 * unit,
            bars: Vec::new(),
        }
    }

    #[test]
    fn bars_have_one_scale() {
        let text = bars([&latency(2_000_000), &latency(500_000)]);
        assert!(text.lines().all(|line| line.chars().count() <= 80));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn memory_is_that_of_one_connection() {
        assert_eq!(memory_for_each(1000, 10_000), "102 bytes");
        assert_eq!(memory_for_each(18_000, 1000), "18.0 KiB");
        assert_eq!(memory_for_each(1, 0), "1.0 KiB");
    }
}
