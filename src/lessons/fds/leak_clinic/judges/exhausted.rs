//! A command that gets no descriptor is answered with error, and the next one is done.

use crate::lessons::fds::leak_clinic::DIRECTORY;
use crate::lessons::fds::leak_clinic::observed::{Observed, in_order, shown};
use crate::lessons::fds::leak_clinic::script::{ERROR, OK, log_name};
use crate::lessons::sight;
use crate::model::recording::{FIRST, Made};
use crate::model::{Arg, Call, Failure, Judgement, Pass, Task, Trial, What};

/// Calls that take the name of what they open.
const OPENS: [&str; 4] = ["open", "openat", "openat2", "creat"];

/// What a hint is about that is the same for all.
const HINT: &str = "what has been opened and begun when the call fails, and which answer is true?";

/// Fails if a call that failed with EMFILE has any consequence but one answer `error`: to the
/// command in hand, or, where a program does things after it has answered, to the next. What was
/// answered with `ok` has been done; nothing is held that was not held before.
///
/// A call that is not the program's own is nobody's mistake: one of a program that it runs, or of
/// an interpreter that loads its own files.
///
/// Blind spots: what leaks while everything is done for the first time, since there is no count
/// before; a pair that was made by other means than `socketpair` and was never used.
pub(in crate::lessons::fds::leak_clinic) fn says_emfile(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    if sight::is_unstruck(trial) {
        return Ok(Pass::default());
    }
    let struck = observed.recording.struck().next();
    let Some((strike, task, _)) = struck else {
        return Ok(Pass::default());
    };
    let enter = observed.recording.struck_call(strike);
    let made = enter.and_then(|enter| {
        let mut calls = observed.recording.calls();
        calls.find(|made| made.enter == enter)
    });
    let Some(made) = made.filter(|made| is_own(&observed, made.call, task, strike)) else {
        return Ok(Pass::default());
    };
    let shown_with_call = |failure: Failure| in_order(failure.showing(made.enter).showing(strike));
    judge(&observed, &made, strike).map_err(|failure| {
        let why = format!("after {} said EMFILE: {}", made.call.name, failure.why);
        shown_with_call(Failure { why, ..failure })
    })?;
    Ok(Pass::default())
}

fn judge(observed: &Observed<'_>, made: &Made<'_>, strike: usize) -> Result<(), Failure> {
    let refused = answers(observed, strike)?;
    observed.served()?;
    logged(observed, refused)?;
    copied(observed)?;
    paired(observed, made, strike)?;
    freed(observed, strike)
}

/// Whether a call is the program's own: not of a program that it has begun, and not about a file
/// that only an interpreter or a library wants.
fn is_own(observed: &Observed<'_>, call: &Call, task: Task, strike: usize) -> bool {
    let before = &observed.recording.events[..strike];
    let has_begun = |event: &crate::model::Event| {
        task != FIRST && matches!(event.what, What::Exec(by, _) if by == task)
    };
    if before.iter().any(has_begun) {
        return false;
    }
    if !OPENS.contains(&call.name.as_str()) {
        return true;
    }
    let name = call.args.iter().find_map(|arg| match arg {
        Arg::Str(bytes) => Some(String::from_utf8_lossy(&bytes.data)),
        _ => None,
    });
    name.is_some_and(|name| {
        !name.starts_with('/') || name.starts_with(DIRECTORY) || name == "/dev/null"
    })
}

/// The line that was answered with `error` because of the strike, if one was.
fn answers(observed: &Observed<'_>, strike: usize) -> Result<Option<usize>, Failure> {
    let in_hand = observed.answers.iter().filter(|one| one.at < strike);
    let in_hand = in_hand.count();
    let mut refused = None;
    let pairs = observed.asked.iter().zip(&observed.answers).enumerate();
    for (nth, (asked, answer)) in pairs {
        if asked.answer == answer.text {
            continue;
        }
        let is_refusal = answer.text == ERROR.as_bytes();
        let is_in_hand = nth == in_hand || nth == in_hand + 1;
        if is_refusal && is_in_hand && refused.is_none() {
            refused = Some(nth);
            continue;
        }
        let line = shown(asked.line.as_bytes());
        let why = match is_refusal && nth > in_hand {
            true => format!("it answers error to {line} as well, which came later"),
            false => format!(
                "it answered {} to {line}; the answer is {} or error",
                shown(&answer.text),
                shown(asked.answer)
            ),
        };
        let sent = observed.sent_at(nth);
        let failure = sent.into_iter().fold(Failure::new(why), Failure::showing);
        return Err(failure.showing(answer.at).hint(HINT));
    }
    Ok(refused)
}

