//! Two processes that wake each other, and how long that takes.

use std::io;
use std::time::{Duration, Instant};

use anyhow::bail;
use hdrhistogram::Histogram;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::ways::{Side, pair};
use crate::lessons::player::answer;
use crate::sys::process;

/// Columns of a histogram: below 1 µs, ten that double, and the rest.
pub(super) const COLUMNS: usize = 12;

/// Round trips that are not measured: until both have come to their places.
const WARM_UP: u32 = 20;

/// Forks the other one, and answers with what was measured, as soon as it is.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let [way, here, there, rounds, within] = args else {
        bail!("by what, where, how often and for how long?");
    };
    let (here, there) = (here.parse()?, there.parse()?);
    let (rounds, within) = (rounds.parse()?, Duration::from_millis(within.parse()?));
    let [mut own, mut other] = pair(way)?;
    let player = std::process::id().cast_signed();
    let Some(partner) = process::fork()? else {
        let echoed = process::die_with_parent(player)
            .and_then(|()| stay_on(there))
            .and_then(|()| echo(other.as_mut()));
        std::process::exit(i32::from(echoed.is_err()));
    };
    stay_on(here)?;
    let trips = measured(own.as_mut(), rounds, within);
    // It would wait for ever.
    kill(partner, Signal::SIGKILL)?;
    process::reap_one(true)?;
    answer(&said(&trips?))?;
    Ok(())
}

/// Lets this process run on one processor only.
fn stay_on(cpu: usize) -> io::Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu)?;
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}

fn echo(side: &mut dyn Side) -> io::Result<()> {
    loop {
        side.sleep()?;
        side.wake()?;
    }
}

/// Nanoseconds of each round trip.
fn measured(side: &mut dyn Side, rounds: u32, within: Duration) -> anyhow::Result<Histogram<u64>> {
    const DIGITS: u8 = 2;
    let mut trips = Histogram::new(DIGITS)?;
    let begun = Instant::now();
    for round in 0..rounds + WARM_UP {
        let left = Instant::now();
        side.wake()?;
        side.sleep()?;
        let nanos = u64::try_from(left.elapsed().as_nanos())?;
        let is_late = begun.elapsed() > within;
        if round >= WARM_UP || is_late {
            trips.record(nanos.max(1))?;
        }
        if is_late {
            break;
        }
    }
    Ok(trips)
}

/// Count, median, 99th percentile and worst, and the columns.
fn said(trips: &Histogram<u64>) -> String {
    let mut columns = [0; COLUMNS];
    for value in trips.iter_recorded() {
        let micros = value.value_iterated_to() / 1000;
        // 0, 1, 2 to 3, 4 to 7 and so on.
        let column = (u64::BITS - micros.leading_zeros()) as usize;
        columns[column.min(COLUMNS - 1)] += value.count_at_value();
    }
    let figures = [
        trips.len(),
        trips.value_at_quantile(0.5),
        trips.value_at_quantile(0.99),
        trips.max(),
    ];
    let words: Vec<String> = figures.iter().chain(&columns).map(u64::to_string).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_twice_as_wide_as_the_one_before() {
        let mut trips = Histogram::new(3).unwrap();
        for nanos in [500, 999, 1_500, 2_500, 3_500, 70_000_000] {
            trips.record(nanos).unwrap();
        }
        let said = said(&trips);
        let columns: Vec<&str> = said.split(' ').skip(4).collect();
        assert_eq!(
            columns,
            ["2", "1", "2", "0", "0", "0", "0", "0", "0", "0", "0", "1"]
        );
    }
}
