//! Commands in the background: the shell goes on, waits when it is told to, and forgets nobody.

use super::printed::quoted;
use super::printed::{complained, exited, expected, printed};
use crate::lessons::process::shell::observed::Observed;
use crate::lessons::process::shell::script::sent;
use crate::lessons::sight::hinted;
use crate::model::{Failure, Judgement, Pass, Trial, What, World};

/// Fails if a line with `&` does not let the next one run, if `wait` does not wait, or if what has
/// ended in the background is still a zombie when further commands have run.
///
/// Blind spot: zombies are counted when all is at rest, not in between. A shell that reaps only
/// when it runs the next command passes.
pub(in crate::lessons::process::shell) fn runs_in_background(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let expects = expected(trial);
    let checked = observed
        .within_limits()
        .map_err(|failure| {
            failure.hint("What does a shell do after & that it does not do after ;?")
        })
        .and_then(|()| has_waited(trial, &observed))
        .and_then(|()| has_reaped(&observed))
        .and_then(|()| printed(&observed, expects))
        .and_then(|()| complained(&observed, expects))
        .and_then(|()| exited(&observed, expects));
    checked.map_err(|failure| {
        let hint = "Which children does the shell wait for there, and which end unnoticed?";
        hinted(failure.into(), hint)
    })?;
    Ok(Pass::of("rests", observed.rests().count()))
}

/// Where an actor in the background is followed by `wait` and another actor: fails if that one
/// began before the first had ended.
fn has_waited(trial: &Trial<'_>, observed: &Observed<'_>) -> Result<(), Failure> {
    let input = trial.experiment.runs.first().map(sent).unwrap_or_default();
    if input.lines().nth(1) != Some("wait") {
        return Ok(());
    }
    let mut actors = observed.actors();
    let (Some(behind), Some(next)) = (actors.next(), actors.next()) else {
        return Ok(());
    };
    match observed.end(behind.task) {
        Some((at, _)) if at < next.at => Ok(()),
        end => {
            let failure = Failure::new(format!(
                "{} has not ended when the line after wait runs",
                quoted(input.lines().next().unwrap_or_default())
            ))
            .hint("Whom does wait wait for if it is given no number?")
            .showing(behind.at)
            .showing(next.at);
            Err(match end {
                Some((at, _)) => failure.showing(at),
                None => failure,
            })
        }
    }
}

/// Moments of rest at which zombies are free: one while all background commands run, and one when
/// they have just ended. At each later one other commands have run to their end since.
const FREE_RESTS: usize = 2;

/// Fails on the first moment of rest with a zombie that a further command should have made the
/// shell reap.
fn has_reaped(observed: &Observed<'_>) -> Result<(), Failure> {
    let Some((at, zombies)) = observed
        .rests()
        .skip(FREE_RESTS)
        .find(|(_, zombies)| !zombies.is_empty())
    else {
        return Ok(());
    };
    let many = match zombies.len() {
        1 => "one background command that has ended is still a zombie".to_owned(),
        more => format!("{more} background commands that have ended are still zombies"),
    };
    let failure = Failure::new(format!("{many}, and other commands have run since"))
        .figure("zombies", zombies.len() as f64)
        .hint(
            "When does the shell take notice of children that nobody waits for, and of how many?",
        );
    let end = zombies
        .first()
        .and_then(|zombie| observed.end(*zombie))
        .map(|(end, _)| end);
    let asked = observed.recording.events[..at]
        .iter()
        .rposition(|event| matches!(event.what, What::World(World::Sent(_))));
    let failure = end.into_iter().chain(asked).fold(failure, Failure::showing);
    Err(observed.in_order(failure.showing(at)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use crate::lessons::process::shell::script::Script;
    use insta::assert_snapshot;

    fn waiting() -> crate::model::Experiment {
        let script = Script::new().line("/actor sleep 9 &").line("wait");
        story(script.prints("/actor show a", "<a>\n").exits(0).run())
    }

    #[test]
    fn a_shell_that_waits_passes() {
        let trace = r#"
            2 fork 3
            3 exec "/actor"
            3 +++ exit 0
            2 wait4(-1, NULL, 0, NULL) = 3
            2 fork 4
            4 exec "/actor"
            * stdout "<a>\n"
            2 +++ exit 0
        "#;
        assert_eq!(judged(runs_in_background, &waiting(), trace), "pass");
    }

    #[test]
    fn a_wait_that_does_not_wait_fails() {
        let trace = r#"
            2 fork 3
            3 exec "/actor"
            2 fork 4
            4 exec "/actor"
            * stdout "<a>\n"
            3 +++ exit 0
            2 +++ exit 0
        "#;
        assert_snapshot!(judged(runs_in_background, &waiting(), trace), @r#"
        fail: `/actor sleep 9 &` has not ended when the line after wait runs
          0.1 3 exec "/actor" fds= blocked=[] ignored=[]
          0.3 4 exec "/actor" fds= blocked=[] ignored=[]
          0.5 3 +++ exit 0
        hint: Whom does wait wait for if it is given no number?
        "#);
    }

    #[test]
    fn a_zombie_fails_once_other_commands_have_run() {
        let run = || story(Script::new().line("/bin/true &").exits(0).run());
        let trace = |zombies: &str| {
            format!(
                "2 fork 3\n. rest\n3 +++ exit 0\n. rest zombies 3\n* stdin \"true\\n\"\n\
                 . rest{zombies}\n2 +++ exit 0"
            )
        };
        assert_eq!(judged(runs_in_background, &run(), &trace("")), "pass");
        assert_snapshot!(judged(runs_in_background, &run(), &trace(" zombies 3")), @r#"
        fail: one background command that has ended is still a zombie, and other commands have run since
          0.2 3 +++ exit 0
          0.4 * stdin "true\n"
          0.5 . rest zombies 3
        hint: When does the shell take notice of children that nobody waits for, and of how many?
        "#);
    }

    #[test]
    fn a_shell_that_waits_for_what_should_run_beside_it_fails() {
        let run = story(Script::new().line("cat /lab/fifo &").run());
        let trace = r#"
            2 fork 3
            2 wait4(3, NULL, 0, NULL) ...
            3 openat(AT_FDCWD, "/lab/fifo", O_RDONLY) ...
            * limit stuck 10
        "#;
        assert_snapshot!(judged(runs_in_background, &run, trace), @r"
        fail: it waits for something that will never come: it was blocked in wait4, and another task in a call of its own
          0.1 2 wait4(3, NULL, 0, NULL) = ?
          0.3 * limit stuck 10
        hint: What does a shell do after & that it does not do after ;?
        ");
    }
}
