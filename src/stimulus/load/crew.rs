//! The connections of one thread, without their sockets: who is to send, who waits, what came.

use std::collections::{BTreeMap, VecDeque};

use hdrhistogram::Histogram;

use super::answers::{Known, Reader};
use super::pace::Pace;
use crate::model::load::LoadError;

/// The longest time that is told from longer ones, nanoseconds: an hour.
const LONGEST: u64 = 3_600_000_000_000;

/// What is said, the same on every connection.
#[derive(Debug)]
pub(super) struct Speech {
    /// One request, or the message that is to come back.
    pub(super) request: Vec<u8>,
    /// Whether answers are HTTP; otherwise the message comes back.
    pub(super) is_http: bool,
    /// Requests under way on a connection at most.
    pub(super) pipeline: usize,
}

impl Speech {
    /// As many requests as can be under way on a connection.
    pub(super) fn repeated(&self) -> Vec<u8> {
        self.request.repeat(self.pipeline)
    }
}

/// What has been found out so far.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) requests: u64,
    pub(super) received: u64,
    pub(super) sent: u64,
    pub(super) unanswered: u64,
    pub(super) unsent: u64,
    pub(super) errors: BTreeMap<LoadError, u64>,
    pub(super) latencies: Histogram<u64>,
    /// When the last answer came.
    pub(super) last: u64,
}

impl Findings {
    pub(super) fn new() -> Self {
        Self {
            requests: 0,
            received: 0,
            sent: 0,
            unanswered: 0,
            unsent: 0,
            errors: BTreeMap::new(),
            latencies: Histogram::new_with_bounds(1, LONGEST, 3)
                .expect("the bounds are in order, and three digits are what it can do"),
            last: 0,
        }
    }

    /// Counts what went wrong.
    pub(super) fn wrong(&mut self, error: LoadError) {
        *self.errors.entry(error).or_default() += 1;
    }

    /// Adds those of another thread.
    pub(super) fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.received += other.received;
        self.sent += other.sent;
        self.unanswered += other.unanswered;
        self.unsent += other.unsent;
        for (error, count) in other.errors {
            *self.errors.entry(error).or_default() += count;
        }
        self.latencies
            .add(other.latencies)
            .expect("both have the same bounds");
        self.last = self.last.max(other.last);
    }
}

/// What a connection is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It sends so many requests.
    Send(usize, usize),
    /// It is closed and made again.
    Reconnect(usize),
    /// It is closed for good.
    Close(usize),
}

/// One connection.
#[derive(Debug, Default)]
struct Member {
    reader: Reader,
    /// When the requests under way were to be sent.
    pending: VecDeque<u64>,
    /// Whether an answer has come since it was made.
    has_answered: bool,
    is_open: bool,
    /// Whether it waits for the time of the next request.
    is_waiting: bool,
}

/// All connections of a thread. What each is to do next is in [`next`](Self::next).
#[derive(Debug)]
pub(super) struct Crew<'a> {
    speech: &'a Speech,
    pace: Pace,
    members: Vec<Member>,
    waiting: VecDeque<usize>,
    known: Known,
    /// Requests under way.
    under_way: usize,
    /// Connections that are open, or being made.
    alive: usize,
    pub(super) next: Vec<Next>,
    pub(super) findings: Findings,
}

impl<'a> Crew<'a> {
    pub(super) fn new(speech: &'a Speech, pace: Pace, size: usize) -> Self {
        Self {
            speech,
            pace,
            members: (0..size).map(|_| Member::default()).collect(),
            waiting: VecDeque::new(),
            known: Known::default(),
            under_way: 0,
            alive: size,
            next: Vec::new(),
            findings: Findings::new(),
        }
    }

    /// The connection is there.
    pub(super) fn opened(&mut self, number: usize, now: u64) {
        self.members[number] = Member {
            is_open: true,
            ..Member::default()
        };
        self.fill(number, now);
    }

    /// Something came.
    pub(super) fn received(&mut self, number: usize, bytes: &[u8], now: u64) {
        self.findings.received += bytes.len() as u64;
        let member = &mut self.members[number];
        if !member.is_open {
            return;
        }
        let found = match self.speech.is_http {
            true => member.reader.http(bytes, &mut self.known),
            false => member.reader.echo(bytes, &self.speech.request),
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => return self.lost(number, error),
        };
        for status in found.bad {
            self.findings.wrong(LoadError::Status(status));
        }
        for _ in 0..found.whole {
            if !self.answered(number, now) {
                return self.lost(number, LoadError::Unasked);
            }
        }
        if found.is_last {
            self.ended(number);
        } else if found.whole > 0 {
            self.fill(number, now);
        }
    }

