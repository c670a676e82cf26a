//! What single clients ask for, and in which pieces.

use super::{CALLS, CONNECTIONS, READING_MS};
use super::{crowd, finish, in_turn, last, one_by_one, perform, send, story};
use crate::lessons::sockets::fd_pass::judges::SETTLE_MS;
use crate::lessons::sockets::fd_pass::store::{DEVICES, SOCKET, open};
use crate::model::{Experiment, Move, Payload, Reading, Step};

/// Bytes in the line that is too long, and in the one that is not.
const LONG: u64 = 1 << 20;
const FAIR: usize = 4096;

/// Each file, twice, and from several clients at once, who leave when they have what they want.
pub(in crate::lessons::sockets::fd_pass) fn names(seed: u64) -> Vec<Experiment> {
    let leaving = |name: &str, mut moves: Vec<Move>| {
        moves.push(Move::Close);
        crowd(name, moves)
    };
    let each = story("one file after the other", seed, CALLS, |store, _| {
        let no_text = vec![send(open(&store.no_text)), Move::AwaitLines(1)];
        one_by_one([
            leaving("asking", in_turn(&store.files)),
            leaving("asking for a name that is not UTF-8", no_text),
        ])
    });
    let again = story(
        "the same file again, when the first descriptor was read to its end",
        seed,
        CALLS,
        |store, _| {
            let name = &store.files[0];
            let twice = leaving("asking twice", in_turn([name, name]));
            let others = leaving("others", in_turn([name, &store.files[1]])).times(5);
            one_by_one([twice, others])
        },
    );
    let link = story("a link to a file inside", seed, CALLS, |store, _| {
        let moves = vec![send(open("inside")), Move::AwaitReceived(3)];
        one_by_one([leaving("following", moves), last("after", store)])
    });
    vec![each, again, link]
}

