//! Looks at the same table over time: which group grows, how fast, and when the limit is reached.

use std::collections::{BTreeMap, VecDeque};

use super::groups::{Coarse, keys};
use super::{Key, Table};

/// Looks that are kept; older ones are forgotten.
const LOOKS: usize = 60;

/// A table over time.
#[derive(Clone, Debug, Default)]
pub struct History {
    looks: VecDeque<Look>,
}

#[derive(Clone, Debug)]
struct Look {
    /// Milliseconds since some moment that all looks have in common.
    at_ms: u64,
    counts: BTreeMap<Key, u64>,
    limit: Option<u64>,
}

/// The numbers of one group over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The group.
    pub key: Key,
    /// How many there were at each look, the last one last.
    pub counts: Vec<u64>,
}

/// How the whole table grows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Growth {
    /// Descriptors a second, over the looks that are kept; negative if they become fewer.
    pub per_second: f64,
    /// The span of time that this is the mean of, milliseconds.
    pub over_ms: u64,
    /// How long until the limit is reached if it goes on like this; `None` if it does not grow.
    pub left_ms: Option<u64>,
}

impl Series {
    /// How many more there are than at the first look that is kept.
    pub fn growth(&self) -> i64 {
        let first = self.counts.first().copied().unwrap_or(0);
        let last = self.counts.last().copied().unwrap_or(0);
        last.cast_signed() - first.cast_signed()
    }

    /// How many more there are than at the look before.
    pub fn step(&self) -> i64 {
        match self.counts.as_slice() {
            [.., before, last] => last.cast_signed() - before.cast_signed(),
            _ => 0,
        }
    }
}

impl History {
    /// Adds a look; `at_ms` counts from some moment that all looks have in common.
    pub fn add(&mut self, at_ms: u64, table: &Table) {
        let mut counts = BTreeMap::new();
        for key in keys(table) {
            *counts.entry(key).or_insert(0) += 1;
        }
        if self.looks.len() == LOOKS {
            self.looks.pop_front();
        }
        self.looks.push_back(Look {
            at_ms,
            counts,
            limit: table.limit,
        });
    }

    /// Every group that there was, those that have grown most first; then by size.
    pub fn series(&self) -> Vec<Series> {
        let coarse = Coarse::of(self.looks.iter().flat_map(|look| look.counts.keys()));
        let mut all: BTreeMap<Key, Vec<u64>> = BTreeMap::new();
        for (nth, look) in self.looks.iter().enumerate() {
            for (key, count) in &look.counts {
                let counts = all
                    .entry(coarse.key(key))
                    .or_insert_with(|| vec![0; self.looks.len()]);
                counts[nth] += count;
            }
        }
        let mut series: Vec<Series> = all
            .into_iter()
            .map(|(key, counts)| Series { key, counts })
            .collect();
        series.sort_by_key(|one| {
            let last = one.counts.last().copied().unwrap_or(0);
            (std::cmp::Reverse((one.growth(), last)), one.key.clone())
        });
        series
    }

    /// How the table grows; `None` before the second look.
    pub fn growth(&self) -> Option<Growth> {
        let (first, last) = (self.looks.front()?, self.looks.back()?);
        let over_ms = last.at_ms.checked_sub(first.at_ms).filter(|ms| *ms > 0)?;
        let count = |look: &Look| look.counts.values().sum::<u64>();
        Some(Growth::between(
            (count(first), count(last)),
            over_ms,
            last.limit,
        ))
    }
}

impl Growth {
    /// From so many to so many in this time.
    pub fn between((before, now): (u64, u64), over_ms: u64, limit: Option<u64>) -> Self {
        let per_second = (now as f64 - before as f64) * 1000.0 / over_ms as f64;
        let left_ms = limit
            .filter(|_| now > before)
            .map(|limit| (limit.saturating_sub(now) as f64 / per_second * 1000.0) as u64);
        Self {
            per_second,
            over_ms,
            left_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{file, table};
    use super::*;

    fn leaky(count: i32) -> Table {
        let mut all = vec![file(0, "/dev/null")];
        all.extend((1..=count).map(|number| file(number, "/log.1")));
        Table {
            limit: Some(100),
            ..table(all)
        }
    }

    #[test]
    fn the_group_that_grows_is_first_and_the_limit_is_near() {
        let mut history = History::default();
        assert_eq!(history.growth(), None);
        for (nth, count) in [10, 12, 15, 19].into_iter().enumerate() {
            history.add(nth as u64 * 1000, &leaky(count));
        }
        let series = history.series();
        assert_eq!(series[0].key.what, "/log.1");
        assert_eq!(series[0].counts, [10, 12, 15, 19]);
        assert_eq!((series[0].growth(), series[0].step()), (9, 4));
        assert_eq!(series[1].growth(), 0);
        let growth = history.growth().unwrap();
        assert_eq!((growth.per_second, growth.over_ms), (3.0, 3000));
        assert_eq!(growth.left_ms, Some(26_666));
    }

    #[test]
    fn what_shrinks_reaches_no_limit() {
        let mut history = History::default();
        history.add(0, &leaky(10));
        history.add(500, &leaky(8));
        let growth = history.growth().unwrap();
        assert_eq!((growth.per_second, growth.left_ms), (-4.0, None));
    }

    #[test]
    fn only_so_many_looks_are_kept() {
        let mut history = History::default();
        for nth in 0..200 {
            history.add(nth * 1000, &leaky(1));
        }
        assert_eq!(history.series()[0].counts.len(), LOOKS);
    }
}
