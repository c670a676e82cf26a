//! The service, live: it gets orders, and its descriptors are counted.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::Context;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};
use tempfile::TempDir;

use crate::model::curriculum::DemoOptions;
use crate::sys::{proc, temporary};

/// Orders that are sent before their answers are read: both fit into a pipe.
const AT_ONCE: u32 = 100;

/// How often a demo that waits for an answer looks whether it is still wanted, milliseconds.
const GLANCE_MS: u16 = 50;

/// How the service ended.
pub(super) struct Died {
    /// How many orders it had answered.
    pub(super) answered: usize,
    /// The last line of its standard error.
    pub(super) said: String,
}

/// The running service, which ends when this is dropped.
pub(super) struct Service {
    child: Child,
    orders: ChildStdin,
    answers: ChildStdout,
    answered: usize,
    sent: usize,
    directory: TempDir,
    options: DemoOptions,
}

/// The path of the Python interpreter itself: what is called python3 may be a script that chooses
/// one, and needs descriptors for that.
pub(super) fn python(options: &DemoOptions) -> anyhow::Result<Option<String>> {
    options.go_on()?;
    let asked = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    match asked {
        Ok(output) if output.status.success() => {
            let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            Ok(Some(path).filter(|path| !path.is_empty()))
        }
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("cannot start python3"),
    }
}

impl Service {
    /// Starts it with at most `limit` descriptors.
    pub(super) fn start(
        python: &str,
        source: &str,
        limit: usize,
        rotation: u64,
        options: &DemoOptions,
    ) -> anyhow::Result<Self> {
        let directory = temporary::directory().context("cannot make a temporary directory")?;
        let program = directory.path().join("app.py");
        fs::write(&program, source)?;
        let mut child = Command::new("sh")
            .args(["-c", "ulimit -n \"$0\" && exec \"$@\""])
            .arg(limit.to_string())
            .arg(python)
            .arg(&program)
            .arg(directory.path().join("var"))
            .arg(rotation.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(said(&directory))?)
            .spawn()
            .context("cannot start the service")?;
        let (Some(orders), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            anyhow::bail!("the service has no standard streams");
        };
        Ok(Self {
            child,
            orders,
            answers,
            answered: 0,
            sent: 0,
            directory,
            options: options.clone(),
        })
    }

    /// Sends orders and waits for their answers; how it died, if it did.
    pub(super) fn order(&mut self, count: u32) -> anyhow::Result<Option<Died>> {
        let mut left = count;
        while left > 0 {
            let now = left.min(AT_ONCE);
            left -= now;
            let mut lines = String::new();
            for _ in 0..now {
                self.sent += 1;
                lines.push_str(&format!("book {}\n", self.sent));
            }
            // If it is gone, its end of the other pipe says so.
            let is_sent = self.orders.write_all(lines.as_bytes()).is_ok();
            while self.answered < self.sent {
                match self.hear()? {
                    0 => return self.died().map(Some),
                    answers => self.answered += answers,
                }
            }
            if !is_sent {
                return self.died().map(Some);
            }
        }
        Ok(None)
    }

    /// Waits for answers; how many lines came, 0 if no more will.
    fn hear(&mut self) -> anyhow::Result<usize> {
        loop {
            self.options.go_on()?;
            let mut ready = [PollFd::new(self.answers.as_fd(), PollFlags::POLLIN)];
            match poll(&mut ready, GLANCE_MS) {
                Ok(0) | Err(Errno::EINTR) => continue,
                polled => polled?,
            };
            let mut some = [0; 4096];
            let taken = self.answers.read(&mut some)?;
            let lines = some[..taken].iter().filter(|byte| **byte == b'\n').count();
            if taken == 0 || lines > 0 {
                return Ok(lines);
            }
        }
    }

    fn died(&mut self) -> anyhow::Result<Died> {
        self.child.wait()?;
        let said = fs::read(said(&self.directory))?;
        let said = String::from_utf8_lossy(&said);
        let directory = format!("{}/", self.directory.path().display());
        let last = said
            .lines()
            .last()
            .unwrap_or("nothing")
            .replace(&directory, "");
        Ok(Died {
            answered: self.answered,
            said: crate::ui::visible(&last),
        })
    }

    /// How many descriptors it has.
    pub(super) fn descriptors(&self) -> io::Result<usize> {
        Ok(proc::descriptor_numbers(self.child.id().cast_signed())?.len())
    }

    /// What `syslab fds inspect` says of it; `None` if it says nothing here.
    pub(super) fn inspected(&self) -> anyhow::Result<Option<String>> {
        let output = Command::new("/proc/self/exe")
            .args(["fds", "inspect", &self.child.id().to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .context("cannot start the inspector")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let directory = format!("{}/", self.directory.path().display());
        Ok(output
            .status
            .success()
            .then(|| text.replace(&directory, "")))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Where its standard error goes.
fn said(directory: &TempDir) -> PathBuf {
    directory.path().join("stderr")
}
