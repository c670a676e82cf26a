//! Claims as an author writes them: a name, and what it takes.

use toml::de::DeValue;

use super::source::Sources;
use super::words;
use crate::model::toml_reader::Reader;
use crate::model::{Claim, Ended, Idle, Stated, Stream, Wanted};

/// The name of a claim, and what reads the rest of it.
pub(super) type Kind = (
    &'static str,
    for<'a, 't> fn(&mut Reader<'a, 't>, &Sources<'_>) -> Option<Claim>,
);

/// Every claim that there is, in the order in which `labs/CUSTOM.md` has them.
pub(super) static KINDS: &[Kind] = &[
    ("exits", |table, _| exits(table)),
    ("ended-by", |table, _| ended_by(table)),
    ("stdout", |table, sources| {
        prints(table, sources, Stream::Stdout)
    }),
    ("stderr", |table, sources| {
        prints(table, sources, Stream::Stderr)
    }),
    ("file", file),
    ("no-file", |table, _| no_file(table)),
    ("holds", |table, _| holds(table)),
    ("closes", |table, _| closes(table)),
    ("keeps-no-descriptor", |table, _| keeps_none(table)),
    ("starts-clean", |_, _| Some(Claim::StartsClean)),
    ("leaves-no-process", |_, _| Some(Claim::LeavesNoProcess)),
    ("reaps", |_, _| Some(Claim::Reaps)),
    ("durable", |table, _| durable(table)),
    ("order", |table, _| order(table)),
    ("calls", |table, _| calls(table)),
    ("cost", |table, _| cost(table)),
];

/// One claim.
pub(super) fn claim(table: &mut Reader<'_, '_>, sources: &Sources<'_>) -> Option<Stated> {
    let name = table.needed_text("claim");
    let Some((_, read)) = KINDS.iter().find(|(known, _)| *known == name) else {
        if !name.is_empty() {
            let known: Vec<&str> = KINDS.iter().map(|(known, _)| *known).collect();
            table.refuse("claim", format!("must be one of {}", known.join(", ")));
        }
        // What it takes nobody knows.
        table.leave_rest();
        return None;
    };
    let claim = read(table, sources);
    let hint = table.text("hint").unwrap_or_default();
    claim.map(|claim| Stated { claim, hint })
}

fn exits(table: &mut Reader<'_, '_>) -> Option<Claim> {
    if !table.has("status") {
        table.refuse("status", "is missing: a number from 0 to 255, or \"not 0\"");
        return None;
    }
    let expected = r#"a number from 0 to 255, or "not 0""#;
    let ended = table.parsed("status", expected, |text| match text {
        "not 0" => Some(Ended::Failure),
        number => number
            .parse::<u8>()
            .ok()
            .map(|code| Ended::Status(code.into())),
    });
    ended.map(Claim::Ends)
}

fn ended_by(table: &mut Reader<'_, '_>) -> Option<Claim> {
    let name = table.needed_text("signal");
    match words::signal(&name) {
        Some(signo) => Some(Claim::Ends(Ended::Signal(signo))),
        None => {
            table.refuse("signal", r#"must be the name of a signal: "SIGTERM""#);
            None
        }
    }
}

fn prints(table: &mut Reader<'_, '_>, sources: &Sources<'_>, stream: Stream) -> Option<Claim> {
    let wanted = wanted(table, sources)?;
    Some(Claim::Prints { stream, wanted })
}

fn file(table: &mut Reader<'_, '_>, sources: &Sources<'_>) -> Option<Claim> {
    let path = words::needed_path(table, "path");
    let once_printed = table.value("once_printed", |value| sources.bytes(value));
    let wanted = wanted(table, sources)?;
    Some(Claim::File {
        path,
        wanted: Some(wanted),
        once_printed: once_printed.unwrap_or_default(),
    })
}

fn no_file(table: &mut Reader<'_, '_>) -> Option<Claim> {
    Some(Claim::File {
        path: words::needed_path(table, "path"),
        wanted: None,
        once_printed: Vec::new(),
    })
}

/// What bytes must be: exactly one of the keys that say so.
fn wanted(table: &mut Reader<'_, '_>, sources: &Sources<'_>) -> Option<Wanted> {
    const KEYS: &str = "is, any_of, has, begins, lines, last_line and says_something";
    let is_empty = |wanted: &Wanted| match wanted {
        Wanted::Has(bytes) | Wanted::Begins(bytes) | Wanted::LastLine(bytes) => bytes.is_empty(),
        _ => false,
    };
    let bytes = |value: DeValue<'_>| sources.bytes(value);
    let problems = table.problem_count();
    let found = [
        table
            .value("is", bytes)
            .map(|bytes| Wanted::OneOf(vec![bytes])),
        (table.value("any_of", |value| sources.several(value))).map(Wanted::OneOf),
        table.value("has", bytes).map(Wanted::Has),
        table.value("begins", bytes).map(Wanted::Begins),
        table.value("lines", bytes).map(Wanted::Lines),
        table.value("last_line", bytes).map(Wanted::LastLine),
        table.flag("says_something").then_some(Wanted::Something),
    ];
    let mut found = found.into_iter().flatten();
    match (found.next(), found.next()) {
        (Some(wanted), None) if is_empty(&wanted) => {
            table.refuse("claim", "wants nothing: whatever is there begins with it");
            None
        }
        (Some(wanted), None) => Some(wanted),
        (Some(_), Some(_)) => {
            table.refuse("claim", format!("has two of {KEYS}: it takes one"));
            None
        }
        (None, _) => {
            if table.problem_count() == problems {
                table.refuse("claim", format!("has none of {KEYS}: what must be there?"));
            }
            None
        }
    }
}

fn holds(table: &mut Reader<'_, '_>) -> Option<Claim> {
    let directory = table.needed_text("directory");
    if directory != "/lab" && !words::is_in_lab(&directory) {
        table.refuse("directory", "must be /lab, or a directory below it");
    }
    if !table.has("names") {
        table.refuse("names", "is missing: which names are there, and no others?");
    }
    let mut names = table.texts("names");
    names.sort();
    Some(Claim::Holds { directory, names })
}

fn closes(table: &mut Reader<'_, '_>) -> Option<Claim> {
    let below = table.text("below").unwrap_or_else(|| "/lab".to_owned());
    if !below.starts_with('/') {
        table.refuse("below", "must be an absolute path");
    }
    Some(Claim::Closes {
        below: below.trim_end_matches('/').to_owned(),
    })
}

fn keeps_none(table: &mut Reader<'_, '_>) -> Option<Claim> {
    Some(Claim::KeepsNone {
        more: table.whole("more", 1000).unwrap_or(0) as usize,
    })
}

fn durable(table: &mut Reader<'_, '_>) -> Option<Claim> {
    let path = words::needed_path(table, "path");
    if !table.has("before") {
        table.refuse("before", r#"is missing: "stdout" or "exit""#);
    }
    let before = table.parsed("before", r#""stdout" or "exit""#, |word| match word {
        "stdout" => Some(true),
        "exit" => Some(false),
        _ => None,
    });
    Some(Claim::Durable {
        path,
        before_output: before?,
    })
}

fn order(table: &mut Reader<'_, '_>) -> Option<Claim> {
    let each = table.flag("each");
    let mut select = |key: &str| {
        if !table.has(key) {
            table.refuse(key, r#"is missing: { calls = ["fsync"], on = "/lab/log" }"#);
        }
        table.table(key, words::select)
    };
    let (first, then) = (select("first"), select("then"));
    Some(Claim::Order {
        first: first?,
        then: then?,
        each,
    })
}

/// The most calls that a claim counts.
const MOST_CALLS: u64 = 1_000_000;

fn calls(table: &mut Reader<'_, '_>) -> Option<Claim> {
    let of = words::select(table);
    let at_least = table.whole("at_least", MOST_CALLS);
    let at_most = table.whole("at_most", MOST_CALLS);
    let during = table.parsed("during", r#""pass""#, |word| {
        (word == "pass").then_some(Idle::Passing)
    });
    match (at_least, at_most) {
        (None | Some(0), None) => {
            table.refuse("at_most", "is missing, and so is at_least: how many?");
        }
        (Some(least), Some(most)) if least > most => {
            table.refuse("at_most", "is less than at_least: nothing can be both");
        }
        _ => {}
    }
    Some(Claim::Calls {
        of,
        at_least: at_least.unwrap_or(0) as usize,
        at_most: at_most.map_or(usize::MAX, |most| most as usize),
        during: during.unwrap_or(Idle::Always),
    })
}

fn cost(table: &mut Reader<'_, '_>) -> Option<Claim> {
    let times = table.whole("times", 1_000_000).filter(|times| *times > 0);
    let of_run = table.whole("of_run", 1000).filter(|run| *run > 0);
    for (key, is_there) in [("times", times.is_some()), ("of_run", of_run.is_some())] {
        if !is_there {
            table.refuse(key, "must be a whole number from 1 on");
        }
    }
    let free_ms = table.whole("free_ms", 600_000).unwrap_or(1000);
    Some(Claim::Cost {
        times: times?,
        of_run: of_run? as usize - 1,
        free_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::toml_reader::read;

    fn read_claim(text: &str) -> Result<Claim, String> {
        let no_file = |_: &str| Err("is no file".to_owned());
        let sources = Sources::new(&no_file);
        match read(text, |table| claim(table, &sources)) {
            Ok(stated) => Ok(stated.unwrap().claim),
            Err(problems) => Err(problems.to_string()),
        }
    }

    #[test]
    fn what_is_wrong_in_a_claim_is_named() {
        for (text, says) in [
            ("", "claim is missing"),
            (
                "claim = \"exist\"\nstatus = 0",
                "claim must be one of exits, ",
            ),
            ("claim = \"exits\"", "status is missing"),
            ("claim = \"exits\"\nstatus = 256", "status must be"),
            (
                "claim = \"exits\"\nstatus = 0\nsignal = 3",
                "signal is not a key",
            ),
            ("claim = \"ended-by\"\nsignal = \"TERM\"", "signal must be"),
            ("claim = \"stdout\"", "what must be there?"),
            ("claim = \"stdout\"\nis = 3", "is must be a text"),
            ("claim = \"stdout\"\nis = \"\"\nhas = \"a\"", "has two of"),
            ("claim = \"stdout\"\nhas = \"\"", "wants nothing"),
            ("claim = \"stdout\"\nany_of = []", "any_of must be"),
            ("claim = \"file\"\nis = \"\"", "path is missing"),
            (
                "claim = \"file\"\npath = \"/etc/passwd\"\nis = \"\"",
                "path must be",
            ),
            (
                "claim = \"holds\"\ndirectory = \"/lab\"",
                "names is missing",
            ),
            (
                "claim = \"durable\"\npath = \"/lab/a\"",
                "before is missing",
            ),
            (
                "claim = \"durable\"\npath = \"/lab/a\"\nbefore = \"ack\"",
                "before must be",
            ),
            (
                "claim = \"order\"\nthen = { calls = [\"read\"] }",
                "first is missing",
            ),
            (
                "claim = \"order\"\nfirst = {}\nthen = { calls = [\"read\"] }",
                "first.calls is missing",
            ),
            ("claim = \"calls\"\ncalls = [\"read\"]", "how many?"),
            (
                "claim = \"calls\"\ncalls = [\"read\"]\nat_least = 2\nat_most = 1",
                "nothing can be both",
            ),
            ("claim = \"calls\"\ncalls = [\"raed\"]\nat_most = 1", "raed"),
            ("claim = \"cost\"\ntimes = 3", "of_run must be"),
        ] {
            let message = read_claim(text).unwrap_err();
            assert!(message.contains(says), "{text}: {message}");
        }
    }

    #[test]
    fn a_claim_is_read_with_all_that_it_takes() {
        let claim = read_claim(
            "claim = \"calls\"\ncalls = [\"fsync\", \"fdatasync\"]\non = \"/lab/log/\"\nat_most = 3\nduring = \"pass\"",
        );
        let Ok(Claim::Calls {
            of,
            at_most: 3,
            at_least: 0,
            during: Idle::Passing,
        }) = claim
        else {
            panic!("{claim:?}");
        };
        assert_eq!(of.words, "fsync, fdatasync");
        assert_eq!(of.on, crate::model::On::Path("/lab/log".to_owned()));
        let ended = read_claim("claim = \"exits\"\nstatus = \"not 0\"").unwrap();
        assert_eq!(ended, Claim::Ends(Ended::Failure));
    }
}
