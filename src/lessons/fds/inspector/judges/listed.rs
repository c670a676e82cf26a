//! A process that holds still: a line for each descriptor, and the right one.

use crate::lessons::fds::inspector::observed::{Line, Observed, is_target, quoted};
use crate::model::{Failure, Judgement, Objection, Pass, Trial};
use crate::stimulus::actor::hold::{ANYTHING, Held};

/// What a check looks at in a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Kind,
    Mode,
    Target,
}

/// Fails if the numbers of the lines are not those of the descriptors, each once, in order.
///
/// Blind spot: what else the lines say.
pub(in crate::lessons::fds::inspector) fn lists_every_descriptor(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    observed.needs(observed.said.is_some() && !observed.held.is_empty())?;
    observed.exits_0("which call failed, and was it about this process at all?")?;
    let lines = observed.lines();
    let hint = "In which order does the directory list its entries, and in which order are they \
                asked for?";
    if let Some(line) = lines.iter().find(|line| line.number.is_none()) {
        let why = format!(
            "a line does not begin with a number: {}",
            quoted(&line.text)
        );
        return Err(shown(&observed, Failure::new(why).hint(hint)).into());
    }
    let numbers: Vec<i32> = lines.iter().filter_map(|line| line.number).collect();
    let mut wanted: Vec<i32> = observed.held.iter().map(|held| held.number).collect();
    wanted.sort_unstable();
    if numbers == wanted {
        return Ok(Pass::of("descriptors", wanted.len()));
    }
    let is_missing = |number: &&i32| !numbers.contains(number);
    let is_extra = |number: &&i32| !wanted.contains(number);
    let why = if let Some(missing) = wanted.iter().find(is_missing) {
        format!("descriptor {missing} is not listed")
    } else if let Some(extra) = numbers.iter().find(is_extra) {
        format!("descriptor {extra} is listed, and the process does not have it")
    } else if let Some(pair) = numbers.windows(2).find(|pair| pair[0] >= pair[1]) {
        match pair[0] == pair[1] {
            true => format!("descriptor {} is listed twice", pair[0]),
            false => format!("descriptor {} is listed before {}", pair[0], pair[1]),
        }
    } else {
        return Ok(Pass::of("descriptors", wanted.len()));
    };
    Err(shown(&observed, Failure::new(why).hint(hint)).into())
}

/// Fails if a line has not four fields, or names another kind, or leads elsewhere.
///
/// Blind spot: of what has no name, such as an epoll instance, any text will do for a target.
pub(in crate::lessons::fds::inspector) fn names_the_kinds(trial: &Trial<'_>) -> Judgement {
    fn fields(held: &Held) -> &'static [Field] {
        match held.kind.as_str() {
            "tcp" | "udp" | "unix" => &[Field::Kind],
            _ => &[Field::Kind, Field::Target],
        }
    }
    compared(
        trial,
        "What does stat say of it through the link, and what does the link say where that is not \
         enough?",
        fields,
    )
}

/// Fails if a line has another mode than the descriptor was opened with.
pub(in crate::lessons::fds::inspector) fn names_the_modes(trial: &Trial<'_>) -> Judgement {
    compared(
        trial,
        "Does what you ask say what the file permits, or for what this descriptor was opened?",
        |_| &[Field::Mode],
    )
}

/// Fails if a socket has another kind, or an address that is not its own.
///
/// Blind spot: a machine without IPv6 has fewer sockets.
pub(in crate::lessons::fds::inspector) fn names_the_sockets(trial: &Trial<'_>) -> Judgement {
    compared(
        trial,
        "In which table is this socket, in which byte order are its addresses, and what if it is in \
         none?",
        |_| &[Field::Kind, Field::Target],
    )
}

/// Fails if a file that was removed is not marked, or one that was not is.
pub(in crate::lessons::fds::inspector) fn marks_deleted_files(trial: &Trial<'_>) -> Judgement {
    compared(
        trial,
        "Who says that the file is deleted, the text of the link or the file itself, and who of the \
         two is asked?",
        |_| &[Field::Kind, Field::Target],
    )
}

