//! Signals, and clients that take their time.

use super::{CERT, CURIOUS, KEPT, KEY, WATCH};
use super::{finish, half_a_hello, looking, perform, plain, polite, random, replaced, story};
use crate::lessons::chance::Source;
use crate::lessons::sockets::stories::noise;
use crate::lessons::sockets::tls::hello::{self, V1_1, V1_2};
use crate::lessons::sockets::tls::pair::Pair;
use crate::model::{Crowd, Endpoint, Experiment, Move, Payload, Step, Tls};

/// How long the end may take: a second, as the handout says, and half a second more.
const WITHIN_MS: u64 = 1500;

/// Clients that are stuck in the handshake.
const STUCK: u32 = 50;

/// Who comes meanwhile.
pub(in crate::lessons::sockets::tls) const OTHERS: &str = "others";

/// How long those may take who come meanwhile: shorter than any server may wait for one that is
/// stuck; the handout says so.
const MEANWHILE_MS: u64 = 4000;

/// How long a client may take over its first message, in any case: well below the five seconds that the
/// handout gives it.
const PAUSE_US: u64 = 2_500_000;

/// How long after SIGHUP new connections may still get the old certificate: a second, as the
/// handout says, and half a second more.
const RELOADED_MS: u64 = 1500;

/// A client that lives through all of it.
pub(in crate::lessons::sockets::tls) const OLD: &str = "old";

/// Clients of one version each, beside those that look at the chain under 1.2.
pub(in crate::lessons::sockets::tls) const NEWEST: &str = "TLS 1.3";
pub(in crate::lessons::sockets::tls) const OUTDATED: &str = "TLS 1.1";

/// A client that is served and stays.
fn staying(name: &str, at: &Endpoint, source: &mut Source) -> Crowd {
    let moves = vec![
        Move::Send(noise(500, source)),
        Move::AwaitEcho,
        Move::AwaitTold,
        Move::Send(noise(500, source)),
        Move::AwaitEcho,
        Move::Shutdown,
    ];
    Crowd::new(name, at.clone(), moves)
        .echoed()
        .with_tls(Tls::Any)
}

/// SIGTERM: idle, with connections, and with handshakes that are under way.
pub(in crate::lessons::sockets::tls) fn stops(seed: u64) -> Vec<Experiment> {
    let told = |story_of: &str, before: &dyn Fn(&Endpoint, &mut Source) -> Vec<Step>| {
        story(story_of, seed, WATCH, |at, source| {
            let mut steps = before(at, source);
            steps.extend([Step::Signal(libc::SIGTERM), Step::AwaitGone(WITHIN_MS)]);
            steps
        })
    };
    vec![
        told("SIGTERM while nobody is there", &|_, _| {
            vec![Step::AwaitRest]
        }),
        told("SIGTERM while three connections are open", &|at, source| {
            let mut steps: Vec<Step> = (0..3)
                .flat_map(|nth| perform(staying(&format!("{OLD} {nth}"), at, source)))
                .collect();
            steps.push(Step::AwaitRest);
            steps
        }),
        told("SIGTERM while somebody shakes hands", &|at, source| {
            let half = half_a_hello(source);
            let mut steps = perform(plain("half", at, half, &[Move::AwaitTold])).to_vec();
            steps.push(Step::AwaitRest);
            steps
        }),
    ]
}

