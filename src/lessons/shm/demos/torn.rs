//! Two writers and one number: every order in which their steps can be mixed, made to happen; the
//! same without a schedule; then atomics, then a lock.
//!
//! See futex(2), memfd_create(2), mmap(2).

pub(super) mod player;

use std::io::Write;
use std::os::fd::AsRawFd;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::lessons::columns::{Align, bold, brief, head, narrow, prose};
use crate::lessons::player::Player;
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::shared::{self, WAITED_FOR, Words};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "torn",
    title: "two writers lose updates: in which orders; then atomics, then a lock",
    run,
};

/// Additions of each writer when they run freely, and in the quick version.
const TIMES: (u64, u64) = (3_000_000, 20_000);

/// The word with the number.
pub(super) const NUMBER: usize = 0;

/// The word with the lock, in a cache line of its own.
pub(super) const LOCK: usize = 8;

/// Bytes of all words.
const SIZE: u64 = 192;

/// Steps of a writer that adds one.
const STEPS: usize = 2;

/// How the additions are made.
const WAYS: &[(&str, &str)] = &[
    (player::PLAIN, "load, add, store"),
    (player::ATOMIC, "one atomic addition"),
    (player::LOCKED, "load, add, store under a lock"),
];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("Two writers, one number", options.color))?;
    let story = "A and B are two processes that have a page in common, and in it a number, which \
                 is 0. Each adds 1 to it, in two steps: it loads the number into a register, and \
                 stores the register plus 1. They are told when to take a step, so every order that \
                 there is happens once. Should be 2:";
    writeln!(out, "{}", prose(story))?;
    out.flush()?;
    let mut stage = Stage::new(options)?;
    let mut rows = vec![head(["1st step", "2nd", "3rd", "4th", "it is"])];
    let (mut right, mut all) = (0, 0);
    for order in orders(STEPS, STEPS) {
        let (steps, number) = stage.played(&order)?;
        all += 1;
        right += u32::from(number == 2);
        rows.push(row(steps, number));
    }
    writeln!(out, "{}", narrow(&[], &rows))?;
    let meaning = format!(
        "Right in {right} of {all} orders: where one of them was done before the other began. In the \
         others both have loaded the same 0, and the store of the first is gone."
    );
    writeln!(out, "{}", prose(&meaning))?;
    out.flush()?;
    options.go_on()?;
    writeln!(out, "{}\n", bold("With a lock", options.color))?;
    let (rows, number) = stage.locked()?;
    writeln!(out, "{}", narrow(&[], &rows))?;
    let meaning = format!(
        "It is {number}. B is in the kernel, in futex(2), until A has unlocked: an order in which it \
         loads before A has stored cannot be made to happen."
    );
    writeln!(out, "{}", prose(&meaning))?;
    out.flush()?;
    let times = if options.quick { TIMES.1 } else { TIMES.0 };
    writeln!(out, "{}\n", bold("Without a schedule", options.color))?;
    let story = format!("Each adds 1 {times} times, as fast as it can, both at once:");
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let mut rows = vec![head(["by", "should be", "it is", "lost", "each took"])];
    for (way, title) in WAYS {
        options.go_on()?;
        let (number, took) = stage.raced(way, times)?;
        rows.push(vec![
            (*title).to_owned(),
            (2 * times).to_string(),
            number.to_string(),
            (2 * times).saturating_sub(number).to_string(),
            brief(took / u32::try_from(times)?),
        ]);
    }
    let right = Align::Right;
    writeln!(
        out,
        "{}",
        narrow(&[Align::Left, right, right, right, right], &rows)
    )?;
    let meaning = "How much the first loses is another number each time, and on a machine that has \
                   one processor to spare it may be nothing: which is how such a program passes its \
                   tests. Read on: `syslab shm read races`.";
    out.write_all(prose(meaning).as_bytes())?;
    Ok(())
}

/// All orders in which `a` steps of A (true) and `b` steps of B can be mixed.
fn orders(a: usize, b: usize) -> Vec<Vec<bool>> {
    if a == 0 || b == 0 {
        return vec![[vec![true; a], vec![false; b]].concat()];
    }
    let then = |first: bool, rest: Vec<Vec<bool>>| {
        rest.into_iter()
            .map(move |rest| [vec![first], rest].concat())
    };
    then(true, orders(a - 1, b))
        .chain(then(false, orders(a, b - 1)))
        .collect()
}

/// The steps and what has become of the number, which is marked if it is wrong.
fn row(steps: Vec<String>, number: u64) -> Vec<String> {
    let mark = if number == 2 { "" } else { "  one is lost" };
    let mut cells = steps;
    cells.push(format!("{number}{mark}"));
    cells
}

/// The page, and the two processes that have it in common.
struct Stage {
    words: Words,
    /// The page lives as long as somebody has it.
    _file: std::fs::File,
    a: Player,
    b: Player,
    options: DemoOptions,
}

