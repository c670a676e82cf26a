//! What a shell does with processes: pipelines, what they are given, and the background.

use crate::lessons::chance::Source;
use crate::lessons::process::shell::script::Script;
use crate::lessons::stories::{experiment, words};
use crate::model::{Experiment, InputKind, Limits, Run, Step};

/// Bytes that no pipe holds, and no shell should.
const MUCH: usize = 8 << 20;

/// The handout allows more time for the 500 pipelines than for anything else.
const LONG_MS: u64 = 30_000;

/// Pipelines whose stages need each other, and pipelines that end early.
pub(in super::super) fn pipelines(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "pipelines");
    let word = source.word(7);
    let status = 2 + source.next() % 100;
    let together = Script::new()
        .line("mkfifo /lab/fifo")
        .prints(
            "/actor ask /lab/fifo | cat | /actor answer /lab/fifo",
            "answer\n",
        )
        .exits(0);
    let much = Script::new()
        .prints(
            &format!("head -c {MUCH} /dev/zero | cat | wc -c"),
            &format!("{MUCH}\n"),
        )
        .prints(
            &format!("/actor show {word}|cat|cat|cat|cat|cat|cat|cat|cat|cat"),
            &format!("<{word}>\n"),
        )
        .exits(0);
    let mut last = Script::new();
    for (line, status) in [
        (format!("/actor exit {status} | /actor exit 0"), 0),
        (format!("/actor exit 0 | /actor exit {status}"), status),
        (
            "/actor exit 1 | /actor exit 2 | /actor kill TERM".to_owned(),
            143,
        ),
        (format!("/actor sleep 100 | /actor exit {status}"), status),
        (format!("/actor exit {status} | /actor sleep 100"), 0),
    ] {
        last = last.ends_with(&line, status);
    }
    let early = Script::new()
        .prints(
            &format!("yes {word} | cat | head -n 2"),
            &format!("{word}\n{word}\n"),
        )
        .settles()
        .prints("/actor show $?", "<0>\n")
        .prints("head -n 1 | cat", &format!("{word}\n"))
        .settles()
        .line(&word)
        .settles()
        .exits(0);
    vec![
        experiment("three stages that wait for each other", together.run()),
        experiment("8 MiB through three stages", much.run()),
        experiment(
            "stages that end with different statuses",
            last.exits(0).run(),
        ),
        experiment(
            "a last stage that has read enough, and then a first one that reads the next line",
            early.run(),
        ),
    ]
}

/// Commands in all positions, and then very many of them.
pub(in super::super) fn descriptors(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "descriptors");
    let file = format!("/lab/{}", source.word(6));
    let status = source.next() % 100;
    let positions = Script::new()
        .line(&format!("/actor exit {status}"))
        .line("/actor exit 0 | /actor exit 0")
        .line("/actor exit 0 | /actor exit 0 | /actor exit 0 | /actor exit 0")
        .line(&format!("/actor exit 0 > {file}"))
        .line(&format!("/actor exit 0 < {file} >> {file} 2> /dev/null"))
        .line(&format!("/actor exit 0 > {file} 2>&1"))
        .line(&format!(
            "/actor exit 0 2>&1 > {file} | /actor exit 0 < {file}"
        ))
        .line("cd /lab > /dev/null")
        .line("/actor exit 0 &")
        .line("/actor exit 0 | /actor exit 0 &")
        .line("wait")
        .line("/actor exit 0; /actor exit 0")
        .exits(0);
    let five = |script: Script, count: usize| {
        (0..count).fold(script, |script, nth| {
            script.line(match nth % 5 {
                0 => "/bin/true < /dev/null | /bin/true",
                1 => "/bin/true | /bin/true > /dev/null 2>&1",
                2 => "/bin/true 2> /dev/null | /bin/true >> /dev/null",
                // Not all of them: a shell that reaps late may have 64 processes.
                3 if nth % 50 == 3 => "/bin/true < /dev/null 2> /dev/null | /bin/true & wait",
                3 => "/bin/true < /dev/null 2> /dev/null | /bin/true",
                _ => "cd /lab > /dev/null | /bin/true; cd /lab > /dev/null",
            })
        })
    };
    let few = five(Script::new(), 5).settles().then(Step::Inspect);
    let many = five(few, 495)
        .settles()
        .then(Step::Inspect)
        .settles()
        .then(Step::Inspect)
        .settles()
        .then(Step::Inspect)
        .line(&format!("/actor exit {status}"))
        .exits(status as i32);
    let many = Run {
        limits: Limits {
            time_ms: LONG_MS,
            cpu_ms: LONG_MS,
            ..Limits::default()
        },
        // A thousand processes: nothing but their beginnings and their ends.
        watch: words(&["none"]),
        ..many.run()
    };
    vec![
        experiment("commands in all positions", positions.run()),
        experiment("five pipelines, and then 495 more", many),
    ]
}

