//! A process that changes while it is looked at, or ends.

use super::listed::wrong;
use crate::lessons::fds::inspector::observed::{Line, Observed, quoted};
use crate::lessons::sight;
use crate::lessons::sight::how;
use crate::model::experiment::TARGET;
use crate::model::recording::STRIKE;
use crate::model::{Arg, ExitStatus, Failure, Fd, Judgement, Pass, Trial, World};

const HINT: &str = "What may have become of the descriptor since its number was read, and of the \
                    process?";

/// Fails if a descriptor that was there all the time is missing or wrong, if a line is about one
/// that never was, if they are in another order, or if the status is not 0.
///
/// What was closed or opened meanwhile may be listed or not, as it was or as it is. A process that
/// ends before its directory was read may also be one that there is not: then a message and status
/// 1 or 2 are right, too.
///
/// Blind spot: of a process that ends, how much had been seen of it is not known; the lines are
/// compared, and none is missed.
pub(in crate::lessons::fds::inspector) fn survives_a_moving_target(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    observed.needs(observed.said.is_some() && !observed.held.is_empty())?;
    if sight::is_unstruck(trial) {
        return Ok(Pass::default());
    }
    let strike = observed
        .recording
        .struck()
        .find(|(_, _, fault)| *fault == STRIKE);
    let struck = strike.map_or(0, |(at, ..)| at);
    let has_ended = observed.recording.world().any(|(at, world)| {
        at > struck && matches!(world, World::Target(said) if said.data.is_empty())
    });
    let shown = |why: String| {
        let failure = observed.with_messages(Failure::new(why).hint(HINT).showing(struck));
        let after = observed.recording.calls().filter(|made| {
            made.exit.is_some_and(|exit| exit > struck)
                && made
                    .returned
                    .is_some_and(|returned| returned.errno.is_some())
        });
        after.take(2).fold(failure, |failure, made| {
            failure.showing(made.exit.unwrap_or(made.enter))
        })
    };
    let was_read = observed.recording.calls().any(|made| {
        made.call.name.starts_with("getdents")
            && made.call.args.first().is_some_and(is_its_directory)
            && made.exit.is_some_and(|exit| exit < struck)
            && made.returned.is_some_and(|returned| returned.value > 0)
    });
    let (at, status) = observed.end()?;
    let is_refusal = matches!(status, ExitStatus::Code(1 | 2)) && observed.has_message();
    if status != ExitStatus::Code(0) && !(has_ended && !was_read && is_refusal) {
        let what = if has_ended {
            "the process has ended"
        } else {
            "a descriptor has gone"
        };
        let why = format!("{what} while it looks, and it {}", how(status));
        return Err(shown(why).showing(at).into());
    }
    let lines = observed.lines();
    let mut before = -1;
    for line in &lines {
        let number = line.number.unwrap_or(-1);
        let held = observed.held.iter().find(|held| held.number == number);
        let why = match held {
            None => Some(format!(
                "it prints a line about nothing: {}",
                quoted(&line.text)
            )),
            Some(_) if number <= before => Some(format!(
                "descriptor {number} is listed twice, or out of order"
            )),
            Some(held) if held.is_closed || held.is_opened || has_ended => malformed(line),
            Some(held) => wrong(held, line),
        };
        if let Some(why) = why {
            return Err(shown(why).into());
        }
        before = number;
    }
    let stays = observed
        .held
        .iter()
        .filter(|held| !held.is_closed && !held.is_opened);
    for held in stays {
        let is_there = lines.iter().any(|line| line.number == Some(held.number));
        if !has_ended && !is_there {
            let why = format!(
                "descriptor {} was open all the time, and is not listed",
                held.number
            );
            return Err(shown(why).into());
        }
    }
    Ok(Pass::default())
}

/// Whether this is a descriptor of a directory of the process.
fn is_its_directory(arg: &Arg) -> bool {
    let below = format!("/proc/{TARGET}/");
    matches!(arg, Arg::Fd(Fd { object: Some(object), .. }) if object.name.starts_with(&below))
}

