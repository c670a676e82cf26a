//! Faults: which call is struck, and what is done to it.
//!
//! A [`Trigger`] counts the calls that it matches; a [`Plan`] says what the strike means for the
//! registers. Short counts are really short: the kernel is asked for less, and the registers are
//! put back at the return, because compiled code expects them unchanged.

use std::io;
use std::time::Duration;

use crate::model::experiment::{ENDING_SIGNALS, MEMFD, SHARED_DIR, STORE, SUBMISSION_DIR};
use crate::model::text::signal_name;
use crate::model::{Action, Arg, Arming, Call, Fault, Object, Role, Strike, Trigger};
use crate::sys::{memory, ptrace};

use super::arch;
use super::decode::sets::{self, SyscallSet, UnknownWord};
use super::target::Order;
use super::task::AtExit;
use super::waits::Wait;

/// A fault with its counter.
#[derive(Debug)]
pub struct Injector {
    /// The index by which the recording names it.
    pub index: usize,
    fault: Fault,
    calls: SyscallSet,
    /// Calls that take names of files: only their strings are paths.
    naming: SyscallSet,
    /// Calls matched so far.
    pub matched: u32,
}

/// How far the program has come; triggers are armed by it.
#[derive(Clone, Debug, Default)]
pub struct Phase {
    /// The program's own code has begun.
    pub has_begun: bool,
    /// It has taken bytes from its standard input.
    pub has_input: bool,
    /// It has started another process.
    pub has_forked: bool,
    /// It has begun to block or to handle signals that would end it.
    pub has_signal_setup: bool,
    /// A process that it started has begun another program.
    pub has_started_another: bool,
    /// What descriptor 0 of the first process was.
    pub stdin: Option<Object>,
    /// What descriptor 1 was.
    pub stdout: Option<Object>,
}

/// What a strike does to the call at hand.
#[derive(Debug, PartialEq)]
pub enum Plan {
    /// The call is not made; this is its raw answer.
    Answer(i64),
    /// At most so many bytes.
    Short(u64),
    /// Wait, then make it.
    Delay(Duration),
    /// Wait until the world says so, then make it.
    Hold,
    /// Make it, and do this at its return.
    Later(AtExitPlan),
    /// Signal the first process now and make the call.
    SignalNow(i32),
    /// Skip the call, signal, and make the call again.
    SignalFirst(i32),
    /// Skip the call, wait until all others rest, and make the call again.
    OthersFirst,
    /// The target does this, and then the call is made.
    Target(Order),
    /// Kill everything.
    KillTree,
    /// Kill the process that makes the call.
    KillCaller,
}

/// What is to be done at the return.
#[derive(Debug, PartialEq)]
pub enum AtExitPlan {
    /// Signal the first process.
    Signal(i32),
    /// Hold the return back.
    Delay(Duration),
    /// Others do what they have to do, before the caller goes on.
    OthersNext,
    /// Cut the file of the call's descriptor to so many bytes.
    CutFile(u64),
    /// Give the caller's process so many bytes of address space more, and no further.
    Confine(u64),
}

impl Injector {
    /// Prepares a fault.
    ///
    /// # Errors
    /// If its trigger names a call or set that does not exist.
    pub fn new(index: usize, fault: Fault) -> Result<Self, UnknownWord> {
        let calls = match is_about_stores(&fault) {
            true => SyscallSet::NONE,
            false => sets::resolve(&fault.trigger.calls)?,
        };
        let naming = sets::resolve(&["file"])?;
        Ok(Self {
            index,
            fault,
            calls,
            naming,
            matched: 0,
        })
    }

    /// The calls that it must see.
    pub fn calls(&self) -> &SyscallSet {
        &self.calls
    }

    /// Whether it strikes stores to shared memory, and no calls.
    pub fn is_about_stores(&self) -> bool {
        is_about_stores(&self.fault)
    }

    /// Whether it is a strike, or holds somebody back as one does, and no lie.
    pub fn is_strike(&self) -> bool {
        matches!(self.fault.action, Action::Strike(_) | Action::Hold)
    }

    /// Whether others go before the call is made that it strikes.
    pub fn lets_others_first(&self) -> bool {
        self.fault.action == Action::Strike(Strike::OthersFirst)
    }

    /// Whether it waits for [`Phase::has_signal_setup`].
    pub fn awaits_signal_setup(&self) -> bool {
        self.fault.trigger.armed == Arming::SignalSetup
    }

