//! Numbers: connections, descriptors, tasks and calls.

use super::{CONNECTIONS, KIB, WINDOW, perform_all, story, tell, waves};
use crate::lessons::sockets::stories::{finish, noise, perform, round_trips};
use crate::model::{Crowd, Endpoint, Experiment, Limits, Move, Reading, Step};

/// Everything is observed where calls are counted.
const EVERYTHING: &[&str] = &[];

/// What a language's runtime has to settle.
const SETTLES_MS: u64 = 200;

/// How long calls are counted.
const COUNTED_MS: u64 = 2000;

/// Events of a run in which calls are counted: enough for whoever makes no more of them than it may.
const EVENTS: u64 = 60_000;

/// The hard limit of a server that runs out of descriptors.
pub(in crate::lessons::sockets::echo) const EXHAUSTED: u64 = 64;

/// Where a server has as many tasks as this, the rest need not be waited for.
const TOO_MANY_TASKS: u64 = 200;

/// Clients for which even a server with much else open has descriptors then.
const FEW: u32 = 20;

/// 2,000 connections of all endings.
pub(in crate::lessons::sockets::echo) fn churn(seed: u64) -> Vec<Experiment> {
    vec![story(
        "2,000 connections end in every way there is",
        seed,
        CONNECTIONS,
        |at, chance| {
            let mut first = round_trips(1, 100, chance);
            first.push(Move::Close);
            let first = Crowd::new("first", at.clone(), first).times(20);
            let mut steps = perform(first).to_vec();
            steps.extend([Step::AwaitRest, Step::Measure]);
            let mut answered = round_trips(1, 1000, chance);
            answered.push(Move::Close);
            let mut half_closed = vec![Move::Send(noise(1000, chance))];
            half_closed.extend([Move::Shutdown, Move::AwaitEnd]);
            let mut reset = round_trips(1, 1000, chance);
            reset.push(Move::Reset);
            let unread = vec![
                Move::Reads(Reading::Never),
                Move::Send(noise(100 * KIB, chance)),
                Move::Close,
            ];
            let silent = vec![Move::Close];
            let endings = [
                ("closed", 400, answered),
                ("half-closed", 400, half_closed),
                ("reset", 400, reset),
                ("unread", 300, unread),
                ("silent", 400, silent),
            ];
            for (name, count, moves) in endings {
                let crowd = Crowd::new(name, at.clone(), moves);
                steps.extend(perform_all(&waves(&crowd, count)));
            }
            // The server holds some of it when they go.
            let stuck = vec![
                Move::Reads(Reading::Never),
                Move::Send(noise(600 * KIB, chance)),
            ];
            let stuck = Crowd::new("stuck", at.clone(), stuck)
                .times(100)
                .with_window(WINDOW);
            steps.extend(perform(stuck));
            steps.push(Step::Dismiss("stuck".to_owned()));
            let last = Crowd::new("last", at.clone(), round_trips(1, 100, chance)).echoed();
            steps.extend(perform(last));
            steps.push(Step::Dismiss("last".to_owned()));
            steps.extend([Step::AwaitRest, Step::Measure]);
            steps
        },
    )]
}

/// 100 clients that have said something and now say nothing.
pub(in crate::lessons::sockets::echo) fn idle(seed: u64) -> Vec<Experiment> {
    let mut quiet = story(
        "100 clients are connected and say nothing for two seconds",
        seed,
        EVERYTHING,
        |at, chance| {
            let crowd = Crowd::new("idle", at.clone(), round_trips(1, 10, chance))
                .times(100)
                .echoed();
            let mut steps = perform(crowd).to_vec();
            steps.extend([Step::Pass { ms: SETTLES_MS }, Step::Pass { ms: COUNTED_MS }]);
            steps
        },
    );
    for run in &mut quiet.runs {
        run.limits.events = EVENTS;
    }
    vec![quiet]
}

/// 1,000 clients at once.
pub(in crate::lessons::sockets::echo) fn thousand(seed: u64) -> Vec<Experiment> {
    let mut many = story(
        "1,000 clients are connected",
        seed,
        CONNECTIONS,
        |at, chance| {
            let crowd = Crowd::new("clients", at.clone(), round_trips(2, 10, chance)).echoed();
            let mut steps = perform_all(&waves(&crowd, 1000));
            steps.push(Step::Measure);
            steps
        },
    );
    for run in &mut many.runs {
        run.limits.tasks = TOO_MANY_TASKS;
    }
    vec![many]
}

/// 10,000 clients at once, each served before and when all of them are there.
pub(in crate::lessons::sockets::echo) fn ten_thousand(seed: u64) -> Vec<Experiment> {
    vec![story(
        "10,000 clients are connected",
        seed,
        CONNECTIONS,
        |at, chance| {
            let first = Crowd::new("first", at.clone(), round_trips(1, 10, chance)).echoed();
            let mut moves = round_trips(1, 10, chance);
            moves.push(Move::AwaitTold);
            moves.extend(round_trips(1, 10, chance));
            let crowds = waves(&Crowd::new("clients", at.clone(), moves).echoed(), 10_000);
            let mut steps = perform(first).to_vec();
            steps.push(Step::Measure);
            steps.extend(perform_all(&crowds));
            steps.extend(crowds.iter().map(|crowd| tell(&crowd.name)));
            steps.extend(crowds.iter().map(|crowd| finish(&crowd.name)));
            steps.push(Step::Measure);
            steps
        },
    )]
}

/// 200 clients and 64 descriptors.
pub(in crate::lessons::sockets::echo) fn exhaustion(seed: u64) -> Vec<Experiment> {
    let mut exhausted = story(
        "200 clients want to be served with 64 descriptors",
        seed,
        EVERYTHING,
        |at, chance| {
            let mut moves = round_trips(1, 10, chance);
            moves.push(Move::AwaitTold);
            moves.extend(round_trips(2, 10, chance));
            let first = Crowd::new("first", at.clone(), moves).times(FEW).echoed();
            let many = Crowd::new("many", at.clone(), round_trips(1, 10, chance))
                .times(200 - FEW)
                .echoed();
            let mut steps = perform(first).to_vec();
            steps.extend([
                Step::Start(many),
                waits("many"),
                Step::Pass { ms: SETTLES_MS },
                Step::Pass { ms: COUNTED_MS },
                // Those that it has are served all the same.
                tell("first"),
                finish("first"),
                Step::Dismiss("first".to_owned()),
                waits("many"),
                Step::Dismiss("many".to_owned()),
                Step::AwaitRest,
            ]);
            steps.extend(perform(late(at, round_trips(1, 10, chance))));
            steps
        },
    );
    for run in &mut exhausted.runs {
        run.limits = Limits {
            files: (EXHAUSTED, EXHAUSTED),
            events: EVENTS,
            ..run.limits.clone()
        };
    }
    vec![exhausted]
}

fn late(at: &Endpoint, moves: Vec<Move>) -> Crowd {
    Crowd::new("late", at.clone(), moves).times(10).echoed()
}

/// Waits for clients of whom some are not served before others leave: a server may look for room
/// once a second.
fn waits(crowd: &str) -> Step {
    Step::AwaitClients {
        crowd: crowd.to_owned(),
        within_ms: 1500,
    }
}
