//! Copy on write: what parent and child share after fork(2), and what each write costs.
//!
//! See fork(2), proc_pid_smaps(5) for Rss and Pss, and `minflt` in proc_pid_stat(5).

pub(super) mod player;

use std::io::{self, Write};
use std::time::Duration;

use anyhow::Context;

use super::columns::{Align, bold, brief, head, narrow, prose, two_digits};
use super::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::proc::{self, Shares};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "fork",
    title: "copy on write: what parent and child share, and what each write costs",
    run,
};

/// Memory that the parent has touched when it forks, MiB; and in the quick version.
const MEMORY: (usize, usize) = (64, 16);

/// Memory with which fork is timed, MiB; and in the quick version.
const TIMED: (&[usize], &[usize]) = (&[0, 16, 64, 256], &[0, 16]);

/// How often fork is timed with each; and in the quick version.
const ROUNDS: (usize, usize) = (50, 10);

/// Characters of a bar that stand for the memory that the parent has touched.
const BAR: usize = 24;

/// Characters that a bar may be longer.
const BEYOND: usize = 4;

/// A page that no other process has, and one that others have too.
const MARKS: (char, char) = ('#', '.');

/// Who writes after the fork, how far, and what the line says: in quarters of the memory.
const WRITES: &[(Who, usize, usize, &str)] = &[
    (Who::Child, 0, 1, "child writes 1/4"),
    (Who::Child, 1, 2, "child writes 1/2"),
    (Who::Child, 2, 4, "child writes all"),
    (Who::Parent, 0, 4, "parent writes all"),
];

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Parent,
    Child,
}

impl Who {
    fn name(self) -> &'static str {
        match self {
            Self::Parent => "parent",
            Self::Child => "child",
        }
    }
}

/// What the kernel says of one process at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fact {
    /// Minor faults since it began.
    faults: u64,
    /// Its memory; `None` if the kernel does not tell.
    shares: Option<Shares>,
}

/// One step: what was done, and what is to be said of each process after it.
struct Step {
    what: &'static str,
    /// Who, what is true of it now, and how many faults the step cost it.
    after: Vec<(Who, Fact, u64)>,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let (mib, rounds, timed) = match options.quick {
        true => (MEMORY.1, ROUNDS.1, TIMED.1),
        false => (MEMORY.0, ROUNDS.0, TIMED.0),
    };
    writeln!(out, "{}\n", bold("Copy on write", options.color))?;
    let pages = (mib << 20) / page_size();
    let story = format!(
        "A process writes to each of the {pages} pages of {mib} MiB and forks. Then one of the \
         two writes, and after each step the kernel is asked whose the pages are."
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let steps = perform(mib, options).context("cannot show what fork shares")?;
    out.write_all(picture(&steps, mib).as_bytes())?;
    let (own, shared) = MARKS;
    let legend = format!(
        "{own} is memory of its own, {shared} memory that the other has too; programs and \
         libraries, which nobody writes to, are left out. In Pss a page of two counts half."
    );
    writeln!(out, "\n{}", prose(&legend))?;
    out.write_all(meaning(&steps).as_bytes())?;
    writeln!(
        out,
        "\n{}\n",
        bold("The price of fork itself", options.color)
    )?;
    out.flush()?;
    let mut measured = Vec::new();
    for mib in timed {
        measured.push((*mib, times(*mib, rounds, options)));
        options.go_on()?;
    }
    out.write_all(price(&measured).as_bytes())?;
    writeln!(out)?;
    out.write_all(lesson(&measured).as_bytes())?;
    Ok(())
}

/// Bytes of a page.
fn page_size() -> usize {
    nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE)
        .ok()
        .flatten()
        .and_then(|bytes| usize::try_from(bytes).ok())
        .unwrap_or(4096)
}

/// Lets the two act, and asks the kernel after each step.
fn perform(mib: usize, options: &DemoOptions) -> anyhow::Result<Vec<Step>> {
    let mut player = Player::start("fork", &[&mib.to_string()], options)?;
    let parent = player.pid();
    let pages = (mib << 20) / page_size();
    let before = fact(parent)?;
    player.ask("touch")?;
    let mut last = vec![(Who::Parent, parent, fact(parent)?)];
    let mut steps = vec![Step {
        what: "before the fork",
        after: vec![(Who::Parent, last[0].2, last[0].2.faults - before.faults)],
    }];
    let child: i32 = player.ask("fork")?.parse()?;
    last.push((Who::Child, child, Fact::default()));
    steps.push(looked("after the fork", &mut last)?);
    for (who, from, to, what) in WRITES {
        options.go_on()?;
        let order = format!("{} {} {}", who.name(), pages * from / 4, pages * to / 4);
        player.ask(&order)?;
        steps.push(looked(what, &mut last)?);
    }
    Ok(steps)
}

