//! Round trips between two processes, by everything that can wake somebody up.
//!
//! See pipe(7), fifo(7), unix(7), eventfd(2), sem_overview(7), futex(2), sched_setaffinity(2).

pub(super) mod player;
mod ways;

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use nix::sched::sched_getaffinity;
use nix::unistd::Pid;

use crate::lessons::columns::{bold, brief, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "latency",
    title: "round trips by pipe, FIFO, socket, eventfd, semaphore, futex, and spinning",
    run,
};

/// Round trips at most, and in the quick version.
const ROUNDS: (u32, u32) = (20_000, 200);

/// How long one row may take, milliseconds, and in the quick version: enough for some round trips
/// of those who spin on one processor.
const WITHIN_MS: (u32, u32) = (1_500, 150);

/// What the columns of a histogram begin with: below 1 µs, from 1 µs, from 2 µs and so on.
const SCALE: &str = "<1 µs..1 ms+";

/// From nothing to the fullest column.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(
        out,
        "{}\n",
        bold("Round trips between two processes", options.color)
    )?;
    let (rounds, within) = match options.quick {
        true => (ROUNDS.1, WITHIN_MS.1),
        false => (ROUNDS.0, WITHIN_MS.0),
    };
    let story = format!(
        "One process wakes another, which wakes the first: up to {rounds} times for each row, or \
         for {}. Where they run decides more than by what they are woken, so both places are shown. \
         Columns of a histogram are twice as wide as the one before.",
        brief(Duration::from_millis(u64::from(within)))
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let allowed = processors()?;
    let one = *allowed.first().context("there is no processor to run on")?;
    place(
        out,
        "Both on one processor",
        (one, one),
        (rounds, within),
        options,
    )?;
    match allowed.get(1) {
        Some(other) => place(
            out,
            "Each on one of its own",
            (one, *other),
            (rounds, within),
            options,
        )?,
        None => {
            let text = "Not shown here: the same on two processors, of which this machine gives us \
                        one.";
            writeln!(out, "{}", prose(text))?;
        }
    }
    let meaning = "On one processor a switch is all that is needed, and who spins waits until the \
                   other's time slice begins. On two, the other one has to be woken where it \
                   sleeps, which is what takes the time, unless it does not sleep. Read on: \
                   `syslab shm read choosing`.";
    out.write_all(prose(meaning).as_bytes())?;
    Ok(())
}

/// The processors on which this process may run.
fn processors() -> anyhow::Result<Vec<usize>> {
    let set = sched_getaffinity(Pid::from_raw(0))?;
    let most = nix::sched::CpuSet::count();
    Ok((0..most)
        .filter(|cpu| set.is_set(*cpu).unwrap_or(false))
        .collect())
}

/// All ways, with the two processes on these processors, a row for each as it is done.
fn place(
    out: &mut dyn Write,
    title: &str,
    on: (usize, usize),
    (rounds, within): (u32, u32),
    options: &DemoOptions,
) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold(title, options.color))?;
    let line = |out: &mut dyn Write, cells: [String; 6]| {
        // Cells as wide in every row: rows are shown one by one.
        const WIDTHS: [usize; 6] = [20, 6, 8, 8, 8, 12];
        let mut row = String::new();
        for (at, (cell, width)) in cells.iter().zip(WIDTHS).enumerate() {
            let blanks = " ".repeat(width.saturating_sub(cell.chars().count()));
            row.push_str(&match at {
                0 | 5 => format!("{cell}{blanks}  "),
                _ => format!("{blanks}{cell}  "),
            });
        }
        writeln!(out, "{}", row.trim_end())?;
        out.flush()
    };
    line(
        out,
        ["by", "trips", "half", "99 %", "worst", SCALE].map(str::to_owned),
    )?;
    for (name, title) in ways::WAYS {
        options.go_on()?;
        let args = [
            (*name).to_owned(),
            on.0.to_string(),
            on.1.to_string(),
            rounds.to_string(),
            within.to_string(),
        ];
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut player = Player::start("latency", &args, options)?;
        let said = player.hear()?;
        let trips = Trips::heard(&said).with_context(|| format!("it says {said:?}"))?;
        line(
            out,
            [
                (*title).to_owned(),
                trips.count.to_string(),
                brief(trips.median),
                brief(trips.most),
                brief(trips.worst),
                drawn(&trips.columns),
            ],
        )?;
    }
    writeln!(out)?;
    Ok(())
}

/// What was measured of one way.
#[derive(Clone, Debug, PartialEq)]
struct Trips {
    count: u64,
    median: Duration,
    /// 99 in 100 took no longer.
    most: Duration,
    worst: Duration,
    /// How many took below 1 µs, below 2 µs, and so on.
    columns: Vec<u64>,
}

impl Trips {
    fn heard(said: &str) -> Option<Self> {
        let numbers: Option<Vec<u64>> = said.split(' ').map(|word| word.parse().ok()).collect();
        let numbers: [u64; 4 + player::COLUMNS] = numbers?.try_into().ok()?;
        let [count, median, most, worst, columns @ ..] = numbers;
        Some(Self {
            count,
            median: Duration::from_nanos(median),
            most: Duration::from_nanos(most),
            worst: Duration::from_nanos(worst),
            columns: columns.to_vec(),
        })
    }
}

/// A histogram in one line; what is there at all is seen.
fn drawn(columns: &[u64]) -> String {
    let fullest = columns.iter().max().copied().unwrap_or(0).max(1);
    columns
        .iter()
        .map(|count| match count {
            0 => BLOCKS[0],
            count => {
                let last = (BLOCKS.len() - 1) as u64;
                BLOCKS[(count * last).div_ceil(fullest) as usize]
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_column_is_full_and_the_least_is_seen() {
        assert_eq!(drawn(&[0, 1, 1000, 500]), " ▁█▄");
        assert_eq!(drawn(&[0, 0]), "  ");
    }

    #[test]
    fn what_is_said_is_heard() {
        let mut said = "3 1500 2000 9000".to_owned();
        for column in 0..player::COLUMNS {
            said.push_str(&format!(" {column}"));
        }
        let trips = Trips::heard(&said).unwrap();
        assert_eq!((trips.count, trips.columns[1]), (3, 1));
        assert_eq!(Trips::heard("3 1500"), None);
    }
}
