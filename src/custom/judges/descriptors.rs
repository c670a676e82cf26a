//! What is opened is closed.

use super::Held;
use super::openings::Openings;
use crate::model::recording::FIRST;
use crate::model::{ExitStatus, Failure, Objection, Recording, What};

/// Calls that a failure shows.
const SHOWN: usize = 4;

/// Fails if a process that exits by itself still holds a descriptor of something at or below this
/// path that it has opened itself. One that a signal ends is not asked.
///
/// Blind spots: see [`Openings`].
pub(super) fn closes(recording: &Recording, below: &str) -> Held {
    let mut openings = Openings::new(recording);
    for (at, event) in recording.events.iter().enumerate() {
        let What::End {
            task,
            status: ExitStatus::Code(_),
            ..
        } = event.what
        else {
            continue;
        };
        if openings.process(task) != task {
            continue;
        }
        openings.up_to(at);
        let held: Vec<_> = (openings.held_by(task))
            .filter(|(_, opened)| is_below(&opened.name, below))
            .collect();
        let Some((number, first)) = held.first() else {
            continue;
        };
        let others = match held.len() - 1 {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        let why = format!(
            "it exits with descriptor {number} ({}) open{others}",
            first.name
        );
        let failure = (held.iter().take(SHOWN)).fold(Failure::new(why), |failure, (_, opened)| {
            failure.showing(opened.enter)
        });
        return Err(failure
            .showing(at)
            .figure("open", held.len() as f64)
            .hint("On which way out of which function is the last use of it, and who closes it?")
            .into());
    }
    Ok(())
}

fn is_below(name: &str, path: &str) -> bool {
    let name = name.strip_suffix(" (deleted)").unwrap_or(name);
    let rest = name.strip_prefix(path);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Fails if the first process holds more descriptors at the last look at it than at the first one,
/// those aside that are forgiven.
///
/// Blind if it was not looked at twice: it had ended.
pub(super) fn keeps_none(recording: &Recording, more: usize) -> Held {
    let looks = recording
        .events
        .iter()
        .enumerate()
        .filter_map(|(at, event)| match &event.what {
            What::State(FIRST, state) => Some((at, state.fds.len())),
            _ => None,
        });
    let looks: Vec<_> = looks.collect();
    let [(first, before), .., (last, after)] = looks[..] else {
        let failure = Failure::new("it had ended before it could be looked at twice");
        return match recording.outcome() {
            Some((end, _)) => Err(failure
                .showing(end)
                .hint("What told it to end so early?")
                .into()),
            None => Err(Objection::Blind(
                "its descriptors were not looked at".to_owned(),
            )),
        };
    };
    if after <= before.saturating_add(more) {
        return Ok(());
    }
    let mut openings = Openings::new(recording);
    openings.up_to(last);
    let kept = openings
        .held_by(FIRST)
        .filter(|(_, opened)| opened.enter > first);
    let why = format!(
        "it holds {after} descriptors, and held {before} before: {} more",
        after - before
    );
    let failure = (kept.take(SHOWN)).fold(Failure::new(why).showing(first), |failure, (_, one)| {
        failure.showing(one.enter)
    });
    Err(failure
        .showing(last)
        .figure("more", (after - before) as f64)
        .hint("On which way out of which function is the last use of it, and who closes it?")
        .into())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::said;
    use crate::model::Claim;

    fn closes(trace: &str) -> String {
        let below = "/lab".to_owned();
        said(Claim::Closes { below }, trace)
    }

    const OPENS: &str = r#"
        2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 3</lab/a [8]>
        2 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 4</etc/passwd [9]>
    "#;

    #[test]
    fn what_is_closed_passes_and_what_is_elsewhere_too() {
        assert_eq!(
            closes(&format!("{OPENS}2 close(3</lab/a [8]>) = 0\n2 +++ exit 0")),
            "pass"
        );
        assert_eq!(closes(&format!("{OPENS}2 +++ signal SIGKILL")), "pass");
        assert_eq!(
            closes(&format!(
                "{OPENS}2 fork 3\n3 +++ exit 0\n2 close(3</lab/a [8]>) = 0\n2 +++ exit 0"
            )),
            "pass"
        );
        assert_eq!(
            closes(&format!(
                "{}2 +++ exit 0",
                OPENS.replace("/lab", "/laboratory")
            )),
            "pass"
        );
    }

    #[test]
    fn what_is_left_open_fails_with_the_call_that_opened_it() {
        assert_snapshot!(closes(&format!("{OPENS}2 thread 3\n3 +++ exit 0\n2 +++ exit 0")), @r#"
        fail: it exits with descriptor 3 (/lab/a) open
          0.0 2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 3</lab/a [8]>
          0.6 2 +++ exit 0
        hint: On which way out of which function is the last use of it, and who closes it?
        "#);
        let dup = format!(
            "{OPENS}2 dup(3</lab/a [8]>) = 5</lab/a [8]>\n2 close(3</lab/a [8]>) = 0\n2 +++ exit 0"
        );
        assert!(closes(&dup).contains("descriptor 5 (/lab/a) open"));
    }

    fn keeps(more: usize, trace: &str) -> String {
        said(Claim::KeepsNone { more }, trace)
    }

    #[test]
    fn as_many_as_before_pass() {
        let state = |fds: &str| format!("2 state \"/submission/prog\" fds={fds}\n");
        let two = state("0</dev/null>,1</dev/null>");
        let three = state("0</dev/null>,1</dev/null>,3</lab/a [8]>");
        let opens = "2 openat(AT_FDCWD, \"/lab/a\", O_RDONLY) = 3</lab/a [8]>\n";
        assert_eq!(keeps(0, &format!("{two}{two}")), "pass");
        assert_eq!(keeps(1, &format!("{two}{opens}{three}")), "pass");
        assert_eq!(keeps(0, &format!("{three}{two}")), "pass");
        let fails = keeps(0, &format!("{two}{opens}{three}"));
        assert!(fails.contains("it holds 3 descriptors, and held 2 before: 1 more"));
        assert!(fails.contains("0.1 2 openat"), "{fails}");
        assert!(keeps(0, &format!("{two}2 +++ exit 0")).contains("had ended before"));
        assert!(keeps(0, &two).starts_with("blind"));
    }
}
