//! Questions that have an answer.

use super::{Ids, KEPT, address, asking, await_clients, domain, host, run};
use crate::lessons::chance::Source;
use crate::lessons::sockets::dns::experiments::ZONE;
use crate::lessons::sockets::dns::packet::{AD, CD, HEADER, IN, Packet, RD};
use crate::lessons::sockets::dns::reply::LARGEST;
use crate::lessons::sockets::dns::zone::{A, AAAA, CNAME, TXT};
use crate::lessons::sockets::stories::port;
use crate::lessons::stories::experiment;
use crate::model::clients::{Crowd, Endpoint, Move, Payload};
use crate::model::{Experiment, Step};

/// MX, SRV, HTTPS and CAA, which no zone of the handout's has; the last byte of CAA's is A's.
const FOREIGN: [u16; 4] = [15, 33, 65, 257];

/// Class CH, and one whose last byte is IN's; RFC 1035, 3.2.4.
const CLASSES: [u16; 2] = [3, 0x0101];

/// One client that asks these questions of this zone, one after the other.
fn asked(story: &str, source: &mut Source, zone: &str, queries: &[Vec<u8>]) -> Experiment {
    let port = port(source);
    let steps = vec![
        Step::Start(asking("client", port, queries)),
        await_clients("client"),
    ];
    experiment(story, run(port, steps)).with_file(ZONE, zone.as_bytes().to_vec())
}

/// The same, of names and types.
fn questions(ids: &mut Ids, asked: &[(&str, u16)]) -> Vec<Vec<u8>> {
    asked
        .iter()
        .map(|(name, kind)| Packet::query(ids.next(), name, *kind).finish())
        .collect()
}

/// An IPv6 address for documentation; RFC 3849.
fn long_address(source: &mut Source) -> String {
    let mut part = || source.between(1, 0xffff);
    format!("2001:db8::{:x}:{:x}", part(), part())
}

/// Names of one type each, of several, and with two records of one.
pub(in crate::lessons::sockets::dns) fn types(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "types");
    let source = &mut source;
    let domain = domain(source);
    let [one, two, six, text, alias, service, dashed] = ["a", "b", "c", "d", "e", "_", "-"]
        .map(|prefix| format!("{prefix}{}.{domain}", host(source)));
    let dashed = dashed.replacen('.', "-.", 1);
    let (first, second, third) = (address(source), address(source), long_address(source));
    let string = format!("{}  {} # {}", host(source), host(source), host(source));
    let zone = format!(
        "# the zone of {domain}\n\
         {one} \t A  \t {first}\n\
         {two}. A 10.{}.0.1\n\
         {two} A 10.{}.1.2  \n\
         \n\
         {six}  AAAA\t{third}\n\
         {text} TXT \t {string}  \n\
         {one} TXT {}\n\
         {one} AAAA ::1\n\
         {alias} CNAME {one}.\n\
         {service} TXT {}\n\
         {dashed} TXT {}\n",
        source.between(0, 255),
        source.between(0, 255),
        host(source),
        host(source),
        host(source),
    );
    let asked_for = [
        (&*one, A),
        (&*six, AAAA),
        (&*text, TXT),
        (&*alias, CNAME),
        (&*two, A),
        (&*one, TXT),
        (&*one, AAAA),
        (&*service, TXT),
        (&*dashed, TXT),
    ];
    let ids = &mut Ids::new(source);
    let mut queries = questions(ids, &asked_for);
    queries.extend([RD, AD, CD, RD | AD | CD].map(|flags| {
        let query = Packet::query(ids.next(), &one, A);
        query.with_flags(flags).finish()
    }));
    queries.push(Packet::query(0, &one, A).finish());
    let of_each = asked("a query of each type", source, &zone, &queries);

    // The longest label, the longest name, the longest string, and bytes beyond ASCII.
    let label = source.word(63);
    let long = [
        source.word(63),
        source.word(63),
        source.word(63),
        source.word(61),
    ]
    .join(".");
    let full = source.word(255);
    // Characters that libraries take for blanks or for ends of lines.
    let zone = format!(
        "{label}.{domain} A {first}\n{long} A {second}\n\
         full.{domain} TXT {full}\nfar.{domain} TXT \u{e4}\u{2192} {}\n\
         like.{domain} TXT {}\u{2028}{}\u{85}{}\u{a0}\n",
        host(source),
        host(source),
        host(source),
        host(source)
    );
    let asked_for = [
        (&*format!("{label}.{domain}"), A),
        (&*long, A),
        (&*format!("full.{domain}"), TXT),
        (&*format!("far.{domain}"), TXT),
        (&*format!("like.{domain}"), TXT),
    ];
    let queries = questions(ids, &asked_for);
    let longest = asked("the longest names and strings", source, &zone, &queries);
    vec![of_each, longest]
}

