//! Reads of a thread's Python structures, most of them made at once.
//!
//! A system call costs more than what it reads. Threads tend to be where they were before, so all
//! places that the last capture looked at are read by one process_vm_readv(2); what is asked for
//! and not among them is read as it is needed. Nothing older than the capture is ever used.

use super::super::memory::{Memory, half_at, word_at};
use crate::sys::memory;

/// Places that are read at once, the bytes of one and of all.
const PLACES: usize = 256;
const LARGEST: usize = 16 * 1024;
const TOTAL: usize = 64 * 1024;

/// Where a thread's last capture looked: addresses and lengths, in order.
#[derive(Default)]
pub(super) struct Habit {
    places: Vec<(u64, usize)>,
    bytes: usize,
}

impl Habit {
    fn add(&mut self, address: u64, len: usize) {
        if self.places.len() < PLACES && len <= LARGEST && self.bytes + len <= TOTAL {
            self.places.push((address, len));
            self.bytes += len;
        }
    }
}

/// The reads of one capture.
pub(super) struct Reads {
    memory: Memory,
    expected: Habit,
    /// What is at the expected places, one after the other, as far as it could be read.
    bytes: Vec<u8>,
    /// The expected place that is likely to be asked for next, and where its bytes begin.
    next: (usize, usize),
    made: Habit,
}

impl Reads {
    /// Reads what the last capture of the thread read.
    pub(super) fn new(memory: Memory, expected: Habit) -> Self {
        let mut bytes = vec![0; expected.bytes];
        let mut rest = bytes.as_mut_slice();
        let mut places = Vec::with_capacity(expected.places.len());
        for (address, len) in &expected.places {
            let (into, after) = rest.split_at_mut(*len);
            places.push((*address, into));
            rest = after;
        }
        let got = memory::read_many(memory.tid, &mut places).unwrap_or(0);
        bytes.truncate(got);
        Self {
            memory,
            expected,
            bytes,
            next: (0, 0),
            made: Habit::default(),
        }
    }

    /// What this capture read, for the next one.
    pub(super) fn habit(self) -> Habit {
        self.made
    }

    /// Fills `into` from `address`; `None` if a part of it cannot be read.
    pub(super) fn fill(&mut self, address: u64, into: &mut [u8]) -> Option<()> {
        self.made.add(address, into.len());
        match self.known(address, into.len()) {
            Some(bytes) => into.copy_from_slice(bytes),
            None => self.memory.fill(address, into)?,
        }
        Some(())
    }

    /// `len` bytes at `address`; the caller bounds `len`.
    pub(super) fn bytes(&mut self, address: u64, len: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; len];
        self.fill(address, &mut bytes)?;
        Some(bytes)
    }

    /// Whether exactly these bytes are at `address`.
    pub(super) fn holds(&mut self, address: u64, bytes: &[u8]) -> bool {
        self.made.add(address, bytes.len());
        match self.known(address, bytes.len()) {
            Some(known) => known == bytes,
            None => self.memory.holds(address, bytes),
        }
    }

    /// A 64-bit word.
    pub(super) fn word(&mut self, address: u64) -> Option<u64> {
        let mut bytes = [0; 8];
        self.fill(address, &mut bytes)?;
        Some(u64::from_ne_bytes(bytes))
    }

    /// A structure whose last member of interest, of 8 bytes, is at `last`.
    pub(super) fn structure(&mut self, address: u64, last: usize) -> Option<Structure> {
        let mut structure = Structure {
            bytes: [0; STRUCTURE],
            len: last.checked_add(8).filter(|len| *len <= STRUCTURE)?,
        };
        self.fill(address, &mut structure.bytes[..structure.len])?;
        Some(structure)
    }

    /// The bytes of an expected place.
    fn known(&mut self, address: u64, len: usize) -> Option<&[u8]> {
        let places = &self.expected.places;
        let (mut index, mut start) = self.next;
        for _ in 0..places.len() {
            let (place, place_len) = *places.get(index)?;
            let end = start + place_len;
            let is_last = index + 1 == places.len();
            let next = if is_last { (0, 0) } else { (index + 1, end) };
            if (place, place_len) == (address, len) {
                self.next = next;
                return self.bytes.get(start..end);
            }
            (index, start) = next;
        }
        None
    }
}

/// No structure's member that we need lies further than this.
pub(super) const STRUCTURE: usize = 512;

/// The beginning of a structure.
pub(super) struct Structure {
    bytes: [u8; STRUCTURE],
    len: usize,
}

impl Structure {
    /// The member at `offset`, of 64 bits.
    pub(super) fn word(&self, offset: usize) -> Option<u64> {
        word_at(&self.bytes[..self.len], offset)
    }

    /// The member at `offset`, of 32 bits.
    pub(super) fn half(&self, offset: usize) -> Option<u32> {
        half_at(&self.bytes[..self.len], offset)
    }

    /// The member at `offset`, of 8 bits.
    pub(super) fn byte(&self, offset: usize) -> Option<u8> {
        self.bytes[..self.len].get(offset).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Memory {
        Memory {
            tid: std::process::id().cast_signed(),
        }
    }

    fn address(words: &[u64]) -> u64 {
        words.as_ptr() as u64
    }

    #[test]
    fn what_was_expected_is_what_is_there_now() {
        let mut words = vec![1_u64, 2, 3];
        let at = address(&words);
        let mut reads = Reads::new(own(), Habit::default());
        assert_eq!(reads.word(at), Some(1));
        assert_eq!(reads.word(at + 16), Some(3));
        let habit = reads.habit();
        words[0] = 10;
        words[2] = 30;
        let mut reads = Reads::new(own(), habit);
        assert!(reads.holds(at + 16, &30_u64.to_ne_bytes()));
        assert!(!reads.holds(at + 16, &3_u64.to_ne_bytes()));
        assert_eq!(reads.word(at), Some(10));
        assert_eq!(reads.word(at + 8), Some(2));
        assert_eq!(reads.bytes(at, 24).map(|bytes| bytes.len()), Some(24));
        assert_eq!(reads.word(at), Some(10));
    }

    #[test]
    fn a_place_that_is_gone_spoils_no_other() {
        let words = [1_u64, 2];
        let at = address(&words);
        let mut expected = Habit::default();
        for place in [at, 8, at + 8] {
            expected.add(place, 8);
        }
        let mut reads = Reads::new(own(), expected);
        assert_eq!(reads.word(at), Some(1));
        assert_eq!(reads.word(8), None);
        assert_eq!(reads.word(at + 8), Some(2));
    }

    #[test]
    fn habits_are_bounded() {
        let mut habit = Habit::default();
        for _ in 0..1000 {
            habit.add(0, 100);
        }
        habit.add(0, LARGEST + 1);
        assert_eq!((habit.places.len(), habit.bytes), (PLACES, PLACES * 100));
    }
}
