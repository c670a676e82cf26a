//! One call: its entry, the faults that strike it, its return.

use std::io;
use std::time::Duration;

use crate::model::{Arg, Call, Returned, What, World};
use crate::sys::filter;
use crate::sys::ptrace::{self, Resume, SyscallInfo};

use super::decode::{self, Entered};
use super::inject::{self, AtExitPlan, Injector, Phase, Plan};
use super::observe::Tracer;
use super::task::{AtExit, Debt, InCall, Owed, Repeat};
use super::{arch, waits};

impl Tracer {
    pub(super) fn entered(&mut self, pid: i32) -> io::Result<()> {
        // One request tells everything that most calls need; the registers cost a second one.
        let (entered, data) = match ptrace::syscall_info(pid) {
            Ok(SyscallInfo::Seccomp { nr, args, data, .. }) => (Entered { nr, args }, data),
            // SIGKILL has taken it out of this stop, and it is on its way out: what can be asked
            // now, such as its status, is not about a call any more.
            Ok(_) => return Ok(()),
            // Kernels before 5.3 and gVisor do not know the request.
            Err(_) => {
                let registers = ptrace::registers(pid)?;
                let entered = Entered {
                    nr: arch::nr(&registers),
                    args: arch::args(&registers),
                };
                (entered, ptrace::event_message(pid)? as u32)
            }
        };
        if data == filter::FOREIGN {
            let what = format!(
                "a system call of another architecture (number {})",
                entered.nr
            );
            self.push(What::World(World::Blind(what)), Vec::new());
            return self.skip(pid, -i64::from(libc::ENOSYS), Resume::Continue);
        }
        self.note_private_before(pid, entered.nr);
        let needs_memory = self.note_gate(pid, &entered)?;
        if self.is_repeated_in_silence(pid) {
            return ptrace::resume(pid, Resume::ToSyscall, 0);
        }
        if self.stores.is_some() && !self.is_asked_for(entered.nr) {
            let task = self.tasks.get_mut(&pid);
            let repeats = task.and_then(|task| task.repeats.take());
            return match needs_memory && repeats.is_none() {
                true => self.put_off(pid, &entered, Debt::OpenMemory),
                false => self.pass(pid, entered),
            };
        }
        let site = self.note_site(pid)?;
        let call = decode::enter(pid, &entered, &self.depth());
        self.note_open(pid, &call);
        let task = self.tasks.get_mut(&pid);
        let repeats = task.and_then(|task| task.repeats.take());
        let task = self.tasks.get(&pid);
        // The experiment's own program is not what is examined.
        let is_exempt = repeats.is_some() || task.is_some_and(|task| task.is_actor);
        // Whoever was held back for others makes the call now, and what else strikes it comes now.
        let has_let_others_go = repeats == Some(Repeat::OthersFirst);
        let is_child = task.is_some_and(|task| task.tgid != self.first);
        let mut plans = Vec::new();
        for lets_others_first in [true, false] {
            let is_due = !is_exempt || (has_let_others_go && !lets_others_first);
            if !is_due || !plans.is_empty() {
                continue;
            }
            let injectors = self.injectors.iter_mut();
            for injector in injectors.filter(|i| i.lets_others_first() == lets_others_first) {
                let wait = || waits::wait_of(pid, &entered);
                let plan = injector.consider(entered.nr, &call, &self.phase, is_child, wait);
                plans.extend(plan.map(|plan| (injector.index, plan)));
            }
        }
        // The setup itself is not yet what is armed by it.
        let is_setup = !self.phase.has_signal_setup
            && self.phase.has_begun
            && self.injectors.iter().any(Injector::awaits_signal_setup)
            && waits::sets_up_signals(pid, &entered);
        self.phase.has_signal_setup |= is_setup;
        let ns = self.ns(pid);
        // A signal that comes first leaves no trace of the call: it is made again afterwards.
        let first = plans.iter().find_map(|(index, plan)| match plan {
            Plan::SignalFirst(signo) => Some((*index, Debt::Signal(*signo))),
            Plan::OthersFirst => Some((*index, Debt::OthersFirst)),
            _ => None,
        });
        if let Some((index, debt)) = first {
            self.push(What::Struck(ns, index), site);
            return self.put_off(pid, &entered, debt);
        }
        if needs_memory && plans.is_empty() && repeats.is_none() {
            return self.put_off(pid, &entered, Debt::OpenMemory);
        }
        let is_watched = self.options.watch.contains(entered.nr);
        if !is_watched && plans.is_empty() {
            return self.pass(pid, entered);
        }
        let name = call.name.clone();
        let enter = self.push(What::Enter(ns, call), site);
        let mut in_call = InCall {
            enter,
            entered,
            at_exit: Vec::new(),
            is_injected: false,
        };
        // A call that is not made needs no other preparation, and nothing to be put back.
        plans.sort_by_key(|(_, plan)| {
            !matches!(plan, Plan::Answer(_) | Plan::KillTree | Plan::KillCaller)
        });
        for (index, plan) in plans {
            self.push(What::Struck(ns, index), Vec::new());
            match plan {
                Plan::Answer(value) => return self.answer(pid, &in_call, value),
                Plan::KillTree => {
                    self.kill_tree();
                    return Ok(());
                }
                // Not at once: the memory that it shares can be opened in no call only.
                Plan::KillCaller => return self.put_off(pid, &in_call.entered, Debt::Kill),
                Plan::Target(order) => self.order_target(order),
                Plan::SignalNow(signo) => self.signal_by_fault(signo),
                Plan::SignalFirst(_) | Plan::OthersFirst => {}
                Plan::Later(AtExitPlan::Signal(signo)) => {
                    in_call.at_exit.push(AtExit::Signal(signo));
                }
                Plan::Later(AtExitPlan::Delay(delay)) => {
                    in_call.at_exit.push(AtExit::Delay(delay));
                }
                Plan::Later(AtExitPlan::OthersNext) => in_call.at_exit.push(AtExit::OthersNext),
                Plan::Later(AtExitPlan::CutFile(len)) => {
                    in_call.at_exit.push(AtExit::CutFile(len));
                }
                Plan::Later(AtExitPlan::Confine(bytes)) => {
                    in_call.at_exit.push(AtExit::Confine(bytes));
                }
                Plan::Delay(delay) => self.hold(pid, delay),
                Plan::Hold => self.hold_until_told(pid),
                Plan::Short(bytes) => {
                    let mut cut = ptrace::registers(pid)?;
                    if let Some(undo) = inject::cut(pid, &name, &mut cut, bytes)? {
                        ptrace::set_registers(pid, &cut)?;
                        in_call.at_exit.extend(undo);
                        in_call.is_injected = true;
                    }
                }
            }
        }
        let Some(task) = self.tasks.get_mut(&pid) else {
            return Ok(());
        };
        task.in_call = Some(in_call);
        if task.held.is_some() {
            return Ok(());
        }
        ptrace::resume(pid, Resume::ToSyscall, 0)
    }

