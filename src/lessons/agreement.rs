//! What came out of a run is what was expected of it, and nothing else.
//!
//! For labs whose truth is an output: what an oracle, or an experiment's author, knows to be right.

use crate::model::{
    ExitStatus, Expected, Failure, Judgement, Objection, Pass, Recording, Stream, Trial, World,
};

use super::sight::{self, hinted};

/// Fails unless the trial's run printed what is expected, said what is expected, and exited so.
///
/// Standard output agrees piece by piece, byte by byte. Of standard error only what is expected is
/// looked at: any message at all, or its last line.
///
/// # Errors
/// The first disagreement, with this hint.
pub(in crate::lessons) fn agrees(trial: &Trial<'_>, hint: &str) -> Judgement {
    agrees_in(trial, 0, hint)
}

/// The same of run number `run` of a trial.
pub(in crate::lessons) fn agrees_in(trial: &Trial<'_>, run: usize, hint: &str) -> Judgement {
    let recording = sight::recording(trial, run)?;
    let expects = trial
        .experiment
        .runs
        .get(run)
        .map_or(&[][..], |run| run.expects.as_slice());
    let found = match sight::limited(recording, 0) {
        Some(failure) => Err(failure),
        None => printed(recording, expects)
            .and_then(|()| said(recording, expects))
            .and_then(|()| exited(recording, expects)),
    };
    match found {
        Ok(()) => Ok(Pass::of("expectations", expects.len())),
        Err(mut failure) => {
            for shown in &mut failure.evidence {
                shown.run = run;
            }
            Err(hinted(Objection::Fail(failure), hint))
        }
    }
}

fn printed(recording: &Recording, expects: &[Expected]) -> Result<(), Failure> {
    let received = recording.received(Stream::Stdout);
    let mut rest = received.as_slice();
    for expected in expects {
        let Expected::Output { line, any_of } = expected else {
            continue;
        };
        let found = any_of.iter().find(|due| rest.starts_with(due));
        let Some(found) = found else {
            let due: Vec<String> = any_of.iter().map(|due| shown(due)).collect();
            let instead = match rest.is_empty() {
                true => "it printed nothing more".to_owned(),
                false => format!("it printed {}", shown(rest)),
            };
            let why = format!(
                "{instead} where {} is due{}",
                due.join(" or "),
                because(line)
            );
            return Err(at_output(recording, received.len() - rest.len(), why));
        };
        rest = &rest[found.len()..];
    }
    match rest.is_empty() {
        true => Ok(()),
        false => {
            let why = format!("it printed {} where nothing more is due", shown(rest));
            Err(at_output(recording, received.len() - rest.len(), why))
        }
    }
}

/// A failure that shows the output at this byte; where there is none, how the program ended.
fn at_output(recording: &Recording, offset: usize, why: String) -> Failure {
    let at = recording.received_at(Stream::Stdout, offset);
    let failure = Failure::new(why);
    match at {
        Some(at) => failure.showing(at),
        None => with_end(recording, failure),
    }
}

/// Adds the last words on standard error, and how the program ended.
fn with_end(recording: &Recording, failure: Failure) -> Failure {
    let words = recording
        .world()
        .filter(|(_, world)| matches!(world, World::Received(Stream::Stderr, _)))
        .last()
        .map(|(at, _)| at);
    let end = recording.outcome().map(|(at, _)| at);
    let mut events: Vec<usize> = words.into_iter().chain(end).collect();
    events.sort_unstable();
    events.into_iter().fold(failure, Failure::showing)
}

fn said(recording: &Recording, expects: &[Expected]) -> Result<(), Failure> {
    let received = recording.received(Stream::Stderr);
    let text = String::from_utf8_lossy(&received);
    let last = text.lines().rev().find(|line| !line.trim().is_empty());
    for expected in expects {
        let why = match (expected, last) {
            (Expected::Message { line }, None) => {
                format!("it said nothing on standard error{}", because(line))
            }
            (Expected::LastWords(due), None) => format!(
                "it said nothing on standard error where {:?} is due{}",
                due.text,
                because(&due.line)
            ),
            (Expected::LastWords(due), Some(last)) => {
                let is_it = match due.is_whole {
                    true => last == due.text,
                    false => last.starts_with(&due.text),
                };
                if is_it {
                    continue;
                }
                format!(
                    "its last line on standard error is {last:?} where {:?} is due{}",
                    due.text,
                    because(&due.line)
                )
            }
            _ => continue,
        };
        return Err(with_end(recording, Failure::new(why)));
    }
    Ok(())
}

