//! What a hostile submission tries, and what stops it: as root and as an ordinary user.
//!
//! The attempts are in `tests/programs/sandbox/attack.c`. Each test says what it was that stopped
//! them. Limits on time and output belong to whoever watches a run, and are tested there.

#![expect(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod rings;

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::net::{SocketAddr, UnixListener};
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
const FORBID_SKIPS: &str = "SYSLAB_FORBID_SKIPS";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    Root,
    Ordinary,
}

/// A directory of a user's, and our binary where that user can execute it.
pub(crate) struct Place {
    pub(crate) user: User,
    directory: tempfile::TempDir,
}

/// Confines as a machine without namespaces would.
const PARTIAL: [&str; 2] = ["--at-most", "partial"];

/// How a run went.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// A place for each user that this machine lets us be, and that can make a box.
fn places() -> Vec<Place> {
    places_with("full")
}

/// As [`places`], for a box of this strength.
fn places_with(rung: &str) -> Vec<Place> {
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

fn bare_places_with(rung: &str) -> Vec<Place> {
    let users = if geteuid().is_root() {
        vec![User::Root, User::Ordinary]
    } else {
        vec![User::Ordinary]
    };
    users
        .into_iter()
        .map(Place::new)
        .filter(|place| {
            let trial = place
                .syslab()
                .args(["__box", "trial", rung])
                .output()
                .unwrap();
            let reason = String::from_utf8_lossy(&trial.stdout).into_owned();
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
fn attack() -> &'static Path {
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

impl Place {
    fn new(user: User) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let open = || Permissions::from_mode(0o755);
        fs::set_permissions(directory.path(), open()).unwrap();
        if user == User::Ordinary && geteuid().is_root() {
            chown(directory.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let place = Self { user, directory };
        if user == User::Ordinary {
            copy_program(env!("CARGO_BIN_EXE_syslab"), place.binary());
            fs::set_permissions(place.binary(), open()).unwrap();
        }
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    fn submission(&self) -> PathBuf {
        self.directory.path().join("submission")
    }

    fn binary(&self) -> PathBuf {
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
    fn is_others(&self) -> bool {
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

    fn confine(&self, options: &[&str], program: &[&str]) -> Command {
        let mut command = self.syslab();
        command
            .arg("__confine")
            .args(options)
            .arg(self.submission())
            .arg("--")
            .args(program);
        command
    }

    fn run(&self, options: &[&str], program: &[&str]) -> Ran {
        let output = self.confine(options, program).output().unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs attempts that must end by themselves with status 0: what they printed.
    fn attempt(&self, attempts: &[&str]) -> String {
        let mut program = vec!["./attack"];
        program.extend(attempts);
        let ran = self.run(&[], &program);
        assert_eq!(ran.code, Some(0), "{:?}: {ran:?}", self.user);
        ran.stdout
    }
}

/// A box that is running, and handles of everything that we know of it.
struct Running {
    confine: Child,
    stdout: BufReader<ChildStdout>,
    pids: [i32; 3],
    handles: Vec<OwnedFd>,
}

impl Running {
    /// Starts attempts that do not end, and waits until they have printed `lines` lines.
    fn start(place: &Place, attempts: &[&str], lines: usize) -> Self {
        let mut program = vec!["./attack"];
        program.extend(attempts);
        Self::start_with(place, &[], &program, lines)
    }

    fn start_with(place: &Place, options: &[&str], program: &[&str], lines: usize) -> Self {
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

    fn kill(pid: i32) {
        pidfd::send_signal(pidfd::open(pid).unwrap().as_fd(), libc::SIGKILL).unwrap();
    }

    /// Waits for the end of box, init, first process, and of everyone who could still write.
    fn expect_end(mut self) {
        for handle in &self.handles {
            let mut handle = [PollFd::new(handle.as_fd(), PollFlags::POLLIN)];
            // Only a failing test waits this long.
            assert_eq!(poll(&mut handle, PollTimeout::from(60_000_u16)).unwrap(), 1);
        }
        self.stdout.read_to_end(&mut Vec::new()).unwrap();
        self.confine.wait().unwrap();
    }
}

/// Stopped by RLIMIT_NPROC, which the kernel does not apply to root: hence the id outside.
#[test]
fn a_fork_bomb_gets_no_more_than_its_processes() {
    for place in places() {
        assert_eq!(place.attempt(&["forks"]), "forks: 63 then EAGAIN\n");
        let ran = place.run(&["--processes", "10"], &["./attack", "forks"]);
        assert_eq!(ran.stdout, "forks: 9 then EAGAIN\n");
    }
}

/// Stopped by the death of init, which is the death of its pid namespace.
#[test]
fn an_endless_fork_bomb_ends_with_its_box() {
    for place in places() {
        let running = Running::start(&place, &["bomb"], 1);
        Running::kill(running.pids[1]);
        running.expect_end();
    }
}

/// Stopped by RLIMIT_DATA, for each process. For all together: the watcher.
#[test]
fn a_memory_bomb_gets_no_more_than_its_memory() {
    for place in places() {
        let ran = place.run(&["--data-kib", "65536"], &["./attack", "memory"]);
        assert_eq!(ran.stdout, "memory: ENOMEM\n");
    }
}

/// Stopped by the sizes of the tmpfs of /lab, /tmp and /dev/shm, and by RLIMIT_FSIZE.
#[test]
fn a_disk_bomb_fills_only_its_own() {
    for place in places() {
        assert_eq!(
            place.attempt(&["disk"]),
            "fill /lab: ENOSPC after 64 MiB\n\
             files /lab: ENOSPC, fewer than 10000: 1\n\
             fill /tmp: ENOSPC after 32 MiB\n\
             files /tmp: ENOSPC, fewer than 10000: 1\n\
             fill /dev/shm: ENOSPC after 32 MiB\n\
             files /dev/shm: ENOSPC, fewer than 10000: 1\n\
             sparse: EFBIG\n"
        );
    }
}

/// Stopped by read-only mounts; set-user-ID programs by nosuid and no_new_privs.
#[test]
fn only_the_lab_can_be_written_to() {
    for place in places() {
        assert_eq!(
            place.attempt(&["readonly"]),
            "write /: EROFS\n\
             write /usr: EROFS\n\
             write /etc/passwd: EROFS\n\
             write /submission: EROFS\n\
             write /dev: EROFS\n\
             write /lab: ok\n\
             write /dev/null: ok\n"
        );
    }
}

/// Stopped by the pid namespace: nobody else is there, and init is immune.
#[test]
fn kill_reaches_nobody() {
    for place in places() {
        assert_eq!(
            place.attempt(&["kills"]),
            "kill init: ok\nkill parent: ok\nkill all: ESRCH\ninit is alive\n"
        );
    }
}

/// Stopped by init not being dumpable, by the mount namespace, and by a /dev of five devices.
#[test]
fn there_is_nothing_to_look_at() {
    for place in places() {
        let seen = place.attempt(&["look"]);
        assert_eq!(seen.lines().count(), 20);
        for line in seen.lines() {
            let (path, result) = line.split_once(": ").unwrap();
            let is_refused = result == "EACCES" || result == "EPERM";
            let is_absent = result == "ENOENT";
            assert!(
                if path.starts_with("/proc") {
                    is_refused || is_absent
                } else {
                    is_absent
                },
                "{:?}: {line}",
                place.user
            );
        }
    }
}

/// Stopped by the network namespace, in which there is only the loopback interface. Families
/// that no namespace contains are refused by the filter.
#[test]
fn the_network_ends_at_loopback() {
    for place in places() {
        let name = format!("syslab-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let host = UnixListener::bind_addr(&address).unwrap();
        assert_eq!(
            place.attempt(&["net", &name]),
            "tcp out: ENETUNREACH\n\
             udp out: ENETUNREACH\n\
             bind: ok\n\
             listen: ok\n\
             connect: ok\n\
             abstract socket: ECONNREFUSED\n\
             vsock: EAFNOSUPPORT\n\
             alg: EAFNOSUPPORT\n\
             packet: EPERM\n"
        );
        drop(host);
    }
}

/// Stopped by the pid namespace: an orphan becomes init's child, and dies with init.
#[test]
fn a_daemon_does_not_outlive_the_run() {
    for place in places() {
        let mut child = place
            .confine(&[], &["./attack", "daemon"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        // The daemon holds standard output, blocks every signal and never ends by itself: that
        // there is an end of file says that it is dead.
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(said, "daemon\nfirst is done\n");
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

/// Stopped by killing init: SIGKILL needs no cooperation.
#[test]
fn a_program_that_stops_itself_and_blocks_everything_ends_when_told() {
    for place in places() {
        let ran = place.run(&["--seconds", "1"], &["./attack", "stop"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(124), "stopping\n"));
    }
}

/// Each process of ours is killed with its parent; see PR_SET_PDEATHSIG of prctl(2).
#[test]
fn everything_dies_with_whoever_is_killed() {
    for place in places() {
        for victim in 0..3 {
            let running = Running::start(&place, &["daemon", "stay"], 3);
            let pid = match victim {
                0 => running.confine.id() as i32,
                1 => running.pids[0],
                _ => running.pids[1],
            };
            Running::kill(pid);
            running.expect_end();
        }
    }
}

/// The workshop is in a mount namespace of its own, and goes with it.
#[test]
fn nothing_is_left_behind_after_kill_9() {
    for place in places() {
        let running = Running::start(&place, &["stay"], 1);
        Running::kill(running.confine.id() as i32);
        running.expect_end();
        for covered in ["/dev/shm", "/mnt", "/media", "/srv"] {
            assert!(!Path::new(covered).join("submission").exists());
        }
    }
}

/// Stopped by the filter: namespaces are refused, and so are children that a tracer would miss.
#[test]
fn there_are_no_further_namespaces() {
    for place in places() {
        let said = place.attempt(&["namespaces"]);
        assert_eq!(said.lines().count(), 17);
        for line in said.lines() {
            let expected = if line.starts_with("clone3") {
                "ENOSYS"
            } else {
                "EPERM"
            };
            assert!(line.ends_with(expected), "{:?}: {line}", place.user);
        }
    }
}

/// Stopped by the filter, or by having no capabilities.
#[test]
fn privileged_and_blinding_calls_are_refused() {
    for place in places() {
        for line in place.attempt(&["calls"]).lines() {
            let (call, result) = line.split_once(": ").unwrap();
            let expected = match call {
                "io_uring_setup" | "io_uring_enter" | "memfd_secret" => "ENOSYS",
                // The id does not exist inside.
                "setuid 0" | "chown" => "EINVAL",
                "setuid 1000" => "ok",
                "nice" => "EACCES",
                _ => "EPERM",
            };
            assert_eq!(result, expected, "{:?}: {call}", place.user);
        }
    }
}

/// Stopped by the filter, which knows the numbers of one interface only.
#[cfg(target_arch = "x86_64")]
#[test]
fn other_system_call_interfaces_kill() {
    for place in places() {
        for interface in ["x32", "int80"] {
            let ran = place.run(&[], &["./attack", interface]);
            assert_eq!(ran.code, Some(128 + libc::SIGSYS), "{:?}", place.user);
        }
    }
}

/// Stopped where files are copied: links that lead out, FIFOs and set-user-ID bits stay behind.
#[test]
fn a_submission_brings_no_way_out_with_it() {
    for place in places() {
        let submission = place.submission();
        symlink("/etc/shadow", submission.join("shadow")).unwrap();
        symlink("../syslab", submission.join("up")).unwrap();
        symlink("attack", submission.join("inner")).unwrap();
        nix::unistd::mkfifo(
            &submission.join("fifo"),
            nix::sys::stat::Mode::from_bits_truncate(0o666),
        )
        .unwrap();
        fs::set_permissions(submission.join("attack"), Permissions::from_mode(0o6755)).unwrap();
        let ran = place.run(
            &[],
            &[
                "/bin/sh",
                "-c",
                "stat -c '%n %A' *; ./inner world | head -1",
            ],
        );
        assert_eq!(
            ran.stdout,
            "attack -rwxr-xr-x\n\
             inner lrwxrwxrwx\n\
             pid 4 parent 2 session 2 uid 1000 gid 1000 groups 0\n",
            "{ran:?}"
        );
        assert_eq!(
            ran.stderr,
            "skipped: \"fifo\" is not a regular file\n\
             skipped: \"shadow\" is a link that leads out of the submission\n\
             skipped: \"up\" is a link that leads out of the submission\n"
        );
    }
}

/// Stopped by compiling inside: what the compiler may read is what the program may read.
#[test]
fn a_compiler_reads_nothing_that_the_program_could_not() {
    for place in places() {
        let secret = place.directory.path().join("secret");
        fs::write(&secret, "int secret;\n").unwrap();
        let source = format!(
            "#include \"{}\"\nint main(void) {{ return 0; }}\n",
            secret.display()
        );
        fs::write(place.submission().join("main.c"), source).unwrap();
        let ran = place.run(&["--build"], &[]);
        assert_eq!(ran.code, Some(125));
        assert!(ran.stderr.contains("No such file or directory"), "{ran:?}");
        fs::remove_file(place.submission().join("main.c")).unwrap();

        let makefile = "all:\n\t./attack daemon\n\tcp attack main\n";
        fs::write(place.submission().join("Makefile"), makefile).unwrap();
        let ran = place.run(&["--build"], &["world"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
}

/// A lesson about signals, sessions or descriptors starts from a clean slate.
#[test]
fn a_program_finds_a_clean_world() {
    for place in places() {
        assert_eq!(
            place.attempt(&["world"]),
            "pid 2 parent 1 session 2 uid 1000 gid 1000 groups 0\n\
             fd 0\n\
             fd 1\n\
             fd 2\n\
             no signal blocked: 1\n\
             no new privileges: 1\n\
             dumpable: 1\n\
             umask 022\n"
        );
    }
}

/// Without namespaces: limits by RLIMIT_NPROC, orphans by the subreaper, files by Landlock.
#[test]
fn without_namespaces_the_essentials_hold() {
    for place in places_with("partial") {
        let attempt = |attempt: &str| {
            let attack = ["/submission/attack", attempt];
            let ran = place.run(&[&PARTIAL[..], &["--processes", "8"]].concat(), &attack);
            assert_eq!(ran.code, Some(0), "{:?}: {ran:?}", place.user);
            ran.stdout
        };
        // How many exactly depends on what else this user runs, and kernels before 5.14 count
        // that with some delay.
        assert!(attempt("forks").ends_with("then EAGAIN\n"));
        assert_eq!(attempt("daemon"), "daemon\nfirst is done\n");
        assert!(attempt("kills").starts_with("kill init: EPERM\nkill parent: EPERM\n"));
        for line in attempt("look").lines() {
            assert!(!line.ends_with("ok"), "{:?}: {line}", place.user);
        }
        for line in attempt("calls").lines() {
            assert!(!line.ends_with("ok"), "{:?}: {line}", place.user);
        }
        let ran = place.run(
            &PARTIAL,
            &[
                "/bin/sh",
                "-c",
                "echo $1 | sed 's/.*lab/lab/'; cd $1 && echo x >f",
                "sh",
                "/lab",
            ],
        );
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(0), "lab0\n"),
            "{ran:?}"
        );
        let ran = place.run(&PARTIAL, &["/bin/sh", "-c", "echo x >$0/x", "/submission"]);
        assert!(ran.stderr.contains("Permission denied"), "{ran:?}");
    }
}

/// Without namespaces the box kills what is left when nobody listens to it any more.
#[test]
fn without_namespaces_everything_ends_with_the_runner() {
    for place in places_with("partial") {
        let running = Running::start_with(
            &place,
            &PARTIAL,
            &["/submission/attack", "daemon", "stay"],
            3,
        );
        Running::kill(running.confine.id() as i32);
        running.expect_end();
    }
}

/// What a verdict rests on: the tracer is outside, and needs rights over a program that has none
/// over the tracer.
#[test]
fn a_tracer_outside_can_seize_and_read() {
    for place in places() {
        let ran = place.run(&["--seize"], &["/bin/true"]);
        assert_eq!(
            (ran.code, ran.stderr.as_str()),
            (Some(0), "seized\n"),
            "{:?}",
            place.user
        );
    }
}

/// Root is exempt from limits, and owns what a box should not touch.
#[test]
fn nobody_inside_is_root_outside() {
    for place in places() {
        let running = Running::start(&place, &["stay"], 1);
        for pid in &running.pids[1..] {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
            let ids = ids.unwrap();
            assert!(ids.split_whitespace().all(|id| id != "0"), "{ids}");
            assert_ne!(
                fs::metadata(format!("/proc/{pid}")).unwrap().uid(),
                u32::MAX
            );
        }
        Running::kill(running.pids[1]);
        running.expect_end();
    }
}

/// An interpreter that is not there, or a program that is not one, is said to be just that.
#[test]
fn a_program_that_cannot_be_started_is_named() {
    for place in places() {
        let ran = place.run(&[], &["./missing"]);
        assert_eq!(ran.code, Some(125));
        assert_eq!(
            ran.stderr,
            "error: the command did not run: cannot execute \"./missing\": \
             No such file or directory (os error 2)\n"
        );
    }
}
