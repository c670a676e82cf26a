//! Ends: of clients in the middle of things, and of the server.

use super::{CONNECTIONS, KIB, MIB, WATCH, WINDOW, perform_all, story, tell, waves};
use crate::lessons::chance::Source;
use crate::lessons::sockets::stories::{finish, noise, perform, round_trips};
use crate::lessons::stories::{trigger, words};
use crate::model::{Arming, Crowd, Endpoint, Experiment, Move, Reading, Role, Step, Strike};

/// What the handout promises is a second; the judge is half a second more patient.
const EXIT_WITHIN_MS: u64 = 1500;

/// Calls in which servers wait. Not read(2), which runtimes call hundreds of times as they start.
const WAITS: &[&str] = &[
    "accept",
    "accept4",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "rt_sigtimedwait",
    "rt_sigsuspend",
    "pause",
];

/// SIGTERM to an idle server, also as soon as it listens and just before each call in which it waits,
/// and under load.
pub(in crate::lessons::sockets::echo) fn sigterm(seed: u64) -> Vec<Experiment> {
    let exit = || Step::AwaitExit {
        within_ms: EXIT_WITHIN_MS,
    };
    let idle = story("SIGTERM while nobody is connected", seed, WATCH, |_, _| {
        vec![Step::AwaitRest, Step::Signal(libc::SIGTERM), exit()]
    });
    let listening = story("SIGTERM as soon as it listens", seed, WATCH, |_, _| {
        vec![exit()]
    })
    .swept(
        &[Strike::SignalAfter(libc::SIGTERM)],
        trigger(&[&["listen"]], Role::Any, Arming::Begin),
    );
    let mut before = story(
        "SIGTERM just before each call in which it waits",
        seed,
        WATCH,
        |_, _| vec![exit()],
    )
    .swept(
        &[Strike::SignalBefore(libc::SIGTERM)],
        trigger(&[WAITS], Role::Waiting, Arming::Begin),
    );
    // So that the call that follows the handler is shown.
    for run in &mut before.runs {
        run.watch.extend(words(WAITS));
        run.watch.extend(words(&["rt_sigreturn"]));
    }
    let connected = story(
        "SIGTERM while eight clients are connected",
        seed,
        WATCH,
        |at, chance| {
            let mut steps = perform(bystanders(at, chance)).to_vec();
            // Not until it rests: whoever never does is another check's.
            steps.extend([Step::Pass { ms: 100 }, Step::Signal(libc::SIGTERM), exit()]);
            steps.extend([tell("bystanders"), finish("bystanders")]);
            steps
        },
    );
    let loaded = story(
        "SIGTERM while ten clients send and read and ten never read",
        seed,
        CONNECTIONS,
        |at, chance| {
            let mut steps = perform(bystanders(at, chance)).to_vec();
            let moves = vec![
                Move::Reads(Reading::Never),
                Move::Send(noise(3 * MIB, chance)),
            ];
            let stalled = Crowd::new("never reading", at.clone(), moves)
                .times(10)
                .with_window(WINDOW);
            steps.extend(perform(stalled));
            // More than can be sent before the signal comes.
            let moves = vec![Move::Send(noise(1 << 40, chance))];
            steps.push(Step::Start(Crowd::new("busy", at.clone(), moves).times(10)));
            steps.extend([
                Step::Pass { ms: 200 },
                Step::Signal(libc::SIGTERM),
                exit(),
                tell("bystanders"),
                finish("bystanders"),
            ]);
            steps
        },
    );
    vec![idle, listening, before, connected, loaded]
}

/// Clients that would notice if somebody served them when the server has ended.
fn bystanders(at: &Endpoint, chance: &mut Source) -> Crowd {
    let mut moves = round_trips(1, 1, chance);
    moves.push(Move::AwaitTold);
    moves.extend(round_trips(1, 10, chance));
    Crowd::new("bystanders", at.clone(), moves)
        .times(8)
        .echoed()
}

/// A start on a port on which connections of an earlier run are left.
pub(in crate::lessons::sockets::echo) fn restarts(seed: u64) -> Vec<Experiment> {
    let mut restarted = story(
        "an earlier run on this port was killed while clients were connected",
        seed,
        WATCH,
        |at, chance| {
            let moves = round_trips(2, 100, chance);
            perform(Crowd::new("clients", at.clone(), moves).times(5).echoed()).to_vec()
        },
    );
    for run in &mut restarted.runs {
        run.predecessor = run.args.first().and_then(|port| port.parse().ok());
    }
    vec![restarted]
}

/// Clients that vanish: between two messages, in the middle of one, with answers on their way, and
/// as soon as they have sent.
pub(in crate::lessons::sockets::echo) fn resets(seed: u64) -> Vec<Experiment> {
    let after = |at: &Endpoint, chance: &mut Source| {
        let crowd = Crowd::new("after", at.clone(), round_trips(2, 100, chance)).echoed();
        // Who is about to end has ended then.
        [vec![Step::AwaitRest], perform(crowd).to_vec()].concat()
    };
    let between = story(
        "600 clients reset their connections when they have their answer",
        seed,
        CONNECTIONS,
        |at, chance| {
            let mut moves = round_trips(1, 1000, chance);
            moves.push(Move::Reset);
            let crowd = Crowd::new("resetters", at.clone(), moves);
            let mut steps = perform_all(&waves(&crowd, 600));
            steps.extend(after(at, chance));
            steps
        },
    );
    let writing = story(
        "200 clients never read, and reset when no more is taken from them",
        seed,
        CONNECTIONS,
        |at, chance| {
            // The server holds some of it when they go.
            let moves = vec![
                Move::Reads(Reading::Never),
                Move::Send(noise(600 * KIB, chance)),
                Move::AwaitTold,
                Move::Reset,
            ];
            let crowd = Crowd::new("resetters", at.clone(), moves)
                .times(100)
                .with_window(WINDOW);
            // These do not get rid of all that they would send.
            let stuck = vec![
                Move::Reads(Reading::Never),
                Move::Send(noise(3 * MIB, chance)),
            ];
            let stuck = Crowd::new("stuck", at.clone(), stuck)
                .times(100)
                .with_window(WINDOW);
            let mut steps = perform(crowd).to_vec();
            steps.extend(perform(stuck));
            steps.extend([
                tell("resetters"),
                Step::Dismiss("stuck".to_owned()),
                finish("resetters"),
            ]);
            steps.extend(after(at, chance));
            steps
        },
    );
    let gone = |kib: u64| {
        let told = format!(
            "{kib} KiB and the end of them arrive while it is stopped, and nobody is there any more"
        );
        story(&told, seed, WATCH, |at, chance| {
            let moves = vec![
                Move::Reads(Reading::Never),
                Move::Send(noise(kib * KIB, chance)),
                Move::Close,
            ];
            let crowd = Crowd::new("gone", at.clone(), moves).times(50);
            let mut steps =
                perform(Crowd::new("before", at.clone(), round_trips(1, 100, chance)).echoed())
                    .to_vec();
            steps.push(Step::Signal(libc::SIGSTOP));
            steps.extend(perform(crowd));
            steps.push(Step::Signal(libc::SIGCONT));
            steps.extend(after(at, chance));
            steps
        })
    };
    vec![between, writing, gone(1), gone(100), gone(240)]
}
