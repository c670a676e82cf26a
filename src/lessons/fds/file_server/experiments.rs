//! What each check makes a server live through.
//!
//! A client says for itself what should come ([`Crowd::stream`]) where that is known to the byte.
//! Where a message is free, or a file may be served or refused, what may come follows from the
//! requests that it sends, and from what is there.

mod crowds;
mod load;
mod transfers;

pub(super) use self::load::{endings, resets, sigterm, stalls};
pub(super) use self::transfers::{big, changing, huge, partial};

use self::crowds::{CALLS, KEPT, asking, fetching, fetching_at_once, label, request, story};
use super::shelf::Item;
use crate::lessons::sockets::stories::{go_on, one_by_one, perform};
use crate::model::{Crowd, Experiment, Move, Step};

/// How long a server is given to read what has come, on the run's clock, in milliseconds.
const READING_MS: u64 = 30;

const MIB: u64 = 1 << 20;

/// The longest part of a name that Linux takes has 255 bytes; path_resolution(7).
const LONG_PART: usize = 300;

/// Files of all sizes, one connection each, on one connection, and asked for in all ways.
pub(super) fn files(seed: u64) -> Vec<Experiment> {
    let each = story(
        "each file on a connection of its own",
        seed,
        CALLS,
        &[],
        |at, shelf, _| {
            let all = shelf.odd.iter().chain([&shelf.nested]);
            one_by_one(all.map(|item| fetching(at, &label(item), &[item, &shelf.small])))
        },
    );
    let together = story(
        "all files on one connection, one after the other",
        seed,
        CALLS,
        &[],
        |at, shelf, _| {
            let mut all: Vec<&Item> = shelf.odd.iter().collect();
            all.extend([&shelf.nested, &shelf.small]);
            one_by_one([fetching(at, "all files", &all)])
        },
    );
    let pieces = story(
        "several requests at once, and requests in pieces",
        seed,
        CALLS,
        &[],
        |at, shelf, chance| {
            let items = [&shelf.small, &shelf.odd[3], &shelf.nested, &shelf.odd[0]];
            let mut steps = one_by_one([fetching_at_once(at, "four at once", &items)]);
            let mut half_more =
                fetching(at, "one and a half at once", &[&shelf.small, &shelf.nested]);
            let next = request(shelf.nested.name.as_bytes());
            let (head, tail) = next.split_at(chance.between(1, next.len() as u64 - 1) as usize);
            let first = [&request(shelf.small.name.as_bytes())[..], head].concat();
            half_more.moves[0] = crowds::send(first);
            half_more.moves[2] = crowds::send(tail.to_vec());
            steps.extend(one_by_one([half_more]));
            let whole = request(shelf.small.name.as_bytes());
            let inside = chance.between(5, whole.len() as u64 - 2) as usize;
            for cut in [1, inside, whole.len() - 1] {
                let name = format!("split after byte {cut}");
                let mut crowd = fetching(at, &name, &[&shelf.small]);
                let (first, second) = whole.split_at(cut);
                crowd.moves.splice(
                    0..1,
                    [
                        crowds::send(first.to_vec()),
                        Move::AwaitTold,
                        crowds::send(second.to_vec()),
                    ],
                );
                steps.extend(perform(crowd));
                steps.push(Step::Pass { ms: READING_MS });
                steps.extend(go_on(&name));
            }
            steps
        },
    );
    let missing = story(
        "names of nothing, and a file behind each",
        seed,
        CALLS,
        &[],
        |at, shelf, chance| {
            let word = chance.word(8);
            let names = [
                word.clone(),
                format!("{word}/{word}.txt"),
                format!("{}/{word}.txt", shelf.directory),
            ];
            one_by_one(names.map(|name| asking(at, name.as_bytes(), &shelf.small)))
        },
    );
    let mut large_chance = crate::lessons::chance::Source::new(seed, "large");
    let large = Item::noise("large.bin", 100 * MIB, &mut large_chance);
    let large = story(
        "a file of 100 MiB, and a small one behind it",
        seed,
        CALLS,
        std::slice::from_ref(&large),
        |at, shelf, _| one_by_one([fetching_at_once(at, "100 MiB", &[&large, &shelf.small])]),
    );
    vec![each, together, pieces, missing, large]
}

/// Every way to name what is not beneath ROOT, and what is beneath it and no file.
pub(super) fn ways_out(seed: u64) -> Vec<Experiment> {
    let out = story("ways out of ROOT", seed, CALLS, &[], |at, shelf, _| {
        let secret = shelf.secret.trim_start_matches("/lab/");
        let sibling = shelf.sibling.trim_start_matches("/lab/");
        let directory = &shelf.directory;
        let absolute = &shelf.secret;
        let [relative_link, absolute_link, up] = &shelf.links_out;
        let names = [
            format!("../{secret}"),
            format!("/../{secret}"),
            format!("./../{secret}"),
            format!("../../lab/{secret}"),
            format!("{directory}/../../{secret}"),
            format!("{directory}/deep/../../../{secret}"),
            format!("../{sibling}"),
            format!("....//{secret}"),
            format!("..././{secret}"),
            format!("..//{secret}"),
            absolute.clone(),
            format!("/{absolute}"),
            relative_link.clone(),
            absolute_link.clone(),
            format!("{up}/{secret}"),
            format!("{up}/{sibling}"),
            format!("{directory}/../{up}/{secret}"),
        ];
        one_by_one(names.map(|name| asking(at, name.as_bytes(), &shelf.small)))
    });
    let others = story(
        "names of what is no file, and names that are none",
        seed,
        CALLS,
        &[],
        |at, shelf, _| {
            let small = &shelf.small.name;
            let names = [
                shelf.directory.clone(),
                shelf.fifo.clone(),
                String::new(),
                ".".to_owned(),
                shelf.link.clone(),
                format!("{small}/{small}"),
                "n".repeat(LONG_PART),
            ];
            let mut crowds: Vec<Crowd> = names
                .iter()
                .map(|name| asking(at, name.as_bytes(), &shelf.small))
                .collect();
            // A name with a NUL in it may end the connection.
            let moves = vec![
                crowds::send(request(format!("{small}\0.png").as_bytes())),
                Move::AwaitLines(1),
                Move::Close,
            ];
            crowds.push(Crowd::new("a NUL in the name", at.clone(), moves).keeping(KEPT));
            crowds.push(fetching(at, "after", &[&shelf.small]));
            one_by_one(crowds)
        },
    );
    vec![out, others]
}
