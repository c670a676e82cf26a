//! What came out is what the input makes of a right shell.

use crate::lessons::agreement::shown;
use crate::lessons::process::shell::observed::Observed;
use crate::lessons::sight::hinted;
use crate::model::recording::FIRST;
use crate::model::{
    ExitStatus, Expected, Failure, Judgement, Objection, Pass, Recording, Stream, Trial, What,
    World,
};

/// Fails unless every line printed what it should, and the shell exited as it should.
///
/// Blind spot: whether a command was found along PATH or is built in cannot be told from what it
/// prints.
pub(in crate::lessons::process::shell) fn runs_a_command(trial: &Trial<'_>) -> Judgement {
    as_expected(
        trial,
        "Where does one word end and the next begin, and which directories may hold the command?",
    )
}

/// The same, where lines show `$?`.
pub(in crate::lessons::process::shell) fn reports_status(trial: &Trial<'_>) -> Judgement {
    as_expected(
        trial,
        "What does the number hold that wait gives back, and which part of it is the exit status?",
    )
}

/// The same for pipelines; and fails if, when a last stage has read enough, another one is still
/// there once all is at rest.
///
/// Blind spot: stages are known to run at the same time only as far as they wait for each other.
pub(in crate::lessons::process::shell) fn pipes(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    if let Some(failure) = left_behind(&observed) {
        return Err(failure.into());
    }
    let hint = "Which processes hold an end of each pipe now, and who is waited for first?";
    observed
        .within_limits()
        .map_err(|failure| failure.hint(hint))?;
    as_expected(trial, hint)
}

/// The same, and files hold what they should.
pub(in crate::lessons::process::shell) fn redirects(trial: &Trial<'_>) -> Judgement {
    as_expected(
        trial,
        "What does each descriptor refer to after the first redirection, and what after the second?",
    )
}

fn as_expected(trial: &Trial<'_>, hint: &str) -> Judgement {
    let observed = Observed::new(trial)?;
    let expects = expected(trial);
    let shown = observed
        .within_limits()
        .and_then(|()| printed(&observed, expects))
        .and_then(|()| left_in_files(&observed, expects))
        .and_then(|()| complained(&observed, expects))
        .and_then(|()| exited(&observed, expects));
    match shown {
        Ok(()) => Ok(Pass::of("expectations", expects.len())),
        Err(failure) => Err(hinted(Objection::Fail(failure), hint)),
    }
}

/// What the experiment's author expects of the trial's run.
pub(super) fn expected<'a>(trial: &Trial<'a>) -> &'a [Expected] {
    trial
        .experiment
        .runs
        .first()
        .map_or(&[], |run| run.expects.as_slice())
}

/// Fails on the first process that outlived the first moment of rest, if there is one.
fn left_behind(observed: &Observed<'_>) -> Option<Failure> {
    let (rest, _) = observed.rests().next()?;
    let task = observed.commands_at(rest).into_iter().next()?;
    let blocked = observed
        .recording
        .calls()
        .filter(|made| made.task == task && made.enter < rest)
        .last();
    let failure = Failure::new(
        "the last stage has ended, and a stage before it is still there, waiting for ever",
    )
    .hint("Who could still read what that stage writes?")
    .showing(rest);
    let failure = blocked.map_or(failure.clone(), |made| failure.showing(made.enter));
    Some(observed.in_order(failure))
}

/// Fails on the first line that did not print what it should.
pub(super) fn printed(observed: &Observed<'_>, expects: &[Expected]) -> Result<(), Failure> {
    let received = observed.recording.received(Stream::Stdout);
    let mut rest = received.as_slice();
    let mut is_free = false;
    for expected in expects {
        let (line, any_of) = match expected {
            Expected::Output { line, any_of } => (line, any_of),
            Expected::Anything { .. } => {
                is_free = true;
                continue;
            }
            _ => continue,
        };
        let offset = received.len() - rest.len();
        let found = any_of.iter().find_map(|due| match is_free {
            true => find(rest, due).map(|at| at + due.len()),
            false => rest.starts_with(due).then_some(due.len()),
        });
        let Some(len) = found else {
            return Err(misprint(observed, line, any_of, rest, offset));
        };
        rest = &rest[len..];
        is_free = false;
    }
    if rest.is_empty() || is_free {
        return Ok(());
    }
    let offset = received.len() - rest.len();
    let failure = Failure::new(format!(
        "more came out than the commands print: {}",
        shown(rest)
    ));
    Err(match observed.received_at(offset) {
        Some(at) => failure.showing(at),
        None => failure,
    })
}

