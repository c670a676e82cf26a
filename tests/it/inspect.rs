//! `syslab process inspect` on a small zoo of real processes, compared with ps(1) and /proc.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod command;
mod descriptors;
mod memory;
mod open_shown;
mod shown;
mod who;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;
use syslab::model::snapshot::{
    End, Ended, Holder, Limit, Process, Snapshot, State, Target, Thread, Wait, Which,
};
use syslab::probes::inspect::{Depth, Resolved, find, inspect};

/// A process of the zoo. It ends when its input does, or is killed.
struct Animal(Child);

impl Animal {
    /// Starts a script of the shell; its standard input is a pipe that stays open.
    fn shell(script: &str) -> Self {
        Self::start(Command::new("sh").args(["-c", script]))
    }

    fn start(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        Self(child.unwrap())
    }

    fn pid(&self) -> i32 {
        self.0.id() as i32
    }

    /// Waits until it has said a line: then it has set itself up.
    fn has_begun(mut self) -> Self {
        let mut byte = [0];
        let stdout = self.0.stdout.as_mut().unwrap();
        while stdout.read(&mut byte).unwrap() == 1 && byte != *b"\n" {}
        self
    }

    fn snapshot(&self) -> Snapshot {
        inspect(self.pid(), Depth::All).unwrap()
    }

