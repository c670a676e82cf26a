//! What goes wrong around a shell: bad input, forks that fail, Ctrl-C.

use crate::lessons::chance::Source;
use crate::lessons::process::shell::script::{CTRL_C, Script};
use crate::lessons::stories::{experiment, trigger, words};
use crate::model::{Arming, Experiment, Role, Run, Strike};

/// Calls that make a process. (clone3 is not there, and C libraries fall back to clone.)
const FORKS: &[&str] = &["fork", "vfork", "clone"];

/// Lines that mean nothing, lines that are too much, and a kernel that says no.
pub(in super::super) fn bad_input(seed: u64) -> Vec<Experiment> {
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
            "three bars in a row",
            format!("/actor show {word} ||| /actor show {word}"),
        ),
        (
            "an ampersand without its command",
            format!("& /actor show {word}"),
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
            trigger(&[FORKS], Role::NewProcess, Arming::Begin),
        ),
    );
    all
}

/// Ctrl-C, with and without something to interrupt.
pub(in super::super) fn interrupts(seed: u64) -> Vec<Experiment> {
    let status = 1 + Source::new(seed, "interrupts").next() % 90;
    let typed = |before: &str, next: &str| {
        Script::new()
            .settles()
            .bytes(before.as_bytes())
            .settles()
            .bytes(&[CTRL_C])
            .settles()
            .line(next)
    };
    // Whatever ended them, `$?` says so.
    let asked = "/actor exit $?";
    vec![
        experiment(
            "Ctrl-C while a pipeline runs",
            typed("/actor sleep 60000 | /actor sleep 60000\n", asked).typed(),
        ),
        experiment(
            "Ctrl-C while a command runs",
            typed("/actor sleep 60000\n", asked).typed(),
        ),
        experiment(
            "Ctrl-C while half a line is typed",
            typed("/actor exit 0", &format!("/actor exit {status}"))
                .exits(status as i32)
                .typed(),
        ),
    ]
}
