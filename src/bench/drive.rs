//! Plays the outside world during a run: standard streams, signals, waiting, limits.
//!
//! The [`Driver`] and the tracer share one thread: between two pumps of the tracer the driver
//! does what can be done now, and writes it on the same time line.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::crowds::Crowds;
use super::inputs;
use super::job::Job;
use super::listening;
use super::memory::MemoryWatch;
use super::streams::Streams;
use super::writers::Writers;
use crate::model::{LimitKind, Limits, Run, Step, World};
use crate::tracer::Tracer;
use crate::tracer::rest::Sample;

/// Wall-clock time after which a run is given up, as a multiple of its time limit. What ends
/// here was starved by the machine, and nothing can be said about the program.
const PATIENCE: u32 = 30;

/// How long a program that never rests, since it looks every few milliseconds, is waited for.
const RESTLESS: Duration = Duration::from_millis(300);

/// The same of a server, which its clients keep awake. It is not at fault for that here: what is wrong
/// with it, a check of its own says.
const UNREST: Duration = Duration::from_secs(1);

/// How often what is dear is looked at: whether a program that never waits listens; what memory there
/// is that does not show in an address space.
pub(super) const SELDOM: Duration = Duration::from_millis(100);

/// How long nothing may move where output is waited for. A moment of rest in the middle of work is
/// possible on a busy machine; half a second of it is not.
const SILENCE: Duration = Duration::from_millis(500);

/// The outside world of one run.
pub struct Driver {
    lab: PathBuf,
    host_uid: u32,
    streams: Streams,
    crowds: Option<Crowds>,
    writers: Writers,
    memory: MemoryWatch,
    /// Why the clients cannot go on, if so.
    trouble: Option<String>,
    /// It is time for a look at the program.
    is_tick: bool,
    /// When all sockets were looked at.
    looked_around: Instant,
    /// A Look has been asked for and not been answered.
    is_looking: bool,
    /// The world has stopped the program.
    is_stopped_by_us: bool,
    steps: VecDeque<Step>,
    limits: Limits,
    scale: f64,
    is_stalled: bool,
    output: u64,
    /// The clock when the current AwaitExit, AwaitGone or Pass began.
    step_began: Option<Duration>,
    was_signalled: bool,
    /// Since when nothing has moved while output was waited for.
    silent_since: Option<Duration>,
    /// A sweep's signal has come while the program was waited for.
    was_struck: bool,
    last: Sample,
    /// Stops that the tracer had handled at the last look.
    sampled_at: u64,
    started: Instant,
    /// In a reference run of a sweep, rest ends the run: there is no strike to wait for.
    is_reference: bool,
    ended_at: Option<Duration>,
    is_over: bool,
}

/// How a run stands after the driver had its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Go on.
    On,
    /// The run is over: kill what is left.
    Over,
    /// The machine did not give the program the time that it needs.
    Starved,
    /// The outside world itself is broken.
    Broken(String),
}

impl Driver {
    /// The world of this run, at these ends of its streams.
    pub fn new(job: &Job, run: &Run, streams: Streams, crowds: Option<Crowds>) -> Self {
        Self {
            lab: job.lab.clone(),
            host_uid: job.host_uid,
            streams,
            crowds,
            writers: Writers::new(&job.lab),
            memory: MemoryWatch::default(),
            trouble: None,
            is_tick: false,
            looked_around: Instant::now(),
            is_looking: false,
            is_stopped_by_us: false,
            steps: run.steps.iter().cloned().collect(),
            limits: run.limits.clone(),
            scale: job.timeout_scale,
            is_stalled: false,
            output: 0,
            step_began: None,
            was_signalled: false,
            silent_since: None,
            was_struck: false,
            last: Sample::default(),
            sampled_at: 0,
            started: Instant::now(),
            is_reference: job.is_reference,
            ended_at: None,
            is_over: false,
        }
    }

