//! A load generator: many connections, each of which sends the same requests again and again.
//!
//! It is made not to be the bottleneck: one thread by io_uring drives what is served by several.
//! What it says of latencies is free of coordinated omission if it sends by the clock (`pace`).

mod answers;
mod connect;
mod crew;
mod epoll;
mod pace;
mod target;
mod uring;

use std::io;
use std::net::TcpStream;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Barrier, OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use nix::errno::Errno;
use nix::time::{ClockId, clock_gettime};

pub use target::{Asked, Target};

use crate::model::load::{Bar, Latency, LoadError, LoadReport, SCHEMA};
use crate::sys::uring::refusal as uring_refusal;
use connect::Route;
use crew::{Crew, Findings, Speech};
use pace::Pace;

/// How often a thread looks whether to go on when nothing happens.
const GLANCE: Duration = Duration::from_millis(50);

/// How long nothing may come, once time is over, while answers are waited for.
const GRACE: Duration = Duration::from_secs(1);

/// How long answers are waited for then at all.
const LONGEST_GRACE: Duration = Duration::from_secs(5);

/// How long nothing may come where there is no time to be over.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most bytes of requests that can be under way on a connection.
pub const MOST_UNDER_WAY: usize = 64 * 1024 * 1024;

/// What is to be done to a server.
#[derive(Clone, Debug)]
pub struct Load {
    /// The server, and what is asked of it.
    pub target: Target,
    /// Connections open at a time, all threads together.
    pub connections: NonZero<usize>,
    /// Threads that share them; no more are used than there are processors.
    pub threads: NonZero<usize>,
    /// Requests under way on a connection at most.
    pub pipeline: NonZero<usize>,
    /// Bytes of a message that is to come back.
    pub size: NonZero<usize>,
    /// How many requests are sent at most.
    pub requests: Option<u64>,
    /// For how long requests are sent at most.
    pub duration: Option<Duration>,
    /// How many requests are sent a second; otherwise each follows an answer.
    pub rate: Option<f64>,
    /// Whether epoll is used even if io_uring could be.
    pub is_by_epoll: bool,
}

/// What is going on.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// How long requests have been sent; `None` while connections are being made.
    pub elapsed: Option<Duration>,
    /// Requests answered.
    pub requests: u64,
}

/// What all threads know.
#[derive(Debug)]
struct Control<'a> {
    interrupted: &'a AtomicBool,
    /// When all connections were there.
    start: OnceLock<Instant>,
    /// Requests answered.
    requests: AtomicU64,
}

impl Control<'_> {
    /// Nanoseconds since the load began.
    fn now(&self) -> u64 {
        let elapsed = self.start.get().map_or(Duration::ZERO, Instant::elapsed);
        u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

/// A thread's view of when it is over.
#[derive(Debug)]
struct Shift<'a> {
    control: &'a Control<'a>,
    /// Requests answered, as far as others have been told.
    told: u64,
    /// Bytes sent by then.
    sent: u64,
    /// When either of them last grew.
    last: u64,
    /// When it turned out that no more requests are sent.
    ending: Option<u64>,
}

impl<'a> Shift<'a> {
    fn new(control: &'a Control<'a>) -> Self {
        Self {
            control,
            told: 0,
            sent: 0,
            last: 0,
            ending: None,
        }
    }

