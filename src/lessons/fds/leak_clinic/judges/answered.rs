//! Every command does and answers what it did before.

use crate::lessons::fds::leak_clinic::observed::{Observed, in_order, shown};
use crate::model::{Failure, Judgement, Pass, Trial};

/// Fails at the first answer that is not the right one, and if at the end a file does not hold what
/// it should.
pub(in crate::lessons::fds::leak_clinic) fn still_works(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let pairs = observed.asked.iter().zip(&observed.answers).enumerate();
    for (nth, (asked, answer)) in pairs {
        if asked.answer != answer.text {
            let why = format!(
                "it answered {} to {}; the answer is {}",
                shown(&answer.text),
                shown(asked.line.as_bytes()),
                shown(asked.answer)
            );
            let sent = observed.sent_at(nth);
            let failure = sent.into_iter().fold(Failure::new(why), Failure::showing);
            let failure = observed.with_last_words(failure.showing(answer.at));
            return Err(in_order(failure)
                .hint("what does the starter answer, and which change made the difference?")
                .into());
        }
    }
    observed.served()?;
    if let Some(extra) = observed.answers.get(observed.asked.len()) {
        let why = format!("it said {} although nothing was asked", shown(&extra.text));
        return Err(Failure::new(why)
            .hint("who else writes to standard output?")
            .showing(extra.at)
            .into());
    }
    for (path, wanted) in observed.files() {
        let found = observed.recording.file(path);
        if found != Some(wanted) {
            return Err(differs(&observed, path, found, wanted).into());
        }
    }
    Ok(Pass::of("commands", observed.asked.len()))
}

/// The failure of a file that does not hold what it should.
fn differs(observed: &Observed<'_>, path: &str, found: Option<&[u8]>, wanted: &[u8]) -> Failure {
    let why = match found {
        None => format!("{path} is not there"),
        Some(found) => {
            let same = found.iter().zip(wanted).take_while(|(a, b)| a == b);
            let at = same.count();
            let rest = |bytes: &[u8]| match bytes.get(at..) {
                Some([]) | None => "its end".to_owned(),
                Some(rest) => shown(&rest[..rest.len().min(40)]),
            };
            format!(
                "{path} is not what it should be: it has {} bytes and should have {}; at offset \
                 {at} there is {}, and should be {}",
                found.len(),
                wanted.len(),
                rest(found),
                rest(wanted)
            )
        }
    };
    let last = observed
        .recording
        .world()
        .filter(|(_, world)| matches!(world, crate::model::World::File(name, _) if name == path));
    let last = last.map(|(at, _)| at).last();
    last.into_iter()
        .fold(Failure::new(why), Failure::showing)
        .hint("which file do the bytes go to, at every moment of a rotation or a copy?")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use insta::assert_snapshot;

    const WORKS: &str = r#"
        * stdin "ping\n"
        * stdout "ok\n"
        * stdin "size a\n"
        * stdout "ok 3\n"
        * stdin closed
        2 +++ exit 0
        * file "/lab/app.log" "one\n"
    "#;

    fn said(trace: &str) -> String {
        let story = story(&[("ping", "ok"), ("size a", "ok 3")]).leaves("/lab/app.log", "one\n");
        judged(still_works, &story, &[trace.to_owned()])
    }

    #[test]
    fn right_answers_pass_also_in_pieces() {
        assert_eq!(said(WORKS), "pass");
        let pieces = WORKS.replace("\"ok 3\\n\"", "\"ok\"\n* stdout \" 3\\n\"");
        assert_eq!(said(&pieces), "pass");
    }

    #[test]
    fn another_answer_fails() {
        assert_snapshot!(said(&WORKS.replace("ok 3", "error")), @r#"
        fail: it answered "error" to "size a"; the answer is "ok 3"
          0.2 * stdin "size a\n"
          0.3 * stdout "error\n"
        hint: what does the starter answer, and which change made the difference?
        "#);
    }

    #[test]
    fn no_answer_fails() {
        let silent = WORKS.replace("* stdout \"ok 3\\n\"", "");
        assert_snapshot!(said(&silent), @r#"
        fail: it exits with status 0 before it has answered "size a"
          0.2 * stdin "size a\n"
          0.4 2 +++ exit 0
        hint: what is the answer to a command that cannot be done, and who is still there to give it?
        "#);
        let stuck = silent.replace("* stdin closed\n", "* limit stuck 700\n");
        assert!(said(&stuck).contains("it never answers \"size a\": it waits"));
    }

    #[test]
    fn an_answer_too_many_and_another_end_fail() {
        let more = WORKS.replace("ok 3\\n", "ok 3\\nok\\n");
        assert!(said(&more).contains("it said \"ok\" although nothing was asked"));
        let ended = WORKS.replace("exit 0", "exit 1");
        assert!(said(&ended).contains("at the end of its input it exits with status 1"));
    }

    #[test]
    fn another_content_fails() {
        assert_snapshot!(said(&WORKS.replace("\"one\\n\"", "\"on\"")), @r#"
        fail: /lab/app.log is not what it should be: it has 2 bytes and should have 4; at offset 2 there is its end, and should be "e\n"
          0.6 * file "/lab/app.log" "on"
        hint: which file do the bytes go to, at every moment of a rotation or a copy?
        "#);
        assert!(said(&WORKS.replace("\"one\\n\"", "absent")).contains("app.log is not there"));
    }
}