/// What a line printed in place of what it should have.
fn misprint(
    observed: &Observed<'_>,
    line: &str,
    any_of: &[Vec<u8>],
    rest: &[u8],
    offset: usize,
) -> Failure {
    let due: Vec<String> = any_of.iter().map(|due| shown(due)).collect();
    let instead = match rest.is_empty() {
        true => "nothing came out".to_owned(),
        false => format!("{} came out", shown(rest)),
    };
    let failure = Failure::new(format!(
        "{} should print {}; {instead}",
        quoted(line),
        due.join(" or ")
    ));
    let failure = match observed.received_at(offset) {
        Some(at) => failure.showing(at),
        None => match observed.recording.outcome() {
            Some((at, status)) if status != ExitStatus::Code(0) => failure.showing(at),
            _ => failure,
        },
    };
    observed.in_order(observed.with_complaint(last_end(observed, failure)))
}

/// Adds the last process of the shell's that had ended by then: its status is what was at stake.
fn last_end(observed: &Observed<'_>, failure: Failure) -> Failure {
    let before = failure
        .evidence
        .first()
        .map_or(observed.recording.events.len(), |shown| shown.event);
    let ends = |at: &usize| matches!(&observed.recording.events[*at].what, What::End { task, .. } if *task != FIRST);
    // The very last one printed; the one before it ended with the status that was printed.
    let found: Vec<usize> = (0..before).rev().filter(ends).take(2).collect();
    found.into_iter().fold(failure, Failure::showing)
}

/// A line of input, as it is quoted in a sentence; two lines are one after the other.
pub(super) fn quoted(line: &str) -> String {
    const LONGEST: usize = 120;
    line.split('\n')
        .map(|line| match line.char_indices().nth(LONGEST) {
            None => format!("`{line}`"),
            Some((end, _)) => format!("`{}...`", &line[..end]),
        })
        .collect::<Vec<_>>()
        .join(", and then ")
}

/// Where `needle` begins in `hay`.
fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    match needle.is_empty() {
        true => Some(0),
        false => hay.windows(needle.len()).position(|part| part == needle),
    }
}

/// Fails on the first file that does not hold what it should.
fn left_in_files(observed: &Observed<'_>, expects: &[Expected]) -> Result<(), Failure> {
    for expected in expects {
        let Expected::File {
            line,
            path,
            content,
        } = expected
        else {
            continue;
        };
        let held = observed.recording.file(path);
        if held == Some(content) {
            continue;
        }
        let instead = match held {
            None => "it is not there".to_owned(),
            Some([]) => "it is empty".to_owned(),
            Some(held) => format!("it holds {}", shown(held)),
        };
        let failure = Failure::new(format!(
            "{} should leave {} in {path}; {instead}",
            quoted(line),
            shown(content)
        ));
        let last = file_event(observed.recording, path);
        return Err(last.map_or(failure.clone(), |at| failure.showing(at)));
    }
    Ok(())
}

fn file_event(recording: &Recording, path: &str) -> Option<usize> {
    recording
        .world()
        .filter(|(_, world)| matches!(world, World::File(name, _) if name == path))
        .last()
        .map(|(at, _)| at)
}

/// Fails if nothing was said on standard error where something should have been.
pub(super) fn complained(observed: &Observed<'_>, expects: &[Expected]) -> Result<(), Failure> {
    let due = expects.iter().find_map(|expected| match expected {
        Expected::Message { line } => Some(line),
        _ => None,
    });
    match due {
        Some(line) if observed.complaint().is_none() => {
            let failure = Failure::new(format!(
                "nothing is said on standard error about {}",
                quoted(line)
            ))
            .hint("How does whoever typed that line learn what was wrong with it?");
            Err(match observed.recording.outcome() {
                Some((at, _)) => failure.showing(at),
                None => failure,
            })
        }
        _ => Ok(()),
    }
}

