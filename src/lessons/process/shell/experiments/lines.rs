//! What a shell makes of its input: commands and their words, statuses, redirections.

use crate::lessons::chance::Source;
use crate::lessons::process::shell::script::Script;
use crate::lessons::stories::experiment;
use crate::model::{Experiment, InputFile, Step};

/// Commands of all kinds, found in all ways.
pub(in super::super) fn commands(seed: u64) -> Vec<Experiment> {
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
        .prints(&format!("cd /; /actor show {c}"), &format!("<{c}>\n"))
        .prints("/bin/pwd", "/\n")
        .prints(&format!("lab/tool {b}"), &format!("tool {b}\n"))
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
    all[1].files.push(InputFile {
        path: "/lab/tool".to_owned(),
        content: b"#!/bin/sh\n/bin/echo tool \"$1\"\n".to_vec(),
        is_executable: true,
        ..InputFile::default()
    });
    all
}

/// Commands that end in all ways.
pub(in super::super) fn statuses(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "statuses");
    let any = 2 + source.next() % 100;
    let missing = source.word(12);
    let last = 1 + source.next() % 90;
    let large = 129 + source.next() % 120;
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
    let cd = Script::new()
        .line("cd /lab/missing")
        .complains("cd /lab/missing")
        .prints("/actor show here", "<here>\n")
        .line("cd /lab/missing")
        .fails();
    let exit = Script::new()
        .prints("/actor show here", "<here>\n")
        .line(&format!("exit {large}; /actor show gone"))
        .line("/actor show gone")
        .exits(large as i32);
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
        experiment("a directory that is not there", cd.run()),
        experiment("exit with a number", exit.run()),
        experiment("exit without a number", bare.run()),
        experiment("the end of input after a command that failed", end.run()),
        experiment(
            "the end of input after a command that was killed",
            killed.run(),
        ),
    ]
}

/// Redirections of all kinds, and files that cannot be opened.
pub(in super::super) fn redirections(seed: u64) -> Vec<Experiment> {
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
        .fills(
            &format!("/actor exit 3; /actor show {e} > /lab/is$?"),
            "/lab/is3",
            &format!("<{e}>\n"),
        )
        .fills(
            &format!("/actor show {a}2>/lab/two"),
            "/lab/two",
            &format!("<{a}2>\n"),
        )
        .fills(
            &format!("/actor show {b} > /lab/middle {c}"),
            "/lab/middle",
            &format!("<{b}><{c}>\n"),
        )
        .leaves("/actor exit 0 > /lab/first > /lab/second", "/lab/first", "")
        .fills(
            "/actor exit 0 > /lab/first > /lab/second",
            "/lab/second",
            "",
        )
        .fills("cd / 2> /lab/kept", "/lab/kept", "")
        .prints(&format!("/actor both {f} {e}"), &format!("{f}\n"))
        .prints("/bin/pwd", "/\n")
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
        .refused("cat < /lab/missing")
        .refused(&format!("/actor show {a} > /lab/missing/out"))
        .refused(&format!("/actor show {b} > /lab"))
        .refused(&format!("/actor both {a} {b} > /lab/unread < /lab/missing"))
        .line("cd /lab")
        .refused("cd / > /lab/unread < /lab/missing")
        .prints("/bin/pwd", "/lab\n")
        .prints("cat < /lab/missing | wc -c", "0\n")
        .prints("/actor show $?", "<0>\n")
        .prints(&format!("/actor show {c}"), &format!("<{c}>\n"))
        .exits(0);
    vec![
        experiment("redirections of every form", forms.run())
            .with_file("/lab/in", format!("{a}\n{b}\n").into_bytes())
            .with_file("/lab/old", [b'x'; 300].to_vec())
            .with_file("/lab/err", [b'x'; 300].to_vec()),
        experiment("redirections in one order and the other", order.run()),
        experiment("files that cannot be opened", closed.run()),
    ]
}
