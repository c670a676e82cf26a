//! Tasks that are held back: for a time, or until all others rest.

use std::io;
use std::time::{Duration, Instant};

use super::observe::Tracer;
use super::rest::waits_for_good;
use super::task::Held;

/// How long others must have been quiet to be at rest: whoever moves meanwhile changes the
/// signature.
const QUIET: Duration = Duration::from_millis(3);

/// How long who sleeps for a time is waited for: more than the twentieth of a second at which
/// programs look again that do not want to be woken.
const NAP: Duration = Duration::from_millis(120);

/// Others that never rest are not waited for any longer. No verdict depends on it: the held task
/// then goes on at a moment at which it could have gone on by itself.
const PATIENCE: Duration = Duration::from_secs(2);

impl Tracer {
    /// Holds a task back for some time.
    pub(super) fn hold(&mut self, pid: i32, delay: Duration) {
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.held = Some(Held::Until(Instant::now() + delay));
        }
    }

    /// Holds a task back until the world says so.
    pub(super) fn hold_until_told(&mut self, pid: i32) {
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.held = Some(Held::UntilTold);
        }
    }

    /// Lets those go on that are held until the world says so.
    pub fn release(&mut self) {
        let is_due = |held: &mut Held| *held == Held::UntilTold;
        let due = self.tasks.iter_mut();
        let due = due.filter_map(|(pid, task)| task.held.take_if(is_due).map(|_| *pid));
        let due: Vec<i32> = due.collect();
        for pid in due {
            let _died: io::Result<()> = self.go_on(pid);
        }
    }

    /// Holds a task back until all others rest.
    pub(super) fn let_others_go(&mut self, pid: i32) {
        self.let_others(pid, Duration::ZERO);
    }

    /// The same, where others may look at what they share every now and then: they get the time for
    /// it.
    pub(super) fn let_others_look(&mut self, pid: i32) {
        self.let_others(pid, NAP);
    }

    fn let_others(&mut self, pid: i32, nap: Duration) {
        let now = Instant::now();
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.held = Some(Held::UntilOthersRest {
                naps: now + nap,
                end: now + PATIENCE,
            });
        }
        self.rest.others = None;
    }

    /// Lets those go on whose time has come.
    pub(super) fn release_held(&mut self) {
        let now = Instant::now();
        let is_asked = self.tasks.values().any(|task| task.lets_others_go());
        // In this order: rest proves that nobody has moved since the last look, so they still wait.
        let do_others_wait = is_asked && self.do_others_wait_for_good();
        let do_others_rest = is_asked && self.do_others_rest();
        let due: Vec<i32> = self
            .tasks
            .iter_mut()
            .filter(|(_, task)| {
                task.held.is_some_and(|held| match held {
                    Held::Until(moment) => moment <= now,
                    Held::UntilOthersRest { naps, end } => {
                        end <= now || do_others_rest && (do_others_wait || naps <= now)
                    }
                    Held::UntilTold => false,
                })
            })
            .map(|(pid, task)| {
                task.held = None;
                *pid
            })
            .collect();
        for pid in due {
            let _died: io::Result<()> = self.go_on(pid);
        }
    }

    /// Lets a task go that was held back.
    fn go_on(&mut self, pid: i32) -> io::Result<()> {
        let task = self.tasks.get_mut(&pid);
        if let Some(enter) = task.and_then(|task| task.before_store.take()) {
            return self.finish_store(pid, enter);
        }
        self.resume(pid, 0)
    }

    /// Whether none of the tasks wakes by itself that are not held back for the others' sake.
    fn do_others_wait_for_good(&self) -> bool {
        let mut others = self.tasks.iter().filter(|(_, task)| !task.lets_others_go());
        others.all(|(tid, task)| task.is_stopped || waits_for_good(*tid))
    }

    /// Whether all tasks rest that are not themselves held back for the others' sake.
    fn do_others_rest(&mut self) -> bool {
        let others = self.tasks.iter().filter(|(_, task)| !task.lets_others_go());
        let mut others: Vec<i32> = others.map(|(tid, _)| *tid).collect();
        others.sort_unstable();
        if others.is_empty() {
            return true;
        }
        let now = Instant::now();
        match (self.signature(&others), &self.rest.others) {
            (Some(signature), Some((since, seen))) if *seen == signature => now - *since >= QUIET,
            (signature, _) => {
                self.rest.others = signature.map(|signature| (now, signature));
                false
            }
        }
    }
}
