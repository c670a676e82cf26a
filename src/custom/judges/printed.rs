//! What comes out of a stream, and what bytes have to be.

use super::{Held, with_end};
use crate::lessons::agreement::shown;
use crate::model::{Failure, Recording, Stream, Wanted};

/// Fails unless what came out of this stream is what is wanted.
pub(super) fn prints(recording: &Recording, stream: Stream, wanted: &Wanted) -> Held {
    let found = recording.received(stream);
    let Some(difference) = difference(wanted, &found) else {
        return Ok(());
    };
    let name = match stream {
        Stream::Stdout => "standard output",
        Stream::Stderr => "standard error",
    };
    let failure = Failure::new(format!("{name} {}", difference.why));
    let failure = match recording.received_at(stream, difference.at) {
        Some(at) => failure.showing(at),
        None => with_end(recording, failure),
    };
    Err(failure
        .hint("Which line of the program decides what stands there?")
        .into())
}

/// How bytes differ from what is wanted.
pub(super) struct Difference {
    /// Where they begin to.
    pub(super) at: usize,
    /// Behind the name of what holds them: "is ..., where ... is due".
    pub(super) why: String,
}

/// The difference, if there is one.
pub(super) fn difference(wanted: &Wanted, found: &[u8]) -> Option<Difference> {
    let whole = |due: &[u8], verb: &str| Difference {
        at: 0,
        why: format!("is {}, and {verb} {}", quoted(found), quoted(due)),
    };
    match wanted {
        Wanted::OneOf(due) => {
            if due.iter().any(|due| due == found) {
                return None;
            }
            // The nearest is the one that is the same for longest.
            let nearest = due.iter().max_by_key(|due| common(due, found))?;
            let at = common(nearest, found);
            let line = found[..at]
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |end| end + 1);
            let due = match nearest.get(line..).unwrap_or_default() {
                [] => "nothing more".to_owned(),
                rest => quoted(rest),
            };
            let instead = match &found[line..] {
                [] if found.is_empty() => "holds nothing".to_owned(),
                [] => "holds nothing more".to_owned(),
                rest => format!("holds {}", quoted(rest)),
            };
            let place = match found[..line].iter().filter(|byte| **byte == b'\n').count() {
                0 => String::new(),
                lines => format!(" in line {}", lines + 1),
            };
            let why = format!("{instead}{place}, where {due} is due");
            Some(Difference { at, why })
        }
        Wanted::Has(due) => {
            let has = found.windows(due.len().max(1)).any(|window| window == due);
            (!has).then(|| whole(due, "has nowhere in it"))
        }
        Wanted::Begins(due) => (!found.starts_with(due)).then(|| Difference {
            at: common(due, found),
            ..whole(due, "does not begin with")
        }),
        Wanted::Lines(due) => lines_differ(due, found),
        Wanted::LastLine(due) => {
            let mut lines = found.split(|byte| *byte == b'\n').rev();
            let last = lines
                .find(|line| !line.trim_ascii().is_empty())
                .unwrap_or_default();
            (!last.starts_with(due)).then(|| Difference {
                at: found.len().saturating_sub(1),
                why: format!(
                    "has {} as its last line, where a line that begins with {} is due",
                    quoted(last),
                    quoted(due)
                ),
            })
        }
        Wanted::Something => found.trim_ascii().is_empty().then(|| Difference {
            at: 0,
            why: "says nothing, where something is due".to_owned(),
        }),
    }
}

/// The lines of both, whatever their order.
fn lines_differ(due: &[u8], found: &[u8]) -> Option<Difference> {
    let sorted = |bytes: &[u8]| {
        let mut lines: Vec<Vec<u8>> = bytes
            .split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        lines.sort();
        lines
    };
    let (due, found) = (sorted(due), sorted(found));
    let (mut wanted, mut there) = (due.iter().peekable(), found.iter().peekable());
    loop {
        let why = match (wanted.peek(), there.peek()) {
            (None, None) => return None,
            (Some(one), Some(other)) if one == other => {
                wanted.next();
                there.next();
                continue;
            }
            (Some(one), Some(other)) if one > other => {
                format!("has a line {} too many", quoted(other))
            }
            (None, Some(other)) => format!("has a line {} too many", quoted(other)),
            (Some(one), _) => format!("lacks a line {}", quoted(one)),
        };
        return Some(Difference { at: 0, why });
    }
}

