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

/// One crowd after the other; each is gone before the next begins.
pub(in crate::lessons) fn one_by_one(crowds: impl IntoIterator<Item = Crowd>) -> Vec<Step> {
    let mut steps = Vec::new();
    for crowd in crowds {
        let name = crowd.name.clone();
        steps.extend(perform(crowd));
        steps.push(Step::Dismiss(name));
    }
    steps
}

/// Lets a crowd go on, and waits for it.
pub(in crate::lessons) fn go_on(crowd: &str) -> [Step; 2] {
    [Step::Tell(crowd.to_owned()), finish(crowd)]
}

/// Each of these kinds of clients once, and then twice a hundred of each; what the server holds is measured
/// when it has settled, before and after.
pub(in crate::lessons) fn by_the_hundred(
    at: &Endpoint,
    kinds: &[(&str, Vec<Move>)],
    settle_ms: u64,
) -> Vec<Step> {
    let crowd = |name: String, moves: &[Move]| Crowd::new(&name, at.clone(), moves.to_vec());
    let once = (kinds.iter()).map(|(name, moves)| crowd(format!("{name}, once"), moves));
    let mut steps = one_by_one(once);
    steps.push(Step::Pass { ms: settle_ms });
    steps.push(Step::Measure);
    for (name, moves) in kinds {
        for half in ["", ", again"] {
            steps.extend(one_by_one([
                crowd(format!("{name}{half}"), moves).times(100)
            ]));
        }
    }
    // Whoever waits for what may still come has two chances.
    for ms in [settle_ms, 5 * settle_ms] {
        steps.push(Step::Pass { ms });
        steps.push(Step::Measure);
    }
    steps
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
