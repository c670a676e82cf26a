//! What each check makes a submission live through.
//!
//! Files are in the lab directory, which is a tmpfs: a page of a hole that is looked at through a
//! mapping takes up memory there, so that a file of many gibibytes cannot be asked for. What a
//! program must not have room for is given to it as a limit instead.

use crate::lessons::chance::Source;
use crate::lessons::stories::{experiment, trigger};
use crate::model::{
    Action, Arming, Expected, Experiment, Fault, InputKind, Limits, Payload, Role, Run, Step,
};

/// A page, in bytes, on the machines that this runs on; larger ones are multiples of it.
const PAGE: usize = 4096;

/// Address space that a program has beyond what it had when it opened the large file, in bytes.
const ROOM: u64 = 128 << 20;

/// The large file, in bytes: three times as much.
const LARGE: u64 = 384 << 20;

/// Files that are counted one after the other.
const MANY: usize = 2000;

/// Directories, whose lines cannot be counted: more than may be mapped or open still.
const UNCOUNTED: usize = 100;

/// Calls that open a file.
const OPENS: &[&str] = &["open-like"];

/// Calls that map a file, and what is watched to say which.
const MAPS: &[&str] = &["mmap", "mremap", "munmap", "open-like"];

/// Calls by which the contents of a file come into a program, whatever it does with them then.
const TAKES: &[&str] = &[
    "open-like",
    "mmap",
    "mremap",
    "munmap",
    "read-like",
    "copy-like",
];

/// Calls by which mappings and descriptors come and go.
const LIFE: &[&str] = &[
    "mmap",
    "mremap",
    "munmap",
    "open-like",
    "dup",
    "dup2",
    "dup3",
    "fcntl",
    "close",
    "close_range",
];

/// What is known of a file that the program is given.
enum Known {
    /// So many newlines.
    Lines(usize),
    /// It cannot be counted.
    Error,
}

/// Files and what is to be said of them.
struct Story {
    experiment: Experiment,
    known: Vec<(String, Known)>,
}

impl Story {
    fn new(story: &str) -> Self {
        Self {
            experiment: experiment(story, Run::default()),
            known: Vec::new(),
        }
    }

    fn path(name: &str) -> String {
        format!("/lab/{name}")
    }

    /// A file with this content.
    fn file(mut self, name: &str, content: Vec<u8>) -> Self {
        let lines = newlines(&content);
        let path = Self::path(name);
        self.experiment = self.experiment.with_file(&path, content);
        self.known.push((path, Known::Lines(lines)));
        self
    }

    /// A hole of so many bytes, and a content behind it.
    fn hole(mut self, name: &str, len: u64, content: Vec<u8>) -> Self {
        let lines = newlines(&content);
        let path = Self::path(name);
        self.experiment = self.experiment.with(&path, InputKind::Hole(len));
        if let Some(file) = self.experiment.files.last_mut() {
            file.content = content;
        }
        self.known.push((path, Known::Lines(lines)));
        self
    }

    /// A file of this page, again and again.
    fn pages(mut self, name: &str, page: Vec<u8>, times: usize) -> Self {
        let lines = newlines(&page) * times;
        let path = Self::path(name);
        let times = times as u64;
        let again = Payload::Repeated { bytes: page, times };
        self.experiment = self.experiment.with(&path, InputKind::Made(again));
        self.known.push((path, Known::Lines(lines)));
        self
    }

    /// A file that is there already, once more.
    fn again(mut self, name: &str, lines: usize) -> Self {
        self.known.push((Self::path(name), Known::Lines(lines)));
        self
    }

    /// A name of something that cannot be counted.
    fn wrong(mut self, name: &str) -> Self {
        self.known.push((Self::path(name), Known::Error));
        self
    }

    /// The run that is given all of this.
    fn watched(self, watch: &[&str], faults: Vec<Fault>) -> Experiment {
        let mut expects = Vec::new();
        let mut total = 0;
        let has_errors = self
            .known
            .iter()
            .any(|(_, known)| matches!(known, Known::Error));
        for (path, known) in &self.known {
            let line = path.clone();
            match known {
                Known::Lines(lines) => {
                    total += lines;
                    let any_of = vec![lines.to_string().into_bytes()];
                    expects.push(Expected::Output { line, any_of });
                }
                Known::Error => expects.push(Expected::Message { line }),
            }
        }
        if self.known.len() > 1 {
            expects.push(Expected::Output {
                line: "total".to_owned(),
                any_of: vec![total.to_string().into_bytes()],
            });
        }
        expects.push(Expected::Status(i32::from(has_errors)));
        let run = Run {
            args: self.known.iter().map(|(path, _)| path.clone()).collect(),
            steps: vec![Step::CloseInput],
            watch: watch.iter().map(|&word| word.to_owned()).collect(),
            faults,
            buffer: 256,
            limits: Limits {
                time_ms: 60_000,
                cpu_ms: 60_000,
                // Pages of files that are mapped count.
                memory_kib: 1 << 20,
                events: 1_000_000,
                ..Limits::default()
            },
            expects,
            ..Run::default()
        };
        Experiment {
            runs: vec![run],
            ..self.experiment
        }
    }
}

