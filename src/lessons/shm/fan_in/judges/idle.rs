//! It sleeps while nothing comes.

use crate::lessons::shm::fan_in::observed::Observed;
use crate::lessons::shm::idle::CALLS;
use crate::model::text::call_head;
use crate::model::{Failure, Judgement, Pass, Trial, World};

/// Fails if all tasks make more calls together than are forgiven in the two seconds, or if the
/// lines are not merged after that.
///
/// Blind spot: a program that looks at something in memory for two seconds, and makes no call. There
/// is nothing in this lab that it could look at.
pub(in crate::lessons::shm::fan_in) fn sleeps_when_idle(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let recording = observed.recording;
    let hint = "Which descriptors does it ask about, and what is there to be said of each of them, \
                now and the next time?";
    let passed = recording.world();
    let mut passed = passed.filter(|(_, world)| matches!(world, World::Passed(_)));
    let Some((settled, _)) = passed.next() else {
        observed.is_merged(hint)?;
        let failure = Failure::new("it ended before its writers had");
        return Err(observed.with_end(failure).hint(hint).into());
    };
    // A run that a limit ended may have made its calls all the same.
    let over = passed.next().map_or(recording.events.len(), |(at, _)| at);
    let calls: Vec<_> = recording
        .calls()
        .filter(|made| (settled..over).contains(&made.enter))
        .collect();
    if let Some(first) = calls.first()
        && calls.len() > CALLS
    {
        let why = format!(
            "it made {} calls in two seconds in which no line came, {} the first of them",
            calls.len(),
            call_head(first.call)
        );
        let failure = calls
            .iter()
            .take(4)
            .fold(Failure::new(why), |failure, made| {
                failure.showing(made.enter)
            });
        return Err(failure
            .figure("calls", calls.len() as f64)
            .hint(hint)
            .into());
    }
    observed.is_merged(hint)?;
    Ok(Pass::of("calls", calls.len()))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, story};
    use super::*;

    fn sleeps(meanwhile: &str) -> String {
        let story = story(&[("/lab/a", "a one\n")]);
        let trace = format!(
            "2 poll([], 2, -1) ...\n* passed 200\n{meanwhile}* passed 2000\n* stdout \"a one\\n\"\n\
             2 +++ exit 0\n"
        );
        judged(sleeps_when_idle, &story, &[trace])
    }

    #[test]
    fn one_call_that_waits_passes_and_some_more_are_forgiven() {
        assert_eq!(sleeps(""), "pass");
        assert_eq!(sleeps(&"2 poll([], 2, 100) = 0\n".repeat(20)), "pass");
    }

    #[test]
    fn asking_again_and_again_fails() {
        let spin = "2 poll([], 2, -1) = 1\n2 read(3</lab/a [7]>, \"\", 65536) = 0\n";
        assert_snapshot!(sleeps(&spin.repeat(80)), @r#"
        fail: it made 160 calls in two seconds in which no line came, poll the first of them
          0.2 2 poll([], 2, -1) = 1
          0.4 2 read(3</lab/a [7]>, "", 65536) = 0
          0.6 2 poll([], 2, -1) = 1
          0.8 2 read(3</lab/a [7]>, "", 65536) = 0
        hint: Which descriptors does it ask about, and what is there to be said of each of them, now and the next time?
        "#);
        let trace = format!("* passed 200\n{}* limit events 40000\n", spin.repeat(80));
        let story = story(&[("/lab/a", "a one\n")]);
        assert!(judged(sleeps_when_idle, &story, &[trace]).starts_with("fail: it made 160"));
    }
}
