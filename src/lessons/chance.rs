//! Numbers and letters that follow from a seed, so that nothing can be learnt by heart.

/// A source of chance; equal seeds give equal numbers.
pub(in crate::lessons) struct Source {
    state: u64,
}

impl Source {
    /// Makes a source; `stream` keeps experiments with the same seed apart.
    pub(in crate::lessons) fn new(seed: u64, stream: &str) -> Self {
        let state = stream.bytes().fold(seed, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self { state }
    }

    /// The next number of splitmix64 (Steele, Lea and Flood, 2014).
    pub(in crate::lessons) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A byte below `end`.
    fn byte(&mut self, end: u8) -> u8 {
        (self.next() % u64::from(end)) as u8
    }

    /// So many lowercase letters.
    pub(in crate::lessons) fn letters(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| b'a' + self.byte(26)).collect()
    }

    /// A word of so many lowercase letters.
    pub(in crate::lessons) fn word(&mut self, len: usize) -> String {
        self.letters(len).into_iter().map(char::from).collect()
    }

    /// A number from `first` to `last`.
    pub(in crate::lessons) fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.next() % (last - first + 1)
    }

    /// One of several.
    pub(in crate::lessons) fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.between(1, of.len() as u64) as usize - 1]
    }
}