/// Asks the kernel about all, and remembers the answers for the next time.
fn looked(what: &'static str, last: &mut [(Who, i32, Fact)]) -> io::Result<Step> {
    let mut after = Vec::new();
    for (who, pid, known) in last {
        let now = fact(*pid)?;
        after.push((*who, now, now.faults.saturating_sub(known.faults)));
        *known = now;
    }
    Ok(Step { what, after })
}

fn fact(pid: i32) -> io::Result<Fact> {
    Ok(Fact {
        faults: proc::stat(pid)?.minor_faults,
        shares: proc::shares(pid).ok(),
    })
}

/// A step a line for each process.
fn picture(steps: &[Step], mib: usize) -> String {
    let mut rows = vec![head(["", "", "memory", "Rss", "Pss", "faults"])];
    for step in steps {
        for (nth, (who, fact, faults)) in step.after.iter().enumerate() {
            let what = if nth == 0 { step.what } else { "" };
            let mut row = vec![what.to_owned(), who.name().to_owned()];
            match fact.shares {
                Some(shares) => row.extend([
                    bar(shares, mib),
                    format!("{:.0} MiB", shares.rss as f64 / 1024.0),
                    format!("{:.0} MiB", shares.pss as f64 / 1024.0),
                ]),
                None => row.extend(head(["not told here", "?", "?"])),
            }
            row.push(faults.to_string());
            rows.push(row);
        }
    }
    let right = Align::Right;
    narrow(
        &[Align::Left, Align::Left, Align::Left, right, right, right],
        &rows,
    )
}

/// What was written to as a bar: first what is its own, then what it shares.
fn bar(shares: Shares, mib: usize) -> String {
    let full = (mib as u64) << 10;
    let cells = |kib: u64| ((kib * BAR as u64 + full / 2) / full) as usize;
    let (own, shared) = MARKS;
    // Beside that memory, a process has written to some of its own: as much as fits.
    let whole = cells(shares.private_dirty + shares.shared_dirty).min(BAR + BEYOND);
    let private = cells(shares.private_dirty).min(whole);
    format!(
        "{}{}",
        own.to_string().repeat(private),
        shared.to_string().repeat(whole - private)
    )
}

/// What the picture says.
fn meaning(steps: &[Step]) -> String {
    let faults = |what: &str, who: Who| {
        let step = steps.iter().find(|step| step.what == what)?;
        let found = step.after.iter().find(|(which, ..)| *which == who)?;
        Some((found.1, found.2))
    };
    let (Some((_, fork)), Some((_, quarter)), Some((_, last))) = (
        faults("after the fork", Who::Child),
        faults("child writes 1/4", Who::Child),
        faults("parent writes all", Who::Parent),
    ) else {
        return String::new();
    };
    let is_told = |(_, fact, _): &(Who, Fact, u64)| fact.shares.is_some();
    if !steps.iter().flat_map(|step| &step.after).all(is_told) {
        return prose(
            "This kernel does not tell whose a process' pages are (/proc/PID/smaps_rollup cannot \
             be read here): the faults alone show when pages are copied.",
        );
    }
    prose(&format!(
        "fork copied no page of them: the child's Rss is full after {fork} faults. The first write \
         to a page that both have is a fault, and the kernel copies that page: {quarter} faults \
         for a quarter. When the parent writes last, {last} faults tell it page by page that it \
         has become the only owner; nothing is copied any more, and its Rss stays as it is."
    ))
}

/// How long fork takes with so much memory; or why that is not known.
fn times(mib: usize, rounds: usize, options: &DemoOptions) -> anyhow::Result<Vec<Duration>> {
    let mut player = Player::start(
        "fork-times",
        &[&mib.to_string(), &rounds.to_string()],
        options,
    )?;
    let mut times = Vec::new();
    for _ in 0..rounds {
        options.go_on()?;
        times.push(Duration::from_nanos(player.hear()?.parse()?));
        player.tell("again")?;
    }
    times.sort_unstable();
    Ok(times)
}

