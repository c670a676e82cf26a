//! What judges ask of a recording.

use crate::model::Objection;

use super::{
    Arg, Call, ExecState, ExitStatus, FIRST, LimitKind, Object, Recording, Returned, Stream, Task,
    What, World,
};

/// A call with both its ends, as judges look at it.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// Who called.
    pub task: Task,
    /// Index of the entry.
    pub enter: usize,
    /// Index of the return; `None` if the task never returned from it.
    pub exit: Option<usize>,
    /// The call.
    pub call: &'a Call,
    /// The answer, if there was one.
    pub returned: Option<&'a Returned>,
}

impl Recording {
    /// All calls in the order of their entries.
    pub fn calls(&self) -> impl Iterator<Item = Made<'_>> {
        let mut exits = vec![None; self.events.len()];
        for (at, event) in self.events.iter().enumerate() {
            if let What::Exit { enter, .. } = event.what
                && let Some(slot) = exits.get_mut(enter)
            {
                *slot = Some(at);
            }
        }
        self.events
            .iter()
            .enumerate()
            .filter_map(move |(enter, event)| {
                let What::Enter(task, call) = &event.what else {
                    return None;
                };
                let exit = exits[enter];
                let returned = exit.and_then(|at| match &self.events[at].what {
                    What::Exit { returned, .. } => Some(returned),
                    _ => None,
                });
                Some(Made {
                    task: *task,
                    enter,
                    exit,
                    call,
                    returned,
                })
            })
    }

    /// What the outside world did and saw, with the events' indices.
    pub fn world(&self) -> impl Iterator<Item = (usize, &World)> {
        self.events
            .iter()
            .enumerate()
            .filter_map(|(at, event)| match &event.what {
                What::World(world) => Some((at, world)),
                _ => None,
            })
    }

    /// How the first process ended, with the event's index; `None` if it was still running.
    pub fn outcome(&self) -> Option<(usize, ExitStatus)> {
        self.events
            .iter()
            .enumerate()
            .find_map(|(at, event)| match event.what {
                What::End {
                    task: FIRST,
                    status,
                    ..
                } => Some((at, status)),
                _ => None,
            })
    }

    /// The limit that ended the run, with the event's index and the limit's figure.
    pub fn limit(&self) -> Option<(usize, LimitKind, u64)> {
        self.world().find_map(|(at, world)| match world {
            World::Limit(kind, figure) => Some((at, *kind, *figure)),
            _ => None,
        })
    }

    /// Calls that had not returned when the recording ended: what each task was blocked in.
    ///
    /// A call that its task's own end cut short (exit_group(2)) is not among them.
    pub fn in_flight(&self) -> Vec<Made<'_>> {
        let ended: Vec<Task> = self
            .events
            .iter()
            .filter_map(|event| match event.what {
                What::End {
                    task,
                    status: ExitStatus::Code(_),
                    ..
                } => Some(task),
                _ => None,
            })
            .collect();
        self.calls()
            .filter(|made| made.exit.is_none() && !ended.contains(&made.task))
            .collect()
    }

    /// Indices of the moments at which a fault or a sweep's strike took effect.
    pub fn struck(&self) -> impl Iterator<Item = (usize, Task, usize)> {
        self.events
            .iter()
            .enumerate()
            .filter_map(|(at, event)| match event.what {
                What::Struck(task, fault) => Some((at, task, fault)),
                _ => None,
            })
    }

    /// When the most expensive process ended, and its processor time, microseconds: its children's is
    /// in it.
    ///
    /// # Errors
    /// Blind, if it was not measured.
    pub fn processor_time(&self) -> Result<(usize, u64), Objection> {
        let usages = self.events.iter().enumerate();
        let found = usages.filter_map(|(at, event)| match event.what {
            What::Usage(_, usage) => Some((at, usage.cpu_us)),
            _ => None,
        });
        found
            .max_by_key(|(_, cpu_us)| *cpu_us)
            .ok_or_else(|| Objection::Blind("what it used up was not recorded".to_owned()))
    }

    /// The entry of the call that a fault struck, given the event of the strike.
    ///
    /// A fault strikes just after the entry. A signal that comes before a call strikes before it:
    /// the handler runs, and then the call is made; `None` if the handler does not come back, or
    /// nothing handles the signal.
    pub fn struck_call(&self, strike: usize) -> Option<usize> {
        let What::Struck(task, _) = self.events.get(strike)?.what else {
            return None;
        };
        let is_entry =
            |at: &usize| matches!(&self.events[*at].what, What::Enter(by, _) if *by == task);
        if let Some(before) = strike.checked_sub(1).filter(is_entry) {
            return Some(before);
        }
        let mut later = strike + 1..self.events.len();
        let is_handled = later.clone().find(|at| match &self.events[*at].what {
            What::Signal(by, _) => *by == task,
            what => matches!(what, What::Enter(by, _) if *by == task),
        });
        if let Some(signal) = is_handled
            && matches!(self.events[signal].what, What::Signal(..))
        {
            let returns = |at: &usize| {
                matches!(&self.events[*at].what, What::Enter(by, call)
                    if *by == task && call.name == "rt_sigreturn")
            };
            // A handler runs unless the signal is ignored; then the call follows at once.
            match (signal + 1..self.events.len()).find(returns) {
                Some(returned) => later = returned + 1..self.events.len(),
                None => return None,
            }
        }
        later.find(is_entry)
    }

    /// The state at the first exec of the first process: what its descriptors 0, 1 and 2 were.
    pub fn start(&self) -> Option<&ExecState> {
        self.events.iter().find_map(|event| match &event.what {
            What::Exec(FIRST, state) => Some(state),
            _ => None,
        })
    }

    /// The event at which this byte of an output stream, counted from 0, was received.
    pub fn received_at(&self, stream: Stream, offset: usize) -> Option<usize> {
        let mut end = 0;
        self.world().find_map(|(at, world)| {
            if let World::Received(from, bytes) = world
                && *from == stream
            {
                end += bytes.data.len();
            }
            (end > offset).then_some(at)
        })
    }

    /// All bytes of one output stream.
    pub fn received(&self, stream: Stream) -> Vec<u8> {
        let mut all = Vec::new();
        for (_, world) in self.world() {
            if let World::Received(from, bytes) = world
                && *from == stream
            {
                all.extend_from_slice(&bytes.data);
            }
        }
        all
    }

    /// The last observed content of a file of the lab directory; `None`: absent or not observed.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        let mut last = None;
        for (_, world) in self.world() {
            if let World::File(name, content) = world
                && name == path
            {
                last = content.as_ref().map(|bytes| bytes.data.as_slice());
            }
        }
        last
    }
}

