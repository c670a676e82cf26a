//! Schedules: stores to memory that processes share, as points at which a process loses its
//! processor to the others, or its life.
//!
//! A mistake in the order of plain stores, or between a load and a store, has no system call in
//! between at which one could look. But whatever one process can see of another in memory that
//! they share changes by a store; so a run in which one process stops just before its n-th store
//! while all others go on as far as they can is a schedule of its own, and with a sweep over n
//! every one of them is tried: races are found by counting, and not by luck. A failing schedule is
//! said ("struck at ... store(...)"), and the seed gives it again.
//!
//! How it is done: what the program maps shared and writable (MAP_SHARED; see mmap(2)) is closed,
//! that is made read-only, by a call to mprotect(2) that the tracer has the task make. Each store
//! then ends in SIGSEGV, which the program never gets to see: the memory is opened, the one
//! instruction is made (PTRACE_SINGLESTEP), and the memory is closed again.
//!
//! The kernel's own stores (read(2) into a ring, a lock's robust list) must not fail: a call that
//! returns EFAULT is made again with the memory open, and before what ends a process or replaces
//! it, the memory is opened.
//!
//! Blind spots: a thread whose fellow makes a store may make one of its own meanwhile, unseen; a
//! process that another one kills by SIGKILL does not hand over its robust locks.

use std::collections::HashMap;
use std::io;

use crate::model::experiment::STORE;
use crate::model::{Arg, Bytes, Call, Returned, What};
use crate::sys::proc;
use crate::sys::ptrace::{self, Resume, Stop};

use super::arch;
use super::decode::{self, Entered};
use super::inject::{AtExitPlan, Plan};
use super::observe::Tracer;

/// The most steps that one instruction may take: a string instruction steps once for each element.
const STEPS: u32 = 1 << 20;

/// Signals that may come to a task while it does something for us: bit N-1 is signal N.
const UNMASKED: u64 = 1 << (libc::SIGTRAP - 1) | 1 << (libc::SIGSEGV - 1);

/// Shared memory of each process, by its id in our pid namespace.
#[derive(Debug, Default)]
pub(super) struct Stores(HashMap<i32, Memory>);

/// What one process shares with others.
#[derive(Clone, Debug, Default)]
struct Memory {
    /// Mappings that are closed.
    closed: Vec<Mapping>,
    /// Where a system-call instruction lies; 0: none was seen yet.
    gate: u64,
    /// What was closed has been opened for a call.
    is_opened: bool,
}

/// A mapping that the program may store to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    begin: u64,
    end: u64,
    /// The protection that the program has given it.
    protection: i32,
    /// What is mapped.
    path: String,
}

impl Mapping {
    fn of(area: proc::Area) -> Self {
        Self {
            begin: area.start,
            end: area.start + area.length,
            protection: area.protection,
            path: String::from_utf8_lossy(&area.path).into_owned(),
        }
    }

    fn has(&self, address: u64) -> bool {
        (self.begin..self.end).contains(&address)
    }
}

impl Stores {
    /// A process has a copy of its parent's memory.
    pub(super) fn inherit(&mut self, parent: i32, child: i32) {
        if let Some(memory) = self.0.get(&parent).cloned() {
            self.0.insert(child, memory);
        }
    }

    /// A process has ended, or has got a new memory.
    pub(super) fn forget(&mut self, process: i32) {
        self.0.remove(&process);
    }

    fn closed(&self, process: i32) -> &[Mapping] {
        self.0
            .get(&process)
            .map_or(&[], |memory| memory.closed.as_slice())
    }
}

/// Whether a call ends a process, replaces it, or moves what it has mapped.
fn must_be_open(name: &str) -> bool {
    matches!(
        name,
        "exit" | "exit_group" | "execve" | "execveat" | "mremap"
    )
}

