//! What came out are the lines that went in.

use crate::lessons::shm::fan_in::observed::Observed;
use crate::model::{Judgement, Pass, Trial};

/// Fails unless the lines are merged, the last ones with a newline of their own.
pub(in crate::lessons::shm::fan_in) fn passes_the_last_line(trial: &Trial<'_>) -> Judgement {
    merged(
        trial,
        "What is in your buffer when a FIFO has ended, and what comes behind it in the output?",
    )
}

/// Fails unless the lines are merged, each as soon as it is complete.
pub(in crate::lessons::shm::fan_in) fn merges_whole_lines(trial: &Trial<'_>) -> Judgement {
    merged(
        trial,
        "Where does a line end: with a read, with a write, or with its newline? And what may come \
         between its first byte and its last?",
    )
}

/// Fails unless the lines are merged, whoever comes late.
pub(in crate::lessons::shm::fan_in) fn waits_for_late_writers(trial: &Trial<'_>) -> Judgement {
    merged(
        trial,
        "Which of your calls waits for a writer, and how do you tell one who has not come from one \
         who has gone?",
    )
}

fn merged(trial: &Trial<'_>, hint: &str) -> Judgement {
    let observed = Observed::new(trial)?;
    observed.is_merged(hint)?;
    Ok(Pass::of("lines", observed.count()))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, story};
    use super::*;

    const RIGHT: &str = r#"
        2 exec "/submission/main" fds=0<pipe:[1]>,1<pipe:[2]> blocked=[] ignored=[]
        2 write(1<pipe:[2]>, "b one\n", 6) = 6
        * stdout "b one\n"
        2 write(1<pipe:[2]>, "a one\nb two\n\na two\n", 19) = 19
        * stdout "a one\nb two\n\na t"
        * stdout "wo\n"
        2 +++ exit 0
    "#;

    fn merges(trace: &str) -> String {
        let story = story(&[("/lab/a", "a one\na two"), ("/lab/b", "b one\nb two\n\n")]);
        judged(merges_whole_lines, &story, &[trace.to_owned()])
    }

    #[test]
    fn lines_of_several_in_any_order_pass() {
        assert_eq!(merges(RIGHT), "pass");
    }

    #[test]
    fn a_torn_line_fails() {
        let torn = RIGHT.replace("a one\\nb two\\n\\na t", "ab two\\n one\\n\\na t");
        assert_snapshot!(merges(&torn), @r#"
        fail: a line came out that nobody wrote: "ab two"
          0.4 2 write(1<pipe:[2]>, "ab two\n one\n\na two\n", 19) = 19
        hint: Where does a line end: with a read, with a write, or with its newline? And what may come between its first byte and its last?
        "#);
    }

    #[test]
    fn another_order_and_a_line_twice_fail() {
        let other = RIGHT.replace("* stdout \"b one", "* stdout \"b two");
        assert!(
            merges(&other).contains("came out where its line 1 was due"),
            "{}",
            merges(&other)
        );
        let twice = RIGHT.replace("a one\\nb two", "b one\\nb two");
        assert!(merges(&twice).contains("line 1 of /lab/b, came out twice"));
    }

    #[test]
    fn a_line_that_is_lost_or_glued_fails() {
        let lost = RIGHT.replace("* stdout \"wo\\n\"", "");
        assert!(merges(&lost).contains("ends with \"a t\", without a newline"));
        let lost = RIGHT
            .replace("\\na t\"", "\\n\"")
            .replace("* stdout \"wo\\n\"", "");
        assert_snapshot!(merges(&lost), @r#"
        fail: line 2 of /lab/a, "a two", never came out
          0.7 2 +++ exit 0
        hint: Where does a line end: with a read, with a write, or with its newline? And what may come between its first byte and its last?
        "#);
    }

    #[test]
    fn another_status_or_no_end_fails() {
        assert!(merges(&RIGHT.replace("exit 0", "exit 1")).contains("exits with status 1"));
        let stuck = RIGHT.replace("2 +++ exit 0", "2 poll([], 2, -1) ...\n* limit stuck 40");
        assert!(merges(&stuck).contains("blocked in poll"));
    }
}
