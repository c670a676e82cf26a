//! What each check makes a submission live through.
//!
//! Descriptors are counted twice, after three calls and after three hundred more, so that what is
//! opened once and kept is in both figures. Each path on which a descriptor can be forgotten is
//! taken dozens of times, so that a leak is far more than a cache.

use super::DIRECTORY;
use super::script::{ERROR, OK, Script, log_name};
use crate::lessons::chance::Source;
use crate::lessons::stories::{experiment, trigger};
use crate::model::experiment::ACTOR;
use crate::model::{Arming, Experiment, InputKind, Limits, Role, Run, Strike};

/// Calls after which descriptors are counted again.
pub(super) const CALLS: usize = 300;

/// Calls before they are counted for the first time.
const FIRST_CALLS: usize = 3;

/// The limit of the check that is named after it.
const FEW: u64 = 64;

/// Calls that make descriptors, and can say EMFILE; of the family of open(2), those of the C
/// library, and what children and sockets need.
const OPENING: &[&str] = &[
    "open-like",
    "socketpair",
    "socket",
    "pipe",
    "pipe2",
    "dup",
    "epoll_create",
    "epoll_create1",
    "eventfd2",
    "memfd_create",
    "pidfd_open",
    "signalfd4",
    "timerfd_create",
];

/// Calls by which descriptors come and go.
const LIFE: &[&str] = &[
    "open-like",
    "socketpair",
    "socket",
    "pipe",
    "pipe2",
    "dup",
    "dup2",
    "dup3",
    "fcntl",
    "epoll_create1",
    "eventfd2",
    "memfd_create",
    "pidfd_open",
    "close",
    "close_range",
];

/// Files that are there in every story: `small`, `empty`, a directory `sub`, a link to `small`, and
/// one to nothing.
struct Files {
    small: Vec<u8>,
}

impl Files {
    fn new(source: &mut Source) -> Self {
        let small = source.between(100, 900);
        Self {
            small: source.letters(small as usize),
        }
    }

    fn put(&self, story: &str, run: Run) -> Experiment {
        experiment(story, run)
            .with_file(&path("small"), self.small.clone())
            .with_file(&path("empty"), Vec::new())
            .with_file(&path("sub/file"), b"in a directory\n".to_vec())
            .with(&path("link"), InputKind::Link(path("small")))
            .with(&path("dangling"), InputKind::Link(path("missing")))
    }

    fn size(&self) -> String {
        format!("ok {}", self.small.len())
    }
}

fn path(name: &str) -> String {
    format!("{DIRECTORY}/{name}")
}

/// A line of a log, without its newline.
fn text(source: &mut Source, len: usize) -> String {
    format!("{}  {}", source.word(5), source.word(len - 7))
}

/// Everything that the service can do, and all that can be asked in vain.
pub(super) fn works(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "works");
    let files = Files::new(&mut source);
    let large = source.letters(150_000);
    // Nothing of this is text.
    let bytes = [&source.letters(9)[..], b"\r\n\xff\n\r\0"].concat();
    let status = source.between(2, 99);
    let size = files.size();
    let mut script = Script::new()
        .say("size small", &size)
        .say("size missing", ERROR)
        .say("size sub", ERROR)
        .say("size link", &size)
        .say("size dangling", ERROR)
        .say("size empty", "ok 0")
        .say("size sub/file", "ok 15")
        .say("ping", OK)
        .say("ping", OK)
        .say("run echo hello", "ok 0 6")
        .say("run printf 'a  b' | tr a-z A-Z", "ok 0 4")
        .say(&format!("run exit {status}"), &format!("ok {status} 0"))
        .say("run exit 200", "ok 200 0")
        .say("run echo out; echo err >&2", "ok 0 4")
        .say("run kill -9 $$", "ok 137 0")
        .say("run no-such-command 2>/dev/null", "ok 127 0")
        .say("run cat", "ok 0 0")
        .say("run head -c 200000 /dev/zero", "ok 0 200000")
        .say(r"run printf '\303\251\r\n'", "ok 0 4")
        .copies("small", "new", &files.small)
        .say("size new", &size)
        .copies("large", "new", &large)
        .copies("small", "new", &files.small)
        .copies("empty", "nothing", b"")
        .copies("link", "linked", &files.small)
        .copies("large", "big", &large)
        .copies("bytes", "same", &bytes)
        .say("copy missing big", ERROR)
        .say("copy missing never", ERROR)
        .say("size never", ERROR)
        .say("copy small sub", ERROR)
        .say("copy small nowhere/b", ERROR)
        .say("copy sub other", ERROR)
        .say("copy small", ERROR)
        .say("frobnicate small", ERROR)
        .say("", ERROR);
    for nth in 0..24 {
        script = script.say(&format!("log {}", text(&mut source, 150 + nth)), OK);
    }
    script = script.say(&format!("log {}  ", text(&mut source, 50)), OK);
    let all = script.say("ping", OK).run(LIFE);

    let mut bulk = Script::new().in_bulk();
    for nth in 0..12 {
        let line = text(&mut source, 200 + nth);
        bulk = bulk
            .say(&format!("log {line}"), OK)
            .say("ping", OK)
            .say("size small", &size)
            .say("copy missing b", ERROR);
    }
    let bulk = bulk
        .say("run echo hello", "ok 0 6")
        .copies("small", "b", &files.small)
        .run(LIFE);

    let old: Vec<Vec<u8>> = (0..3).map(|_| old_log(&mut source, 1100)).collect();
    // As large as a log may be, and not larger.
    let mut just_full = old.clone();
    just_full[0] = old_log(&mut source, 1024);
    let mut on_old = Script::new().on_logs(&just_full);
    for nth in 0..9 {
        on_old = on_old.say(&format!("log {}", text(&mut source, 200 + nth)), OK);
    }

    let mut in_the_way = Script::new().on_logs(&old).without_rotation();
    for nth in 0..4 {
        in_the_way = in_the_way
            .say(&format!("log {}", text(&mut source, 200 + nth)), OK)
            .say("ping", OK)
            .copies("small", "kept", &files.small);
    }
    vec![
        files
            .put("every command, one at a time", all)
            .with_file(&path("large"), large)
            .with_file(&path("bytes"), bytes),
        files.put("50 commands in one write", bulk),
        with_logs(
            files.put("logs are there already", on_old.run(LIFE)),
            &just_full,
        ),
        with_logs(
            files.put(
                "a directory is in the way of app.log.3: logs cannot be rotated",
                in_the_way.run(LIFE),
            ),
            &old,
        )
        .with_file(&path("app.log.3/file"), b"in the way\n".to_vec()),
    ]
}