/// Whether a call changes what is mapped, or how.
fn maps(name: &str) -> bool {
    matches!(
        name,
        "mmap"
            | "munmap"
            | "mremap"
            | "remap_file_pages"
            | "mprotect"
            | "pkey_mprotect"
            | "shmat"
            | "shmdt"
    )
}

impl Tracer {
    /// Whether something is to be done when this call returns: it maps something, or finds memory
    /// that is closed, or that was opened for it.
    pub(super) fn changes_memory(&self, pid: i32, nr: u64) -> bool {
        let memory = self
            .stores
            .as_ref()
            .and_then(|stores| stores.0.get(&self.process_of(pid)));
        let is_touched = memory.is_some_and(|memory| memory.is_opened || !memory.closed.is_empty());
        is_touched || decode::name(nr).is_none_or(maps)
    }

    /// Notes where the task makes calls, and says whether its memory has to be opened before this
    /// one.
    pub(super) fn note_gate(&mut self, pid: i32, entered: &Entered) -> io::Result<bool> {
        let process = self.process_of(pid);
        let Some(stores) = &mut self.stores else {
            return Ok(false);
        };
        let memory = stores.0.entry(process).or_default();
        if memory.gate == 0 {
            memory.gate = arch::ip(&ptrace::registers(pid)?) - arch::SYSCALL_INSTRUCTION;
        }
        Ok(!memory.closed.is_empty() && decode::name(entered.nr).is_some_and(must_be_open))
    }

    /// A call has returned: whether it is to be made again, since the kernel could not store to
    /// what is closed. What the program shares by now is closed.
    pub(super) fn close_after(&mut self, pid: i32, nr: u64, raw: i64) -> io::Result<bool> {
        let Some(stores) = &self.stores else {
            return Ok(false);
        };
        let memory = stores.0.get(&self.process_of(pid));
        let has_closed = memory.is_some_and(|memory| !memory.closed.is_empty());
        if raw == -i64::from(libc::EFAULT) && has_closed {
            self.open_memory(pid)?;
            return Ok(true);
        }
        if memory.is_some_and(|memory| memory.is_opened) || decode::name(nr).is_none_or(maps) {
            self.close_memory(pid)?;
        }
        Ok(false)
    }

    /// Makes everything that the process shares and may store to read-only.
    pub(super) fn close_memory(&mut self, pid: i32) -> io::Result<()> {
        let process = self.process_of(pid);
        let is_actor = self.tasks.get(&pid).is_none_or(|task| task.is_actor);
        let Some(stores) = self.stores.as_mut().filter(|_| !is_actor) else {
            return Ok(());
        };
        let Some(memory) = stores.0.get_mut(&process) else {
            return Ok(());
        };
        let found: Vec<Mapping> = proc::areas(pid)
            .unwrap_or_default()
            .into_iter()
            .filter(|area| area.is_shared)
            .map(Mapping::of)
            .collect();
        // What was closed and is no longer there, or was given another protection, is not ours.
        let is_there = |mapping: &Mapping| {
            found
                .iter()
                .any(|now| now.begin <= mapping.begin && mapping.end <= now.end)
        };
        memory.closed.retain(is_there);
        memory.is_opened = false;
        let is_open = |mapping: &Mapping| mapping.protection & libc::PROT_WRITE != 0;
        self.close(pid, found.into_iter().filter(is_open).collect())
    }

    /// Makes these mappings read-only.
    fn close(&mut self, pid: i32, open: Vec<Mapping>) -> io::Result<()> {
        let process = self.process_of(pid);
        let gate = self.memory_of(process).map_or(0, |memory| memory.gate);
        for mapping in open {
            let closed = mapping.protection & !libc::PROT_WRITE;
            if self.protect(pid, gate, &mapping, closed)? == 0
                && let Some(memory) = self.memory_of(process)
            {
                memory.closed.push(mapping);
            }
        }
        Ok(())
    }