/// Names that are not there, and types that a name does not have.
pub(in crate::lessons::sockets::dns) fn absent(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "absent");
    let source = &mut source;
    let domain = domain(source);
    let (four, six) = (host(source), host(source) + "six");
    let zone = format!(
        "{four}.{domain} A {}\n{six}.{domain} AAAA {}\n",
        address(source),
        long_address(source)
    );
    let four_in = format!("{four}.{domain}");
    let (unknown, deep) = (format!("no{four}.{domain}"), format!("deep.er.{four_in}"));
    let six_in = format!("{six}.{domain}");
    let mut asked_for: Vec<(&str, u16)> = vec![
        (&four_in, A),
        (&unknown, A),
        (&four_in, AAAA),
        (&four_in, TXT),
        (&six_in, A),
        (&deep, A),
    ];
    asked_for.extend(FOREIGN.map(|kind| (&*four_in, kind)));
    let mut ids = Ids::new(source);
    let mut queries = questions(&mut ids, &asked_for);
    // The same question of other classes.
    for class in CLASSES {
        let mut other = Packet::query(ids.next(), &four_in, A).finish();
        let at = other.len() - 2;
        assert_eq!(other[at..], IN.to_be_bytes());
        other[at..].copy_from_slice(&class.to_be_bytes());
        queries.push(other);
    }
    // Labels that look like names of the zone once they are text, and the root.
    let start = |ids: &mut Ids| Packet::header(ids.next(), 0, 1);
    let end = |packet: Packet| packet.bytes(&[0]).number(A).number(IN).finish();
    queries.extend([
        end(start(&mut ids).label(four_in.as_bytes())),
        end(start(&mut ids)
            .label(format!("{four}\0").as_bytes())
            .labels(&domain)),
        end(start(&mut ids)),
        Packet::query(ids.next(), &four_in, A).finish(),
    ]);
    vec![asked(
        "queries for names that are not there, and for types that they do not have",
        source,
        &zone,
        &queries,
    )]
}

/// A name with some letters large, some small.
fn mixed(source: &mut Source, name: &str) -> String {
    let spelled: String = name
        .chars()
        .map(|letter| match source.next() % 2 {
            0 => letter.to_ascii_uppercase(),
            _ => letter,
        })
        .collect();
    // By chance all could be small.
    format!("{}{}", name[..1].to_ascii_uppercase(), &spelled[1..])
}

/// Names that the zone spells in one way and queries in another.
pub(in crate::lessons::sockets::dns) fn spelled(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "spelled");
    let source = &mut source;
    let domain = domain(source);
    let small = format!("a{}.{domain}", host(source));
    let large = format!("b{}.{domain}", host(source));
    let written = mixed(source, &large);
    let zone = format!(
        "{small} A {}\n{written} A {}\n{} TXT {}\n",
        address(source),
        address(source),
        mixed(source, &large),
        host(source)
    );
    let (small_mixed, large_mixed) = (mixed(source, &small), mixed(source, &large));
    let unknown = mixed(source, &format!("no{small}"));
    let asked_for: [(&str, u16); 6] = [
        (&small_mixed, A),
        (&small.to_ascii_uppercase(), A),
        (&large, A),
        (&large_mixed, A),
        (&large_mixed, TXT),
        (&unknown, A),
    ];
    let queries = questions(&mut Ids::new(source), &asked_for);
    vec![asked(
        "names that are spelled as their clients like",
        source,
        &zone,
        &queries,
    )]
}

/// A name that is so short that a chain of eight fits into an answer with all names in full.
fn short(first: &str, source: &mut Source, domain: &str) -> String {
    format!("{first}{}.{domain}", source.word(2))
}

/// Chains of one, of several, that lead nowhere, and that run in a circle.
pub(in crate::lessons::sockets::dns) fn aliases(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "aliases");
    let source = &mut source;
    let domain = format!("{}.example", source.word(3));
    let [end, one, nowhere] = ["z", "y", "x"].map(|first| short(first, source, &domain));
    let mut zone = format!(
        "{end} A {}\n{end} A 10.0.0.{}\n{one} CNAME {end}\n{nowhere} CNAME {}.invalid\n",
        address(source),
        source.between(1, 254),
        source.word(4)
    );
    // Targets with a dot at their end, and with capitals.
    let [dotted, capital] = ["w", "v"].map(|first| short(first, source, &domain));
    let large = short("u", source, &domain).to_ascii_uppercase();
    zone += &format!(
        "{dotted} CNAME {end}.\n{capital} CNAME {large}\n{large} A {}\n",
        address(source)
    );
    // Eight in a row, of which the last leads to the end; in the file, the last comes first.
    let links: Vec<String> = (0..8)
        .map(|nth| short(&nth.to_string(), source, &domain))
        .collect();
    let mut target = end.clone();
    for link in links.iter().rev() {
        zone += &format!("{link} CNAME {target}\n");
        target.clone_from(link);
    }
    let asked_for: [(&str, u16); 10] = [
        (&one, A),
        (&one, CNAME),
        (&dotted, A),
        (&capital, A),
        (&links[6], A),
        (&links[0], A),
        (&links[4], CNAME),
        (&links[5], TXT),
        (&nowhere, A),
        (&end, A),
    ];
    let queries = questions(&mut Ids::new(source), &asked_for);
    let chains = asked("aliases, and aliases of aliases", source, &zone, &queries);
    vec![chains, circles(source, &domain)]
}

