//! The program's own limits do not change.

use super::{both, values};
use crate::lessons::process::limits::asked;
use crate::lessons::process::limits::observed::Observed;
use crate::model::recording::FIRST;
use crate::model::{Failure, Judgement, Objection, Pass, Trial, What};

/// Fails if one of the four limits of the first process is another while CMD runs than it was at
/// its start.
///
/// Blind spot: a soft limit that is lowered and put back before the look is not seen; a hard one
/// cannot be put back. Of processes between the program and CMD nothing is asked.
pub(in crate::lessons::process::limits) fn leaves_itself_alone(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let start = observed.start()?;
    let command = observed.command()?;
    let (end, _) = observed.end(&command)?;
    let looks = observed.recording.events[command.exec..end].iter();
    let mut states = looks
        .enumerate()
        .filter_map(|(nth, event)| match &event.what {
            What::State(FIRST, state) if !state.limits.is_empty() => {
                Some((command.exec + nth, state))
            }
            _ => None,
        });
    let Some((at, state)) = states.next_back() else {
        let why = "its limits were not looked at while CMD ran: it was at rest before";
        return Err(Objection::Blind(why.to_owned()));
    };
    for name in asked::limits() {
        let (Some(had), Some(has)) = (values(start, name), values(state, name)) else {
            continue;
        };
        if had == has {
            continue;
        }
        let why = format!(
            "while CMD ran, the program's own RLIMIT_{name} was {}; it began with {}",
            both(has),
            both(had)
        );
        let failure = Failure::new(why)
            .hint("Which process is it that makes the call, and who inherits from it?")
            .showing(at);
        return Err(observed.with_setting(failure, name, at).into());
    }
    Ok(Pass::default())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{START, asking, judged};
    use super::*;
    use insta::assert_snapshot;

    const LOOKED_AT: &str = r#"
        2 fork 3
        3 exec "/actor" fds= blocked=[] ignored=[] limits=CPU:unlimited:unlimited,NOFILE:99:99
        2 wait4(-1, NULL, 0, NULL) ...
        . rest
        2 state "/submission/prog" fds= blocked=[] ignored=[] limits=CPU:unlimited:unlimited,NOFILE:1024:1024
        * stdin closed
        3 +++ exit 0
        2 ... wait4 = 3
        2 +++ exit 0
    "#;

    fn said(trace: &str) -> String {
        let asked = asking("--files 99 -- /actor drain");
        judged(leaves_itself_alone, &asked, &[format!("{START}{trace}")])
    }

    #[test]
    fn a_parent_without_limits_passes() {
        assert_eq!(said(LOOKED_AT), "pass");
    }

    #[test]
    fn limits_of_its_own_fail() {
        let trace = format!(
            "2 prlimit64(0, RLIMIT_NOFILE, {{rlim_cur=99, rlim_max=99}}, NULL) = 0{}",
            LOOKED_AT.replace("NOFILE:1024:1024", "NOFILE:99:99")
        );
        assert_snapshot!(said(&trace), @r#"
        fail: while CMD ran, the program's own RLIMIT_NOFILE was 99 (soft and hard); it began with 1024 (soft and hard)
          0.2 2 prlimit64(0, RLIMIT_NOFILE, {rlim_cur=99, rlim_max=99}, NULL) = 0
          0.8 2 state "/submission/prog" fds= blocked=[] ignored=[] limits=CPU:unlimited:unlimited,NOFILE:99:99
        hint: Which process is it that makes the call, and who inherits from it?
        "#);
    }

    #[test]
    fn a_look_at_another_moment_says_nothing() {
        let before = LOOKED_AT.replace("2 state", "2 +++ exit 0\n2 state");
        assert!(
            said(&before).starts_with("fail: it ended while CMD"),
            "{}",
            said(&before)
        );
        let never = LOOKED_AT.replace("2 state", "9 state");
        assert!(said(&never).starts_with("blind: its limits were not looked at"));
    }
}