fn newlines(content: &[u8]) -> usize {
    content.iter().filter(|byte| **byte == b'\n').count()
}

/// So many bytes of lines of all lengths; the last one ends in a newline if that is asked for.
fn text(source: &mut Source, len: usize, is_ended: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(len);
    while text.len() < len {
        let line = source.between(0, 90) as usize;
        text.extend_from_slice(&source.letters(line));
        text.push(b'\n');
    }
    text.truncate(len);
    if let Some(last) = text.last_mut() {
        *last = if is_ended { b'\n' } else { b'x' };
    }
    text
}

/// Any bytes, newlines and NUL bytes among them.
fn binary(source: &mut Source, len: usize) -> Vec<u8> {
    (0..len).map(|_| (source.next() >> 32) as u8).collect()
}

/// Files that end in all ways, of all sizes, with all bytes.
pub(super) fn lines(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "lines");
    let source = &mut source;
    let one = text(source, 3 * PAGE + 77, true);
    let small = text(source, 10, true);
    let small_lines = newlines(&small);
    let mut no_newline = source.letters(PAGE);
    no_newline.extend_from_slice(b"\nand no end");
    let mut page = text(source, PAGE, true);
    page[0] = b'\n';
    vec![
        Story::new("a single file")
            .file("one", one)
            .watched(OPENS, vec![]),
        Story::new("files that end with a newline, and without one")
            .file("small", small)
            .file("no-newline-at-the-end", no_newline)
            .file("no-newline-at-all", source.letters(300))
            .file("a-single-byte", b"\n".to_vec())
            .again("small", small_lines)
            .watched(OPENS, vec![]),
        Story::new("files of a page, of a byte more and of a byte less")
            .file("page", text(source, PAGE, true))
            .file("page-without-end", text(source, PAGE, false))
            .file("page-and-one", text(source, PAGE + 1, true))
            .file("page-less-one", text(source, PAGE - 1, false))
            .file("pages", text(source, 16 * PAGE, false))
            .file("newlines", vec![b'\n'; 2 * PAGE])
            .watched(OPENS, vec![]),
        Story::new("pages that begin and end with a newline, and 3 MiB of them")
            .pages("page", page.clone(), 1)
            .pages("pages", page, (3 << 20) / PAGE + 1)
            .watched(OPENS, vec![]),
        Story::new("long lines, NUL bytes and bytes that are no text")
            .file("long", [source.letters(300_000), b"\n".to_vec()].concat())
            .file("binary", binary(source, 70_000))
            .file("nul", [vec![0; PAGE], b"\n\n\0\n".to_vec()].concat())
            .file(
                "not-utf-8",
                [b"\xff\xfe\n".repeat(90), b"\xc3".to_vec()].concat(),
            )
            .file("crlf", b"one\r\ntwo\r\n\r".to_vec())
            .watched(OPENS, vec![]),
    ]
}

/// Two files, of which every byte is to be mapped.
pub(super) fn mapped(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "mapped");
    let story = Story::new("two files")
        .file("large", text(&mut source, 300_000, true))
        .file("small", text(&mut source, 3 * PAGE + 1, false));
    vec![story.watched(TAKES, vec![])]
}

/// Empty files alone and among others.
pub(super) fn empty(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "empty");
    vec![
        Story::new("an empty file")
            .file(&source.word(6), Vec::new())
            .watched(MAPS, vec![]),
        Story::new("empty files among others")
            .file("empty", Vec::new())
            .file("full", text(&mut source, 5000, true))
            .file("also-empty", Vec::new())
            .watched(MAPS, vec![]),
    ]
}