    /// Whether a crew has done its part, or waits for nothing.
    fn is_over(&mut self, crew: &mut Crew<'_>, now: u64) -> bool {
        if self.control.is_interrupted() {
            crew.stop(now);
        }
        let requests = crew.findings.requests;
        if requests > self.told {
            let more = requests - self.told;
            self.control.requests.fetch_add(more, Ordering::Relaxed);
            self.told = requests;
            self.last = now;
        }
        if crew.findings.sent > self.sent {
            self.sent = crew.findings.sent;
            self.last = now;
        }
        if crew.is_over(now) {
            return true;
        }
        let patience = match crew.is_out_of_time(now) {
            true => {
                let since = *self.ending.get_or_insert(now);
                if now - since > nanos(LONGEST_GRACE) {
                    return true;
                }
                GRACE
            }
            // Its time will come, or that of the next request.
            false if crew.has_an_end() || crew.is_idle() => return false,
            false => PATIENCE,
        };
        now.saturating_sub(self.last.max(self.ending.unwrap_or(0))) > nanos(patience)
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// What one thread has come to.
struct Part {
    findings: Findings,
    opened: usize,
    cpu: Duration,
}

/// Puts a server under load until it has had enough, or it is interrupted, which is no error.
///
/// # Errors
/// If something is asked that cannot be, or this machine refuses sockets, rings or threads. What
/// the server does wrong is in the report.
pub fn run(
    load: &Load,
    interrupted: &AtomicBool,
    progress: &mut dyn FnMut(Progress),
) -> io::Result<LoadReport> {
    let speech = speech(load)?;
    let no_uring = match load.is_by_epoll {
        true => Some("epoll was asked for".to_owned()),
        false => uring_refusal(),
    };
    // More than one a processor would only wait for each other.
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = load.threads.get().min(processors);
    let threads = threads.min(load.connections.get());
    let route = Route::new(load.target.address, load.connections.get());
    let control = Control {
        interrupted,
        start: OnceLock::new(),
        requests: AtomicU64::new(0),
    };
    let ready = Barrier::new(threads);
    let (tell, told) = mpsc::channel();
    let parts = thread::scope(|scope| {
        for nth in 0..threads {
            let job = Job {
                speech: &speech,
                pace: pace(load, nth, threads),
                first: share_before(load.connections.get() as u64, nth, threads) as usize,
                size: share(load.connections.get() as u64, nth, threads) as usize,
                route,
                is_by_epoll: no_uring.is_some(),
            };
            let (tell, control, ready) = (tell.clone(), &control, &ready);
            let name = "load".to_owned();
            let thread = thread::Builder::new().name(name);
            thread.spawn_scoped(scope, move || {
                // Whoever asked may have gone, for an error of another thread.
                let _gone = tell.send(job.work(control, ready));
            })?;
        }
        let mut parts = Vec::new();
        while parts.len() < threads {
            match told.recv_timeout(GLANCE) {
                Ok(part) => parts.push(part?),
                Err(_) => progress(Progress {
                    elapsed: control.start.get().map(Instant::elapsed),
                    requests: control.requests.load(Ordering::Relaxed),
                }),
            }
        }
        Ok::<_, io::Error>(parts)
    })?;
    let mut all = Findings::new();
    let (mut cpu, mut opened) = (Duration::ZERO, 0);
    for part in parts {
        all.add(part.findings);
        cpu += part.cpu;
        opened += part.opened;
    }
    let seconds = match all.last {
        0 => control.now(),
        last => last,
    } as f64
        / 1e9;
    let engine = match no_uring {
        None => "io_uring",
        Some(_) => "epoll",
    };
    Ok(LoadReport {
        schema: SCHEMA,
        target: load.target.name.clone(),
        engine: engine.to_owned(),
        no_uring,
        threads,
        connections: opened,
        pipeline: load.pipeline.get(),
        rate: load.rate,
        seconds,
        cpu_seconds: cpu.as_secs_f64(),
        requests: all.requests,
        requests_per_second: match seconds > 0.0 {
            true => all.requests as f64 / seconds,
            false => 0.0,
        },
        received: all.received,
        sent: all.sent,
        unanswered: all.unanswered,
        unsent: all.unsent,
        errors: all
            .errors
            .into_iter()
            .map(|(error, count)| (error.to_string(), count))
            .collect(),
        latency: latency(&all.latencies),
    })
}

/// The `nth` share of `all` among so many.
fn share(all: u64, nth: usize, count: usize) -> u64 {
    share_before(all, nth + 1, count) - share_before(all, nth, count)
}

/// All shares before the `nth`.
fn share_before(all: u64, nth: usize, count: usize) -> u64 {
    (u128::from(all) * nth as u128 / count as u128) as u64
}

fn pace(load: &Load, nth: usize, threads: usize) -> Pace {
    Pace::new(
        load.rate.map(|rate| rate / threads as f64),
        load.requests
            .map_or(u64::MAX, |all| share(all, nth, threads)),
        load.duration.map_or(u64::MAX, nanos),
    )
}

fn speech(load: &Load) -> io::Result<Speech> {
    let request = match &load.target.asked {
        Asked::Echo => (0..load.size.get()).map(|at| (at % 251) as u8).collect(),
        Asked::Page { host, path } => {
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes()
        }
    };
    if request.len().saturating_mul(load.pipeline.get()) > MOST_UNDER_WAY {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("more than {MOST_UNDER_WAY} bytes of requests on a connection"),
        ));
    }
    Ok(Speech {
        request,
        is_http: load.target.asked != Asked::Echo,
        pipeline: load.pipeline.get(),
    })
}

/// What one thread has to do.
struct Job<'a> {
    speech: &'a Speech,
    pace: Pace,
    first: usize,
    size: usize,
    route: Route,
    is_by_epoll: bool,
}