impl Stage {
    fn new(options: &DemoOptions) -> anyhow::Result<Self> {
        let file = shared::unnamed(SIZE)?;
        let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
        let start = || -> anyhow::Result<Player> {
            let mut player = Player::start("torn", &[&path], options)?;
            player.hear()?;
            Ok(player)
        };
        Ok(Self {
            words: Words::new(&file)?,
            _file: file,
            a: start()?,
            b: start()?,
            options: options.clone(),
        })
    }

    /// The number, which is set to 0 for the next time.
    fn taken(&self) -> u64 {
        self.words.word(NUMBER).swap(0, Ordering::SeqCst)
    }

    fn who(&mut self, is_a: bool) -> (&mut Player, &'static str) {
        match is_a {
            true => (&mut self.a, "A"),
            false => (&mut self.b, "B"),
        }
    }

    /// Lets the two take their steps in this order; says what each did, and what came of it.
    fn played(&mut self, order: &[bool]) -> anyhow::Result<(Vec<String>, u64)> {
        let mut steps = Vec::new();
        let mut loaded = [false; 2];
        for is_a in order {
            let has_loaded = std::mem::replace(&mut loaded[usize::from(*is_a)], true);
            let (player, name) = self.who(*is_a);
            let (order, verb) = match has_loaded {
                false => (player::LOAD, "loads"),
                true => (player::STORE, "stores"),
            };
            let value = player.ask(order)?;
            steps.push(format!("{name} {verb} {value}"));
        }
        Ok((steps, self.taken()))
    }

    /// The two as before, but each takes the lock first, and B in the middle of A's steps.
    fn locked(&mut self) -> anyhow::Result<(Vec<Vec<String>>, u64)> {
        let mut rows = vec![head(["A", "B", "the lock", "the number"])];
        let mut note = |words: &Words, a: &str, b: &str| {
            let state = match words.half(LOCK).load(Ordering::SeqCst) {
                0 => "free",
                WAITED_FOR => "taken, waited for",
                _ => "taken",
            };
            let number = words.word(NUMBER).load(Ordering::SeqCst);
            rows.push(vec![
                a.to_owned(),
                b.to_owned(),
                state.to_owned(),
                number.to_string(),
            ]);
        };
        self.a.ask(player::LOCK)?;
        note(&self.words, "locks", "");
        let loaded = self.a.ask(player::LOAD)?;
        note(&self.words, &format!("loads {loaded}"), "");
        self.b.tell(player::LOCK)?;
        // It says so in the word, before it sleeps.
        while self.words.half(LOCK).load(Ordering::SeqCst) != WAITED_FOR {
            self.options.go_on()?;
            std::thread::yield_now();
        }
        note(&self.words, "", "wants the lock, and sleeps");
        let stored = self.a.ask(player::STORE)?;
        note(&self.words, &format!("stores {stored}"), "still sleeps");
        self.a.ask(player::UNLOCK)?;
        self.b.hear()?;
        note(&self.words, "unlocks", "is woken, and has it");
        for (order, verb) in [(player::LOAD, "loads"), (player::STORE, "stores")] {
            let value = self.b.ask(order)?;
            note(&self.words, "", &format!("{verb} {value}"));
        }
        self.b.ask(player::UNLOCK)?;
        note(&self.words, "", "unlocks");
        Ok((rows, self.taken()))
    }

    /// Lets both add as often and as fast as they can; what came of it, and how long the slower
    /// one took.
    fn raced(&mut self, way: &str, times: u64) -> anyhow::Result<(u64, Duration)> {
        let order = format!("{} {way} {times}", player::RACE);
        // Both are told that they shall wait for the start, which the page tells them.
        let start = self.words.word(player::START);
        start.store(0, Ordering::SeqCst);
        self.a.tell(&order)?;
        self.b.tell(&order)?;
        while start.load(Ordering::SeqCst) < 2 {
            self.options.go_on()?;
            std::thread::yield_now();
        }
        let mut slowest = Duration::ZERO;
        for player in [&mut self.a, &mut self.b] {
            let nanos = player.hear()?;
            let took = Duration::from_nanos(nanos.parse().context("how long did it take?")?);
            slowest = slowest.max(took);
        }
        let number = self.taken();
        if number > 2 * times {
            bail!("{number} is more than was added");
        }
        Ok((number, slowest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_steps_each_can_be_mixed_in_six_ways() {
        let all = orders(2, 2);
        assert_eq!(all.len(), 6);
        assert_eq!(all[0], [true, true, false, false]);
        assert!(
            all.iter()
                .all(|order| order.iter().filter(|a| **a).count() == 2)
        );
        assert_eq!(orders(3, 3).len(), 20);
    }

    #[test]
    fn a_loss_is_marked() {
        assert_eq!(row(Vec::new(), 1), ["1  one is lost"]);
        assert_eq!(row(Vec::new(), 2), ["2"]);
    }
}
