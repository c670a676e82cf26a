//! Whether anything still moves, and how much time the program has had.
//!
//! The run's clock is made of two things only: processor time that the program used, and time in
//! which every one of its tasks slept. It stands still while a task is ready and waits for a
//! processor, or waits for the disk, or for us. So a loaded machine changes how long a run
//! takes, and not what is said about it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::model::Task;
use crate::sys::proc::{self, InCall, State};

use super::Tracer;
use super::task::Held;

/// Sleep that one sample may account for: a sampler that was itself kept waiting knows nothing of
/// the time in between.
const LONGEST_STEP: Duration = Duration::from_millis(20);

/// Samples in a row that must be the same before a program is at rest. Two would prove that no task
/// moved; the third is for what the kernel still carries about (a terminal's buffer, a packet).
const SAME: u32 = 3;

/// What one look at all tasks found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Every task sleeps, or is stopped.
    pub is_blocked: bool,
    /// Nothing has moved for some samples, in all of which every task slept.
    pub is_at_rest: bool,
    /// Resident memory of the tree, KiB.
    pub memory_kib: u64,
    /// Tasks alive.
    pub tasks: u64,
    /// Processor time of the tree so far.
    pub cpu: Duration,
    /// Time in which every task slept, so far.
    pub slept: Duration,
    /// Every task is in a group stop.
    pub is_stopped: bool,
}

impl Sample {
    /// The run's clock.
    pub fn clock(&self) -> Duration {
        self.cpu + self.slept
    }
}

/// Stops handled so far, and for each task its state and how often it has given up its processor:
/// whoever moves changes it.
pub(super) type Signature = (u64, Vec<(i32, State, u64)>);

/// Accounts kept between samples.
#[derive(Debug, Default)]
pub struct Books {
    /// Processor time of each live task, nanoseconds.
    cpu: HashMap<i32, u64>,
    /// Processor time of tasks that have ended.
    ended_cpu: u64,
    /// Zombies noted when a process was about to exit.
    zombies: HashMap<i32, Vec<Task>>,
    slept: Duration,
    last: Option<Instant>,
    signature: Option<Signature>,
    /// Samples in a row with this signature.
    same: u32,
    /// The signature at which the network was last found quiet.
    quiet: Option<Signature>,
    /// The same, without tasks that are held back until all others rest, and when it was seen.
    pub(super) others: Option<(Instant, Signature)>,
}

impl Books {
    /// Notes a task's processor time.
    pub fn note_cpu(&mut self, tid: i32, cpu: Option<u64>) {
        if let Some(cpu) = cpu {
            self.cpu.insert(tid, cpu);
        }
    }

    /// Processor time of the tree up to the last look.
    pub fn cpu(&self) -> Duration {
        Duration::from_nanos(self.ended_cpu + self.cpu.values().sum::<u64>())
    }

    /// The task has ended: its time stays on the books.
    pub fn forget(&mut self, tid: i32) {
        self.ended_cpu += self.cpu.remove(&tid).unwrap_or(0);
    }

    /// Keeps what was seen at a process' exit until its end is recorded.
    pub fn keep_zombies(&mut self, pid: i32, zombies: Vec<Task>) {
        if !zombies.is_empty() {
            self.zombies.insert(pid, zombies);
        }
    }

    /// Hands out what was kept.
    pub fn take_zombies(&mut self, pid: i32) -> Vec<Task> {
        self.zombies.remove(&pid).unwrap_or_default()
    }
}

impl Tracer {
    /// The outside world has acted: rest begins anew.
    pub fn disturb(&mut self) {
        self.rest.signature = None;
        self.rest.same = 0;
    }