    /// Gives the program back what was closed; what that was.
    pub(super) fn open_memory(&mut self, pid: i32) -> io::Result<Vec<Mapping>> {
        let process = self.process_of(pid);
        let Some(memory) = self.memory_of(process) else {
            return Ok(Vec::new());
        };
        let (gate, closed) = (memory.gate, std::mem::take(&mut memory.closed));
        memory.is_opened |= !closed.is_empty();
        for mapping in &closed {
            self.protect(pid, gate, mapping, mapping.protection)?;
        }
        Ok(closed)
    }

    /// Whether the signal at hand says that the task was about to store to what is closed; what,
    /// and where in it.
    pub(super) fn store_at_hand(&self, pid: i32) -> io::Result<Option<(String, u64)>> {
        let Some(stores) = &self.stores else {
            return Ok(None);
        };
        let Some(address) = ptrace::forbidden_address(pid)? else {
            return Ok(None);
        };
        let place = |mapping: &Mapping| {
            let at = mapping.has(address).then(|| address - mapping.begin)?;
            Some((mapping.path.clone(), at))
        };
        let closed = stores.closed(self.process_of(pid));
        if let Some(found) = closed.iter().find_map(place) {
            return Ok(Some(found));
        }
        // Since it was stopped another thread may have made a call for which the memory was opened.
        let shared = proc::areas(pid).unwrap_or_default().into_iter();
        let mut open = shared
            .filter(|area| area.is_shared && area.protection & libc::PROT_WRITE != 0)
            .map(Mapping::of);
        Ok(open.find_map(|mapping| place(&mapping)))
    }

    /// A task is about to store: strikes, if it is its turn, and else lets it.
    pub(super) fn storing(&mut self, pid: i32, (path, at): (String, u64)) -> io::Result<()> {
        let is_actor = self.tasks.get(&pid).is_some_and(|task| task.is_actor);
        let phase = &self.phase;
        let struck = self
            .injectors
            .iter_mut()
            .filter(|_| !is_actor)
            .filter_map(|injector| Some((injector.index, injector.consider_store(&path, phase)?)))
            .next();
        let Some((index, plan)) = struck else {
            return self.store(pid);
        };
        let site = self.note_site(pid)?;
        let ns = self.ns(pid);
        let call = Call {
            name: STORE.to_owned(),
            args: vec![Arg::Str(Bytes::whole(path)), Arg::Int(at as i64)],
        };
        let enter = self.push(What::Enter(ns, call), site);
        self.push(What::Struck(ns, index), Vec::new());
        match plan {
            Plan::KillTree => {
                self.kill_tree();
                Ok(())
            }
            Plan::KillCaller => self.kill_caller(pid),
            Plan::OthersFirst | Plan::Hold => {
                if let Some(task) = self.tasks.get_mut(&pid) {
                    task.before_store = Some(enter);
                }
                match plan {
                    Plan::Hold => self.hold_until_told(pid),
                    _ => self.let_others_look(pid),
                }
                Ok(())
            }
            Plan::Later(AtExitPlan::OthersNext) => {
                self.note_store(pid, enter);
                if self.make_store(pid)? {
                    self.let_others_look(pid);
                }
                Ok(())
            }
            // Other strikes are about calls.
            _ => self.finish_store(pid, enter),
        }
    }

    /// Makes the store that was struck, records that, and lets the task go on.
    pub(super) fn finish_store(&mut self, pid: i32, enter: usize) -> io::Result<()> {
        self.note_store(pid, enter);
        self.store(pid)
    }

    fn note_store(&mut self, pid: i32, enter: usize) {
        let task = self.ns(pid);
        let returned = Returned::from_raw(0);
        self.push(
            What::Exit {
                task,
                enter,
                returned,
            },
            Vec::new(),
        );
    }

    /// Kills the task's process; its robust locks find their memory as the program knows it.
    pub(super) fn kill_caller(&mut self, pid: i32) -> io::Result<()> {
        self.open_memory(pid)?;
        ptrace::kill(self.process_of(pid), libc::SIGKILL)
    }

