//! Whether a program did in the submission's machine what it does in Python.
//!
//! All judges compare with what the oracle foretold: standard output, for an exception that nobody
//! caught the last line of standard error, and the exit status. They differ in what they ask.
//!
//! Blind spot: a submission that does not run the instructions, but knows by other means what comes
//! out, passes; the program's text is not among what it is given.

use crate::lessons::agreement::agrees;
use crate::model::{Expected, Failure, Judgement, Objection, Trial};

/// Fails unless all agrees; says at least which program it was.
fn agreed(trial: &Trial<'_>, hint: &str) -> Judgement {
    agrees(trial, hint).map_err(|objection| match objection {
        Objection::Fail(failure) => Objection::Fail(named(trial, failure)),
        other => other,
    })
}

/// The failure, which has no place in the program where what is printed is right and how it ends is
/// not, or where it never ends: then that of the last that is due.
fn named(trial: &Trial<'_>, failure: Failure) -> Failure {
    let expects = trial.experiment.runs.first().map(|run| &run.expects);
    let lines = expects.into_iter().flatten().filter_map(|due| match due {
        Expected::Output { line, .. } | Expected::Message { line } => Some(line.as_str()),
        Expected::LastWords(words) => Some(words.line.as_str()),
        _ => None,
    });
    let lines: Vec<&str> = lines.collect();
    let has_place = lines.iter().any(|line| failure.why.ends_with(line));
    match lines.last() {
        Some(line) if !has_place => {
            let between = match line.contains('\n') {
                true => "; the last that is due comes from\n",
                false => ": ",
            };
            Failure {
                why: format!("{}{between}{line}", failure.why),
                ..failure
            }
        }
        _ => failure,
    }
}

/// A judge that asks this where something does not agree.
macro_rules! asking {
    ($name:ident, $hint:literal) => {
        #[doc = concat!("Fails unless all agrees with Python; asks: ", $hint)]
        ///
        /// # Errors
        /// The first difference.
        pub(super) fn $name(trial: &Trial<'_>) -> Judgement {
            agreed(trial, $hint)
        }
    };
}

asking!(
    straight_lines,
    "which value is on top just before this instruction, and which is below it?"
);
asking!(
    branches,
    "is the value still needed on the way that is taken, and on the other?"
);
asking!(
    loops,
    "what is on the stack while the body runs, and who takes it away, on each way out?"
);
asking!(
    calls,
    "which variables does this call have for itself, and since when do the defaults exist?"
);
asking!(
    closures,
    "who else sees this variable when it is assigned, and which call made it?"
);
asking!(
    containers,
    "how many lists are there, and how many names for them?"
);
asking!(
    comprehensions,
    "how deep in the stack is the container that grows, before and after the value is taken?"
);
asking!(
    exceptions,
    "which line of which table is asked, in which frame, and what is on the stack then?"
);
asking!(
    integers,
    "how many bits does this result need, and in what is it kept?"
);
asking!(
    recursion,
    "what grows in your program with each call, and who notices when there is no more of it?"
);
asking!(
    nonsense,
    "what does your program rely on here that nobody has promised?"
);

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::LAB;
    use super::*;
    use crate::lessons::stories::experiment;
    use crate::lessons::testing::{self, judged};
    use crate::model::{Experiment, Foretold, LastWords, Run};

    /// A program that prints 1, and then raises a ValueError that it has made, or an IndexError.
    fn raising(is_whole: bool) -> Experiment {
        let run = Foretold {
            outputs: vec![("line 1".to_owned(), "1\n".to_owned())],
            status: Some(1),
            last_words: Some(LastWords {
                line: "line 2".to_owned(),
                text: if is_whole {
                    "ValueError: no"
                } else {
                    "IndexError"
                }
                .to_owned(),
                is_whole,
            }),
            ..Foretold::default()
        };
        run.applied(&experiment("a story", Run::default()))
    }

    fn said(is_whole: bool, trace: &str) -> String {
        judged(exceptions, &raising(is_whole), &[trace.to_owned()])
    }

    #[test]
    fn the_text_so_far_the_last_words_and_the_status_agree() {
        let trace = "* stdout \"1\\n\"\n* stderr \"ValueError: no\\n\"\n2 +++ exit 1";
        assert_eq!(said(true, trace), "pass");
        let trace = "* stdout \"1\\n\"\n* stderr \"IndexError: any words\\n\"\n2 +++ exit 1";
        assert_eq!(said(false, trace), "pass");
    }

    #[test]
    fn a_wrong_status_has_a_place_too() {
        let trace = "* stdout \"1\\n\"\n* stderr \"ValueError: no\\n\"\n2 +++ exit 0";
        assert_snapshot!(said(true, trace), @r#"
        fail: it exits with status 0 where status 1 is due: line 2
          0.1 * stderr "ValueError: no\n"
          0.2 2 +++ exit 0
        hint: which line of which table is asked, in which frame, and what is on the stack then?
        "#);
    }

    #[test]
    fn text_that_was_never_flushed_is_missed() {
        let trace = "* stderr \"ValueError: no\\n\"\n2 +++ exit 1";
        assert_snapshot!(said(true, trace), @r#"
        fail: it printed nothing more where "1\n" is due: line 1
          0.0 * stderr "ValueError: no\n"
          0.1 2 +++ exit 1
        hint: which line of which table is asked, in which frame, and what is on the stack then?
        "#);
    }

    #[test]
    fn another_type_is_another_exception() {
        let trace = "* stdout \"1\\n\"\n* stderr \"KeyError: 3\\n\"\n2 +++ exit 1";
        assert_snapshot!(said(false, trace), @r#"
        fail: its last line on standard error is "KeyError: 3" where "IndexError" is due: line 2
          0.1 * stderr "KeyError: 3\n"
          0.2 2 +++ exit 1
        hint: which line of which table is asked, in which frame, and what is on the stack then?
        "#);
    }

    /// Lines that mean something to a judge, in an order that no program can produce.
    const LINES: &[&str] = &[
        r#"* stdout "1\n""#,
        r#"* stdout "1""#,
        r#"* stdout "\xff\n1\n""#,
        r#"* stderr "ValueError: no\n""#,
        r#"* stderr "\n\n""#,
        r#"* stderr "\xff""#,
        r#"2 write(1</dev/null>, "x"...9, 10) = 9223372036854775807"#,
        "2 fork 3",
        "3 +++ exit 2",
        "2 +++ exit 1",
        "2 +++ signal SIGSEGV",
        "* limit stuck 100",
        "* limit memory 100",
    ];

    #[test]
    fn no_recording_makes_a_judge_panic() {
        let experiments = any::<bool>().prop_map(raising);
        testing::no_recording_makes_a_judge_panic(&LAB, LINES, &[""], experiments);
    }
}
