//! A gibibyte, 32 workers, and what the kernel says of their memory at each step.
//!
//! See memfd_create(2), mmap(2), proc_pid_smaps(5), getrusage(2).

pub(super) mod player;

use std::io::Write;
use std::time::Duration;

use anyhow::Context;

use super::amount::{Held, affordable, amount};
use crate::lessons::columns::{Align, bold, brief, head, narrow, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::model::text::signal_name;
use crate::sys::proc;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "weights",
    title: "a gibibyte for 32 workers: Rss, Pss, faults and page tables, step by step",
    run,
};

/// Workers, and in the quick version.
const WORKERS: (u64, u64) = (32, 4);

/// Bytes of the array, and in the quick version.
const SIZE: (u64, u64) = (1 << 30, 16 << 20);

/// Workers whose figures are shown one by one.
const SHOWN: usize = 3;

/// One step: its order, and what it is called.
const STEPS: &[(&str, &str)] = &[
    (player::MAKE, "made by memfd_create"),
    (player::FILL, "filled by write"),
    (player::MAP, "mapped by all workers"),
    (player::STRIPES, "each has summed its stripe"),
    (player::ALL, "each has seen all of it"),
];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(
        out,
        "{}\n",
        bold("One array, many processes", options.color)
    )?;
    let (workers, wanted) = match options.quick {
        true => (WORKERS.1, SIZE.1),
        false => (WORKERS.0, SIZE.0),
    };
    // Once, and page tables for each worker: an entry of 8 bytes for 4096.
    let size = affordable(wanted, 1 + workers.div_ceil(512))?;
    let mut story = format!(
        "A shared memory object of {} is filled with 32-bit floats, and {workers} workers map it to \
         be read only. After each step, what do all the processes together have?",
        amount(size)
    );
    if size < wanted {
        story.push_str(&format!(
            " (This machine has not {} to spare.)",
            amount(wanted)
        ));
    }
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let args = [&workers.to_string(), &size.to_string()];
    let mut player = Player::start("weights", &args.map(String::as_str), options)?;
    let mut rows = vec![head(["", "time", "faults", "Rss", "Pss", "page tables"])];
    let mut sum = 0.0;
    for (order, title) in STEPS {
        let said = player.ask(order)?;
        let step = Step::heard(&said).with_context(|| format!("it says {said:?}"))?;
        let held = Held::by(player.pid())?;
        rows.push(step.cells(title, held));
        if *order == player::STRIPES {
            sum = step.sum;
        }
    }
    let right = Align::Right;
    let align = [Align::Left, right, right, right, right, right];
    writeln!(out, "{}", narrow(&align, &rows))?;
    let expected = player::sum(size);
    let verdict = match sum == expected {
        true => "which is right",
        false => "which is wrong",
    };
    let meaning = format!(
        "The total is {sum:.0}, {verdict}. Mapping costs nothing; the first look at a page is a \
         fault in each process that looks, and makes an entry in its page table. Rss adds the array \
         up once for each of them. Pss has it once."
    );
    writeln!(out, "{}", prose(&meaning))?;
    out.flush()?;
    options.go_on()?;
    writeln!(out, "{}\n", bold("Each process by itself", options.color))?;
    writeln!(
        out,
        "{}",
        narrow(&[Align::Left, right, right, right], &each(player.pid())?)
    )?;
    writeln!(out, "{}\n", bold("A worker that writes", options.color))?;
    let signal = player.ask(player::STORE)?.parse()?;
    let meaning = format!(
        "A worker has stored a byte into the array, and got {}: it had opened the object to read, \
         and mapped it with PROT_READ. mprotect would be EACCES. Read on: `syslab shm read memory` \
         and `syslab shm trace rights`.",
        signal_name(signal)
    );
    out.write_all(prose(&meaning).as_bytes())?;
    Ok(())
}

/// What a player says of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Step {
    time: Duration,
    /// Page faults of all of them, in this step.
    faults: u64,
    /// Of what was summed.
    sum: f64,
}

impl Step {
    fn heard(said: &str) -> Option<Self> {
        let mut words = said.split(' ');
        Some(Self {
            time: Duration::from_nanos(words.next()?.parse().ok()?),
            faults: words.next()?.parse().ok()?,
            sum: words.next()?.parse().ok()?,
        })
    }

    fn cells(&self, title: &str, held: Held) -> Vec<String> {
        vec![
            title.to_owned(),
            brief(self.time),
            self.faults.to_string(),
            amount(held.rss << 10),
            amount(held.pss << 10),
            amount(held.page_tables << 10),
        ]
    }
}

/// The maker, the first workers, and all together.
fn each(root: i32) -> std::io::Result<Vec<Vec<String>>> {
    let mut rows = vec![head(["process", "Rss", "Pss", "of its own"])];
    let row = |name: String, shares: proc::Shares| {
        vec![
            name,
            amount(shares.rss << 10),
            amount(shares.pss << 10),
            amount(shares.private_dirty << 10),
        ]
    };
    let tree = proc::tree(root);
    let mut all = proc::Shares::default();
    for (at, pid) in tree.iter().enumerate() {
        let shares = proc::shares(*pid)?;
        all.rss += shares.rss;
        all.pss += shares.pss;
        all.private_dirty += shares.private_dirty;
        match at {
            0 => rows.push(row(format!("{pid} (the maker)"), shares)),
            1..=SHOWN => rows.push(row(format!("{pid} (a worker)"), shares)),
            _ => {}
        }
    }
    if let Some(more) = tree.len().checked_sub(SHOWN + 1).filter(|more| *more > 0) {
        rows.push(vec![format!("... {more} more")]);
    }
    rows.push(row("all".to_owned(), all));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_says_is_heard() {
        let step = Step {
            time: Duration::from_micros(3),
            faults: 17,
            sum: 499_500.0,
        };
        assert_eq!(Step::heard("3000 17 499500"), Some(step));
        assert_eq!(Step::heard("3000"), None);
    }
}
