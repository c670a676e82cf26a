//! Choices that depend on nothing but a seed.

use crate::lessons::chance::Source;

/// A source of choices: the same seed makes the same ones, on every machine.
pub(in crate::lessons) struct Dice(Source);

impl Dice {
    /// Dice for the exercise `name`: two exercises with one seed are not related.
    pub(in crate::lessons) fn new(seed: u64, name: &str) -> Self {
        Self(Source::new(seed, name))
    }

    /// A number from `low` to `high`, both included.
    pub(in crate::lessons) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.0.next() % (high - low + 1)
    }

    /// One of several.
    pub(in crate::lessons) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.between(0, from.len() as u64 - 1) as usize]
    }

    /// The same things in another order.
    pub(in crate::lessons) fn shuffled<'a>(&mut self, from: &[&'a str]) -> Vec<&'a str> {
        let mut rest = from.to_vec();
        let mut order = Vec::new();
        while !rest.is_empty() {
            let at = self.between(0, rest.len() as u64 - 1) as usize;
            order.push(rest.remove(at));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_sequence() {
        let roll = |seed, name| {
            let mut dice = Dice::new(seed, name);
            [0; 4].map(|_| dice.between(3, 9))
        };
        assert_eq!(roll(1, "a"), roll(1, "a"));
        assert_ne!(roll(1, "a"), roll(2, "a"));
        assert_ne!(roll(1, "a"), roll(1, "b"));
        assert!(roll(5, "c").iter().all(|n| (3..=9).contains(n)));
    }

    #[test]
    fn shuffling_loses_nothing() {
        let mut order = Dice::new(3, "x").shuffled(&["a", "b", "c"]);
        order.sort_unstable();
        assert_eq!(order, ["a", "b", "c"]);
    }
}