impl Job<'_> {
    fn work(self, control: &Control<'_>, ready: &Barrier) -> io::Result<Part> {
        let opened = connect::open(self.route, self.first, self.size, control);
        // Whatever came of it: the others wait for this thread, too.
        if ready.wait().is_leader() {
            let _first = control.start.set(Instant::now());
        }
        ready.wait();
        let before = thread_cpu();
        let mut crew = Crew::new(self.speech, self.pace, self.size);
        let mut made = Vec::with_capacity(self.size);
        for (number, stream) in opened?.into_iter().enumerate() {
            match stream {
                Ok(stream) => made.push(Some(stream)),
                Err(error) => {
                    crew.not_opened(number, connection_error(&error));
                    made.push(None);
                }
            }
        }
        // Interrupted, it may have fewer than it should.
        made.resize_with(self.size, || None);
        let opened = made.iter().flatten().count();
        let lines = Lines {
            made,
            route: self.route,
            first: self.first,
            repeated: self.speech.repeated(),
            length: self.speech.request.len(),
        };
        let mut shift = Shift::new(control);
        match self.is_by_epoll {
            true => epoll::play(&mut crew, lines, &mut shift)?,
            false => uring::play(&mut crew, lines, &mut shift)?,
        }
        Ok(Part {
            findings: crew.finish(),
            opened,
            cpu: thread_cpu().saturating_sub(before),
        })
    }
}

/// What connections are made of.
struct Lines {
    /// Those that there are when it begins.
    made: Vec<Option<TcpStream>>,
    route: Route,
    /// The number of the first, among those of all threads.
    first: usize,
    /// All requests that can be under way on a connection.
    repeated: Vec<u8>,
    /// Bytes of one of them.
    length: usize,
}

fn thread_cpu() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

fn connection_error(error: &io::Error) -> LoadError {
    LoadError::Connect(said(error))
}

fn lost_error(error: &io::Error) -> LoadError {
    LoadError::Lost(said(error))
}

/// The errno in words; see errno(3).
fn said(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(errno) => Errno::from_raw(errno).desc().to_lowercase(),
        None => error.to_string(),
    }
}

/// What a histogram says.
fn latency(latencies: &Histogram<u64>) -> Option<Latency> {
    if latencies.is_empty() {
        return None;
    }
    let at = |quantile| latencies.value_at_quantile(quantile);
    Some(Latency {
        min_ns: latencies.min(),
        mean_ns: latencies.mean(),
        p50_ns: at(0.5),
        p90_ns: at(0.9),
        p99_ns: at(0.99),
        p999_ns: at(0.999),
        max_ns: latencies.max(),
        bars: bars(latencies),
    })
}

/// Bars whose borders are 1, 2 and 5 times a power of ten.
fn bars(latencies: &Histogram<u64>) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    let mut borders = (0..).flat_map(|power| [1, 2, 5].map(|first| first * 10_u64.pow(power)));
    let mut from = borders.next().unwrap_or(1);
    let mut to = borders.next().unwrap_or(2);
    for value in latencies.iter_recorded() {
        while value.value_iterated_to() >= to {
            if !bars.is_empty() {
                bars.push(Bar {
                    from_ns: to,
                    to_ns: to,
                    count: 0,
                });
            }
            from = to;
            to = borders.next().unwrap_or(u64::MAX);
            if let Some(last) = bars.last_mut() {
                last.to_ns = to;
            }
        }
        if bars.is_empty() {
            bars.push(Bar {
                from_ns: from,
                to_ns: to,
                count: 0,
            });
        }
        if let Some(last) = bars.last_mut() {
            last.count += value.count_since_last_iteration();
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        for (all, count) in [(10, 3), (2, 4), (u64::MAX, 7)] {
            let sum: u128 = (0..count)
                .map(|nth| u128::from(share(all, nth, count)))
                .sum();
            assert_eq!(sum, u128::from(all));
        }
    }

    #[test]
    fn bars_are_without_gaps_and_hold_all() {
        let mut histogram = Findings::new().latencies;
        for value in [15, 19, 20, 400, 4_900] {
            histogram.saturating_record(value);
        }
        let bars = bars(&histogram);
        let told: Vec<_> = bars.iter().map(|bar| (bar.from_ns, bar.count)).collect();
        assert_eq!(
            told,
            [
                (10, 2),
                (20, 1),
                (50, 0),
                (100, 0),
                (200, 1),
                (500, 0),
                (1000, 0),
                (2000, 1)
            ]
        );
        for pair in bars.windows(2) {
            assert_eq!(pair[0].to_ns, pair[1].from_ns);
        }
        assert_eq!(latency(&Findings::new().latencies), None);
    }
}
