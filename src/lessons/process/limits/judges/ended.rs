//! What ended CMD is said, and passed on.

use crate::lessons::process::limits::experiments::{
    DIRECTORY, MISSING, NOT_EXECUTABLE, SHELL, UNKNOWN,
};
use crate::lessons::process::limits::observed::{Command, Observed, in_order};
use crate::model::text::signal_name;
use crate::model::{ExitStatus, Failure, Judgement, Objection, Pass, SigSet, Trial};

/// The exit status of a command that is not found, as shells have it.
const NOT_FOUND: i32 = 127;

/// The exit status of a command that is there and cannot be executed.
const CANNOT_RUN: i32 = 126;

/// A command that a signal ended gives this and the signal's number.
const SIGNALLED: i32 = 128;

/// Fails if the report does not say how the kernel ended CMD, or if the program's exit status is
/// not CMD's; or, where CMD cannot be run, not 127 or 126.
///
/// Blind spot: of a CMD that is not the actor, only the status is known that it was told to exit
/// with.
pub(in crate::lessons::process::limits) fn says_what_ended_it(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    match observed.asked.command.first().map(String::as_str) {
        Some(MISSING | UNKNOWN) => cannot_run(&observed, NOT_FOUND)?,
        Some(NOT_EXECUTABLE | DIRECTORY) => cannot_run(&observed, CANNOT_RUN)?,
        Some(SHELL) => {
            let told = observed.asked.command.get(2);
            let status = told.and_then(|told| told.rsplit_once("exit ")?.1.parse().ok());
            said(&observed, ExitStatus::Code(status.unwrap_or(0)), None)?;
        }
        _ => {
            let command = observed.command()?;
            meets_its_limits(&observed, &command)?;
            let (at, status) = observed.end(&command)?;
            reached(&observed, at, status)?;
            said(&observed, status, Some(at))?;
        }
    }
    Ok(Pass::default())
}

fn cannot_run(observed: &Observed<'_>, status: i32) -> Result<(), Failure> {
    observed
        .exited_with(status)
        .and_then(|()| observed.said_why())
        .map_err(|failure| {
            failure.hint("How does the process that was to become CMD tell why it could not?")
        })
}

/// Fails if the two signals that limits send cannot reach CMD, and could before.
fn meets_its_limits(observed: &Observed<'_>, command: &Command<'_>) -> Result<(), Objection> {
    let start = observed.start()?;
    let new = |its: SigSet, own: SigSet| {
        [libc::SIGXFSZ, libc::SIGXCPU]
            .into_iter()
            .find(|signo| its.has(*signo) && !own.has(*signo))
    };
    let state = command.state;
    let (signo, how) = match (
        new(state.ignored, start.ignored),
        new(state.blocked, start.blocked),
    ) {
        (Some(signo), _) => (signo, "ignored"),
        (None, Some(signo)) => (signo, "blocked"),
        (None, None) => return Ok(()),
    };
    let why = format!(
        "CMD began with {} {how}: no limit can tell it anything",
        signal_name(signo)
    );
    Err(Failure::new(why)
        .hint("Which of its signals did the program's runtime change, and what does exec keep?")
        .showing(command.exec)
        .into())
}

/// Fails if CMD was to reach a limit and did not.
fn reached(observed: &Observed<'_>, at: usize, status: ExitStatus) -> Result<(), Failure> {
    let due: &[i32] = match observed.asked.command.get(1).map(String::as_str) {
        Some("grow") => &[libc::SIGXFSZ],
        // Where soft and hard limit are the same, the kernel need not send the warning.
        Some("burn") => &[libc::SIGKILL, libc::SIGXCPU],
        _ => return Ok(()),
    };
    if matches!(status, ExitStatus::Signal(signo) if due.contains(&signo)) {
        return Ok(());
    }
    let why = format!("CMD should have reached its limit, and ended with {status}");
    Err(Failure::new(why)
        .hint("Which limit had CMD when it began?")
        .showing(at))
}