impl Made<'_> {
    /// The value returned, if the call returned and did not fail.
    pub fn value(&self) -> Option<i64> {
        self.returned
            .filter(|answer| answer.errno.is_none())
            .map(|answer| answer.value)
    }

    /// The errno, if the call failed.
    pub fn errno(&self) -> Option<i32> {
        self.returned.and_then(|answer| answer.errno)
    }

    /// What the descriptor in argument `nth` refers to.
    pub fn object(&self, nth: usize) -> Option<&Object> {
        match self.call.args.get(nth) {
            Some(Arg::Fd(fd)) => fd.object.as_ref(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(text: &str) -> Option<String> {
        let recording: Recording = text.parse().unwrap();
        let (strike, ..) = recording.struck().next().unwrap();
        let at = recording.struck_call(strike)?;
        match &recording.events[at].what {
            What::Enter(_, call) => Some(call.name.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_fault_strikes_the_call_that_was_entered() {
        let text = "2 write(1, \"a\", 1) ...\n2 !!! 0\n2 ... write = -1 EINTR (injected)\n";
        assert_eq!(struck(text).as_deref(), Some("write"));
    }

    #[test]
    fn a_signal_strikes_the_call_that_is_made_after_its_handler() {
        let text = "2 !!! strike\n2 --- SIGTERM\n2 write(4, \"!\", 1) = 1\n\
                    2 rt_sigreturn() = 0\n2 read(0, \"\", 1) = 0\n";
        assert_eq!(struck(text).as_deref(), Some("read"));
        let blocked = "2 !!! strike\n2 poll([], 1, -1) = 1\n";
        assert_eq!(struck(blocked).as_deref(), Some("poll"));
        let deadly = "2 !!! strike\n2 --- SIGTERM\n2 +++ signal SIGTERM\n";
        assert_eq!(struck(deadly), None);
        let leaves = "2 !!! strike\n2 --- SIGTERM\n2 exit_group(0) ...\n2 +++ exit 0\n";
        assert_eq!(struck(leaves), None);
    }
}
