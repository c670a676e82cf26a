//! Ctrl-C and Ctrl-D, typed at a terminal.

use super::printed::{exited, expected};
use crate::lessons::process::shell::observed::Observed;
use crate::lessons::process::shell::script::CTRL_C;
use crate::lessons::sight::hinted;
use crate::model::experiment::ACTOR;
use crate::model::recording::FIRST;
use crate::model::text::signal_name;
use crate::model::{ExitStatus, Failure, Judgement, Pass, Trial, World};

/// Fails if Ctrl-C does not end every command in the foreground, or ends the shell; if what is
/// typed next is not run; if that one asks for `$?` and is not told what ended the others; and if
/// Ctrl-D then does not end the shell with that command's status.
///
/// Blind spot: what the shell writes to the terminal is not looked at.
pub(in crate::lessons::process::shell) fn handles_interrupt(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let checked = interrupted(&observed)
        .and_then(|()| observed.within_limits())
        .and_then(|()| goes_on(&observed))
        .and_then(|()| exited(&observed, expected(trial)))
        .and_then(|()| tells_what_ended_them(&observed));
    checked.map_err(|failure| {
        let hint = "To which processes does the terminal send SIGINT, and what does each of them \
                    do about it?";
        hinted(failure.into(), hint)
    })?;
    Ok(Pass::of("commands", observed.actors().count()))
}

/// Bytes that were typed, with the events.
fn typed<'a>(observed: &Observed<'a>) -> impl Iterator<Item = (usize, &'a [u8])> {
    observed
        .recording
        .world()
        .filter_map(|(at, world)| match world {
            World::Sent(bytes) => Some((at, bytes.data.as_slice())),
            _ => None,
        })
}

/// Fails if a command that ran when Ctrl-C was typed is still there when all is at rest, or the
/// shell is not.
fn interrupted(observed: &Observed<'_>) -> Result<(), Failure> {
    let Some((ctrl_c, _)) = typed(observed).find(|(_, bytes)| *bytes == [CTRL_C]) else {
        let failure = Failure::new("it had ended before Ctrl-C was typed");
        return Err(match observed.recording.outcome() {
            Some((at, _)) => failure.showing(at),
            None => failure,
        });
    };
    // Only whole lines are commands.
    let lines: Vec<u8> = typed(observed)
        .take_while(|(at, _)| *at < ctrl_c)
        .flat_map(|(_, bytes)| bytes.to_vec())
        .collect();
    let lines = String::from_utf8_lossy(&lines);
    let whole = lines.rfind('\n').map_or("", |end| &lines[..end]);
    let wanted = whole.matches(ACTOR).count();
    let running: Vec<_> = observed
        .actors()
        .take_while(|begun| begun.at < ctrl_c)
        .collect();
    if running.len() < wanted {
        return Err(Failure::new(format!(
            "only {} of {wanted} commands were running when Ctrl-C was typed",
            running.len()
        ))
        .showing(ctrl_c)
        .hint("What has to happen before a line that was typed is run?"));
    }
    let rest = observed
        .rests()
        .map(|(at, _)| at)
        .find(|at| *at > ctrl_c)
        .unwrap_or(observed.recording.events.len());
    let left = running
        .iter()
        .find(|begun| observed.end(begun.task).is_none_or(|(at, _)| at > rest));
    if let Some(begun) = left {
        let failure = Failure::new("Ctrl-C was typed, and a command in the foreground runs on")
            .showing(begun.at)
            .showing(ctrl_c);
        return Err(match observed.recording.events.get(rest) {
            Some(_) => failure.showing(rest),
            None => failure,
        });
    }
    match observed.end(FIRST) {
        Some((at, status)) if at < rest => {
            let failure = Failure::new(format!("Ctrl-C ended the shell as well ({status})"));
            Err(observed.in_order(failure.showing(ctrl_c).showing(at)))
        }
        _ => Ok(()),
    }
}