    /// Counts the call if it matches; says what to do if it is struck. `is_child`: another process
    /// than the first makes it. What it could wait for is asked only where it matters.
    pub fn consider(
        &mut self,
        nr: u64,
        call: &Call,
        phase: &Phase,
        is_child: bool,
        wait: impl FnOnce() -> Wait,
    ) -> Option<Plan> {
        let on = &self.fault.trigger.on;
        if !self.is_armed(phase)
            || !self.calls.contains(nr)
            || !is_about(call, on, phase, self.naming.contains(nr))
            || (matches!(on, Role::Child | Role::SharedByChild) && !is_child)
            || (*on == Role::Parent && is_child)
        {
            return None;
        }
        // The kernel interrupts only what waits, and not for a disk.
        if *on == Role::Waiting || is_interruption(&self.fault.action) {
            if wait() != Wait::Others {
                return None;
            }
        } else if self.lets_others_first() && wait() == Wait::Nothing {
            return None;
        }
        self.count()
    }

    /// Counts a store to what this is a mapping of, if it is what the trigger means; says what to
    /// do if it is struck.
    pub fn consider_store(&mut self, path: &str, phase: &Phase) -> Option<Plan> {
        let is_meant = match &self.fault.trigger.on {
            Role::Path(wanted) => wanted == path,
            _ => true,
        };
        (self.is_about_stores() && is_meant && self.is_armed(phase))
            .then(|| self.count())
            .flatten()
    }

    fn is_armed(&self, phase: &Phase) -> bool {
        match self.fault.trigger.armed {
            Arming::Start => true,
            Arming::Begin => phase.has_begun,
            Arming::FirstInput => phase.has_input,
            Arming::Fork => phase.has_forked,
            Arming::SignalSetup => phase.has_signal_setup && !phase.has_started_another,
        }
    }

    /// Counts a point; says what to do if it is struck.
    fn count(&mut self) -> Option<Plan> {
        let Trigger { first, every, .. } = self.fault.trigger;
        self.matched += 1;
        let is_struck = match self.matched.checked_sub(first) {
            None => false,
            Some(0) => true,
            Some(since) => every > 0 && since % every == 0,
        };
        is_struck.then(|| plan(&self.fault.action))
    }
}

fn is_about_stores(fault: &Fault) -> bool {
    matches!(fault.trigger.calls.as_slice(), [word] if word == STORE)
}

fn is_interruption(action: &Action) -> bool {
    matches!(
        action,
        Action::Error(libc::EINTR) | Action::Strike(Strike::Error(libc::EINTR))
    )
}

fn plan(action: &Action) -> Plan {
    match action {
        Action::Error(errno) | Action::Strike(Strike::Error(errno)) => {
            Plan::Answer(-i64::from(*errno))
        }
        Action::Return(value) => Plan::Answer(*value),
        Action::Short(bytes) => Plan::Short(*bytes),
        Action::DelayEnter(us) => Plan::Delay(Duration::from_micros(*us)),
        Action::Hold => Plan::Hold,
        Action::DelayExit(us) => Plan::Later(AtExitPlan::Delay(Duration::from_micros(*us))),
        Action::CutFile(len) => Plan::Later(AtExitPlan::CutFile(*len)),
        Action::Confine(bytes) => Plan::Later(AtExitPlan::Confine(*bytes)),
        Action::Strike(Strike::SignalBefore(signo)) => Plan::SignalFirst(*signo),
        Action::Strike(Strike::SignalDuring(signo)) => Plan::SignalNow(*signo),
        Action::Strike(Strike::SignalAfter(signo)) => Plan::Later(AtExitPlan::Signal(*signo)),
        Action::Strike(Strike::OthersFirst) => Plan::OthersFirst,
        Action::Strike(Strike::OthersNext) => Plan::Later(AtExitPlan::OthersNext),
        Action::Strike(Strike::TargetMoves) => Plan::Target(Order::Move),
        Action::Strike(Strike::TargetEnds) => Plan::Target(Order::End),
        Action::Strike(Strike::KillTree) => Plan::KillTree,
        Action::Strike(Strike::KillCaller) => Plan::KillCaller,
    }
}

/// Whether a call is about what a trigger asks for.
fn is_about(call: &Call, on: &Role, phase: &Phase, takes_names: bool) -> bool {
    let has_object = |wanted: &Option<Object>| {
        wanted.as_ref().is_some_and(|wanted| {
            call.args.iter().any(|arg| {
                matches!(arg, Arg::Fd(fd) if fd.object.as_ref().is_some_and(|o| o.is(wanted)))
            })
        })
    };
    // What a descriptor refers to, or what is named, is such.
    let touches = |is_such: &dyn Fn(&str) -> bool| {
        call.args.iter().any(|arg| {
            matches!(arg, Arg::Fd(fd) if fd.object.as_ref().is_some_and(|o| is_such(&o.name)))
        }) || (takes_names && names(call, is_such))
    };
    match on {
        Role::Any | Role::Waiting | Role::Child => true,
        Role::EndingSignals => is_about_signals(call, &ENDING_SIGNALS),
        Role::Parent => is_about_signals(call, &[libc::SIGCHLD]),
        Role::NotNull(nth) => {
            !matches!(call.args.get(*nth), Some(Arg::Word(word)) if word == "NULL")
        }
        Role::NewProcess => !call
            .args
            .iter()
            .any(|arg| matches!(arg, Arg::Word(word) if word.contains("CLONE_THREAD"))),
        Role::Stdin => has_object(&phase.stdin),
        Role::Stdout => has_object(&phase.stdout),
        Role::Path(path) => call.args.iter().any(
            |arg| matches!(arg, Arg::Fd(fd) if fd.object.as_ref().is_some_and(|o| o.name == *path)),
        ) || (takes_names && names(call, |name| is_same_path(name, path))),
        Role::Below(path) => touches(&|name| is_below(name, path)),
        Role::Shared | Role::SharedByChild => touches(&is_shared),
    }
}

