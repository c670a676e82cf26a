//! Random records, and what a log must hold once they are in it.

use std::ops::Range;

use super::LOGFILE;
pub(super) use crate::lessons::chance::Source;
use crate::model::{Experiment, Run, Step};

impl Source {
    /// A record of so many letters, with its newline.
    pub(super) fn record(&mut self, len: usize) -> Vec<u8> {
        let mut record = self.letters(len);
        record.push(b'\n');
        record
    }

    /// So many records of this length in one piece.
    pub(super) fn records(&mut self, count: usize, len: usize) -> Vec<u8> {
        (0..count).flat_map(|_| self.record(len)).collect()
    }

    /// A record of so many bytes of any value but newline, with its newline. From 256 on, each
    /// value is there.
    pub(super) fn binary_record(&mut self, len: usize) -> Vec<u8> {
        let mut record: Vec<u8> = (0..=u8::MAX).cycle().take(len).collect();
        for at in (1..record.len()).rev() {
            record.swap(at, (self.next() % (at as u64 + 1)) as usize);
        }
        record.retain(|byte| *byte != b'\n');
        record.push(b'\n');
        record
    }
}

/// What one run is given, and what its log must become.
#[derive(Clone, Debug)]
pub(super) struct Work {
    /// The whole records that the log held before, then the input.
    bytes: Vec<u8>,
    /// Where the input begins.
    begin: usize,
    /// Where each record of the input ends, behind its newline.
    ends: Vec<usize>,
}

impl Work {
    /// The work of run number `nth`, on a log that holds `before`.
    pub(super) fn new(before: &[u8], run: &Run) -> Self {
        let mut bytes = before[..whole(before)].to_vec();
        let begin = bytes.len();
        for step in &run.steps {
            if let Step::Send(sent) = step {
                bytes.extend_from_slice(sent);
            }
        }
        let ends = (begin..bytes.len())
            .filter(|at| bytes[*at] == b'\n')
            .map(|at| at + 1)
            .collect();
        Self { bytes, begin, ends }
    }

    /// What the experiment puts into the log before the first run.
    pub(super) fn initial(experiment: &Experiment) -> &[u8] {
        experiment
            .files
            .iter()
            .find(|file| file.path == LOGFILE)
            .map_or(&[], |file| &file.content)
    }

    /// How many whole records the input has.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// The log when the first `count` records of the input are in it.
    pub(super) fn log(&self, count: usize) -> &[u8] {
        &self.bytes[..self.end(count)]
    }

    /// The largest number of records of the input that `log` begins with, if it begins with what
    /// was there before.
    pub(super) fn held_by(&self, log: &[u8]) -> Option<usize> {
        log.starts_with(self.log(0)).then(|| {
            let common = self
                .bytes
                .iter()
                .zip(log)
                .take_while(|(mine, theirs)| mine == theirs)
                .count();
            self.ends.partition_point(|end| *end <= common)
        })
    }

    /// What `log` holds in the place of record `number`, in a few words; all records before it
    /// are there.
    pub(super) fn found_instead(&self, log: &[u8], number: usize) -> String {
        let rest = &log[self.log(number - 1).len()..];
        let record = self.record(number);
        let common = rest
            .iter()
            .zip(record)
            .take_while(|(one, other)| one == other)
            .count();
        let of = record.len();
        if rest.is_empty() {
            "the log ends before it".to_owned()
        } else if common == rest.len() {
            format!("the log ends in its first {common} of {of} bytes")
        } else if number > 1 && rest.starts_with(self.record(number - 1)) {
            format!("record {} is there twice", number - 1)
        } else if common > 0 {
            format!("only its first {common} of {of} bytes are there")
        } else {
            "something else is there".to_owned()
        }
    }

    /// The bytes of record `number`, counted from 1, with its newline.
    pub(super) fn record(&self, number: usize) -> &[u8] {
        &self.bytes[self.range(number)]
    }

    /// What follows the last newline of the input: a record without its end.
    pub(super) fn torn(&self) -> &[u8] {
        &self.bytes[self.end(self.count())..]
    }

    fn range(&self, number: usize) -> Range<usize> {
        self.end(number - 1)..self.end(number)
    }

    fn end(&self, count: usize) -> usize {
        match count {
            0 => self.begin,
            count => self.ends[count - 1],
        }
    }
}

/// The length of the whole records at the beginning of `log`.
pub(super) fn whole(log: &[u8]) -> usize {
    log.iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(pieces: &[&[u8]]) -> Run {
        Run {
            steps: pieces
                .iter()
                .map(|piece| Step::Send(piece.to_vec()))
                .collect(),
            ..Run::default()
        }
    }

    #[test]
    fn work_is_the_repaired_log_and_the_records() {
        let work = Work::new(b"old\nto", &run(&[b"a\n\nb", b"c\ntail"]));
        assert_eq!(work.count(), 3);
        assert_eq!(work.log(0), b"old\n");
        assert_eq!(work.log(3), b"old\na\n\nbc\n");
        assert_eq!(work.record(1), b"a\n");
        assert_eq!(work.record(2), b"\n");
        assert_eq!(work.record(3), b"bc\n");
        assert_eq!(work.torn(), b"tail");
        assert_eq!(work.held_by(b"old\na\n\nb"), Some(2));
        assert_eq!(work.held_by(b"old\n"), Some(0));
        assert_eq!(work.held_by(b"ol"), None);
    }

    #[test]
    fn records_are_what_they_say() {
        let mut source = Source::new(1, "test");
        assert_eq!(source.record(10).len(), 11);
        let binary = source.binary_record(300);
        assert_eq!(whole(&binary), binary.len());
        assert_eq!(binary.iter().filter(|byte| **byte == b'\n').count(), 1);
        assert!((0..=u8::MAX).all(|byte| binary.contains(&byte)));
        assert_ne!(source.record(20), source.record(20));
        assert_ne!(
            Source::new(1, "test").record(20),
            Source::new(1, "other").record(20)
        );
    }
}
