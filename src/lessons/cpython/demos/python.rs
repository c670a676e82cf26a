//! Asks the installed Python: which one it is, and whatever a helper script says of itself.
//!
//! The helpers are Python programs that print one line of JSON. They are given to the interpreter
//! by `-c`, with `-I` (nothing of the user's environment or directory is imported), and run in a
//! session of their own, which ends when the demo does. Nothing of theirs runs as part of syslab.

use std::ffi::OsStr;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::lessons::columns::prose;
use crate::lessons::player::PLAYER_COMMAND;
use crate::model::curriculum::DemoOptions;
use crate::ui::visible;

/// The name of the role.
pub(in crate::lessons) const ROLE: &str = "command";

/// Seconds of processor time that a command may use: none needs a tenth of them.
const CPU_SECONDS: u64 = 120;

/// How long a command may take in all. On a machine that has much else to do, too.
const PATIENCE: Duration = Duration::from_secs(300);

/// How often a demo that waits looks whether it is still wanted, milliseconds.
const GLANCE_MS: u16 = 50;

/// Says which Python it is, and where.
const WHO: &str = "\
import json, platform, sys
print(json.dumps({'executable': sys.executable, 'version': sys.version_info[:3],
                  'implementation': platform.python_implementation()}))
";

/// An installed CPython.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::lessons) struct Python {
    /// Where it is: what was found along PATH may be a script that only chooses.
    pub(in crate::lessons) executable: PathBuf,
    /// Major, minor, micro.
    pub(in crate::lessons) version: [u32; 3],
    implementation: String,
}

/// How a command has ended, and what it has said.
#[derive(Debug)]
pub(in crate::lessons) struct Ended {
    pub(in crate::lessons) status: ExitStatus,
    pub(in crate::lessons) out: String,
    pub(in crate::lessons) err: String,
}

impl Python {
    /// The one that `python3` starts; says which it is, or why nothing can be shown.
    pub(in crate::lessons) fn find(
        out: &mut dyn Write,
        least: (u32, u32),
        options: &DemoOptions,
    ) -> anyhow::Result<Option<Self>> {
        Self::find_at(out, "python3", least, options)
    }

    /// The one that this path or name starts; says which it is, or why nothing can be shown.
    pub(in crate::lessons) fn find_at(
        out: &mut dyn Write,
        name: impl AsRef<OsStr>,
        least: (u32, u32),
        options: &DemoOptions,
    ) -> anyhow::Result<Option<Self>> {
        let text = match Self::at(name, options)? {
            Ok(python) => match python.lacks(least) {
                None => {
                    writeln!(out, "{}", prose(&python.shown()))?;
                    out.flush()?;
                    return Ok(Some(python));
                }
                Some(why) => why,
            },
            Err(why) => why,
        };
        out.write_all(prose(&format!("Not shown here: {text}.")).as_bytes())?;
        Ok(None)
    }

    /// The one that this path or name starts, or why it says nothing.
    pub(in crate::lessons) fn at(
        name: impl AsRef<OsStr>,
        options: &DemoOptions,
    ) -> anyhow::Result<Result<Self, String>> {
        let name = name.as_ref();
        let argv = [name, OsStr::new("-I"), OsStr::new("-c"), OsStr::new(WHO)];
        let ended = run(&argv, |_| (), options)?;
        Ok(serde_json::from_str(&ended.out).map_err(|_| {
            let said = ended.err.lines().last().unwrap_or("it says nothing");
            let name = visible(&name.to_string_lossy());
            format!("{name} cannot be run ({})", visible(said))
        }))
    }

    /// Why it is not one that a demo can use, if so.
    fn lacks(&self, (major, minor): (u32, u32)) -> Option<String> {
        let [own_major, own_minor, _] = self.version;
        if self.implementation != "CPython" {
            let name = visible(&self.implementation);
            return Some(format!("python3 is {name}, and this is about CPython"));
        }
        if (own_major, own_minor) < (major, minor) {
            let version = self.version();
            return Some(format!(
                "this needs Python {major}.{minor} or later, and python3 is {version}"
            ));
        }
        None
    }

    /// As people write it.
    pub(in crate::lessons) fn version(&self) -> String {
        let [major, minor, micro] = self.version;
        format!("{major}.{minor}.{micro}")
    }

    /// Whether it is at least this version.
    pub(in crate::lessons) fn is_since(&self, major: u32, minor: u32) -> bool {
        (self.version[0], self.version[1]) >= (major, minor)
    }

    /// The sentence that says which Python is shown.
    fn shown(&self) -> String {
        format!(
            "Shown with Python {}, {}.",
            self.version(),
            path(&self.executable)
        )
    }

    /// Lets a helper speak.
    ///
    /// # Errors
    /// If it fails, or the user has interrupted the demo.
    pub(in crate::lessons) fn ask<T: DeserializeOwned>(
        &self,
        helper: &str,
        args: &[&str],
        options: &DemoOptions,
    ) -> anyhow::Result<T> {
        self.ask_in(helper, args, |_| (), options)
    }