/// Whether this is the name of memory that processes can share, other than the directory itself.
fn is_shared(name: &str) -> bool {
    name.starts_with(MEMFD) || (is_below(name, SHARED_DIR) && !is_same_path(name, SHARED_DIR))
}

/// Whether a call is not rt_sigaction(2), or about one of these signals.
fn is_about_signals(call: &Call, signals: &[i32]) -> bool {
    let is = |word: &str| signals.iter().any(|signo| signal_name(*signo) == word);
    call.name != "rt_sigaction" || matches!(call.args.first(), Some(Arg::Word(word)) if is(word))
}

/// Whether a string argument names such a path, relative names taken from the descriptor before them.
fn names(call: &Call, is_such: impl Fn(&str) -> bool) -> bool {
    call.args.iter().enumerate().any(|(at, arg)| {
        let Arg::Str(name) = arg else { return false };
        let Ok(name) = std::str::from_utf8(&name.data) else {
            return false;
        };
        if name.starts_with('/') {
            return is_such(name);
        }
        let base = match at.checked_sub(1).and_then(|before| call.args.get(before)) {
            Some(Arg::Fd(fd)) => fd.object.as_ref().map(|object| object.name.as_str()),
            _ => Some(SUBMISSION_DIR),
        };
        base.is_some_and(|base| is_such(&format!("{base}/{name}")))
    })
}

/// Whether two absolute paths are the same once `.`, `..` and double slashes are resolved.
fn is_same_path(one: &str, other: &str) -> bool {
    parts(one) == parts(other)
}

/// Whether an absolute path is this directory, or leads to something in it, in the same sense.
fn is_below(path: &str, directory: &str) -> bool {
    path.starts_with('/') && parts(path).starts_with(&parts(directory))
}

fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts
}

/// Cuts the byte count of the call in `registers` to `bytes`; says what to put back.
///
/// Calls without a byte count are left alone (`None`).
///
/// # Errors
/// If the tracee's memory cannot be read or written.
pub fn cut(
    pid: i32,
    name: &str,
    registers: &mut ptrace::Registers,
    bytes: u64,
) -> io::Result<Option<Vec<AtExit>>> {
    let args = arch::args(registers);
    let count_at = match name {
        "read" | "write" | "pread64" | "pwrite64" | "sendto" | "recvfrom" | "getrandom" => 2,
        "sendfile" => 3,
        "splice" | "copy_file_range" => 4,
        "tee" | "vmsplice" => 2,
        "readv" | "writev" | "preadv" | "pwritev" | "preadv2" | "pwritev2" => {
            return cut_vector(pid, registers, bytes);
        }
        _ => return Ok(None),
    };
    if args[count_at] <= bytes {
        return Ok(None);
    }
    arch::set_arg(registers, count_at, bytes);
    Ok(Some(vec![AtExit::RestoreArg(count_at, args[count_at])]))
}

/// Makes the vector end in its first buffer that is not empty, cut to `bytes`.
fn cut_vector(
    pid: i32,
    registers: &mut ptrace::Registers,
    bytes: u64,
) -> io::Result<Option<Vec<AtExit>>> {
    const ENTRY: u64 = 16;
    let args = arch::args(registers);
    let (vector, count) = (args[1], args[2].min(1024));
    for index in 0..count {
        let entry = vector + index * ENTRY;
        let len = memory::read_u64(pid, entry + 8)?;
        if len == 0 {
            continue;
        }
        arch::set_arg(registers, 1, entry);
        arch::set_arg(registers, 2, 1);
        let mut undo = vec![
            AtExit::RestoreArg(1, vector),
            AtExit::RestoreArg(2, args[2]),
        ];
        if len > bytes {
            ptrace::poke(pid, entry + 8, bytes)?;
            undo.push(AtExit::RestoreWord(entry + 8, len));
        }
        return Ok(Some(undo));
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