/// How many bytes at the beginning are the same.
fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

fn quoted(bytes: &[u8]) -> String {
    match bytes {
        [] => "nothing".to_owned(),
        bytes => shown(bytes),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::said;
    use super::*;
    use crate::model::Claim;

    fn stdout(wanted: Wanted, out: &str) -> String {
        let claim = Claim::Prints {
            stream: Stream::Stdout,
            wanted,
        };
        let received = match out {
            "" => String::new(),
            out => format!("* stdout {out:?}\n"),
        };
        said(claim, &format!("{received}* stderr \"x\"\n2 +++ exit 0"))
    }

    fn is(due: &[&str]) -> Wanted {
        Wanted::OneOf(due.iter().map(|due| due.as_bytes().to_vec()).collect())
    }

    #[test]
    fn what_agrees_passes() {
        let bytes = |text: &str| text.as_bytes().to_vec();
        assert_eq!(stdout(is(&["a\n", "b\n"]), "b\n"), "pass");
        assert_eq!(stdout(is(&[""]), ""), "pass");
        assert_eq!(stdout(Wanted::Has(bytes("b")), "abc"), "pass");
        assert_eq!(stdout(Wanted::Begins(bytes("ab")), "abc"), "pass");
        assert_eq!(
            stdout(Wanted::Lines(bytes("a\nb\na\n")), "b\na\na\n"),
            "pass"
        );
        assert_eq!(stdout(Wanted::LastLine(bytes("b")), "a\nbc\n\n"), "pass");
        assert_eq!(stdout(Wanted::Something, "a"), "pass");
    }

    #[test]
    fn the_first_difference_is_shown() {
        assert_snapshot!(stdout(is(&["a\nb\n"]), "a\nc\nd\n"), @r#"
        fail: standard output holds "c\n"... in line 2, where "b\n" is due
          0.0 * stdout "a\nc\nd\n"
        hint: Which line of the program decides what stands there?
        "#);
        assert_snapshot!(stdout(is(&["a\nb\n"]), "a\n"), @r#"
        fail: standard output holds nothing more in line 2, where "b\n" is due
          0.1 * stderr "x"
          0.2 2 +++ exit 0
        hint: Which line of the program decides what stands there?
        "#);
        assert!(stdout(is(&["a\n"]), "").contains("holds nothing, where \"a\\n\" is due"));
        assert!(
            stdout(is(&["a\n"]), "a\nb\n")
                .contains("holds \"b\\n\" in line 2, where nothing more is due")
        );
    }

    #[test]
    fn other_differences_are_said() {
        let bytes = |text: &str| text.as_bytes().to_vec();
        assert!(stdout(Wanted::Has(bytes("x")), "abc").contains("has nowhere in it \"x\""));
        assert!(stdout(Wanted::Has(bytes("x")), "").contains("is nothing, and has nowhere"));
        assert!(stdout(Wanted::Begins(bytes("x")), "abc").contains("does not begin with \"x\""));
        assert!(
            stdout(Wanted::Lines(bytes("a\n")), "a\nb\n").contains("has a line \"b\\n\" too many")
        );
        assert!(stdout(Wanted::Lines(bytes("a\na\n")), "a\n").contains("lacks a line \"a\\n\""));
        assert!(
            stdout(Wanted::LastLine(bytes("b")), "bc\na\n").contains("has \"a\" as its last line")
        );
        assert!(stdout(Wanted::LastLine(bytes("b")), "").contains("has nothing as its last line"));
        assert!(stdout(Wanted::Something, " \n").contains("says nothing"));
    }
}
