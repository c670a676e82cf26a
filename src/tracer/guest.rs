//! Follows a process that was running before us and will after us: which lines of it open
//! descriptors, and which of those are closed.
//!
//! There is no filter in such a process, so it stops at every call (PTRACE_SYSCALL). It is left as
//! it was found: its children are not traced, its signals are its own, and if we end, however we
//! do, the kernel lets it go. To begin and to end, threads must be stopped once (PTRACE_INTERRUPT);
//! a call that this would end with EINTR, such as epoll_wait(2), is made again.

mod calls;

use std::collections::{BTreeSet, HashMap};
use std::io;

use crate::model::openings::{Ledger, Place};
use crate::model::{Frame, Task};
use crate::sys::proc;
use crate::sys::ptrace::{self, Registers, Resume, Stop, SyscallInfo, Waited};

use super::decode::Entered;
use super::site::{self, Sites};
use super::{TraceError, arch, facts};
use calls::{Effect, Kind};

/// A process that is followed, until it is let go.
pub struct Guest {
    pid: i32,
    threads: HashMap<i32, Thread>,
    sites: Sites,
    ledger: Ledger,
    /// Threads that do not stop at their calls yet.
    unbegun: BTreeSet<i32>,
    /// What it had open when we came, and when we began to leave.
    before: BTreeSet<i32>,
    after: BTreeSet<i32>,
    /// Whether threads are let go at their next stop.
    is_leaving: bool,
}

/// A thread of it.
#[derive(Default)]
struct Thread {
    /// Its id as it sees itself.
    ns: Task,
    /// A call that matters to us, between its entry and its return.
    call: Option<(Entered, Vec<Frame>)>,
    /// What it was blocked in when we stopped it.
    blocked: Option<Entered>,
    /// Its registers before a call was made to be made again.
    former: Option<Registers>,
}

/// What came of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// Something happened, or a tick came.
    On,
    /// Nothing of it is left: it has ended, or was let go.
    Gone,
}

