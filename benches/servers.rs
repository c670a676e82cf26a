//! Figures of the server and of the load generator, beside nginx and wrk: `scripts/bench`.
//!
//! Medians over rounds in which all take turns: the machine's noise is the same for all. Servers
//! are compared by the processor time that a request costs them, which other programs on the
//! machine change little. Nothing here passes or fails; tests never look at a clock.

mod beside {
    pub(crate) mod median;
    pub(crate) mod processor_time;
    pub(crate) mod server;
}

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::num::NonZero;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use syslab::stimulus::load::{self, Load, Target};
use syslab::sys::{limits, proc};

use beside::median::median;
use beside::processor_time::children_cpu;
use beside::server::{PROCESSORS, connect, free_port, nginx};

const SYSLAB: &str = env!("CARGO_BIN_EXE_syslab");

/// Rounds; each server has one turn in each.
const ROUNDS: usize = 7;

/// How long a turn is, seconds.
const TURN: &str = "1";

/// Connections under load.
const CONNECTIONS: &str = "64";

/// Connections that are held.
const HELD: usize = 10_000;

fn main() {
    // `cargo bench` and `cargo test` pass flags of the standard harness; only the first measures.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("skipped: figures are made by scripts/bench");
        return;
    }
    let place = tempfile::tempdir().expect("the temporary directory is writable");
    fs::write(place.path().join("page"), vec![b'x'; 1024])
        .expect("the temporary directory is writable");
    println!(
        "medians of {ROUNDS} rounds; {CONNECTIONS} connections, a static file of 1 KiB; server on \
         processor {}, generator on {}\n",
        PROCESSORS[0], PROCESSORS[1]
    );
    servers(place.path());
    generators(place.path());
    held();
}

/// A program under load.
#[derive(Clone, Copy)]
enum Kind {
    Ours(&'static [&'static str]),
    Nginx { keeps_files_open: bool },
}

const SERVERS: &[(&str, Kind)] = &[
    (
        "nginx",
        Kind::Nginx {
            keeps_files_open: false,
        },
    ),
    (
        "nginx, open_file_cache",
        Kind::Nginx {
            keeps_files_open: true,
        },
    ),
    ("ours, mio", Kind::Ours(&["--engine", "mio"])),
    ("ours, io_uring", Kind::Ours(&["--engine", "uring"])),
    ("ours, epoll, level", Kind::Ours(&["--engine", "epoll"])),
    (
        "ours, epoll, edge",
        Kind::Ours(&["--engine", "epoll", "--edge"]),
    ),
    ("ours, a thread each", Kind::Ours(&["--engine", "threads"])),
];

/// What is known of a server's turns.
#[derive(Default)]
struct Turns {
    /// Processor time for a request, microseconds.
    cost: Vec<f64>,
    rate: Vec<f64>,
    calls: Vec<f64>,
}

/// Processor time, rate and system calls of every server.
fn servers(place: &Path) {
    let mut turns: Vec<Turns> = SERVERS.iter().map(|_| Turns::default()).collect();
    for _ in 0..ROUNDS {
        for ((_, kind), turns) in SERVERS.iter().zip(&mut turns) {
            let Some(server) = Server::start(*kind, place) else {
                continue;
            };
            let before = server.cpu();
            let Some((requests, rate)) = loaded(&server.url()) else {
                continue;
            };
            let used = server.cpu() - before;
            turns.cost.push(used.as_secs_f64() * 1e6 / requests);
            turns.rate.push(rate);
            turns.calls.extend(server.end());
        }
    }
    let nginx = median(&turns[0].cost);
    println!("                           us/request   to nginx's   requests/s   calls/request");
    for ((name, _), turns) in SERVERS.iter().zip(&turns) {
        let Some(cost) = median(&turns.cost) else {
            println!("{name:26} skipped: it cannot be started here, or answers with errors");
            continue;
        };
        println!(
            "{name:26} {cost:10.2}   {:>10}   {:10.0}   {:>13}",
            nginx.map_or("-".to_owned(), |nginx| format!("{:.2}", cost / nginx)),
            median(&turns.rate).unwrap_or(0.0),
            median(&turns.calls).map_or("-".to_owned(), |calls| format!("{calls:.2}"))
        );
    }
    println!();
}

/// Puts a server under load from the other processor: requests, and requests a second.
fn loaded(url: &str) -> Option<(f64, f64)> {
    let output = Command::new("taskset")
        .args(["-c", PROCESSORS[1], SYSLAB, "sockets", "load", url])
        .args(["-d", TURN, "-c", CONNECTIONS, "--json"])
        .output()
        .ok()?;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    // A server that answers with errors has less to do.
    if !report["errors"].as_object()?.is_empty() {
        return None;
    }
    let number = |name: &str| report[name].as_f64();
    Some((number("requests")?, number("requests_per_second")?))
}

