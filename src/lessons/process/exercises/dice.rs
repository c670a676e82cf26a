//! Choices that depend on nothing but a seed.

/// A source of choices: the same seed makes the same ones, on every machine.
pub(super) struct Dice(u64);

impl Dice {
    /// Dice for the exercise `name`: two exercises with one seed are not related.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        Self(name.bytes().fold(seed, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }))
    }

    /// The next word: splitmix64 (Steele, Lea and Flood, 2014).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    /// One of several.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.between(0, from.len() as u64 - 1) as usize]
    }

    /// The same things in another order.
    pub(super) fn shuffled<'a>(&mut self, from: &[&'a str]) -> Vec<&'a str> {
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
