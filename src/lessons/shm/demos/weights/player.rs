//! One who makes an array, and workers that map it.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::time::Instant;

use anyhow::{Context, bail};
use nix::sys::resource::{Resource, UsageWho, getrusage, setrlimit};

use super::super::crew::{Crew, Link};
use crate::lessons::player::{answer, order};
use crate::sys::mapping::{How, Mapping};
use crate::sys::memory::PAGE;
use crate::sys::{process, shared};

/// Makes the object.
pub(super) const MAKE: &str = "make";
/// Fills it.
pub(super) const FILL: &str = "fill";
/// Starts the workers, which map it.
pub(super) const MAP: &str = "map";
/// Each worker sums its stripe.
pub(super) const STRIPES: &str = "stripes";
/// Each worker looks at every page.
pub(super) const ALL: &str = "all";
/// A worker stores a byte; the answer is the signal that it gets.
pub(super) const STORE: &str = "store";

/// Bytes of a value.
const VALUE: u64 = size_of::<f32>() as u64;

/// Value i is i mod this.
const PERIOD: u64 = 1000;

/// Bytes that are written, or summed, at a time: whole periods.
const BLOCK: u64 = 64 * PERIOD * VALUE;

/// The sum of all values of an array of this many bytes.
pub(super) fn sum(size: u64) -> f64 {
    let count = size / VALUE;
    let triangle = |n: u64| n * n.saturating_sub(1) / 2;
    (count / PERIOD * triangle(PERIOD) + triangle(count % PERIOD)) as f64
}

/// Does the steps, as ordered, and answers with nanoseconds, page faults, and a sum.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let [workers, size] = args else {
        bail!("how many workers, how many bytes?");
    };
    let (workers, size): (u64, u64) = (workers.parse()?, size.parse()?);
    let mut file = None;
    let mut crew = Crew::default();
    while let Some(order) = order()? {
        let (begun, before) = (Instant::now(), faults()?);
        let mut of_workers = 0;
        let mut total = 0.0;
        match (order.as_str(), &file) {
            (MAKE, _) => file = Some(shared::unnamed(size)?),
            (FILL, Some(file)) => fill(file, size).context("there is no room for it")?,
            (MAP, Some(file)) => {
                for nth in 0..workers {
                    let (from, to) = stripe(nth, workers, size);
                    crew.hire(|link| work(link, file, from, to))?;
                }
                crew.hear(|_| Ok(()))?;
            }
            (STRIPES | ALL, Some(_)) => {
                crew.tell(order.as_bytes()[0])?;
                crew.hear(|[bits, faults]| {
                    total += f64::from_bits(bits);
                    of_workers += faults;
                    Ok(())
                })?;
            }
            (STORE, Some(file)) => {
                answer(&store(file)?.to_string())?;
                continue;
            }
            _ => bail!("{order:?} is no order"),
        }
        let taken = begun.elapsed().as_nanos();
        let faults = faults()?.saturating_sub(before) + of_workers;
        answer(&format!("{taken} {faults} {total}"))?;
    }
    Ok(())
}

/// Page faults of this process so far.
fn faults() -> io::Result<u64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok(usage.minor_page_faults().cast_unsigned() + usage.major_page_faults().cast_unsigned())
}

/// Where the nth of several stripes begins and ends, bytes.
fn stripe(nth: u64, of: u64, size: u64) -> (u64, u64) {
    let count = size / VALUE;
    (nth * count / of * VALUE, (nth + 1) * count / of * VALUE)
}

/// Fills the object by write(2): no page fault, and an errno if there is no room.
fn fill(file: &File, size: u64) -> io::Result<()> {
    let block: Vec<u8> = (0..BLOCK / VALUE)
        .flat_map(|at| ((at % PERIOD) as f32).to_ne_bytes())
        .collect();
    let mut at = 0;
    while at < size {
        let part = BLOCK.min(size - at) as usize;
        file.write_all_at(&block[..part], at)?;
        at += part as u64;
    }
    Ok(())
}

/// The object, mapped by a descriptor with which it can only be read.
fn mapped(file: &File) -> io::Result<Mapping> {
    let reading = File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
    let how = How {
        is_read_only: true,
        ..How::default()
    };
    Mapping::new(&reading, how)
}

/// A worker: maps the array, and looks at its stripe, or at all of it.
fn work(link: &mut Link, file: &File, from: u64, to: u64) -> io::Result<()> {
    let array = mapped(file)?;
    link.answer([0; 2])?;
    while let Some(order) = link.order()? {
        let before = faults()?;
        let sum = match order == STRIPES.as_bytes()[0] {
            true => summed(&array, from, to),
            false => {
                for at in (0..array.len()).step_by(PAGE as usize) {
                    std::hint::black_box(array.byte(at));
                }
                0.0
            }
        };
        link.answer([sum.to_bits(), faults()? - before])?;
    }
    Ok(())
}

/// The sum of the values between two offsets.
fn summed(array: &Mapping, from: u64, to: u64) -> f64 {
    const FEW: usize = 16 << 10;
    let mut values = [0; FEW];
    let mut sum = 0.0;
    let mut at = from as usize;
    while at < to as usize {
        let part = FEW.min(to as usize - at);
        array.copy_to(at, &mut values[..part]);
        for value in values[..part].as_chunks::<{ VALUE as usize }>().0 {
            sum += f64::from(f32::from_ne_bytes(*value));
        }
        at += part;
    }
    sum
}

/// The signal that a process gets which stores a byte into the array.
fn store(file: &File) -> anyhow::Result<i32> {
    let Some(pid) = process::fork()? else {
        // It may be the end of this process, of which nobody wants a dump.
        let _any = setrlimit(Resource::RLIMIT_CORE, 0, 0);
        let stored = mapped(file).map(|array| array.set_byte(0, 1));
        std::process::exit(i32::from(stored.is_err()));
    };
    let status = nix::sys::wait::waitpid(pid, None)?;
    match status {
        nix::sys::wait::WaitStatus::Signaled(_, signal, _) => Ok(signal as i32),
        _ => bail!("the store has succeeded"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_leave_nothing_out() {
        for (workers, size) in [(1, 4000), (3, 4000), (32, 400), (7, 16 << 20)] {
            let mut end = 0;
            for nth in 0..workers {
                let (from, to) = stripe(nth, workers, size);
                assert_eq!(from, end);
                end = to;
            }
            assert_eq!(end, size);
        }
    }

    #[test]
    fn the_sum_can_be_worked_out() {
        for size in [0, 4, 4000, 4004, 1 << 20] {
            let file = shared::unnamed(size.max(4)).unwrap();
            fill(&file, size).unwrap();
            assert_eq!(summed(&mapped(&file).unwrap(), 0, size), sum(size));
        }
    }
}