/// Fails if a line that was answered with `ok` is not in the logs, in its place.
fn logged(observed: &Observed<'_>, refused: Option<usize>) -> Result<(), Failure> {
    let mut all = Vec::new();
    let mut last = None;
    for nth in (0..4).rev() {
        let path = format!("{DIRECTORY}/{}", log_name(nth));
        all.extend_from_slice(observed.recording.file(&path).unwrap_or_default());
        last = last.or(Some(path));
    }
    let mut lines = all.split(|byte| *byte == b'\n').peekable();
    for (nth, asked) in observed.asked.iter().enumerate() {
        let Some(text) = asked.line.strip_prefix("log ") else {
            continue;
        };
        let is_there = match refused == Some(nth) {
            // It may be there or not.
            true => {
                let mut ahead = lines.clone();
                let is_there = ahead.any(|line| line == text.as_bytes());
                if is_there {
                    lines = ahead;
                }
                true
            }
            false => lines.any(|line| line == text.as_bytes()),
        };
        if !is_there {
            let line = shown(asked.line.as_bytes());
            let why = format!("{line} was answered with ok, and is in no log at its place");
            let answer = observed.answers.get(nth).map(|answer| answer.at);
            let failure = answer.into_iter().fold(Failure::new(why), Failure::showing);
            return Err(failure.hint(HINT));
        }
    }
    Ok(())
}

/// Fails if the last copy, where it was answered with `ok`, is not one.
fn copied(observed: &Observed<'_>) -> Result<(), Failure> {
    let pairs = observed.asked.iter().zip(&observed.answers);
    let mut copies =
        pairs.filter(|(asked, _)| asked.line.starts_with("copy ") && asked.answer == OK.as_bytes());
    let Some((asked, answer)) = copies
        .next_back()
        .filter(|(_, answer)| answer.text == b"ok")
    else {
        return Ok(());
    };
    let is_log = |path: &str| path.contains("app.log");
    let mut files = observed.files().filter(|(path, _)| !is_log(path));
    match files.find(|(path, wanted)| observed.recording.file(path) != Some(*wanted)) {
        None => Ok(()),
        Some((path, _)) => {
            let line = shown(asked.line.as_bytes());
            let why = format!("{line} was answered with ok, and {path} is no copy");
            Err(Failure::new(why).showing(answer.at).hint(HINT))
        }
    }
}

/// Fails if a ping whose pair was refused is answered with `ok`, and no pair was made.
fn paired(observed: &Observed<'_>, made: &Made<'_>, strike: usize) -> Result<(), Failure> {
    if made.call.name != "socketpair" {
        return Ok(());
    }
    let Some((nth, answer)) = observed
        .answers
        .iter()
        .enumerate()
        .find(|(_, answer)| answer.at > strike)
    else {
        return Ok(());
    };
    let is_ping = observed
        .asked
        .get(nth)
        .is_some_and(|asked| asked.line == "ping");
    if !is_ping || answer.text != OK.as_bytes() {
        return Ok(());
    }
    let mut calls = observed.recording.calls();
    let has_pair = calls.any(|other| {
        (strike..answer.at).contains(&other.enter)
            && matches!(other.call.name.as_str(), "socketpair" | "socket")
            && other.value().is_some()
    });
    match has_pair {
        true => Ok(()),
        false => Err(
            Failure::new("it answered ok to \"ping\", and there was no pair")
                .showing(answer.at)
                .hint(HINT),
        ),
    }
}

