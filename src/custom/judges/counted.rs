//! How many calls are made, and in which order.

use std::ops::Range;

use super::selected::{named, selected};
use super::{Held, with_end};
use crate::model::{Failure, Idle, Recording, Select, What, World};

/// Calls that a failure shows.
const SHOWN: usize = 4;

/// Fails if more calls are made, or fewer.
///
/// While the world lets time pass for the last time they are counted from what it did before that on. Blind spot: calls
/// that the loader, or an interpreter, makes before the program's own code runs are not counted.
pub(super) fn calls(
    recording: &Recording,
    of: &Select,
    (at_least, at_most): (usize, usize),
    during: Idle,
) -> Held {
    let window = match during {
        Idle::Always => Some(0..recording.events.len()),
        Idle::Passing => passing(recording),
    };
    let Some(window) = window else {
        let failure = Failure::new("it had ended before any time passed");
        return Err(with_end(recording, failure)
            .hint("What told it to end so early?")
            .into());
    };
    let found: Vec<usize> = (selected(recording, of).filter(|made| window.contains(&made.enter)))
        .map(|made| made.enter)
        .collect();
    let when = match during {
        Idle::Always => "",
        Idle::Passing => " while nothing happens",
    };
    let (why, hint) = if found.len() > at_most {
        let why = format!(
            "it makes {} calls of {}{when}, and {at_most} are enough",
            found.len(),
            named(of)
        );
        (why, "What makes it call again, and how often has it to?")
    } else if found.len() < at_least {
        let why = format!(
            "it makes {} calls of {}{when}, and {at_least} are due",
            found.len(),
            named(of)
        );
        (
            why,
            "What was this call to bring about, and what does so instead?",
        )
    } else {
        return Ok(());
    };
    let failure = (found.iter().take(SHOWN))
        .fold(Failure::new(why), |failure, at| failure.showing(*at))
        .figure("calls", found.len() as f64)
        .hint(hint);
    Err(match found.is_empty() {
        true => with_end(recording, failure).into(),
        false => failure.into(),
    })
}

/// From what the world did before it let time pass for the last time, to when that had passed; `None`
/// if none passed.
fn passing(recording: &Recording) -> Option<Range<usize>> {
    let mut window = None;
    let mut acted = 0;
    for (at, event) in recording.events.iter().enumerate() {
        match &event.what {
            What::World(World::Passed(_)) => {
                window = Some(acted..at);
                acted = at;
            }
            What::Rest(_)
            | What::State(..)
            | What::Zombies(_)
            | What::World(World::Sent(_) | World::Closed | World::Signalled(_)) => acted = at,
            _ => {}
        }
    }
    window
}