    /// Does what can be done now.
    pub fn turn(&mut self, tracer: &mut Tracer, is_tick: bool) -> Turn {
        self.is_tick = is_tick;
        self.receive(tracer);
        if let Some(crowds) = &mut self.crowds
            && let Err(error) = crowds.listen()
        {
            self.trouble.get_or_insert(error.to_string());
        }
        if self.writers.turn(tracer) {
            self.last.is_at_rest = false;
            tracer.disturb();
        }
        if tracer.stops() != self.sampled_at {
            // Something has happened since the last look: the rest that it saw is over.
            self.last.is_at_rest = false;
        }
        while self.step(tracer) {}
        if is_tick {
            self.last = tracer.sample();
            self.sampled_at = tracer.stops();
        }
        if self.is_over {
            return Turn::Over;
        }
        if let Some(why) = self.trouble.take() {
            return Turn::Broken(format!("the clients: {why}"));
        }
        if let Some((kind, figure)) = self.exceeded(tracer) {
            let site = tracer.halt();
            tracer.record_limit(kind, figure, site);
            self.is_over = true;
            return Turn::Over;
        }
        if tracer.has_ended() && !self.wants_to_see() {
            return self.after_the_end(tracer);
        }
        let patience = Duration::from_millis(self.limits.time_ms).mul_f64(self.scale) * PATIENCE;
        if self.started.elapsed() > patience {
            Turn::Starved
        } else {
            Turn::On
        }
    }

    /// The first process has ended: what it left behind may finish what it is doing.
    fn after_the_end(&mut self, tracer: &Tracer) -> Turn {
        const GRACE: Duration = Duration::from_millis(500);
        let since = *self.ended_at.get_or_insert(self.last.clock());
        let is_done = tracer.is_empty()
            || self.last.is_at_rest
            || self.last.clock().saturating_sub(since) > GRACE;
        if is_done { Turn::Over } else { Turn::On }
    }

    /// Reads what the program has written until now.
    pub fn receive(&mut self, tracer: &mut Tracer) {
        self.output += self
            .streams
            .receive(self.is_stalled, self.limits.output, tracer);
    }

    /// Reads the rest, also of a stalled stream, when all is over.
    pub fn receive_rest(&mut self, tracer: &mut Tracer) {
        self.is_stalled = false;
        self.receive(tracer);
    }

