//! What commands start with: descriptors and signals, as the kernel reports them at their exec.

use crate::lessons::process::shell::observed::{Begun, Observed};
use crate::lessons::process::shell::script::sent;
use crate::lessons::sight::hinted;
use crate::model::experiment::ACTOR;
use crate::model::text::signal_name;
use crate::model::{
    Arg, ExecState, Failure, Fd, Judgement, Object, Pass, Recording, SigSet, Trial, What,
};

/// Fails if a command starts with any descriptor but 0, 1 and 2, or without one of these; or if
/// the shell holds more of them after 500 pipelines than after five.
///
/// Blind spot: only the actor is looked at, and the shell only when all is at rest.
pub(in crate::lessons::process::shell) fn closes_what_it_opened(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let checked = observed
        .within_limits()
        .and_then(|()| started_all(trial, &observed))
        .and_then(|()| {
            observed
                .actors()
                .try_for_each(|one| has_three(&observed, one))
        })
        .and_then(|()| holds_no_more(observed.recording));
    checked.map_err(|failure| {
        let hint = "Who opened that descriptor, and who else has it after the fork?";
        hinted(failure.into(), hint)
    })?;
    Ok(Pass::of("commands", observed.actors().count()))
}

/// Fails if a command in the foreground starts with a signal blocked or ignored.
///
/// Blind spot: signals that the shell's own starter ignored would not be its fault; in these runs
/// there are none. Signals 32 and 33 are the C library's own business.
pub(in crate::lessons::process::shell) fn leaves_signals_alone(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let checked = observed
        .actors()
        .try_for_each(|one| has_clean_signals(&observed, one))
        .and_then(|()| observed.within_limits())
        .and_then(|()| started_all(trial, &observed));
    checked.map_err(|failure| {
        let hint = "Which signal settings does a program keep when it becomes another one?";
        hinted(failure.into(), hint)
    })?;
    Ok(Pass::of("commands", observed.actors().count()))
}

/// Fails if fewer actors began than the input asks for: nothing could be said of the others.
fn started_all(trial: &Trial<'_>, observed: &Observed<'_>) -> Result<(), Failure> {
    let wanted = trial
        .experiment
        .runs
        .first()
        .map_or(0, |run| sent(run).matches(ACTOR).count());
    let began = observed.actors().count();
    if began >= wanted {
        return Ok(());
    }
    let failure = Failure::new(format!(
        "only {began} of {wanted} commands were seen to start"
    ))
    .hint("Which of the lines was the last that did what it should?");
    let failure = observed
        .actors()
        .last()
        .map_or(failure.clone(), |last| failure.showing(last.at));
    let failure = match observed.recording.outcome() {
        Some((at, _)) => failure.showing(at),
        None => failure,
    };
    Err(observed.in_order(observed.with_complaint(failure)))
}

fn has_three(observed: &Observed<'_>, begun: Begun<'_>) -> Result<(), Failure> {
    if let Some(missing) = (0..3).find(|n| begun.state.fds.iter().all(|fd| fd.number != *n)) {
        let why = format!("a command starts without descriptor {missing}");
        return Err(Failure::new(why).showing(begun.at));
    }
    let Some(extra) = begun.state.fds.iter().find(|fd| fd.number > 2) else {
        return Ok(());
    };
    let name = extra
        .object
        .as_ref()
        .map_or("a file", |object| object.name.as_str());
    let failure = Failure::new(format!(
        "a command starts with descriptor {} open as well: {name}",
        extra.number
    ))
    .showing(begun.at);
    let opened = origin(observed.recording, begun, extra);
    Err(observed.in_order(opened.map_or(failure.clone(), |at| failure.showing(at))))
}

