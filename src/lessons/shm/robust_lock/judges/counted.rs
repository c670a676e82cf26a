//! Nothing is lost, and nothing is counted twice.

use crate::lessons::shm::robust_lock::observed::Observed;
use crate::model::{Arg, Failure, Judgement, Pass, Trial, What};

/// Fails unless the counter is what all additions make, is printed, and the status is 0; unless the
/// file is mapped shared, and so many processes were started.
pub(in crate::lessons::shm::robust_lock) fn counts_right(trial: &Trial<'_>) -> Judgement {
    let hint = "What is in the file when you open it, and what are you adding to?";
    let observed = counted(trial, hint)?;
    is_mapped(&observed)?;
    let forks = observed.recording.events.iter();
    let started = forks
        .filter(|event| matches!(event.what, What::Fork { thread: false, .. }))
        .count();
    let due = observed.asked.processes;
    if (started as u64) < due {
        let why = format!("it started {started} processes, and not {due}");
        return Err(observed
            .with_end(Failure::new(why))
            .hint("What is a process, and what is a thread?")
            .into());
    }
    Ok(Pass::of("processes", started))
}

/// Fails unless the counter is what all additions make, also when somebody loses the processor just
/// before a store.
///
/// Blind spot: a lock that takes system calls alone, and breaks between two of them.
pub(in crate::lessons::shm::robust_lock) fn locks(trial: &Trial<'_>) -> Judgement {
    let hint = "Which steps is an addition made of, and what do the others do between them?";
    counted(trial, hint)?;
    Ok(Pass::default())
}

fn counted<'a>(trial: &Trial<'a>, hint: &str) -> Result<Observed<'a>, crate::model::Objection> {
    let observed = Observed::new(trial)?;
    observed.limited(hint)?;
    observed.counts(&[observed.asked.sum()], hint)?;
    observed.exits_with(
        0,
        "Every addition was made. What does a status other than 0 say?",
    )?;
    Ok(observed)
}

/// Fails unless the counter file was mapped, shared, to be written.
fn is_mapped(observed: &Observed<'_>) -> Result<(), Failure> {
    let is_word =
        |arg: Option<&Arg>, of: &str| matches!(arg, Some(Arg::Word(word)) if word.contains(of));
    let mut maps = observed.recording.calls().filter(|made| {
        made.call.name == "mmap"
            && made
                .object(4)
                .is_some_and(|file| file.name == observed.asked.path)
    });
    let is_shared = maps.any(|made| {
        let args = &made.call.args;
        is_word(args.get(2), "PROT_WRITE") && is_word(args.get(3), "MAP_SHARED")
    });
    match is_shared {
        true => Ok(()),
        false => Err(observed
            .with_end(Failure::new(
                "it does not map COUNTERFILE shared, to be written",
            ))
            .hint("Where is the counter while the processes add to it?")),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{judged, story};
    use super::*;

    const RIGHT: &str = r#"
        2 openat(AT_FDCWD, "/lab/n", O_RDWR) = 3</lab/n [7]>
        2 mmap(NULL, 8, PROT_READ|PROT_WRITE, MAP_SHARED, 3</lab/n [7]>, 0) = 0x1000
        2 fork 3
        2 fork 4
        3 +++ exit 0
        4 +++ exit 0
        * stdout "9\n"
        2 +++ exit 0
        * left "/lab" [ "n" ]
        * file "/lab/n" "\t\x00\x00\x00\x00\x00\x00\x00"
    "#;

    fn counts(trace: &str) -> String {
        judged(counts_right, &story(5, 2, 2), &[trace.to_owned()])
    }

    #[test]
    fn the_right_sum_passes() {
        assert_eq!(counts(RIGHT), "pass");
    }

    #[test]
    fn another_sum_fails() {
        assert_snapshot!(counts(&RIGHT.replace("\\t", "\\x08").replace("\"9", "\"8")), @r#"
        fail: the counter was 5, and is 8 after 2 processes were to add 1 2 times each: 9 is right
          0.9 2 +++ exit 0
        hint: What is in the file when you open it, and what are you adding to?
        "#);
        assert!(counts(&RIGHT.replace("\"9", "\"8")).contains("it printed \"8\\n\""));
        assert!(counts(&RIGHT.replace("\"\\t\\x00\\x00\\x00", "\"\\t")).contains("has 5 bytes"));
        let gone = RIGHT.replace(
            "* file \"/lab/n\" \"\\t\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"",
            "",
        );
        assert!(counts(&gone).contains("not there"));
    }

    #[test]
    fn threads_and_private_mappings_fail() {
        assert!(counts(&RIGHT.replace("fork 4", "thread 4")).contains("1 processes, and not 2"));
        assert!(counts(&RIGHT.replace("SHARED", "PRIVATE")).contains("does not map"));
    }

    #[test]
    fn a_lost_update_shows_the_store_that_came_late() {
        let lost = r#"
            2 fork 3
            2 fork 4
            3 store("/lab/n", 0) ...
            3 !!! strike
            4 +++ exit 0
            3 ... store = 0
            3 +++ exit 0
            * stdout "7\n"
            2 +++ exit 0
            * file "/lab/n" "\x07\x00\x00\x00\x00\x00\x00\x00"
        "#;
        let experiment = story(5, 2, 2).in_sweep();
        assert_snapshot!(judged(locks, &experiment, &[lost.to_owned()]), @r#"
        fail: the counter was 5, and is 7 after 2 processes were to add 1 2 times each: 9 is right
          0.2 3 store("/lab/n", 0) = 0
          0.3 3 !!! strike
          0.8 2 +++ exit 0
        hint: Which steps is an addition made of, and what do the others do between them?
        "#);
    }
}
