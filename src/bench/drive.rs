//! Plays the outside world during a run: standard streams, signals, waiting, limits.
//!
//! The [`Driver`] and the tracer share one thread: between two pumps of the tracer the driver
//! does what can be done now, and writes it on the same time line.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};

use crate::model::{Bytes, LimitKind, Limits, Run, Step, Stream, World};
use crate::sys;
use crate::tracer::Tracer;
use crate::tracer::rest::Sample;

/// Room in the stdin pipe, so that most inputs go in with one write. The kernel lets everyone
/// have this much (/proc/sys/fs/pipe-max-size).
const STDIN_CAPACITY: i32 = 1 << 20;

/// Wall-clock time after which a run is given up, as a multiple of its time limit. What ends
/// here was starved by the machine, and nothing can be said about the program.
const PATIENCE: u32 = 30;

/// The three descriptors that the program gets.
pub struct Stdio {
    /// Read end of its input, write ends of its outputs.
    pub for_program: [OwnedFd; 3],
    ours: Ours,
}

struct Ours {
    stdin: std::fs::File,
    stdout: std::fs::File,
    /// A terminal's output is all one stream.
    stderr: Option<std::fs::File>,
}

/// The outside world of one run.
pub struct Driver {
    stdin: Option<std::fs::File>,
    stdout: Option<std::fs::File>,
    stderr: Option<std::fs::File>,
    steps: VecDeque<Step>,
    limits: Limits,
    scale: f64,
    is_stalled: bool,
    output: u64,
    /// The clock when the current AwaitExit or Pass began.
    step_began: Option<Duration>,
    has_terminal: bool,
    was_signalled: bool,
    last: Sample,
    started: Instant,
    /// In a reference run of a sweep, rest ends the run: there is no strike to wait for.
    is_reference: bool,
    ended_at: Option<Duration>,
    is_over: bool,
}

/// How a run stands after the driver had its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Go on.
    On,
    /// The run is over: kill what is left.
    Over,
    /// The machine did not give the program the time that it needs.
    Starved,
}

/// Makes the pipes of a run, or its terminal.
///
/// # Errors
/// Those of pipe2(2), fcntl(2) and openpty(3).
pub fn streams(run: &Run) -> io::Result<Stdio> {
    if run.has_terminal {
        terminal()
    } else {
        pipes(run)
    }
}

/// A pseudo-terminal of 24 lines and 80 columns; see pty(7).
fn terminal() -> io::Result<Stdio> {
    let size = nix::pty::Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let nix::pty::OpenptyResult { master, slave } = nix::pty::openpty(&size, None)?;
    for end in [&master, &slave] {
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    }
    fcntl(
        &master,
        FcntlArg::F_SETFL(OFlag::O_RDWR | OFlag::O_NONBLOCK),
    )?;
    let also = master.try_clone()?;
    Ok(Stdio {
        for_program: [slave.try_clone()?, slave.try_clone()?, slave],
        ours: Ours {
            stdin: also.into(),
            stdout: master.into(),
            stderr: None,
        },
    })
}