/// Our generator and wrk against the same server.
///
/// On two processors the server is what keeps both of them waiting: what they can drive is what they
/// get done in a second of their own processor time.
fn generators(place: &Path) {
    let mut capacities = [const { Vec::new() }; 2];
    let mut rates = [const { Vec::new() }; 2];
    for _ in 0..ROUNDS {
        let Some(server) = Server::start(Kind::Ours(&["--engine", "uring"]), place)
            .or_else(|| Server::start(Kind::Ours(&["--engine", "mio"]), place))
        else {
            break;
        };
        let url = server.url();
        let runs: [&dyn Fn() -> Option<(f64, f64)>; 2] = [&|| loaded(&url), &|| wrk(&url)];
        for (nth, run) in runs.iter().enumerate() {
            let before = children_cpu();
            if let Some((requests, rate)) = run() {
                capacities[nth].push(requests / (children_cpu() - before));
                rates[nth].push(rate);
            }
        }
    }
    println!("generator, one thread    requests/s of its processor   requests/s of this server");
    for (nth, name) in ["ours", "wrk"].into_iter().enumerate() {
        match (median(&capacities[nth]), median(&rates[nth])) {
            (Some(capacity), Some(rate)) => println!("{name:26} {capacity:25.0}   {rate:25.0}"),
            _ => println!("{name:26} skipped: it cannot be started here"),
        }
    }
    if let [Some(ours), Some(wrk)] = capacities.map(|of| median(&of)) {
        println!("{:26} {:25.2}", "ratio", ours / wrk);
    }
    println!();
}

/// Puts a server under wrk's load: requests, and requests a second.
fn wrk(url: &str) -> Option<(f64, f64)> {
    let output = Command::new("taskset")
        .args(["-c", PROCESSORS[1], "wrk", "-t", "1", "-c", CONNECTIONS])
        .args(["-d", &format!("{TURN}s"), url])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let before = |words: &str| text.split(words).next()?.split_whitespace().last();
    let after = |words: &str| text.split(words).nth(1)?.split_whitespace().next();
    let requests = before("requests in")?.parse().ok()?;
    Some((requests, after("Requests/sec:")?.parse().ok()?))
}

/// Memory of our servers for each of many connections, all open at once and each used once.
fn held() {
    let most = limits::raise_descriptors().unwrap_or(1024) as usize;
    let count = HELD.min(most.saturating_sub(64));
    println!("{count} connections held, each used once; the server's own memory for each");
    for (name, kind) in SERVERS {
        let Kind::Ours(_) = kind else { continue };
        let Some(server) = Server::start(*kind, Path::new("/nonexistent")) else {
            println!("{name:26} skipped: it cannot be started here");
            continue;
        };
        let memory = || {
            let status = proc::status(server.pid()).unwrap_or_default();
            status.memory.anonymous
        };
        let before = memory();
        let mut during = before;
        let one = NonZero::<usize>::MIN;
        let load = Load {
            target: Target::parse(&server.url()).expect("it is a URL"),
            connections: NonZero::new(count).unwrap_or(one),
            threads: one,
            pipeline: one,
            size: one,
            requests: Some(count as u64),
            duration: None,
            rate: None,
            is_by_epoll: false,
        };
        let report = load::run(&load, &AtomicBool::new(false), &mut |_| {
            during = during.max(memory());
        });
        during = during.max(memory());
        let bytes = (during - before) as f64 * 1024.0 / count as f64;
        match report {
            Ok(report) => println!(
                "{name:26} {bytes:10.0} bytes   {} answered in {:.2} s, {} errors",
                report.requests,
                report.seconds,
                report.errors.values().sum::<u64>()
            ),
            Err(error) => println!("{name:26} skipped: {error}"),
        }
    }
    println!();
}

/// A server at work on its processor; it is ended when it is dropped.
struct Server {
    child: Child,
    port: u16,
    path: &'static str,
}

impl Server {
    /// Starts it; `None` if it cannot be.
    fn start(kind: Kind, place: &Path) -> Option<Self> {
        match kind {
            Kind::Ours(options) => Self::ours(options, place),
            Kind::Nginx { keeps_files_open } => Self::nginx(keeps_files_open, place),
        }
    }

    fn ours(options: &[&str], place: &Path) -> Option<Self> {
        let mut command = Command::new("taskset");
        command
            .args(["-c", PROCESSORS[0], SYSLAB, "sockets", "serve"])
            .args(options);
        let is_page = place.join("page").exists();
        if is_page {
            command.arg("--root").arg(place);
        }
        let mut child = command.arg("0").stderr(Stdio::piped()).spawn().ok()?;
        let mut line = String::new();
        // Byte by byte, so that what it says later is still there.
        let mut said = BufReader::with_capacity(1, child.stderr.take()?);
        said.read_line(&mut line).ok()?;
        child.stderr = Some(said.into_inner());
        let port = line.split("127.0.0.1:").nth(1)?.split('/').next()?;
        Some(Self {
            port: port.parse().ok()?,
            child,
            path: if is_page { "page" } else { "" },
        })
    }

    fn nginx(keeps_files_open: bool, place: &Path) -> Option<Self> {
        let port = free_port()?;
        let cache = match keeps_files_open {
            true => "open_file_cache max=100;",
            false => "",
        };
        let mut child = nginx(place, place, port, cache).spawn().ok()?;
        connect(&mut child, port)?;
        Some(Self {
            child,
            port,
            path: "page",
        })
    }

    fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/{}", self.port, self.path)
    }

    /// Processor time so far.
    fn cpu(&self) -> Duration {
        let ticks = proc::stat(self.pid()).map_or(0, |stat| stat.ticks());
        Duration::from_secs_f64(ticks as f64 / proc::ticks_per_second() as f64)
    }

    /// Ends it; system calls for each request, if it says so.
    fn end(mut self) -> Option<f64> {
        let _gone = kill(Pid::from_raw(self.pid()), Signal::SIGTERM);
        let mut said = String::new();
        self.child.stderr.take()?.read_to_string(&mut said).ok()?;
        let calls = said.split(" lost), ").nth(1)?;
        calls.split(' ').next()?.parse().ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