fn old_log(source: &mut Source, len: usize) -> Vec<u8> {
    let mut log = source.letters(len - 1);
    log.push(b'\n');
    log
}

fn with_logs(experiment: Experiment, logs: &[Vec<u8>]) -> Experiment {
    let mut all = logs.iter().enumerate();
    all.by_ref().fold(experiment, |experiment, (nth, log)| {
        experiment.with_file(&path(&log_name(nth)), log.clone())
    })
}

/// These lines, one after the other and again from the front: three, a count, 300, a count.
fn counted(lines: &[(String, String)], first: Script) -> Script {
    let all: Vec<_> = lines
        .iter()
        .cycle()
        .take(FIRST_CALLS + CALLS)
        .cloned()
        .collect();
    let (before, after) = all.split_at(FIRST_CALLS);
    first
        .in_bulk()
        .say_all(before)
        .counted()
        .say_all(after)
        .counted()
}

fn pair(line: impl Into<String>, answer: &str) -> (String, String) {
    (line.into(), answer.to_owned())
}

/// Lines of all lengths, and logs that cannot be rotated.
pub(super) fn logs(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "logs");
    let files = Files::new(&mut source);
    let mut lines = || -> Vec<_> {
        (0..60)
            .map(|_| {
                let len = source.between(100, 300) as usize;
                pair(format!("log {}", text(&mut source, len)), OK)
            })
            .collect()
    };
    let rotated = counted(&lines(), Script::new()).run(LIFE);
    let in_the_way = lines();
    let old: Vec<Vec<u8>> = (0..3).map(|_| old_log(&mut source, 1100)).collect();
    let script = Script::new().on_logs(&old).without_rotation();
    let blocked = counted(&in_the_way, script).run(LIFE);
    vec![
        files.put("300 lines logged", rotated),
        with_logs(
            files.put("300 lines logged, and logs cannot be rotated", blocked),
            &old,
        )
        .with_file(&path("app.log.3/file"), b"in the way\n".to_vec()),
    ]
}

/// Sizes of files, of many names, of a directory and of what is not there.
pub(super) fn sizes(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "sizes");
    let files = Files::new(&mut source);
    let many: Vec<(String, Vec<u8>)> = (0..60)
        .map(|nth| {
            let len = source.between(1, 500) as usize;
            (format!("file-{nth}"), source.letters(len))
        })
        .collect();
    let mut lines = vec![pair("size small", &files.size()), pair("size sub", ERROR)];
    for (name, content) in &many {
        lines.extend([
            pair(format!("size {name}"), &format!("ok {}", content.len())),
            pair("size sub", ERROR),
            pair("size missing", ERROR),
            pair("size link", &files.size()),
            pair("size dangling", ERROR),
        ]);
    }
    let run = counted(&lines, Script::new()).run(LIFE);
    let story = files.put("300 sizes of files, directories and what is not there", run);
    let many = many.into_iter();
    vec![many.fold(story, |story, (name, content)| {
        story.with_file(&path(&name), content)
    })]
}

