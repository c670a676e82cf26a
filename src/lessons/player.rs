//! Players: processes of this binary with which a demo does what syslab itself must not do, such as
//! to fork and go on, to end unnoticed, or to give up its signals.
//!
//! A player is told what to do line by line, and answers each order with a line, so that a demo can
//! look at it in between, in peace. It ends when there are no more orders: whatever becomes of the
//! demo, the kernel closes the pipe on which they come, and no process is left behind.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, ExitStatus, Stdio};

use anyhow::{Context, bail};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};

use crate::lessons::{cpython, fds, process, shm, sockets};
use crate::model::curriculum::DemoOptions;
use crate::sys::{self, pidfd};

/// The hidden command under which this binary is a player.
pub const PLAYER_COMMAND: &str = "__player";

/// The first character of an answer that says what went wrong.
const TROUBLE: char = '!';

/// What a player does, given its arguments.
pub(in crate::lessons) type Role = fn(&[String]) -> anyhow::Result<()>;

/// All roles, by name: each lesson has its own.
static ROLES: &[&[(&str, Role)]] = &[
    process::demos::ROLES,
    sockets::demos::ROLES,
    fds::demos::ROLES,
    shm::demos::ROLES,
    cpython::demos::ROLES,
];

/// The main function of a player; its arguments are who its parent is, its role, and the role's own.
pub fn play(args: &[OsString]) -> ExitCode {
    let words: Vec<String> = args
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    match played(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If nobody listens, the exit status still tells.
            let _gone = answer(&format!("{TROUBLE}{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn played(words: &[String]) -> anyhow::Result<()> {
    let [parent, name, args @ ..] = words else {
        bail!("a player has a parent and a role");
    };
    sys::process::die_with_parent(parent.parse()?).context("the demo is gone")?;
    // A session of its own: Ctrl-C is for the demo, which then ends the player.
    nix::unistd::setsid()?;
    // It was started as /proc/self/exe, and would be called exe.
    nix::sys::prctl::set_name(c"syslab")?;
    // Whoever started us may have blocked or ignored what the demo is about.
    sys::process::reset_signals()?;
    let (_, role) = ROLES
        .iter()
        .copied()
        .flatten()
        .find(|(known, _)| known == name)
        .with_context(|| format!("no role is called {name}"))?;
    role(args)
}

/// The player's side: the next order; `None` when there are no more.
pub(in crate::lessons) fn order() -> io::Result<Option<String>> {
    // Byte by byte: what follows may be for the program that the player becomes.
    let mut line = Vec::new();
    let mut byte = [0];
    while nix::unistd::read(io::stdin().as_fd(), &mut byte)? == 1 {
        if byte == *b"\n" {
            return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
        }
        line.extend_from_slice(&byte);
    }
    Ok(None)
}

/// The player's side: answers an order.
pub(in crate::lessons) fn answer(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(format!("{line}\n").as_bytes())?;
    // A child that is forked later must not have it again.
    stdout.flush()
}

/// The demo's side: a player, which ends when this is dropped.
pub(in crate::lessons) struct Player {
    child: Child,
    orders: Option<ChildStdin>,
    answers: ChildStdout,
    /// What came after the last whole line.
    heard: Vec<u8>,
    options: DemoOptions,
}

/// How often a demo that waits for an answer looks whether it is still wanted, milliseconds.
const GLANCE_MS: u16 = 50;

/// How long a player has to end by itself, milliseconds: it may wait for what it has started.
const GRACE_MS: u16 = 2000;

impl Player {
    /// Starts a player in a role.
    pub(in crate::lessons) fn start(
        role: &str,
        args: &[&str],
        options: &DemoOptions,
    ) -> io::Result<Self> {
        let mut command = Command::new("/proc/self/exe");
        command
            .arg(PLAYER_COMMAND)
            .arg(std::process::id().to_string())
            .arg(role)
            .args(args);
        Self::behind(&mut command, options)
    }

    /// Starts a player through a command that passes its standard streams on to it and ends when
    /// it does, such as a tracer.
    pub(in crate::lessons) fn behind(
        command: &mut Command,
        options: &DemoOptions,
    ) -> io::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(orders), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Self {
            child,
            orders: Some(orders),
            answers,
            heard: Vec::new(),
            options: options.clone(),
        })
    }

    /// Its pid, or that of the command through which it was started.
    pub(in crate::lessons) fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// Waits for its next answer.
    ///
    /// # Errors
    /// If it cannot do what it was told, is gone, or the user has interrupted the demo.
    pub(in crate::lessons) fn hear(&mut self) -> anyhow::Result<String> {
        let line = loop {
            if let Some(end) = self.heard.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.heard.drain(..=end).collect();
                break String::from_utf8_lossy(&line).trim_end().to_owned();
            }
            self.options.go_on()?;
            let mut ready = [PollFd::new(self.answers.as_fd(), PollFlags::POLLIN)];
            match poll(&mut ready, GLANCE_MS) {
                Ok(0) | Err(Errno::EINTR) => continue,
                polled => polled?,
            };
            let mut some = [0; 256];
            match self.answers.read(&mut some)? {
                0 => bail!("the process that the demo started is gone"),
                taken => self.heard.extend_from_slice(&some[..taken]),
            }
        };
        match line.strip_prefix(TROUBLE) {
            Some(trouble) => bail!("{trouble}"),
            None => Ok(line),
        }
    }

    /// Gives it no more orders, and waits until it has ended.
    ///
    /// # Errors
    /// If the user has interrupted the demo.
    pub(in crate::lessons) fn end(&mut self) -> anyhow::Result<ExitStatus> {
        self.orders = None;
        let process = pidfd::open(self.pid())?;
        loop {
            self.options.go_on()?;
            let mut ended = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
            match poll(&mut ended, GLANCE_MS) {
                Ok(0) | Err(Errno::EINTR) => {}
                polled => {
                    polled?;
                    return Ok(self.child.wait()?);
                }
            }
        }
    }

    /// Gives it an order.
    pub(in crate::lessons) fn tell(&mut self, order: &str) -> io::Result<()> {
        match &mut self.orders {
            Some(orders) => orders.write_all(format!("{order}\n").as_bytes()),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Gives it an order and waits for the answer.
    ///
    /// # Errors
    /// As [`hear`](Self::hear).
    pub(in crate::lessons) fn ask(&mut self, order: &str) -> anyhow::Result<String> {
        self.tell(order)?;
        self.hear()
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // It reaps its own children before it ends, which it could not do if it were killed.
        self.orders = None;
        if let Ok(process) = pidfd::open(self.pid()) {
            let mut ended = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
            if poll(&mut ended, GRACE_MS) != Ok(1) {
                let _gone = self.child.kill();
            }
        }
        let _reaped = self.child.wait();
    }
}
