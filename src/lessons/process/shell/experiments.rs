//! What each check makes a shell live through.
//!
//! Commands are ordinary ones, or the actor where it matters that a program is executed: a shell
//! may have `echo`, `cat` or `true` built in. Only grammar that the handout promises is used, and
//! nothing that means something else to a shell with more of it.

use super::script::{CTRL_C, Script};
use crate::lessons::process::chance::Source;
use crate::lessons::process::stories::{experiment, trigger, words};
use crate::model::{Arming, Experiment, Limits, Role, Run, Step, Strike};

/// Calls that make a process. (clone3 is not there, and C libraries fall back to clone.)
const FORKS: &[&str] = &["fork", "vfork", "clone"];

/// Bytes that no pipe holds, and no shell should.
const MUCH: usize = 8 << 20;

/// The handout allows more time for the 500 pipelines than for anything else.
const LONG_MS: u64 = 30_000;

/// Commands of all kinds, found in all ways.
pub(super) fn commands(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "commands");
    let mut word = || source.word(6);
    let [a, b, c, d, e, f] = std::array::from_fn(|_| word());
    let words = Script::new()
        .prints(&format!("/actor show {a} {b}"), &format!("<{a}><{b}>\n"))
        .prints(&format!("basename /lab/{c}/{d}"), &format!("{d}\n"))
        .prints(
            &format!("  /actor \t show   {e}\t{f}  "),
            &format!("<{e}><{f}>\n"),
        )
        .line("")
        .prints(
            &format!("/actor show '{a}  {b}' \"{c}\t{d}\""),
            &format!("<{a}  {b}><{c}\t{d}>\n"),
        )
        .prints(
            &format!("/actor show {a}'{b} |'\"; {c}\"{d}"),
            &format!("<{a}{b} |; {c}{d}>\n"),
        )
        .prints(
            &format!("/actor show \"{a}'s\" '\"{b}\"'"),
            &format!("<{a}'s><\"{b}\">\n"),
        )
        .prints(&format!("/actor show \"\" {c} ''"), &format!("<><{c}><>\n"))
        .prints(
            &format!("/actor show {d}; /actor show {e};"),
            &format!("<{d}>\n<{e}>\n"),
        )
        .prints("printenv HOME", "/tmp\n")
        .exits(0);
    let places = Script::new()
        .line("cd /lab")
        .prints("/bin/pwd", "/lab\n")
        .prints(&format!("./tool {a}"), &format!("tool {a}\n"))
        .line("cd /")
        .prints("/bin/pwd", "/\n")
        .exits(0);
    let line = format!("/actor show {a} {b}");
    let (first, rest) = line.split_at(9);
    let pieces = Script::new()
        .bytes(first.as_bytes())
        .then(Step::AwaitTaken)
        .bytes(rest.as_bytes())
        .then(Step::AwaitTaken)
        .prints_after(&line, "", &[&format!("<{a}><{b}>\n")])
        .then(Step::AwaitTaken)
        .prints(&format!("/actor show {c}"), &format!("<{c}>\n"))
        .exits(0);
    let torn = Script::new()
        .prints(&format!("/actor show {d} {e}"), &format!("<{d}><{e}>\n"))
        .torn()
        .exits(0);
    // A shell may take more of its input than one line: then nothing would be left to read. What
    // comes while the command runs is the command's in any case.
    let reader = Script::new()
        .prints("head -n 1", &format!("{f}\n"))
        .settles()
        .line(&f)
        .settles()
        .prints(&format!("/actor show {a}"), &format!("<{a}>\n"))
        .exits(0);
    let mut all = vec![
        experiment("commands of one line each", words.run()),
        experiment("commands in other directories", places.run()),
        experiment("a line that comes in three pieces", pieces.run()),
        experiment("a last line without its newline", torn.run()),
        experiment("a command that reads the next line", reader.run()),
        experiment("no input at all", Script::new().exits(0).run()),
    ];
    all[1].files.push(crate::model::InputFile {
        path: "/lab/tool".to_owned(),
        content: b"#!/bin/sh\n/bin/echo tool \"$1\"\n".to_vec(),
        is_executable: true,
    });
    all
}

