//! It waits, and does not look again and again.

use crate::lessons::process::reaper::observed::Observed;
use crate::model::text::call_head;
use crate::model::{Failure, Judgement, Objection, Pass, Trial, World};

/// The most calls that the handout allows.
const CALLS: usize = 20;

/// Fails if all processes but CMD make more calls together than the handout allows while CMD
/// sleeps.
pub(in crate::lessons::process::reaper) fn waits_without_polling(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let hint = "Which call returns when a child has ended, and not before?";
    let command = observed.command()?;
    let passed_at: Vec<usize> = observed
        .recording
        .world()
        .filter(|(_, world)| matches!(world, World::Passed(_)))
        .map(|(at, _)| at)
        .collect();
    let Some(settled) = passed_at.first() else {
        observed.limited(hint)?;
        return Err(Failure::new("it ended before CMD had slept")
            .showing(command.began)
            .hint(hint)
            .into());
    };
    // A run that a limit ended may have made its calls all the same.
    let woken = passed_at
        .get(1)
        .copied()
        .unwrap_or(observed.recording.events.len());
    let calls: Vec<usize> = observed
        .recording
        .calls()
        .filter(|made| (*settled..woken).contains(&made.enter))
        .filter(|made| !observed.is_of_command(made.task))
        .map(|made| made.enter)
        .collect();
    if calls.len() > CALLS {
        let example = observed
            .recording
            .calls()
            .find(|made| Some(&made.enter) == calls.first())
            .map_or_else(String::new, |made| call_head(made.call));
        let why = format!(
            "it made {} calls while CMD slept for two seconds, {example} the first of them",
            calls.len()
        );
        let failure = calls
            .iter()
            .take(4)
            .fold(Failure::new(why), |f, at| f.showing(*at));
        return Err(failure
            .figure("calls", calls.len() as f64)
            .hint(hint)
            .into());
    }
    if passed_at.len() < 2 {
        observed.limited(hint)?;
        return Err(Objection::Blind("CMD was not seen to sleep".to_owned()));
    }
    Ok(Pass::of("calls", calls.len()))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, running, story};
    use super::*;

    #[test]
    fn one_blocking_wait_is_quiet() {
        let trace = running(
            "2 wait4(-1, NULL, 0, NULL) ...\n* passed 200\n* passed 2000\n3 +++ exit 0\n\
             2 ... wait4 = 3\n2 +++ exit 0",
        );
        assert_eq!(judged(waits_without_polling, &story(&[]), &trace), "pass");
    }

    #[test]
    fn looking_every_ten_milliseconds_is_not() {
        let look = "2 wait4(3, NULL, WNOHANG, NULL) = 0\n2 nanosleep({}, NULL) = 0\n";
        let trace = running(&format!(
            "* passed 200\n{}* passed 2000\n",
            look.repeat(200)
        ));
        assert_snapshot!(judged(waits_without_polling, &story(&[]), &trace), @r"
        fail: it made 400 calls while CMD slept for two seconds, wait4 the first of them
          0.5 2 wait4(3, NULL, WNOHANG, NULL) = 0
          0.7 2 nanosleep({}, NULL) = 0
          0.9 2 wait4(3, NULL, WNOHANG, NULL) = 0
          0.11 2 nanosleep({}, NULL) = 0
        hint: Which call returns when a child has ended, and not before?
        ");
        let trace = running(&format!("* passed 200\n{}* passed 2000\n", look.repeat(10)));
        assert_eq!(judged(waits_without_polling, &story(&[]), &trace), "pass");
        let spins = running(&format!(
            "* passed 200\n{}* limit events 200000\n",
            look.repeat(50)
        ));
        assert!(judged(waits_without_polling, &story(&[]), &spins).starts_with("fail"));
    }
}
