//! A terminal that goes away under `watch`: the window was closed, or the connection broke.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::fcntl::OFlag;
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use syslab::exit;

use super::broken;

/// What its first picture shows, on an empty window: later ones send only what is new.
const BEGUN: &str = "durable-log";

/// The other end of a terminal, which only this process has: else it would not go away.
fn terminal() -> (PtyMaster, File) {
    let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let slave = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(OFlag::O_NOCTTY.bits())
        .open(ptsname_r(&master).unwrap())
        .unwrap();
    (master, slave)
}

/// `syslab watch` in a session of its own, whose controlling terminal this is if it is to have one.
fn watching(directory: &Path, slave: &File, is_controlling: bool, before: &str) -> Child {
    let script = format!("{before} stty cols 100 rows 40; exec \"$SYSLAB\" watch durable-log");
    let end = || Stdio::from(slave.try_clone().unwrap());
    Command::new("setsid")
        .args(is_controlling.then_some("--ctty"))
        .args(["sh", "-c", &script])
        .current_dir(directory)
        .env("SYSLAB", env!("CARGO_BIN_EXE_syslab"))
        .env("TERM", "xterm")
        .env("LC_ALL", "C.UTF-8")
        .stdin(end())
        .stdout(end())
        .stderr(end())
        .spawn()
        .unwrap()
}

/// With the signal that the kernel sends, with that signal ignored as nohup(1) has it, and where the kernel
/// sends none because the terminal is not the session's own; see setsid(2) and tty_ioctl(4).
#[test]
fn watch_ends_with_its_terminal() {
    for (is_controlling, before) in [
        (true, ""),
        (true, "trap '' HUP;"),
        (false, ""),
        (false, "trap '' HUP;"),
    ] {
        let here = broken();
        let (mut master, slave) = terminal();
        let mut child = watching(here.path(), &slave, is_controlling, before);
        drop(slave);
        let mut shown = String::new();
        while !shown.contains(BEGUN) {
            let mut some = [0; 4096];
            let taken = master.read(&mut some).unwrap();
            shown.push_str(&String::from_utf8_lossy(&some[..taken]));
        }
        drop(master);
        // If it did not notice, this would wait for ever.
        let status = child.wait().unwrap();
        assert_eq!(
            status.code(),
            Some(i32::from(exit::INTERRUPTED)),
            "{is_controlling} {before:?}: {status}"
        );
    }
}
