//! Bad options are refused, and CMD is not run.

use crate::lessons::process::limits::asked::Asked;
use crate::lessons::process::limits::observed::Observed;
use crate::model::{ExitStatus, Failure, Judgement, Pass, Trial};

/// The exit status of a program that was called in a wrong way, as shells have it.
const USAGE: i32 = 2;

/// The exit status where a limit cannot be set.
pub(super) const NOT_LIMITED: i32 = 125;

/// Fails if CMD is run, if the exit status is not 2, or if nothing is said.
///
/// A number that is one, and whose unit makes it too large, may also count as a limit that cannot
/// be set.
///
/// Blind spot: the words of the message are not read.
pub(in crate::lessons::process::limits) fn refuses_bad_options(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let args = trial.experiment.runs.first().map(|run| run.args.as_slice());
    let args = args.unwrap_or_default();
    if let Some(command) = observed.commands().next() {
        let failure = Failure::new(format!("it ran CMD, although {}", fault(args)))
            .hint("What does the function that reads the number take, and what does it pass over?")
            .showing(command.exec);
        return Err(failure.into());
    }
    let is_limit_too = is_too_large(args)
        && matches!(
            observed.recording.outcome(),
            Some((_, ExitStatus::Code(NOT_LIMITED)))
        );
    let wanted = if is_limit_too { NOT_LIMITED } else { USAGE };
    observed
        .exited_with(wanted)
        .and_then(|()| observed.said_why())
        .map_err(|failure| {
            let why = format!("{}: {}", fault(args), failure.why);
            Failure { why, ..failure }
                .hint("Who reads the exit status of a program that was called in a wrong way?")
        })?;
    Ok(Pass::default())
}

/// What is wrong with the arguments.
fn fault(args: &[String]) -> String {
    if Asked::of(args).command.is_empty() {
        return "there is no command".to_owned();
    }
    let options: Vec<String> = args
        .iter()
        .take_while(|arg| *arg != "--")
        .cloned()
        .collect();
    let quoted: Vec<String> = options
        .iter()
        .map(
            |arg| match arg.is_empty() || arg.contains(char::is_whitespace) {
                true => format!("{arg:?}"),
                false => arg.clone(),
            },
        )
        .collect();
    format!("it was given {}", quoted.join(" "))
}

/// Whether the one option is a number that is too large only in the kernel's unit.
fn is_too_large(args: &[String]) -> bool {
    matches!(args, [_, number, separator, ..]
        if separator == "--" && number.parse::<u64>().is_ok_and(|number| number < 1 << 63))
        && Asked::of(args).limits.is_empty()
        && args
            .first()
            .is_some_and(|name| name == "--memory" || name == "--fsize")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{START, asking, judged};
    use super::*;
    use insta::assert_snapshot;

    const REFUSED: &str = "
        * stderr \"usage: prog ...\\n\"
        2 +++ exit 2
    ";

    fn said(args: &str, trace: &str) -> String {
        judged(
            refuses_bad_options,
            &asking(args),
            &[format!("{START}{trace}")],
        )
    }

    #[test]
    fn a_refusal_passes() {
        for args in ["--cpu -1 -- /actor exit 0", "--files 9", "--"] {
            assert_eq!(said(args, REFUSED), "pass");
        }
    }

    #[test]
    fn running_the_command_fails() {
        let ran = "2 fork 3\n3 exec \"/actor\" fds= blocked=[] ignored=[]\n2 +++ exit 0";
        assert_snapshot!(said("--cpu +1 -- /actor exit 0", ran), @r#"
        fail: it ran CMD, although it was given --cpu +1
          0.3 3 exec "/actor" fds= blocked=[] ignored=[]
        hint: What does the function that reads the number take, and what does it pass over?
        "#);
    }

    #[test]
    fn another_status_fails() {
        let trace = REFUSED.replace("exit 2", "exit 1");
        assert_snapshot!(said("--cpu x -- /actor exit 0", &trace), @r#"
        fail: it was given --cpu x: it exited with status 1 and not 2
          0.2 * stderr "usage: prog ...\n"
          0.3 2 +++ exit 1
        hint: Who reads the exit status of a program that was called in a wrong way?
        "#);
        assert!(said("--files 9", &trace).starts_with("fail: there is no command: it exited"));
    }

    #[test]
    fn silence_fails() {
        assert!(said("--cpu x -- /actor exit 0", "2 +++ exit 2").contains("it said nothing"));
    }

    #[test]
    fn a_number_that_its_unit_makes_too_large_may_be_a_limit_that_cannot_be_set() {
        let trace = REFUSED.replace("exit 2", "exit 125");
        assert_eq!(
            said("--memory 17592186044416 -- /actor exit 0", &trace),
            "pass"
        );
        for other in [
            "--cpu 99999999999999999999 -- /actor exit 0",
            "--memory 5x -- /actor exit 0",
        ] {
            assert!(said(other, &trace).contains("it exited with status 125 and not 2"));
        }
    }
}
