//! Which submissions are worked on together: a pure function.
//!
//! Many in one chunk, because to begin one costs something; but who has taken a worker down is
//! worked on with few others, then alone, so that nobody else suffers from it.

/// Most submissions of a chunk whose members have done nothing wrong.
const MOST: usize = 15;

/// Of those that have taken down one worker.
const SUSPECTS: usize = 3;

/// About so many chunks there should be for each that is worked on at the same time: the last one
/// does not keep everybody waiting.
const CHUNKS_A_SLOT: usize = 4;

/// A result that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// Its key.
    pub(super) key: String,
    /// How many workers it has taken down.
    pub(super) charges: usize,
    /// How many of its tries were given up for other reasons.
    pub(super) spared: usize,
}

impl Missing {
    /// With how many others it may be together; itself counts.
    fn company(&self, usual: usize) -> usize {
        match (self.charges, self.spared) {
            (0, 0) => usual,
            (1, 0) => SUSPECTS.min(usual),
            // A worker was killed with it and nobody knows why.
            _ => 1,
        }
    }
}

/// Cuts what is missing into chunks, in the same order but that suspects come last.
pub(super) fn chunks(missing: &[Missing], slots: usize) -> Vec<Vec<String>> {
    let usual = missing
        .len()
        .div_ceil(CHUNKS_A_SLOT * slots.max(1))
        .clamp(1, MOST);
    let mut companies = vec![usual, SUSPECTS.min(usual), 1];
    companies.dedup();
    let mut chunks = Vec::new();
    for company in companies {
        let alike: Vec<&Missing> = missing
            .iter()
            .filter(|one| one.company(usual) == company)
            .collect();
        for some in alike.chunks(company) {
            chunks.push(some.iter().map(|one| one.key.clone()).collect());
        }
    }
    chunks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn missing(charges: &[(usize, usize)]) -> Vec<Missing> {
        let one = |(nth, (charges, spared)): (usize, &(usize, usize))| Missing {
            key: format!("{nth:x}"),
            charges: *charges,
            spared: *spared,
        };
        charges.iter().enumerate().map(one).collect()
    }

    #[test]
    fn suspects_are_set_apart() {
        let class = missing(&[[(0, 0); 40].as_slice(), &[(1, 0); 4], &[(2, 0), (0, 1)]].concat());
        let sizes: Vec<usize> = chunks(&class, 1).iter().map(Vec::len).collect();
        assert_eq!(sizes, [12, 12, 12, 4, 3, 1, 1, 1]);
        let last = chunks(&class, 1).pop().unwrap();
        assert_eq!(last, ["2d"]);
        // Few submissions on many slots: nobody waits for another.
        assert_eq!(chunks(&missing(&[(0, 0); 5]), 4).len(), 5);
        assert!(chunks(&[], 4).is_empty());
    }

    proptest! {
        #[test]
        fn everybody_is_in_one_chunk(class in proptest::collection::vec((0..4_usize, 0..2_usize), 0..100), slots in 0..20_usize) {
            let class = missing(&class);
            let mut keys: Vec<String> = chunks(&class, slots).concat();
            keys.sort();
            let mut all: Vec<String> = class.iter().map(|one| one.key.clone()).collect();
            all.sort();
            prop_assert_eq!(keys, all);
            for chunk in chunks(&class, slots) {
                prop_assert!((1..=MOST).contains(&chunk.len()));
                let worst = |key: &String| class.iter().any(|one| one.key == *key && (one.charges > 1 || one.spared > 0));
                prop_assert!(chunk.len() == 1 || !chunk.iter().any(worst));
            }
        }
    }
}