fn exited(recording: &Recording, expects: &[Expected]) -> Result<(), Failure> {
    let outcome = recording.outcome().map(|(_, status)| status);
    for expected in expects {
        let wanted = match expected {
            Expected::Status(wanted) if outcome != Some(ExitStatus::Code(*wanted)) => {
                format!("status {wanted}")
            }
            Expected::Failure if !matches!(outcome, Some(ExitStatus::Code(1..))) => {
                "a status other than 0".to_owned()
            }
            _ => continue,
        };
        let why = match outcome {
            Some(outcome) => format!("it {} where {wanted} is due", sight::how(outcome)),
            None => "its first process was not seen to end".to_owned(),
        };
        return Err(with_end(recording, Failure::new(why)));
    }
    Ok(())
}

/// Why something is due, behind the sentence that says what.
fn because(line: &str) -> String {
    match (line.is_empty(), line.contains('\n')) {
        (true, _) => String::new(),
        (false, false) => format!(": {line}"),
        (false, true) => format!(":\n{line}"),
    }
}

/// Bytes as they are shown in a sentence: the first line of them, in quotes.
pub(crate) fn shown(bytes: &[u8]) -> String {
    const LONGEST: usize = 160;
    let end = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |at| at + 1)
        .min(LONGEST);
    let text = String::from_utf8_lossy(&bytes[..end]);
    match end < bytes.len() {
        true => format!("{text:?}..."),
        false => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::judged;
    use super::*;
    use crate::lessons::stories::experiment;
    use crate::model::{Experiment, LastWords, Run};

    fn judge(trial: &Trial<'_>) -> Judgement {
        agrees(trial, "Why?")
    }

    fn due(expects: Vec<Expected>) -> Experiment {
        let run = Run {
            expects,
            ..Run::default()
        };
        experiment("a story", run)
    }

    fn output(line: &str, due: &str) -> Expected {
        Expected::Output {
            line: line.to_owned(),
            any_of: vec![due.as_bytes().to_vec()],
        }
    }

    fn said_of(expects: Vec<Expected>, trace: &str) -> String {
        judged(judge, &due(expects), &[trace.to_owned()])
    }

    #[test]
    fn what_agrees_passes_however_it_is_cut() {
        let expects = vec![output("1", "a\n"), output("2", "b\n"), Expected::Status(0)];
        let trace = "* stdout \"a\"\n* stdout \"\\nb\\n\"\n2 +++ exit 0";
        assert_eq!(said_of(expects, trace), "pass");
    }

    #[test]
    fn the_first_difference_is_shown_and_why() {
        let expects = vec![
            output("line 1: a", "a\n"),
            output("line 2: b\nstack: []", "b\n"),
        ];
        assert_snapshot!(said_of(expects, "* stdout \"a\\n\"\n* stdout \"c\\nb\\n\"\n2 +++ exit 0"), @r#"
        fail: it printed "c\n"... where "b\n" is due:
        line 2: b
        stack: []
          0.1 * stdout "c\nb\n"
        hint: Why?
        "#);
    }

    #[test]
    fn what_is_missing_or_too_much_fails() {
        let expects = || vec![output("", "a\n")];
        assert_snapshot!(said_of(expects(), "* stderr \"no\"\n2 +++ signal SIGSEGV"), @r#"
        fail: it printed nothing more where "a\n" is due
          0.0 * stderr "no"
          0.1 2 +++ signal SIGSEGV
        hint: Why?
        "#);
        assert_snapshot!(said_of(expects(), "* stdout \"a\\nb\"\n2 +++ exit 0"), @r#"
        fail: it printed "b" where nothing more is due
          0.0 * stdout "a\nb"
        hint: Why?
        "#);
    }

    #[test]
    fn last_words_are_the_last_line() {
        let words = |is_whole| {
            vec![
                Expected::LastWords(LastWords {
                    line: "line 3".to_owned(),
                    text: "ValueError: x".to_owned(),
                    is_whole,
                }),
                Expected::Status(1),
            ]
        };
        let trace = |said: &str| format!("* stderr \"{said}\"\n2 +++ exit 1");
        assert_eq!(
            said_of(words(true), &trace("trace\\nValueError: x\\n")),
            "pass"
        );
        assert_eq!(said_of(words(false), &trace("ValueError: xy\\n")), "pass");
        assert_snapshot!(said_of(words(true), &trace("ValueError: xy\\n")), @r#"
        fail: its last line on standard error is "ValueError: xy" where "ValueError: x" is due: line 3
          0.0 * stderr "ValueError: xy\n"
          0.1 2 +++ exit 1
        hint: Why?
        "#);
        assert_snapshot!(said_of(words(true), "2 +++ exit 1"), @r#"
        fail: it said nothing on standard error where "ValueError: x" is due: line 3
          0.0 2 +++ exit 1
        hint: Why?
        "#);
        assert_snapshot!(said_of(words(true), "* stderr \"ValueError: x\"\n2 +++ exit 0"), @r#"
        fail: it exits with status 0 where status 1 is due
          0.0 * stderr "ValueError: x"
          0.1 2 +++ exit 0
        hint: Why?
        "#);
    }
}