/// Commands that run while others do.
pub(in super::super) fn background(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "background");
    let word = source.word(8);
    let told = [
        "cat /lab/fifo > /lab/got &\n",
        "cat /lab/fifo | cat > /lab/got &\n",
        "cat /lab/fifo > /lab/got & ",
    ];
    let told = told
        .into_iter()
        .fold(Script::new().line("mkfifo /lab/fifo"), |script, behind| {
            let word = source.word(8);
            script
                .line(&format!("{behind}/actor show {word} > /lab/fifo"))
                .line("wait")
                .prints("cat /lab/got", &format!("<{word}>\n"))
        })
        .exits(0);
    // The last stage ends when it is told to, which is when nothing moves any more: wait waits.
    let waits = Script::new()
        .prints(
            "/bin/true | /actor ask /lab/gate &",
            &format!("question\n{word}\n"),
        )
        .line("wait")
        .prints(&format!("/actor show {word} $?"), &format!("<{word}><0>\n"))
        .settles()
        .then(Step::Write(
            "/lab/gate".to_owned(),
            format!("{word}\n").into_bytes(),
        ))
        .then(Step::HangUp("/lab/gate".to_owned()))
        .exits(0);
    // The same for one that is not a pipeline, and fails.
    let fails = Script::new()
        .prints("sh -c 'cat /lab/gate; exit 3' &", &format!("{word}\n"))
        .ends_with("wait", 0)
        .settles()
        .then(Step::Write(
            "/lab/gate".to_owned(),
            format!("{word}\n").into_bytes(),
        ))
        .then(Step::HangUp("/lab/gate".to_owned()))
        .exits(0);
    let statuses = Script::new()
        .ends_with("/actor exit 5 & /actor exit 6", 6)
        .ends_with("/actor exit 6; /actor exit 7 &", 0)
        .line("/actor exit 8")
        .ends_with("wait", 0)
        .line(&format!("/actor show {word} | cat > /lab/out &"))
        .line("wait")
        .prints("cat /lab/out", &format!("<{word}>\n"))
        .line("cat < /lab/out > /lab/copy &")
        .line("wait")
        .prints("cat /lab/copy", &format!("<{word}>\n"))
        .exits(0);
    // All of them end at one time, and not before all are there: when the writer at the other end
    // of the FIFO is gone.
    let many = (0..20).fold(Script::new().line("mkfifo /lab/gate"), |script, _| {
        script.line("cat /lab/gate > /dev/null &")
    });
    let reaped = many
        .settles()
        .line(&format!("/actor show {word} > /lab/gate"))
        .settles()
        .line("/actor exit 0")
        .line("/actor exit 0")
        .settles()
        .prints("head -n 1", &format!("{word}\n"))
        .settles()
        .line(&word)
        .settles()
        .exits(0);
    vec![
        experiment(
            "a background command that the next one talks to",
            told.run(),
        ),
        experiment(
            "wait, with a pipeline in the background whose last stage takes its time",
            waits.run(),
        )
        .with("/lab/gate", InputKind::Fifo),
        experiment(
            "wait, with a command in the background that fails",
            fails.run(),
        )
        .with("/lab/gate", InputKind::Fifo),
        experiment("background commands that fail", statuses.run()),
        experiment(
            "20 background commands that end at one time, and then others",
            reaped.run(),
        ),
    ]
}

/// Commands in the foreground, with and without a terminal.
pub(in super::super) fn signals(seed: u64) -> Vec<Experiment> {
    let status = Source::new(seed, "signals").next() % 100;
    let script = || {
        Script::new()
            .line("/actor exit 0")
            .line("/actor exit 0 | /actor exit 0 | /actor exit 0")
            .line("/actor exit 0 > /dev/null")
    };
    let piped = script()
        .line("/bin/true &")
        .line("wait")
        .line(&format!("/actor exit {status}"))
        .exits(status as i32);
    let typed = Script::new()
        .settles()
        .line("/actor exit 0 | /actor exit 0 | /actor exit 0")
        .settles()
        .line(&format!("/actor exit {status}"))
        .exits(status as i32);
    let watched = |run: Run| Run {
        watch: words(&["process", "signal"]),
        ..run
    };
    vec![
        experiment("commands in the foreground", watched(piped.run())),
        experiment(
            "commands in the foreground, typed at a terminal",
            watched(typed.typed()),
        ),
    ]
}