fn pipes(run: &Run) -> io::Result<Stdio> {
    let pipe = || nix::unistd::pipe2(OFlag::O_CLOEXEC);
    let ((in_read, in_write), (out_read, out_write), (err_read, err_write)) =
        (pipe()?, pipe()?, pipe()?);
    for ours in [&in_write, &out_read, &err_read] {
        fcntl(ours, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    }
    // Less room is no error: the input then goes in piece by piece.
    let _smaller = fcntl(&in_write, FcntlArg::F_SETPIPE_SZ(STDIN_CAPACITY));
    if run.stdout_capacity > 0 {
        fcntl(
            &out_write,
            FcntlArg::F_SETPIPE_SZ(run.stdout_capacity as i32),
        )?;
    }
    Ok(Stdio {
        for_program: [in_read, out_write, err_write],
        ours: Ours {
            stdin: in_write.into(),
            stdout: out_read.into(),
            stderr: Some(err_read.into()),
        },
    })
}

impl Stdio {
    /// Hands out the program's ends; the rest drives the run.
    pub fn split(self, run: &Run, scale: f64, is_reference: bool) -> ([OwnedFd; 3], Driver) {
        let driver = Driver {
            stdin: Some(self.ours.stdin),
            stdout: Some(self.ours.stdout),
            stderr: self.ours.stderr,
            steps: run.steps.iter().cloned().collect(),
            limits: run.limits.clone(),
            scale,
            is_stalled: false,
            output: 0,
            step_began: None,
            has_terminal: run.has_terminal,
            was_signalled: false,
            last: Sample::default(),
            started: Instant::now(),
            is_reference,
            ended_at: None,
            is_over: false,
        };
        (self.for_program, driver)
    }
}

impl Driver {
    /// Does what can be done now.
    pub fn turn(&mut self, tracer: &mut Tracer, is_tick: bool) -> Turn {
        self.receive(tracer);
        while self.step(tracer) {}
        if is_tick {
            self.last = tracer.sample(false);
        }
        if self.is_over {
            return Turn::Over;
        }
        if let Some((kind, figure)) = self.exceeded(tracer) {
            let site = tracer.halt();
            tracer.record_limit(kind, figure, site);
            self.is_over = true;
            return Turn::Over;
        }
        if tracer.has_ended() {
            return self.after_the_end(tracer);
        }
        let patience = Duration::from_millis(self.limits.time_ms).mul_f64(self.scale) * PATIENCE;
        if self.started.elapsed() > patience {
            Turn::Starved
        } else {
            Turn::On
        }
    }

    /// The first process has ended: what it left behind may finish what it is doing.
    fn after_the_end(&mut self, tracer: &Tracer) -> Turn {
        const GRACE: Duration = Duration::from_millis(500);
        let since = *self.ended_at.get_or_insert(self.last.clock());
        let is_done = tracer.is_empty()
            || self.last.is_at_rest
            || self.last.clock().saturating_sub(since) > GRACE;
        if is_done { Turn::Over } else { Turn::On }
    }

    /// Reads what the program has written until now.
    pub fn receive(&mut self, tracer: &mut Tracer) {
        if !self.is_stalled {
            self.output += drain(&mut self.stdout, Stream::Stdout, &self.limits, tracer);
        }
        self.output += drain(&mut self.stderr, Stream::Stderr, &self.limits, tracer);
    }

    /// Reads the rest, also of a stalled stream, when all is over.
    pub fn receive_rest(&mut self, tracer: &mut Tracer) {
        self.is_stalled = false;
        self.receive(tracer);
    }

    /// Tries the first step; true if it is done and the next may be tried.
    fn step(&mut self, tracer: &mut Tracer) -> bool {
        let Some(step) = self.steps.front_mut() else {
            return false;
        };
        let has_ended = tracer.has_ended();
        let is_done = match step {
            _ if has_ended => true,
            Step::Send(bytes) => send(&mut self.stdin, bytes, tracer),
            Step::AwaitTaken => {
                // A terminal does not tell how much of what was typed is still to be read.
                let is_taken =
                    !self.has_terminal && self.stdin.as_ref().is_none_or(|pipe| unread(pipe) == 0);
                self.last.is_at_rest || is_taken
            }
            Step::CloseInput => {
                if self.stdin.take().is_some() {
                    tracer.record(World::Closed);
                }
                // A terminal hangs up when its other side is gone.
                if self.has_terminal {
                    self.stdout = None;
                }
                true
            }
            Step::StallOutput => {
                self.is_stalled = true;
                true
            }
            Step::ResumeOutput => {
                self.is_stalled = false;
                self.receive(tracer);
                true
            }
            Step::AwaitRest => {
                let is_at_rest = std::mem::take(&mut self.last.is_at_rest);
                if is_at_rest {
                    tracer.record_rest();
                }
                is_at_rest
            }
            Step::Signal(signo) => {
                let signo = *signo;
                // In a trial of a sweep the strike was the signal; a second one would hide that
                // the first was lost.
                if !tracer.was_signalled_by_fault() {
                    tracer.record(World::Signalled(signo));
                    tracer.signal_first(signo);
                }
                self.was_signalled = true;
                true
            }
            Step::AwaitExit { .. } => {
                self.step_began.get_or_insert(self.last.clock());
                false
            }
            Step::Pass { ms } => {
                let ms = *ms;
                let now = self.last.clock();
                let passed = now.saturating_sub(*self.step_began.get_or_insert(now));
                let is_over = passed >= Duration::from_millis(ms);
                if is_over {
                    tracer.record(World::Passed(ms));
                }
                is_over
            }
            Step::Inspect => {
                tracer.record_state();
                true
            }
        };
        if is_done {
            self.steps.pop_front();
            self.step_began = None;
        }
        is_done
    }

    /// The limit that has been reached, if any.
    fn exceeded(&mut self, tracer: &Tracer) -> Option<(LimitKind, u64)> {
        let ms = |time: Duration| time.as_millis() as u64;
        let scaled = |ms: u64| Duration::from_millis(ms).mul_f64(self.scale);
        let Limits {
            time_ms,
            cpu_ms,
            memory_kib,
            tasks,
            output,
            events,
            ..
        } = self.limits;
        if self.output > output {
            return Some((LimitKind::Output, output));
        }
        if tracer.len() as u64 > events {
            return Some((LimitKind::Events, events));
        }
        if self.last.tasks > tasks {
            return Some((LimitKind::Tasks, tasks));
        }
        if self.last.memory_kib > memory_kib {
            return Some((LimitKind::Memory, memory_kib));
        }
        if tracer.has_ended() {
            return None;
        }
        if self.last.cpu > scaled(cpu_ms) {
            return Some((LimitKind::Cpu, cpu_ms));
        }
        if let Some(Step::AwaitExit { within_ms }) = self.steps.front()
            && let Some(since) = self.step_began
        {
            let waited = self.last.clock().saturating_sub(since);
            let is_stuck = self.last.is_at_rest && tracer.is_blocked_for_good();
            if self.is_reference && self.last.is_at_rest {
                return Some((LimitKind::Stuck, ms(waited)));
            }
            if is_stuck || waited > scaled(*within_ms) {
                return Some((LimitKind::Exit, *within_ms));
            }
        }
        if self.last.is_at_rest && self.last.is_stopped {
            return Some((LimitKind::Stopped, ms(self.last.clock())));
        }
        if self.steps.is_empty() && self.last.is_at_rest && tracer.is_blocked_for_good() {
            return Some((LimitKind::Stuck, ms(self.last.clock())));
        }
        (self.last.clock() > scaled(time_ms)).then_some((LimitKind::Time, time_ms))
    }
}

/// Writes what fits; true when all of it is in the pipe, or nobody will ever read it.
fn send(stdin: &mut Option<std::fs::File>, bytes: &mut Vec<u8>, tracer: &mut Tracer) -> bool {
    let Some(pipe) = stdin else { return true };
    while !bytes.is_empty() {
        match pipe.write(bytes) {
            Ok(sent) => {
                let rest = bytes.split_off(sent);
                let sent = std::mem::replace(bytes, rest);
                tracer.record(World::Sent(Bytes::whole(sent)));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
            // The program has closed its standard input.
            Err(_) => return true,
        }
    }
    true
}

/// Bytes in a pipe that nobody has read yet (FIONREAD, ioctl_tty(2)).
fn unread(pipe: &impl AsFd) -> usize {
    sys::pipe::unread(pipe).unwrap_or(0)
}

/// Reads a stream until nothing is there; the number of bytes read.
fn drain(
    stream: &mut Option<std::fs::File>,
    which: Stream,
    limits: &Limits,
    tracer: &mut Tracer,
) -> u64 {
    let mut total = 0;
    let mut buffer = [0; 64 * 1024];
    while let Some(pipe) = stream {
        match pipe.read(&mut buffer) {
            Ok(0) => *stream = None,
            Ok(got) => {
                total += got as u64;
                tracer.record(World::Received(which, Bytes::whole(&buffer[..got])));
                if total > limits.output {
                    break;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(_) => *stream = None,
        }
    }
    total
}
