//! A terminal: a window of tmux(1), looked at whenever tmux says that something was written to it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use nix::unistd::Pid;

/// A window with a shell that runs one command, says how it ended, and waits.
pub(super) struct Pane {
    /// Where tmux's server of this window alone listens.
    socket: tempfile::TempDir,
    control: Child,
    /// A word for each thing that was written to the window.
    written: Receiver<()>,
    _stay: ChildStdin,
    /// Where the shell is.
    directory: PathBuf,
}

/// What the shell does: the terminal's settings before and after are files.
const SCRIPT: &str =
    "stty -g >before; $VARIABLES $COMMAND; code=$?; stty -g >after; echo \"ended $code\"; cat";

/// Without a word for so long, what is waited for will not come: a program draws what it does.
const NEVER: Duration = Duration::from_secs(900);

impl Pane {
    /// Runs `syslab ARGS` in a directory; `None`, and a word about it, where there is no tmux.
    pub(super) fn start(directory: &Path, args: &str, width: u16, height: u16) -> Option<Self> {
        Self::start_with("", directory, args, width, height)
    }

    /// The same with variables, as a shell sets them for a command.
    pub(super) fn start_with(
        variables: &str,
        directory: &Path,
        args: &str,
        width: u16,
        height: u16,
    ) -> Option<Self> {
        let command = format!("{} {args}", env!("CARGO_BIN_EXE_syslab"));
        Self::start_command(variables, directory, &command, width, height)
    }

    /// The same with another command.
    pub(super) fn start_command(
        variables: &str,
        directory: &Path,
        command: &str,
        width: u16,
        height: u16,
    ) -> Option<Self> {
        let socket = tempfile::tempdir().unwrap();
        let script = SCRIPT
            .replace("$VARIABLES", variables)
            .replace("$COMMAND", command);
        let (width, height) = (width.to_string(), height.to_string());
        let started = tmux(socket.path())
            .args(["-f", "/dev/null", "new-session", "-d", "-s", "it"])
            .args(["-x", &width, "-y", &height])
            .args(["env", "-u", "NO_COLOR", "sh", "-c", &script])
            .current_dir(directory)
            .env("LC_ALL", "C.UTF-8")
            .env_remove("TMUX")
            .status();
        match started {
            Ok(status) => assert!(status.success()),
            Err(error) => {
                println!("skipped: no tmux here; see scripts/setup ({error})");
                return None;
            }
        }
        // A client that draws nothing and is told of everything.
        let mut control = tmux(socket.path())
            .args(["-C", "attach", "-t", "it"])
            .env_remove("TMUX")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut events = BufReader::new(control.stdout.take().unwrap());
        let (word, written) = channel();
        thread::spawn(move || {
            let mut event = Vec::new();
            while events
                .read_until(b'\n', &mut event)
                .is_ok_and(|taken| taken > 0)
            {
                if (event.starts_with(b"%output") || event.starts_with(b"%layout-change"))
                    && word.send(()).is_err()
                {
                    break;
                }
                event.clear();
            }
        });
        let stay = control.stdin.take().unwrap();
        let pane = Self {
            socket,
            control,
            written,
            _stay: stay,
            directory: directory.to_owned(),
        };
        pane.tell(&["set", "-g", "window-size", "manual"]);
        pane.tell(&["resize-window", "-t", "it", "-x", &width, "-y", &height]);
        Some(pane)
    }

    fn tell(&self, args: &[&str]) -> String {
        let output = tmux(self.socket.path()).args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Presses a key, or types these letters.
    pub(super) fn press(&self, keys: &str) {
        self.tell(&["send-keys", "-t", "it", keys]);
    }

    /// Gives the window another size.
    pub(super) fn resize(&self, width: u16, height: u16) {
        let (width, height) = (width.to_string(), height.to_string());
        self.tell(&["resize-window", "-t", "it", "-x", &width, "-y", &height]);
    }

    /// What is on the screen.
    fn shown(&self) -> String {
        self.tell(&["capture-pane", "-p", "-t", "it"])
    }

    /// Waits until what is on the screen is as wanted: looks again whenever something was written.
    pub(super) fn until(&self, is_wanted: impl Fn(&str) -> bool) -> String {
        loop {
            let shown = self.shown();
            if is_wanted(&shown) {
                return shown;
            }
            let written = self.written.recv_timeout(NEVER);
            assert!(written.is_ok(), "{written:?}; the last was\n{shown}");
        }
    }

    /// The process that the shell runs now.
    pub(super) fn program(&self) -> Pid {
        let shell = self.tell(&["display-message", "-p", "-t", "it", "#{pane_pid}"]);
        let shell: i32 = shell.trim().parse().unwrap();
        let children = format!("/proc/{shell}/task/{shell}/children");
        let children = std::fs::read_to_string(children).unwrap();
        Pid::from_raw(children.split_whitespace().next().unwrap().parse().unwrap())
    }

    /// Waits for the command's end with this status, and for the terminal to be as it was.
    pub(super) fn until_restored(&self, code: u8) -> String {
        let shown = self.until(|shown| shown.contains("ended "));
        assert!(shown.contains(&format!("ended {code}\n")), "{shown}");
        let flags = ["display-message", "-p", "-t", "it"];
        let format = "#{alternate_on} #{cursor_flag} #{wrap_flag}";
        let flags = self.tell(&[&flags[..], &[format]].concat());
        assert_eq!(flags.trim(), "0 1 1", "{shown}");
        let settings = |name| std::fs::read_to_string(self.directory.join(name)).unwrap();
        assert_eq!(settings("before"), settings("after"));
        shown
    }
}

fn tmux(socket: &Path) -> Command {
    let mut tmux = Command::new("tmux");
    tmux.arg("-S").arg(socket.join("tmux"));
    tmux
}

impl Drop for Pane {
    fn drop(&mut self) {
        let _gone = tmux(self.socket.path()).arg("kill-server").output();
        let _gone = self.control.kill();
        let _reaped = self.control.wait();
    }
}