/// Fifty that have sent half of their first message, all of it, or nothing, and then others; and one
/// that goes on in time.
pub(in crate::lessons::sockets::tls) fn slow_handshakes(seed: u64) -> Vec<Experiment> {
    let others = |at: &Endpoint, source: &mut Source| {
        let crowd = polite(OTHERS, at, Tls::Any, &[1000, 1000], source).times(5);
        [
            Step::Start(crowd),
            Step::AwaitClients {
                crowd: OTHERS.to_owned(),
                within_ms: MEANWHILE_MS,
            },
        ]
    };
    let half = format!("{STUCK} clients stop in the middle of their first message");
    let whole = format!("{STUCK} clients stop behind their first message");
    let silent = format!("{STUCK} clients connect and say nothing");
    let late = "a client takes two and a half seconds over its first message";
    let stuck = |at: &Endpoint, bytes| plain("stuck", at, bytes, &[Move::AwaitTold]).times(STUCK);
    vec![
        story(&half, seed, WATCH, |at, source| {
            let half = half_a_hello(source);
            [perform(stuck(at, half)), others(at, source)].concat()
        }),
        story(&whole, seed, WATCH, |at, source| {
            let whole = hello::client_hello(V1_2, &random(source));
            [perform(stuck(at, whole)), others(at, source)].concat()
        }),
        story(&silent, seed, WATCH, |at, source| {
            let silent = Crowd::new("silent", at.clone(), vec![Move::AwaitTold]).times(STUCK);
            [perform(silent), others(at, source)].concat()
        }),
        story(late, seed, WATCH, |at, source| {
            let mut half = hello::client_hello(V1_2, &random(source));
            let rest = half.split_off(half.len() / 2);
            let then = [
                Move::Pause { us: PAUSE_US },
                Move::Send(Payload::Bytes(rest)),
                Move::AwaitReceived(1),
                Move::AwaitTold,
            ];
            let mut steps = perform(plain(CURIOUS, at, half, &then).keeping(KEPT)).to_vec();
            steps.extend([Step::AwaitRest, Step::Look(CURIOUS.to_owned())]);
            steps
        }),
    ]
}

/// A client of each version.
fn of_each_version(when: &str, at: &Endpoint, source: &mut Source) -> Vec<Step> {
    let name = |what: &str| format!("{what}, {when}");
    let (newest, curious, outdated) = (name(NEWEST), name(CURIOUS), name(OUTDATED));
    let mut steps = perform(polite(&newest, at, Tls::V13, &[1000], source)).to_vec();
    for (name, version) in [(curious, V1_2), (outdated, V1_1)] {
        steps.extend(looking(&name, at, version, source));
        steps.push(Step::Dismiss(name));
    }
    steps
}

/// New files, broken files, files that do not belong together; and a client that stays.
///
/// Which certificate the clients should be shown that come after each SIGHUP, the judge finds in the
/// last pair that was whole. What a server lacks before the first one is the subject of other checks:
/// so clients of each version come then, too.
pub(in crate::lessons::sockets::tls) fn reloads(seed: u64) -> Vec<Experiment> {
    let hup = |name: &str, at: &Endpoint, source: &mut Source| {
        let mut steps = vec![Step::Signal(libc::SIGHUP), Step::Pass { ms: RELOADED_MS }];
        steps.extend(perform(polite(name, at, Tls::Any, &[1000], source)));
        steps.extend(of_each_version(name, at, source));
        steps
    };
    let beginning = |at: &Endpoint, source: &mut Source| {
        let mut steps = perform(staying(OLD, at, source)).to_vec();
        steps.extend(of_each_version("at first", at, source));
        steps
    };
    let ending = || [Step::Tell(OLD.to_owned()), finish(OLD)];
    let renewed = |source: &mut Source| Pair::new(&source.word(8));
    vec![
        story(
            "SIGHUP, and the files have changed",
            seed,
            WATCH,
            |at, source| {
                let mut steps = beginning(at, source);
                for name in ["first new", "second new"] {
                    let pair = renewed(source);
                    steps.push(replaced(CERT, pair.certificates));
                    steps.push(replaced(KEY, pair.key));
                    steps.extend(hup(name, at, source));
                }
                steps.extend(ending());
                steps
            },
        ),
        story("SIGHUP, and a file is broken", seed, WATCH, |at, source| {
            let mut steps = beginning(at, source);
            let pair = renewed(source);
            let half = pair.certificates.len() / 3;
            steps.push(replaced(CERT, &pair.certificates[..half]));
            steps.push(replaced(KEY, pair.key.clone()));
            steps.extend(hup("broken certificate", at, source));
            steps.push(replaced(CERT, pair.certificates));
            steps.push(replaced(KEY, "no key\n"));
            steps.extend(hup("broken key", at, source));
            steps.push(replaced(KEY, pair.key));
            steps.extend(hup("both whole again", at, source));
            steps.extend(ending());
            steps
        }),
        story(
            "SIGHUP, and the key of the new certificate is not there yet",
            seed,
            WATCH,
            |at, source| {
                let mut steps = beginning(at, source);
                let pair = renewed(source);
                steps.push(replaced(CERT, pair.certificates));
                steps.extend(hup("without its key", at, source));
                steps.push(replaced(KEY, pair.key));
                steps.extend(hup("with its key", at, source));
                steps.extend(ending());
                steps
            },
        ),
    ]
}