/// The call that made the descriptor: the last before that returned it, or a pipe of which it is
/// an end.
fn origin(recording: &Recording, begun: Begun<'_>, extra: &Fd) -> Option<usize> {
    let is_it = |object: Option<&Object>| match (object, &extra.object) {
        (Some(one), Some(other)) => one.is(other),
        _ => false,
    };
    let name = extra.object.as_ref().map(|object| object.name.clone());
    recording
        .calls()
        .filter(|made| made.enter < begun.at)
        .filter(|made| {
            let is_returned = made.value() == Some(i64::from(extra.number))
                && made
                    .returned
                    .is_some_and(|answer| is_it(answer.object.as_ref()));
            let is_end = made.call.name.starts_with("pipe")
                && made.call.args.first().is_some_and(|ends| match ends {
                    Arg::Word(word) => name
                        .as_ref()
                        .is_some_and(|name| word.contains(name.as_str())),
                    _ => false,
                });
            is_returned || is_end
        })
        .map(|made| made.enter)
        .last()
}

/// Fails if the kernel reports more descriptors of the shell at a later look than at the first.
fn holds_no_more(recording: &Recording) -> Result<(), Failure> {
    let looks: Vec<(usize, &ExecState)> = recording
        .events
        .iter()
        .enumerate()
        .filter_map(|(at, event)| match &event.what {
            What::State(_, state) => Some((at, state)),
            _ => None,
        })
        .collect();
    // What is kept is there at every later look; what a command needs while it runs is not.
    let Some(((first, few), later)) = looks.split_first() else {
        return Ok(());
    };
    let Some((last, many)) = later.iter().min_by_key(|(_, state)| state.fds.len()) else {
        return Ok(());
    };
    if many.fds.len() <= few.fds.len() {
        return Ok(());
    }
    let object = many
        .fds
        .last()
        .and_then(|fd| fd.object.as_ref())
        .map_or("?", |object| object.name.as_str());
    Err(Failure::new(format!(
        "the shell itself holds {} descriptors after 500 pipelines and held {} after five; \
         the last one is {object}",
        many.fds.len(),
        few.fds.len()
    ))
    .figure("descriptors", many.fds.len() as f64)
    .showing(*first)
    .showing(*last))
}

fn has_clean_signals(observed: &Observed<'_>, begun: Begun<'_>) -> Result<(), Failure> {
    let (what, set) = match (
        begun.state.blocked.without_the_library(),
        begun.state.ignored.without_the_library(),
    ) {
        (SigSet(0), SigSet(0)) => return Ok(()),
        (SigSet(0), ignored) => ("ignored", ignored),
        (blocked, _) => ("blocked", blocked),
    };
    let names: Vec<String> = set.signals().map(signal_name).collect();
    let mut failure = Failure::new(format!(
        "a command in the foreground starts with {} {what}",
        names.join(", ")
    ))
    .showing(begun.at);
    if let Some(at) = setting(observed.recording, begun, &names) {
        failure = failure.showing(at);
    }
    Err(observed.in_order(failure))
}

