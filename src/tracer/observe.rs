//! The loop: from stops to events.
//!
//! [`Tracer::pump`] waits for stops, collects all that are ready before it handles the first (so
//! that no task is starved), records them, and lets the tasks go. Whoever calls it plays the
//! outside world between two pumps.
//!
//! A task can die at any stop (SIGKILL): every request may answer ESRCH, which means "it died",
//! and its end comes by waitpid.

use std::collections::{HashMap, HashSet};
use std::io;
use std::time::Instant;

use crate::model::recording::{FIRST, STRIKE};
use crate::model::{Event, ExitStatus, Frame, LimitKind, Recording, Task, Usage, What, World};
use crate::sys::filter::{self, Foreign};
use crate::sys::proc;
use crate::sys::ptrace::{self, Resume, Stop, Waited};

use super::decode::{self, Entered, sets};
use super::inject::{Injector, Phase};
use super::site::Sites;
use super::target::Target;
use super::task::{TaskState, Tasks};
use super::{Options, TraceError, Traced, facts, waits};

/// How many stops are collected before the first is handled.
const BATCH: usize = 256;

/// What came of one pump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pump {
    /// Stops were handled.
    Progress,
    /// A tick came first.
    Tick,
    /// Nothing is left to trace.
    Gone,
}

/// Traces one program and everything that it starts.
pub struct Tracer {
    pub(super) options: Options,
    pub(super) injectors: Vec<Injector>,
    pub(super) tasks: Tasks,
    /// Children that stopped before their parent's event said whose they are.
    pub(super) early: HashMap<i32, Stop>,
    pub(super) sites: Sites,
    pub(super) recording: Recording,
    /// When each event was recorded, from the first, if that is noted.
    times: Vec<Instant>,
    pub(super) phase: Phase,
    /// The first process, in our pid namespace.
    pub(super) first: i32,
    /// What to kill to kill everything.
    tree: Vec<i32>,
    /// What the clock is made of.
    pub(super) rest: super::rest::Books,
    /// A process that is not traced and plays the program's clients: while it moves, nothing rests.
    pub(super) companion: Option<i32>,
    /// A process that is not traced and that the program looks at.
    pub(super) target: Option<Target>,
    /// Stops handled so far.
    pub(super) stops: u64,
    pub(super) was_signalled_by_fault: bool,
    /// Signals that we sent and that have not been seen to arrive.
    sent: Vec<i32>,
    /// What processes share, where a fault is about stores to it.
    pub(super) stores: Option<super::stores::Stores>,
    /// Processes that have opened a file that may be the submission's, before they began.
    pub(super) has_opened: HashSet<i32>,
    /// Interpreters that have not opened the submission's file yet.
    pub(super) interpreters: HashSet<i32>,
    /// The most that each process was seen to have of memory of its own, KiB; see `memory`.
    pub(super) private: HashMap<i32, u64>,
}

impl Tracer {
    /// A tracer that holds nothing yet.
    ///
    /// # Errors
    /// If a fault's trigger names no known call.
    pub fn new(mut options: Options) -> Result<Self, TraceError> {
        let mut injectors = Vec::new();
        for (index, fault) in std::mem::take(&mut options.faults) {
            injectors.push(Injector::new(index, fault)?);
        }
        // Without these it could not be told whether a sleeping program will wake by itself.
        for name in super::rest::ALARMS {
            // Not every architecture has all of them.
            if let Ok(alarm) = sets::resolve(&[name]) {
                options.watch = options.watch.union(&alarm);
            }
        }
        let stores = injectors
            .iter()
            .any(Injector::is_about_stores)
            .then(Default::default);
        let sites = Sites::of_interest(options.site_prefix.as_deref());
        Ok(Self {
            options,
            injectors,
            tasks: Tasks::new(),
            early: HashMap::new(),
            sites,
            recording: Recording::default(),
            times: Vec::new(),
            phase: Phase::default(),
            first: 0,
            tree: Vec::new(),
            rest: super::rest::Books::default(),
            companion: None,
            target: None,
            stops: 0,
            was_signalled_by_fault: false,
            sent: Vec::new(),
            stores,
            has_opened: HashSet::new(),
            interpreters: HashSet::new(),
            private: HashMap::new(),
        })
    }

