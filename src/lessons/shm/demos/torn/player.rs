//! A writer: takes one step at a time, or as many as it can.

use std::fs::File;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context, bail};

use super::{LOCK as LOCK_WORD, NUMBER};
use crate::lessons::player::{answer, order};
use crate::sys::shared::{Words, lock, unlock};

/// Loads the number into the register, and answers with it.
pub(super) const LOAD: &str = "load";
/// Stores the register plus 1, and answers with that.
pub(super) const STORE: &str = "store";
/// Takes the lock, and answers when it has it.
pub(super) const LOCK: &str = "lock";
/// Lets it go.
pub(super) const UNLOCK: &str = "unlock";
/// Adds as often as it is told, in one of the ways, and answers with nanoseconds.
pub(super) const RACE: &str = "race";

/// A way: load and store.
pub(super) const PLAIN: &str = "plain";
/// A way: fetch_add.
pub(super) const ATOMIC: &str = "atomic";
/// A way: load and store under the lock.
pub(super) const LOCKED: &str = "locked";

/// The word in which those who are ready to race are counted.
pub(super) const START: usize = 16;

/// Maps the page of this path, and takes steps.
pub(in super::super) fn play(args: &[String]) -> anyhow::Result<()> {
    let [path] = args else {
        bail!("which page?");
    };
    let page = File::options().read(true).write(true).open(path)?;
    let words = Words::new(&page).context("cannot map the page")?;
    let (number, lock_word) = (words.word(NUMBER), words.half(LOCK_WORD));
    answer("mapped")?;
    let mut register = 0;
    while let Some(order) = order()? {
        let said = match order.split(' ').collect::<Vec<_>>()[..] {
            [LOAD] => {
                register = number.load(Ordering::Relaxed);
                register.to_string()
            }
            [STORE] => {
                number.store(register + 1, Ordering::Relaxed);
                (register + 1).to_string()
            }
            [LOCK] => {
                lock(lock_word);
                "locked".to_owned()
            }
            [UNLOCK] => {
                unlock(lock_word);
                "unlocked".to_owned()
            }
            [RACE, way, times] => race(&words, way, times.parse()?)?.to_string(),
            _ => bail!("{order:?} is no order"),
        };
        answer(&said)?;
    }
    Ok(())
}

/// Adds 1 so many times; how many nanoseconds that took.
fn race(words: &Words, way: &str, times: u64) -> anyhow::Result<u128> {
    let (number, lock_word) = (words.word(NUMBER), words.half(LOCK_WORD));
    let plain = || number.store(number.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    let start = words.word(START);
    start.fetch_add(1, Ordering::SeqCst);
    // The other one is not far; if it does not come, the demo is over, and so is this process.
    while start.load(Ordering::SeqCst) < 2 {
        std::thread::yield_now();
    }
    let begun = Instant::now();
    for _ in 0..times {
        match way {
            PLAIN => plain(),
            ATOMIC => {
                number.fetch_add(1, Ordering::SeqCst);
            }
            LOCKED => {
                lock(lock_word);
                plain();
                unlock(lock_word);
            }
            _ => bail!("{way:?} is no way"),
        }
    }
    Ok(begun.elapsed().as_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::shared;

    #[test]
    fn alone_nothing_is_lost() {
        let page = shared::unnamed(super::super::SIZE).unwrap();
        let words = Words::new(&page).unwrap();
        words.word(START).store(1, Ordering::SeqCst);
        for (nth, way) in (1..).zip([PLAIN, ATOMIC, LOCKED]) {
            race(&words, way, 100).unwrap();
            assert_eq!(words.word(NUMBER).load(Ordering::SeqCst), 100 * nth);
        }
        assert!(race(&words, "hopeful", 1).is_err());
    }
}
