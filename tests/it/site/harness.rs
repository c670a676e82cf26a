//! A tracer of forty lines, and a directory that plays the submission.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use syslab::model::Frame;
use syslab::tracer::site::{Registers, Sites, open_module, symbolise};

/// The programs' sources.
pub(super) const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs/site");

/// What was captured at one fsync(2), and how long that took.
pub(super) struct Stop {
    pub(super) frames: Vec<Frame>,
    pub(super) took: Duration,
    pub(super) is_python: bool,
}

/// A directory with programs in it.
pub(super) struct Submission {
    directory: tempfile::TempDir,
}

impl Submission {
    pub(super) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a directory"),
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.path().canonicalize().expect("a real path")
    }

    /// Copies a program's source; returns its text.
    pub(super) fn source(&self, name: &str) -> String {
        let text = fs::read_to_string(Path::new(PROGRAMS).join(name)).expect("a source");
        fs::write(self.path().join(name), &text).expect("a copy");
        text
    }

    /// Runs a compiler in the directory; says whether there is one.
    pub(super) fn compile(&self, command: &str) -> bool {
        let mut words = command.split_whitespace();
        let program = words.next().expect("a command");
        match Command::new(program)
            .args(words)
            .current_dir(self.path())
            .output()
        {
            Ok(output) => {
                let errors = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{command}\n{errors}");
                true
            }
            Err(_) => {
                println!("skipped: no {program} on this machine");
                false
            }
        }
    }

    /// Runs a command to its end, capturing at the entry of every fsync(2).
    pub(super) fn run(&self, command: &[&str]) -> Vec<Stop> {
        self.run_with(command, |_, _| {})
    }

    /// The same, with `each` called for every system call's entry.
    pub(super) fn run_with(
        &self,
        command: &[&str],
        mut each: impl FnMut(&mut Sites, Pid),
    ) -> Vec<Stop> {
        let directory = self.path();
        let mut sites = Sites::of_interest(directory.to_str());
        let mut stops = Vec::new();
        let mut tracees = Tracees::start(&directory, command);
        while let Some(pid) = tracees.next(&mut sites) {
            each(&mut sites, pid);
            let registers = ptrace::getregs(pid).expect("registers");
            if call(&registers) != libc::SYS_fsync {
                continue;
            }
            let (tgid, ns_tid) = ids(pid);
            let before = Instant::now();
            let frames = sites.capture(tgid, pid.as_raw(), ns_tid, Registers::from(&registers));
            let took = before.elapsed();
            stops.push(Stop {
                frames,
                took,
                is_python: sites.is_python(tgid),
            });
        }
        stops
    }

    /// The frames' sources, those outside of the directory left out, as `file:line function`.
    pub(super) fn lines(&self, frames: &[Frame]) -> Vec<String> {
        let root = File::open("/").expect("the root");
        let directory = self.path();
        let mut lines = Vec::new();
        for frame in frames {
            let found = match frame {
                Frame::Source { .. } => vec![frame.clone()],
                Frame::Native { module, address } => {
                    let file = open_module(&root, module).expect("the module");
                    let directory = directory.to_str().expect("a path");
                    symbolise(&file, module, &[*address], directory).remove(0)
                }
            };
            for frame in found {
                if let Frame::Source {
                    file,
                    line,
                    function,
                } = frame
                    && !file.starts_with('/')
                {
                    lines.push(format!("{file}:{line} {function}"));
                }
            }
        }
        lines
    }
}

/// The line on which a source has this marker.
pub(super) fn line(source: &str, marker: &str) -> usize {
    1 + source
        .lines()
        .position(|line| line.contains(marker))
        .expect("a marker")
}

/// The number of the system call that a thread is in.
pub(super) fn call(registers: &libc::user_regs_struct) -> i64 {
    #[cfg(target_arch = "x86_64")]
    let number = registers.orig_rax;
    #[cfg(target_arch = "aarch64")]
    let number = registers.regs[8];
    number.cast_signed()
}

/// The process of a thread, and the thread's number as it sees it itself.
pub(super) fn ids(pid: Pid) -> (i32, u32) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a stopped thread");
    let field = |name: &str| {
        let value = status.lines().find_map(|line| line.strip_prefix(name))?;
        value.split_whitespace().last()?.parse().ok()
    };
    let tgid = field("Tgid:").expect("a process");
    let number: i32 = field("NSpid:").expect("a number");
    (tgid, number.unsigned_abs())
}

/// A traced program and its descendants.
struct Tracees {
    /// The one that waits at a system call's entry.
    stopped: Option<Pid>,
}

impl Tracees {
    /// Starts a command that stops itself, so that it can be seized before its exec.
    #[expect(clippy::zombie_processes, reason = "next() waits for it")]
    fn start(directory: &Path, command: &[&str]) -> Self {
        let child = Command::new("sh")
            .args(["-c", "kill -STOP $$; exec \"$@\"", "sh"])
            .args(command)
            .current_dir(directory)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .spawn()
            .expect("a shell");
        let pid = Pid::from_raw(child.id().cast_signed());
        waitpid(pid, Some(WaitPidFlag::WUNTRACED)).expect("a stop");
        ptrace::seize(
            pid,
            Options::PTRACE_O_TRACESYSGOOD
                | Options::PTRACE_O_TRACECLONE
                | Options::PTRACE_O_TRACEFORK
                | Options::PTRACE_O_TRACEVFORK
                | Options::PTRACE_O_TRACEEXEC
                | Options::PTRACE_O_EXITKILL,
        )
        .expect("to trace");
        nix::sys::signal::kill(pid, Signal::SIGCONT).expect("to continue");
        Self { stopped: None }
    }

    /// Runs on to the next entry of a system call; `None` once all have ended.
    fn next(&mut self, sites: &mut Sites) -> Option<Pid> {
        if let Some(pid) = self.stopped.take() {
            resume(pid, None);
        }
        // Only this thread's tracees: other tests have theirs.
        let flags = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        while let Ok(status) = waitpid(None, Some(flags)) {
            match status {
                WaitStatus::PtraceSyscall(pid) => {
                    let info = ptrace::syscall_info(pid);
                    if info.is_ok_and(|info| info.op == libc::PTRACE_SYSCALL_INFO_ENTRY) {
                        self.stopped = Some(pid);
                        return Some(pid);
                    }
                    resume(pid, None);
                }
                WaitStatus::PtraceEvent(pid, _, event) => {
                    if event == libc::PTRACE_EVENT_EXEC {
                        sites.forget(pid.as_raw());
                    }
                    resume(pid, None);
                }
                WaitStatus::Stopped(pid, signal) => resume(pid, Some(signal)),
                WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, ..) => {
                    sites.forget(pid.as_raw());
                }
                _ => {}
            }
        }
        None
    }
}

/// A tracee that was killed in the meantime is no failure.
fn resume(pid: Pid, signal: Option<Signal>) {
    let _ = ptrace::syscall(pid, signal);
}