/// Requests in pieces, several at once, and such as have no end.
pub(in crate::lessons::sockets::fd_pass) fn pieces(seed: u64) -> Vec<Experiment> {
    let split = story("a request in two pieces", seed, CALLS, |store, chance| {
        let whole = open(&store.files[1]);
        let len = whole.len();
        let inside = chance.between(6, len as u64 - 2) as usize;
        let split = |cut| (format!("split after byte {cut}"), Vec::new(), cut);
        let mut pieces = [1, 5, inside, len - 1].map(split).to_vec();
        let behind = "split behind another".to_owned();
        pieces.push((behind, open(&store.files[0]), 3));
        let mut steps = Vec::new();
        for (name, before, cut) in pieces {
            let answers = if before.is_empty() { 1 } else { 2 };
            let moves = vec![
                send([&before, &whole[..cut]].concat()),
                Move::AwaitTold,
                send(&whole[cut..]),
                Move::AwaitLines(answers),
            ];
            steps.extend(perform(crowd(&name, moves)));
            steps.extend([
                Step::Pass { ms: READING_MS },
                Step::Tell(name.clone()),
                finish(&name),
            ]);
            steps.push(Step::Dismiss(name));
        }
        let bytewise = Move::Dribble {
            payload: Payload::Bytes(whole),
            piece: 1,
            pause_us: 2000,
        };
        let bytewise = crowd("byte by byte", vec![bytewise, Move::AwaitReceived(3)]);
        steps.extend(one_by_one([bytewise]));
        steps
    });
    let joined = story("fifty requests at once", seed, CALLS, |store, chance| {
        let mut bytes = Vec::new();
        for _ in 0..48 {
            let name = &store.files[chance.between(0, store.files.len() as u64 - 1) as usize];
            bytes.extend(open(name));
        }
        bytes.extend(open("nothing at all"));
        bytes.extend(open(&store.files[2]));
        let cut = bytes.len() - 3;
        let moves = vec![
            Move::Reads(Reading::WhenTold),
            send(&bytes[..cut]),
            send(&bytes[cut..]),
            // An error has a word or more beside.
            Move::AwaitReceived(49 * 3 + 6),
        ];
        let mut steps = vec![Step::Start(crowd("at once", moves))];
        steps.extend([
            Step::Pass { ms: 5 * READING_MS },
            Step::Tell("at once".to_owned()),
            finish("at once"),
            Step::Pass { ms: READING_MS },
            Step::Look("at once".to_owned()),
        ]);
        steps
    });
    let torn = story(
        "a line that its sender did not end",
        seed,
        CALLS,
        |store, _| {
            let line = open(&store.files[0]);
            let torn = vec![
                send(&line[..line.len() - 1]),
                Move::Shutdown,
                Move::AwaitEnd,
            ];
            one_by_one([crowd("torn", torn), last("after", store)])
        },
    );
    let other = story("what is no request", seed, CALLS, |store, chance| {
        let word = chance.word(8);
        let asking =
            |name: &str, line: String| crowd(name, vec![send(line), Move::AwaitReceived(6)]);
        one_by_one([
            asking("a word", format!("{word}\n")),
            asking("an empty line", "\n".to_owned()),
            asking("another verb", format!("close {}\n", store.files[0])),
            asking("the verb in capitals", format!("OPEN {}\n", store.files[0])),
            asking("no blank", format!("openX{}\n", store.files[0])),
            asking("a tab", format!("open\t{}\n", store.files[0])),
            last("after", store),
        ])
    });
    let long = story("lines of 1 MiB", seed, CONNECTIONS, |store, chance| {
        let letters = Payload::Repeated {
            bytes: chance.letters(1),
            times: LONG,
        };
        let endless = |name: &str, end: &str| {
            let moves = vec![
                send("open "),
                Move::Send(letters.clone()),
                send(end),
                Move::AwaitTold,
            ];
            crowd(name, moves)
        };
        let mut steps = Vec::new();
        for crowd in [endless("endless", ""), endless("very long", "\n")] {
            let name = crowd.name.clone();
            steps.extend(perform(crowd));
            steps.extend([
                Step::Pass { ms: SETTLE_MS },
                Step::Look(name.clone()),
                Step::Dismiss(name),
            ]);
        }
        steps.extend(one_by_one([last("after", store)]));
        steps
    });
    let fair = story("a line of 4 KiB", seed, CALLS, |store, chance| {
        let mut name = format!("{}/", chance.word(40)).repeat(FAIR / 40);
        name.truncate(FAIR - open("").len());
        let mut bytes = open(&name);
        bytes.extend(open(&store.files[0]));
        // "error", a blank, and "ok", each with its newline.
        let moves = vec![send(bytes), Move::AwaitReceived(10)];
        one_by_one([crowd("fair", moves)])
    });
    vec![split, joined, torn, other, fair, long]
}

/// Every way to name what is not a regular file beneath ROOT.
pub(in crate::lessons::sockets::fd_pass) fn ways_out(seed: u64) -> Vec<Experiment> {
    let asking = |name: &str| {
        let what = match name.len() {
            0..=60 => format!("open {name}"),
            len => format!("open a name of {len} bytes"),
        };
        crowd(&what, vec![send(open(name)), Move::AwaitReceived(6)])
    };
    let out = story("ways out of ROOT", seed, CALLS, |store, _| {
        let crowds = store.refused.iter().map(|name| asking(name));
        one_by_one(crowds.chain([last("after", store)]))
    });
    let fifo = story("a FIFO that nobody writes to", seed, CALLS, |store, _| {
        one_by_one([asking(&store.fifo), last("after", store)])
    });
    let mut devices = story("devices", seed, CALLS, |_, chance| {
        // In another order each time.
        let mut names = vec!["null", "zero", "full", "random", "urandom", "tty", "shm"];
        let mut crowds = Vec::new();
        while !names.is_empty() {
            let pick = chance.between(0, names.len() as u64 - 1) as usize;
            crowds.push(asking(names.swap_remove(pick)));
        }
        one_by_one(crowds)
    });
    for run in &mut devices.runs {
        run.args = vec![SOCKET.to_owned(), DEVICES.to_owned()];
    }
    vec![fifo, out, devices]
}