/// Fails unless exactly one command began after Ctrl-C.
fn goes_on(observed: &Observed<'_>) -> Result<(), Failure> {
    let ctrl_c = typed(observed)
        .find(|(_, bytes)| *bytes == [CTRL_C])
        .map_or(0, |(at, _)| at);
    let next = typed(observed).find(|(at, _)| *at > ctrl_c);
    let began = observed.actors().filter(|begun| begun.at > ctrl_c).count();
    let why = match began {
        1 => return Ok(()),
        0 => "the command that is typed after Ctrl-C is not run",
        _ => "the line that Ctrl-C interrupted is run all the same",
    };
    let failure = Failure::new(why)
        .showing(ctrl_c)
        .hint("What is left of the line that was being typed, and of the shell that read it?");
    let failure = next.map_or(failure.clone(), |(at, _)| failure.showing(at));
    Err(match observed.recording.outcome() {
        Some((at, _)) => observed.in_order(failure.showing(at)),
        None => failure,
    })
}

/// Where what is typed after Ctrl-C exits with `$?`: fails unless the shell exits with what the
/// kernel made of the commands that Ctrl-C ended.
fn tells_what_ended_them(observed: &Observed<'_>) -> Result<(), Failure> {
    let ctrl_c = typed(observed)
        .find(|(_, bytes)| *bytes == [CTRL_C])
        .map_or(0, |(at, _)| at);
    let is_asked = typed(observed)
        .any(|(at, bytes)| at > ctrl_c && bytes.windows(2).any(|part| part == b"$?"));
    if !is_asked {
        return Ok(());
    }
    let interrupted = observed.actors().take_while(|begun| begun.at < ctrl_c);
    let ends: Vec<(usize, i32)> = interrupted
        .filter_map(|begun| match observed.end(begun.task) {
            Some((at, ExitStatus::Signal(signo))) => Some((at, signo)),
            _ => None,
        })
        .collect();
    let outcome = observed.recording.outcome().map(|(_, status)| status);
    let is_told = ends
        .iter()
        .any(|(_, signo)| outcome == Some(ExitStatus::Code(128 + signo)));
    match ends.last() {
        Some((at, signo)) if !is_told => {
            let failure = observed.ended_otherwise(&format!(
                "status {}, the $? of a command that {} ended",
                128 + signo,
                signal_name(*signo)
            ));
            let hint = "What does wait say of a command that Ctrl-C ended, and who asks it?";
            Err(observed.in_order(failure.showing(*at).hint(hint)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use crate::lessons::process::shell::script::Script;
    use insta::assert_snapshot;

    fn verdict(trace: &str) -> String {
        let run = Script::new().exits(7).typed();
        judged(handles_interrupt, &story(run), trace)
    }

    const RUNNING: &str = r#"
        * stdin "/actor sleep 9 | /actor sleep 9\n"
        2 fork 3
        2 fork 4
        3 exec "/actor"
        4 exec "/actor"
        . rest
        * stdin "\x03"
    "#;

    const DIES: &str = "3 --- SIGINT\n3 +++ signal SIGINT\n4 --- SIGINT\n4 +++ signal SIGINT\n";

    const GOES_ON: &str = r#"
        . rest
        * stdin "/actor exit 7\n"
        2 fork 5
        5 exec "/actor"
        5 +++ exit 7
        . rest
        * stdin "\x04"
        2 +++ exit 7
    "#;

    #[test]
    fn a_shell_that_survives_passes() {
        assert_eq!(verdict(&format!("{RUNNING}{DIES}{GOES_ON}")), "pass");
    }

    #[test]
    fn a_shell_that_dies_as_well_fails() {
        let trace = format!("{RUNNING}{DIES}2 --- SIGINT\n2 +++ signal SIGINT");
        assert_snapshot!(verdict(&trace), @r#"
        fail: Ctrl-C ended the shell as well (signal SIGINT)
          0.6 * stdin "\x03"
          0.12 2 +++ signal SIGINT
        hint: To which processes does the terminal send SIGINT, and what does each of them do about it?
        "#);
    }

    #[test]
    fn a_pipeline_that_ctrl_c_does_not_reach_fails() {
        let trace = format!("{RUNNING}2 --- SIGINT\n. rest\n* limit time 10000");
        assert_snapshot!(verdict(&trace), @r#"
        fail: Ctrl-C was typed, and a command in the foreground runs on
          0.3 3 exec "/actor" fds= blocked=[] ignored=[]
          0.6 * stdin "\x03"
          0.8 . rest
        hint: To which processes does the terminal send SIGINT, and what does each of them do about it?
        "#);
    }

    #[test]
    fn a_shell_that_does_not_get_its_terminal_back_fails() {
        let trace = format!("{RUNNING}{DIES}2 --- SIGTTIN\n2 stop SIGTTIN\n* limit stopped 12");
        assert_snapshot!(verdict(&trace), @r"
        fail: it stopped because of SIGTTIN and nobody will continue it
          0.12 2 stop SIGTTIN
          0.13 * limit stopped 12
        hint: Who would send SIGCONT?
        ");
    }

    #[test]
    fn a_shell_that_takes_ctrl_c_for_the_end_fails() {
        let trace =
            "* stdin \"/actor exit 0\"\n. rest\n* stdin \"\\x03\"\n2 --- SIGINT\n2 +++ exit 0";
        assert_snapshot!(verdict(trace), @r#"
        fail: Ctrl-C ended the shell as well (exit 0)
          0.2 * stdin "\x03"
          0.4 2 +++ exit 0
        hint: To which processes does the terminal send SIGINT, and what does each of them do about it?
        "#);
    }

    #[test]
    fn a_line_that_was_interrupted_is_gone() {
        let trace = format!(
            "* stdin \"/actor exit 0\"\n. rest\n* stdin \"\\x03\"\n2 fork 3\n3 exec \"/actor\"\n{GOES_ON}"
        );
        assert_snapshot!(verdict(&trace), @r#"
        fail: the line that Ctrl-C interrupted is run all the same
          0.2 * stdin "\x03"
          0.6 * stdin "/actor exit 7\n"
          0.12 2 +++ exit 7
        hint: What is left of the line that was being typed, and of the shell that read it?
        "#);
    }

    #[test]
    fn a_status_that_says_what_ended_the_pipeline_passes() {
        let asked = |status: i32| {
            let asked = GOES_ON.replace("/actor exit 7", "/actor exit $?");
            asked.replace("exit 7", &format!("exit {status}"))
        };
        let verdict = |dies: &str, status| {
            let trace = format!("{RUNNING}{dies}{}", asked(status));
            judged(handles_interrupt, &story(Script::new().typed()), &trace)
        };
        assert_eq!(verdict(DIES, 130), "pass");
        // A shell that ends the stages itself.
        let told = DIES.replace("SIGINT", "SIGTERM");
        assert_eq!(verdict(&told, 143), "pass");
        assert_snapshot!(verdict(DIES, 0), @r"
        fail: it exited with status 0; it should have exited with status 130, the $? of a command that SIGINT ended
          0.10 4 +++ signal SIGINT
          0.18 2 +++ exit 0
        hint: What does wait say of a command that Ctrl-C ended, and who asks it?
        ");
    }

    #[test]
    fn another_status_fails() {
        let trace = format!("{RUNNING}{DIES}{GOES_ON}").replace("2 +++ exit 7", "2 +++ exit 0");
        assert_snapshot!(verdict(&trace), @r"
        fail: it exited with status 0; it should have exited with status 7
          0.18 2 +++ exit 0
        hint: To which processes does the terminal send SIGINT, and what does each of them do about it?
        ");
    }
}
