//! What each check makes a server live through.

mod bytes;
mod ends;
mod numbers;

pub(super) use bytes::{bursts, echoes, floods, half_closes, late_readers, stalls};
pub(super) use ends::{resets, restarts, sigterm};
pub(super) use numbers::{EXHAUSTED, churn, exhaustion, idle, ten_thousand, thousand};

use crate::lessons::chance::Source;
use crate::lessons::sockets::stories::{perform, port, serving};
use crate::lessons::stories::experiment;
use crate::model::{Crowd, Endpoint, Experiment, Limits, Step};

/// What is observed: sockets, what moves through them, and what is waited in.
const WATCH: &[&str] = &["desc", "network", "process"];

/// Where only who connects and who goes is observed: what moves through connections would be tens
/// of thousands of events.
const CONNECTIONS: &[&str] = &[
    "socket", "bind", "listen", "accept", "accept4", "close", "process",
];

/// A receive buffer that is soon full.
const WINDOW: u32 = 4096;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The soft limit of descriptors that a server begins with, and the hard one up to which it may
/// raise it.
const FILES: (u64, u64) = (1024, 12_000);

/// Tasks that a server may have: more than are good for it, and enough for one each.
const TASKS: u64 = 3000;

/// A story about a server on a port of its own.
fn story(
    story: &str,
    seed: u64,
    watch: &[&str],
    steps: impl FnOnce(&Endpoint, &mut Source) -> Vec<Step>,
) -> Experiment {
    let mut chance = Source::new(seed, story);
    let port = port(&mut chance);
    let at = Endpoint::Tcp(port);
    let steps = steps(&at, &mut chance);
    let mut run = serving(&[port.to_string()], &at, watch, steps);
    run.limits = Limits {
        files: FILES,
        tasks: TASKS,
        ..run.limits
    };
    experiment(story, run)
}

/// Clients that connect at once where nothing else is asked for: every queue has room for them.
const WAVE: u32 = 100;

/// So many clients, wave after wave, each of which does all that it can do before the next one
/// comes; the name is completed by the wave's number.
fn waves(crowd: &Crowd, count: u32) -> Vec<Crowd> {
    let name = |wave: u32| format!("{} {wave}", crowd.name);
    (1..=count.div_ceil(WAVE))
        .map(|wave| Crowd {
            name: name(wave),
            count: WAVE.min(count - (wave - 1) * WAVE),
            ..crowd.clone()
        })
        .collect()
}

/// Starts one after the other.
fn perform_all(crowds: &[Crowd]) -> Vec<Step> {
    crowds.iter().cloned().flat_map(perform).collect()
}

/// Whoever waits to be told is told.
fn tell(crowd: &str) -> Step {
    Step::Tell(crowd.to_owned())
}
