//! How tasks begin, become other programs, and end.

use std::io;

use crate::model::experiment::ACTOR;
use crate::model::{ExitStatus, What};
use crate::sys::proc::{self, State};
use crate::sys::ptrace;

use super::facts;
use super::observe::Tracer;
use super::task::TaskState;

impl Tracer {
    pub(super) fn ended(&mut self, pid: i32, status: ExitStatus) {
        self.sites.forget(pid);
        let Some(task) = self.tasks.remove(&pid) else {
            return;
        };
        self.rest.forget(pid);
        if let Some(stores) = self.stores.as_mut().filter(|_| task.tgid == pid) {
            stores.forget(pid);
        }
        // What exiting() noted stands; a task killed by SIGKILL may not have passed there.
        let zombies = self.rest.take_zombies(pid);
        self.push(
            What::End {
                task: task.ns,
                status,
                zombies,
            },
            Vec::new(),
        );
    }

    pub(super) fn exiting(&mut self, pid: i32) {
        let Some(task) = self.tasks.get(&pid) else {
            return;
        };
        let is_leader = task.tgid == pid;
        self.announce_rest(pid);
        self.rest.note_cpu(pid, proc::cpu_ns(pid).ok());
        if is_leader {
            self.rest.keep_zombies(pid, facts::zombies(pid));
        }
        self.note_private(pid);
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.is_exiting = true;
        }
    }

    /// A task has made another one, as its event says.
    pub(super) fn forked(&mut self, pid: i32, event: i32) -> io::Result<()> {
        let child = ptrace::event_message(pid)? as i32;
        // A signal that ends its process takes a task out of this stop, and on to that of its exit: then
        // what the event says is the exit's. The child is announced there.
        if ptrace::event_now(pid)? != event {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        self.made(pid, child, event == libc::PTRACE_EVENT_VFORK)
    }

    /// A task that ends announces the children of which it could not say anything any more: they wait for
    /// us.
    fn announce_rest(&mut self, pid: i32) {
        let Some(task) = self.tasks.get(&pid) else {
            return;
        };
        let own = nix::unistd::gettid().as_raw();
        let is_ours = |child: &i32| {
            proc::status(*child)
                .is_ok_and(|status| status.tracer == own && status.state != State::Zombie)
        };
        let mut children = proc::children_of(task.tgid, &[pid]).unwrap_or_default();
        children.retain(|child| !self.tasks.contains_key(child) && is_ours(child));
        for child in children {
            let _died: io::Result<()> = self.made(pid, child, false);
        }
    }

    /// `child` is a task of ours from now on, which `pid` has made.
    fn made(&mut self, pid: i32, child: i32, has_borrowed: bool) -> io::Result<()> {
        // A child that SIGKILL took before we could look is gone; it has no story to tell.
        let Some(identity) = facts::identity(child) else {
            return Ok(());
        };
        let is_thread = identity.tgid != child;
        self.phase.has_forked |= !is_thread && self.phase.has_begun;
        let event = What::Fork {
            task: self.ns(pid),
            child: identity.ns_tid,
            thread: is_thread,
        };
        self.push(event, Vec::new());
        let mut task = TaskState::new(identity.ns_tid, identity.tgid);
        task.has_borrowed = has_borrowed;
        task.is_actor = self.tasks.get(&pid).is_some_and(|parent| parent.is_actor);
        if let (false, Some(parent)) = (is_thread, self.tasks.get(&pid)) {
            let parent = parent.tgid;
            if let Some(stores) = &mut self.stores {
                stores.inherit(parent, child);
            }
        }
        self.tasks.insert(child, task);
        if let Some(stop) = self.early.remove(&child) {
            self.handle(child, stop)?;
        }
        Ok(())
    }

    pub(super) fn execed(&mut self, pid: i32) -> io::Result<()> {
        // When another thread than the leader calls execve, it takes over the leader's id.
        let former = ptrace::event_message(pid)? as i32;
        if former != pid
            && let Some(caller) = self.tasks.remove(&former)
        {
            let leader = self.tasks.insert(pid, caller);
            if let (Some(leader), Some(task)) = (leader, self.tasks.get_mut(&pid)) {
                task.ns = leader.ns;
                task.tgid = pid;
            }
        }
        let gone: Vec<i32> = self
            .tasks
            .iter()
            .filter(|(tid, task)| task.tgid == pid && **tid != pid)
            .map(|(tid, _)| *tid)
            .collect();
        for tid in gone {
            self.tasks.remove(&tid);
            self.rest.forget(tid);
        }
        self.sites.forget(pid);
        self.has_opened.remove(&pid);
        self.interpreters.remove(&pid);
        if let Some(stores) = &mut self.stores {
            stores.forget(pid);
        }
        let state = facts::exec_state(pid);
        if pid == self.first {
            // A `run` script that execs the program proper: that one has yet to begin.
            self.phase.has_begun = false;
            self.phase.has_signal_setup = false;
            if self.phase.stdin.is_none() {
                self.phase.stdin = state.fd(0).cloned();
                self.phase.stdout = state.fd(1).cloned();
            }
        } else {
            self.phase.has_started_another |= self.phase.has_signal_setup;
        }
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.has_borrowed = false;
            task.is_actor = state.path == ACTOR;
        }
        let ns = self.ns(pid);
        self.push(What::Exec(ns, state), Vec::new());
        self.plant_breakpoint(pid)?;
        self.resume(pid, 0)
    }
}
