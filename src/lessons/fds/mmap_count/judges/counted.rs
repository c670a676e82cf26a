//! What is printed: the right number for each file, a message for what has none.

use crate::lessons::fds::mmap_count::observed::{Due, Observed};
use crate::model::{Failure, Judgement, Pass, Trial};

/// What is asked where a number is wrong.
const COUNTING: &str = "where does a line end, where does the file, and what tells the program so?";

/// What is asked where something goes wrong with one file.
const GOING_ON: &str = "which call said no, and what becomes of the files behind this one?";

/// Fails unless a line with the right number comes out for each file that can be counted, in order,
/// a message for each that cannot, then the total if there are several, and the status says whether
/// there was an error.
///
/// A line with 0 for what cannot be counted is forgiven: wc(1) prints one for a directory.
pub(in crate::lessons::fds::mmap_count) fn counts_lines(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    says(
        &observed,
        &observed.due().collect::<Vec<_>>(),
        observed.due_status(),
    )?;
    Ok(Pass::of("lines", observed.counts.len()))
}

/// The same for a file that has become shorter when it was mapped: what was due for it is a message.
///
/// A program that never has a mapping of the kind that is struck is to count as ever.
pub(in crate::lessons::fds::mmap_count) fn survives_truncation(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let cut = observed.struck_files();
    if cut.is_empty() {
        return counts_lines(trial);
    }
    let is_cut = |path: &str| cut.iter().any(|one| one == path);
    let lost = observed.due().filter_map(|due| match due {
        Due::Lines(path, lines) if is_cut(path) => Some(lines),
        _ => None,
    });
    let lost = lost.fold(0, u64::saturating_add);
    let due: Vec<Due<'_>> = observed
        .due()
        .map(|due| match due {
            Due::Lines(path, _) if is_cut(path) => Due::Message(path),
            Due::Lines("total", total) => Due::Lines("total", total.saturating_sub(lost)),
            due => due,
        })
        .collect();
    says(&observed, &due, 1).map_err(|failure| {
        let why = format!(
            "{} became shorter when it was mapped: {}",
            cut.join(" and "),
            failure.why
        );
        let hint = "what happens at an access to a page that the file no longer has, and who can \
                    still say so?";
        Failure { why, ..failure }.hint(hint)
    })?;
    Ok(Pass::of("lines", observed.counts.len()))
}

/// Fails unless this is said, and nothing else, and it exits with this status.
fn says(observed: &Observed<'_>, due: &[Due<'_>], status: i32) -> Result<(), Failure> {
    let messages = observed.messages();
    let mut counts = observed.counts.iter().peekable();
    let mut has_errors = false;
    for due in due {
        match *due {
            Due::Lines(name, lines) => {
                let Some(count) = counts.next() else {
                    return Err(ended(observed, name, has_errors));
                };
                if count.name != name || count.lines != Some(lines) {
                    let why = format!(
                        "it printed {:?}, where \"{lines} {name}\" is due",
                        count.text
                    );
                    let hint = if has_errors { GOING_ON } else { COUNTING };
                    let failure = Failure::new(why).showing(count.at);
                    return Err(observed.with_circumstances(failure).hint(hint));
                }
            }
            Due::Message(name) => {
                has_errors = true;
                counts.next_if(|count| count.name == name && count.lines == Some(0));
                if let Some(count) = counts.next_if(|count| count.name == name) {
                    let why = format!("it printed {:?}, and {name} has no count", count.text);
                    let failure = Failure::new(why).showing(count.at);
                    return Err(observed.with_circumstances(failure).hint(GOING_ON));
                }
            }
        }
    }
    if let Some(count) = counts.next() {
        let why = format!("it printed {:?} as well", count.text);
        return Err(Failure::new(why)
            .showing(count.at)
            .hint("which lines does the handout ask for, and when for a total?"));
    }
    observed.exits_with(status).map_err(|failure| {
        failure.hint("whom does the status tell what, and when is it decided?")
    })?;
    let is_said = |due: &&Due<'_>| matches!(due, Due::Message(name) if !messages.contains(name));
    match due.iter().find(is_said) {
        Some(Due::Message(name)) => {
            let why = format!("standard error does not say {name}");
            let failure = observed.with_circumstances(Failure::new(why));
            Err(failure.hint("what would its user look for, among a hundred files?"))
        }
        _ => Ok(()),
    }
}

