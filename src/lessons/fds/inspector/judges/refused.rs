//! Where there is nothing to list.

use crate::lessons::fds::inspector::experiments::ZOMBIE;
use crate::lessons::fds::inspector::observed::{Observed, quoted};
use crate::lessons::sight::how;
use crate::model::{ExitStatus, Failure, Judgement, Pass, Trial};

/// Fails if it prints anything to standard output; or, the zombie aside, says nothing on standard
/// error or exits with another status than 1 or 2; or, for the zombie, exits with another than 0.
///
/// Blind spot: the words of the message are not read.
pub(in crate::lessons::fds::inspector) fn says_why_not(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    observed.needs(observed.said.is_some())?;
    let args = trial.experiment.runs.first().map(|run| run.args.as_slice());
    let args = args.unwrap_or_default();
    let asked = match args {
        [] => "without an argument".to_owned(),
        args => format!("asked about {}", quoted(args.join(" ").as_bytes())),
    };
    let (at, status) = observed.end()?;
    let failed = |why: String, hint: &str| {
        let failure = Failure::new(format!("{asked}, {why}")).hint(hint);
        Err(observed.with_messages(failure).showing(at).into())
    };
    let output = observed.output();
    if let Some(line) = output
        .split(|byte| *byte == b'\n')
        .next()
        .filter(|line| !line.is_empty())
    {
        return failed(
            format!("it prints {}", quoted(line)),
            "Which process does the text name, and what became of it on the way to a path?",
        );
    }
    if args == [ZOMBIE.to_string()] {
        return match status {
            ExitStatus::Code(0) => Ok(Pass::default()),
            status => failed(
                format!("a zombie, it {}", how(status)),
                "Does a process that has ended have descriptors, and is that an error?",
            ),
        };
    }
    match status {
        ExitStatus::Code(1 | 2) if observed.has_message() => Ok(Pass::default()),
        ExitStatus::Code(1 | 2) => failed(
            "it says nothing".to_owned(),
            "How does whoever calls it learn whether there is no leak or no permission?",
        ),
        status => failed(
            format!("it {}", how(status)),
            "What does an empty list mean to whoever looks for a leak?",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{START, judged, story};
    use super::*;
    use insta::assert_snapshot;

    fn said(args: &str, trace: &str) -> String {
        let mut experiment = story();
        experiment.runs[0].args = args.split_whitespace().map(str::to_owned).collect();
        let trace = format!("{START}* target \"3\\tfile\\tr\\t/a\\n\"\n2 begin\n{trace}");
        judged(says_why_not, &experiment, &[trace])
    }

    #[test]
    fn a_message_and_a_status_pass() {
        for args in ["4711", "", "3x"] {
            assert_eq!(said(args, "* stderr \"no\\n\"\n2 +++ exit 2"), "pass");
        }
        assert_eq!(said("5", "2 +++ exit 0"), "pass");
    }

    #[test]
    fn silence_another_status_and_a_list_fail() {
        assert_snapshot!(said("4711", "2 +++ exit 1"), @r#"
        fail: asked about "4711", it says nothing
          0.3 2 +++ exit 1
        hint: How does whoever calls it learn whether there is no leak or no permission?
        "#);
        assert_snapshot!(said("1", "* stderr \"no\\n\"\n2 +++ exit 0"), @r#"
        fail: asked about "1", it exits with status 0
          0.3 * stderr "no\n"
          0.4 2 +++ exit 0
        hint: What does an empty list mean to whoever looks for a leak?
        "#);
        assert_snapshot!(said("3x", "* stdout \"3\\tfile\\tr\\t/a\\n\"\n2 +++ exit 0"), @r#"
        fail: asked about "3x", it prints "3\tfile\tr\t/a"
          0.4 2 +++ exit 0
        hint: Which process does the text name, and what became of it on the way to a path?
        "#);
        assert_snapshot!(said("5", "* stderr \"no\\n\"\n2 +++ exit 1"), @r#"
        fail: asked about "5", a zombie, it exits with status 1
          0.3 * stderr "no\n"
          0.4 2 +++ exit 1
        hint: Does a process that has ended have descriptors, and is that an error?
        "#);
    }
}
