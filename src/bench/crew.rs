//! Who makes the trials: several threads, which learn of further trials on the way.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::plan::Work;
use super::verdict::{Outcome, TrialResult};

/// Makes trials with several threads, learning of new ones on the way.
pub(super) struct Crew {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    waiting: VecDeque<Work>,
    busy: usize,
    /// For each check: trials known, trials done, outcomes.
    checks: Vec<(u64, u64, Vec<Outcome>)>,
}

impl Crew {
    pub(super) fn new(works: VecDeque<Work>, checks: usize) -> Self {
        let mut state = State {
            waiting: works,
            busy: 0,
            checks: (0..checks).map(|_| Default::default()).collect(),
        };
        for work in &state.waiting {
            state.checks[work.check].0 += 1;
        }
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Works until nothing is left; for each check, what `decide` made of its outcomes. `make` is told
    /// in which slot it is: no other trial is made in that one at the same time.
    pub(super) fn work<T: Send + Sync>(
        &self,
        jobs: usize,
        make: impl Fn(usize, &Work) -> (Outcome, Vec<Work>) + Sync,
        progress: impl Fn(usize, u64, u64) + Sync,
        decide: impl Fn(usize, Vec<Outcome>) -> T + Sync,
    ) -> Vec<Option<T>> {
        let decided: Mutex<Vec<Option<T>>> = {
            let checks = self.lock().checks.len();
            Mutex::new((0..checks).map(|_| None).collect())
        };
        std::thread::scope(|scope| {
            let (decided, make) = (&decided, &make);
            let (progress, decide) = (&progress, &decide);
            for slot in 0..jobs.max(1) {
                scope.spawn(move || {
                    while let Some(work) = self.next() {
                        let (outcome, more) = make(slot, &work);
                        let check = work.check;
                        let (done, known, finished) = self.finish(check, outcome, more);
                        progress(check, done, known);
                        if let Some(outcomes) = finished {
                            let made = decide(check, outcomes);
                            let mut decided =
                                decided.lock().unwrap_or_else(PoisonError::into_inner);
                            decided[check] = Some(made);
                        }
                    }
                });
            }
        });
        decided.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next trial; waits while others may still find some.
    fn next(&self) -> Option<Work> {
        let mut state = self.lock();
        loop {
            if let Some(work) = state.waiting.pop_front() {
                state.busy += 1;
                return Some(work);
            }
            if state.busy == 0 {
                self.changed.notify_all();
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Books an outcome: (trials done, trials known, all outcomes if the check is complete).
    fn finish(
        &self,
        check: usize,
        outcome: Outcome,
        more: Vec<Work>,
    ) -> (u64, u64, Option<Vec<Outcome>>) {
        let mut guard = self.lock();
        let state = &mut *guard;
        state.busy -= 1;
        let books = &mut state.checks[check];
        books.0 += more.len() as u64;
        for work in more.into_iter().rev() {
            state.waiting.push_front(work);
        }
        books.1 += 1;
        let has_failed = matches!(outcome.result, TrialResult::Fail(_));
        let order = outcome.order;
        books.2.push(outcome);
        if has_failed {
            // Trials behind a failure change nothing; those before it might come first.
            let before = state.waiting.len();
            state
                .waiting
                .retain(|work| work.check != check || work.order < order);
            books.0 -= (before - state.waiting.len()) as u64;
        }
        let finished = (books.0 == books.1).then(|| std::mem::take(&mut books.2));
        let books = (books.1, books.0);
        self.changed.notify_all();
        (books.0, books.1, finished)
    }
}
