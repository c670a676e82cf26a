//! What each check makes a submission live through.
//!
//! The world writes to each FIFO as one writer, which opens it when it has something to write (or
//! to close), and not before. Where a line is waited for, it comes out before the world goes on: so
//! the order of events does not depend on how fast anybody is.

use std::collections::HashSet;

use crate::lessons::chance::Source;
use crate::lessons::stories::{experiment, trigger, words};
use crate::model::{
    Action, Arming, Experiment, Fault, InputKind, Limits, Role, Run, Step, Trigger,
};

/// How long two seconds are, in milliseconds.
const TWO_SECONDS: u64 = 2000;

/// Time on the run's clock in which a program takes what is in a FIFO, if it reads it at all.
const TAKEN: u64 = 30;

/// Writers of the crowd.
const WRITERS: usize = 16;

/// The longest line, with its newline.
const LONGEST: usize = 256 << 10;

/// Room in the pipe to a reader who is slow: long lines go in piece by piece.
const NARROW: u32 = 16 << 10;

/// What the program calls to open, read and write.
const MOVES: &[&str] = &["open-like", "read-like", "write-like", "copy-like"];

/// Calls that write.
const WRITES: &[&str] = &["write-like", "copy-like"];

/// FIFOs with names of the seed's choosing, in the order in which the program gets them.
struct Story {
    experiment: Experiment,
    source: Source,
    names: HashSet<String>,
}

impl Story {
    fn new(story: &str, seed: u64, limits: Limits) -> Self {
        let run = Run {
            steps: vec![Step::CloseInput],
            limits,
            ..Run::default()
        };
        Self {
            experiment: experiment(story, run),
            source: Source::new(seed, story),
            names: HashSet::new(),
        }
    }

    /// A name that is given to the program as well.
    fn name(&mut self) -> String {
        let mut word = self.source.word(6);
        while !self.names.insert(word.clone()) {
            word = self.source.word(6);
        }
        let path = format!("/lab/{word}");
        self.experiment.runs[0].args.push(path.clone());
        path
    }

    /// A FIFO; its path.
    fn fifo(&mut self) -> String {
        let path = self.name();
        let experiment = std::mem::take(&mut self.experiment);
        self.experiment = experiment.with(&path, InputKind::Fifo);
        path
    }

    /// A line of so many bytes, newline included, that no other FIFO has.
    fn line(&mut self, of: &str, len: usize) -> Vec<u8> {
        let mut line = of.trim_start_matches("/lab/").as_bytes().to_vec();
        line.push(b' ');
        line.extend(self.source.letters(len.saturating_sub(line.len() + 1)));
        line.truncate(len.saturating_sub(1));
        line.push(b'\n');
        line
    }

    /// A line of a moderate length.
    fn some_line(&mut self, of: &str) -> Vec<u8> {
        let len = self.source.between(20, 60) as usize;
        self.line(of, len)
    }

    fn step(&mut self, step: Step) {
        self.experiment.runs[0].steps.push(step);
    }

    /// Writers open these FIFOs, and have nothing to write yet.
    fn open(&mut self, fifos: &[String]) {
        // If it rests at all, the program waits for them by now.
        self.step(Step::AwaitStrike);
        for fifo in fifos {
            self.write(fifo, b"");
        }
        self.pass(TAKEN);
    }

    fn write(&mut self, fifo: &str, bytes: &[u8]) {
        self.step(Step::Write(fifo.to_owned(), bytes.to_vec()));
    }

    fn hang_up(&mut self, fifos: &[&str]) {
        for fifo in fifos {
            self.step(Step::HangUp((*fifo).to_owned()));
        }
    }

    /// A line is written, and comes out before anything else happens.
    fn comes_out(&mut self, fifo: &str) {
        let line = self.some_line(fifo);
        self.write(fifo, &line);
        self.step(Step::AwaitOutput(line));
    }

    fn pass(&mut self, ms: u64) {
        self.step(Step::Pass { ms });
    }

    /// The experiment, in which these calls are seen.
    fn watched(mut self, watch: &[&str]) -> Experiment {
        let run = &mut self.experiment.runs[0];
        run.watch = words(watch);
        // Lines are compared as they come out; of what calls are given, the beginning is enough.
        run.buffer = 128;
        self.experiment
    }
}

