//! Which lines of a running program opened descriptors while it was traced, and what became of
//! those.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::recording::Frame;

/// The version of the JSON form.
pub const SCHEMA: u32 = 1;

/// What was seen while a process was traced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Openings {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The process.
    pub pid: i32,
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub command: Vec<String>,
    /// The directory that it works in.
    pub directory: Option<String>,
    /// How long it was traced, milliseconds.
    pub traced_ms: u64,
    /// Whether it has ended meanwhile.
    pub has_ended: bool,
    /// The places that opened descriptors; those that left most of them open first.
    pub places: Vec<Place>,
    /// Descriptors that came and are open, and were not seen to be opened: by io_uring, or received
    /// by recvmmsg(2).
    pub unseen: u64,
}

/// A place in a program that opened descriptors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its stack, innermost frame first; empty if it is not known.
    pub frames: Vec<Frame>,
    /// The calls by which it opened them.
    pub calls: BTreeSet<String>,
    /// How many.
    pub opened: u64,
    /// How many of these have been closed.
    pub closed: u64,
    /// Those that are still open.
    pub open: BTreeSet<i32>,
    /// What some of these refer to.
    pub targets: Vec<String>,
}

/// The account of what is opened and closed, while it goes on.
#[derive(Debug, Default)]
pub struct Ledger {
    places: Vec<Place>,
    /// Which place has opened what is open.
    open: BTreeMap<i32, usize>,
    /// All numbers that were ever seen to be opened.
    seen: BTreeSet<i32>,
}

impl Ledger {
    /// A descriptor was opened by this call.
    pub fn opened(&mut self, number: i32, call: &str, frames: &[Frame]) {
        // Its closing was not seen, but must have been.
        self.closed(number);
        let known = self.places.iter().position(|place| place.frames == frames);
        let index = known.unwrap_or_else(|| {
            self.places.push(Place {
                frames: frames.to_vec(),
                calls: BTreeSet::new(),
                opened: 0,
                closed: 0,
                open: BTreeSet::new(),
                targets: Vec::new(),
            });
            self.places.len() - 1
        });
        let place = &mut self.places[index];
        place.opened += 1;
        place.open.insert(number);
        if !place.calls.contains(call) {
            place.calls.insert(call.to_owned());
        }
        self.open.insert(number, index);
        self.seen.insert(number);
    }

    /// A descriptor was closed.
    pub fn closed(&mut self, number: i32) {
        if let Some(index) = self.open.remove(&number) {
            let place = &mut self.places[index];
            place.closed += 1;
            place.open.remove(&number);
        }
    }

    /// All descriptors from one number to another were closed.
    pub fn closed_range(&mut self, first: u32, last: u32) {
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let (first, last) = (number(first), number(last));
        if first <= last {
            let numbers: Vec<i32> = self.open.range(first..=last).map(|(one, _)| *one).collect();
            for number in numbers {
                self.closed(number);
            }
        }
    }

    /// These are open now, and no others.
    pub fn only(&mut self, open: &BTreeSet<i32>) {
        let gone: Vec<i32> = (self.open.keys().copied())
            .filter(|number| !open.contains(number))
            .collect();
        for number in gone {
            self.closed(number);
        }
    }

    /// Whether a descriptor of this number was seen to be opened.
    pub fn has_seen(&self, number: i32) -> bool {
        self.seen.contains(&number)
    }

    /// The places, in the order in which they came.
    pub fn into_places(self) -> Vec<Place> {
        self.places
    }
}

impl Place {
    /// Adds what another place with the same line has done.
    pub fn add(&mut self, other: Self) {
        self.calls.extend(other.calls);
        self.opened += other.opened;
        self.closed += other.closed;
        self.open.extend(other.open);
    }