    /// Tries the first step; true if it is done and the next may be tried.
    fn step(&mut self, tracer: &mut Tracer) -> bool {
        let Some(step) = self.steps.front_mut() else {
            return false;
        };
        let has_ended = tracer.has_ended();
        let is_done = match step {
            // What its clients have seen is of interest also when the program is no more, and what it
            // has left behind.
            _ if has_ended && !outlives(step) => true,
            Step::Send(bytes) => self.streams.send(bytes, tracer),
            Step::AwaitTaken => self.last.is_at_rest || self.streams.is_taken(),
            Step::AwaitOutput(bytes) => {
                self.step_began.get_or_insert(self.last.clock());
                self.streams.take_output(bytes)
            }
            Step::CloseInput => {
                self.streams.close_input(tracer);
                true
            }
            Step::StallOutput => {
                self.is_stalled = true;
                true
            }
            Step::ResumeOutput => {
                self.is_stalled = false;
                self.receive(tracer);
                true
            }
            Step::AwaitRest => {
                // Where no client comes, a program that works is waited for, however long that takes.
                let (now, longest) = match self.crowds {
                    Some(_) => (self.last.clock(), UNREST),
                    None => (self.last.slept, RESTLESS),
                };
                let waited = since(&mut self.step_began, now);
                if self.last.is_at_rest {
                    tracer.record_rest();
                }
                self.last.is_at_rest || waited > longest
            }
            Step::AwaitStrike => {
                let waited = since(&mut self.step_began, self.last.clock());
                self.last.is_at_rest || tracer.was_struck() || waited > RESTLESS
            }
            Step::Signal(signo) => {
                let signo = *signo;
                // In a trial of a sweep the strike was the signal; a second one would hide that
                // the first was lost.
                if !tracer.was_signalled_by_fault() {
                    tracer.record(World::Signalled(signo));
                    tracer.signal_first(signo);
                }
                match signo {
                    libc::SIGSTOP => self.is_stopped_by_us = true,
                    libc::SIGCONT => self.is_stopped_by_us = false,
                    _ => {}
                }
                self.was_signalled = true;
                true
            }
            Step::CloseOutput => {
                self.streams.close_output(tracer);
                true
            }
            Step::AwaitExit { .. } | Step::AwaitGone(_) => {
                self.step_began.get_or_insert(self.last.clock());
                // Whoever is struck late is not late.
                if tracer.was_signalled_by_fault() && !self.was_struck {
                    self.was_struck = true;
                    self.step_began = Some(self.last.clock());
                }
                tracer.is_empty()
            }
            Step::Pass { ms } => {
                let ms = *ms;
                let passed = since(&mut self.step_began, self.last.clock());
                let is_over = passed >= Duration::from_millis(ms);
                if is_over {
                    tracer.record(World::Passed(ms));
                }
                is_over
            }
            Step::ListZombies => {
                tracer.record_zombies();
                true
            }
            Step::Inspect => {
                tracer.record_state();
                true
            }
            Step::Replace(file) => {
                match inputs::replace(&self.lab, self.host_uid, file) {
                    Ok(()) => tracer.record(World::Replaced(file.path.clone())),
                    Err(error) => {
                        let why = format!("cannot replace {}: {error}", file.path);
                        self.trouble.get_or_insert(why);
                    }
                }
                true
            }
            Step::Resize { path, content } => {
                match inputs::resize(&self.lab, path, content) {
                    Ok(len) => tracer.record(World::Resized(path.clone(), len)),
                    Err(error) => {
                        let why = format!("cannot resize {path}: {error}");
                        self.trouble.get_or_insert(why);
                    }
                }
                true
            }
            Step::Measure => {
                tracer.record(World::Measured(tracer.measure()));
                true
            }
            Step::Write(path, bytes) => {
                self.writers.write(path, bytes);
                true
            }
            Step::HangUp(path) => {
                self.writers.hang_up(path);
                true
            }
            Step::Release => {
                tracer.release();
                true
            }
            Step::End => {
                self.is_over = true;
                false
            }
            Step::AwaitListening(endpoint) => {
                // A look at all sockets is dear: when the program waits, and now and then.
                let is_due =
                    self.is_tick && (self.last.is_blocked || self.looked_around.elapsed() > SELDOM);
                let is_there = is_due && {
                    self.looked_around = Instant::now();
                    listening::is_open(tracer.first(), endpoint)
                };
                if is_there {
                    tracer.record(World::Listening(endpoint.clone()));
                }
                is_there
            }
            Step::Start(_)
            | Step::AwaitClients { .. }
            | Step::Tell(_)
            | Step::Look(_)
            | Step::Dismiss(_) => self.direct(tracer).unwrap_or_else(|error| {
                self.trouble.get_or_insert(error.to_string());
                false
            }),
        };
        if is_done {
            self.steps.pop_front();
            self.step_began = None;
            // What was seen before the world acted says nothing of what comes of it.
            self.last.is_at_rest = false;
            tracer.disturb();
        }
        is_done
    }

    /// Whether there is something to be seen that does not end with the first process.
    pub fn wants_to_see(&self) -> bool {
        !self.is_over && self.steps.iter().any(outlives)
    }

    /// Does the first step, which is about clients; true if it is done.
    fn direct(&mut self, tracer: &mut Tracer) -> io::Result<bool> {
        let (Some(crowds), Some(step)) = (&mut self.crowds, self.steps.front()) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        if let Some(crowd) = crowd_of(step)
            && !crowds.is_known(crowd)
        {
            // The program had ended before they were to start.
            return Ok(true);
        }
        match step {
            Step::Start(crowd) => {
                tracer.record(World::Started(crowd.name.clone(), crowd.count));
                crowds.begin(crowd)?;
            }
            Step::Tell(crowd) => {
                tracer.record(World::Told(crowd.clone()));
                crowds.tell(crowd)?;
            }
            Step::Dismiss(crowd) => {
                tracer.record(World::Dismissed(crowd.clone()));
                crowds.dismiss(crowd)?;
            }
            Step::Look(crowd) => {
                if !std::mem::replace(&mut self.is_looking, true) {
                    crowds.look(crowd)?;
                }
                let Some(seen) = crowds.take_seen() else {
                    return Ok(false);
                };
                self.is_looking = false;
                for sighting in seen {
                    tracer.record(World::Saw(Box::new(sighting)));
                }
            }
            Step::AwaitClients { crowd, within_ms } => {
                let waited = since(&mut self.step_began, self.last.clock());
                let is_late = waited > Duration::from_millis(*within_ms).mul_f64(self.scale);
                let is_done = crowds.is_idle(crowd)
                    || is_late
                    || self.last.is_at_rest && tracer.is_blocked_for_good();
                if is_done {
                    let look = Step::Look(crowd.clone());
                    self.steps.insert(1, look);
                }
                return Ok(is_done);
            }
            _ => {}
        }
        Ok(true)
    }

