//! When a program begins, and where in it a call is made.
//!
//! A compiled program begins at its entry point, behind the loader; an interpreted one with the
//! first line of the submission that its interpreter runs. What comes before is nobody's fault.

use std::io;

use crate::model::{Arg, Call, Frame, What};
use crate::sys::{proc, ptrace};

use super::observe::Tracer;
use super::site::Registers;
use super::{arch, decode};

impl Tracer {
    /// Makes the task stop at the program's own first instruction, behind the loader.
    pub(super) fn plant_breakpoint(&mut self, pid: i32) -> io::Result<()> {
        let Ok(entry) = proc::entry_point(pid) else {
            return Ok(());
        };
        if arch::ip(&ptrace::registers(pid)?) == entry {
            self.begin(pid);
            return Ok(());
        }
        let word = ptrace::peek(pid, entry)?;
        let mut bytes = word.to_ne_bytes();
        bytes[..arch::BREAKPOINT.len()].copy_from_slice(arch::BREAKPOINT);
        ptrace::poke(pid, entry, u64::from_ne_bytes(bytes))?;
        if let Some(task) = self.tasks.get_mut(&pid) {
            task.breakpoint = Some((entry, word));
        }
        Ok(())
    }

    pub(super) fn is_breakpoint(&self, pid: i32) -> io::Result<bool> {
        let Some((entry, _)) = self.tasks.get(&pid).and_then(|task| task.breakpoint) else {
            return Ok(false);
        };
        Ok(arch::ip(&ptrace::registers(pid)?) == entry + arch::BREAKPOINT_SKIP)
    }

    pub(super) fn begun(&mut self, pid: i32) -> io::Result<()> {
        if let Some((entry, word)) = self.tasks.get_mut(&pid).and_then(|t| t.breakpoint.take()) {
            ptrace::poke(pid, entry, word)?;
            let mut registers = ptrace::registers(pid)?;
            arch::set_ip(&mut registers, entry);
            ptrace::set_registers(pid, &registers)?;
        }
        // An interpreter begins when it runs a line of the submission; see `note_site`, which also
        // finds out whether this is one.
        self.note_site(pid)?;
        if !self.options.wants_sites || !self.sites.is_python(pid) {
            self.begin(pid);
        }
        self.resume(pid, 0)
    }

    pub(super) fn begin(&mut self, pid: i32) {
        self.push(What::Begin(self.ns(pid)), Vec::new());
        self.phase.has_begun = true;
    }

    /// Whether a process is still at the loader's or the interpreter's own business: it has not
    /// even opened a file of the submission, so no line of it can be running.
    pub(super) fn is_starting(&self, tgid: i32) -> bool {
        self.options.site_prefix.is_some()
            && !self.phase.has_begun
            && self.sites.is_python(tgid)
            && !self.has_opened.contains(&tgid)
    }

    /// Notes that a process opens a file that may be the submission's.
    pub(super) fn note_open(&mut self, pid: i32, call: &Call) {
        let Some(prefix) = &self.options.site_prefix else {
            return;
        };
        if self.phase.has_begun || !call.name.starts_with("open") {
            return;
        }
        let is_candidate = call.args.iter().any(|arg| {
            matches!(arg, Arg::Str(path) if !path.data.starts_with(b"/")
                || path.data.starts_with(prefix.as_bytes())
                || path.data.starts_with(b"/proc/")
                || path.data.starts_with(b"/dev/"))
        });
        if let (true, Some(task)) = (is_candidate, self.tasks.get(&pid)) {
            self.has_opened.insert(task.tgid);
        }
    }

    /// How closely calls are looked at: of what happens before the program begins, no judge asks
    /// what descriptors were.
    pub(super) fn depth(&self) -> decode::Depth {
        let is_close = self.options.site_prefix.is_none() || self.phase.has_begun;
        match is_close {
            true => self.options.depth,
            false => decode::Depth {
                bytes: 64,
                objects: false,
            },
        }
    }

    /// The place of the call; also the moment at which an interpreted program begins.
    pub(super) fn note_site(&mut self, pid: i32) -> io::Result<Vec<Frame>> {
        let Some(task) = self.tasks.get(&pid) else {
            return Ok(Vec::new());
        };
        let is_loading = task.breakpoint.is_some() && self.options.site_prefix.is_some();
        if !self.options.wants_sites || is_loading || self.is_starting(task.tgid) {
            return Ok(Vec::new());
        }
        let (tgid, ns) = (task.tgid, task.ns);
        let registers = ptrace::registers(pid)?;
        let site = self
            .sites
            .capture(tgid, pid, ns, Registers::from(&registers));
        let is_source = site
            .iter()
            .any(|frame| matches!(frame, Frame::Source { .. }));
        if is_source && !self.phase.has_begun {
            self.begin(pid);
        }
        Ok(site)
    }
}