    /// The seccomp program that the first process must install before its exec.
    pub fn filter(&self, refused: &[filter::Refusal]) -> Vec<libc::sock_filter> {
        let mut watched: std::collections::BTreeSet<u32> =
            self.options.watch.iter().map(|nr| nr as u32).collect();
        if self.options.site_prefix.is_some()
            && let Ok(opens) = sets::resolve(&["open-like"])
        {
            // Tells when an interpreter comes to the submission; see `note_open`.
            watched.extend(opens.iter().map(|nr| nr as u32));
        }
        if self.options.measures_private
            && let Ok(giving) = sets::resolve(super::memory::GIVES_BACK)
        {
            watched.extend(giving.iter().map(|nr| nr as u32));
        }
        if self.stores.is_some() {
            watched.extend(sets::SyscallSet::ALL.iter().map(|nr| nr as u32));
        }
        for injector in &self.injectors {
            watched.extend(injector.calls().iter().map(|nr| nr as u32));
            if injector.awaits_signal_setup()
                && let Ok(setup) = sets::resolve(waits::SIGNAL_SETUP)
            {
                watched.extend(setup.iter().map(|nr| nr as u32));
            }
        }
        filter::build(watched, refused, Foreign::Stop)
    }

    /// Attaches to the first process, which waits to be let go. `kill_first`: processes whose
    /// death takes everything with it (the sandbox's init), if there are any.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn seize(&mut self, pid: i32, kill_first: &[i32]) -> Result<(), TraceError> {
        ptrace::seize(pid).map_err(|source| TraceError::Seize { pid, source })?;
        let ns = facts::identity(pid).map_or(FIRST, |identity| identity.ns_tid);
        self.tasks.insert(pid, TaskState::new(ns, pid));
        self.first = pid;
        self.tree = kill_first.to_vec();
        Ok(())
    }

    /// Waits for something to happen and handles it.
    ///
    /// # Errors
    /// If waiting fails in a way that it should not.
    pub fn pump(&mut self) -> Result<Pump, TraceError> {
        self.release_held();
        let mut batch = Vec::new();
        let usage = self.options.measures_usage;
        match ptrace::wait_any(true, usage) {
            Ok(waited) => batch.extend(waited),
            Err(error) if error.raw_os_error() == Some(libc::EINTR) => return Ok(Pump::Tick),
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => return Ok(Pump::Gone),
            Err(error) => return Err(TraceError::Wait(error)),
        }
        // A single task has nobody to starve.
        while self.tasks.len() > 1 && batch.len() < BATCH {
            match ptrace::wait_any(false, usage) {
                Ok(Some(waited)) => batch.push(waited),
                _ => break,
            }
        }
        for Waited { pid, stop, usage } in batch {
            self.stops += 1;
            if let Some((cpu_us, maxrss_kib)) = usage {
                let private_kib = self.private.remove(&pid);
                let usage = Usage {
                    cpu_us,
                    maxrss_kib,
                    private_kib,
                };
                self.record_usage(pid, usage);
            }
            // An error here is ESRCH: the task died, and its end is on its way.
            let _died: io::Result<()> = self.handle(pid, stop);
        }
        Ok(Pump::Progress)
    }

    /// The program's clients are this process.
    pub fn accompany(&mut self, pid: i32) {
        self.companion = Some(pid);
    }

    /// The first process, in our pid namespace.
    pub fn first(&self) -> i32 {
        self.first
    }

    /// Adds what the outside world did or saw to the time line.
    pub fn record(&mut self, world: World) {
        self.push(What::World(world), Vec::new());
    }

    /// Records a moment of rest, with the zombies in the tree.
    pub fn record_rest(&mut self) {
        let zombies = self.zombies();
        self.push(What::Rest(zombies), Vec::new());
    }

    /// Records the zombies in the tree, at rest or not.
    pub fn record_zombies(&mut self) {
        let zombies = self.zombies();
        self.push(What::Zombies(zombies), Vec::new());
    }

    fn zombies(&self) -> Vec<Task> {
        let mut zombies: Vec<Task> = self
            .processes()
            .into_iter()
            .flat_map(facts::zombies)
            .collect();
        zombies.sort_unstable();
        zombies
    }

    /// Records what the kernel says of the first process now.
    pub fn record_state(&mut self) {
        let state = facts::exec_state(self.first);
        self.push(What::State(self.ns(self.first), state), Vec::new());
    }

    /// Records what a process that has ended had used up; a thread's end says nothing of that.
    fn record_usage(&mut self, pid: i32, usage: Usage) {
        if let Some(task) = self.tasks.get(&pid).filter(|task| task.tgid == pid) {
            self.push(What::Usage(task.ns, usage), Vec::new());
        }
    }

    /// Sends a signal to the first process. False if it has ended.
    pub fn signal_first(&mut self, signo: i32) -> bool {
        self.sent.push(signo);
        ptrace::kill(self.first, signo).is_ok()
    }

    /// Kills everything.
    pub fn kill_tree(&self) {
        for pid in &self.tree {
            let _gone: io::Result<()> = ptrace::kill(*pid, libc::SIGKILL);
        }
        for pid in self.processes() {
            let _gone: io::Result<()> = ptrace::kill(pid, libc::SIGKILL);
        }
        // SIGKILL wakes who is stopped, but not who was stopped on the way out.
        for (tid, _) in self.tasks.iter().filter(|(_, task)| task.is_halted) {
            let _gone: io::Result<()> = ptrace::resume(*tid, Resume::Continue, 0);
        }
    }

    /// Whether the first process has ended.
    pub fn has_ended(&self) -> bool {
        !self.tasks.contains_key(&self.first)
    }

    /// Whether any task is left.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Whether a fault has sent a signal.
    pub fn was_signalled_by_fault(&self) -> bool {
        self.was_signalled_by_fault
    }

    /// Whether the program has set an alarm or a timer.
    pub(super) fn has_alarm(&self) -> bool {
        self.recording.events.iter().any(|event| {
            matches!(&event.what, What::Enter(_, call)
                if super::rest::ALARMS.contains(&call.name.as_str()))
        })
    }

    /// Whether a strike has struck, of a sweep or of a fault.
    pub fn was_struck(&self) -> bool {
        let is_strike = |fault| {
            let mut injectors = self.injectors.iter();
            fault == STRIKE || injectors.any(|one| one.index == fault && one.is_strike())
        };
        self.recording
            .struck()
            .any(|(_, _, fault)| is_strike(fault))
    }

    /// Stops handled so far.
    pub fn stops(&self) -> u64 {
        self.stops
    }

    /// Number of events so far.
    pub fn len(&self) -> usize {
        self.recording.events.len()
    }

    /// The processes that are traced, in our pid namespace.
    pub fn processes(&self) -> Vec<i32> {
        let mut pids: Vec<i32> = self.tasks.values().map(|task| task.tgid).collect();
        pids.sort_unstable();
        pids.dedup();
        pids
    }

    /// Stops every task where it is, for good, and notes what it is doing: the call that it is
    /// blocked in, if it was not seen entering one. The line at which a task computes, which is
    /// in no call, is returned.
    ///
    /// The program does not go on from here: only [`Tracer::kill_tree`] may follow.
    pub fn halt(&mut self) -> Vec<Frame> {
        let mut tids: Vec<i32> = self.tasks.keys().copied().collect();
        tids.sort_unstable();
        // An interrupted call is over: what it was is asked before.
        let blocked: Vec<_> = tids.iter().map(|tid| proc::blocked_in(*tid)).collect();
        let mut computing = Vec::new();
        for (tid, blocked) in tids.into_iter().zip(blocked) {
            let Some(task) = self.tasks.get(&tid) else {
                continue;
            };
            let (ns, is_in_call) = (task.ns, task.in_call.is_some());
            let is_halted = ptrace::interrupt(tid).is_ok() && ptrace::await_stop(tid);
            if let Some(task) = self.tasks.get_mut(&tid) {
                task.is_halted = is_halted;
            }
            let site = match is_halted {
                true => self.note_site(tid).unwrap_or_default(),
                false => Vec::new(),
            };
            match blocked {
                Some((nr, args)) if !is_in_call => {
                    let call = decode::enter(tid, &Entered { nr, args }, &self.options.depth);
                    self.push(What::Enter(ns, call), site);
                }
                None if computing.is_empty() => computing = site,
                _ => {}
            }
        }
        computing
    }

    /// Records that a limit ended the run, and the line that the program was at.
    pub fn record_limit(&mut self, kind: LimitKind, figure: u64, site: Vec<Frame>) {
        self.push(What::World(World::Limit(kind, figure)), site);
    }

    /// What has happened so far.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Ends the observation.
    pub fn finish(self) -> Traced {
        let first = self.times.first().copied();
        let since = |time: &Instant| first.map_or(0, |first| (*time - first).as_nanos() as u64);
        Traced {
            times_ns: self.times.iter().map(since).collect(),
            recording: self.recording,
            matched: self
                .injectors
                .iter()
                .map(|i| (i.index, i.matched))
                .collect(),
        }
    }

    pub(super) fn push(&mut self, what: What, site: Vec<Frame>) -> usize {
        self.recording.events.push(Event { site, what });
        if self.options.notes_times {
            self.times.push(Instant::now());
        }
        self.recording.events.len() - 1
    }

    pub(super) fn handle(&mut self, pid: i32, stop: Stop) -> io::Result<()> {
        if !self.tasks.contains_key(&pid) {
            return self.handle_stranger(pid, stop);
        }
        match stop {
            Stop::Exited(status) => self.ended(pid, ExitStatus::Code(status)),
            Stop::Killed(signo) => self.ended(pid, ExitStatus::Signal(signo)),
            Stop::Syscall => return self.returned(pid),
            Stop::Signal(libc::SIGTRAP) if self.is_breakpoint(pid)? => return self.begun(pid),
            Stop::Signal(signo) => {
                if signo == libc::SIGSEGV
                    && let Some(store) = self.store_at_hand(pid)?
                {
                    return self.storing(pid, store);
                }
                self.note_sender(pid, signo);
                // It may be its end.
                self.open_memory(pid)?;
                self.push(What::Signal(self.ns(pid), signo), Vec::new());
                return self.resume(pid, signo);
            }
            Stop::Event(libc::PTRACE_EVENT_SECCOMP, _) => return self.entered(pid),
            Stop::Event(
                event @ (libc::PTRACE_EVENT_FORK
                | libc::PTRACE_EVENT_VFORK
                | libc::PTRACE_EVENT_CLONE),
                _,
            ) => self.forked(pid, event)?,
            Stop::Event(libc::PTRACE_EVENT_EXEC, _) => return self.execed(pid),
            Stop::Event(libc::PTRACE_EVENT_EXIT, _) => self.exiting(pid),
            Stop::Event(libc::PTRACE_EVENT_STOP, signo) if signo != libc::SIGTRAP => {
                let site = self.note_site(pid)?;
                self.push(What::Stop(self.ns(pid), signo), site);
                if let Some(task) = self.tasks.get_mut(&pid) {
                    task.is_stopped = true;
                }
                return ptrace::resume(pid, Resume::Listen, 0);
            }
            Stop::Event(..) => {
                if let Some(task) = self.tasks.get_mut(&pid) {
                    task.is_stopped = false;
                }
            }
        }
        self.resume(pid, 0)
    }

    /// A stop of a task that no event has announced: our own child, or a child that was quicker
    /// than its parent's event.
    fn handle_stranger(&mut self, pid: i32, stop: Stop) -> io::Result<()> {
        match stop {
            Stop::Event(libc::PTRACE_EVENT_STOP, _) | Stop::Signal(_) => {
                self.early.insert(pid, stop);
                Ok(())
            }
            Stop::Exited(_) | Stop::Killed(_) => Ok(()),
            // Killed before its parent's event: it waits for us at its own exit.
            _ => ptrace::resume(pid, Resume::Continue, 0),
        }
    }

    /// A signal that came from outside the program's namespace, and not from us, is somebody's
    /// interference: nothing that follows is the program's fault.
    fn note_sender(&mut self, pid: i32, signo: i32) {
        if self.options.site_prefix.is_none() || ptrace::sender(pid).ok().flatten() != Some(0) {
            return;
        }
        match self.sent.iter().position(|sent| *sent == signo) {
            Some(ours) => drop(self.sent.swap_remove(ours)),
            None => {
                let name = crate::model::text::signal_name(signo);
                let what = format!("a {name} that came from outside of the experiment");
                self.push(What::World(World::Blind(what)), Vec::new());
            }
        }
    }

    pub(super) fn ns(&self, pid: i32) -> Task {
        self.tasks.get(&pid).map_or(0, |task| task.ns)
    }

    pub(super) fn resume(&self, pid: i32, signo: i32) -> io::Result<()> {
        let is_in_call = self
            .tasks
            .get(&pid)
            .is_some_and(|t| t.in_call.is_some() || t.owed.is_some() || t.passing.is_some());
        let how = if is_in_call {
            Resume::ToSyscall
        } else {
            Resume::Continue
        };
        ptrace::resume(pid, how, signo)
    }
}