    /// The server sends no more.
    pub(super) fn closed(&mut self, number: usize, now: u64) {
        let member = &mut self.members[number];
        if !member.is_open {
            return;
        }
        if member.reader.closed() {
            self.answered(number, now);
            self.ended(number);
        } else if member.pending.is_empty() && member.has_answered {
            // Servers need not keep connections that nobody uses.
            self.ended(number);
        } else {
            self.lost(number, LoadError::Closed);
        }
    }

    /// The connection is of no more use.
    pub(super) fn lost(&mut self, number: usize, error: LoadError) {
        if self.members[number].is_open {
            self.findings.wrong(error);
            self.ended(number);
        }
    }

    /// The connection could not be made.
    pub(super) fn not_opened(&mut self, number: usize, error: LoadError) {
        self.findings.wrong(error);
        self.alive -= 1;
        self.next.push(Next::Close(number));
    }

    /// Gives those who wait the requests whose time has come.
    pub(super) fn tick(&mut self, now: u64) {
        while let Some(number) = self.waiting.front().copied() {
            if self.pace.due().is_none_or(|due| due > now) || self.pace.is_over(now) {
                return;
            }
            self.waiting.pop_front();
            self.members[number].is_waiting = false;
            self.fill(number, now);
        }
    }

    /// When [`tick`](Self::tick) has something to do; `None` if an event has to come before.
    pub(super) fn due(&self) -> Option<u64> {
        self.waiting.front().and(self.pace.due())
    }

    /// Whether nothing is under way and nothing will be.
    pub(super) fn is_over(&self, now: u64) -> bool {
        self.alive == 0 || self.under_way == 0 && self.pace.is_over(now)
    }

    /// Whether no more requests are sent, because it is time to end.
    pub(super) fn is_out_of_time(&self, now: u64) -> bool {
        self.pace.is_out_of_time(now)
    }

    /// Whether there is a time at which no more requests will be sent.
    pub(super) fn has_an_end(&self) -> bool {
        self.pace.has_an_end()
    }

    /// Whether no answer is waited for.
    pub(super) fn is_idle(&self) -> bool {
        self.under_way == 0
    }

    /// No request is sent any more.
    pub(super) fn stop(&mut self, now: u64) {
        self.pace.stop(now);
    }

    /// What was found out; what has no answer by now has none.
    pub(super) fn finish(mut self) -> Findings {
        let silent = self.members.iter().filter(|member| member.is_open);
        let silent: usize = silent.map(|member| member.pending.len()).sum();
        if silent > 0 {
            self.findings.unanswered += silent as u64;
            let entry = self.findings.errors.entry(LoadError::Silent);
            *entry.or_default() += silent as u64;
        }
        self.findings.unsent = self.pace.missed();
        self.findings
    }

    /// Takes note of an answer; says whether it was asked for.
    fn answered(&mut self, number: usize, now: u64) -> bool {
        let member = &mut self.members[number];
        let Some(due) = member.pending.pop_front() else {
            return false;
        };
        member.has_answered = true;
        self.under_way -= 1;
        self.findings.requests += 1;
        self.findings.last = now;
        self.findings
            .latencies
            .saturating_record(now.saturating_sub(due).max(1));
        true
    }

    /// Closes a connection, with what is under way on it, and makes it again if it was of use.
    fn ended(&mut self, number: usize) {
        let member = &mut self.members[number];
        member.is_open = false;
        let unanswered = member.pending.len();
        member.pending.clear();
        self.under_way -= unanswered;
        self.findings.unanswered += unanswered as u64;
        if member.is_waiting {
            member.is_waiting = false;
            self.waiting.retain(|waiting| *waiting != number);
        }
        // A server that ends every connection at once would keep us busy for nothing.
        if member.has_answered {
            self.next.push(Next::Reconnect(number));
        } else {
            self.alive -= 1;
            self.next.push(Next::Close(number));
        }
    }