    /// Looks until it is as it should be: what the kernel is told takes effect a little later.
    fn until(&self, is_so: impl Fn(&Snapshot) -> bool) -> Snapshot {
        loop {
            let snapshot = self.snapshot();
            if is_so(&snapshot) {
                return snapshot;
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Animal {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn root(snapshot: &Snapshot) -> &Process {
    snapshot.process(snapshot.root).unwrap()
}

fn only_thread(process: &Process) -> &Thread {
    assert_eq!(process.threads.len(), 1);
    &process.threads[0]
}

/// What the first thread is blocked in, if it is in this call.
fn wait_in<'a>(process: &'a Process, call: &str) -> Option<&'a Wait> {
    let wait = process.threads.first()?.wait.as_ref()?;
    (wait.call.as_deref() == Some(call)).then_some(wait)
}

fn limit<'a>(process: &'a Process, name: &str) -> &'a Limit {
    let found = process.limits.iter().find(|limit| limit.name == name);
    found.unwrap()
}

#[test]
fn a_shell_waits_for_its_child() {
    let shell = Animal::shell("cat; exit 3");
    let snapshot = shell.until(|snapshot| {
        snapshot.processes.len() == 2 && wait_in(root(snapshot), "wait4").is_some()
    });
    let child = &snapshot.processes[1];
    assert_eq!(child.parent, shell.pid());
    let wait = wait_in(root(&snapshot), "wait4").unwrap();
    let children = wait.children.as_ref().unwrap();
    assert_eq!(children.pids, [child.pid]);
    assert!(matches!(children.which, Which::Any | Which::One));
}

#[test]
fn a_reader_waits_for_whoever_holds_the_other_end() {
    let reader = Animal::start(&mut Command::new("cat"));
    let snapshot = reader.until(|snapshot| wait_in(root(snapshot), "read").is_some());
    let wait = wait_in(root(&snapshot), "read").unwrap();
    let [held] = wait.descriptors.as_slice() else {
        panic!("{wait:?}");
    };
    assert_eq!(held.number, 0);
    let Target::Pipe { end, other_end, .. } = &held.target else {
        panic!("{held:?}");
    };
    assert_eq!(*end, End::Read);
    let own = (
        std::process::id() as i32,
        reader.0.stdin.as_ref().unwrap().as_raw_fd(),
    );
    assert!(
        other_end
            .iter()
            .any(|holder| (holder.pid, holder.number) == own),
        "{other_end:?}"
    );
    assert_eq!(root(&snapshot).state, State::Sleeping);
    assert_eq!(root(&snapshot).name, "cat");
    assert_eq!(root(&snapshot).command, ["cat"]);
    let open = root(&snapshot).descriptors.as_ref().unwrap();
    assert!(open.kinds["pipe"] >= 2);
    assert_eq!(open.kinds.values().sum::<u64>(), open.count);
}

#[test]
fn signals_are_blocked_ignored_caught_and_pending() {
    let mut blocked = SigSet::empty();
    blocked.add(Signal::SIGUSR1);
    blocked.add(Signal::SIGTERM);
    // A child inherits the mask of the thread that starts it.
    blocked.thread_block().unwrap();
    let shell = Animal::shell("trap '' QUIT; trap 'true' HUP; echo; read line");
    blocked.thread_unblock().unwrap();
    let shell = shell.has_begun();
    kill(Pid::from_raw(shell.pid()), Signal::SIGUSR1).unwrap();
    let snapshot = shell.snapshot();
    let process = root(&snapshot);
    let has = |names: &[String], name: &str| names.iter().any(|known| known == name);
    for name in ["SIGUSR1", "SIGTERM"] {
        assert!(has(&only_thread(process).blocked, name), "{process:?}");
    }
    assert!(has(&process.ignored, "SIGQUIT"));
    assert!(has(&process.caught, "SIGHUP"));
    assert_eq!(process.pending, ["SIGUSR1"]);
    assert!(!has(&only_thread(process).blocked, "SIGINT"));
}

#[test]
fn a_zombie_is_somebodys() {
    // The shell becomes another program, which does not know of the child.
    let parent = Animal::shell("(exit 7) & exec cat");
    let snapshot =
        parent.until(|snapshot| root(snapshot).name == "cat" && !root(snapshot).zombies.is_empty());
    let zombie = snapshot.process(root(&snapshot).zombies[0]).unwrap();
    assert_eq!(zombie.state, State::Zombie);
    assert_eq!(zombie.parent, parent.pid());
    assert_eq!(zombie.ended, Some(Ended::Status(7)));
    assert_eq!((zombie.memory, &zombie.descriptors), (None, &None));
    assert!(zombie.command.is_empty());
    assert!(zombie.refused.is_empty(), "{zombie:?}");
}

#[test]
fn a_stopped_process_says_so() {
    let cat = Animal::start(&mut Command::new("cat"));
    kill(Pid::from_raw(cat.pid()), Signal::SIGSTOP).unwrap();
    let snapshot = cat.until(|snapshot| root(snapshot).state == State::Stopped);
    assert_eq!(only_thread(root(&snapshot)).wait, None);
}

#[test]
fn limits_are_told_with_how_near_they_are() {
    let script = "ulimit -n 8; ulimit -f 16; \
        exec 3</dev/null 4</dev/null 5</dev/null; echo; read line";
    let shell = Animal::shell(script).has_begun();
    let snapshot = shell.snapshot();
    let process = root(&snapshot);
    let files = limit(process, "NOFILE");
    let own = fs::read_dir(format!("/proc/{}/fd", shell.pid()))
        .unwrap()
        .count() as u64;
    assert_eq!((files.soft, files.used), (Some(8), Some(own)));
    assert!(own >= 6);
    assert_eq!(files.is_below_parent, Some(true));
    assert!(limit(process, "FSIZE").soft.is_some());
    let space = limit(process, "AS").used.unwrap();
    assert_eq!(space, process.memory.unwrap().space_kib * 1024);
}

#[test]
fn threads_sockets_and_time_outs_are_seen_from_outside_and_from_within() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let client = TcpStream::connect(address).unwrap();
    let (mut served, _) = listener.accept().unwrap();
    let (done, finished) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        // Blocked in accept, in recv, and at a futex.
        scope.spawn(|| listener.accept().map(drop));
        let name = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let mut reader = &client;
        let read = move || drop(reader.read(&mut [0]));
        name("zoo-reader").spawn_scoped(scope, read).unwrap();
        let receive = move || assert!(finished.recv().is_err());
        name("zoo-futex").spawn_scoped(scope, receive).unwrap();
        let own = std::process::id() as i32;
        let calls = ["accept4", "recvfrom", "futex"];
        loop {
            let snapshot = inspect(own, Depth::Usual).unwrap();
            let threads = &root(&snapshot).threads;
            let waits = |call: &str| -> Vec<&Wait> {
                let waits = threads.iter().filter_map(|thread| thread.wait.as_ref());
                waits
                    .filter(|wait| wait.call.as_deref() == Some(call))
                    .collect()
            };
            let target = |call: &str, wanted: &dyn Fn(&str, &str, &str) -> bool| {
                waits(call).iter().any(|wait| {
                    wait.descriptors.iter().any(|held| {
                        matches!(&held.target, Target::Socket { state, local, remote, .. }
                            if wanted(state, local, remote))
                    })
                })
            };
            let listening = target("accept4", &|state, local, _| {
                state == "listening" && local == address.to_string()
            });
            let connected = target("recvfrom", &|state, _, remote| {
                state == "established" && remote == address.to_string()
            });
            let named = threads.iter().find(|thread| thread.name == "zoo-futex");
            let is_at_futex = named
                .and_then(|thread| thread.wait.as_ref())
                .is_some_and(|wait| wait.futex.is_some());
            if listening && connected && is_at_futex {
                assert!(calls.iter().all(|call| !waits(call).is_empty()));
                break;
            }
            std::thread::yield_now();
        }
        drop(done);
        served.write_all(b"x").unwrap();
        drop(TcpStream::connect(address));
    });
}

