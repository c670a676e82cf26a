//! Workers that a player forks: each does what it is told by a byte, and answers with two numbers.
//!
//! They end when nobody tells them anything any more, and are killed if the player is.

use std::io::{self, PipeReader, PipeWriter, Read, Write};

use crate::sys::process;

/// What a worker answers.
pub(super) type Answer = [u64; 2];

/// Bytes of an answer.
const ANSWER: usize = size_of::<Answer>();

/// The player's hold on its workers.
#[derive(Default)]
pub(super) struct Crew {
    workers: Vec<Worker>,
}

struct Worker {
    orders: PipeWriter,
    answers: PipeReader,
}

/// A worker's own ends.
pub(super) struct Link {
    orders: PipeReader,
    answers: PipeWriter,
}

impl Link {
    /// The next order; `None` when there are no more.
    pub(super) fn order(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        Ok((self.orders.read(&mut byte)? == 1).then_some(byte[0]))
    }

    /// Bytes that come where orders come from.
    pub(super) fn take(&mut self, into: &mut [u8]) -> io::Result<()> {
        self.orders.read_exact(into)
    }

    /// Answers.
    pub(super) fn answer(&mut self, answer: Answer) -> io::Result<()> {
        self.answers
            .write_all(answer.map(u64::to_ne_bytes).as_flattened())
    }
}

impl Crew {
    /// Forks a worker, which does `work` and ends.
    pub(super) fn hire(
        &mut self,
        work: impl FnOnce(&mut Link) -> io::Result<()>,
    ) -> io::Result<()> {
        let (its_orders, orders) = io::pipe()?;
        let (answers, its_answers) = io::pipe()?;
        let player = std::process::id().cast_signed();
        if process::fork()?.is_some() {
            self.workers.push(Worker { orders, answers });
            return Ok(());
        }
        drop((orders, answers));
        // The others' ends were inherited: as long as this one had them, they would not end.
        self.workers.clear();
        let mut link = Link {
            orders: its_orders,
            answers: its_answers,
        };
        let worked = process::die_with_parent(player).and_then(|()| work(&mut link));
        std::process::exit(i32::from(worked.is_err()));
    }

    /// The worker that was hired last gets these bytes.
    pub(super) fn send_last(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.workers.last_mut() {
            Some(worker) => worker.orders.write_all(bytes),
            None => Ok(()),
        }
    }

    /// Tells all of them.
    pub(super) fn tell(&mut self, order: u8) -> io::Result<()> {
        for worker in &mut self.workers {
            worker.orders.write_all(&[order])?;
        }
        Ok(())
    }

    /// Waits for an answer of each, in the order in which they were hired, and calls `note` for it.
    pub(super) fn hear(
        &mut self,
        mut note: impl FnMut(Answer) -> io::Result<()>,
    ) -> io::Result<()> {
        for worker in &mut self.workers {
            let mut bytes = [0; ANSWER];
            worker.answers.read_exact(&mut bytes)?;
            let (one, other) = bytes.split_at(size_of::<u64>());
            let number = |bytes: &[u8]| bytes.try_into().map(u64::from_ne_bytes).unwrap_or(0);
            note([number(one), number(other)])?;
        }
        Ok(())
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        // In a worker there is none.
        let count = self.workers.len();
        self.workers.clear();
        for _ in 0..count {
            let _reaped = process::reap_one(true);
        }
    }
}
