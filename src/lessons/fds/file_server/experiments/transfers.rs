//! Transfers of large files: by which calls, in how many parts, and while the file changes.

use super::MIB;
use super::crowds::{CALLS, CONNECTIONS, answers_len, expecting, fetching, get, story};
use crate::lessons::chance::Source;
use crate::lessons::fds::file_server::judges::LATE;
use crate::lessons::fds::file_server::shelf::Item;
use crate::lessons::sockets::stories::{finish, go_on, one_by_one};
use crate::lessons::stories::{trigger, words};
use crate::model::{Action, Arming, Experiment, Fault, Limits, Move, Payload, Reading, Role, Step};

/// Calls by which bytes of a file can move, with or without the program.
const MOVERS: &[&str] = &[
    "desc",
    "network",
    "process",
    "mmap",
    "!epoll_wait",
    "!close",
];

/// A file much larger than what the buffers of a connection hold, some 5 MiB on loopback.
const LARGE: u64 = 16 * MIB;

/// What a client asks for by whose calls it is judged.
const BIG: u64 = 32 * MIB;

/// What does not fit into 32 bits, signed or not, nor into two calls.
const HUGE: u64 = 5 << 30;

/// Counts that are left of calls which ask for more. Three, so that what goes into a pipe and what
/// comes out are not always the same.
const SHORT: [u64; 3] = [40_009, 30_011, 20_021];

/// The calls that this happens to.
const SENDS: &[&str] = &["sendfile", "splice", "write", "writev", "sendto", "sendmsg"];

/// Calls of a server that tries again and again are recorded up to here.
const EVENTS: u64 = 20_000;

/// A file of 32 MiB, to a client that reads.
pub(in crate::lessons::fds::file_server) fn big(seed: u64) -> Vec<Experiment> {
    let item = Item::noise("big.bin", BIG, &mut Source::new(seed, "big"));
    let also = [item.clone()];
    vec![story(
        "a file of 32 MiB, by which calls",
        seed,
        MOVERS,
        &also,
        |at, _, _| one_by_one([fetching(at, "reader", &[&item])]),
    )]
}

/// Clients that read late, and calls that move less than they are asked to.
pub(in crate::lessons::fds::file_server) fn partial(seed: u64) -> Vec<Experiment> {
    let chance = &mut Source::new(seed, "partial");
    let item = Item::noise("late.bin", LARGE, chance);
    let also = [item.clone()];
    let late = story(
        "four clients want 16 MiB of one file, and read late",
        seed,
        CONNECTIONS,
        &also,
        |at, shelf, _| {
            let crowd = |name: &str| {
                let items = [&item, &shelf.small];
                let mut crowd = fetching(at, name, &items);
                crowd.moves.insert(0, Move::Reads(Reading::WhenTold));
                crowd.times(2)
            };
            let mut steps = Vec::new();
            // The second two begin when the first two are in the middle.
            for name in ["first", "second"] {
                steps.extend([Step::Start(crowd(name)), Step::AwaitRest]);
            }
            // All are told before one is waited for: whether they wait for each other is not asked.
            steps.extend(["first", "second"].map(|name| Step::Tell(name.to_owned())));
            steps.extend(["first", "second"].map(finish));
            steps
        },
    );
    let item = Item::noise("short.bin", 2 * MIB + chance.between(1, 4000), chance);
    let also = [item.clone()];
    let mut short = story(
        "three clients want 2 MiB of one file, and calls move less than they are asked to",
        seed,
        CALLS,
        &also,
        |at, shelf, _| one_by_one([fetching(at, "readers", &[&item, &shelf.small]).times(3)]),
    );
    let faults = SHORT.iter().zip(1..).map(|(bytes, first)| Fault {
        trigger: crate::model::Trigger {
            first,
            every: SHORT.len() as u32,
            ..trigger(&[SENDS], Role::Any, Arming::Begin)
        },
        action: Action::Short(*bytes),
    });
    let faults: Vec<Fault> = faults.collect();
    for run in &mut short.runs {
        run.faults.clone_from(&faults);
    }
    vec![late, short]
}

/// 5 GiB, nearly all of them zeros.
pub(in crate::lessons::fds::file_server) fn huge(seed: u64) -> Vec<Experiment> {
    let chance = &mut Source::new(seed, "huge");
    let end = chance.letters(1000);
    let item = Item::hole("huge.img", HUGE, end);
    let also = [item.clone()];
    let mut told = story(
        "a file of 5 GiB and 1,000 bytes, and a small one behind it",
        seed,
        CONNECTIONS,
        &also,
        |at, shelf, _| {
            let crowd = fetching(at, "reader", &[&item, &shelf.small]);
            let name = crowd.name.clone();
            vec![
                Step::Start(crowd),
                Step::AwaitClients {
                    crowd: name,
                    within_ms: Limits::default().time_ms * 12,
                },
            ]
        },
    );
    for run in &mut told.runs {
        // Whoever moves it in small parts needs a few seconds, and a slow machine needs more.
        run.limits.time_ms = 150_000;
        run.limits.cpu_ms = 150_000;
    }
    vec![told]
}

/// Files that get shorter, and longer, while a client that reads late has some of them.
pub(in crate::lessons::fds::file_server) fn changing(seed: u64) -> Vec<Experiment> {
    let chance = &mut Source::new(seed, "changing");
    let mut told = Vec::new();
    for (to, how) in [
        (8 * MIB, "8 MiB shorter, behind what has been sent"),
        (0, "empty"),
    ] {
        let item = Item::noise("changing.bin", LARGE, chance);
        let also = [item.clone()];
        let shrunk = resized(&item, to);
        let story_told = format!("a file of 16 MiB becomes {how} while it is sent");
        told.push(story(&story_told, seed, MOVERS, &also, |at, shelf, _| {
            let moves = vec![Move::Reads(Reading::WhenTold), get(&item), Move::AwaitEnd];
            let late = expecting(at, LATE, &[&item], moves);
            let mut steps = vec![Step::Start(late), Step::AwaitRest, shrunk];
            steps.extend(go_on(LATE));
            steps.extend(one_by_one([fetching(at, "after", &[&shelf.small])]));
            steps
        }));
    }
    let item = Item::noise("growing.bin", LARGE, chance);
    let also = [item.clone()];
    let grown = resized(&item, LARGE + 3 * MIB);
    told.push(story(
        "a file of 16 MiB becomes longer while it is sent",
        seed,
        MOVERS,
        &also,
        |at, shelf, _| {
            let items = [&item, &shelf.small];
            let moves = vec![
                Move::Reads(Reading::WhenTold),
                get(&item),
                Move::AwaitReceived(answers_len(&items[..1])),
                get(&shelf.small),
                Move::AwaitReceived(answers_len(&items)),
                Move::Close,
            ];
            let late = expecting(at, LATE, &items, moves);
            let mut steps = vec![Step::Start(late), Step::AwaitRest, grown];
            steps.extend(go_on(LATE));
            steps
        },
    ));
    for run in told.iter_mut().flat_map(|one| &mut one.runs) {
        run.limits.events = EVENTS;
        run.watch = words(MOVERS);
    }
    told
}

/// The file becomes so long.
fn resized(item: &Item, len: u64) -> Step {
    let content = match item.parts.first() {
        Some(Payload::Noise { seed, .. }) => Payload::Noise { len, seed: *seed },
        _ => Payload::Bytes(Vec::new()),
    };
    Step::Resize {
        path: item.path(),
        content,
    }
}
