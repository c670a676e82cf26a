//! The same over real sshd servers on this machine, each with its own port and keys.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use syslab::exit;
use syslab::sys::pidfd;

use super::{Arrivals, GRADE, MANY, class, marks, pid, said};
use crate::programs::put_script;
use crate::workspace::syslab;

const SSHD: &str = "/usr/sbin/sshd";

/// Keys and settings, of all servers and of the client.
struct Keys(PathBuf);

impl Keys {
    /// Makes them; `None`, said aloud, where there is no ssh or sshd.
    fn make(directory: &Path) -> Option<Self> {
        let is_there = |program: &str| Path::new(program).exists();
        if !is_there(SSHD) || !is_there("/usr/bin/ssh") {
            println!("skipped: ssh or sshd is not installed; see scripts/setup");
            return None;
        }
        fs::create_dir_all(directory.join("bin")).unwrap();
        for name in ["host", "user"] {
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(directory.join(name))
                .status()
                .unwrap();
            assert!(made.success());
        }
        if nix::unistd::geteuid().is_root() {
            // Where a service makes it when it starts.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let keys = Self(directory.to_owned());
        keys.write(
            "sshd_config",
            "HostKey DIR/host\nAuthorizedKeysFile DIR/user.pub\nStrictModes no\nUsePAM no\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\n",
        );
        keys.write(
            "ssh_config",
            "IdentityFile DIR/user\nIdentitiesOnly yes\nUserKnownHostsFile DIR/known\n",
        );
        // ssh looks for its settings where the password file says that one is at home.
        let ssh = "#!/bin/sh\nexec /usr/bin/ssh -F DIR/ssh_config \"$@\"\n";
        put_script(&keys.told(ssh), &directory.join("bin/ssh"));
        Some(keys)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), self.told(text)).unwrap();
    }

    /// A text that says where they are.
    fn told(&self, text: &str) -> String {
        text.replace("DIR", self.0.to_str().unwrap())
    }

    /// Has the client know this server.
    fn trust(&self, address: SocketAddr) {
        let key = fs::read_to_string(self.0.join("host.pub")).unwrap();
        let key: Vec<&str> = key.split_whitespace().take(2).collect();
        let line = format!("[{}]:{} {}\n", address.ip(), address.port(), key.join(" "));
        let known = self.0.join("known");
        let before = fs::read_to_string(&known).unwrap_or_default();
        fs::write(known, before + &line).unwrap();
    }

    /// `grade` of the class in `class/` on these hosts.
    fn grade(&self, here: &Path, hosts: &[&str]) -> Command {
        let path = std::env::var("PATH").unwrap();
        let mut command = syslab(here);
        command
            .args(GRADE)
            .args(["--engine", "ssh", "--hosts", &hosts.join(",")])
            .env("PATH", format!("{}/bin:{path}", self.0.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }
}

/// A machine: a port with an sshd for each connection.
struct Server {
    address: SocketAddr,
    sessions: Arc<Mutex<Vec<Child>>>,
}

impl Server {
    /// One that dies, with all its sessions, when it is connected to for the nth time.
    fn start(keys: &Keys, dies_at: Option<usize>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        keys.trust(address);
        let sessions = Arc::new(Mutex::new(Vec::new()));
        let served = Arc::clone(&sessions);
        let config = keys.0.join("sshd_config");
        // Serves for as long as the test runs.
        std::thread::spawn(move || {
            for nth in 1.. {
                let (stream, _) = listener.accept().unwrap();
                let mut sessions = served.lock().unwrap();
                if Some(nth) == dies_at {
                    sessions.iter_mut().for_each(end);
                    return;
                }
                sessions.push(session(&config, stream));
            }
        });
        Self { address, sessions }
    }

    /// How the client is told to reach it.
    fn destination(&self) -> String {
        destination(self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.sessions.lock().unwrap().iter_mut().for_each(end);
    }
}

fn destination(address: SocketAddr) -> String {
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid());
    format!("ssh://{}@{address}", user.unwrap().unwrap().name)
}

/// An sshd that serves this connection.
fn session(config: &Path, stream: TcpStream) -> Child {
    Command::new(SSHD)
        .arg("-i")
        .arg("-f")
        .arg(config)
        .stdin(OwnedFd::from(stream.try_clone().unwrap()))
        .stdout(OwnedFd::from(stream))
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn end(session: &mut Child) {
    session.kill().unwrap();
    session.wait().unwrap();
}

/// What a driver says on stderr; it ends with this code.
fn told(driver: Child, code: u8) -> String {
    let output = driver.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(i32::from(code)), "{errors}");
    errors
}

#[test]
fn hosts_that_die_or_never_answer_are_named_and_cost_nobody_anything() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let Some(keys) = Keys::make(&here.join("keys")) else {
        return;
    };
    class(here, &MANY);
    let good = Server::start(&keys, None);
    let dies = Server::start(&keys, Some(2));
    // Connections are made, and nobody ever says anything.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let silent = destination(silent.local_addr().unwrap());
    let hosts = [
        good.destination(),
        format!("2/{}", dies.destination()),
        silent.clone(),
    ];
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let errors = told(keys.grade(here, &hosts).spawn().unwrap(), exit::DONE);
    for named in [&silent, &dies.destination()] {
        let of = |line: &str| line.contains(&format!("{named}: "));
        assert!(errors.lines().any(of), "{named}: {errors}");
    }
    assert!(!errors.contains(&good.destination()), "{errors}");
    let status = said(here, &["grade", "status", "run"], exit::DONE);
    let (_, port) = silent.rsplit_once(':').unwrap();
    let silent = format!("-{port}: ");
    for part in [
        "graded      10",
        "canaries    1 as expected",
        "not used",
        &silent,
    ] {
        assert!(status.contains(part), "{part}: {status}");
    }
    assert_eq!(marks(here, ".begun"), 0);
}