/// Fails if it holds more than before the strike.
fn freed(observed: &Observed<'_>, strike: usize) -> Result<(), Failure> {
    let held = observed.held();
    let before = held.iter().rev().find(|(at, _)| *at < strike);
    let after = held.iter().rev().find(|(at, _)| *at > strike);
    let (Some((first, before)), Some((last, after))) = (before, after) else {
        return Ok(());
    };
    match after > before {
        false => Ok(()),
        true => {
            let why = format!("it holds {after} descriptors, and held {before} before");
            Err(Failure::new(why)
                .showing(*first)
                .showing(*last)
                .hint("what was already open when this call failed, and who closes that?"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use insta::assert_snapshot;

    const COPY: &str = r#"
        * stdin "copy a b\n"
        * stdout "ok\n"
        * measured memory=5120 tasks=1 descriptors=4
        * stdin "copy a b\n"
        2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 4</lab/a [8]>
        2 openat(AT_FDCWD, "/lab/b", O_WRONLY|O_CREAT, 0666) ...
        2 !!! strike
        2 ... openat = -1 EMFILE (injected)
        2 close(4</lab/a [8]>) = 0
        * stdout "error\n"
        * stdin "log x\n"
        * stdout "ok\n"
        * measured memory=5120 tasks=1 descriptors=4
        2 +++ exit 0
        * file "/lab/b" "abc"
        * file "/lab/app.log.1" "w\n"
        * file "/lab/app.log" "x\n"
    "#;

    fn said(trace: &str) -> String {
        let lines = [("copy a b", "ok"), ("copy a b", "ok"), ("log x", "ok")];
        let story = story(&lines).leaves("/lab/b", "abc").in_sweep();
        judged(says_emfile, &story, &[trace.to_owned()])
    }

    #[test]
    fn an_error_and_going_on_passes() {
        assert_eq!(said(COPY), "pass");
        assert_eq!(said(&COPY.replace("error", "ok")), "pass");
    }

    #[test]
    fn what_stays_open_fails() {
        let kept = COPY.replace(
            "descriptors=4\n        2 +++",
            "descriptors=5\n        2 +++",
        );
        assert_snapshot!(said(&kept), @r#"
        fail: after openat said EMFILE: it holds 5 descriptors, and held 4 before
          0.2 * measured memory=5120 tasks=1 descriptors=4
          0.6 2 openat(AT_FDCWD, "/lab/b", O_WRONLY|O_CREAT, 0666) = -1 EMFILE (injected)
          0.7 2 !!! strike
          0.14 * measured memory=5120 tasks=1 descriptors=5
        hint: what was already open when this call failed, and who closes that?
        "#);
    }

    #[test]
    fn an_end_fails() {
        let ended = r#"
            * stdin "copy a b\n"
            2 openat(AT_FDCWD, "/lab/a", O_RDONLY) ...
            2 !!! strike
            2 ... openat = -1 EMFILE (injected)
            * stderr "Too many open files\n"
            2 +++ exit 1
        "#;
        assert_snapshot!(said(ended), @r#"
        fail: after openat said EMFILE: it exits with status 1 before it has answered "copy a b"
          0.0 * stdin "copy a b\n"
          0.1 2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = -1 EMFILE (injected)
          0.2 2 !!! strike
          0.4 * stderr "Too many open files\n"
          0.5 2 +++ exit 1
        hint: what is the answer to a command that cannot be done, and who is still there to give it?
        "#);
    }

    #[test]
    fn errors_for_ever_fail() {
        let broken = COPY.replace(
            "x\\n\"\n        * stdout \"ok",
            "x\\n\"\n        * stdout \"error",
        );
        let twice = broken.replace(
            "* stdout \"error\\n\"\n        * stdin \"log",
            "* stdout \"ok\\n\"\n        * stdin \"log",
        );
        assert_eq!(
            said(&twice),
            "pass",
            "the next one may be the one that is answered"
        );
        assert!(said(&broken).contains("it answers error to \"log x\" as well"));
    }

    #[test]
    fn a_line_that_is_lost_fails() {
        let lost = COPY.replace("app.log\" \"x\\n\"", "app.log\" \"\"");
        assert!(said(&lost).contains("\"log x\" was answered with ok, and is in no log"));
    }

    #[test]
    fn a_copy_that_is_none_fails() {
        let cut = COPY.replace("error", "ok").replace("\"abc\"", "\"ab\"");
        assert!(said(&cut).contains("was answered with ok, and /lab/b is no copy"));
    }

    #[test]
    fn a_pair_that_there_is_not_fails() {
        let ping = r#"
            * stdin "ping\n"
            2 socketpair(AF_UNIX, SOCK_STREAM, 0, 0x7f) ...
            2 !!! strike
            2 ... socketpair = -1 EMFILE (injected)
            * stdout "ok\n"
            2 +++ exit 0
        "#;
        let story = story(&[("ping", "ok")]).in_sweep();
        let said = |trace: &str| judged(says_emfile, &story, &[trace.to_owned()]);
        assert!(said(ping).contains("it answered ok to \"ping\", and there was no pair"));
        assert_eq!(said(&ping.replace("\"ok", "\"error")), "pass");
        let again = ping.replace(
            "* stdout",
            "2 socketpair(AF_UNIX, SOCK_STREAM, 0, 0x7f) = 0\n* stdout",
        );
        assert_eq!(said(&again), "pass");
    }

    #[test]
    fn calls_of_others_are_nobodys_mistake() {
        let interpreter = COPY.replace("\"/lab/b\", O_W", "\"/usr/lib/x.py\", O_W");
        assert_eq!(said(&interpreter.replace("exit 0", "exit 1")), "pass");
        let child = COPY
            .replace(
                "2 openat(AT_FDCWD, \"/lab/b\"",
                "3 exec \"/bin/sh\" fds=\n3 openat(AT_FDCWD, \"/lab/b\"",
            )
            .replace("2 !!!", "3 !!!")
            .replace("2 ... openat", "3 ... openat");
        assert_eq!(said(&child.replace("exit 0", "exit 1")), "pass");
    }
}
