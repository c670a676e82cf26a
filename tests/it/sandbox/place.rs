//! Where attempts are made: a directory of a user's, and boxes that are started from it.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::geteuid;
use syslab::sys::pidfd;

use crate::programs::copy_program;

/// The ordinary user: nobody, on every system.
pub(crate) const NOBODY: u32 = 65534;

/// Set where no test may be skipped for what the machine lacks.
pub(super) const FORBID_SKIPS: &str = "SYSLAB_FORBID_SKIPS";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    Root,
    Ordinary,
}

/// A directory of a user's, and our binary where that user can execute it.
pub(crate) struct Place {
    pub(crate) user: User,
    pub(super) directory: tempfile::TempDir,
}

/// Confines as a machine without namespaces would.
pub(super) const PARTIAL: [&str; 2] = ["--rung", "partial"];

/// How a run went.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// A place for each user that this machine lets us be, and that can make a box.
pub(super) fn places() -> Vec<Place> {
    places_with("full")
}

/// As [`places`], for a box of this strength.
pub(super) fn places_with(rung: &str) -> Vec<Place> {
    let places = bare_places_with(rung);
    for place in &places {
        fs::create_dir(place.submission()).unwrap();
        copy_program(attack(), place.submission().join("attack"));
    }
    places
}

/// As [`places`], without a submission.
pub(crate) fn bare_places() -> Vec<Place> {
    bare_places_with("full")
}

pub(super) fn bare_places_with(rung: &str) -> Vec<Place> {
    let users = if geteuid().is_root() {
        vec![User::Root, User::Ordinary]
    } else {
        vec![User::Ordinary]
    };
    users
        .into_iter()
        .map(Place::new)
        .filter(|place| {
            // Elsewhere: without namespaces the workshop is in the place, and would copy itself.
            let nothing = open_directory();
            let trial = place
                .syslab()
                .args(["__confine", "--rung", rung])
                .arg(nothing.path())
                .args(["--", "/bin/true"])
                .output()
                .unwrap();
            let reason = String::from_utf8_lossy(&trial.stderr).into_owned();
            assert!(
                trial.status.success() || std::env::var_os(FORBID_SKIPS).is_none(),
                "{reason}"
            );
            if !trial.status.success() {
                eprintln!("skipped as {:?}: {reason}", place.user);
            }
            trial.status.success()
        })
        .collect()
}

/// Compiles the attacks, once.
pub(super) fn attack() -> &'static Path {
    static ATTACK: OnceLock<PathBuf> = OnceLock::new();
    ATTACK.get_or_init(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let program = directory.join("attack");
        // Another process of the same tests may do the same at the same time.
        let mine = directory.join(format!("attack.{}", std::process::id()));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/sandbox/attack.c");
        let status = Command::new("cc")
            .args(["-O1", "-Wall", "-Werror", "-o"])
            .args([&mine, &source])
            .status()
            .unwrap();
        assert!(status.success());
        fs::rename(mine, &program).unwrap();
        program
    })
}

/// A new directory that everybody may go into.
fn open_directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    directory
}

impl Place {
    pub(crate) fn new(user: User) -> Self {
        let directory = open_directory();
        if user == User::Ordinary && geteuid().is_root() {
            chown(directory.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let place = Self { user, directory };
        if user == User::Ordinary {
            copy_program(env!("CARGO_BIN_EXE_syslab"), place.binary());
            fs::set_permissions(place.binary(), Permissions::from_mode(0o755)).unwrap();
        }
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn submission(&self) -> PathBuf {
        self.directory.path().join("submission")
    }

    pub(crate) fn binary(&self) -> PathBuf {
        match self.user {
            User::Root => env!("CARGO_BIN_EXE_syslab").into(),
            User::Ordinary => self.directory.path().join("syslab"),
        }
    }

    pub(crate) fn syslab(&self) -> Command {
        let mut command = self.command(self.binary());
        // Where a workshop is without namespaces.
        command
            .stdin(Stdio::null())
            .env("XDG_RUNTIME_DIR", self.directory.path());
        command
    }

    /// A program that its user starts.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        if self.is_others() {
            // This also drops the supplementary groups.
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// Whether its user is not ours.
    pub(super) fn is_others(&self) -> bool {
        self.user == User::Ordinary && geteuid().is_root()
    }

    /// Gives its user what was made in it.
    pub(crate) fn give(&self) {
        if self.is_others() {
            let owner = format!("{NOBODY}:{NOBODY}");
            let mut chown = Command::new("chown");
            let given = chown.args(["-hR", &owner]).arg(self.path()).status();
            assert!(given.unwrap().success());
        }
    }

    pub(super) fn confine(&self, options: &[&str], program: &[&str]) -> Command {
        let mut command = self.syslab();
        command
            .arg("__confine")
            .args(options)
            .arg(self.submission())
            .arg("--")
            .args(program);
        command
    }

    pub(super) fn run(&self, options: &[&str], program: &[&str]) -> Ran {
        let output = self.confine(options, program).output().unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs attempts that must end by themselves with status 0: what they printed.
    pub(super) fn attempt(&self, attempts: &[&str]) -> String {
        let mut program = vec!["./attack"];
        program.extend(attempts);
        let ran = self.run(&[], &program);
        assert_eq!(ran.code, Some(0), "{:?}: {ran:?}", self.user);
        ran.stdout
    }
}

/// A box that is running, and handles of everything that we know of it.
pub(super) struct Running {
    pub(super) confine: Child,
    pub(super) stdout: BufReader<ChildStdout>,
    pub(super) pids: [i32; 3],
    pub(super) handles: Vec<OwnedFd>,
}

impl Running {
    /// Starts attempts that do not end, and waits until they have printed `lines` lines.
    pub(super) fn start(place: &Place, attempts: &[&str], lines: usize) -> Self {
        let mut program = vec!["./attack"];
        program.extend(attempts);
        Self::start_with(place, &[], &program, lines)
    }

    pub(super) fn start_with(
        place: &Place,
        options: &[&str],
        program: &[&str],
        lines: usize,
    ) -> Self {
        let mut confine = place
            .confine(&[options, &["--pids"]].concat(), program)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(confine.stderr.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        let numbers: Vec<i32> = said
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        let pids = <[i32; 3]>::try_from(numbers).unwrap();
        let handles = pids.iter().map(|pid| pidfd::open(*pid).unwrap()).collect();
        let mut stdout = BufReader::new(confine.stdout.take().unwrap());
        for _ in 0..lines {
            assert!(stdout.read_line(&mut String::new()).unwrap() > 0);
        }
        Self {
            confine,
            stdout,
            pids,
            handles,
        }
    }

    pub(super) fn kill(pid: i32) {
        pidfd::send_signal(pidfd::open(pid).unwrap().as_fd(), libc::SIGKILL).unwrap();
    }

    /// Waits for the end of box, init, first process, and of everyone who could still write.
    pub(super) fn expect_end(mut self) {
        for handle in &self.handles {
            let mut handle = [PollFd::new(handle.as_fd(), PollFlags::POLLIN)];
            // Only a failing test waits this long.
            assert_eq!(poll(&mut handle, PollTimeout::from(60_000_u16)).unwrap(), 1);
        }
        self.stdout.read_to_end(&mut Vec::new()).unwrap();
        self.confine.wait().unwrap();
    }
}
