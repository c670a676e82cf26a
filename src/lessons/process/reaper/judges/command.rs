//! CMD gets what it was given, and nothing of the supervisor's own.

use crate::lessons::process::reaper::experiments::reported_arguments;
use crate::lessons::process::reaper::observed::{Command, Observed};
use crate::model::experiment::SUBMISSION_DIR;
use crate::model::text::signal_name;
use crate::model::{Arg, Failure, Judgement, Objection, Pass, SigSet, Step, Trial};
use crate::stimulus::actor::report;

/// Fails unless CMD says that it has the arguments, the environment, the working directory and the
/// input that it was given, on the very streams that the program was given.
///
/// Blind spot: variables that it gets in addition, which shells and runtimes make.
pub(in crate::lessons::process::reaper) fn runs_the_command(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let command = observed.command()?;
    has_its_streams(&observed, command)?;
    observed.limited("What does CMD wait for, and who was to bring that about?")?;
    let Some(run) = trial.experiment.runs.first() else {
        return Err(Objection::Blind("nothing was to be run".to_owned()));
    };
    let (said, shown) = said(&observed, command);
    let lines: Vec<&str> = said.lines().collect();
    let failure = |why: String| {
        let failure = Failure::new(why).showing(command.began);
        observed.with_end(shown.iter().fold(failure, |f, at| f.showing(*at)))
    };
    let wanted: Vec<String> = reported_arguments(run)
        .iter()
        .map(|arg| report::argument(arg))
        .collect();
    let given: Vec<&str> = of_kind(&lines, "argument ");
    if given != wanted {
        let (given, wanted) = (given.join("; "), wanted.join("; "));
        return Err(failure(format!(
            "CMD got other arguments: {given}, and not {wanted}"
        ))
        .hint("What takes the arguments apart or puts them together on their way to exec?")
        .into());
    }
    for (name, value) in &run.env {
        let line = report::variable(name, value);
        if !lines.contains(&line.as_str()) {
            return Err(failure(format!("CMD's environment lacks {line}"))
                .hint("Where does CMD's environment come from, and which exec takes which one?")
                .into());
        }
    }
    // Their values a script that starts the program may have set.
    for name in ["HOME", "PATH"] {
        if of_kind(&lines, &format!("variable {name}=")).is_empty() {
            return Err(failure(format!("CMD's environment lacks {name}"))
                .hint("Where does CMD's environment come from, and who takes things out of it?")
                .into());
        }
    }
    let directory = report::directory(SUBMISSION_DIR);
    if !lines.contains(&directory.as_str()) {
        let other = of_kind(&lines, "directory ").join("; ");
        return Err(failure(format!(
            "CMD runs in another place: {other}, not {directory}"
        ))
        .hint("Which files would CMD no longer find by their relative names?")
        .into());
    }
    let sent: Vec<u8> = run
        .steps
        .iter()
        .flat_map(|step| match step {
            Step::Send(bytes) => bytes.as_slice(),
            _ => &[],
        })
        .copied()
        .collect();
    let input = report::input(&String::from_utf8_lossy(&sent));
    if !lines.contains(&input.as_str()) {
        let other = of_kind(&lines, "input ").join("; ");
        return Err(failure(format!(
            "CMD did not read what was sent: {other}, not {input}"
        ))
        .hint("Who else reads the input that is CMD's?")
        .into());
    }
    Ok(Pass::of("lines", lines.len()))
}

fn of_kind<'a>(lines: &[&'a str], kind: &str) -> Vec<&'a str> {
    let is_of_kind = |line: &&&str| line.starts_with(kind);
    lines.iter().filter(is_of_kind).copied().collect()
}

/// Fails if one of the first three descriptors is not what it was when the program started.
fn has_its_streams(observed: &Observed<'_>, command: Command<'_>) -> Result<(), Failure> {
    let Some(start) = observed.recording.start() else {
        return Ok(());
    };
    for (number, name) in [
        (0, "standard input"),
        (1, "standard output"),
        (2, "standard error"),
    ] {
        let Some(own) = start.fd(number) else {
            continue;
        };
        let given = command.state.fds.iter().find(|fd| fd.number == number);
        let why = match given.map(|fd| &fd.object) {
            None => format!("CMD has no {name}"),
            Some(Some(object)) if !object.is(own) => {
                format!("CMD's {name} is {} and not {}", object.name, own.name)
            }
            // Unknown is not another.
            Some(_) => continue,
        };
        return Err(Failure::new(why)
            .showing(command.began)
            .hint("Which descriptors does CMD inherit, and who has changed them by then?"));
    }
    Ok(())
}