/// Writers that end with a newline, without one, and without a word.
pub(super) fn ends(seed: u64) -> Vec<Experiment> {
    let mut story = Story::new(
        "writers end with a newline, without one, and without a word",
        seed,
        Limits::default(),
    );
    let fifos = [(); 4].map(|()| story.fifo());
    story.open(&fifos);
    let [open, closed, silent, last] = fifos;
    let mut torn = [story.some_line(&open), story.some_line(&open)].concat();
    torn.pop();
    story.write(&open, &torn);
    story.hang_up(&[&open]);
    story.pass(TAKEN);
    let whole = [story.some_line(&closed), story.some_line(&closed)].concat();
    story.write(&closed, &whole);
    story.hang_up(&[&closed]);
    story.pass(TAKEN);
    story.hang_up(&[&silent]);
    let mut long = story.line(&last, 20_000);
    long.pop();
    story.write(&last, &long);
    story.hang_up(&[&last]);
    vec![story.watched(MOVES)]
}

/// Lines in pieces; many writers and a slow reader; a kernel that writes a part.
pub(super) fn crowds(seed: u64) -> Vec<Experiment> {
    vec![
        pieces(seed),
        crowd(seed),
        short_counts(seed, "write does a part of what it was asked for", 2),
        short_counts(seed, "each write does a part of what it was asked for", 1),
    ]
}

/// While one line is there by half, others come, and go on.
fn pieces(seed: u64) -> Experiment {
    let mut story = Story::new(
        "half a line of one writer, and lines of others before its other half",
        seed,
        Limits::default(),
    );
    let [slow, brisk, brief] = [(); 3].map(|()| story.fifo());
    story.open(&[slow.clone(), brisk.clone(), brief.clone()]);
    let mut long = story.some_line(&slow);
    // Bytes that end a line, or are an error, for whoever takes it for text.
    long.splice(8..8, *b"\x0b\x0c\x1c\x85");
    let (head, tail) = long.split_at(14);
    story.write(&slow, head);
    story.pass(TAKEN);
    let (mut one, two) = (story.some_line(&brisk), story.some_line(&brisk));
    one.splice(10..10, *b"\r\xff");
    one.insert(one.len() - 1, b'\r');
    story.write(&brisk, &[&one[..], &two[..9]].concat());
    story.step(Step::AwaitOutput(one));
    // The shortest lines there are: no byte, and one.
    story.write(&brief, b"\n");
    story.step(Step::AwaitOutput(b"\n".to_vec()));
    let end = story.some_line(&brief);
    story.write(&brief, &[b"\nx\n\n", &end[..]].concat());
    story.step(Step::AwaitOutput(end));
    story.write(&brisk, &two[9..]);
    story.step(Step::AwaitOutput(two));
    story.write(&slow, tail);
    story.step(Step::AwaitOutput(long));
    // A last line that has nothing to see.
    story.write(&brief, b" \r");
    story.hang_up(&[&slow, &brisk, &brief]);
    story.watched(MOVES)
}

/// Sixteen writers at once, with lines from the shortest to the longest, and a reader who is slow.
fn crowd(seed: u64) -> Experiment {
    let mut story = Story::new(
        "16 writers at once, lines of 8 bytes to 256 KiB, and a slow reader",
        seed,
        Limits::default(),
    );
    let fifos = [(); WRITERS].map(|()| story.fifo());
    story.open(&fifos);
    story.step(Step::StallOutput);
    for (nth, fifo) in fifos.iter().enumerate() {
        let mut bytes = story.line(fifo, 8);
        if nth % 8 == 3 {
            bytes.extend(story.line(fifo, LONGEST));
        }
        for longest in [300, 5000, 60_000] {
            let len = story.source.between(10, longest) as usize;
            bytes.extend(story.line(fifo, len));
        }
        story.write(fifo, &bytes);
    }
    story.pass(3 * TAKEN);
    story.step(Step::ResumeOutput);
    for fifo in &fifos {
        story.hang_up(&[fifo]);
    }
    let mut crowd = story.watched(WRITES);
    crowd.runs[0].stdout_capacity = NARROW;
    crowd
}

/// One in so many writes to standard output is done in part.
fn short_counts(seed: u64, story: &str, every: u32) -> Experiment {
    let mut story = Story::new(story, seed, Limits::default());
    let fifos = [(); 2].map(|()| story.fifo());
    story.open(&fifos);
    for _ in 0..2 {
        for fifo in &fifos {
            story.comes_out(fifo);
        }
    }
    story.hang_up(&[&fifos[0], &fifos[1]]);
    let mut short = story.watched(MOVES);
    short.runs[0].faults = vec![Fault {
        trigger: Trigger {
            every,
            ..trigger(&[WRITES], Role::Stdout, Arming::Begin)
        },
        action: Action::Short(7),
    }];
    short
}

