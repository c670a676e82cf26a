//! Hashes of runs of tokens, and which of them are kept.

use std::collections::HashSet;

use super::lexer::{Token, tokens};
use super::{GRAM, Language, Sources, WINDOW};

/// A submission as tokens, one file after the other.
pub(super) struct Document {
    /// All tokens.
    pub(super) tokens: Vec<Token>,
    /// Where each file begins in `tokens`, with its path.
    pub(super) files: Vec<(usize, String)>,
    /// For every token, whether it is the starter's.
    pub(super) is_given: Vec<bool>,
    /// Kept hashes, with the place of their first token; in the order of places.
    pub(super) fingerprints: Vec<(u64, u32)>,
}

impl Document {
    /// Tokenises a submission; what is in the starter is marked and has no fingerprint.
    pub(super) fn of(sources: &Sources, given: &HashSet<u64>) -> Self {
        let mut document = Self {
            tokens: Vec::new(),
            files: Vec::new(),
            is_given: Vec::new(),
            fingerprints: Vec::new(),
        };
        for (path, text) in &sources.files {
            let Some(language) = Language::of(path) else {
                continue;
            };
            let start = document.tokens.len();
            document.files.push((start, path.clone()));
            document.tokens.extend(tokens(language, text));
            document.is_given.resize(document.tokens.len(), false);
            let hashes = hashes(&document.tokens[start..]);
            for (at, hash) in hashes.iter().enumerate() {
                if given.contains(hash) {
                    document.is_given[start + at..start + at + GRAM].fill(true);
                }
            }
            // A run that touches what was given is no evidence.
            let free = |at: usize| {
                !document.is_given[start + at..start + at + GRAM]
                    .iter()
                    .any(|given| *given)
            };
            let free: Vec<bool> = (0..hashes.len()).map(free).collect();
            winnow(&hashes, &free, |hash, at| {
                document
                    .fingerprints
                    .push((hash, u32::try_from(start + at).unwrap_or(u32::MAX)));
            });
        }
        document
    }

    /// Takes what very many have for given, too.
    pub(super) fn give(&mut self, of_all: &HashSet<u64>) {
        for (hash, at) in &self.fingerprints {
            if of_all.contains(hash) {
                let at = *at as usize;
                self.is_given[at..at + GRAM].fill(true);
            }
        }
        self.fingerprints.retain(|(hash, _)| !of_all.contains(hash));
    }

    /// How many tokens are the submission's own.
    pub(super) fn own(&self) -> usize {
        self.is_given.iter().filter(|given| !**given).count()
    }

    /// The kinds of the submission's own tokens.
    pub(super) fn own_kinds(&self) -> impl Iterator<Item = u32> {
        let tokens = self.tokens.iter().zip(&self.is_given);
        tokens
            .filter(|(_, given)| !**given)
            .map(|(token, _)| token.kind)
    }

    /// One number for all of them.
    pub(super) fn digest(&self) -> u64 {
        self.own_kinds().fold(0, |digest, kind| {
            mixed(digest ^ u64::from(kind)).rotate_left(1)
        })
    }

    /// Path and line of a token.
    pub(super) fn place(&self, at: usize) -> (&str, u32) {
        let file = self
            .files
            .partition_point(|(start, _)| *start <= at)
            .saturating_sub(1);
        let path = self.files.get(file).map_or("", |(_, path)| path.as_str());
        (path, self.tokens.get(at).map_or(0, |token| token.line))
    }

    /// Whether two tokens are of the same file.
    pub(super) fn is_one_file(&self, a: usize, b: usize) -> bool {
        let file = |at| self.files.partition_point(|(start, _)| *start <= at);
        file(a) == file(b)
    }
}

/// All hashes of the starter: it is little, and none of them may count.
pub(super) fn given(starters: &[Sources]) -> HashSet<u64> {
    let mut given = HashSet::new();
    for (path, text) in starters.iter().flat_map(|starter| &starter.files) {
        if let Some(language) = Language::of(path) {
            given.extend(hashes(&tokens(language, text)));
        }
    }
    given
}

/// The hash of every run of [`GRAM`] tokens, rolled on as Rabin and Karp do.
pub(super) fn hashes(tokens: &[Token]) -> Vec<u64> {
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hashes = Vec::with_capacity(tokens.len().saturating_sub(GRAM - 1));
    let leaving = (1..GRAM).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let mut rolling = 0u64;
    for (at, token) in tokens.iter().enumerate() {
        if at >= GRAM {
            let gone = u64::from(tokens[at - GRAM].kind);
            rolling = rolling.wrapping_sub(gone.wrapping_mul(leaving));
        }
        rolling = rolling
            .wrapping_mul(BASE)
            .wrapping_add(u64::from(token.kind));
        if at + 1 >= GRAM {
            hashes.push(mixed(rolling));
        }
    }
    hashes
}

/// Spreads a hash over all bits: the smallest of a window must be a fair choice. (The finaliser of
/// MurmurHash3.)
fn mixed(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// Of every [`WINDOW`] hashes in a row the smallest; of equal ones that which is kept already, else
/// the last ("robust winnowing" in the paper). Hashes that are not free are none.
fn winnow(hashes: &[u64], free: &[bool], mut keep: impl FnMut(u64, usize)) {
    // Places whose hashes rise: the first is the smallest of the window.
    let mut rising: std::collections::VecDeque<usize> = std::collections::VecDeque::new();
    let mut kept: Option<usize> = None;
    // A text that is shorter than a window is one.
    let window = WINDOW.min(hashes.len().max(1));
    for at in 0..hashes.len() {
        if free[at] {
            while rising
                .back()
                .is_some_and(|last| hashes[*last] >= hashes[at])
            {
                rising.pop_back();
            }
            rising.push_back(at);
        }
        while rising.front().is_some_and(|first| first + window <= at) {
            rising.pop_front();
        }
        if at + 1 >= window
            && let Some(&smallest) = rising.front()
            && !kept.is_some_and(|kept| kept + window > at && hashes[kept] == hashes[smallest])
        {
            kept = Some(smallest);
            keep(hashes[smallest], smallest);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn run(kinds: &[u32]) -> Vec<Token> {
        kinds
            .iter()
            .map(|kind| Token {
                kind: *kind,
                line: 1,
            })
            .collect()
    }

    proptest! {
        #[test]
        fn equal_runs_have_equal_hashes(
            before in proptest::collection::vec(0u32..5, 0..50),
            common in proptest::collection::vec(0u32..5, GRAM..GRAM + 30),
            after in proptest::collection::vec(0u32..5, 0..50),
        ) {
            let whole: Vec<u32> = before.iter().chain(&common).chain(&after).copied().collect();
            let alone = hashes(&run(&common));
            let inside = hashes(&run(&whole));
            prop_assert_eq!(&inside[before.len()..before.len() + alone.len()], &alone[..]);
        }

        /// The paper's guarantee.
        #[test]
        fn every_long_common_run_shares_a_fingerprint(
            before in proptest::collection::vec(0u32..500, 0..60),
            other in proptest::collection::vec(0u32..500, 0..60),
            common in proptest::collection::vec(0u32..500, GRAM + WINDOW - 1..GRAM + WINDOW + 20),
        ) {
            let kept = |before: &[u32]| {
                let whole: Vec<u32> = before.iter().chain(&common).copied().collect();
                let hashes = hashes(&run(&whole));
                let mut kept = HashSet::new();
                winnow(&hashes, &vec![true; hashes.len()], |hash, _| {
                    kept.insert(hash);
                });
                kept
            };
            prop_assert!(!kept(&before).is_disjoint(&kept(&other)));
        }
    }
}