/// What CMD's own process wrote to its standard output, and the events.
fn said(observed: &Observed<'_>, command: Command<'_>) -> (String, Vec<usize>) {
    let (mut said, mut shown) = (Vec::new(), Vec::new());
    for made in observed.calls_named(&["write"]) {
        if made.task != command.task || made.enter < command.began {
            continue;
        }
        let [Arg::Fd(fd), Arg::Str(bytes), ..] = &made.call.args[..] else {
            continue;
        };
        let written = made.value().map_or(0, |value| value.max(0) as usize);
        if fd.number == 1 {
            said.extend_from_slice(&bytes.data[..written.min(bytes.data.len())]);
            shown.push(made.enter);
        }
    }
    (String::from_utf8_lossy(&said).into_owned(), shown)
}

/// Fails if a signal is blocked at CMD's exec, or ignored that was not when the program started.
pub(in crate::lessons::process::reaper) fn starts_with_clean_signals(
    trial: &Trial<'_>,
) -> Judgement {
    let observed = Observed::new(trial)?;
    let command = observed.command()?;
    let names = |signals: &[i32]| {
        let names: Vec<String> = signals.iter().map(|signo| signal_name(*signo)).collect();
        names.join(", ")
    };
    let blocked: Vec<i32> = command
        .state
        .blocked
        .without_the_library()
        .signals()
        .collect();
    if !blocked.is_empty() {
        let why = format!("CMD starts with {} blocked", names(&blocked));
        return Err(
            with_call(&observed, Failure::new(why), command, "rt_sigprocmask")
                .hint("Whose mask does a child start with, and does exec change it?")
                .into(),
        );
    }
    let before = observed
        .recording
        .start()
        .map_or(SigSet::default(), |start| start.ignored);
    let ignored: Vec<i32> = command
        .state
        .ignored
        .without_the_library()
        .signals()
        .filter(|signo| !before.has(*signo))
        .collect();
    if !ignored.is_empty() {
        let why = format!("CMD starts with {} ignored", names(&ignored));
        return Err(
            with_call(&observed, Failure::new(why), command, "rt_sigaction")
                .hint("Which of the three dispositions survives exec, and who chose it here?")
                .into(),
        );
    }
    Ok(Pass::of("commands", 1))
}