/// The figures of [`times`], sorted before.
fn median(times: &[Duration]) -> Duration {
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// An amount of memory a line.
fn price(measured: &[(usize, anyhow::Result<Vec<Duration>>)]) -> String {
    let mut rows = vec![head(["touched", "runs", "least", "median", ""])];
    for (mib, times) in measured {
        let mut row = vec![format!("{mib} MiB")];
        match times {
            Ok(times) => row.extend([
                times.len().to_string(),
                brief(times.first().copied().unwrap_or_default()),
                brief(median(times)),
            ]),
            Err(error) => row.extend(head(["", "", "", &format!("not timed here: {error:#}")])),
        }
        rows.push(row);
    }
    let right = Align::Right;
    narrow(&[right, right, right, right], &rows)
}

/// What the times say.
fn lesson(measured: &[(usize, anyhow::Result<Vec<Duration>>)]) -> String {
    let timed: Vec<(usize, Duration)> = measured
        .iter()
        .filter_map(|(mib, times)| Some((*mib, median(times.as_ref().ok()?))))
        .collect();
    let mut text = String::new();
    if let [(_, first), .., (most, last)] = timed[..] {
        let ratio = two_digits(last.as_secs_f64() / first.as_secs_f64().max(1e-9));
        text += &prose(&format!(
            "What fork does copy are the page tables, an entry of 8 bytes for each page: the more \
             memory has been touched, the longer it takes, here {ratio} times as long with {most} \
             MiB as with none. vfork(2) and posix_spawn(3), by which many libraries start \
             programs, copy none."
        ));
    }
    text + &prose(
        "Read on: `syslab process read processes`. `syslab process demo exec` shows what a new \
             program keeps of all this.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(private_dirty: u64, shared_dirty: u64) -> Shares {
        Shares {
            rss: private_dirty + shared_dirty,
            pss: private_dirty + shared_dirty / 2,
            pss_anon: None,
            shared_dirty,
            private_dirty,
        }
    }

    #[test]
    fn a_bar_is_as_long_as_the_memory() {
        assert_eq!(bar(shares(1024, 0), 1), "#".repeat(BAR));
        assert_eq!(bar(shares(0, 1024), 1), ".".repeat(BAR));
        let half = "#".repeat(BAR / 2) + &".".repeat(BAR / 2);
        assert_eq!(bar(shares(512, 512), 1), half);
        assert_eq!(bar(shares(0, 0), 1), "");
        assert_eq!(bar(shares(4096, 0), 1), "#".repeat(BAR + BEYOND));
    }

    #[test]
    fn a_step_has_a_line_for_each_process() {
        let fact = |private, shared| Fact {
            faults: 7,
            shares: Some(shares(private, shared)),
        };
        let steps = [
            Step {
                what: "before the fork",
                after: vec![(Who::Parent, fact(1024, 0), 256)],
            },
            Step {
                what: "after the fork",
                after: vec![
                    (Who::Parent, fact(0, 1024), 3),
                    (Who::Child, Fact::default(), 0),
                ],
            },
        ];
        assert_eq!(
            picture(&steps, 1),
            "
                         memory                      Rss    Pss  faults
before the fork  parent  ########################  1 MiB  1 MiB     256
after the fork   parent  ........................  1 MiB  0 MiB       3
                 child   not told here                 ?      ?       0
"
            .trim_start_matches('\n')
        );
    }

    #[test]
    fn what_could_not_be_timed_says_why() {
        let nanos = |n| Duration::from_nanos(n);
        let measured = [
            (0, Ok(vec![nanos(100), nanos(200), nanos(900)])),
            (64, Ok(vec![nanos(1000)])),
            (256, Err(anyhow::anyhow!("cannot map 256 MiB"))),
        ];
        let text = price(&measured);
        assert!(text.contains("  0 MiB     3  100 ns  200 ns\n"), "{text}");
        assert!(
            text.contains("not timed here: cannot map 256 MiB"),
            "{text}"
        );
        let text = lesson(&measured);
        assert!(text.contains("here 5.0 times as long with"), "{text}");
    }
}