    /// The limit that has been reached, if any.
    fn exceeded(&mut self, tracer: &Tracer) -> Option<(LimitKind, u64)> {
        let ms = |time: Duration| time.as_millis() as u64;
        let scale = self.scale;
        let scaled = |ms: u64| Duration::from_millis(ms).mul_f64(scale);
        let Limits {
            time_ms,
            cpu_ms,
            memory_kib,
            tasks,
            output,
            events,
            ..
        } = self.limits;
        if self.output > output {
            return Some((LimitKind::Output, output));
        }
        if tracer.len() as u64 > events {
            return Some((LimitKind::Events, events));
        }
        if self.last.tasks > tasks {
            return Some((LimitKind::Tasks, tasks));
        }
        if self
            .memory
            .exceeds(memory_kib, self.last.memory_kib, tracer)
        {
            return Some((LimitKind::Memory, memory_kib));
        }
        if tracer.has_ended() && !matches!(self.steps.front(), Some(Step::AwaitGone(_))) {
            return None;
        }
        if self.last.cpu > scaled(cpu_ms) {
            return Some((LimitKind::Cpu, cpu_ms));
        }
        if let Some(Step::AwaitExit { within_ms } | Step::AwaitGone(within_ms)) = self.steps.front()
            && let Some(since) = self.step_began
        {
            let waited = self.last.clock().saturating_sub(since);
            let is_stuck = self.last.is_at_rest && tracer.is_blocked_for_good();
            if self.is_reference && self.last.is_at_rest {
                return Some((LimitKind::Stuck, ms(waited)));
            }
            if is_stuck || waited > scaled(*within_ms) {
                return Some((LimitKind::Exit, *within_ms));
            }
        }
        let is_silent = matches!(self.steps.front(), Some(Step::AwaitOutput(_)))
            && self.last.is_at_rest
            && tracer.is_blocked_for_good();
        if is_silent {
            let waited = since(&mut self.silent_since, self.last.clock());
            if waited > SILENCE {
                return Some((LimitKind::Stuck, ms(waited)));
            }
        } else {
            self.silent_since = None;
        }
        if self.last.is_at_rest && self.last.is_stopped && !self.is_stopped_by_us {
            return Some((LimitKind::Stopped, ms(self.last.clock())));
        }
        let waits_for_it = matches!(self.steps.front(), None | Some(Step::AwaitListening(_)));
        if waits_for_it && self.last.is_at_rest && tracer.is_blocked_for_good() {
            return Some((LimitKind::Stuck, ms(self.last.clock())));
        }
        (self.last.clock() > scaled(time_ms)).then_some((LimitKind::Time, time_ms))
    }
}

/// The crowd that a step about one that has been started speaks of.
fn crowd_of(step: &Step) -> Option<&str> {
    match step {
        Step::Tell(crowd)
        | Step::Look(crowd)
        | Step::Dismiss(crowd)
        | Step::AwaitClients { crowd, .. } => Some(crowd),
        _ => None,
    }
}

/// How long ago this began; it does now, if it had not.
fn since(began: &mut Option<Duration>, now: Duration) -> Duration {
    now.saturating_sub(*began.get_or_insert(now))
}

fn outlives(step: &Step) -> bool {
    crowd_of(step).is_some() || matches!(step, Step::AwaitGone(_))
}