/// The failure of a program that ended before it had said something of this file.
fn ended(observed: &Observed<'_>, name: &str, has_errors: bool) -> Failure {
    let hint = if has_errors { GOING_ON } else { COUNTING };
    let failure = match observed.recording.outcome() {
        Some((at, status)) => {
            let how = crate::lessons::sight::how(status);
            Failure::new(format!("it {how}, and has printed no line for {name}")).showing(at)
        }
        None => Failure::new(format!("it printed no line for {name}")),
    };
    observed.with_circumstances(failure).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use insta::assert_snapshot;

    const BOTH: &str = r#"
        * stdout "3 /lab/a\n"
        * stderr "count: /lab/x: Is a directory\n"
        * stdout "4 /lab/b\n7 total\n"
        2 +++ exit 1
    "#;

    fn said(trace: &str) -> String {
        let story = story(&[("/lab/a", Some(3)), ("/lab/x", None), ("/lab/b", Some(4))]);
        judged(counts_lines, &story, &[trace.to_owned()])
    }

    #[test]
    fn right_numbers_and_a_message_pass_also_as_wc_prints_them() {
        assert_eq!(said(BOTH), "pass");
        let padded = BOTH
            .replace("3 /lab/a\\n", "  3 /lab/a\\n  0 /lab/x\\n")
            .replace("7 total", "  7 total");
        assert_eq!(said(&padded), "pass");
    }

    #[test]
    fn another_number_fails() {
        assert_snapshot!(said(&BOTH.replace("4 /lab", "5 /lab")), @r#"
        fail: it printed "5 /lab/b", where "4 /lab/b" is due
          0.1 * stderr "count: /lab/x: Is a directory\n"
          0.2 * stdout "5 /lab/b\n7 total\n"
        hint: which call said no, and what becomes of the files behind this one?
        "#);
        assert!(said(&BOTH.replace("7 total", "4 total")).contains("where \"7 total\" is due"));
        assert!(
            said(&BOTH.replace("3 /lab/a", "3\\t/lab/a")).contains("where \"3 /lab/a\" is due")
        );
    }

    #[test]
    fn a_count_for_what_has_none_fails() {
        let counted = BOTH.replace("* stderr", "* stdout \"12 /lab/x\\n\"\n* stderr");
        assert!(said(&counted).contains("/lab/x has no count"));
    }

    #[test]
    fn giving_up_fails() {
        let gives_up = BOTH.replace("* stdout \"4 /lab/b\\n7 total\\n\"", "");
        assert_snapshot!(said(&gives_up), @r#"
        fail: it exits with status 1, and has printed no line for /lab/b
          0.1 * stderr "count: /lab/x: Is a directory\n"
          0.2 2 +++ exit 1
        hint: which call said no, and what becomes of the files behind this one?
        "#);
    }

    #[test]
    fn a_status_of_0_and_no_message_fail() {
        assert!(said(&BOTH.replace("exit 1", "exit 0")).contains("with status 0, and not with 1"));
        assert!(said(&BOTH.replace("/lab/x", "?")).contains("does not say /lab/x"));
    }

    const CUT: &str = r#"
        * stdout "3 /lab/a\n"
        2 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3</lab/cut [9]>, 0) ...
        2 !!! 0
        2 ... mmap = 0x10000
        2 --- SIGBUS
        * stderr "count: /lab/cut became shorter\n"
        * stdout "3 total\n"
        2 +++ exit 1
    "#;

    fn cut(trace: &str) -> String {
        let story = story(&[("/lab/a", Some(3)), ("/lab/cut", Some(4))]);
        judged(survives_truncation, &story, &[trace.to_owned()])
    }

    #[test]
    fn a_message_for_a_file_that_was_cut_passes() {
        assert_eq!(cut(CUT), "pass");
        let not_struck = CUT
            .replace("2 !!! 0\n", "")
            .replace("3 total", "4 /lab/cut\\n7 total")
            .replace("exit 1", "exit 0");
        assert_eq!(cut(&not_struck), "pass");
    }

    #[test]
    fn dying_of_it_fails() {
        let dies = CUT
            .replace("exit 1", "signal SIGBUS")
            .replace("* stdout \"3 total\\n\"", "");
        assert_snapshot!(cut(&dies), @r#"
        fail: /lab/cut became shorter when it was mapped: it is ended by SIGBUS, and has printed no line for total
          0.1 2 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3</lab/cut [9]>, 0) = 0x10000
          0.2 2 !!! 0
          0.5 * stderr "count: /lab/cut became shorter\n"
          0.6 2 +++ signal SIGBUS
        hint: what happens at an access to a page that the file no longer has, and who can still say so?
        "#);
    }

    #[test]
    fn counting_what_is_left_fails() {
        let counts = CUT.replace("3 total", "2 /lab/cut\\n5 total");
        assert!(cut(&counts).contains("it printed \"2 /lab/cut\", and /lab/cut has no count"));
    }
}
