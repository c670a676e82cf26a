//! One is held back, or killed, at a moment: what the other one sees is whole.

use crate::lessons::shm::ring::observed::{Observed, shown};
use crate::lessons::shm::ring::stage::Side;
use crate::lessons::sight::{hinted, how};
use crate::model::{ExitStatus, Failure, Judgement, Objection, Pass, Trial};

const ORDER: &str = "what has to be there before the other one is told, what before the place is \
                     given back, and what if the news comes just before one sleeps?";

const DEATH: &str = "what of a line is in the ring at this moment, and how can whoever finds it \
                     know?";

/// Without a death, fails unless everything is delivered as ever.
///
/// If the producer was killed: fails unless whole lines came out, and the consumer exits with 1, or,
/// if they are all there, with 0; NAME is gone. If the consumer was killed: fails unless the
/// producer ends, with 1 and NAME gone, or with 0, which is right if the ring was drained.
///
/// Blind spot: what goes wrong between two loads with no store or call between them.
pub(in crate::lessons::shm::ring) fn publishes_in_order(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let Some((killed, death)) = observed.killed() else {
        observed
            .delivered(ORDER)
            .map_err(|objection| hinted(objection, ORDER))?;
        return Ok(Pass::of("bytes", observed.output.len()));
    };
    observed.is_unchanged(DEATH)?;
    let of_the_other = |failure: Failure| {
        let why = format!("{} was killed, and {}", killed.verb(), failure.why);
        observed
            .proof(Failure { why, ..failure }.showing(death))
            .hint(DEATH)
    };
    if killed == Side::Producer && observed.output.last().is_some_and(|last| *last != b'\n') {
        let mut lines = observed.output.split(|byte| *byte == b'\n');
        let torn = shown(lines.next_back().unwrap_or_default());
        let why = format!("the last line that came out is torn: {torn}");
        return Err(of_the_other(Failure::new(why)).into());
    }
    let left = killed.other();
    if let Some(failure) = observed.limited() {
        return Err(of_the_other(failure).into());
    }
    let Some((at, status)) = observed.end(left) else {
        let why = format!("{} was not seen to end", left.verb());
        return Err(Objection::Blind(why));
    };
    let may_be_well = killed == Side::Consumer || observed.output == observed.lines;
    match status {
        ExitStatus::Code(1) => {}
        ExitStatus::Code(0) if may_be_well => {}
        _ => {
            let why = format!("{} {}, and not with status 1", left.verb(), how(status));
            return Err(of_the_other(Failure::new(why).showing(at)).into());
        }
    }
    if killed == Side::Producer || status == ExitStatus::Code(1) {
        observed.is_removed("who removes the name if the one who was to do it is dead?")?;
    }
    Ok(Pass::of("bytes", observed.output.len()))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{DELIVERED, STARTED, judged, story};
    use super::*;

    const HELD: &str =
        "3 store(\"/dev/shm/q\", 128) ...\n3 !!! strike\n3 ... store = 0\n* stdin closed";

    fn said(trace: &str) -> String {
        let story = story(&[b"one\n\ntwo\n", b"three"]).in_sweep();
        judged(publishes_in_order, &story, trace)
    }

    #[test]
    fn whole_lines_pass() {
        assert_eq!(said(DELIVERED), "pass");
        assert_eq!(said(&DELIVERED.replace("* stdin closed", HELD)), "pass");
    }

    #[test]
    fn a_length_before_its_bytes_is_seen() {
        let early = DELIVERED
            .replace("* stdin closed", HELD)
            .replace("two", "\\x00\\x00\\x00");
        assert_snapshot!(said(&early), @r#"
        fail: line 3 is "\x00\x00\x00\n", and "two\n" went in
          0.5 3 store("/dev/shm/q", 128) = 0
          0.6 3 !!! strike
          0.9 * stdout "one\n\n\x00\x00\x00\nthree\n"
        hint: what has to be there before the other one is told, what before the place is given back, and what if the news comes just before one sleeps?
        "#);
    }

    fn killed(rest: &str) -> String {
        let trace = format!(
            "{STARTED}* stdin \"one\\n\\ntwo\\n\"\n3 store(\"/dev/shm/q\", 128) ...\n3 !!! strike\n\
             3 +++ signal SIGKILL\n{rest}\n2 +++ exit 0\n* left \"/dev/shm\" [ ]\n"
        );
        said(&trace)
    }

    #[test]
    fn a_producer_that_dies_leaves_whole_lines_to_a_consumer_that_says_so() {
        assert_eq!(killed("* stdout \"one\\n\"\n4 +++ exit 1"), "pass");
        assert_eq!(killed("4 +++ exit 1"), "pass");
        assert_eq!(
            killed("* stdout \"one\\n\\ntwo\\nthree\\n\"\n4 +++ exit 0"),
            "pass"
        );
        assert_snapshot!(killed("* stdout \"one\\n\\ntw\"\n4 +++ exit 1"), @r#"
        fail: produce was killed, and the last line that came out is torn: "tw"
          0.4 3 store("/dev/shm/q", 128) = ?
          0.5 3 !!! strike
          0.6 3 +++ signal SIGKILL
        hint: what of a line is in the ring at this moment, and how can whoever finds it know?
        "#);
        assert!(
            killed("* stdout \"one\\n\"\n4 +++ exit 0")
                .starts_with("fail: produce was killed, and consume exits with status 0")
        );
        assert!(
            killed("* limit time 15000\n4 +++ signal SIGKILL")
                .starts_with("fail: produce was killed, and consume is still there: ")
        );
    }

    #[test]
    fn a_consumer_that_dies_lets_the_producer_end() {
        let dies = |status: &str| {
            said(&format!(
                "{STARTED}4 store(\"/dev/shm/q\", 64) ...\n4 !!! strike\n4 +++ signal SIGKILL\n\
                 3 +++ {status}\n2 +++ exit 0\n* left \"/dev/shm\" [ \"q\" ]\n"
            ))
        };
        assert_eq!(dies("exit 0"), "pass");
        assert!(dies("exit 1").starts_with("fail: /dev/shm/q is left"));
        assert!(dies("signal SIGPIPE").contains("produce is ended by SIGPIPE"));
    }
}