fn malformed(line: &Line) -> Option<String> {
    let is_line = line.fields.is_some();
    (!is_line).then(|| format!("a line has not four fields: {}", quoted(&line.text)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{START, judged, story};
    use super::*;
    use insta::assert_snapshot;

    const HELD: &str = r#"
        * target "3\tfile\tr\t/a\n-4\tfile\tr\t/b\n+5\tfile\tr\t/c\n6\tfile\tw\t/d\n"
        2 begin
        2 getdents64(3</proc/3/fd>, "", 1024) = 96
        2 readlinkat(3</proc/3/fd>, "4") ...
        2 !!! strike
    "#;
    const MOVED: &str = "* target \"moved\\n\"\n2 ... readlinkat = -1 ENOENT\n";
    const ENDED: &str = "* target \"\"\n2 ... readlinkat = -1 ENOENT\n";

    fn said(what: &str, output: &str, status: i32) -> String {
        let trace = format!("{START}{HELD}{what}* stdout \"{output}\"\n2 +++ exit {status}");
        judged(survives_a_moving_target, &story().in_sweep(), &[trace])
    }

    #[test]
    fn what_has_gone_may_be_missing_and_what_has_not_may_not() {
        for right in [
            r"3\tfile\tr\t/a\n6\tfile\tw\t/d\n",
            r"3\tfile\tr\t/a\n4\tfile\tr\t/b\n5\tfile\tr\t/c\n6\tfile\tw\t/d\n",
            r"3\tfile\tr\t/a\n4\tother\t-\t-\n6\tfile\tw\t/d\n",
        ] {
            assert_eq!(said(MOVED, right, 0), "pass");
        }
        assert_snapshot!(said(MOVED, r"3\tfile\tr\t/a\n", 0), @r#"
        fail: descriptor 6 was open all the time, and is not listed
          0.6 2 !!! strike
          0.8 2 readlinkat(3</proc/3/fd>, "4") = -1 ENOENT
        hint: What may have become of the descriptor since its number was read, and of the process?
        "#);
        assert_snapshot!(said(MOVED, r"3\tfile\tr\t/a\n4\n6\tfile\tw\t/d\n", 0), @r#"
        fail: a line has not four fields: "4"
          0.6 2 !!! strike
          0.8 2 readlinkat(3</proc/3/fd>, "4") = -1 ENOENT
        hint: What may have become of the descriptor since its number was read, and of the process?
        "#);
        assert_snapshot!(said(MOVED, r"3\tfile\tr\t/a\n", 1), @r#"
        fail: a descriptor has gone while it looks, and it exits with status 1
          0.6 2 !!! strike
          0.8 2 readlinkat(3</proc/3/fd>, "4") = -1 ENOENT
          0.10 2 +++ exit 1
        hint: What may have become of the descriptor since its number was read, and of the process?
        "#);
    }

    #[test]
    fn what_was_seen_of_a_process_that_has_ended_is_enough() {
        assert_eq!(said(ENDED, r"3\tfile\tr\t/a\n", 0), "pass");
        assert_eq!(said(ENDED, "", 0), "pass");
        assert_snapshot!(said(ENDED, r"3\tfile\tr\t/a\n", 1), @r#"
        fail: the process has ended while it looks, and it exits with status 1
          0.6 2 !!! strike
          0.8 2 readlinkat(3</proc/3/fd>, "4") = -1 ENOENT
          0.10 2 +++ exit 1
        hint: What may have become of the descriptor since its number was read, and of the process?
        "#);
    }

    #[test]
    fn a_process_that_ends_before_its_directory_is_read_may_be_none() {
        let trace = format!(
            r#"{START}
            * target "3\tfile\tr\t/a\n"
            2 begin
            2 openat("/proc/3/fd") ...
            2 !!! strike
            * target ""
            2 ... openat = -1 ENOENT
            * stderr "no such process\n"
            2 +++ exit 1
            "#
        );
        let experiment = story().in_sweep();
        assert_eq!(
            judged(
                survives_a_moving_target,
                &experiment,
                std::slice::from_ref(&trace)
            ),
            "pass"
        );
        let silent = trace.replace("no such process", "");
        let verdict = judged(survives_a_moving_target, &experiment, &[silent]);
        assert!(
            verdict.starts_with("fail: the process has ended"),
            "{verdict}"
        );
    }
}