/// Fails unless the report says this status, and the program exits as CMD did.
fn said(observed: &Observed<'_>, status: ExitStatus, at: Option<usize>) -> Result<(), Failure> {
    let report = observed.report()?;
    if report.ended != Some(status) {
        let Some(at) = at else {
            let why = format!("it said {:?}, and CMD ends with {status}", report.text);
            return Err(Failure::new(why)
                .hint("Which arguments are CMD's, and which did it get?")
                .showing(report.at));
        };
        let why = format!("it said {:?}, and what ended CMD was {status}", report.text);
        return Err(Failure::new(why)
            .hint("What does a wait status hold, and which of its two kinds is this one?")
            .showing(at)
            .showing(report.at));
    }
    let code = match status {
        ExitStatus::Code(code) => code,
        ExitStatus::Signal(signo) => SIGNALLED + signo,
    };
    observed.exited_with(code).map_err(|failure| {
        let failure = failure.hint("What does whoever called the program learn of CMD?");
        in_order(at.into_iter().fold(failure, Failure::showing))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{START, asking, judged};
    use super::*;
    use insta::assert_snapshot;

    const GROWN: &str = r#"
        2 fork 3
        3 exec "/actor" fds= blocked=[] ignored=[]
        3 --- SIGXFSZ
        3 +++ signal SIGXFSZ
        2 write(2<pipe:[3]>, "signal SIGXFSZ cpu=0.003 maxrss=1200\n", 37) = 37
        * stderr "signal SIGXFSZ cpu=0.003 maxrss=1200\n"
        2 +++ exit 153
    "#;

    fn said(args: &str, trace: &str) -> String {
        judged(
            says_what_ended_it,
            &asking(args),
            &[format!("{START}{trace}")],
        )
    }

    fn grown(trace: &str) -> String {
        said("--fsize 8 -- /actor grow /lab/grown 16", trace)
    }

    #[test]
    fn the_signal_that_the_kernel_sent_passes() {
        assert_eq!(grown(GROWN), "pass");
    }

    #[test]
    fn a_wait_status_taken_for_an_exit_status_fails() {
        let trace = GROWN.replace("signal SIGXFSZ cpu", "exit 25 cpu");
        assert_snapshot!(grown(&trace), @r#"
        fail: it said "exit 25 cpu=0.003 maxrss=1200", and what ended CMD was signal SIGXFSZ
          0.5 3 +++ signal SIGXFSZ
          0.6 2 write(2<pipe:[3]>, "exit 25 cpu=0.003 maxrss=1200\n", 37) = 37
        hint: What does a wait status hold, and which of its two kinds is this one?
        "#);
    }

    #[test]
    fn an_exit_status_of_its_own_fails() {
        let trace = GROWN.replace("exit 153", "exit 25");
        assert_snapshot!(grown(&trace), @r#"
        fail: it exited with status 25 and not 153
          0.5 3 +++ signal SIGXFSZ
          0.8 * stderr "signal SIGXFSZ cpu=0.003 maxrss=1200\n"
          0.9 2 +++ exit 25
        hint: What does whoever called the program learn of CMD?
        "#);
    }

    #[test]
    fn a_signal_that_stays_ignored_fails() {
        let trace = GROWN.replace("ignored=[]", "ignored=[PIPE XFSZ]");
        assert_snapshot!(grown(&trace), @r#"
        fail: CMD began with SIGXFSZ ignored: no limit can tell it anything
          0.3 3 exec "/actor" fds= blocked=[] ignored=[PIPE XFSZ]
        hint: Which of its signals did the program's runtime change, and what does exec keep?
        "#);
        let blocked = GROWN.replace("blocked=[]", "blocked=[XCPU]");
        assert!(grown(&blocked).contains("CMD began with SIGXCPU blocked"));
    }

    #[test]
    fn a_limit_that_is_not_reached_fails() {
        let trace = GROWN.replace("+++ signal SIGXFSZ", "+++ exit 0");
        assert!(grown(&trace).contains("CMD should have reached its limit, and ended with exit 0"));
    }

    #[test]
    fn both_signals_of_processor_time_pass() {
        for (name, code) in [("SIGKILL", 137), ("SIGXCPU", 152)] {
            let trace = GROWN
                .replace("SIGXFSZ", name)
                .replace("153", &code.to_string());
            assert_eq!(said("--cpu 1 -- /actor burn 4000", &trace), "pass");
        }
    }

    #[test]
    fn other_lines_are_free_and_a_second_report_is_not() {
        let free = GROWN.replace(
            "* stderr",
            "* stderr \"File size limit exceeded\\n\"\n* stderr",
        );
        assert_eq!(grown(&free), "pass");
        let twice = GROWN.replace("2 +++", "* stderr \"exit 0 \\n\"\n2 +++");
        assert!(grown(&twice).contains("it reported more than once"));
        let none = GROWN.replace("signal SIGXFSZ cpu=", "Signal 25, cpu ");
        assert!(grown(&none).contains("no line on standard error begins"));
    }

    #[test]
    fn leaving_before_the_end_fails() {
        let trace = GROWN.replace("3 --- SIGXFSZ", "2 +++ exit 153");
        assert!(grown(&trace).contains("it ended while CMD was still running"));
    }

    #[test]
    fn a_command_that_cannot_be_run_has_a_status_and_no_report() {
        let missing = "* stderr \"prog: /lab/missing: not found\\n\"\n2 +++ exit 127";
        assert_eq!(said("-- /lab/missing", missing), "pass");
        assert_snapshot!(said("-- /lab/notes.txt", missing), @r#"
        fail: it exited with status 127 and not 126
          0.2 * stderr "prog: /lab/missing: not found\n"
          0.3 2 +++ exit 127
        hint: How does the process that was to become CMD tell why it could not?
        "#);
        let reported =
            missing.replace("not found\\n", "not found\\nexit 127 cpu=0.001 maxrss=9\\n");
        assert!(said("-- no-such-command", &reported).contains("of a CMD that was never run"));
        assert!(said("-- /lab", "2 +++ exit 126").contains("it said nothing"));
    }

    fn along_the_path(args: &[&str]) -> String {
        let mut asked = asking("");
        asked.runs[0].args = args.iter().map(|&arg| arg.to_owned()).collect();
        let trace = format!("{START}* stderr \"exit 7 cpu=0.000 maxrss=1\\n\"\n2 +++ exit 7");
        judged(says_what_ended_it, &asked, &[trace])
    }

    #[test]
    fn a_command_along_the_path_passes() {
        assert_eq!(along_the_path(&["--", "sh", "-c", "exit 7"]), "pass");
    }

    #[test]
    fn another_command_than_the_one_behind_the_first_dashes_fails() {
        let asked = "[ \"$1\" = -- ] && exit 43";
        let args = ["--", "sh", "-c", asked, "sh", "--", "/actor", "exit", "7"];
        assert_snapshot!(along_the_path(&args), @r#"
        fail: it said "exit 7 cpu=0.000 maxrss=1", and CMD ends with exit 43
          0.2 * stderr "exit 7 cpu=0.000 maxrss=1\n"
        hint: Which arguments are CMD's, and which did it get?
        "#);
    }
}
