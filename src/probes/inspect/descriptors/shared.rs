//! Which descriptors refer to one open file description: kcmp(2).
//!
//! Only those with the same target can. They are sorted by the kernel's own order, and equal ones
//! stand side by side: n log n questions instead of n².

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::io;

use super::super::Depth;
use super::super::parallel::in_parallel;
use super::one::Seen;
use crate::model::table::HOLDERS;
use crate::sys::kcmp::{self, Of};

/// More descriptors with one target than this are sorted only if everything is wanted.
const MANY: usize = 1024;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Shares {
    /// What is known of each of our numbers; nothing of those that were not compared.
    pub(super) of: HashMap<i32, Share>,
    /// Processes that have our table itself.
    pub(super) tables: Vec<i32>,
    /// Why nothing could be compared.
    pub(super) refused: Option<io::Error>,
}

/// A description that a descriptor refers to.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// The lowest of our numbers that refers to it.
    pub(super) description: i32,
    /// How many others refer to it.
    pub(super) sharers: u64,
    /// Some of them, those of other processes first.
    pub(super) named: Vec<Of>,
}

/// Compares the descriptors of a process with each other, and with those of others that have the
/// same target: process, number, target.
pub(super) fn find(pid: i32, seen: &[Seen], others: &[(i32, i32, &[u8])], depth: Depth) -> Shares {
    let mut shares = Shares::default();
    if let Some(first) = seen.first()
        && let Err(error) = kcmp::descriptions((pid, first.number), (pid, first.number))
        && matches!(
            error.raw_os_error(),
            Some(libc::EPERM | libc::EACCES | libc::ENOSYS)
        )
    {
        shares.refused = Some(error);
        return shares;
    }
    let mut by_target: HashMap<&[u8], Vec<Of>> = HashMap::new();
    for one in seen {
        let all = by_target.entry(&one.target).or_default();
        all.push((pid, one.number));
    }
    if depth == Depth::Usual {
        by_target.retain(|_, all| all.len() <= MANY);
    }
    for (other, number, target) in others {
        if let Some(all) = by_target.get_mut(target) {
            all.push((*other, *number));
        }
    }
    let mut sharers = BTreeSet::new();
    for all in by_target.into_values() {
        for equal in classes(&all) {
            let (own, foreign): (Vec<Of>, Vec<Of>) = equal.iter().partition(|of| of.0 == pid);
            sharers.extend(foreign.iter().map(|of| of.0));
            for of in &own {
                let rest = foreign.iter().chain(&own).filter(|other| *other != of);
                let share = Share {
                    description: own[0].1,
                    sharers: equal.len() as u64 - 1,
                    named: rest.take(HOLDERS).copied().collect(),
                };
                shares.of.insert(of.1, share);
            }
        }
    }
    shares.tables = sharers
        .into_iter()
        .filter(|other| kcmp::is_one_table(pid, *other).unwrap_or(false))
        .collect();
    shares
}

/// The descriptors, those of one description together.
fn classes(all: &[Of]) -> Vec<Vec<Of>> {
    let mut parts = in_parallel(all, sorted);
    while parts.len() > 1 {
        let pairs = parts.chunks(2);
        parts = pairs
            .map(|pair| match pair {
                [one, other] => merged(one, other),
                one => one.concat(),
            })
            .collect();
    }
    let mut classes: Vec<Vec<Of>> = Vec::new();
    for of in parts.concat() {
        match classes.last_mut() {
            Some(class) if compare(class[0], of) == Ordering::Equal => class.push(of),
            _ => classes.push(vec![of]),
        }
    }
    for class in &mut classes {
        class.sort_unstable();
    }
    classes
}

/// What cannot be compared any more is not equal.
fn compare(one: Of, other: Of) -> Ordering {
    kcmp::descriptions(one, other).unwrap_or(Ordering::Less)
}

/// Sorted by merging: the order of what is closed meanwhile is none, and a sort of the library may
/// panic at that.
fn sorted(all: &[Of]) -> Vec<Of> {
    match all.len() {
        0 | 1 => all.to_vec(),
        len => merged(&sorted(&all[..len / 2]), &sorted(&all[len / 2..])),
    }
}

fn merged(mut one: &[Of], mut other: &[Of]) -> Vec<Of> {
    let mut merged = Vec::with_capacity(one.len() + other.len());
    while let ([first, one_rest @ ..], [second, other_rest @ ..]) = (one, other) {
        match compare(*second, *first) {
            Ordering::Less => {
                merged.push(*second);
                other = other_rest;
            }
            _ => {
                merged.push(*first);
                one = one_rest;
            }
        }
    }
    merged.extend(one);
    merged.extend(other);
    merged
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsRawFd as _;

    use super::*;

    #[test]
    fn duplicates_among_many_are_found() {
        let own = std::process::id() as i32;
        let files: Vec<File> = (0..200).map(|_| File::open("/dev/null").unwrap()).collect();
        let copies: Vec<File> = files
            .iter()
            .step_by(50)
            .map(|file| file.try_clone().unwrap())
            .collect();
        let all: Vec<Of> = files
            .iter()
            .chain(&copies)
            .map(|file| (own, file.as_raw_fd()))
            .collect();
        if let Err(error) = kcmp::descriptions(all[0], all[0]) {
            println!("skipped: the kernel does not compare: {error}");
            return;
        }
        let classes = classes(&all);
        assert_eq!(classes.len(), files.len());
        for (nth, copy) in copies.iter().enumerate() {
            let mut pair = vec![(own, files[nth * 50].as_raw_fd()), (own, copy.as_raw_fd())];
            pair.sort_unstable();
            assert!(classes.contains(&pair), "{pair:?}");
        }
    }
}