/// Commands that end in all ways.
pub(super) fn statuses(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "statuses");
    let any = 2 + source.next() % 100;
    let missing = source.word(12);
    let last = 1 + source.next() % 90;
    let mut ends = Script::new();
    for (command, status) in [
        ("/actor exit 0".to_owned(), 0),
        ("/actor exit 1".to_owned(), 1),
        (format!("/actor exit {any}"), any),
        ("/actor exit 255".to_owned(), 255),
        ("/actor kill TERM".to_owned(), 143),
        ("/actor kill KILL".to_owned(), 137),
        ("/actor kill SEGV".to_owned(), 139),
        (missing.clone(), 127),
        (format!("/lab/{missing}"), 127),
        ("/lab/plain".to_owned(), 126),
        ("/lab".to_owned(), 126),
    ] {
        ends = ends.ends_with(&command, status);
    }
    let ends = ends
        .line(&format!("/actor exit {any}"))
        .line("")
        .ends_with(" \t ", any)
        .prints(
            &format!("/actor exit {any}; /actor show \"is $?\" '$?' a$?b"),
            &format!("<is {any}><$?><a{any}b>\n"),
        )
        .exits(0);
    let unheard = Script::new().line(&missing).complains(&missing).exits(127);
    let plain = Script::new()
        .line("/lab/plain")
        .complains("/lab/plain")
        .exits(126);
    let exit = Script::new()
        .prints("/actor show here", "<here>\n")
        .line(&format!("exit {last}; /actor show gone"))
        .line("/actor show gone")
        .exits(last as i32);
    let bare = Script::new()
        .line(&format!("/actor exit {last}"))
        .line("exit")
        .line("/actor show gone")
        .exits(last as i32);
    let end = Script::new()
        .line("/actor exit 0")
        .line(&format!("/actor exit {last}"))
        .exits(last as i32);
    let killed = Script::new().line("/actor kill TERM").torn().exits(143);
    let with_plain = |one: Experiment| one.with_file("/lab/plain", b"not a program\n".to_vec());
    vec![
        with_plain(experiment("commands that end in all ways", ends.run())),
        experiment("a command that is nowhere", unheard.run()),
        with_plain(experiment("a file that may not be executed", plain.run())),
        experiment("exit with a number", exit.run()),
        experiment("exit without a number", bare.run()),
        experiment("the end of input after a command that failed", end.run()),
        experiment(
            "the end of input after a command that was killed",
            killed.run(),
        ),
    ]
}

/// Pipelines whose stages need each other, and pipelines that end early.
pub(super) fn pipelines(seed: u64) -> Vec<Experiment> {
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
        .exits(0);
    vec![
        experiment("three stages that wait for each other", together.run()),
        experiment("8 MiB through three stages", much.run()),
        experiment(
            "stages that end with different statuses",
            last.exits(0).run(),
        ),
        experiment("a last stage that has read enough", early.run()),
    ]
}

/// Commands in all positions, and then very many of them.
pub(super) fn descriptors(seed: u64) -> Vec<Experiment> {
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
        .line("/bin/true < /lab/missing")
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
                3 => "/bin/true < /missing | /bin/true",
                _ => "cd /lab > /dev/null | /bin/true; cd /lab > /dev/null",
            })
        })
    };
    let few = five(Script::new(), 5).settles().then(Step::Inspect);
    let many = five(few, 495)
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

/// Redirections of all kinds, and files that cannot be opened.
pub(super) fn redirections(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "redirections");
    let mut word = || source.word(5);
    let [a, b, c, d, e, f] = std::array::from_fn(|_| word());
    let forms = Script::new()
        .prints("cat < /lab/in", &format!("{a}\n{b}\n"))
        .fills(
            &format!("/actor show {a} > /lab/out"),
            "/lab/out",
            &format!("<{a}>\n"),
        )
        .fills(
            &format!("/actor show {b} > /lab/old"),
            "/lab/old",
            &format!("<{b}>\n"),
        )
        .fills(
            &format!("/actor show {c} >> /lab/new"),
            "/lab/new",
            &format!("<{c}>\n<{d}>\n"),
        )
        .line(&format!("/actor show {d}>>/lab/new"))
        .leaves(
            &format!("/actor both {a} {b} 2> /lab/err"),
            "/lab/err",
            &format!("{b}\n"),
        )
        .prints(
            &format!("/actor both {a} {b} 2> /lab/err"),
            &format!("{a}\n"),
        )
        .fills(
            "cat < /lab/in > /lab/copy",
            "/lab/copy",
            &format!("{a}\n{b}\n"),
        )
        .prints(&format!("/actor show {f}"), &format!("<{f}>\n"))
        .exits(0);
    let order = Script::new()
        .fills(
            &format!("/actor both {c} {d} > /lab/both 2>&1"),
            "/lab/both",
            &format!("{c}\n{d}\n"),
        )
        .leaves(
            &format!("/actor both {e} {f} 2>&1 > /lab/half"),
            "/lab/half",
            &format!("{e}\n"),
        )
        .prints(
            &format!("/actor both {e} {f} 2>&1 > /lab/half"),
            &format!("{f}\n"),
        )
        .prints(
            &format!("/actor both {a} {b} 2>&1 | cat"),
            &format!("{a}\n{b}\n"),
        )
        .exits(0);
    let closed = Script::new()
        .is_refused("cat < /lab/missing")
        .is_refused(&format!("/actor show {a} > /lab/missing/out"))
        .is_refused(&format!("/actor show {b} > /lab"))
        .is_refused(&format!("/actor both {a} {b} > /lab/unread < /lab/missing"))
        .prints("cat < /lab/missing | wc -c", "0\n")
        .prints("/actor show $?", "<0>\n")
        .prints(&format!("/actor show {c}"), &format!("<{c}>\n"))
        .exits(0);
    vec![
        experiment("redirections of every form", forms.run())
            .with_file("/lab/in", format!("{a}\n{b}\n").into_bytes())
            .with_file("/lab/old", [b'x'; 300].to_vec()),
        experiment("redirections in one order and the other", order.run()),
        experiment("files that cannot be opened", closed.run()),
    ]
}