/// Fails if a name is not printed byte for byte, with tab, newline and backslash escaped.
pub(in crate::lessons::fds::inspector) fn escapes_names(trial: &Trial<'_>) -> Judgement {
    compared(
        trial,
        "Which bytes of a name would end a field or a line, and which of them are not even text?",
        |_| &[Field::Kind, Field::Target],
    )
}

fn compared(trial: &Trial<'_>, hint: &str, fields: fn(&Held) -> &'static [Field]) -> Judgement {
    let observed = Observed::new(trial, 0)?;
    observed.needs(observed.said.is_some() && !observed.held.is_empty())?;
    observed.exits_0("which call failed, and does the whole list depend on it?")?;
    let lines = observed.lines();
    for held in &observed.held {
        compare(&observed, &lines, held, fields(held), hint)?;
    }
    if lines.len() > observed.held.len() {
        let known = |line: &&Line| {
            observed
                .held
                .iter()
                .any(|held| Some(held.number) == line.number)
        };
        let strange = lines.iter().find(|line| !known(line));
        let strange = strange.or(lines.last()).map(|line| quoted(&line.text));
        let why = format!(
            "there are {} lines for {} descriptors; one is {}",
            lines.len(),
            observed.held.len(),
            strange.unwrap_or_default()
        );
        return Err(shown(&observed, Failure::new(why).hint(hint)).into());
    }
    Ok(Pass::of("descriptors", observed.held.len()))
}

fn compare(
    observed: &Observed<'_>,
    lines: &[Line],
    held: &Held,
    fields: &[Field],
    hint: &str,
) -> Result<(), Objection> {
    let number = held.number;
    let line = lines.iter().find(|line| line.number == Some(number));
    let why = match line {
        None => Some(format!("descriptor {number} is not listed")),
        Some(Line {
            fields: None, text, ..
        }) => Some(format!(
            "the line of descriptor {number} has not four fields: {}",
            quoted(text)
        )),
        Some(Line {
            fields: Some(said), ..
        }) => differs(held, said, fields),
    };
    let Some(why) = why else { return Ok(()) };
    let failure = observed.asking_about(Failure::new(why).hint(hint), number);
    Err(shown(observed, failure).into())
}

/// Whether a kind or a mode is what it should be.
fn may_be(should: &str, said: &[u8]) -> bool {
    should.as_bytes() == said || should.as_bytes() == ANYTHING
}

/// What is wrong with a line, if anything is.
pub(super) fn wrong(held: &Held, line: &Line) -> Option<String> {
    let all = &[Field::Kind, Field::Mode, Field::Target];
    match &line.fields {
        Some(said) => differs(held, said, all),
        None => Some(format!(
            "the line of descriptor {} has not four fields: {}",
            held.number,
            quoted(&line.text)
        )),
    }
}

fn differs(held: &Held, [kind, mode, target]: &[Vec<u8>; 3], fields: &[Field]) -> Option<String> {
    let number = held.number;
    if fields.contains(&Field::Kind) && !may_be(&held.kind, kind) {
        let (is, said) = (&held.kind, quoted(kind));
        return Some(format!(
            "descriptor {number} is of the kind {is}, and is listed as {said}"
        ));
    }
    if fields.contains(&Field::Mode) && !may_be(&held.mode, mode) {
        let (is, said) = (&held.mode, quoted(mode));
        return Some(format!(
            "descriptor {number} has the mode {is}, and is listed with {said}"
        ));
    }
    if fields.contains(&Field::Target) && !is_target(held, target) {
        // Of what may be said, what is said best.
        let is = match held.kind.as_str() {
            "tcp" | "udp" => held.targets.first(),
            _ => held.targets.last(),
        };
        let is = is.map(|target| quoted(target)).unwrap_or_default();
        return Some(format!(
            "descriptor {number} ({}) leads to {is}, and is listed with {}",
            held.kind,
            quoted(target)
        ));
    }
    None
}

