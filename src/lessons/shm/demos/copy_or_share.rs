//! The incident: a model server whose workers each load their own gigabyte. The two repairs that
//! look good, and the one that is.
//!
//! See proc_pid_smaps(5), fork(2), mmap(2).

pub(super) mod player;

use std::io::Write;
use std::time::Duration;

use anyhow::Context;

use super::amount::{Held, affordable, amount, bar};
use crate::lessons::columns::{Align, bold, brief, head, narrow, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "copy-or-share",
    title: "32 workers that each load their own gigabyte: copied, pickled, forked, shared",
    run,
};

/// Workers, and in the quick version.
const WORKERS: (u64, u64) = (32, 4);

/// Bytes of weights, and in the quick version.
const SIZE: (u64, u64) = (1 << 30, 8 << 20);

/// Columns of the longest bar.
const BAR: usize = 40;

/// How the workers come to the weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// What a player calls it.
    name: &'static str,
    title: &'static str,
}

/// In the order of the incident.
const WAYS: &[Way] = &[
    Way {
        name: player::LOAD,
        title: "loaded by each",
    },
    Way {
        name: player::PICKLE,
        title: "pickled, piped",
    },
    Way {
        name: player::FORK,
        title: "inherited",
    },
    Way {
        name: player::SHARE,
        title: "mapped, shared",
    },
];

/// What one way has cost.
#[derive(Clone, Copy, Debug)]
struct Cost {
    /// Until the last worker was ready.
    ready: Duration,
    /// Bytes that went through calls of read(2) and write(2).
    copied: u64,
    /// When all were ready.
    at_first: Held,
    /// When each had looked at all of it.
    after: Held,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(
        out,
        "{}\n",
        bold("Workers that each load their own gigabyte", options.color)
    )?;
    let (workers, wanted) = match options.quick {
        true => (WORKERS.1, SIZE.1),
        false => (WORKERS.0, SIZE.0),
    };
    // One for each worker, the parent's, and the file.
    let size = affordable(wanted, workers + 2)?;
    let mut story = format!(
        "{workers} workers answer from the same weights, {}. What does it take until the last of \
         them is ready, and what do they have in memory: when they are ready, and after each has \
         answered a request, for which it looks at all of them?",
        amount(size)
    );
    if size < wanted {
        story.push_str(&format!(
            " (Not {}: {} copies of that are more than this machine has to spare.)",
            amount(wanted),
            workers + 2
        ));
    }
    story.push_str(" A dot is a worker that is ready; the second way takes its time.");
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let mut costs = Vec::new();
    for way in WAYS {
        options.go_on()?;
        write!(out, "  {:<14} ", way.title)?;
        out.flush()?;
        let cost = cost(out, *way, workers, size, options)?;
        writeln!(out, " {}", brief(cost.ready))?;
        out.flush()?;
        costs.push((*way, cost));
    }
    writeln!(out)?;
    writeln!(out, "{}", table(&costs))?;
    for (title, value) in [
        ("Time until the last is ready", ready_us as fn(&Cost) -> u64),
        ("Memory after a request (Pss)", |cost: &Cost| cost.after.pss),
    ] {
        writeln!(out, "{}\n", bold(title, options.color))?;
        writeln!(out, "{}", bars(&costs, value))?;
    }
    let meaning = "Rss counts a page once for each process that has it, and so it is the same \
                   whether the workers share or not; Pss divides it among them. What was inherited \
                   is shared until it is written to, and the workers here count references in the \
                   objects that they look at, as Python does. What is mapped shared stays one copy.";
    writeln!(out, "{}", prose(meaning))?;
    let read_on = "The same in Python: lessons/shm/code/serve.py. Read on: `syslab shm read \
                   counting`, and `syslab shm demo weights`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// Lets the workers get the weights in one way, and shows a dot for each that is ready.
fn cost(
    out: &mut dyn Write,
    way: Way,
    workers: u64,
    size: u64,
    options: &DemoOptions,
) -> anyhow::Result<Cost> {
    let args = [way.name, &workers.to_string(), &size.to_string()];
    let mut player = Player::start("copy-or-share", &args, options)?;
    // The weights are there.
    player.hear()?;
    player.tell("start")?;
    let (ready, copied) = loop {
        let said = player.hear()?;
        if said == player::READY {
            write!(out, ".")?;
            out.flush()?;
            continue;
        }
        let (nanos, copied) = said.split_once(' ').context("the workers are not ready")?;
        break (Duration::from_nanos(nanos.parse()?), copied.parse()?);
    };
    let at_first = Held::by(player.pid())?;
    player.ask("use")?;
    let after = Held::by(player.pid())?;
    Ok(Cost {
        ready,
        copied,
        at_first,
        after,
    })
}

fn table(costs: &[(Way, Cost)]) -> String {
    let mut rows = vec![head([
        "the weights are",
        "ready",
        "read+written",
        "Rss",
        "Pss",
        "Rss after",
        "Pss after",
    ])];
    for (way, cost) in costs {
        rows.push(vec![
            way.title.to_owned(),
            brief(cost.ready),
            amount(cost.copied),
            amount(cost.at_first.rss << 10),
            amount(cost.at_first.pss << 10),
            amount(cost.after.rss << 10),
            amount(cost.after.pss << 10),
        ]);
    }
    let right = Align::Right;
    narrow(
        &[Align::Left, right, right, right, right, right, right],
        &rows,
    )
}

fn ready_us(cost: &Cost) -> u64 {
    u64::try_from(cost.ready.as_micros()).unwrap_or(u64::MAX)
}

/// One figure of all ways, as bars.
fn bars(costs: &[(Way, Cost)], value: fn(&Cost) -> u64) -> String {
    let largest = costs.iter().map(|(_, cost)| value(cost)).max().unwrap_or(0);
    let rows: Vec<Vec<String>> = costs
        .iter()
        .map(|(way, cost)| vec![way.title.to_owned(), bar(value(cost), largest, BAR)])
        .collect();
    narrow(&[], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_the_scale_of_the_largest() {
        let cost = |pss| Cost {
            ready: Duration::from_millis(pss),
            copied: 0,
            at_first: Held::default(),
            after: Held {
                pss,
                ..Held::default()
            },
        };
        let mut costs = vec![(WAYS[0], cost(400)), (WAYS[3], cost(10))];
        let text = bars(&costs, |cost| cost.after.pss);
        let lengths: Vec<usize> = text.lines().map(|line| line.matches('█').count()).collect();
        assert_eq!(lengths, [BAR, 1]);
        // The widest that there are.
        let wide = Held {
            rss: 1000 << 10,
            pss: 1000 << 10,
            page_tables: 0,
        };
        costs[0].1 = Cost {
            ready: Duration::from_micros(9_900),
            copied: 1000 << 20,
            at_first: wide,
            after: wide,
        };
        assert!(table(&costs).lines().all(|line| line.chars().count() <= 80));
    }
}
