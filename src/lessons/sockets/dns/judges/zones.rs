//! A zone that cannot be read is refused.

use crate::lessons::sight;
use crate::lessons::sockets::dns::observed;
use crate::model::{ExitStatus, Failure, Judgement, LimitKind, Objection, Pass, Stream, Trial};

/// Fails unless the program exits with status 1 and has written the number of the bad line to
/// standard error.
///
/// Blind spot: the words of the message are not read; a number of three digits is there by chance
/// in one message of a hundred, and not in those of ten zones.
pub(in crate::lessons::sockets::dns) fn rejects_bad_zones(trial: &Trial<'_>) -> Judgement {
    let recording = sight::recording(trial, 0)?;
    let Err(number) = observed::zone(trial) else {
        return Err(Objection::Blind("the zone can be read".to_owned()));
    };
    let story = &trial.experiment.story;
    let hint = "What can be read of the line, and who notices that there is more, or less?";
    let served = |at| {
        Failure::new(format!("line {number} is {story}, and it serves the zone"))
            .hint(hint)
            .showing(at)
    };
    match (recording.limit(), recording.outcome()) {
        (Some((at, LimitKind::Stuck | LimitKind::Time, _)), _) => return Err(served(at).into()),
        (Some(_), _) => {
            let failure = sight::limited(recording, 0).unwrap_or_default();
            return Err(failure.into());
        }
        (None, Some((_, ExitStatus::Code(1)))) => {}
        (None, Some((at, status))) => {
            let why = format!("line {number} is {story}, and it ended with {status}, not with 1");
            return Err(Failure::new(why).hint(hint).showing(at).into());
        }
        (None, None) => return Err(Objection::Blind("its end was not seen".to_owned())),
    }
    let message = recording.received(Stream::Stderr);
    if numbers(&message).any(|said| said == number.to_string().as_bytes()) {
        return Ok(Pass::of("line", number));
    }
    let text = String::from_utf8_lossy(&message);
    let why = match text.trim() {
        "" => format!("line {number} is {story}, and it said nothing"),
        text => format!("line {number} is {story}, and it said {text:?}"),
    };
    let failure = Failure::new(why)
        .hint("Which number does an editor show for that line, and which lines did it count?");
    let failure = recording
        .outcome()
        .into_iter()
        .fold(failure, |failure, (at, _)| failure.showing(at));
    Err(failure.into())
}

/// The numbers in a text: runs of digits.
fn numbers(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| !byte.is_ascii_digit())
        .filter(|run| !run.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, zoned};
    use super::*;
    use insta::assert_snapshot;

    fn said(trace: &str) -> String {
        let zone = "# one\n\na.x A 192.0.2.1\na.x A 192.0.2\n";
        judged(
            rejects_bad_zones,
            &zoned("an address that is cut off", zone),
            trace,
        )
    }

    #[test]
    fn a_message_with_the_number_passes() {
        let trace = "* stderr \"dns: zone:4: 192.0.2\\n\"\n2 +++ exit 1";
        assert_eq!(said(trace), "pass");
    }

    #[test]
    fn another_number_fails() {
        let trace = "* stderr \"dns: line 14\\n\"\n2 +++ exit 1";
        assert_snapshot!(said(trace), @r#"
        fail: line 4 is an address that is cut off, and it said "dns: line 14"
          0.2 2 +++ exit 1
        hint: Which number does an editor show for that line, and which lines did it count?
        "#);
        assert_snapshot!(said("2 +++ exit 1"), @"
        fail: line 4 is an address that is cut off, and it said nothing
          0.1 2 +++ exit 1
        hint: Which number does an editor show for that line, and which lines did it count?
        ");
    }

    #[test]
    fn serving_fails() {
        let trace = "2 recvfrom(3<socket:[7]>, \"\", 512, 0, NULL, NULL) ...\n* limit stuck 300";
        assert_snapshot!(said(trace), @"
        fail: line 4 is an address that is cut off, and it serves the zone
          0.2 * limit stuck 300
        hint: What can be read of the line, and who notices that there is more, or less?
        ");
    }

    #[test]
    fn another_status_fails() {
        assert_snapshot!(said("* stderr \"line 4\"\n2 +++ exit 0"), @"
        fail: line 4 is an address that is cut off, and it ended with exit 0, not with 1
          0.2 2 +++ exit 0
        hint: What can be read of the line, and who notices that there is more, or less?
        ");
        assert_snapshot!(said("2 +++ signal SIGSEGV"), @"
        fail: line 4 is an address that is cut off, and it ended with signal SIGSEGV, not with 1
          0.1 2 +++ signal SIGSEGV
        hint: What can be read of the line, and who notices that there is more, or less?
        ");
    }
}