#[test]
fn a_unix_socket_leads_to_its_peer() {
    let (own, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    let own_number = own.as_raw_fd();
    let script = Command::new("cat")
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
        .spawn();
    let cat = Animal(script.unwrap());
    let snapshot = cat.until(|snapshot| wait_in(root(snapshot), "read").is_some());
    let wait = wait_in(root(&snapshot), "read").unwrap();
    let Target::Socket {
        protocol,
        state,
        other_end,
        ..
    } = &wait.descriptors[0].target
    else {
        panic!("{wait:?}");
    };
    assert_eq!((protocol.as_str(), state.as_str()), ("unix", "connected"));
    match syslab::sys::unix_sockets::peers() {
        Ok(_) => {
            let own = (std::process::id() as i32, own_number);
            let is_own = |holder: &Holder| (holder.pid, holder.number) == own;
            assert!(other_end.iter().any(is_own), "{other_end:?}");
        }
        Err(error) => println!("skipped: the kernel does not tell of sockets: {error}"),
    }
}

#[test]
fn a_sleeper_says_for_how_long() {
    let sleeper = Animal::start(Command::new("sleep").arg("4711"));
    sleeper.until(|snapshot| {
        let wait = only_thread(root(snapshot)).wait.as_ref();
        wait.is_some_and(|wait| {
            wait.asked_ms == Some(4_711_000) || wait.left_ms.is_some_and(|left| left <= 4_711_000)
        })
    });
}

#[test]
fn it_agrees_with_ps_and_with_proc() {
    let shell = Animal::shell("cat; true");
    // Both at rest: nothing is mapped or opened any more.
    let snapshot = shell.until(|snapshot| {
        let [shell, cat] = snapshot.processes.as_slice() else {
            return false;
        };
        wait_in(shell, "wait4").is_some() && wait_in(cat, "read").is_some()
    });
    for process in &snapshot.processes {
        let pid = process.pid;
        let link = |name: &str| fs::read_link(format!("/proc/{pid}/{name}")).unwrap();
        let text = |path: std::path::PathBuf| path.to_str().map(str::to_owned);
        assert_eq!(process.directory, text(link("cwd")));
        assert_eq!(process.program, text(link("exe")));
        let output = Command::new("ps")
            .args(["-o", "ppid=,pgid=,sid=,uid=,ruid=,nlwp=,vsz=,comm="])
            .args(["-p", &pid.to_string()])
            .output();
        let Ok(output) = output else {
            println!("skipped: needs ps");
            return;
        };
        let said = String::from_utf8(output.stdout).unwrap();
        let said: Vec<&str> = said.split_whitespace().collect();
        let own = [
            process.parent.to_string(),
            process.group.to_string(),
            process.session.to_string(),
            process.uid.to_string(),
            process.real_uid.to_string(),
            process.threads.len().to_string(),
            process.memory.unwrap().space_kib.to_string(),
            process.name.clone(),
        ];
        assert_eq!(said, own);
    }
}

#[test]
fn names_numbers_and_threads_are_told_apart() {
    let name = format!("zoo-{}", std::process::id());
    let named = Animal::start(Command::new("sh").arg0(format!("/odd/{name}")));
    let is_found = || match find(&name).unwrap() {
        Resolved::Named(found) => found.iter().any(|one| one.pid == named.pid()),
        other => panic!("{other:?}"),
    };
    while !is_found() {
        std::thread::yield_now();
    }
    let second = Animal::start(Command::new("sh").arg0(&name));
    loop {
        let Resolved::Named(found) = find(&name).unwrap() else {
            panic!("no name");
        };
        if found.iter().any(|one| one.pid == second.pid()) {
            assert_eq!(found.len(), 2);
            break;
        }
        std::thread::yield_now();
    }
    let pid = named.pid();
    assert_eq!(find(&pid.to_string()).unwrap(), Resolved::Process(pid));
    assert_eq!(find("2147483647").unwrap(), Resolved::Gone(i32::MAX));
    let own = std::process::id() as i32;
    // The test itself runs in a thread that is not the first of its process.
    let tid = nix::unistd::gettid().as_raw();
    assert_eq!(find(&tid.to_string()).unwrap(), Resolved::Thread(tid, own));
}