    /// Puts as many requests under way as there may be.
    fn fill(&mut self, number: usize, now: u64) {
        let member = &mut self.members[number];
        let before = member.pending.len();
        while member.pending.len() < self.speech.pipeline {
            match self.pace.take(now) {
                Some(due) => member.pending.push_back(due),
                None => break,
            }
        }
        let more = member.pending.len() - before;
        if more > 0 {
            self.under_way += more;
            self.findings.sent += (more * self.speech.request.len()) as u64;
            self.next.push(Next::Send(number, more));
        }
        if member.pending.len() < self.speech.pipeline
            && self.pace.is_by_the_clock()
            && !member.is_waiting
        {
            member.is_waiting = true;
            self.waiting.push_back(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speech(pipeline: usize) -> Speech {
        Speech {
            request: b"ping".to_vec(),
            is_http: false,
            pipeline,
        }
    }

    fn next(crew: &mut Crew<'_>) -> Vec<Next> {
        std::mem::take(&mut crew.next)
    }

    #[test]
    fn answers_are_followed_by_requests_until_there_are_enough() {
        let speech = speech(2);
        let mut crew = Crew::new(&speech, Pace::new(None, 4, u64::MAX), 1);
        crew.opened(0, 0);
        assert_eq!(next(&mut crew), [Next::Send(0, 2)]);
        crew.received(0, b"pin", 5);
        assert_eq!(next(&mut crew), []);
        crew.received(0, b"gping", 10);
        assert_eq!(next(&mut crew), [Next::Send(0, 2)]);
        assert!(!crew.is_over(10));
        crew.received(0, b"pingping", 30);
        assert!(crew.is_over(30));
        let findings = crew.finish();
        assert_eq!((findings.requests, findings.last), (4, 30));
        assert_eq!((findings.sent, findings.received), (16, 16));
        assert_eq!(findings.latencies.max(), 20);
        assert!(findings.errors.is_empty());
    }

    #[test]
    fn a_slow_answer_makes_the_requests_behind_it_late() {
        let speech = speech(1);
        // One each microsecond, on one connection.
        let mut crew = Crew::new(&speech, Pace::new(Some(1e6), 3, u64::MAX), 1);
        crew.opened(0, 0);
        assert_eq!(next(&mut crew), [Next::Send(0, 1)]);
        crew.tick(1500);
        assert_eq!((next(&mut crew), crew.due()), (vec![], None));
        crew.received(0, b"ping", 10_000);
        assert_eq!(next(&mut crew), [Next::Send(0, 1)]);
        crew.received(0, b"ping", 10_001);
        crew.received(0, b"ping", 10_002);
        let findings = crew.finish();
        // Due at 0, 1,000 and 2,000.
        assert_eq!(findings.latencies.len(), 3);
        assert!(findings.latencies.min() >= 8000, "{:?}", findings.latencies);
    }

    #[test]
    fn those_who_wait_get_the_next_request_in_turn() {
        let speech = speech(1);
        let mut crew = Crew::new(&speech, Pace::new(Some(1e6), 10, u64::MAX), 3);
        for number in 0..3 {
            crew.opened(number, 0);
        }
        assert_eq!(next(&mut crew), [Next::Send(0, 1)]);
        assert_eq!(crew.due(), Some(1000));
        crew.tick(999);
        assert_eq!(next(&mut crew), []);
        crew.tick(2000);
        assert_eq!(next(&mut crew), [Next::Send(1, 1), Next::Send(2, 1)]);
        assert_eq!(crew.due(), None);
    }

    #[test]
    fn a_lost_connection_is_made_again_if_it_was_of_use() {
        let speech = speech(1);
        let mut crew = Crew::new(&speech, Pace::new(None, u64::MAX, u64::MAX), 2);
        crew.opened(0, 0);
        crew.opened(1, 0);
        crew.received(0, b"ping", 1);
        next(&mut crew);
        crew.closed(0, 2);
        crew.closed(1, 2);
        assert_eq!(next(&mut crew), [Next::Reconnect(0), Next::Close(1)]);
        crew.not_opened(0, LoadError::Closed);
        assert!(crew.is_over(3));
        let findings = crew.finish();
        assert_eq!(findings.unanswered, 2);
        assert_eq!(findings.errors[&LoadError::Closed], 3);
    }

    #[test]
    fn what_comes_unasked_or_altered_is_an_error() {
        let speech = speech(1);
        for (bytes, error) in [
            (&b"pingping"[..], LoadError::Unasked),
            (b"pong", LoadError::Wrong),
        ] {
            let mut crew = Crew::new(&speech, Pace::new(None, 1, u64::MAX), 1);
            crew.opened(0, 0);
            crew.received(0, bytes, 1);
            assert_eq!(crew.finish().errors[&error], 1);
        }
    }
}
