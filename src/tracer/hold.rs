//! Tasks that are held back: for a time, or until all others rest.

use std::io;
use std::time::{Duration, Instant};

use crate::sys::proc::{self, State};

use super::observe::Tracer;
use super::task::Held;

/// How long others must have been quiet to be at rest: whoever moves meanwhile changes the
/// signature.
const QUIET: Duration = Duration::from_millis(3);

/// Others that never rest are not waited for any longer. No verdict depends on it: the held task
/// then goes on at a moment at which it could have gone on by itself.
const PATIENCE: Duration = Duration::from_secs(2);

impl Tracer {
    /// Holds a task back for some time.
    pub(super) fn hold(&mut self, pid: i32, delay: Duration) {
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.held = Some(Held {
                until: Instant::now() + delay,
                lets_others_go: false,
            });
        }
    }

    /// Holds a task back until all others rest.
    pub(super) fn let_others_go(&mut self, pid: i32) {
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.held = Some(Held {
                until: Instant::now() + PATIENCE,
                lets_others_go: true,
            });
        }
        self.rest.others = None;
    }

    /// Lets those go on whose time has come.
    pub(super) fn release_held(&mut self) {
        let now = Instant::now();
        let is_asked = self.tasks.values().any(|task| task.lets_others_go());
        let do_others_rest = is_asked && self.do_others_rest();
        let due: Vec<i32> = self
            .tasks
            .iter_mut()
            .filter(|(_, task)| {
                task.held.is_some_and(|held| {
                    held.until <= now || (held.lets_others_go && do_others_rest)
                })
            })
            .map(|(pid, task)| {
                task.held = None;
                *pid
            })
            .collect();
        for pid in due {
            let _died: io::Result<()> = self.resume(pid, 0);
        }
    }

    /// Whether all tasks rest that are not themselves held back for the others' sake.
    ///
    /// Who waits for a child of vfork(2) to begin its program is at rest too, though it sleeps
    /// where no signal wakes it: the child may be the one that is held back.
    fn do_others_rest(&mut self) -> bool {
        let mut tids: Vec<i32> = self.tasks.keys().copied().collect();
        tids.sort_unstable();
        let mut switches = Vec::with_capacity(tids.len());
        for tid in tids {
            let Some(task) = self.tasks.get(&tid).filter(|task| !task.lets_others_go()) else {
                continue;
            };
            let status = proc::status(tid).unwrap_or_default();
            let is_blocked = match status.state {
                State::Sleeping | State::DiskSleep | State::Stopped | State::Zombie => {
                    task.held.is_none()
                }
                // A ptrace stop is rest only in a group stop; else we are about to handle it.
                State::Traced => task.is_stopped,
                _ => false,
            };
            if !is_blocked {
                self.rest.others = None;
                return false;
            }
            switches.push((tid, status.switches));
        }
        let now = Instant::now();
        let signature = (self.stops, switches);
        match &self.rest.others {
            Some((since, seen)) if *seen == signature => now - *since >= QUIET,
            _ => {
                self.rest.others = Some((now, signature));
                false
            }
        }
    }
}