    /// Lets a helper speak, in another directory or environment.
    ///
    /// # Errors
    /// If it fails, or the user has interrupted the demo.
    pub(in crate::lessons) fn ask_in<T: DeserializeOwned>(
        &self,
        helper: &str,
        args: &[&str],
        change: impl FnOnce(&mut Command),
        options: &DemoOptions,
    ) -> anyhow::Result<T> {
        let mut argv = vec![
            self.executable.as_os_str(),
            OsStr::new("-I"),
            OsStr::new("-c"),
            OsStr::new(helper),
        ];
        argv.extend(args.iter().map(OsStr::new));
        let ended = run(&argv, change, options)?;
        if !ended.status.success() {
            let said = ended.err.lines().last().unwrap_or_default();
            bail!(
                "Python's part of this demo has failed: {}, {}",
                ended.status,
                visible(said)
            );
        }
        serde_json::from_str(&ended.out).context("Python's part of this demo says something else")
    }
}

/// A path, as it can be printed.
pub(in crate::lessons) fn path(path: &Path) -> String {
    visible(&path.to_string_lossy())
}

/// Runs a command to its end, in a session of its own, with nothing on its standard input; `change`
/// may give it another directory and environment.
///
/// # Errors
/// If it does not end, or the user has interrupted the demo.
pub(in crate::lessons) fn run(
    argv: &[&OsStr],
    change: impl FnOnce(&mut Command),
    options: &DemoOptions,
) -> anyhow::Result<Ended> {
    let mut err = tempfile::tempfile().context("cannot make a temporary file")?;
    let mut command = Command::new("/proc/self/exe");
    command
        .arg(PLAYER_COMMAND)
        .arg(std::process::id().to_string())
        .arg(ROLE)
        .args(argv)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(err.try_clone()?);
    change(&mut command);
    let mut child = command.spawn()?;
    let out = child.stdout.take();
    let mut running = Running { child, out };
    let out = running.listen(options)?;
    let status = running.child.wait()?;
    let mut said = Vec::new();
    err.seek(SeekFrom::Start(0))?;
    err.read_to_end(&mut said)?;
    Ok(Ended {
        status,
        out: String::from_utf8_lossy(&out).into_owned(),
        err: String::from_utf8_lossy(&said).into_owned(),
    })
}

/// A command, which ends when this is dropped, with all that it has started.
struct Running {
    child: Child,
    /// What it writes, until it has closed it.
    out: Option<ChildStdout>,
}

impl Running {
    /// What it writes until it has closed its output.
    fn listen(&mut self, options: &DemoOptions) -> anyhow::Result<Vec<u8>> {
        let out = self.out.as_mut().context("it has no output")?;
        let started = Instant::now();
        let mut heard = Vec::new();
        loop {
            options.go_on()?;
            if started.elapsed() > PATIENCE {
                bail!("what the demo has started does not end");
            }
            let mut ready = [PollFd::new(out.as_fd(), PollFlags::POLLIN)];
            match poll(&mut ready, GLANCE_MS) {
                Ok(0) | Err(Errno::EINTR) => continue,
                polled => polled?,
            };
            let mut some = [0; 4096];
            match out.read(&mut some)? {
                0 => return Ok(heard),
                taken => heard.extend_from_slice(&some[..taken]),
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        // Its group is its own as soon as it has a session; before that it has started nothing.
        let _gone = killpg(
            Pid::from_raw(self.child.id().cast_signed()),
            Signal::SIGKILL,
        );
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
        // Its output ends when the last of those that it has started has: until then there may be
        // files of theirs in the directory that the demo removes next.
        if let Some(out) = &mut self.out {
            let _end = io::copy(out, &mut io::sink());
        }
    }
}

/// The role: becomes the command, with little processor time.
pub(in crate::lessons) fn play(args: &[String]) -> anyhow::Result<()> {
    let [program, args @ ..] = args else {
        bail!("which command?");
    };
    setrlimit(Resource::RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS)?;
    let error: io::Error = Command::new(program).args(args).exec();
    // To where a command that could be executed would complain, too.
    writeln!(io::stderr(), "{error}")?;
    Err(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_python_is_told_what_it_lacks() {
        let python = |implementation: &str, version| Python {
            executable: "/usr/bin/python3".into(),
            version,
            implementation: implementation.to_owned(),
        };
        let known = python("CPython", [3, 11, 2]);
        assert_eq!(known.lacks((3, 11)), None);
        assert!(known.is_since(3, 11) && !known.is_since(3, 12));
        assert_eq!(known.shown(), "Shown with Python 3.11.2, /usr/bin/python3.");
        assert_eq!(
            python("CPython", [3, 8, 18]).lacks((3, 11)).unwrap(),
            "this needs Python 3.11 or later, and python3 is 3.8.18"
        );
        assert!(python("PyPy", [3, 11, 2]).lacks((3, 9)).is_some());
    }
}