/// What is missing, is no file, cannot be opened, cannot be mapped.
pub(super) fn errors(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "errors");
    let mut good = || text(&mut source, 5000, true);
    let fails = |calls: &[&str], name: &str, errno: i32| {
        let on = Role::Path(Story::path(name));
        let mut trigger = trigger(&[calls], on, Arming::Start);
        trigger.every = 1;
        Fault {
            trigger,
            action: Action::Error(errno),
        }
    };
    let mut with_fifo = Story::new("a FIFO that nobody writes to, between two files")
        .file("first", good())
        .wrong("fifo")
        .file("last", good());
    with_fifo.experiment = with_fifo.experiment.with("/lab/fifo", InputKind::Fifo);
    let mut with_directory = Story::new("a directory, between two files")
        .file("first", good())
        .wrong("directory")
        .file("last", good());
    with_directory.experiment = with_directory
        .experiment
        .with_file("/lab/directory/file", b"\n".to_vec());
    vec![
        Story::new("a file that is not there, between two that are")
            .file("first", good())
            .wrong("missing")
            .file("last", good())
            .watched(MAPS, vec![]),
        with_directory.watched(MAPS, vec![]),
        with_fifo.watched(MAPS, vec![]),
        Story::new("EACCES for one of three files")
            .file("first", good())
            .wrong("secret")
            .file("last", good())
            .at("secret", b"\n")
            .watched(MAPS, vec![fails(OPENS, "secret", libc::EACCES)]),
        Story::new("nothing but files that are not there")
            .wrong("missing")
            .wrong("nowhere/missing")
            .watched(MAPS, vec![]),
        Story::new("a file that cannot be mapped (ENODEV), between two that can")
            .file("first", good())
            .wrong("unmapped")
            .file("last", good())
            .at("unmapped", b"some\nlines\n")
            .watched(MAPS, vec![fails(&["mmap"], "unmapped", libc::ENODEV)]),
    ]
}

impl Story {
    /// This is there, and is not counted.
    fn at(mut self, name: &str, content: &[u8]) -> Self {
        let path = Self::path(name);
        self.experiment = self.experiment.with_file(&path, content.to_vec());
        self
    }
}

/// A file for which the address space is too small.
pub(super) fn large(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "large");
    // Newlines at both sides of what is a boundary between two windows, in most programs.
    let mut end = b"\n\n".to_vec();
    let len = source.between(9000, 18_000) as usize;
    end.extend(text(&mut source, len, true));
    end.extend_from_slice(b"no end");
    let fault = Fault {
        trigger: trigger(&[OPENS], Role::Path(Story::path("large")), Arming::Start),
        action: Action::Confine(ROOM),
    };
    let story = format!(
        "a file of {} MiB, and room for {} MiB more when it has been opened",
        LARGE >> 20,
        ROOM >> 20
    );
    vec![
        Story::new(&story)
            .hole("large", LARGE - 1, end)
            .file("small", text(&mut source, 5000, true))
            .watched(MAPS, vec![fault]),
    ]
}

/// Files that are cut when they have just been mapped.
pub(super) fn truncated(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "truncated");
    let cut_file = |name: &str, nth: u32, len: u64| {
        let on = Role::Path(Story::path(name));
        let mut trigger = trigger(&[&["mmap"]], on, Arming::Start);
        trigger.first = nth;
        Fault {
            trigger,
            action: Action::CutFile(len),
        }
    };
    let mut told = |story: &str, nth: u32, left: u64| {
        Story::new(story)
            .file("first", text(&mut source, 5000, true))
            .file("cut", text(&mut source, 200_000, true))
            .file("last", text(&mut source, 5000, true))
            .watched(MAPS, vec![cut_file("cut", nth, left)])
    };
    let mut all = vec![
        told(
            "a file is cut to nothing when it has just been mapped",
            1,
            0,
        ),
        told(
            "a file is cut to two pages and a half when it has just been mapped",
            1,
            10_000,
        ),
    ];
    all.push(
        Story::new("a file of 160 MiB is cut to nothing when its second part has just been mapped")
            .file("first", text(&mut source, 5000, true))
            .hole("cut", 160 << 20, b"\n\n".to_vec())
            .file("last", text(&mut source, 5000, true))
            .watched(MAPS, vec![cut_file("cut", 2, 0)]),
    );
    all.push(
        Story::new("two of three files are cut to nothing when they have just been mapped")
            .file("cut", text(&mut source, 9000, true))
            .file("kept", text(&mut source, 9000, true))
            .file("cut-too", text(&mut source, 9000, true))
            .watched(MAPS, vec![cut_file("cut", 1, 0), cut_file("cut-too", 1, 0)]),
    );
    all
}

/// Two thousand files, of one page and of several; and directories.
pub(super) fn many(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "many");
    let mut story = Story::new("2,000 files, of one page and of three");
    for nth in 0..MANY {
        let content = [source.letters(3), b"\n".to_vec()].concat();
        let hole = if nth % 2 == 0 { 0 } else { 2 * PAGE as u64 };
        story = story.hole(&nth.to_string(), hole, content);
    }
    let mut uncounted = Story::new("100 directories");
    for nth in 0..UNCOUNTED {
        let directory = format!("directory-{nth}");
        uncounted = uncounted
            .wrong(&directory)
            .at(&format!("{directory}/file"), b"\n");
    }
    vec![story.watched(LIFE, vec![]), uncounted.watched(LIFE, vec![])]
}