/// Aliases of themselves and of each other: what comes back is free, and the next one is served.
fn circles(source: &mut Source, domain: &str) -> Experiment {
    let [own, this, that, end] = ["o", "p", "q", "r"].map(|first| short(first, source, domain));
    let zone = format!(
        "{own} CNAME {own}\n{this} CNAME {that}\n{that} CNAME {this}\n{end} A {}\n",
        address(source)
    );
    let queries = questions(&mut Ids::new(source), &[(&own, A), (&this, A), (&end, A)]);
    let port = port(source);
    // The answers cannot be counted: some may be missing.
    let sends = |query: &Vec<u8>| [Move::Send(Payload::Bytes(query.clone())), Move::AwaitTold];
    let moves = queries.iter().flat_map(sends).collect();
    let client = Crowd::new("client", Endpoint::Udp(port), moves).keeping(KEPT);
    let mut steps = vec![Step::Start(client)];
    for nth in 0..queries.len() {
        if nth > 0 {
            steps.push(Step::Tell("client".to_owned()));
        }
        steps.extend([await_clients("client"), Step::AwaitRest]);
    }
    steps.push(Step::Look("client".to_owned()));
    let story = "aliases that run in a circle, and then a query that has an answer";
    experiment(story, run(port, steps)).with_file(ZONE, zone.into_bytes())
}

/// Answers that fit and answers that do not, for clients that say how much they take and others.
pub(in crate::lessons::sockets::dns) fn sizes(seed: u64) -> Vec<Experiment> {
    /// Bytes that clients say they can take.
    const SIZES: [u16; 2] = [1232, 600];
    /// Bytes of a record beside its name and its data.
    const FIXED: usize = 10;
    let mut source = Source::new(seed, "sizes");
    let source = &mut source;
    let domain = domain(source);
    let (few, many) = (host(source) + "f", host(source) + "m");
    let base = source.between(0, 200);
    // Eight fit into 512 bytes with their names in full; 45 of 16 bytes each do not fit in any way.
    let mut zone = String::new();
    for nth in 0..8 {
        zone += &format!("{few}.{domain} A 10.{base}.0.{nth}\n");
    }
    let records = 45 + source.between(0, 10);
    for nth in 0..records {
        zone += &format!("{many}.{domain} A 10.{base}.1.{nth}\n");
    }
    // Texts: three of 200 bytes.
    for letter in ["x", "y", "z"] {
        zone += &format!("t{many}.{domain} TXT {letter}{}\n", source.word(199));
    }
    // Two texts that fill an answer to the last byte, names in full; two that are a byte too much,
    // however names are written: a pointer takes two bytes.
    let (full, over) = (format!("u{many}.{domain}"), format!("v{many}.{domain}"));
    for (name, owner, size) in [(&full, full.len() + 2, LARGEST), (&over, 2, LARGEST + 1)] {
        let question = HEADER + name.len() + 2 + 4;
        let strings = size - question - 2 * (owner + FIXED + 1);
        for len in [255, strings - 255] {
            zone += &format!("{name} TXT {}\n", source.word(len));
        }
    }
    let texts = format!("t{many}.{domain}");
    let many = format!("{many}.{domain}");
    let few = format!("{few}.{domain}");
    let asked_for = [
        (&*few, A),
        (&*many, A),
        (&*few, A),
        (&*texts, TXT),
        (&*full, TXT),
        (&*over, TXT),
    ];
    let mut ids = Ids::new(source);
    let plain = questions(&mut ids, &asked_for);
    let mut edns = |name: &str, kind, size| {
        Packet::query(ids.next(), name, kind)
            .with_edns(size)
            .finish()
    };
    let sized = SIZES.map(|size| {
        [
            edns(&few, A, size),
            edns(&many, A, size),
            edns(&texts, TXT, size),
        ]
    });
    let sized = sized.concat();
    vec![
        asked(
            "answers that fit, and answers that do not",
            source,
            &zone,
            &plain,
        ),
        asked(
            "clients that say how much they can take (EDNS0)",
            source,
            &zone,
            &sized,
        ),
    ]
}