/// Commands that run while others do.
pub(super) fn background(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "background");
    let word = source.word(8);
    let told = Script::new()
        .line("mkfifo /lab/fifo")
        .line("cat /lab/fifo > /lab/got &")
        .line(&format!("/actor show {word} > /lab/fifo"))
        .line("wait")
        .prints("cat /lab/got", &format!("<{word}>\n"))
        .exits(0);
    let waits = Script::new()
        .line("/actor sleep 700 &")
        .line("wait")
        .prints(&format!("/actor show {word} $?"), &format!("<{word}><0>\n"))
        .exits(0);
    let statuses = Script::new()
        .ends_with("/actor exit 5 & /actor exit 6", 6)
        .ends_with("/actor exit 7 &", 0)
        .line(&format!("/actor show {word} | cat > /lab/out &"))
        .line("wait")
        .prints("cat /lab/out", &format!("<{word}>\n"))
        .exits(0);
    let many = (0..20).fold(Script::new(), |script, _| script.line("/actor exit 3 &"));
    let reaped = many
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
            "wait, with a background command that takes its time",
            waits.run(),
        ),
        experiment("background commands that fail", statuses.run()),
        experiment("20 background commands, and then others", reaped.run()),
    ]
}

/// Commands in the foreground, with and without a terminal.
pub(super) fn signals(seed: u64) -> Vec<Experiment> {
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

/// Lines that mean nothing, lines that are too much, and a kernel that says no.
pub(super) fn bad_input(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "bad input");
    let word = source.word(6);
    let before = || Script::new().prints("/actor show before", "<before>\n");
    let mut all = Vec::new();
    for (story, line) in [
        ("a quote that is not closed", format!("/actor show '{word}")),
        (
            "a pipeline without its last stage",
            format!("/actor show {word} |"),
        ),
        (
            "a pipeline without its first stage",
            format!("| /actor show {word}"),
        ),
        (
            "a redirection without its file",
            format!("/actor show {word} >"),
        ),
        (
            "a semicolon too many",
            format!("/actor show {word} ;; /actor show {word}"),
        ),
    ] {
        all.push(experiment(
            story,
            before().line(&line).complains(&line).fails().run(),
        ));
    }
    let nul = before()
        .prints_anything(b"/actor show n\0ul")
        .prints_anything(b"\0\0")
        .prints("/actor show after", "<after>\n")
        .exits(0);
    all.push(experiment("NUL bytes in a line", nul.run()));
    // 100 letters a word: neither one argument nor all of them are more than execve(2) takes.
    let count = 10_400;
    let text = vec![source.word(100); count].join(" ");
    let long = before()
        .prints(
            &format!("/actor show {text} | wc -c"),
            &format!("{}\n", count * 102 + 1),
        )
        .prints("/actor show after", "<after>\n")
        .exits(0);
    all.push(experiment(
        "a line of 1 MiB",
        Run {
            watch: words(&["process"]),
            ..long.run()
        },
    ));
    let fork = Script::new()
        .prints("head -c 200000 /dev/zero | cat | wc -c", "200000\n")
        .prints("/actor show status $?", "<status><0>\n");
    all.push(
        experiment("EAGAIN from each fork in turn", fork.run()).swept(
            &[Strike::Error(libc::EAGAIN)],
            trigger(&[FORKS], Role::Any, Arming::Begin),
        ),
    );
    all
}

/// Ctrl-C, with and without something to interrupt.
pub(super) fn interrupts(seed: u64) -> Vec<Experiment> {
    let status = 1 + Source::new(seed, "interrupts").next() % 90;
    let typed = |before: &str| {
        Script::new()
            .settles()
            .bytes(before.as_bytes())
            .settles()
            .bytes(&[CTRL_C])
            .settles()
            .line(&format!("/actor exit {status}"))
            .exits(status as i32)
            .typed()
    };
    vec![
        experiment(
            "Ctrl-C while a pipeline runs",
            typed("/actor sleep 60000 | /actor sleep 60000\n"),
        ),
        experiment("Ctrl-C while a command runs", typed("/actor sleep 60000\n")),
        experiment("Ctrl-C while half a line is typed", typed("/actor exit 0")),
    ]
}