/// Fails unless the shell exited as it should.
pub(super) fn exited(observed: &Observed<'_>, expects: &[Expected]) -> Result<(), Failure> {
    let outcome = match observed.recording.outcome().map(|(_, status)| status) {
        // What a shell would say of a command that is not the shell itself.
        Some(ExitStatus::Signal(signo)) if observed.became_a_command() => {
            Some(ExitStatus::Code(128 + signo))
        }
        outcome => outcome,
    };
    for expected in expects {
        let wanted = match expected {
            Expected::Status(wanted) if outcome != Some(ExitStatus::Code(*wanted)) => {
                format!("status {wanted}")
            }
            Expected::Failure if !matches!(outcome, Some(ExitStatus::Code(1..))) => {
                "a status that says that something was wrong".to_owned()
            }
            _ => continue,
        };
        return Err(observed.ended_otherwise(&wanted));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use crate::lessons::process::shell::script::Script;
    use insta::assert_snapshot;

    #[test]
    fn a_shell_that_prints_what_it_should_passes() {
        let run = Script::new().prints("/actor show a", "<a>\n").exits(0);
        let trace = r#"
            2 fork 3
            3 exec "/actor"
            * stdout "<a>\n"
            3 +++ exit 0
            2 +++ exit 0
        "#;
        assert_eq!(judged(runs_a_command, &story(run.run()), trace), "pass");
    }

    #[test]
    fn quotes_that_are_passed_on_fail() {
        let run = Script::new()
            .prints("/actor show 'a b'", "<a b>\n")
            .exits(0);
        let trace = r#"
            2 fork 3
            3 exec "/actor"
            3 +++ exit 0
            * stdout "<'a><b'>\n"
            2 +++ exit 0
        "#;
        assert_snapshot!(judged(runs_a_command, &story(run.run()), trace), @r#"
        fail: `/actor show 'a b'` should print "<a b>\n"; "<'a><b'>\n" came out
          0.2 3 +++ exit 0
          0.3 * stdout "<'a><b'>\n"
        hint: Where does one word end and the next begin, and which directories may hold the command?
        "#);
    }

    #[test]
    fn a_prompt_into_a_pipe_fails() {
        let run = Script::new().prints("/actor show a", "<a>\n").exits(0);
        let trace = r#"
            * stdout "<a>\n$ "
            2 +++ exit 0
        "#;
        assert_snapshot!(judged(runs_a_command, &story(run.run()), trace), @r#"
        fail: more came out than the commands print: "$ "
          0.0 * stdout "<a>\n$ "
        hint: Where does one word end and the next begin, and which directories may hold the command?
        "#);
    }

    #[test]
    fn a_status_that_is_not_taken_apart_fails() {
        let run = Script::new().ends_with("/actor exit 1", 1).exits(0);
        let trace = r#"
            2 fork 3
            3 +++ exit 1
            2 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL) = 3
            2 fork 4
            4 +++ exit 0
            * stdout "<256>\n"
            2 +++ exit 0
        "#;
        assert_snapshot!(judged(reports_status, &story(run.run()), trace), @r#"
        fail: `/actor exit 1`, and then `/actor show $?` should print "<1>\n"; "<256>\n" came out
          0.1 3 +++ exit 1
          0.5 4 +++ exit 0
          0.6 * stdout "<256>\n"
        hint: What does the number hold that wait gives back, and which part of it is the exit status?
        "#);
    }

    #[test]
    fn an_unheard_of_command_wants_a_message_and_a_status() {
        let run = || story(Script::new().line("nix").complains("nix").exits(127).run());
        let said = "* stderr \"nix?\\n\"\n2 +++ exit 127";
        assert_eq!(judged(reports_status, &run(), said), "pass");
        assert_snapshot!(judged(reports_status, &run(), "2 +++ exit 127"), @r"
        fail: nothing is said on standard error about `nix`
          0.0 2 +++ exit 127
        hint: How does whoever typed that line learn what was wrong with it?
        ");
        assert_snapshot!(judged(reports_status, &run(), "* stderr \"nix?\\n\"\n2 +++ exit 1"), @r#"
        fail: it exited with status 1; it should have exited with status 127
          0.0 * stderr "nix?\n"
          0.1 2 +++ exit 1
        hint: What does the number hold that wait gives back, and which part of it is the exit status?
        "#);
    }

    #[test]
    fn a_shell_may_become_its_last_command() {
        let run = || story(Script::new().line("/actor kill TERM").exits(143).run());
        let trace = "2 exec \"/actor\"\n2 --- SIGTERM\n2 +++ signal SIGTERM";
        assert_eq!(judged(reports_status, &run(), trace), "pass");
        let died = "2 --- SIGTERM\n2 +++ signal SIGTERM";
        assert_snapshot!(judged(reports_status, &run(), died), @r"
        fail: SIGTERM ended it; it should have exited with status 143
          0.1 2 +++ signal SIGTERM
        hint: What does the number hold that wait gives back, and which part of it is the exit status?
        ");
    }

    #[test]
    fn a_thread_that_is_still_there_is_not_left_behind() {
        let run = story(Script::new().line("true | true").exits(0).run());
        let trace = "2 thread 3\n. rest\n3 +++ exit 0\n2 +++ exit 0";
        assert_eq!(judged(pipes, &run, trace), "pass");
    }

    #[test]
    fn a_stage_that_is_left_waiting_fails() {
        let run = Script::new().prints("yes | head -n 1", "y\n").exits(0);
        let trace = r#"
            2 fork 3
            2 fork 4
            3 exec "/usr/bin/yes"
            * stdout "y\n"
            4 +++ exit 0
            3 write(1<pipe:[9]>, "y\n", 2) ...
            . rest
            * limit stuck 40
        "#;
        assert_snapshot!(judged(pipes, &story(run.run()), trace), @r#"
        fail: the last stage has ended, and a stage before it is still there, waiting for ever
          0.5 3 write(1<pipe:[9]>, "y\n", 2) = ?
          0.6 . rest
        hint: Who could still read what that stage writes?
        "#);
    }

    #[test]
    fn a_reader_that_never_sees_the_end_fails() {
        let run = Script::new().prints("true | wc -c", "0\n").exits(0);
        let trace = r#"
            2 fork 3
            2 fork 4
            3 +++ exit 0
            2 wait4(3, [], 0, NULL) = 3
            2 wait4(4, NULL, 0, NULL) ...
            4 read(0<pipe:[9]>, "", 4096) ...
            * limit stuck 40
        "#;
        assert_snapshot!(judged(pipes, &story(run.run()), trace), @r"
        fail: it waits for something that will never come: it was blocked in wait4, and another task in a call of its own
          0.5 2 wait4(4, NULL, 0, NULL) = ?
          0.7 * limit stuck 40
        hint: Which processes hold an end of each pipe now, and who is waited for first?
        ");
    }

    #[test]
    fn a_file_that_holds_something_else_fails() {
        let run = || {
            story(
                Script::new()
                    .fills("/actor show a > /lab/f", "/lab/f", "<a>\n")
                    .exits(0)
                    .run(),
            )
        };
        let trace = |file: &str| format!("* file \"/lab/f\" absent\n2 +++ exit 0\n{file}");
        let right = trace("* file \"/lab/f\" \"<a>\\n\"");
        assert_eq!(judged(redirects, &run(), &right), "pass");
        assert_snapshot!(judged(redirects, &run(), &trace("* file \"/lab/f\" absent")), @r#"
        fail: `/actor show a > /lab/f` should leave "<a>\n" in /lab/f; it is not there
          0.2 * file "/lab/f" absent
        hint: What does each descriptor refer to after the first redirection, and what after the second?
        "#);
        assert_snapshot!(judged(redirects, &run(), &trace("* file \"/lab/f\" \"<a>\\nxxx\"")), @r#"
        fail: `/actor show a > /lab/f` should leave "<a>\n" in /lab/f; it holds "<a>\n"...
          0.2 * file "/lab/f" "<a>\nxxx"
        hint: What does each descriptor refer to after the first redirection, and what after the second?
        "#);
    }

    #[test]
    fn either_status_will_do_for_a_file_that_cannot_be_opened() {
        let run = || story(Script::new().refused("cat < /lab/x").exits(0).run());
        let trace = |out: &str| format!("* stderr \"no\"\n* stdout \"{out}\"\n2 +++ exit 0");
        assert_eq!(judged(redirects, &run(), &trace("<1>\\n")), "pass");
        assert_eq!(judged(redirects, &run(), &trace("<2>\\n")), "pass");
        assert_snapshot!(judged(redirects, &run(), &trace("<0>\\n")), @r#"
        fail: `cat < /lab/x`, and then `/actor show $?` should print "<1>\n" or "<2>\n"; "<0>\n" came out
          0.0 * stderr "no"
          0.1 * stdout "<0>\n"
        hint: What does each descriptor refer to after the first redirection, and what after the second?
        "#);
    }
}
