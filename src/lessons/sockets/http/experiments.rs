//! What each check makes a server live through.
//!
//! Judges work out from what clients send, and from what is there, what they should get: so a
//! crowd's requests are all that has to be said.

mod crowds;
mod load;
mod outside;

pub(super) use self::load::{IDLE, big_file, endings, idleness, resets, sigterm, slow_clients};
pub(super) use self::outside::{endless_headers, ways_out};

use self::crowds::{CALLS, CONNECTIONS, a_moment_after, asking, closing, get, story};
use super::site::target;
use super::wire::request;
use crate::lessons::sockets::stories::{PATIENCE_MS, finish, go_on, one_by_one, perform};
use crate::model::{Crowd, Experiment, Move, Payload, Reading, Step};

/// How long a server is given to read what has come, on the run's clock, in milliseconds.
const READING_MS: u64 = 30;

/// How long clients say nothing and go on: far below the five seconds after which the handout lets a
/// server close.
const PAUSE_US: u64 = 2_500_000;

/// Requests on one connection: as many as well-known servers take if nobody tells them otherwise.
const MANY: usize = 100;

/// Requests in one piece: less than the handout lets a single one have.
const AT_ONCE: usize = 20;

/// Small files with odd names, and a large one.
pub(super) fn files(seed: u64) -> Vec<Experiment> {
    let small = story("one file after the other", seed, CALLS, |at, site, _| {
        let mut targets = vec!["/".to_owned(), target(&site.small)];
        targets.push(format!("{}?query=1", target(&site.small)));
        targets.extend(site.odd.iter().map(|name| target(name)));
        // Hexadecimal digits are without case; RFC 3986.
        targets.push(target(&site.odd[1]).to_ascii_lowercase());
        targets.extend([
            target(&site.nested),
            target(&site.link),
            target(&site.directory),
            format!("{}/", target(&site.directory)),
        ]);
        one_by_one(targets.iter().map(|target| get(at, target)))
    });
    let large = story(
        "a file of 10 MiB to a client that reads late",
        seed,
        CALLS,
        |at, site, _| {
            let mut moves = vec![Move::Reads(Reading::WhenTold)];
            moves.extend(asking("GET", &target(&site.large), ""));
            let late = Crowd::new("late", at.clone(), moves)
                .keeping(crowds::KEPT)
                .expecting(site.noise.clone());
            let mut steps = vec![Step::Start(late), Step::Pass { ms: 200 }];
            steps.extend([Step::Tell("late".to_owned()), finish("late")]);
            steps
        },
    );
    vec![small, large]
}

/// HEAD, to the end of the connection, so that every byte is seen.
pub(super) fn heads(seed: u64) -> Vec<Experiment> {
    vec![story(
        "HEAD and nothing more",
        seed,
        CALLS,
        |at, site, chance| {
            let mut targets = vec!["/".to_owned(), target(&site.small), target(&site.large)];
            targets.extend(site.odd.iter().map(|name| target(name)));
            targets.extend([target(&site.directory), format!("/{}", chance.word(8))]);
            one_by_one(targets.iter().map(|target| closing(at, "HEAD", target)))
        },
    )]
}

