//! Machines that ssh reaches as an engine: a room of PCs that no scheduler looks after.
//!
//! A session for each chunk, and as many at the same time as the host has slots. A worker on another
//! machine ends with its session, because it ends with the process that started it there: sshd's.
//! Environment is not carried, and whether a host is whom it says is for the user's own settings:
//! see ssh(1) and ssh_config(5).
//!
//! A host that cannot be reached would take one chunk after the other and do nothing. So it gets one
//! at first, and only when that has come to something, more; one that fails is put aside, and its
//! chunk goes to another. For the same reason this is ssh for each chunk and not GNU parallel, whose
//! notation for hosts it takes: there, of 20 jobs on two hosts of which one refused connections, 18
//! went to that one.

mod hosts;

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

pub use hosts::{Host, HostsError};

use super::{Chunk, Engine, EngineError, Hint, Trust, worker};
use crate::grade::run::RunDir;
use crate::grade::worker::NODE;
use crate::model::shell_word;

/// How ssh ends when it is ssh that failed, and not what it started there; ssh(1).
const SSH_FAILED: i32 = 255;

/// For how long a host is put aside that has worked and is gone: it may be starting again.
const ASIDE: Duration = Duration::from_secs(60);

/// How often in a row a host that has worked may be put aside before it is given up.
const MOST_FAILURES: u32 = 5;

/// Sessions at one host that may be about to begin at the same time: sshd drops connections when
/// there are ten, MaxStartups in sshd_config(5).
const STARTING: usize = 4;

/// What is said to ssh: it must not ask anybody, nor wait for a host that says nothing, nor share a
/// connection, which would go on when the session's own process is ended.
const OPTIONS: [&str; 11] = [
    "BatchMode=yes",
    "ConnectTimeout=10",
    "ConnectionAttempts=1",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "ControlMaster=no",
    "ControlPath=none",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "LogLevel=ERROR",
];

/// Sessions on hosts.
#[derive(Debug)]
pub struct Ssh {
    run: RunDir,
    id: String,
    places: Vec<Place>,
    waiting: VecDeque<String>,
    running: BTreeMap<String, Session>,
    ended: BTreeMap<String, String>,
    remarks: Vec<String>,
}

/// A host, and how it does.
#[derive(Debug)]
struct Place {
    host: Host,
    /// Whether a worker of ours has worked there.
    has_worked: bool,
    /// How often in a row it has failed.
    failures: u32,
    stands: Stands,
}

/// Whether a host is given work.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stands {
    Ready,
    /// Not before that time.
    Aside(Instant),
    /// Never again, because.
    Out(String),
}

/// An ssh that runs.
#[derive(Debug)]
struct Session {
    ssh: Child,
    place: usize,
    /// Whether its worker has given a sign of life.
    has_begun: bool,
}

impl Ssh {
    /// These hosts, for the run with this id. The run's directory and this program must be in the
    /// same place on all of them.
    pub fn new(run: &Path, id: &str, hosts: Vec<Host>) -> Self {
        let place = |host| Place {
            host,
            has_worked: false,
            failures: 0,
            stands: Stands::Ready,
        };
        Self {
            run: RunDir::at(run),
            id: id.to_owned(),
            places: hosts.into_iter().map(place).collect(),
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            ended: BTreeMap::new(),
            remarks: Vec::new(),
        }
    }

    /// What ssh says of a session is a hint: the worker may go on where the network is cut.
    pub fn trust(&self) -> Trust {
        Trust::elsewhere(self.places.iter().map(|place| place.host.slots).sum())
    }

    /// What the login shell of a host is told. Tools are found where they were found here.
    fn order(&self, host: &Host, chunk: &str) -> String {
        let path = std::env::var_os("PATH").unwrap_or_default();
        format!(
            "exec /usr/bin/env -i HOME=\"$HOME\" PATH={} {NODE}={} {} {}",
            shell_word(&path.to_string_lossy()),
            host.node(),
            worker(self.run.root(), &self.id),
            shell_word(chunk)
        )
    }

    /// Where it is written down what ssh and the worker say.
    fn log(&self, chunk: &str) -> PathBuf {
        self.run.path(&format!("ssh/{chunk}.log"))
    }

    fn start(&self, host: &Host, chunk: &str) -> io::Result<Child> {
        fs::create_dir_all(self.run.path("ssh"))?;
        let log = File::create(self.log(chunk))?;
        let mut ssh = Command::new("ssh");
        ssh.arg("-T");
        for option in OPTIONS {
            ssh.args(["-o", option]);
        }
        ssh.args(["--", &host.destination])
            .arg(self.order(host, chunk))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // Ctrl-C is for whoever drives, who then ends the sessions.
            .process_group(0)
            .spawn()
    }