/// A plain file, a directory, or nothing, beside a FIFO that has lines.
pub(super) fn others(seed: u64) -> Vec<Experiment> {
    let other = |story: &str, is_first: bool, kind: Option<InputKind>| {
        let mut story = Story::new(story, seed, Limits::default());
        let (fifo, path) = if is_first {
            let path = story.name();
            (story.fifo(), path)
        } else {
            (story.fifo(), story.name())
        };
        let line = story.some_line(&fifo);
        story.write(&fifo, &line);
        // Whoever looks at the name is held meanwhile: others who read before all names have been
        // looked at do so now.
        story.step(Step::AwaitStrike);
        story.step(Step::AwaitRest);
        story.step(Step::Release);
        story.step(Step::AwaitExit {
            within_ms: TWO_SECONDS,
        });
        let mut other = story.watched(MOVES);
        other.runs[0].faults = vec![Fault {
            trigger: trigger(&[&["file"]], Role::Path(path.clone()), Arming::Begin),
            action: Action::Hold,
        }];
        match kind {
            Some(InputKind::Content) => other.with_file(&path, b"a line of a file\n".to_vec()),
            Some(kind) => other.with(&path, kind),
            None => other,
        }
    };
    vec![
        other("a FIFO and a plain file", false, Some(InputKind::Content)),
        other("a plain file and a FIFO", true, Some(InputKind::Content)),
        other("a FIFO and a name of nothing", false, None),
        other(
            "a FIFO and a directory",
            false,
            Some(InputKind::Link("/lab".to_owned())),
        ),
    ]
}

/// Writers that come when others have come, written and gone.
pub(super) fn late(seed: u64) -> Vec<Experiment> {
    let mut first = Story::new(
        "the first FIFO's writer comes after two seconds",
        seed,
        Limits::default(),
    );
    let [late, early, gone] = [(); 3].map(|()| first.fifo());
    first.comes_out(&early);
    first.comes_out(&gone);
    first.hang_up(&[&gone]);
    first.pass(TWO_SECONDS);
    first.comes_out(&early);
    first.comes_out(&late);
    first.hang_up(&[&late]);
    first.comes_out(&early);
    first.hang_up(&[&early]);
    let mut last = Story::new(
        "the last FIFO's writer comes when all others have ended",
        seed,
        Limits::default(),
    );
    let [one, other, late] = [(); 3].map(|()| last.fifo());
    last.comes_out(&other);
    last.comes_out(&one);
    last.hang_up(&[&other, &one]);
    last.pass(500);
    last.comes_out(&late);
    last.comes_out(&late);
    last.hang_up(&[&late]);
    // Not what is read: whoever spins does so for two seconds, and another check says that.
    let watch = &["open-like", "write-like"];
    vec![first.watched(watch), last.watched(watch)]
}

/// Standard output's reader leaves.
pub(super) fn unread(seed: u64) -> Vec<Experiment> {
    let mut story = Story::new(
        "the reader of its output leaves, and then a line comes",
        seed,
        Limits::default(),
    );
    let [one, other] = [(); 2].map(|()| story.fifo());
    story.comes_out(&one);
    story.comes_out(&other);
    story.step(Step::CloseOutput);
    let unread = story.some_line(&one);
    story.write(&one, &unread);
    story.step(Step::AwaitExit {
        within_ms: TWO_SECONDS,
    });
    let mut unread = story.watched(MOVES);
    // It is looked at only when all its processes have ended.
    unread.runs[0].lists = words(&["/lab"]);
    vec![unread]
}

/// Two seconds with a FIFO that has hung up, one that is silent, and one that has had no writer.
pub(super) fn idle(seed: u64) -> Vec<Experiment> {
    let limits = Limits {
        // Enough for any start; whoever spins need not do so for long.
        events: 40_000,
        ..Limits::default()
    };
    let mut story = Story::new(
        "one FIFO has hung up, one is silent, one has had no writer, for two seconds",
        seed,
        limits,
    );
    let [gone, silent, late] = [(); 3].map(|()| story.fifo());
    story.comes_out(&gone);
    story.hang_up(&[&gone]);
    story.comes_out(&silent);
    story.pass(200);
    story.pass(TWO_SECONDS);
    story.comes_out(&late);
    story.hang_up(&[&silent, &late]);
    vec![story.watched(&[])]
}