/// Adds what the process said of itself.
fn shown(observed: &Observed<'_>, failure: Failure) -> Failure {
    match observed.said {
        Some(said) => failure.showing_in(observed.run, said),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{START, judged, story};
    use super::*;
    use insta::assert_snapshot;

    const HELD: &str = r#"
        * target "3\tfile\tr\t/lab/a\\tb\n5\ttcp\trw\t127.0.0.1:80 LISTEN\t*:80 LISTEN\n"
        2 begin
    "#;

    fn said(judge: crate::model::check::Judge, output: &str) -> String {
        let trace = format!("{START}{HELD}* stdout \"{output}\"\n2 +++ exit 0");
        judged(judge, &story(), &[trace])
    }

    #[test]
    fn the_whole_truth_passes() {
        let right = r"3\tfile\tr\t/lab/a\\tb\n5\ttcp\trw\t*:80 LISTEN\n";
        for judge in [
            lists_every_descriptor,
            names_the_kinds,
            names_the_modes,
            names_the_sockets,
            marks_deleted_files,
            escapes_names,
        ] {
            assert_eq!(said(judge, right), "pass");
        }
    }

    #[test]
    fn numbers_are_complete_and_in_order() {
        let said = |output| said(lists_every_descriptor, output);
        assert_eq!(said(r"3\tx\n5\ty\n"), "pass");
        for (output, why) in [
            (r"3\n", "descriptor 5 is not listed"),
            (r"5\n3\n", "descriptor 5 is listed before 3"),
            (r"3\n5\n5\n", "descriptor 5 is listed twice"),
            (r"3\n4\n5\n", "descriptor 4 is listed, and"),
            (r"FD\n3\n5\n", "a line does not begin with a number"),
            ("", "descriptor 3 is not listed"),
        ] {
            let verdict = said(output);
            assert!(verdict.starts_with(&format!("fail: {why}")), "{verdict}");
        }
    }

    #[test]
    fn what_a_line_gets_wrong_is_said() {
        assert_snapshot!(said(names_the_kinds, r"3\tdir\tr\t/lab/a\\tb\n5\ttcp\trw\t-\n"), @r#"
        fail: descriptor 3 is of the kind file, and is listed as "dir"
          0.1 * target "3\tfile\tr\t/lab/a\\tb\n5\ttcp\trw\t127.0.0.1:80 LISTEN\t*:80 LISTEN\n"
        hint: What does stat say of it through the link, and what does the link say where that is not enough?
        "#);
        assert_snapshot!(said(names_the_modes, r"3\tfile\trw\t/lab/a\\tb\n5\ttcp\trw\t-\n"), @r#"
        fail: descriptor 3 has the mode r, and is listed with "rw"
          0.1 * target "3\tfile\tr\t/lab/a\\tb\n5\ttcp\trw\t127.0.0.1:80 LISTEN\t*:80 LISTEN\n"
        hint: Does what you ask say what the file permits, or for what this descriptor was opened?
        "#);
        assert_snapshot!(said(names_the_sockets, r"3\tfile\tr\t/lab/a\\tb\n5\ttcp\trw\t127.0.0.1:80\n"), @r#"
        fail: descriptor 5 (tcp) leads to "127.0.0.1:80 LISTEN", and is listed with "127.0.0.1:80"
          0.1 * target "3\tfile\tr\t/lab/a\\tb\n5\ttcp\trw\t127.0.0.1:80 LISTEN\t*:80 LISTEN\n"
        hint: In which table is this socket, in which byte order are its addresses, and what if it is in none?
        "#);
        assert_snapshot!(said(escapes_names, r"3\tfile\tr\t/lab/a\tb\n5\ttcp\trw\t-\n"), @r#"
        fail: the line of descriptor 3 has not four fields: "3\tfile\tr\t/lab/a\tb"
          0.1 * target "3\tfile\tr\t/lab/a\\tb\n5\ttcp\trw\t127.0.0.1:80 LISTEN\t*:80 LISTEN\n"
        hint: Which bytes of a name would end a field or a line, and which of them are not even text?
        "#);
    }

    #[test]
    fn a_process_that_is_not_what_it_should_be_proves_nothing() {
        let trace = format!("{START}2 begin\n2 +++ exit 1");
        let verdict = judged(lists_every_descriptor, &story(), &[trace]);
        assert!(verdict.starts_with("blind: "), "{verdict}");
    }
}