    /// Notes who has begun and who has ended, and begins with who waits.
    fn turn(&mut self) {
        let mut ended = Vec::new();
        for (chunk, session) in &mut self.running {
            if !session.has_begun && self.run.path(&format!("beats/{chunk}")).exists() {
                session.has_begun = true;
                let place = &mut self.places[session.place];
                (place.has_worked, place.failures) = (true, 0);
            }
            match session.ssh.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => ended.push((chunk.clone(), Some(status))),
                Err(_) => ended.push((chunk.clone(), None)),
            }
        }
        for (chunk, status) in ended {
            if let Some(session) = self.running.remove(&chunk) {
                self.settle(chunk, &session, status);
            }
        }
        while let Some(place) = self.next_place()
            && let Some(chunk) = self.waiting.pop_front()
        {
            match self.start(&self.places[place].host, &chunk) {
                Ok(ssh) => {
                    let session = Session {
                        ssh,
                        place,
                        has_begun: false,
                    };
                    self.running.insert(chunk, session);
                }
                Err(error) => {
                    // It is this machine that fails: no ssh, no process.
                    self.ended.insert(chunk, format!("ssh: {error}"));
                }
            }
        }
    }

    /// What the end of a session means for its chunk and its host.
    fn settle(&mut self, chunk: String, session: &Session, status: Option<ExitStatus>) {
        if status.is_some_and(|status| status.success()) {
            self.ended.insert(chunk, "its worker ended".to_owned());
            return;
        }
        let why = self.last_words(&chunk, status);
        let is_lost = status.and_then(|status| status.code()) == Some(SSH_FAILED);
        let name = self.places[session.place].host.destination.clone();
        self.blame(session.place, &why, is_lost || session.has_begun, &chunk);
        match session.has_begun {
            true => {
                self.ended.insert(chunk, format!("on {name}: {why}"));
            }
            // Nobody has worked on it: another host does.
            false => self.waiting.push_front(chunk),
        }
    }

    /// Puts a host aside, or gives it up; and has people told.
    fn blame(&mut self, place: usize, why: &str, may_recover: bool, chunk: &str) {
        let place = &mut self.places[place];
        if !place.is_ready(Instant::now()) {
            return;
        }
        place.failures += 1;
        let name = &place.host.destination;
        if may_recover && place.has_worked && place.failures < MOST_FAILURES {
            place.stands = Stands::Aside(Instant::now() + ASIDE);
            let seconds = ASIDE.as_secs();
            self.remarks
                .push(format!("{name}: {why}; it is tried again in {seconds} s"));
            return;
        }
        place.stands = Stands::Out(why.to_owned());
        self.remarks
            .push(format!("{name}: {why}; it is not used any more"));
        // For whoever looks at the run; the worker itself may have said more.
        let node = place.host.node();
        let is_known = |refusals: Vec<(String, String)>| refusals.iter().any(|(on, _)| *on == node);
        if !self.run.refusals().is_ok_and(is_known) {
            let _told_above = self.run.refuse(chunk, &node, why);
        }
    }

    /// The last line that ssh or the worker wrote; or how it ended.
    fn last_words(&self, chunk: &str, status: Option<ExitStatus>) -> String {
        let log = fs::read(self.log(chunk)).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let last = log.lines().map(str::trim).rfind(|line| !line.is_empty());
        match (last, status) {
            (Some(line), _) => line.trim_end_matches('.').to_owned(),
            (None, Some(status)) => format!("its worker ended with {status}"),
            (None, None) => "it is not known how its worker ended".to_owned(),
        }
    }

    /// The host that has most to spare, among those that may get one more chunk.
    fn next_place(&self) -> Option<usize> {
        let now = Instant::now();
        let of = |at: usize| self.running.values().filter(move |s| s.place == at);
        let spare = |at: usize, place: &Place| {
            let starting = of(at).filter(|session| !session.has_begun).count();
            let most = if place.has_worked { STARTING } else { 1 };
            let is_free = place.is_ready(now) && starting < most;
            let spare = place.host.slots.saturating_sub(of(at).count());
            (is_free && spare > 0).then_some(spare)
        };
        let places = self.places.iter().enumerate();
        let spare = places.filter_map(|(at, place)| Some((spare(at, place)?, at)));
        // Of several, the first.
        spare
            .max_by_key(|(spare, at)| (*spare, std::cmp::Reverse(*at)))
            .map(|(_, at)| at)
    }

    /// Why no host is left.
    fn nobody(&self) -> Option<EngineError> {
        let why = |place: &Place| match &place.stands {
            Stands::Out(why) => Some(format!("{}: {why}", place.host.destination)),
            Stands::Ready | Stands::Aside(_) => None,
        };
        let all: Option<Vec<String>> = self.places.iter().map(why).collect();
        all.map(|all| EngineError::Final(format!("no host works: {}", all.join("; "))))
    }
}

