//! What the experiments with servers are put together from.

use crate::lessons::chance::Source;
use crate::model::{Crowd, Endpoint, Limits, Move, Payload, Run, Step};

/// What a client waits for a server at most where the server has work to do, in milliseconds on the
/// run's clock. Only a server that sleeps or computes for no good reason needs a fraction of it.
pub(in crate::lessons) const PATIENCE_MS: u64 = 20_000;

/// A port that no client gets by itself: below the ephemeral ones; ip(7).
pub(in crate::lessons) fn port(chance: &mut Source) -> u16 {
    chance.between(20_000, 30_000) as u16
}

/// A run of a server with these arguments: it is awaited, these steps follow, and all is over.
pub(in crate::lessons) fn serving(
    args: &[String],
    at: &Endpoint,
    watch: &[&str],
    steps: Vec<Step>,
) -> Run {
    let mut all = vec![Step::AwaitListening(at.clone())];
    all.extend(steps);
    all.push(Step::End);
    Run {
        args: args.to_vec(),
        steps: all,
        watch: watch.iter().map(|&word| word.to_owned()).collect(),
        buffer: 256,
        limits: Limits {
            time_ms: 60_000,
            cpu_ms: 60_000,
            events: 1_000_000,
            ..Limits::default()
        },
        ..Run::default()
    }
}

/// Starts a crowd and waits until it has done all that it can do.
pub(in crate::lessons) fn perform(crowd: Crowd) -> [Step; 2] {
    let name = crowd.name.clone();
    [Step::Start(crowd), finish(&name)]
}

/// Waits until a crowd has done all that it can do.
pub(in crate::lessons) fn finish(crowd: &str) -> Step {
    Step::AwaitClients {
        crowd: crowd.to_owned(),
        within_ms: PATIENCE_MS,
    }
}

/// So many bytes without pattern.
pub(in crate::lessons) fn noise(len: u64, chance: &mut Source) -> Payload {
    Payload::Noise {
        len,
        seed: chance.next(),
    }
}

/// Sends so many bytes and waits for them, so many times.
pub(in crate::lessons) fn round_trips(times: usize, len: u64, chance: &mut Source) -> Vec<Move> {
    (0..times)
        .flat_map(|_| [Move::Send(noise(len, chance)), Move::AwaitEcho])
        .collect()
}