    /// The line to blame: the innermost one that is not of the system, of a language's own library
    /// or of a package; of those, if there is no other.
    pub fn line(&self) -> Option<&Frame> {
        let is_own = |frame: &&Frame| {
            !is_library(match frame {
                Frame::Source { file, .. } => file,
                Frame::Native { module, .. } => module,
            })
        };
        let is_source = |frame: &&Frame| matches!(frame, Frame::Source { line: 1.., .. });
        let own = || self.frames.iter().filter(is_own);
        own()
            .find(is_source)
            .or_else(|| own().next())
            .or_else(|| self.frames.iter().find(is_source))
            .or_else(|| self.frames.first())
    }
}

/// Whether a file, source or binary, belongs to the system, to a language or to a package.
pub fn is_library(path: &str) -> bool {
    const STARTS: &[&str] = &[
        "/usr/", "/lib", "/rustc/", "/opt/", "<frozen", "/build/", "./",
    ];
    const PARTS: &[&str] = &[
        "/lib/python3",
        "/site-packages/",
        "/.cargo/registry/",
        "/rustlib/",
    ];
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_interpreter = !name.ends_with(".py")
        && ["python", "libpython"]
            .iter()
            .any(|start| name.starts_with(start));
    is_interpreter
        || (STARTS.iter().any(|start| path.starts_with(start)) && !path.starts_with("/usr/src/"))
        || PARTS.iter().any(|part| path.contains(part))
        // The C library of a distribution names its files relative to itself.
        || !path.starts_with('/') && path.starts_with("../sysdeps/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: &str, line: u32) -> Frame {
        Frame::Source {
            file: file.into(),
            line,
            function: "f".into(),
        }
    }

    #[test]
    fn what_is_closed_is_of_the_place_that_opened_it() {
        let mut ledger = Ledger::default();
        let (leaky, clean) = ([at("/app.py", 1)], [at("/app.py", 2)]);
        ledger.opened(3, "openat", &leaky);
        ledger.opened(4, "openat", &clean);
        ledger.closed(4);
        ledger.opened(4, "socket", &leaky);
        ledger.closed(99);
        let places = ledger.into_places();
        let figures = |place: &Place| (place.opened, place.closed, place.open.len());
        assert_eq!(figures(&places[0]), (2, 0, 2));
        assert_eq!(figures(&places[1]), (1, 1, 0));
        assert_eq!(Vec::from_iter(&places[0].calls), ["openat", "socket"]);
    }

    #[test]
    fn ranges_replacements_and_what_was_not_seen_are_closed() {
        let mut ledger = Ledger::default();
        let frames = [at("/a.c", 1)];
        for number in 3..9 {
            ledger.opened(number, "dup", &frames);
        }
        ledger.closed_range(5, u32::MAX);
        ledger.opened(3, "dup2", &frames);
        ledger.only(&BTreeSet::from([0, 3]));
        assert!(ledger.has_seen(8) && !ledger.has_seen(9));
        let place = &ledger.into_places()[0];
        assert_eq!((place.opened, place.closed), (7, 6));
        assert_eq!(Vec::from_iter(&place.open), [&3]);
    }

    #[test]
    fn the_line_to_blame_is_ones_own() {
        let place = |frames: Vec<Frame>| Place {
            frames,
            calls: BTreeSet::new(),
            opened: 1,
            closed: 0,
            open: BTreeSet::new(),
            targets: Vec::new(),
        };
        let native = |module: &str| Frame::Native {
            module: module.into(),
            address: 1,
        };
        let library = at("/usr/lib/python3.12/logging/__init__.py", 9);
        let own = at("/srv/app.py", 212);
        let python = place(vec![
            native("/usr/lib/libc.so.6"),
            library.clone(),
            own.clone(),
        ]);
        assert_eq!(python.line(), Some(&own));
        let stripped = place(vec![native("/usr/lib/libc.so.6"), native("/srv/app")]);
        assert_eq!(stripped.line(), Some(&native("/srv/app")));
        assert_eq!(place(vec![library.clone()]).line(), Some(&library));
        assert_eq!(place(Vec::new()).line(), None);
    }
}