#[test]
fn an_interrupt_ends_what_runs_on_the_other_side() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let Some(keys) = Keys::make(&here.join("keys")) else {
        return;
    };
    class(here, &MANY);
    let server = Server::start(&keys, None);
    let begun = Arrivals::watch_for(here, "marks", ".begun");
    let hosts = format!("2/{}", server.destination());
    let driver = keys.grade(here, &[&hosts]).spawn().unwrap();
    let worker = loop {
        let mark = begun.next();
        let number = mark.rsplit('.').nth(1).unwrap().parse().unwrap();
        // It may have ended by itself.
        if let Ok(worker) = pidfd::open(number) {
            break worker;
        }
    };
    kill(pid(&driver), Signal::SIGINT).unwrap();
    let errors = told(driver, exit::INTERRUPTED);
    assert!(errors.contains("syslab grade resume run"), "{errors}");
    let mut ended = [PollFd::new(worker.as_fd(), PollFlags::POLLIN)];
    assert_eq!(poll(&mut ended, PollTimeout::from(60_000_u16)), Ok(1));
    let again = ["grade", "resume", "run", "-j", "2"];
    let status = said(here, &again, exit::DONE);
    assert!(status.contains("graded      10"), "{status}");
    assert_eq!((marks(here, ".lost"), marks(here, ".begun")), (0, 0));
}

#[test]
fn where_no_host_can_be_reached_it_is_said_which_and_why() {
    let dir = tempfile::tempdir().unwrap();
    let here = dir.path();
    let Some(keys) = Keys::make(&here.join("keys")) else {
        return;
    };
    class(here, &["ada"]);
    let nobody = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let host = destination(address);
    let errors = told(keys.grade(here, &[&host]).spawn().unwrap(), exit::MACHINE);
    assert!(
        errors.contains(&format!("no host works: {host}: ")),
        "{errors}"
    );
    assert!(errors.contains("Connection refused"), "{errors}");
    // One that ssh does not know is not trusted.
    let stranger = Server::start(&keys, None);
    fs::write(keys.0.join("known"), "").unwrap();
    let host = stranger.destination();
    let errors = told(keys.grade(here, &[&host]).spawn().unwrap(), exit::MACHINE);
    assert!(errors.contains("Host key verification failed"), "{errors}");
}
