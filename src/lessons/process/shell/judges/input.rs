//! Input that means nothing, input that is too much, and forks that fail.

use super::printed::{complained, exited, expected, printed};
use crate::lessons::process::shell::observed::Observed;
use crate::lessons::sight::{hinted, is_unstruck};
use crate::model::{ExitStatus, Expected, Failure, Judgement, Pass, Stream, Trial};

/// Fails if bad input is run, passed over in silence, or the end of the shell; and if a fork that
/// fails makes it hang, die of a signal, or go on as if nothing had happened.
///
/// Blind spot: a shell that makes a failed fork again has no failure to report, and need not.
pub(in crate::lessons::process::shell) fn survives_bad_input(trial: &Trial<'_>) -> Judgement {
    if is_unstruck(trial) {
        return Ok(Pass::of("expectations", 0));
    }
    let observed = Observed::new(trial)?;
    let expects = expected(trial);
    let is_struck = trial.experiment.sweep.is_some();
    let (checked, hint) = match is_struck {
        true => (
            failed_fork(&observed, expects),
            "What does fork return when there is no child, and who waits for the stages that \
             were started before it?",
        ),
        false => (
            bad_line(&observed, expects),
            "What does the shell know about a line before it runs any part of it?",
        ),
    };
    checked.map_err(|failure| hinted(failure.into(), hint))?;
    Ok(Pass::of("expectations", expects.len()))
}

fn bad_line(observed: &Observed<'_>, expects: &[Expected]) -> Result<(), Failure> {
    observed.within_limits()?;
    if let Some((_, ExitStatus::Signal(_))) = observed.recording.outcome() {
        return Err(observed
            .ended_otherwise("a status of its own")
            .hint("How long may a line be, and which bytes may be in it?"));
    }
    printed(observed, expects)?;
    complained(observed, expects)?;
    exited(observed, expects)
}