    /// Looks at all tasks.
    pub fn sample(&mut self) -> Sample {
        let now = Instant::now();
        let step = self
            .rest
            .last
            .map_or(Duration::ZERO, |last| now - last)
            .min(LONGEST_STEP);
        self.rest.last = Some(now);
        let tids = self.who_may_move();
        let seen = tids.iter().map(look).collect::<Vec<_>>();
        // Threads share their memory; one that has ended has none, and the others still do.
        let mut resident: HashMap<i32, u64> = HashMap::new();
        for (tid, status) in tids.iter().zip(&seen) {
            let Some(task) = self.tasks.get(tid) else {
                continue;
            };
            let here = status
                .as_ref()
                .map_or(0, |(_, status)| status.memory.resident);
            let known = resident.entry(task.tgid).or_default();
            *known = here.max(*known);
            self.rest.note_cpu(*tid, proc::cpu_ns(*tid).ok());
        }
        let signature = self.signature_of(seen);
        let is_blocked = signature.is_some();
        if is_blocked {
            self.rest.slept += step;
        }
        let is_same = is_blocked && signature == self.rest.signature;
        self.rest.same = match is_same {
            true => self.rest.same + 1,
            false => u32::from(is_blocked),
        };
        let is_at_rest = self.rest.same >= SAME && self.is_network_quiet(&tids, &signature);
        self.rest.signature = signature;
        Sample {
            is_blocked,
            is_at_rest,
            memory_kib: resident.values().sum(),
            tasks: self.tasks.len() as u64,
            cpu: self.rest.cpu(),
            slept: self.rest.slept,
            is_stopped: !tids.is_empty() && self.tasks.values().all(|task| task.is_stopped),
        }
    }

    /// All whose rest is the program's: its tasks, its companion, its rings' workers.
    fn who_may_move(&self) -> Vec<i32> {
        let mut tids: Vec<i32> = self.tasks.keys().copied().collect();
        tids.sort_unstable();
        tids.extend(self.companion);
        tids.extend(self.ring_workers());
        tids
    }

    /// The kernel's own threads that do what a program's rings were asked for; see io_uring(7).
    /// They cannot be traced, and are listed among the program's threads.
    fn ring_workers(&self) -> Vec<i32> {
        if !self.options.has_rings {
            return Vec::new();
        }
        let mut workers: Vec<i32> = self
            .processes()
            .into_iter()
            .flat_map(|pid| proc::tasks(pid).unwrap_or_default())
            .filter(|tid| !self.tasks.contains_key(tid))
            .collect();
        workers.sort_unstable();
        workers
    }

    /// What these tasks show if every one of them is blocked. Two equal signatures in a row prove
    /// that between the two looks, all of them were blocked at the same time.
    pub(super) fn signature(&self, tids: &[i32]) -> Option<Signature> {
        self.signature_of(tids.iter().map(look))
    }

    /// The same, after a first look.
    fn signature_of(&self, seen: impl IntoIterator<Item = Option<Look>>) -> Option<Signature> {
        let can_be_blocked = |(tid, status): &Look| {
            let Some(task) = self.tasks.get(tid) else {
                return status.state == State::Sleeping;
            };
            if task.held == Some(Held::UntilTold) {
                return true;
            }
            task.held.is_none()
                && match status.state {
                    State::Sleeping | State::DiskSleep | State::Stopped | State::Zombie => true,
                    // A ptrace stop is rest only in a group stop; else we are about to handle it.
                    State::Traced => task.is_stopped,
                    _ => false,
                }
        };
        // Most of the time somebody runs, and the first look shows it.
        let seen: Vec<_> = seen.into_iter().collect::<Option<_>>()?;
        if seen.is_empty() || !seen.iter().all(can_be_blocked) {
            return None;
        }
        let has_vfork = self.tasks.values().any(|task| task.has_borrowed);
        let marks = seen.into_iter().map(|(tid, status)| {
            if matches!(status.state, State::Sleeping | State::DiskSleep) {
                // Who is about to sleep looks the same as who sleeps, also when it was preempted
                // just there and will find that it need not sleep. To answer this question, the
                // kernel waits until the task has left its processor: wait_task_inactive().
                let is_asleep = match proc::in_call(tid) {
                    Ok(InCall::Running) => false,
                    Ok(InCall::Call(nr, _)) if has_vfork && makes_a_child(nr) => true,
                    _ => status.state == State::Sleeping,
                };
                if !is_asleep {
                    return None;
                }
            }
            let status = proc::status(tid).ok()?;
            let mark = (tid, status.state, status.switches);
            can_be_blocked(&(tid, status)).then_some(mark)
        });
        Some((self.stops, marks.collect::<Option<_>>()?))
    }
}

/// A task, and what it is seen to do.
type Look = (i32, proc::Status);

/// Looks at a task; `None` if it is gone.
fn look(tid: &i32) -> Option<Look> {
    Some((*tid, proc::status(*tid).ok()?))
}