/// Adds CMD's exec and, before it, the last call of this name that a line of the program made.
fn with_call(
    observed: &Observed<'_>,
    failure: Failure,
    command: Command<'_>,
    name: &str,
) -> Failure {
    let line = observed.line_of_command();
    let last = observed
        .calls_named(&[name])
        .filter(|made| made.enter < command.began)
        .filter(|made| line.contains(&observed.process(made.task)))
        .filter(|made| !observed.recording.events[made.enter].site.is_empty())
        .last();
    let failure = last.iter().fold(failure, |f, made| f.showing(made.enter));
    failure.showing(command.began)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, started, story};
    use super::*;
    use crate::model::Experiment;
    use crate::model::experiment::ACTOR;

    fn reporting() -> Experiment {
        let mut experiment = story(&[ACTOR, "report", "two words", ""]);
        experiment.runs[0].env = vec![("LAB_X".into(), "y".into())];
        experiment.runs[0].steps = vec![Step::Send(b"in".to_vec()), Step::CloseInput];
        experiment
    }

    fn report(lines: &str, fds: &str) -> String {
        let said = lines.replace('"', "\\\"").replace('\n', "\\n");
        started(&format!(
            "2 fork 3\n3 exec \"/actor\" fds={fds}\n\
             3 write(1<pipe:[2]>, \"{said}\", 900) = {}\n3 +++ exit 0\n2 +++ exit 0",
            lines.len()
        ))
    }

    const STREAMS: &str = "0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]>";
    const ALL: &str = "argument \"two words\"\nargument \"\"\nvariable LAB_X=\"y\"\n\
                       variable HOME=\"/\"\nvariable PATH=\"/\"\n\
                       directory \"/submission\"\ninput \"in\"\n";

    #[test]
    fn what_was_given_arrives() {
        let judge = |lines: &str, fds| judged(runs_the_command, &reporting(), &report(lines, fds));
        assert_eq!(judge(ALL, STREAMS), "pass");
        assert_snapshot!(judge(&ALL.replace("two words\"", "two\"\nargument \"words\""), STREAMS), @r#"
        fail: CMD got other arguments: argument "two"; argument "words"; argument "", and not argument "two words"; argument ""
          0.3 3 exec "/actor" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[]
          0.4 3 write(1<pipe:[2]>, "argument \"two\"\nargument \"words\"\nargument \"\"\nvariable LAB_X=\"y\"\nvariable HOME=\"/\"\nvariable PATH=\"/\"\ndirectory \"/submission\"\ninput \"in\"\n", 900) = 134
          0.7 2 +++ exit 0
        hint: What takes the arguments apart or puts them together on their way to exec?
        "#);
        assert_snapshot!(judge(&ALL.replace("LAB_X", "LAB_Y"), STREAMS), @r#"
        fail: CMD's environment lacks variable LAB_X="y"
          0.3 3 exec "/actor" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[]
          0.4 3 write(1<pipe:[2]>, "argument \"two words\"\nargument \"\"\nvariable LAB_Y=\"y\"\nvariable HOME=\"/\"\nvariable PATH=\"/\"\ndirectory \"/submission\"\ninput \"in\"\n", 900) = 123
          0.7 2 +++ exit 0
        hint: Where does CMD's environment come from, and which exec takes which one?
        "#);
        let lacking = judge(&ALL.replace("HOME", "LAB_HOME"), STREAMS);
        assert!(
            lacking.starts_with("fail: CMD's environment lacks HOME\n"),
            "{lacking}"
        );
        assert_snapshot!(judge(&ALL.replace("/submission", "/"), STREAMS), @r#"
        fail: CMD runs in another place: directory "/", not directory "/submission"
          0.3 3 exec "/actor" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[]
          0.4 3 write(1<pipe:[2]>, "argument \"two words\"\nargument \"\"\nvariable LAB_X=\"y\"\nvariable HOME=\"/\"\nvariable PATH=\"/\"\ndirectory \"/\"\ninput \"in\"\n", 900) = 113
          0.7 2 +++ exit 0
        hint: Which files would CMD no longer find by their relative names?
        "#);
        assert_snapshot!(judge(&ALL.replace("\"in\"", "\"\""), STREAMS), @r#"
        fail: CMD did not read what was sent: input "", not input "in"
          0.3 3 exec "/actor" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[]
          0.4 3 write(1<pipe:[2]>, "argument \"two words\"\nargument \"\"\nvariable LAB_X=\"y\"\nvariable HOME=\"/\"\nvariable PATH=\"/\"\ndirectory \"/submission\"\ninput \"\"\n", 900) = 121
          0.7 2 +++ exit 0
        hint: Who else reads the input that is CMD's?
        "#);
    }

    #[test]
    fn a_shell_gives_background_commands_no_input() {
        let fds = "0</dev/null [4]>,1<pipe:[2]>,2<pipe:[3]>";
        assert_snapshot!(judged(runs_the_command, &reporting(), &report(ALL, fds)), @r#"
        fail: CMD's standard input is /dev/null and not pipe:[1]
          0.3 3 exec "/actor" fds=0</dev/null [4]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[]
        hint: Which descriptors does CMD inherit, and who has changed them by then?
        "#);
        let fds = "0<pipe:[1]>,1<pipe:[2]>";
        assert_snapshot!(judged(runs_the_command, &reporting(), &report(ALL, fds)), @r#"
        fail: CMD has no standard error
          0.3 3 exec "/actor" fds=0<pipe:[1]>,1<pipe:[2]> blocked=[] ignored=[]
        hint: Which descriptors does CMD inherit, and who has changed them by then?
        "#);
    }

    #[test]
    fn a_mask_survives_exec_and_so_does_what_is_ignored() {
        let judge = |state: &str| {
            let trace = started(&format!(
                "2 rt_sigprocmask(SIG_BLOCK, [TERM], [], 8) = 0  # main.c:3 (main)\n2 fork 3\n\
                 3 exec \"/actor\" {state}"
            ));
            judged(starts_with_clean_signals, &story(&[]), &trace)
        };
        assert_eq!(judge("blocked=[] ignored=[]"), "pass");
        assert_eq!(judge("blocked=[RT_0 RT_1] ignored=[HUP]"), "pass");
        assert_snapshot!(judge("blocked=[TERM CHLD]"), @r#"
        fail: CMD starts with SIGTERM, SIGCHLD blocked
          0.2 2 rt_sigprocmask(SIG_BLOCK, [TERM], [], 8) = 0
          0.5 3 exec "/actor" fds= blocked=[TERM CHLD] ignored=[]
        hint: Whose mask does a child start with, and does exec change it?
        "#);
        assert_snapshot!(judge("blocked=[] ignored=[HUP PIPE]"), @r#"
        fail: CMD starts with SIGPIPE ignored
          0.5 3 exec "/actor" fds= blocked=[] ignored=[HUP PIPE]
        hint: Which of the three dispositions survives exec, and who chose it here?
        "#);
    }
}