/// What is not there, what is not GET, and what is not HTTP.
pub(super) fn refusals(seed: u64) -> Vec<Experiment> {
    let mut missing = story("names of nothing", seed, CALLS, |at, site, chance| {
        let word = chance.word(8);
        let targets = [
            format!("/{word}"),
            format!("/{word}/{word}.txt"),
            format!("{}/{word}", target(&site.small)),
            format!("{}/{word}.html", target(&site.directory)),
        ];
        let after = get(at, &target(&site.small));
        one_by_one(targets.iter().map(|target| get(at, target)).chain([after]))
    });
    for run in &mut missing.runs {
        // Each of the five may wait for the end of an answer that has none.
        run.limits.time_ms += 5 * PATIENCE_MS;
    }
    let methods = story("other methods", seed, CALLS, |at, site, _| {
        let name = target(&site.small);
        let plain = ["POST", "PUT", "DELETE"].map(|method| closing(at, method, &name));
        // The body of the first request looks like a request.
        let body = request("GET", "/", "");
        let first = |field: &str| request("POST", &name, &format!("{field}: {}\r\n", body.len()));
        let posting = |what: &str, mut moves: Vec<Move>| {
            moves.push(Move::AwaitResponse { to_head: false });
            moves.extend(asking("GET", &name, ""));
            moves.push(Move::Close);
            Crowd::new(what, at.clone(), moves).keeping(crowds::KEPT)
        };
        let send = |bytes: &[u8]| Move::Send(Payload::Bytes(bytes.to_vec()));
        // Names in the header are without case.
        let at_once = [first("content-length"), body.clone()].concat();
        let at_once = posting("POST with a body", vec![send(&at_once)]);
        let mut steps = one_by_one(plain.into_iter().chain([at_once]));
        let later = "POST with a body that comes later";
        let first = first("Content-Length");
        let moves = vec![send(&first), Move::AwaitTold, send(&body)];
        steps.extend(perform(posting(later, moves)));
        steps.push(Step::AwaitRest);
        steps.extend(go_on(later));
        steps.push(Step::Dismiss(later.to_owned()));
        steps.extend(one_by_one([get(at, &name)]));
        steps
    });
    let nonsense = story("what is no request", seed, CALLS, |at, site, chance| {
        let word = chance.word(7);
        let lines: [(&str, Vec<u8>); 5] = [
            ("a word", format!("{word}\r\n\r\n").into_bytes()),
            ("a method alone", b"GET\r\n\r\n".to_vec()),
            ("NUL bytes", b"\0\0\0\0\0\r\n\r\n".to_vec()),
            (
                "TLS",
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(),
            ),
            (
                "another protocol",
                format!(
                    "GET / {}/1.1\r\nHost: localhost\r\n\r\n",
                    word.to_uppercase()
                )
                .into_bytes(),
            ),
        ];
        let crowds = lines.map(|(name, line)| {
            let moves = vec![Move::Send(Payload::Bytes(line)), Move::AwaitTold];
            Crowd::new(name, at.clone(), moves).keeping(crowds::KEPT)
        });
        a_moment_after(crowds.into_iter().chain([get(at, &target(&site.small))]))
    });
    vec![missing, methods, nonsense]
}

/// Many requests on one connection, and those that end it.
pub(super) fn connections(seed: u64) -> Vec<Experiment> {
    let many = story(
        "a hundred requests on one connection",
        seed,
        CONNECTIONS,
        |at, site, _| {
            let names = [&site.small, &site.odd[0], &site.nested, &site.odd[1]];
            let mut moves = Vec::new();
            for (nth, name) in names.iter().cycle().take(MANY).enumerate() {
                let method = if nth % 5 == 4 { "HEAD" } else { "GET" };
                moves.extend(asking(method, &target(name), ""));
            }
            let crowd = Crowd::new("keeping on", at.clone(), moves);
            let crowd = crowd.keeping(crowds::KEPT * MANY as u32);
            perform(crowd).to_vec()
        },
    );
    let last = story(
        "requests that say that they are the last",
        seed,
        CALLS,
        |at, site, _| {
            let name = target(&site.small);
            let http_1_0 = format!("GET {name} HTTP/1.0\r\n\r\n").into_bytes();
            let requests: [(&str, Vec<u8>); 3] = [
                (
                    "Connection: close",
                    request("GET", &name, "Connection: close\r\n"),
                ),
                (
                    "connection: Close",
                    request("GET", &name, "connection: Close\r\n"),
                ),
                ("HTTP/1.0", http_1_0),
            ];
            a_moment_after(requests.map(|(says, request)| {
                let moves = vec![
                    Move::Send(Payload::Bytes(request)),
                    Move::AwaitResponse { to_head: false },
                    Move::AwaitTold,
                ];
                Crowd::new(says, at.clone(), moves).keeping(crowds::KEPT)
            }))
        },
    );
    let second = story(
        "a second request that says that it is the last",
        seed,
        CALLS,
        |at, site, _| {
            let mut moves = asking("GET", &target(&site.small), "");
            moves.extend(asking(
                "GET",
                &target(&site.nested),
                "Connection: close\r\n",
            ));
            moves.push(Move::AwaitTold);
            a_moment_after([Crowd::new("two requests", at.clone(), moves).keeping(crowds::KEPT)])
        },
    );
    let pausing = story(
        "a client says nothing for two and a half seconds between two requests",
        seed,
        CALLS,
        |at, site, _| {
            let mut moves = asking("GET", &target(&site.small), "");
            moves.push(Move::Pause { us: PAUSE_US });
            moves.extend(asking("GET", &target(&site.nested), ""));
            perform(Crowd::new("silent", at.clone(), moves).keeping(crowds::KEPT)).to_vec()
        },
    );
    vec![many, last, second, pausing]
}