/// Nothing but pings.
pub(super) fn pings(seed: u64) -> Vec<Experiment> {
    let files = Files::new(&mut Source::new(seed, "pings"));
    let run = counted(&[pair("ping", OK)], Script::new()).run(LIFE);
    vec![files.put("300 pings", run)]
}

/// Programs that end in all ways, with much output, little and none.
pub(super) fn runs(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "runs");
    let files = Files::new(&mut source);
    let status = source.between(2, 99);
    let lines = [
        pair("run echo hello", "ok 0 6"),
        pair(format!("run exit {status}"), &format!("ok {status} 0")),
        pair("run kill -9 $$", "ok 137 0"),
        pair("run no-such-command 2>/dev/null", "ok 127 0"),
        pair("run printf %70000d 1", "ok 0 70000"),
    ];
    let run = counted(&lines, Script::new()).run(LIFE);
    vec![files.put("300 programs run, which end in all ways", run)]
}

/// Copies, from and to what there is, is not, and is no file.
pub(super) fn copies(seed: u64) -> Vec<Experiment> {
    let files = Files::new(&mut Source::new(seed, "copies"));
    let lines = [
        pair("copy small b", OK),
        pair("copy small nowhere/b", ERROR),
        pair("copy missing b", ERROR),
        pair("copy small sub", ERROR),
        pair("copy sub c", ERROR),
    ];
    let run = counted(&lines, Script::new()).run(LIFE);
    vec![files.put("300 copies, of which four in five cannot be made", run)]
}

/// The actor is run after each of the other commands; it holds what it was given.
pub(super) fn children(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "children");
    let files = Files::new(&mut source);
    let mut script = Script::new();
    let mut lines = vec![
        pair("size small", &files.size()),
        pair("size sub", ERROR),
        pair("ping", OK),
        pair("run exit 3", "ok 3 0"),
        pair("copy small b", OK),
        pair("copy small nowhere/b", ERROR),
        pair("copy sub c", ERROR),
    ];
    // The last of these rotates, too.
    lines.extend((0..4).map(|_| pair(format!("log {}", text(&mut source, 600)), OK)));
    let status = source.between(2, 99);
    let actor = format!("run exec {ACTOR} exit {status}");
    let answer = format!("ok {status} 0");
    script = script.say(&actor, &answer);
    for (line, said) in &lines {
        script = script.say(line, said).say(&actor, &answer);
    }
    let run = Run {
        has_actor: true,
        ..script.run(LIFE)
    };
    vec![files.put("a program is run after each other command", run)]
}

/// Everything, within a low limit.
pub(super) fn limited(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "limited");
    let files = Files::new(&mut source);
    let mut script = Script::new();
    for nth in 0..20 {
        script = script
            .say("size small", &files.size())
            .say("size sub", ERROR)
            .say("ping", OK)
            .say("run echo hello", "ok 0 6")
            .say("run exit 9", "ok 9 0")
            .copies("small", "b", &files.small)
            .say("copy small nowhere/b", ERROR)
            .say("copy sub c", ERROR)
            .say(&format!("log {}", text(&mut source, 400 + nth)), OK);
    }
    let run = script.run(LIFE);
    let run = Run {
        limits: Limits {
            files: (FEW, FEW),
            ..run.limits
        },
        ..run
    };
    vec![files.put("180 commands, with a limit of 64 descriptors", run)]
}

/// Each call that makes a descriptor fails, one at a time; then everything is asked for again.
pub(super) fn exhausted(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "exhausted");
    let files = Files::new(&mut source);
    let old = [old_log(&mut source, 1100)];
    let mut script = Script::new().on_logs(&old).at_rest();
    for _ in 0..2 {
        script = script
            .say(&format!("log {}", text(&mut source, 600)), OK)
            .say("size small", &files.size())
            .say("size sub", ERROR)
            .say("ping", OK)
            .say("run echo hello", "ok 0 6")
            .copies("small", "b", &files.small)
            .say("copy small nowhere/b", ERROR)
            .say(&format!("log {}", text(&mut source, 600)), OK)
            .counted();
    }
    let points = trigger(&[OPENING], Role::Any, Arming::FirstInput);
    let story = files.put(
        "EMFILE from each call in turn that makes a descriptor",
        script.run(&[LIFE, &["read-like"]].concat()),
    );
    vec![with_logs(story, &old).swept(&[Strike::Error(libc::EMFILE)], points)]
}