/// Fails if a call that is to come later is made, and none of the first kind has succeeded before
/// it; or if no such call is made at all.
///
/// Blind spot: between tasks the order is that of their stops.
pub(super) fn order(recording: &Recording, first: &Select, then: &Select, each: bool) -> Held {
    let done: Vec<usize> = (selected(recording, first))
        .filter(|made| made.value().is_some())
        .filter_map(|made| made.exit)
        .collect();
    let mut since = 0;
    let mut is_made = false;
    for made in selected(recording, then) {
        is_made = true;
        if !done.iter().any(|at| (since..made.enter).contains(at)) {
            let again = if since > 0 {
                " since the one before it"
            } else {
                ""
            };
            let why = format!(
                "no call of {} has succeeded before this {}{again}",
                named(first),
                made.call.name
            );
            let failure = match since {
                0 => Failure::new(why),
                since => Failure::new(why).showing(since),
            };
            return Err(failure
                .showing(made.enter)
                .hint("What may be lost, or be seen by others, between the two?")
                .into());
        }
        if !each {
            break;
        }
        since = made.enter;
    }
    if is_made {
        return Ok(());
    }
    let failure = Failure::new(format!("it makes no call of {}", named(then)));
    Err(with_end(recording, failure)
        .hint("What was this call to bring about, and what does so instead?")
        .into())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::said;
    use super::*;
    use crate::model::{Claim, On};

    fn select(names: &[&str], on: On) -> Select {
        Select {
            words: names.join(", "),
            names: names.iter().map(|&name| name.to_owned()).collect(),
            on,
        }
    }

    fn count(at_least: usize, at_most: usize, during: Idle, trace: &str) -> String {
        let of = select(&["read"], On::Anything);
        said(
            Claim::Calls {
                of,
                at_least,
                at_most,
                during,
            },
            trace,
        )
    }

    const READS: &str = "
        2 read(0<pipe:[1]>, \"\", 1) = 0
        2 begin
        2 read(0<pipe:[1]>, \"\", 1) = 0
        . rest
        2 read(0<pipe:[1]>, \"\", 1) = 0
        2 write(1<pipe:[2]>, \"\", 1) = 0
        * passed 100
        2 read(0<pipe:[1]>, \"\", 1) = 0
        2 +++ exit 0
    ";

    #[test]
    fn calls_are_counted_from_the_programs_own_code_on() {
        assert_eq!(count(3, 3, Idle::Always, READS), "pass");
        assert_eq!(count(1, 1, Idle::Passing, READS), "pass");
        assert_snapshot!(count(0, 0, Idle::Passing, READS), @r#"
        fail: it makes 1 calls of read while nothing happens, and 0 are enough
          0.6 2 read(0<pipe:[1]>, "", 1) = 0
        hint: What makes it call again, and how often has it to?
        "#);
        assert!(
            count(4, usize::MAX, Idle::Always, READS).contains("3 calls of read, and 4 are due")
        );
        assert!(count(0, 2, Idle::Always, READS).contains("and 2 are enough"));
        assert!(
            count(0, 0, Idle::Passing, "2 +++ exit 0").contains("ended before any time passed")
        );
    }

    #[test]
    fn calls_are_about_what_is_meant() {
        let trace = "2 exec \"/submission/prog\" fds=0<pipe:[1]>,1<pipe:[2]>
            2 write(7<pipe:[2]>, \"a\", 1) = 1
            2 write(3</lab/log [9]>, \"a\", 1) = 1
            2 openat(AT_FDCWD, \"log\", O_RDONLY) = 3</lab/log [9]>
            2 unlink(\"/lab/log\") = 0
            2 unlink(\"/lab/logs\") = 0";
        let all = ["write", "openat", "unlink"];
        for (on, due) in [
            (On::Anything, 5),
            (On::Stdout, 1),
            (On::Stdin, 0),
            (On::Path("/lab/log".to_owned()), 3),
            (On::Path("/lab".to_owned()), 4),
        ] {
            let recording: Recording = trace.parse().unwrap();
            let select = select(&all, on);
            assert_eq!(selected(&recording, &select).count(), due, "{select:?}");
        }
    }

    fn ordered(each: bool, trace: &str) -> String {
        let first = select(&["fsync", "fdatasync"], On::Anything);
        let then = select(&["rename"], On::Anything);
        said(Claim::Order { first, then, each }, trace)
    }

    const RENAMES: &str = "
        2 fsync(3</lab/a [9]>) = 0
        2 rename(\"/lab/a\", \"/lab/b\") = 0
        2 rename(\"/lab/c\", \"/lab/b\") = 0
        2 +++ exit 0
    ";

    #[test]
    fn what_is_to_come_first_comes_first() {
        assert_eq!(ordered(false, RENAMES), "pass");
        assert_snapshot!(ordered(true, RENAMES), @r#"
        fail: no call of fsync, fdatasync has succeeded before this rename since the one before it
          0.2 2 rename("/lab/a", "/lab/b") = 0
          0.4 2 rename("/lab/c", "/lab/b") = 0
        hint: What may be lost, or be seen by others, between the two?
        "#);
        let failed = RENAMES.replace("[9]>) = 0", "[9]>) = -1 EIO");
        assert!(ordered(false, &failed).contains("has succeeded before this rename\n"));
        assert!(ordered(false, "2 +++ exit 0").contains("it makes no call of rename"));
    }
}