/// Requests in two pieces, byte by byte, and several in one piece.
pub(super) fn pieces(seed: u64) -> Vec<Experiment> {
    let split = story(
        "a request in two pieces",
        seed,
        CALLS,
        |at, site, chance| {
            let whole = request("GET", &target(&site.small), "Accept: */*\r\n");
            let len = whole.len();
            let inside = chance.between(6, len as u64 - 8) as usize;
            let mut steps = Vec::new();
            for cut in [1, 4, inside, len - 4, len - 3, len - 2, len - 1] {
                let (first, second) = whole.split_at(cut);
                let mut moves = vec![
                    Move::Send(Payload::Bytes(first.to_vec())),
                    Move::AwaitTold,
                    Move::Send(Payload::Bytes(second.to_vec())),
                ];
                moves.extend([Move::AwaitResponse { to_head: false }, Move::Close]);
                let name = format!("split after byte {cut}");
                let crowd = Crowd::new(&name, at.clone(), moves).keeping(crowds::KEPT);
                steps.extend(perform(crowd));
                steps.push(Step::Pass { ms: READING_MS });
                steps.extend(go_on(&name));
            }
            steps
        },
    );
    let bytewise = story("a request byte by byte", seed, CALLS, |at, site, _| {
        let moves = vec![
            Move::Dribble {
                payload: Payload::Bytes(request("GET", &target(&site.small), "")),
                piece: 1,
                pause_us: 2000,
            },
            Move::AwaitResponse { to_head: false },
            Move::Close,
        ];
        one_by_one([Crowd::new("byte by byte", at.clone(), moves).keeping(crowds::KEPT)])
    });
    let joined = story(
        "three and a half requests at once",
        seed,
        CALLS,
        |at, site, chance| {
            let mut bytes = request("GET", &target(&site.small), "");
            bytes.extend(request("HEAD", &target(&site.nested), ""));
            bytes.extend(request("GET", &target(&site.odd[0]), ""));
            let last = request("GET", &target(&site.nested), "");
            let cut = chance.between(4, last.len() as u64 - 5) as usize;
            bytes.extend_from_slice(&last[..cut]);
            let response = |to_head| Move::AwaitResponse { to_head };
            let moves = vec![
                Move::Send(Payload::Bytes(bytes)),
                response(false),
                response(true),
                response(false),
                Move::Send(Payload::Bytes(last[cut..].to_vec())),
                response(false),
                Move::Close,
            ];
            one_by_one([Crowd::new("at once", at.clone(), moves).keeping(crowds::KEPT)])
        },
    );
    let many = story("twenty requests at once", seed, CALLS, |at, site, _| {
        let one = request("GET", &target(&site.small), "");
        let mut moves = vec![Move::Send(Payload::Bytes(one.repeat(AT_ONCE)))];
        moves.extend((0..AT_ONCE).map(|_| Move::AwaitResponse { to_head: false }));
        moves.push(Move::Close);
        let crowd = Crowd::new("at once", at.clone(), moves);
        one_by_one([crowd.keeping(crowds::KEPT * AT_ONCE as u32)])
    });
    let behind_large = story(
        "a request right behind one for 10 MiB",
        seed,
        CALLS,
        |at, site, _| {
            let mut bytes = request("GET", &target(&site.large), "");
            bytes.extend(request("GET", &target(&site.small), ""));
            let moves = vec![
                Move::Send(Payload::Bytes(bytes)),
                Move::AwaitResponse { to_head: false },
                Move::AwaitResponse { to_head: false },
                Move::Close,
            ];
            // Without what it says, only the last of the two can be seen.
            let crowd = Crowd::new("behind", at.clone(), moves);
            one_by_one([crowd])
        },
    );
    let pausing = story(
        "a client says nothing for two and a half seconds within a request",
        seed,
        CALLS,
        |at, site, _| {
            let mut half = request("GET", &target(&site.small), "");
            let rest = half.split_off(half.len() / 2);
            let moves = vec![
                Move::Send(Payload::Bytes(half)),
                Move::Pause { us: PAUSE_US },
                Move::Send(Payload::Bytes(rest)),
                Move::AwaitResponse { to_head: false },
            ];
            perform(Crowd::new("silent", at.clone(), moves).keeping(crowds::KEPT)).to_vec()
        },
    );
    vec![split, bytewise, joined, many, behind_large, pausing]
}
