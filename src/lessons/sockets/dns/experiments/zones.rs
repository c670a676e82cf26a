//! Zones that cannot be read.

use super::{ZONE, address, domain, host, limits};
use crate::lessons::chance::Source;
use crate::lessons::sockets::stories::port;
use crate::lessons::stories::{experiment, words};
use crate::model::{Experiment, Run};

/// A zone with one bad line for each way in which a line can be bad.
pub(in crate::lessons::sockets::dns) fn bad_zones(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "zones");
    let source = &mut source;
    let domain = domain(source);
    let host = host(source);
    // The words of a bad line hold no digit that could be the line's number.
    let bad = [
        ("a line of two words", format!("{host}.{domain} A")),
        ("a line of one word", host.clone()),
        (
            "a type that no record may have",
            format!("{host}.{domain} MX {host}.{domain}"),
        ),
        (
            "an address that is cut off",
            format!("{host}.{domain} A 192.0.2"),
        ),
        (
            "an address with a number that is too large",
            format!("{host}.{domain} A 192.0.2.256"),
        ),
        (
            "an address, and more behind it",
            format!("{host}.{domain} A 192.0.2.1 {host}"),
        ),
        (
            "an IPv4 address for an IPv6 one",
            format!("{host}.{domain} AAAA 192.0.2.1"),
        ),
        (
            "a name with an empty label",
            format!("{host}..{domain} A 192.0.2.1"),
        ),
        (
            "a label of 64 bytes",
            format!("{}.{domain} A 192.0.2.1", source.word(64)),
        ),
        (
            "a string of 256 bytes",
            format!("{host}.{domain} TXT {}", source.word(256)),
        ),
        (
            "a string of 128 characters and 256 bytes",
            format!("{host}.{domain} TXT {}", "\u{e4}".repeat(128)),
        ),
        // Where libraries can name an interface there, inet_pton(3) cannot.
        (
            "an IPv6 address with an interface behind it",
            format!("{host}.{domain} AAAA fe80::1%{}", source.word(64)),
        ),
    ];
    bad.into_iter()
        .map(|(story, line)| told(source, &domain, story, &line))
        .collect()
}

/// A zone with this line somewhere in the middle.
fn told(source: &mut Source, domain: &str, story: &str, bad: &str) -> Experiment {
    // No other number of three digits is in the zone's names, in its line, or in its port.
    let number = source.between(301, 899) as usize;
    let mut lines = Vec::new();
    while lines.len() < number - 1 {
        lines.push(match lines.len() % 7 {
            2 => String::new(),
            3 | 6 => format!("# {}", host(source)),
            _ => format!("{}.{domain} A {}", host(source), address(source)),
        });
    }
    lines.push(bad.to_owned());
    lines.push(format!("{}.{domain} A {}", host(source), address(source)));
    let run = Run {
        args: vec![port(source).to_string(), ZONE.to_owned()],
        limits: limits(),
        watch: words(&["bind", "write", "openat"]),
        ..Run::default()
    };
    experiment(story, run).with_file(ZONE, (lines.join("\n") + "\n").into_bytes())
}
