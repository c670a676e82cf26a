//! Clients that want what they are not to have: memory, and what is outside ROOT.

use super::crowds::{self, CALLS, a_moment_after, get, get_and_close, story};
use crate::lessons::sockets::http::site::target;
use crate::lessons::sockets::http::wire::request;
use crate::lessons::sockets::stories::{PATIENCE_MS, one_by_one, perform};
use crate::model::{Crowd, Experiment, Move, Payload, Step};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Bytes of a request that is to be taken; the handout says so.
const FAIR: usize = 4 * KIB;

/// How long after the last byte it is measured what the server holds of them.
const HOLDING_MS: u64 = 500;

/// Clients at once with a header of 1 MiB each.
const AT_ONCE: u32 = 50;

/// The longest part of a name that Linux takes has 255 bytes, and the longest path 4,095;
/// path_resolution(7).
const LONG_PART: usize = 300;
const LONG_PATH: usize = 5000;

/// A MiB of these bytes, again and again.
fn repeated(bytes: &[u8]) -> Payload {
    Payload::Repeated {
        bytes: bytes.to_vec(),
        times: (MIB / bytes.len()) as u64,
    }
}

/// Shapes of a header that is too long: three, each with its end and without.
const SHAPES: u64 = 6;

/// Headers of 1 MiB, in every shape, ended or not, and one that is to be taken.
pub(in crate::lessons::sockets::http) fn endless_headers(seed: u64) -> Vec<Experiment> {
    let mut shapes = story(
        "headers of 1 MiB, in every shape",
        seed,
        crowds::CONNECTIONS,
        |at, site, chance| {
            let name = target(&site.small);
            let letter = chance.letters(1);
            let line = format!("X-{}: {}\r\n", chance.word(5), chance.word(80)).into_bytes();
            let shapes = [
                ("a target of 1 MiB", "GET /".to_owned(), &letter),
                (
                    "a header line of 1 MiB",
                    format!("GET {name} HTTP/1.1\r\nX: "),
                    &letter,
                ),
                (
                    "header lines of 1 MiB together",
                    format!("GET {name} HTTP/1.1\r\n"),
                    &line,
                ),
            ];
            let mut crowds = Vec::new();
            for (shape, begin, again) in shapes {
                for (how, end) in [("", ""), (", ended", "\r\n\r\n")] {
                    let moves = vec![
                        Move::Send(Payload::Bytes(begin.clone().into_bytes())),
                        Move::Send(repeated(again)),
                        Move::Send(Payload::Bytes(end.into())),
                        Move::AwaitTold,
                    ];
                    let crowd = Crowd::new(&format!("{shape}{how}"), at.clone(), moves);
                    crowds.push(crowd.keeping(crowds::KEPT));
                }
            }
            a_moment_after(crowds.into_iter().chain([get(at, &name)]))
        },
    );
    // Whoever has refused a header need not read the rest of it, and each of these clients is waited for.
    for run in &mut shapes.runs {
        run.limits.time_ms += SHAPES * PATIENCE_MS;
    }
    let memory = story(
        "50 headers of 1 MiB at once",
        seed,
        crowds::CONNECTIONS,
        |at, site, chance| {
            let name = target(&site.small);
            let begin = format!("GET {name} HTTP/1.1\r\nX: ").into_bytes();
            let moves = vec![
                Move::Send(Payload::Bytes(begin)),
                Move::Send(repeated(&chance.letters(1))),
                Move::AwaitTold,
            ];
            let crowd = Crowd::new("endless", at.clone(), moves);
            let mut steps = one_by_one([get_and_close(at, "before", &name, 1)]);
            steps.push(Step::Measure);
            steps.extend(perform(crowd.times(AT_ONCE).keeping(crowds::KEPT)));
            steps.extend([
                Step::Pass { ms: HOLDING_MS },
                Step::Measure,
                Step::Look("endless".to_owned()),
            ]);
            steps.extend(perform(get(at, &name)));
            steps
        },
    );
    let fair = story(
        "a request of 4 KiB, in many lines",
        seed,
        CALLS,
        |at, site, chance| {
            let mut line = |len| format!("X-{}: {}\r\n", chance.word(5), chance.word(len));
            let name = target(&site.small);
            let one = line(60);
            let room = FAIR - request("GET", &name, "").len();
            let last = line(60 + room % one.len());
            let lines = one.repeat(room / one.len() - 1) + &last;
            let moves = vec![
                Move::Send(Payload::Bytes(request("GET", &name, &lines))),
                Move::AwaitResponse { to_head: false },
                Move::Close,
            ];
            one_by_one([Crowd::new("fair", at.clone(), moves).keeping(crowds::KEPT)])
        },
    );
    vec![fair, shapes, memory]
}

/// Every way to name what is not beneath ROOT, and names of nothing at all.
pub(in crate::lessons::sockets::http) fn ways_out(seed: u64) -> Vec<Experiment> {
    let out = story("ways out of ROOT", seed, CALLS, |at, site, _| {
        let secret = site.secret.trim_start_matches("/lab/");
        let sibling = site.sibling.trim_start_matches("/lab/");
        let directory = &site.directory;
        let absolute = &site.secret;
        let mut targets = vec![
            format!("/../{secret}"),
            format!("/../../lab/{secret}"),
            format!("/{directory}/../../{secret}"),
            format!("/{directory}/deep/../../../{secret}"),
            format!("/./../{secret}"),
            format!("/../{sibling}"),
            format!("/%2e%2e/{secret}"),
            format!("/.%2E/{secret}"),
            format!("/%2e%2e%2f{secret}"),
            format!("/..%2f{secret}"),
            format!("/{directory}/%2e%2e/%2e%2e/{secret}"),
            format!("/%252e%252e/{secret}"),
            format!("/..%252f{secret}"),
            format!("/....//{secret}"),
            format!("/..././{secret}"),
            format!("/{absolute}"),
            format!("//{absolute}"),
            format!("/%2f{}", absolute.trim_start_matches('/')),
            absolute.clone(),
            format!("http://localhost/../{secret}"),
            format!("http://localhost{absolute}"),
            format!("http://localhost/{absolute}"),
            format!("/..?/{secret}"),
            format!("../{secret}"),
        ];
        targets.extend(site.links_out[..2].iter().map(|name| target(name)));
        targets.push(format!("/{}/{secret}", site.links_out[2]));
        targets.push(format!("/{}/{sibling}", site.links_out[2]));
        targets.push(format!("/{directory}/../{}/{secret}", site.links_out[2]));
        let after = get(at, &target(&site.small));
        one_by_one(targets.iter().map(|target| get(at, target)).chain([after]))
    });
    let names = story("names that are none", seed, CALLS, |at, site, _| {
        let name = target(&site.small);
        let part = format!("/{}", "n".repeat(LONG_PART));
        let path = format!("/{}", "n/".repeat(LONG_PATH / 2));
        let crowds = [
            ("a NUL behind the name", format!("{name}%00")),
            (
                "a NUL and an ending behind the name",
                format!("{name}%00.html"),
            ),
            ("a NUL alone", "/%00".to_owned()),
            ("a name of 300 bytes", part),
            ("a path of 5,000 bytes", path),
        ];
        let crowds = crowds.map(|(what, target)| get_and_close(at, what, &target, 1));
        one_by_one(crowds.into_iter().chain([get(at, &name)]))
    });
    vec![out, names]
}