/// The last call before the command began that ignored or blocked one of these signals.
fn setting(recording: &Recording, begun: Begun<'_>, names: &[String]) -> Option<usize> {
    let has_word = |arg: Option<&Arg>, wanted: &dyn Fn(&str) -> bool| match arg {
        Some(Arg::Word(word)) => wanted(word),
        _ => false,
    };
    recording
        .calls()
        .filter(|made| made.enter < begun.at)
        .filter(|made| {
            let args = &made.call.args;
            match made.call.name.as_str() {
                "rt_sigaction" => {
                    has_word(args.first(), &|word| names.iter().any(|name| name == word))
                        && has_word(args.get(1), &|word| word.contains("SIG_IGN"))
                }
                "rt_sigprocmask" => has_word(args.get(1), &|word| {
                    names
                        .iter()
                        .any(|name| word.contains(name.trim_start_matches("SIG")))
                }),
                _ => false,
            }
        })
        .map(|made| made.enter)
        .last()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use crate::lessons::process::shell::script::Script;
    use insta::assert_snapshot;

    const THREE: &str = "fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>";

    fn one() -> crate::model::Experiment {
        story(Script::new().line("/actor exit 0").run())
    }

    #[test]
    fn three_descriptors_pass() {
        let trace = format!("2 fork 3\n3 exec \"/actor\" {THREE}\n3 +++ exit 0\n2 +++ exit 0");
        assert_eq!(judged(closes_what_it_opened, &one(), &trace), "pass");
    }

    #[test]
    fn an_end_of_a_pipe_too_many_fails() {
        let trace = format!(
            "2 pipe2([3<pipe:[9]>, 4<pipe:[9]>], 0) = 0\n\
             2 fork 3\n\
             3 dup2(4<pipe:[9]>, 1<pipe:[2]>) = 1<pipe:[9]>\n\
             3 exec \"/actor\" {THREE},3<pipe:[9]>\n2 +++ exit 0"
        );
        assert_snapshot!(judged(closes_what_it_opened, &one(), &trace), @r#"
        fail: a command starts with descriptor 3 open as well: pipe:[9]
          0.0 2 pipe2([3<pipe:[9]>, 4<pipe:[9]>], 0) = 0
          0.5 3 exec "/actor" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>,3<pipe:[9]> blocked=[] ignored=[]
        hint: Who opened that descriptor, and who else has it after the fork?
        "#);
    }

    #[test]
    fn a_standard_stream_that_is_missing_fails() {
        let trace = "2 fork 3\n3 exec \"/actor\" fds=0<pipe:[1]>,2<pipe:[3]>\n2 +++ exit 0";
        assert_snapshot!(judged(closes_what_it_opened, &one(), trace), @r#"
        fail: a command starts without descriptor 1
          0.1 3 exec "/actor" fds=0<pipe:[1]>,2<pipe:[3]> blocked=[] ignored=[]
        hint: Who opened that descriptor, and who else has it after the fork?
        "#);
    }

    #[test]
    fn a_command_that_never_starts_fails() {
        let trace = "2 fork 3\n3 +++ exit 127\n2 +++ exit 127";
        assert_snapshot!(judged(closes_what_it_opened, &one(), trace), @r"
        fail: only 0 of 1 commands were seen to start
          0.2 2 +++ exit 127
        hint: Which of the lines was the last that did what it should?
        ");
    }

    #[test]
    fn a_shell_that_keeps_more_and_more_fails() {
        let trace = |fds: &str| {
            format!(
                "2 state \"/x\" {THREE}\n2 state \"/x\" {THREE}{fds}\n\
                 2 fork 3\n3 exec \"/actor\" {THREE}\n2 +++ exit 0"
            )
        };
        assert_eq!(judged(closes_what_it_opened, &one(), &trace("")), "pass");
        assert_snapshot!(judged(closes_what_it_opened, &one(), &trace(",7</dev/null [4]>")), @r#"
        fail: the shell itself holds 4 descriptors after 500 pipelines and held 3 after five; the last one is /dev/null
          0.0 2 state "/x" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[]
          0.1 2 state "/x" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>,7</dev/null [4]> blocked=[] ignored=[]
        hint: Who opened that descriptor, and who else has it after the fork?
        "#);
    }

    #[test]
    fn an_ignored_signal_fails() {
        let trace = "2 fork 3\n3 exec \"/actor\" ignored=[PIPE]\n2 +++ exit 0";
        assert_snapshot!(judged(leaves_signals_alone, &one(), trace), @r#"
        fail: a command in the foreground starts with SIGPIPE ignored
          0.1 3 exec "/actor" fds= blocked=[] ignored=[PIPE]
        hint: Which signal settings does a program keep when it becomes another one?
        "#);
    }

    #[test]
    fn a_blocked_signal_fails_and_the_librarys_own_do_not() {
        let trace = |blocked: &str| {
            format!("2 fork 3\n3 exec \"/actor\" blocked=[{blocked}]\n2 +++ exit 0")
        };
        assert_eq!(
            judged(leaves_signals_alone, &one(), &trace("RT_0 RT_1")),
            "pass"
        );
        assert_snapshot!(judged(leaves_signals_alone, &one(), &trace("CHLD")), @r#"
        fail: a command in the foreground starts with SIGCHLD blocked
          0.1 3 exec "/actor" fds= blocked=[CHLD] ignored=[]
        hint: Which signal settings does a program keep when it becomes another one?
        "#);
    }
}