impl Guest {
    /// Attaches to all threads of a process.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn attach(pid: i32) -> Result<Self, TraceError> {
        let refused = |source| TraceError::Seize { pid, source };
        let mut guest = Self {
            pid,
            threads: HashMap::new(),
            sites: Sites::new(),
            ledger: Ledger::default(),
            unbegun: BTreeSet::new(),
            before: BTreeSet::new(),
            after: BTreeSet::new(),
            is_leaving: false,
        };
        // A thread that is not yet traced may start others meanwhile.
        loop {
            let tids = proc::tasks(pid).map_err(refused)?;
            let mut are_new = false;
            for tid in tids {
                if guest.threads.contains_key(&tid) {
                    continue;
                }
                match ptrace::seize_with(tid, ptrace::GUEST) {
                    Ok(()) => guest.enlist(tid),
                    Err(error) if is_gone(&error) => continue,
                    // Started by one that is: it came to us by itself.
                    Err(_) if is_ours(tid) => guest.enlist(tid),
                    Err(error) => return Err(refused(error)),
                }
                are_new = true;
            }
            if !are_new {
                break;
            }
        }
        guest.before = open(pid);
        guest.unbegun = guest.threads.keys().copied().collect();
        guest.interrupt();
        Ok(guest)
    }

    fn enlist(&mut self, tid: i32) {
        let ns = facts::identity(tid).map_or(tid.unsigned_abs(), |identity| identity.ns_tid);
        self.threads.insert(
            tid,
            Thread {
                ns,
                ..Thread::default()
            },
        );
    }

    /// Stops all threads once: from there on they stop at their calls, or are let go.
    fn interrupt(&mut self) {
        for (tid, thread) in &mut self.threads {
            thread.blocked = proc::blocked_in(*tid).map(|(nr, args)| Entered { nr, args });
            // ESRCH: it has ended.
            let _gone = ptrace::interrupt(*tid);
        }
    }

    /// Waits for something to happen; a tick of the caller's ends the wait.
    ///
    /// # Errors
    /// If waiting fails in a way that it should not.
    pub fn follow(&mut self) -> Result<Followed, TraceError> {
        match ptrace::wait_any(true, false) {
            Ok(Some(Waited { pid, stop, .. })) => {
                // An error here is ESRCH: the thread died, and its end is on its way.
                let _died: io::Result<()> = self.handle(pid, stop);
            }
            Ok(None) => {}
            Err(error) if error.raw_os_error() == Some(libc::EINTR) => {}
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => {
                return Ok(Followed::Gone);
            }
            Err(error) => return Err(TraceError::Wait(error)),
        }
        match self.threads.is_empty() {
            true => Ok(Followed::Gone),
            false => Ok(Followed::On),
        }
    }

    /// Whether every thread stops at its calls: from here on nothing is missed.
    pub fn has_begun(&self) -> bool {
        self.unbegun.is_empty()
    }

    /// Begins to let it go: [`Guest::follow`] until it is gone.
    pub fn leave(&mut self) {
        if !self.is_leaving {
            self.is_leaving = true;
            self.after = open(self.pid);
            self.interrupt();
        }
    }

    /// The account: places by their stacks, and how many descriptors came unseen.
    pub fn account(mut self) -> (Vec<Place>, u64) {
        let open = open(self.pid);
        if !open.is_empty() {
            self.ledger.only(&open);
        }
        let is_unseen =
            |number: &&i32| !self.before.contains(number) && !self.ledger.has_seen(**number);
        let unseen = self.after.iter().filter(is_unseen).count() as u64;
        (self.ledger.into_places(), unseen)
    }

    fn handle(&mut self, tid: i32, stop: Stop) -> io::Result<()> {
        if !self.threads.contains_key(&tid) {
            return self.handle_stranger(tid, stop);
        }
        match stop {
            Stop::Exited(_) | Stop::Killed(_) => {
                self.begun(tid);
                self.threads.remove(&tid);
                Ok(())
            }
            Stop::Syscall => {
                let entered = self.call(tid)?;
                match (entered, self.threads.get_mut(&tid)) {
                    // The stop that we have asked for is still to come and would end this call, also if we
                    // were gone by then: it is waited for.
                    (Some(entered), Some(thread)) if self.is_leaving => {
                        thread.blocked = Some(entered);
                        return ptrace::resume(tid, Resume::ToSyscall, 0);
                    }
                    // The return of a call that we have interrupted is the only stop that comes of it.
                    (None, _) if self.is_leaving => self.make_again(tid)?,
                    _ => {}
                }
                self.go(tid, 0)
            }
            Stop::Signal(signo) => {
                self.begun(tid);
                self.put_back(tid)?;
                self.go(tid, signo)
            }
            Stop::Event(libc::PTRACE_EVENT_STOP, signo) if signo != libc::SIGTRAP => {
                match self.is_leaving {
                    // It stays stopped: that is its own business.
                    true => self.go(tid, 0),
                    false => ptrace::resume(tid, Resume::Listen, 0),
                }
            }
            Stop::Event(libc::PTRACE_EVENT_STOP, _) => {
                self.make_again(tid)?;
                self.begun(tid);
                self.go(tid, 0)
            }
            Stop::Event(libc::PTRACE_EVENT_EXEC, _) => {
                self.execed(tid);
                ptrace::resume(tid, Resume::ToSyscall, 0)
            }
            Stop::Event(..) => ptrace::resume(tid, Resume::ToSyscall, 0),
        }
    }

    /// A new thread; or a process that was started with clone(2), which is let go.
    fn handle_stranger(&mut self, tid: i32, stop: Stop) -> io::Result<()> {
        if matches!(stop, Stop::Exited(_) | Stop::Killed(_)) {
            return Ok(());
        }
        let signo = match stop {
            Stop::Signal(signo) => signo,
            _ => 0,
        };
        match facts::identity(tid) {
            Some(identity) if identity.tgid == self.pid => {
                self.enlist(tid);
                self.go(tid, signo)
            }
            _ => ptrace::detach(tid, signo),
        }
    }

    /// A thread stops at its calls from here on. When all do, what is open and was not seen to be
    /// opened was there before.
    fn begun(&mut self, tid: i32) {
        if self.unbegun.remove(&tid) && self.unbegun.is_empty() {
            self.before = open(self.pid);
        }
    }

    /// Lets a stopped thread go: to its next call, or for good.
    fn go(&mut self, tid: i32, signo: i32) -> io::Result<()> {
        if self.is_leaving {
            self.threads.remove(&tid);
            return ptrace::detach(tid, signo);
        }
        ptrace::resume(tid, Resume::ToSyscall, signo)
    }

    /// If our stop has ended a call with EINTR, it is made again: no signal came.
    fn make_again(&mut self, tid: i32) -> io::Result<()> {
        let Some(thread) = self.threads.get_mut(&tid) else {
            return Ok(());
        };
        let registers = ptrace::registers(tid)?;
        // What we have seen before we stopped it may be over: it may have entered this call since.
        let seen = thread.blocked.take();
        let blocked = arch::returning_from(&registers)
            .map(|(nr, args)| Entered { nr, args })
            .or(seen);
        let Some(blocked) = blocked.filter(|entered| calls::is_repeatable(entered.nr)) else {
            return Ok(());
        };
        let is_ended = arch::nr(&registers) == blocked.nr
            && arch::result(&registers) == -i64::from(libc::EINTR);
        // The kernel's own ways to go on need no help; and a signal that waits to be delivered is
        // what the program has to see.
        if !is_ended || has_signal(tid) {
            return Ok(());
        }
        let mut again = registers;
        arch::enter_again(&mut again, blocked.nr, blocked.args[0]);
        ptrace::set_registers(tid, &again)?;
        thread.former = Some(registers);
        Ok(())
    }

    /// A signal came after all, before the call was made again.
    fn put_back(&mut self, tid: i32) -> io::Result<()> {
        let former = (self.threads.get_mut(&tid)).and_then(|thread| thread.former.take());
        match former {
            Some(registers) => ptrace::set_registers(tid, &registers),
            None => Ok(()),
        }
    }

    /// The entry of a call, which is returned, or its return.
    fn call(&mut self, tid: i32) -> io::Result<Option<Entered>> {
        let Some(thread) = self.threads.get_mut(&tid) else {
            return Ok(None);
        };
        thread.former = None;
        match ptrace::syscall_info(tid)? {
            SyscallInfo::Entry { nr, args, .. } => {
                let entered = Entered { nr, args };
                match calls::kind(&entered) {
                    Kind::Opens => {
                        let registers = site::Registers::from(&ptrace::registers(tid)?);
                        let frames = self.sites.capture(self.pid, tid, thread.ns, registers);
                        thread.call = Some((entered, frames));
                    }
                    // From here on its number may be another's: that one's return may be seen
                    // before this one's.
                    Kind::Closes(first, last) => self.ledger.closed_range(first, last),
                    Kind::Neither => {}
                }
                return Ok(Some(entered));
            }
            SyscallInfo::Exit(answer) => {
                let Some((entered, frames)) = thread.call.take() else {
                    return Ok(None);
                };
                let name = super::decode::name(entered.nr).unwrap_or_default();
                for effect in calls::effects(tid, &entered, answer) {
                    match effect {
                        Effect::Opened(number) => self.ledger.opened(number, name, &frames),
                        Effect::Kept => {}
                    }
                }
            }
            _ => {}
        }
        Ok(None)
    }

    /// Another program: all threads but one are gone, and what was to be closed is.
    fn execed(&mut self, tid: i32) {
        let ns = self.threads.get(&tid).map_or(0, |thread| thread.ns);
        self.threads.clear();
        self.threads.insert(
            tid,
            Thread {
                ns,
                ..Thread::default()
            },
        );
        self.sites.forget(self.pid);
        self.ledger.only(&open(self.pid));
    }
}

/// The numbers that a process has open; none if it is gone.
fn open(pid: i32) -> BTreeSet<i32> {
    let numbers = proc::descriptor_numbers(pid).unwrap_or_default();
    numbers.into_iter().collect()
}

fn is_gone(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ESRCH)
}

/// Whether we trace a task.
fn is_ours(tid: i32) -> bool {
    proc::status(tid).is_ok_and(|status| status.tracer == std::process::id() as i32)
}

/// Whether a signal waits for a task, and is not blocked.
fn has_signal(tid: i32) -> bool {
    proc::status(tid)
        .is_ok_and(|status| (status.pending | status.shared_pending) & !status.blocked != 0)
}