/// Whether a task waits in a call that ends only by what another one does.
pub(super) fn waits_for_good(tid: i32) -> bool {
    proc::blocked_in(tid).is_some_and(|(nr, args)| {
        let name = super::decode::name(nr).unwrap_or("");
        WAITS.iter().any(|(wait, limit)| {
            *wait == name
                && limit.is_none_or(|(at, forever)| {
                    args[at] == forever || args[at] as u32 as u64 == forever
                })
        })
    })
}

/// Whether a task that sleeps in this call, where no signal wakes it, may wait for its child of vfork(2)
/// to begin its program: for another task. Where there is no such child, it waits for memory, or for
/// somebody who moves processes between cgroups; that takes long on a busy machine, and is no rest.
fn makes_a_child(nr: u64) -> bool {
    let name = super::decode::name(nr).unwrap_or_default();
    matches!(name, "vfork" | "clone" | "clone3")
}

/// Calls that return only when somebody else does something: name, and the argument that holds
/// a time-out, with the value that means "for ever".
const WAITS: &[(&str, Option<(usize, u64)>)] = &[
    ("read", None),
    ("readv", None),
    ("write", None),
    ("writev", None),
    ("pause", None),
    ("rt_sigsuspend", None),
    ("wait4", None),
    ("waitid", None),
    ("accept", None),
    ("accept4", None),
    ("recvfrom", None),
    ("recvmsg", None),
    ("sendto", None),
    ("sendmsg", None),
    ("openat", None),
    ("poll", Some((2, FOREVER))),
    ("epoll_wait", Some((3, FOREVER))),
    ("epoll_pwait", Some((3, FOREVER))),
    ("epoll_pwait2", Some((3, 0))),
    ("ppoll", Some((2, 0))),
    ("select", Some((4, 0))),
    ("pselect6", Some((4, 0))),
    ("rt_sigtimedwait", Some((2, 0))),
    ("futex", Some((3, 0))),
    ("flock", None),
    ("fcntl", Some((1, libc::F_SETLKW as u64))),
    ("fcntl", Some((1, libc::F_OFD_SETLKW as u64))),
    ("semop", None),
];

/// A time-out of -1 milliseconds, as an int.
const FOREVER: u64 = 0xffff_ffff;

/// Calls that make a signal or a descriptor come to life later, by themselves.
pub const ALARMS: &[&str] = &["alarm", "setitimer", "timer_create", "timerfd_create"];

impl Tracer {
    /// Whether every task is blocked in a call that only somebody else can end, and nothing in
    /// the program (a time-out, an alarm) will.
    ///
    /// Says no when in doubt: then the clock decides.
    pub fn is_blocked_for_good(&self) -> bool {
        !self.has_alarm()
            && self.companion.is_none_or(waits_for_good)
            && self
                .tasks
                .iter()
                .all(|(tid, task)| task.is_stopped || waits_for_good(*tid))
            && self.has_not_moved()
    }

    /// Whether everybody still is where the last sample found them asleep. Who has woken up since, from
    /// a nap, may be about to make a call, and stopped there for us: it does not wait in that call.
    fn has_not_moved(&self) -> bool {
        let signature = self.signature(&self.who_may_move());
        signature.is_some() && signature == self.rest.signature
    }

    /// Whether nothing is on its way between the program and its clients. Tasks that show this
    /// signature have not moved since the last look.
    fn is_network_quiet(&mut self, tids: &[i32], signature: &Option<Signature>) -> bool {
        let Some(companion) = self.companion else {
            return true;
        };
        // A look is dear: the kernel goes through the sockets of all namespaces. It is needed once,
        // for nobody sends anything while nobody moves.
        if self.rest.quiet != *signature {
            // What was in flight may have arrived between the look at the tasks and the one at the
            // network: then somebody has moved.
            let is_quiet = !is_network_busy(companion) && self.signature(tids) == *signature;
            self.rest.quiet = signature.clone().filter(|_| is_quiet);
        }
        self.rest.quiet.is_some() && self.rest.quiet == *signature
    }
}

/// Whether the kernel has sent something, in this process' network namespace, that was not
/// acknowledged: it, or a repetition, is still on its way.
fn is_network_busy(pid: i32) -> bool {
    /// The retransmission timer runs; see proc_pid_net(5).
    const UNACKNOWLEDGED: u8 = 1;
    proc::tcp_sockets(pid)
        .iter()
        .any(|socket| socket.timer == UNACKNOWLEDGED)
}
