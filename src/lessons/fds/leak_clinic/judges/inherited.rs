//! What is run holds 0, 1 and 2, and no other.

use crate::lessons::fds::leak_clinic::observed::{Observed, in_order};
use crate::lessons::fds::opened::Openings;
use crate::model::experiment::ACTOR;
use crate::model::{Failure, Judgement, Pass, Trial, What};

/// Fails if the actor, which the program is told to run, begins with a descriptor beside 0, 1 and 2.
///
/// Helpers of the program's own may hold what they like. Blind spot: what a child holds before it
/// begins its program.
pub(in crate::lessons::fds::leak_clinic) fn children_inherit_none(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let events = observed.recording.events.iter().enumerate();
    let begun = events.filter_map(|(at, event)| match &event.what {
        What::Exec(_, state) if state.path == ACTOR => Some((at, state)),
        _ => None,
    });
    let mut count = 0;
    for (at, state) in begun {
        count += 1;
        let Some(inherited) = state.fds.iter().find(|fd| fd.number > 2) else {
            continue;
        };
        let what = match &inherited.object {
            Some(object) => format!("{} ({})", inherited.number, object.name),
            None => inherited.number.to_string(),
        };
        let others = state.fds.iter().filter(|fd| fd.number > 2).count() - 1;
        let others = match others {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        let why = format!("what it runs begins with descriptor {what}{others}");
        let mut failure = Failure::new(why).showing(at);
        let openings = Openings::at(observed.recording, at);
        let opened = openings.last_with_number(inherited.number);
        failure = opened.into_iter().fold(failure, Failure::showing);
        return Err(in_order(failure)
            .hint("which flag does a descriptor need so that exec closes it, and when is it set?")
            .into());
    }
    observed.served()?;
    let wanted = observed.asked.iter();
    let wanted = wanted.filter(|asked| asked.line.contains(ACTOR)).count();
    if count < wanted {
        let why = format!("it ran {count} programs, and was told to run {wanted}");
        return Err(Failure::new(why)
            .hint("what does run do with its line?")
            .into());
    }
    Ok(Pass::of("programs", count))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use insta::assert_snapshot;

    const RAN: &str = r#"
        2 openat(AT_FDCWD, "/lab/app.log", O_WRONLY) = 3</lab/app.log [9]>
        * stdin "run exec /actor exit 0\n"
        2 fork 3
        3 exec "/bin/sh" fds=0</dev/null>,1<pipe:[7]>,2<pipe:[3]>,10</lab/x>
        3 exec "/actor" fds=0</dev/null>,1<pipe:[7]>,2<pipe:[3]>
        3 +++ exit 0
        * stdout "ok 0 0\n"
        2 +++ exit 0
    "#;

    fn said(trace: &str) -> String {
        let story = story(&[("run exec /actor exit 0", "ok 0 0")]);
        judged(children_inherit_none, &story, &[trace.to_owned()])
    }

    #[test]
    fn three_descriptors_pass_whatever_the_shell_has() {
        assert_eq!(said(RAN), "pass");
    }

    #[test]
    fn one_more_fails_with_the_call_that_opened_it() {
        let leaks = RAN.replace(
            "\"/actor\" fds=",
            "\"/actor\" fds=3</lab/app.log [9]>,5<socket:[8]>,",
        );
        assert_snapshot!(said(&leaks), @r#"
        fail: what it runs begins with descriptor 3 (/lab/app.log) and 1 more
          0.0 2 openat(AT_FDCWD, "/lab/app.log", O_WRONLY) = 3</lab/app.log [9]>
          0.5 3 exec "/actor" fds=3</lab/app.log [9]>,5<socket:[8]>,0</dev/null>,1<pipe:[7]>,2<pipe:[3]> blocked=[] ignored=[]
        hint: which flag does a descriptor need so that exec closes it, and when is it set?
        "#);
    }

    #[test]
    fn a_program_that_runs_nothing_fails() {
        let idle = RAN.replace("\"/actor\"", "\"/bin/true\"");
        assert!(said(&idle).contains("it ran 0 programs, and was told to run 1"));
    }
}
