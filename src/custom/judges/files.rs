//! What is in the lab directory after a run.

use super::printed::difference;
use super::{Held, with_end};
use crate::model::{Bytes, Failure, Objection, Recording, Stream, Wanted, World};

/// Fails unless the file is, after the run, what is wanted; where it only counts once something was
/// printed, nothing is asked before.
///
/// Blind where the file was too long to be recorded.
pub(super) fn file(
    recording: &Recording,
    path: &str,
    wanted: Option<&Wanted>,
    once_printed: &[u8],
) -> Held {
    let printed = recording.received(Stream::Stdout);
    let is_printed = once_printed.is_empty()
        || printed
            .windows(once_printed.len())
            .any(|window| window == once_printed);
    if !is_printed {
        return Ok(());
    }
    let found = recording.world().filter_map(|(at, world)| match world {
        World::File(name, content) if name == path => Some((at, content.as_ref())),
        _ => None,
    });
    let Some((at, content)) = found.last() else {
        return Err(Objection::Blind(format!("{path} was not recorded")));
    };
    let why = match (wanted, content) {
        (None, None) => return Ok(()),
        (None, Some(_)) => format!("{path} is there, and should not be"),
        (Some(_), None) => format!("there is no regular file {path}"),
        (Some(_), Some(Bytes { cut: 1.., .. })) => {
            return Err(Objection::Blind(format!(
                "{path} was too long to be recorded"
            )));
        }
        (Some(wanted), Some(bytes)) => match difference(wanted, &bytes.data) {
            None => return Ok(()),
            Some(difference) => format!("{path} {}", difference.why),
        },
    };
    let mut failure = Failure::new(why);
    if !once_printed.is_empty() {
        let end = printed
            .windows(once_printed.len())
            .position(|window| window == once_printed);
        let said = end.and_then(|at| recording.received_at(Stream::Stdout, at));
        failure = said.into_iter().fold(failure, Failure::showing);
    }
    Err(with_end(recording, failure.showing(at))
        .hint("Which call puts it there, and what did that call return?")
        .into())
}

/// Fails unless the directory holds these names after the run, and no others.
///
/// Fails also if it could not be looked at: not all processes ended by themselves.
pub(super) fn holds(recording: &Recording, directory: &str, names: &[String]) -> Held {
    let found = recording.world().filter_map(|(at, world)| match world {
        World::Left(place, names) if place == directory => Some((at, names)),
        _ => None,
    });
    let hint = "What does it make on the way, and on which ways out is that removed?";
    let Some((at, left)) = found.last() else {
        let why =
            format!("not all of its processes ended, so that nobody could look into {directory}");
        return Err(with_end(recording, Failure::new(why)).hint(hint).into());
    };
    let lacking = names.iter().find(|name| !left.contains(name));
    let surplus = left.iter().find(|name| !names.contains(name));
    let why = match (surplus, lacking) {
        (None, None) => return Ok(()),
        (Some(name), _) => format!("{directory} holds {name:?}, which should not be there"),
        (None, Some(name)) => format!("{directory} holds no {name:?}"),
    };
    Err(Failure::new(why).showing(at).hint(hint).into())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::said;
    use super::*;
    use crate::model::Claim;

    fn is(due: Option<&str>, once: &str) -> Claim {
        Claim::File {
            path: "/lab/a".to_owned(),
            wanted: due.map(|due| Wanted::OneOf(vec![due.as_bytes().to_vec()])),
            once_printed: once.as_bytes().to_vec(),
        }
    }

    #[test]
    fn the_file_as_it_is_at_the_end_counts() {
        let trace = "* file \"/lab/a\" absent\n2 +++ exit 0\n* file \"/lab/a\" \"x\\n\"";
        assert_eq!(said(is(Some("x\n"), ""), trace), "pass");
        assert_snapshot!(said(is(Some("y\n"), ""), trace), @r#"
        fail: /lab/a holds "x\n", where "y\n" is due
          0.1 2 +++ exit 0
          0.2 * file "/lab/a" "x\n"
        hint: Which call puts it there, and what did that call return?
        "#);
        assert!(said(is(None, ""), trace).contains("is there, and should not be"));
        assert_eq!(said(is(None, ""), "* file \"/lab/a\" absent"), "pass");
        assert!(
            said(is(Some(""), ""), "* file \"/lab/a\" absent").contains("no regular file /lab/a")
        );
        assert!(said(is(Some(""), ""), "2 +++ exit 0").starts_with("blind"));
    }

    #[test]
    fn nothing_is_asked_before_it_is_promised() {
        let trace = "* stdout \"ok 1\\n\"\n2 +++ signal SIGKILL\n* file \"/lab/a\" \"\"";
        assert_eq!(said(is(Some("x"), "ok 2\n"), trace), "pass");
        assert_snapshot!(said(is(Some("x"), "ok 1\n"), trace), @r#"
        fail: /lab/a holds nothing, where "x" is due
          0.0 * stdout "ok 1\n"
          0.1 2 +++ signal SIGKILL
          0.2 * file "/lab/a" ""
        hint: Which call puts it there, and what did that call return?
        "#);
    }

    #[test]
    fn a_directory_holds_what_it_should() {
        let claim = || Claim::Holds {
            directory: "/lab".to_owned(),
            names: vec!["a".to_owned(), "b".to_owned()],
        };
        assert_eq!(
            said(claim(), "2 +++ exit 0\n* left \"/lab\" [ \"b\" \"a\" ]"),
            "pass"
        );
        assert_snapshot!(said(claim(), "2 +++ exit 0\n* left \"/lab\" [ \"a\" \"b\" \"a.tmp\" ]"), @r#"
        fail: /lab holds "a.tmp", which should not be there
          0.1 * left "/lab" [ "a" "b" "a.tmp" ]
        hint: What does it make on the way, and on which ways out is that removed?
        "#);
        assert!(said(claim(), "* left \"/lab\" [ \"a\" ]").contains("holds no \"b\""));
        assert!(said(claim(), "2 +++ exit 0").contains("nobody could look"));
    }
}