/// Either all went well in the end, or the failure shows in a status and on standard error.
fn failed_fork(observed: &Observed<'_>, expects: &[Expected]) -> Result<(), Failure> {
    if let Err(failure) = observed.within_limits() {
        // What matters is not what it waits for in general.
        return Err(failure.hint(
            "The fork failed. Which ends of pipes does the shell still hold, and whom does it wait for?",
        ));
    }
    let outcome = observed.recording.outcome().map(|(_, status)| status);
    let struck = |failure| observed.in_order(observed.with_strikes(failure));
    if !matches!(outcome, Some(ExitStatus::Code(_))) {
        return Err(struck(observed.ended_otherwise("a status of its own")));
    }
    let is_done_all_the_same =
        printed(observed, expects).is_ok() && outcome == Some(ExitStatus::Code(0));
    if is_done_all_the_same {
        return Ok(());
    }
    let received = observed.recording.received(Stream::Stdout);
    let text = String::from_utf8_lossy(&received);
    let says_status = text
        .lines()
        .filter_map(|line| line.strip_prefix("<status><"))
        .any(|status| status != "0>");
    if outcome == Some(ExitStatus::Code(0)) && !says_status {
        let mut failure = Failure::new(format!(
            "a fork failed, and no status says so: {:?} came out, and it exited with status 0",
            text
        ));
        if let Some(at) = observed.received_at(0) {
            failure = failure.showing(at);
        }
        if let Some((at, _)) = observed.recording.outcome() {
            failure = failure.showing(at);
        }
        return Err(struck(failure));
    }
    match observed.complaint() {
        Some(_) => Ok(()),
        None => Err(struck(Failure::new(
            "a fork failed, and nothing is said on standard error about it",
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use crate::lessons::process::shell::script::Script;
    use crate::model::Experiment;
    use insta::assert_snapshot;

    fn unclosed() -> Experiment {
        let script = Script::new().prints("/actor show before", "<before>\n");
        story(script.line("'x").complains("'x").fails().run())
    }

    fn struck() -> Experiment {
        let script = Script::new()
            .prints("head | wc", "5\n")
            .prints("/actor show status $?", "<status><0>\n");
        story(script.run()).in_sweep()
    }

    const STRUCK: &str = "2 clone(SIGCHLD) ...\n2 !!! strike\n2 ... clone = -1 EAGAIN (injected)\n";

    #[test]
    fn a_line_that_is_refused_passes_with_any_status_but_0() {
        for status in [1, 2, 3] {
            let trace =
                format!("* stdout \"<before>\\n\"\n* stderr \"what?\"\n2 +++ exit {status}");
            assert_eq!(judged(survives_bad_input, &unclosed(), &trace), "pass");
        }
    }

    #[test]
    fn a_line_that_is_passed_over_fails() {
        let trace = "* stdout \"<before>\\n\"\n* stderr \"what?\"\n2 +++ exit 0";
        assert_snapshot!(judged(survives_bad_input, &unclosed(), trace), @r#"
        fail: it exited with status 0; it should have exited with a status that says that something was wrong
          0.1 * stderr "what?"
          0.2 2 +++ exit 0
        hint: What does the shell know about a line before it runs any part of it?
        "#);
        let silent = "* stdout \"<before>\\n\"\n2 +++ exit 2";
        assert_snapshot!(judged(survives_bad_input, &unclosed(), silent), @r"
        fail: nothing is said on standard error about `'x`
          0.1 2 +++ exit 2
        hint: How does whoever typed that line learn what was wrong with it?
        ");
    }

    #[test]
    fn a_line_that_is_run_as_far_as_it_goes_fails() {
        let trace = "* stdout \"<before>\\n<x>\\n\"\n* stderr \"what?\"\n2 +++ exit 2";
        assert_snapshot!(judged(survives_bad_input, &unclosed(), trace), @r#"
        fail: more came out than the commands print: "<x>\n"
          0.0 * stdout "<before>\n<x>\n"
        hint: What does the shell know about a line before it runs any part of it?
        "#);
    }

    #[test]
    fn a_crash_fails() {
        let trace = "* stdout \"<before>\\n\"\n2 --- SIGSEGV\n2 +++ signal SIGSEGV";
        assert_snapshot!(judged(survives_bad_input, &unclosed(), trace), @r"
        fail: SIGSEGV ended it; it should have exited with a status of its own
          0.2 2 +++ signal SIGSEGV
        hint: How long may a line be, and which bytes may be in it?
        ");
    }

    #[test]
    fn what_a_line_with_nul_bytes_prints_is_free() {
        let script = || {
            Script::new()
                .prints_anything(b"a\0b")
                .prints("after", "<after>\n")
                .exits(0)
                .run()
        };
        for out in ["<after>\\n", "ab\\n<after>\\n", "a\\n<after>\\n"] {
            let trace = format!("* stdout \"{out}\"\n2 +++ exit 0");
            assert_eq!(judged(survives_bad_input, &story(script()), &trace), "pass");
        }
        let trace = "* stdout \"a\\n\"\n2 +++ exit 0";
        assert_snapshot!(judged(survives_bad_input, &story(script()), trace), @r#"
        fail: `after` should print "<after>\n"; "a\n" came out
          0.0 * stdout "a\n"
        hint: What does the shell know about a line before it runs any part of it?
        "#);
    }

    #[test]
    fn a_failed_fork_may_be_reported_or_repeated() {
        for end in [
            "* stderr \"fork\"\n* stdout \"<status><2>\\n\"\n2 +++ exit 0",
            "* stderr \"fork\"\n2 +++ exit 2",
            "* stdout \"5\\n\"\n* stderr \"fork\"\n2 +++ exit 1",
            "* stdout \"5\\n<status><0>\\n\"\n2 +++ exit 0",
        ] {
            let trace = format!("{STRUCK}{end}");
            assert_eq!(
                judged(survives_bad_input, &struck(), &trace),
                "pass",
                "{end}"
            );
        }
    }

    #[test]
    fn a_failed_fork_that_nobody_notices_fails() {
        let trace = format!("{STRUCK}* stdout \"0\\n<status><0>\\n\"\n2 +++ exit 0");
        assert_snapshot!(judged(survives_bad_input, &struck(), &trace), @r#"
        fail: a fork failed, and no status says so: "0\n<status><0>\n" came out, and it exited with status 0
          0.0 2 clone(SIGCHLD) = -1 EAGAIN (injected)
          0.1 2 !!! strike
          0.3 * stdout "0\n<status><0>\n"
          0.4 2 +++ exit 0
        hint: What does fork return when there is no child, and who waits for the stages that were started before it?
        "#);
        let silent = format!("{STRUCK}2 +++ exit 1");
        assert_snapshot!(judged(survives_bad_input, &struck(), &silent), @r"
        fail: a fork failed, and nothing is said on standard error about it
          0.0 2 clone(SIGCHLD) = -1 EAGAIN (injected)
          0.1 2 !!! strike
        hint: What does fork return when there is no child, and who waits for the stages that were started before it?
        ");
    }

    #[test]
    fn a_shell_that_hangs_after_a_failed_fork_fails() {
        let trace = format!(
            "2 fork 3\n3 write(1<pipe:[9]>, \"\", 4096) ...\n{STRUCK}\
             2 wait4(3, NULL, 0, NULL) ...\n* limit stuck 20"
        );
        assert_snapshot!(judged(survives_bad_input, &struck(), &trace), @r"
        fail: it waits for something that will never come: it was blocked in wait4, and another task in a call of its own
          0.2 2 clone(SIGCHLD) = -1 EAGAIN (injected)
          0.3 2 !!! strike
          0.5 2 wait4(3, NULL, 0, NULL) = ?
          0.6 * limit stuck 20
        hint: The fork failed. Which ends of pipes does the shell still hold, and whom does it wait for?
        ");
    }

    #[test]
    fn the_run_that_counts_the_forks_proves_nothing() {
        let trace = "* stdout \"\"\n2 +++ exit 1";
        assert_eq!(judged(survives_bad_input, &struck(), trace), "pass");
    }
}