    /// The call is not made; the answer is recorded at once, and no second stop is needed.
    pub(super) fn answer(&mut self, pid: i32, in_call: &InCall, value: i64) -> io::Result<()> {
        let ns = self.ns(pid);
        let returned = Returned {
            injected: true,
            ..Returned::from_raw(value)
        };
        self.push(
            What::Exit {
                task: ns,
                enter: in_call.enter,
                returned,
            },
            Vec::new(),
        );
        self.skip(pid, value, Resume::Continue)
    }

    /// The call is not made now, but after something else.
    fn put_off(&mut self, pid: i32, entered: &Entered, debt: Debt) -> io::Result<()> {
        let owed = Owed {
            debt,
            nr: entered.nr,
            first_arg: entered.args[0],
        };
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.owed = Some(owed);
        }
        self.skip(pid, -i64::from(libc::ENOSYS), Resume::ToSyscall)
    }

    /// Lets a call that nobody watches be made.
    fn pass(&mut self, pid: i32, entered: Entered) -> io::Result<()> {
        if self.stores.is_none() || !self.changes_memory(pid, entered.nr) {
            return ptrace::resume(pid, Resume::Continue, 0);
        }
        // What it maps has to be closed at its return, and what it could not store is stored then.
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.passing = Some(entered);
        }
        ptrace::resume(pid, Resume::ToSyscall, 0)
    }

    /// Whether this call is of interest for more than the memory that it maps.
    fn is_asked_for(&self, nr: u64) -> bool {
        // Before the program begins, calls say when it does.
        !self.phase.has_begun
            || self.options.watch.contains(nr)
            || self
                .injectors
                .iter()
                .any(|injector| injector.calls().contains(nr) || injector.awaits_signal_setup())
    }

    /// Whether the call at hand is one that is made again because memory was closed: the first
    /// try stands for it in the recording.
    fn is_repeated_in_silence(&mut self, pid: i32) -> bool {
        self.tasks.get_mut(&pid).is_some_and(|task| {
            let is_under_way = task.in_call.is_some() || task.passing.is_some();
            self.stores.is_some() && is_under_way && task.repeats.take().is_some()
        })
    }

    /// The call that the task has entered is not made and returns `value`.
    pub(super) fn skip(&self, pid: i32, value: i64, how: Resume) -> io::Result<()> {
        let mut registers = ptrace::registers(pid)?;
        arch::skip(pid, &mut registers, value)?;
        ptrace::resume(pid, how, 0)
    }

    pub(super) fn returned(&mut self, pid: i32) -> io::Result<()> {
        let Some(task) = self.tasks.get_mut(&pid) else {
            return Ok(());
        };
        if let Some(Owed {
            debt,
            nr,
            first_arg,
        }) = task.owed.take()
        {
            // What the first process makes of its signal, it does before another's call is made.
            let lets_others_go = match debt {
                Debt::Signal(_) => task.tgid != self.first,
                Debt::OthersFirst => true,
                Debt::OpenMemory => false,
                Debt::Kill => return self.kill_caller(pid),
            };
            task.repeats = Some(match debt {
                Debt::OthersFirst => Repeat::OthersFirst,
                _ => Repeat::Skipped,
            });
            if debt == Debt::OpenMemory {
                self.open_memory(pid)?;
            }
            let mut registers = ptrace::registers(pid)?;
            arch::enter_again(&mut registers, nr, first_arg);
            ptrace::set_registers(pid, &registers)?;
            if let Debt::Signal(signo) = debt {
                self.signal_by_fault(signo);
            }
            if lets_others_go {
                self.let_others_go(pid);
                return Ok(());
            }
            return ptrace::resume(pid, Resume::Continue, 0);
        }
        let passing = task.passing.take();
        let entered = passing.as_ref();
        let entered = entered.or(task.in_call.as_ref().map(|in_call| &in_call.entered));
        let Some(nr) = entered.map(|entered| entered.nr) else {
            return ptrace::resume(pid, Resume::Continue, 0);
        };
        let raw = match ptrace::syscall_info(pid) {
            Ok(SyscallInfo::Exit(value)) => value,
            _ => arch::result(&ptrace::registers(pid)?),
        };
        if self.close_after(pid, nr, raw)? {
            return self.again(pid, passing);
        }
        let Some(in_call) = self
            .tasks
            .get_mut(&pid)
            .and_then(|task| task.in_call.take())
        else {
            return ptrace::resume(pid, Resume::Continue, 0);
        };
        let mut delay = None;
        self.undo(pid, &in_call, &mut delay)?;
        let depth = self.depth();
        let ns = self.ns(pid);
        let returned = match self
            .recording
            .events
            .get_mut(in_call.enter)
            .map(|event| &mut event.what)
        {
            Some(What::Enter(_, call)) => {
                let mut returned = decode::exit(pid, &in_call.entered, call, raw, &depth);
                returned.injected = in_call.is_injected;
                if !self.phase.has_input && took_input(call, &returned, &self.phase) {
                    self.phase.has_input = true;
                    self.phase.has_begun = true;
                }
                returned
            }
            _ => Returned::from_raw(raw),
        };
        self.push(
            What::Exit {
                task: ns,
                enter: in_call.enter,
                returned,
            },
            Vec::new(),
        );
        if let Some(delay) = delay {
            self.hold(pid, delay);
            return Ok(());
        }
        if in_call.lets_others_go() {
            self.let_others_look(pid);
            return Ok(());
        }
        ptrace::resume(pid, Resume::Continue, 0)
    }

    /// Has the task make the call again that it has just made.
    fn again(&mut self, pid: i32, passing: Option<Entered>) -> io::Result<()> {
        let Some(task) = self.tasks.get_mut(&pid) else {
            return Ok(());
        };
        let Some(Entered { nr, args }) = passing
            .as_ref()
            .or(task.in_call.as_ref().map(|in_call| &in_call.entered))
        else {
            return ptrace::resume(pid, Resume::Continue, 0);
        };
        let mut registers = ptrace::registers(pid)?;
        arch::enter_again(&mut registers, *nr, args[0]);
        ptrace::set_registers(pid, &registers)?;
        task.repeats = Some(Repeat::Skipped);
        task.passing = passing;
        ptrace::resume(pid, Resume::Continue, 0)
    }

    /// Puts back what a fault changed at the entry, and does what it has left for the return.
    pub(super) fn undo(
        &mut self,
        pid: i32,
        in_call: &InCall,
        delay: &mut Option<Duration>,
    ) -> io::Result<()> {
        if in_call.at_exit.is_empty() {
            return Ok(());
        }
        let mut registers = ptrace::registers(pid)?;
        for action in &in_call.at_exit {
            match action {
                AtExit::RestoreArg(index, value) => {
                    arch::set_arg(&mut registers, *index, *value);
                }
                AtExit::RestoreWord(address, word) => ptrace::poke(pid, *address, *word)?,
                AtExit::Signal(signo) => self.signal_by_fault(*signo),
                AtExit::Delay(time) => *delay = Some(*time),
                // When the return has been recorded.
                AtExit::OthersNext => {}
                AtExit::CutFile(_) | AtExit::Confine(_)
                    if arch::result(&registers).is_negative() => {}
                AtExit::CutFile(len) => self.cut_file(pid, in_call.enter, *len),
                AtExit::Confine(bytes) => self.confine(pid, *bytes),
            }
        }
        ptrace::set_registers(pid, &registers)
    }

    pub(super) fn signal_by_fault(&mut self, signo: i32) {
        self.was_signalled_by_fault = true;
        self.signal_first(signo);
    }
}

/// Whether a call took bytes out of the program's standard input.
fn took_input(call: &Call, returned: &Returned, phase: &Phase) -> bool {
    const READS: &[&str] = &[
        "read",
        "readv",
        "pread64",
        "preadv",
        "preadv2",
        "recvfrom",
        "recvmsg",
        "splice",
        "sendfile",
        "copy_file_range",
        "tee",
    ];
    returned.value > 0
        && returned.errno.is_none()
        && READS.contains(&call.name.as_str())
        && call.args.iter().any(|arg| {
            let (Arg::Fd(fd), Some(stdin)) = (arg, &phase.stdin) else {
                return false;
            };
            match &fd.object {
                Some(object) => object.is(stdin),
                // Not looked up: the program was not seen to begin (a strange interpreter).
                None => fd.number == 0,
            }
        })
}