impl Place {
    fn is_ready(&self, now: Instant) -> bool {
        match &self.stands {
            Stands::Ready => true,
            Stands::Aside(until) => now >= *until,
            Stands::Out(_) => false,
        }
    }
}

impl Engine for Ssh {
    fn submit(&mut self, chunks: &[Chunk], avoid: &[String]) -> Result<(), EngineError> {
        for place in &mut self.places {
            let is_out = matches!(place.stands, Stands::Out(_));
            if !is_out && avoid.contains(&place.host.node()) {
                place.stands = Stands::Out("its worker found it unfit".to_owned());
            }
        }
        if let Some(error) = self.nobody() {
            return Err(error);
        }
        self.waiting
            .extend(chunks.iter().map(|chunk| chunk.name.clone()));
        self.turn();
        Ok(())
    }

    fn poll(&mut self, chunks: &[&str]) -> Result<Vec<(String, Hint)>, EngineError> {
        self.turn();
        if let (true, Some(error)) = (self.running.is_empty(), self.nobody())
            && !self.waiting.is_empty()
        {
            return Err(error);
        }
        let hint = |name: &&str| {
            let hint = if let Some(how) = self.ended.get(*name) {
                Hint::Gone(how.clone())
            } else if self.waiting.iter().any(|waiting| waiting == name) {
                Hint::Waiting
            } else {
                // Also of one that an earlier driver began: only its signs of life are known.
                Hint::Running
            };
            ((*name).to_owned(), hint)
        };
        Ok(chunks.iter().map(hint).collect())
    }

    fn cancel(&mut self, chunks: &[&str]) {
        self.waiting.retain(|name| !chunks.contains(&name.as_str()));
        for name in chunks {
            if let Some(mut session) = self.running.remove(*name) {
                end(&mut session.ssh);
            }
        }
    }

    fn remarks(&mut self) -> Vec<String> {
        std::mem::take(&mut self.remarks)
    }
}

impl Drop for Ssh {
    fn drop(&mut self) {
        for session in self.running.values_mut() {
            end(&mut session.ssh);
        }
    }
}

/// Ends a session: the connection is closed, and sshd and the worker on the other side end.
fn end(ssh: &mut Child) {
    let _gone = ssh.kill();
    let _reaped = ssh.wait();
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::*;

    fn ssh(hosts: &str) -> (Ssh, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let run = dir.path().join("a run");
        RunDir::at(&run).make().unwrap();
        let hosts = Host::list(hosts, NonZero::<usize>::MIN).unwrap();
        (Ssh::new(&run, "0123", hosts), dir)
    }

    #[test]
    fn the_order_carries_no_environment_and_says_who_the_host_is() {
        let (ssh, dir) = ssh("2/ada@pc1");
        let order = ssh.order(&ssh.places[0].host, "r1-1");
        assert!(order.starts_with("exec /usr/bin/env -i HOME=\"$HOME\" PATH="));
        let end = format!("__grade '{}/a run' 0123 r1-1", dir.path().display());
        assert!(order.ends_with(&end), "{order}");
        assert!(order.contains(" SYSLAB_NODE=ada-pc1 "), "{order}");
    }

    #[test]
    fn a_host_gets_one_chunk_until_it_has_worked_and_none_when_it_fails() {
        let (mut ssh, _dir) = ssh("8/pc1,2/pc2");
        assert_eq!(ssh.next_place(), Some(0));
        // One that has worked may be put aside some times; the others at once for good.
        ssh.places[1].has_worked = true;
        ssh.blame(0, "Connection refused", true, "r1-1");
        assert_eq!(ssh.next_place(), Some(1));
        ssh.blame(1, "closed", true, "r1-2");
        assert_eq!(ssh.next_place(), None);
        assert!(ssh.nobody().is_none());
        for _ in 1..MOST_FAILURES {
            ssh.places[1].stands = Stands::Aside(Instant::now());
            ssh.blame(1, "closed", true, "r1-2");
        }
        let why = ssh.nobody().unwrap().to_string();
        assert_eq!(why, "no host works: pc1: Connection refused; pc2: closed");
        let remarks = ssh.remarks();
        assert_eq!(remarks.len(), 1 + MOST_FAILURES as usize);
        assert_eq!(
            remarks[0],
            "pc1: Connection refused; it is not used any more"
        );
        let refused: Vec<String> = ssh
            .run
            .refusals()
            .unwrap()
            .into_iter()
            .map(|r| r.0)
            .collect();
        assert_eq!(refused.len(), 2, "{refused:?}");
    }
}
