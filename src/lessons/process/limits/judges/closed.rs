//! A limit that cannot be set means that CMD is not run.

use super::limited::is_limited;
use super::refused::NOT_LIMITED;
use crate::lessons::process::limits::observed::Observed;
use crate::lessons::sight;
use crate::model::{Failure, Judgement, Pass, Trial};

/// Fails if CMD runs without a limit that was asked for; or, if it does not run, unless the exit
/// status is 125 and the reason is said.
///
/// A program that comes to run CMD with every limit as asked has done right, whatever call was
/// refused: a language's runtime sets limits of its own.
///
/// Blind spot: a refusal of a call that only another limit depends on is not told from that.
pub(in crate::lessons::process::limits) fn fails_closed(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    if sight::is_unstruck(trial) {
        return Ok(Pass::default());
    }
    let start = observed.start()?;
    for command in observed.commands() {
        is_limited(&observed, start, &command).map_err(|failure| {
            let why = format!(
                "a limit could not be set, and CMD was run all the same: {}",
                failure.why
            );
            Failure { why, ..failure }
                .hint("What does the call answer when it is refused, and who looks at the answer?")
        })?;
    }
    if observed.commands().next().is_some() {
        return Ok(Pass::default());
    }
    observed
        .exited_with(NOT_LIMITED)
        .and_then(|()| observed.said_why())
        .map_err(|failure| {
            let why = format!("a limit could not be set: {}", failure.why);
            let failure = Failure { why, ..failure }
                .hint("How does whoever called the program tell this from an exit status of CMD?");
            observed.with_strikes(failure)
        })?;
    Ok(Pass::default())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{START, asking, judged};
    use super::*;
    use insta::assert_snapshot;

    const REFUSED: &str = r#"
        2 fork 3
        3 prlimit64(0, RLIMIT_NOFILE, {rlim_cur=99, rlim_max=99}, NULL) ...
        3 !!! strike
        3 ... prlimit64 = -1 EPERM (injected)
        3 +++ exit 1
        * stderr "prog: cannot set the limits\n"
        2 +++ exit 125
    "#;

    const RAN: &str = r#"
        2 fork 3
        3 prlimit64(0, RLIMIT_NOFILE, {rlim_cur=99, rlim_max=99}, NULL) ...
        3 !!! strike
        3 ... prlimit64 = -1 EPERM (injected)
        3 exec "/actor" fds= blocked=[] ignored=[] limits=CPU:unlimited:unlimited,NOFILE:1024:1024
        3 +++ exit 0
        2 +++ exit 0
    "#;

    fn said(trace: &str) -> String {
        let asked = asking("--files 99 -- /actor exit 0").in_sweep();
        judged(fails_closed, &asked, &[format!("{START}{trace}")])
    }

    #[test]
    fn giving_up_passes() {
        assert_eq!(said(REFUSED), "pass");
    }

    #[test]
    fn running_all_the_same_fails() {
        assert_snapshot!(said(RAN), @r#"
        fail: a limit could not be set, and CMD was run all the same: CMD began with RLIMIT_NOFILE 1024 (soft and hard); --files 99 asks for 99
          0.3 3 prlimit64(0, RLIMIT_NOFILE, {rlim_cur=99, rlim_max=99}, NULL) = -1 EPERM (injected)
          0.4 3 !!! strike
          0.6 3 exec "/actor" fds= blocked=[] ignored=[] limits=CPU:unlimited:unlimited,NOFILE:1024:1024
        hint: What does the call answer when it is refused, and who looks at the answer?
        "#);
    }

    #[test]
    fn a_limit_of_a_runtimes_own_is_nobodys_business() {
        assert_eq!(
            said(&RAN.replace("NOFILE:1024:1024", "NOFILE:99:99")),
            "pass"
        );
    }

    #[test]
    fn an_exit_status_that_says_something_else_fails() {
        assert_snapshot!(said(&REFUSED.replace("exit 125", "exit 1")), @r#"
        fail: a limit could not be set: it exited with status 1 and not 125
          0.3 3 prlimit64(0, RLIMIT_NOFILE, {rlim_cur=99, rlim_max=99}, NULL) = -1 EPERM (injected)
          0.4 3 !!! strike
          0.7 * stderr "prog: cannot set the limits\n"
          0.8 2 +++ exit 1
        hint: How does whoever called the program tell this from an exit status of CMD?
        "#);
        let reported = REFUSED.replace("limits\\n", "limits\\nexit 125 cpu=0.000 maxrss=1\\n");
        assert!(said(&reported).contains("of a CMD that was never run"));
    }

    #[test]
    fn a_limit_above_its_own_is_no_sweep() {
        let asked = asking("--files 4096 -- /actor exit 0");
        let clamped = format!("{START}{}", RAN.replace("3 !!! strike", ""));
        let said = judged(fails_closed, &asked, &[clamped]);
        assert!(
            said.contains("NOFILE 1024 (soft and hard); --files 4096 asks for 4096"),
            "{said}"
        );
    }
}