    /// Has the task make the one instruction that it stands before, and lets it go on.
    fn store(&mut self, pid: i32) -> io::Result<()> {
        match self.make_store(pid)? {
            true => self.resume(pid, 0),
            false => Ok(()),
        }
    }

    /// Has the task make the one instruction that it stands before, with its memory open; whether
    /// it did. One that ended by a signal (there is nothing behind the end of a mapped file: SIGBUS)
    /// goes on with that.
    fn make_store(&mut self, pid: i32) -> io::Result<bool> {
        let closed = self.open_memory(pid)?;
        let signo = self.masked(pid, |tracer| {
            let before = arch::ip(&ptrace::registers(pid)?);
            for _ in 0..STEPS {
                match tracer.step(pid)? {
                    libc::SIGTRAP if arch::ip(&ptrace::registers(pid)?) == before => {}
                    libc::SIGTRAP => break,
                    signo => return Ok(signo),
                }
            }
            Ok(0)
        })?;
        if signo != 0 {
            // It may be its end: the memory stays open.
            self.push(What::Signal(self.ns(pid), signo), Vec::new());
            self.resume(pid, signo)?;
            return Ok(false);
        }
        // One store maps nothing: what was closed is closed again.
        let process = self.process_of(pid);
        if let Some(memory) = self.memory_of(process) {
            memory.is_opened = false;
        }
        self.close(pid, closed)?;
        Ok(true)
    }

    /// Has a task that is in no call change the protection of a mapping; what mprotect(2) says.
    fn protect(
        &mut self,
        pid: i32,
        gate: u64,
        mapping: &Mapping,
        protection: i32,
    ) -> io::Result<i64> {
        let args = [
            mapping.begin,
            mapping.end - mapping.begin,
            protection as u64,
            0,
            0,
            0,
        ];
        self.masked(pid, |tracer| {
            let saved = ptrace::registers(pid)?;
            let mut registers = saved;
            arch::place_call(&mut registers, gate, libc::SYS_mprotect as u64, &args);
            ptrace::set_registers(pid, &registers)?;
            tracer.step(pid)?;
            let result = arch::result(&ptrace::registers(pid)?);
            ptrace::set_registers(pid, &saved)?;
            Ok(result)
        })
    }

    /// Does something with a task that no signal disturbs meanwhile.
    fn masked<T>(
        &mut self,
        pid: i32,
        act: impl FnOnce(&mut Self) -> io::Result<T>,
    ) -> io::Result<T> {
        let mask = ptrace::signal_mask(pid)?;
        ptrace::set_signal_mask(pid, mask | !UNMASKED)?;
        let done = act(self)?;
        ptrace::set_signal_mask(pid, mask)?;
        Ok(done)
    }

    /// Lets a task make one instruction; the signal that stopped it then: SIGTRAP, or the fault.
    fn step(&mut self, pid: i32) -> io::Result<i32> {
        loop {
            ptrace::resume(pid, Resume::Step, 0)?;
            match ptrace::wait_for(pid)? {
                Stop::Signal(signo) => return Ok(signo),
                // The filter's stop before the call that we make, or a group stop: further on.
                Stop::Event(libc::PTRACE_EVENT_SECCOMP | libc::PTRACE_EVENT_STOP, _) => {}
                // It was killed; its end is recorded as ever.
                stop => {
                    self.handle(pid, stop)?;
                    return Err(io::Error::from_raw_os_error(libc::ESRCH));
                }
            }
        }
    }

    fn process_of(&self, pid: i32) -> i32 {
        self.tasks.get(&pid).map_or(pid, |task| task.tgid)
    }

    fn memory_of(&mut self, process: i32) -> Option<&mut Memory> {
        self.stores.as_mut()?.0.get_mut(&process)
    }
}
