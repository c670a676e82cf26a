//! When a program begins, and where in it a call is made.
//!
//! A compiled program begins at its entry point, behind the loader; one in Python with the first line of
//! the submission that runs, and that of another interpreter when its file is opened. What comes before is
//! nobody's fault.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

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
            match !self.phase.has_begun && self.interprets(pid) {
                true => drop(self.interpreters.insert(pid)),
                false => self.begin(pid),
            }
        }
        self.resume(pid, 0)
    }

    /// Whether a process runs somebody else's program, and has a file of the submission among its arguments.
    fn interprets(&self, pid: i32) -> bool {
        let Some(prefix) = &self.options.site_prefix else {
            return false;
        };
        let is_within = |path: &[u8]| Path::new(OsStr::from_bytes(path)).starts_with(prefix);
        if proc::executable(pid).is_ok_and(|path| is_within(&path)) {
            return false;
        }
        let is_there = proc::working_directory(pid).is_ok_and(|path| is_within(&path));
        let line = proc::command_line(pid).unwrap_or_default();
        line.split(|byte| *byte == 0).skip(1).any(|word| {
            let place = match word.first() {
                None => return false,
                Some(b'/') if is_within(word) => "root",
                Some(b'/') => return false,
                Some(_) if is_there => "cwd",
                Some(_) => return false,
            };
            let word = word.strip_prefix(b"/").unwrap_or(word);
            Path::new(&format!("/proc/{pid}/{place}"))
                .join(OsStr::from_bytes(word))
                .is_file()
        })
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
        let Some(tgid) = self.tasks.get(&pid).map(|task| task.tgid) else {
            return;
        };
        let is_own = call.args.iter().any(|arg| {
            matches!(arg, Arg::Str(path) if !path.data.starts_with(b"/")
                || path.data.starts_with(prefix.as_bytes()))
        });
        if is_own && self.interpreters.remove(&tgid) {
            self.begin(pid);
            return;
        }
        let is_candidate = call.args.iter().any(|arg| {
            matches!(arg, Arg::Str(path) if path.data.starts_with(b"/proc/")
                || path.data.starts_with(b"/dev/"))
        });
        if is_own || is_candidate {
            self.has_opened.insert(tgid);
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
