//! CMD begins with the limits that were asked for.

use super::{Values, both, values};
use crate::lessons::process::limits::observed::{Command, Observed};
use crate::model::{ExecState, Failure, Judgement, Objection, Pass, Trial};

/// Fails if a limit is another at CMD's exec than was asked for, or than it was before if nothing
/// asked for it; or if CMD's standard streams are not the program's own.
///
/// Blind spot: limits that /proc/PID/limits has and recordings do not (MEMLOCK, MSGQUEUE and the
/// like) are not compared.
pub(in crate::lessons::process::limits) fn limits_the_command(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let start = observed.start()?;
    let command = observed.command()?;
    if command.state.limits.is_empty() {
        let why = "the limits that CMD began with were not recorded";
        return Err(Objection::Blind(why.to_owned()));
    }
    is_limited(&observed, start, &command)?;
    has_streams(start, &command)?;
    Ok(Pass {
        figures: vec![("limits".to_owned(), command.state.limits.len() as f64)],
    })
}

/// Fails if CMD did not begin with the limits that it should have.
pub(super) fn is_limited(
    observed: &Observed<'_>,
    start: &ExecState,
    command: &Command<'_>,
) -> Result<(), Failure> {
    for (name, soft, hard) in &start.limits {
        let had = (*soft, *hard);
        let Some(has) = values(command.state, name) else {
            continue;
        };
        let asked = observed.asked.limit(name);
        if has == asked.map_or(had, |limit| (limit.value, limit.value)) {
            continue;
        }
        let began = format!("CMD began with RLIMIT_{name} {}", both(has));
        let (why, hint) = match asked {
            Some(limit) => (
                format!("{began}; {} asks for {}", limit.words, limit.value),
                question(has, had, limit.value),
            ),
            None => (
                format!("{began}; nothing asked for that, and it was {}", both(had)),
                "Which limits did nobody ask for, and who changed this one?",
            ),
        };
        let failure = Failure::new(why).hint(hint).showing(command.exec);
        return Err(observed.with_strikes(observed.with_setting(failure, name, command.exec)));
    }
    Ok(())
}

/// What leads to the mistake, given what the limit is, what it was, and what it should be.
fn question(has: Values, had: Values, wanted: u64) -> &'static str {
    match has {
        _ if has == had => "When did CMD begin, when was the limit set, and for which process?",
        (soft, _) if soft == wanted => "Who may raise a soft limit, and how far?",
        (_, hard) if hard == wanted => "Which of the two limits does the kernel enforce?",
        _ => {
            "Which number of the command line is this one, and in which unit does the kernel take it?"
        }
    }
}

fn has_streams(start: &ExecState, command: &Command<'_>) -> Result<(), Failure> {
    for (number, name) in [(0, "input"), (1, "output"), (2, "error")] {
        let (Some(own), its) = (start.fd(number), command.state.fd(number)) else {
            continue;
        };
        if its.is_none_or(|its| !its.is(own)) {
            let its = its.map_or("closed".to_owned(), |its| its.name.clone());
            let why = format!(
                "CMD's standard {name} is {its}, and the program's own is {}",
                own.name
            );
            return Err(Failure::new(why)
                .hint("Whose streams should CMD read from and write to?")
                .showing(command.exec));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{START, asking, judged};
    use super::*;
    use insta::assert_snapshot;

    const CHILD: &str = r#"
        2 fork 3
        3 prlimit64(0, RLIMIT_NOFILE, {rlim_cur=99, rlim_max=99}, NULL) = 0
        3 exec "/actor" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[] limits=CPU:unlimited:unlimited,NOFILE:99:99
        3 +++ exit 0
        2 +++ exit 0
    "#;

    fn said(trace: &str) -> String {
        let asked = asking("--files 12 --files 99 -- /actor exit 0");
        judged(limits_the_command, &asked, &[format!("{START}{trace}")])
    }

    #[test]
    fn limits_set_in_the_child_pass() {
        assert_eq!(said(CHILD), "pass");
    }

    #[test]
    fn a_soft_limit_alone_fails() {
        assert_snapshot!(said(&CHILD.replace("NOFILE:99:99", "NOFILE:99:1024")), @r#"
        fail: CMD began with RLIMIT_NOFILE 99 (soft) and 1024 (hard); --files 99 asks for 99
          0.3 3 prlimit64(0, RLIMIT_NOFILE, {rlim_cur=99, rlim_max=99}, NULL) = 0
          0.5 3 exec "/actor" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[] limits=CPU:unlimited:unlimited,NOFILE:99:1024
        hint: Who may raise a soft limit, and how far?
        "#);
    }

    #[test]
    fn limits_that_the_kernel_did_not_tell_cannot_be_compared() {
        let unknown = CHILD.replace(" limits=CPU:unlimited:unlimited,NOFILE:99:99", "");
        assert!(said(&unknown).starts_with("blind: the limits that CMD began with"));
    }

    #[test]
    fn a_limit_set_too_late_fails() {
        let late = CHILD.replace("NOFILE:99:99", "NOFILE:1024:1024").replace(
            "3 +++ exit 0",
            "2 prlimit64(3, RLIMIT_NOFILE, {rlim_cur=99, rlim_max=99}, NULL) = 0\n3 +++ exit 0",
        );
        let said = said(&late);
        assert!(said.contains("When did CMD begin"), "{said}");
    }

    #[test]
    fn the_first_of_two_options_fails() {
        let said = said(&CHILD.replace("NOFILE:99:99", "NOFILE:12:12"));
        assert!(
            said.contains("NOFILE 12 (soft and hard); --files 99 asks for 99"),
            "{said}"
        );
    }

    #[test]
    fn a_limit_that_nobody_asked_for_fails() {
        let said = said(&CHILD.replace("CPU:unlimited:unlimited", "CPU:0:unlimited"));
        assert!(
            said.contains("nothing asked for that, and it was unlimited"),
            "{said}"
        );
    }

    #[test]
    fn streams_of_its_own_fail() {
        let said = said(&CHILD.replace(
            r#""/actor" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>"#,
            r#""/actor" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[9]>"#,
        ));
        assert!(said.contains("CMD's standard error is pipe:[9]"), "{said}");
    }

    #[test]
    fn a_command_that_never_runs_fails() {
        assert_snapshot!(said("2 +++ exit 1"), @r"
        fail: it never ran CMD
          0.2 2 +++ exit 1
        hint: Which call was to begin CMD, and what did it answer?
        ");
    }
}
