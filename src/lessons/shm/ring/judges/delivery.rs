//! All lines come out, in order, and both end well.

use crate::lessons::shm::ring::observed::Observed;
use crate::lessons::sight::hinted;
use crate::model::{Judgement, Objection, Pass, Trial};

/// Fails unless the lines come out as they went in, both exit with status 0, and nothing is left.
pub(in crate::lessons::shm::ring) fn delivers(trial: &Trial<'_>) -> Judgement {
    judged(
        trial,
        "where does a message end, what is an empty one, and how does the consumer know that no \
         more will come?",
    )
}

/// The same, for rings that are passed many times.
pub(in crate::lessons::shm::ring) fn wraps(trial: &Trial<'_>) -> Judgement {
    judged(
        trial,
        "which parts of a message can lie across the end of the array, and which numbers may \
         CAPACITY be?",
    )
}

/// The same, where one comes late, or finds the object as it is being made.
pub(in crate::lessons::shm::ring) fn starts_in_either_order(trial: &Trial<'_>) -> Judgement {
    judged(
        trial,
        "what can whoever comes see of the object at the moments between its making and its first \
         line?",
    )
}

fn judged(trial: &Trial<'_>, hint: &str) -> Judgement {
    let observed = Observed::new(trial)?;
    observed
        .delivered(hint)
        .map_err(|objection: Objection| hinted(objection, hint))?;
    let lines = observed.lines.iter().filter(|byte| **byte == b'\n');
    Ok(Pass::of("lines", lines.count()))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{DELIVERED, judged, story};
    use super::*;

    fn said(trace: &str) -> String {
        judged(delivers, &story(&[b"one\n\ntwo\n", b"three"]), trace)
    }

    #[test]
    fn all_lines_pass_in_whatever_pieces_they_come() {
        assert_eq!(said(DELIVERED), "pass");
        let pieces = DELIVERED.replace("stdout \"one\\n", "stdout \"on\"\n* stdout \"e\\n");
        assert_eq!(said(&pieces), "pass");
    }

    #[test]
    fn what_is_changed_lost_or_doubled_fails() {
        assert_snapshot!(said(&DELIVERED.replace("two", "twe")), @r#"
        fail: line 3 is "twe\n", and "two\n" went in
          0.6 * stdout "one\n\ntwe\nthree\n"
        hint: where does a message end, what is an empty one, and how does the consumer know that no more will come?
        "#);
        let empty = said(&DELIVERED.replace("one\\n\\n", "one\\n"));
        assert!(empty.starts_with(r#"fail: line 2 is "two\n", and "\n" went in"#));
        let doubled = said(&DELIVERED.replace("three\\n", "three\\nthree\\n"));
        assert!(doubled.starts_with(r#"fail: after the last line comes "three\n""#));
        let lost = said(&DELIVERED.replace("three\\n", ""));
        assert!(lost.starts_with(r#"fail: 3 of 4 lines came out; the next one is "three\n""#));
    }

    #[test]
    fn a_bad_end_and_a_leftover_fail() {
        assert_snapshot!(said(&DELIVERED.replace("4 +++ exit 0", "4 +++ signal SIGBUS")), @r"
        fail: consume is ended by SIGBUS
          0.7 4 +++ signal SIGBUS
        hint: where does a message end, what is an empty one, and how does the consumer know that no more will come?
        ");
        let left = DELIVERED.replace("left \"/dev/shm\" [ ]", "left \"/dev/shm\" [ \"q\" ]");
        assert!(said(&left).starts_with("fail: /dev/shm/q is left when both have ended"));
    }

    #[test]
    fn who_hangs_is_named() {
        let hangs = DELIVERED.replace(
            "3 +++ exit 0\n",
            "* limit stuck 500\n3 +++ signal SIGKILL\n",
        );
        assert!(said(&hangs).contains("all lines came out, but produce is still there: "));
    }
}
