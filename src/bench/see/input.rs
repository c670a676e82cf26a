//! What feeds the program.

use super::files::own;
use crate::model::experiment::ACTOR;
use crate::model::{Expected, Run, Step, shell_word};

/// Longest script that is: without it, nothing could be repeated.
const INLINE_SCRIPT: usize = 1000;

/// Longest input that is put into the command itself.
const INLINE_INPUT: usize = 72;

/// Whether the lines of the input are commands, without which nothing could be repeated.
fn has_commands(run: &Run) -> bool {
    let sent = run.steps.iter().map(|step| match step {
        Step::Send(bytes) => bytes.len(),
        _ => 0,
    });
    let has_answers = |expected: &Expected| matches!(expected, Expected::Output { .. });
    (run.has_actor && sent.sum::<usize>() <= INLINE_SCRIPT) || run.expects.iter().any(has_answers)
}

/// Longest input of an oracle's that is put into the command: it counts as a whole, or not at all.
const INLINE_FORETOLD: usize = 4096;

/// Most pieces of input that are sent one after the other.
const PIECES: usize = 4;

/// What feeds the program, as the left side of a pipe or nothing.
///
/// Of a longer input that an oracle has made, only its place can be named.
pub(super) fn input(run: &Run, is_foretold: bool) -> String {
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let mut is_sending = false;
    for step in &run.steps {
        match (step, pieces.last_mut()) {
            (Step::Send(sent), Some(last)) if is_sending => last.extend(sent),
            (Step::Send(sent), _) => pieces.push(sent.clone()),
            _ => {}
        }
        is_sending = matches!(step, Step::Send(_));
    }
    let is_whole = is_foretold || has_commands(run) || pieces.len() > PIECES;
    if is_whole {
        pieces = vec![pieces.concat()];
    }
    let mut line = 0;
    let sources: Vec<String> = pieces
        .iter()
        .filter_map(|piece| source(run, is_foretold, piece, &mut line))
        .collect();
    let source = sources.join("; sleep 1; ");
    let keeps_open = !run.steps.contains(&Step::CloseInput);
    match (keeps_open, sources.len()) {
        (true, 0) => "sleep 5 | ".to_owned(),
        (true, _) => format!("({source}; sleep 5) | "),
        (false, 0) => ": | ".to_owned(),
        (false, 1) => format!("{source} | "),
        (false, _) => format!("({source}) | "),
    }
}

/// What prints these bytes, or as many numbered lines, of which so many were printed before.
fn source(run: &Run, is_foretold: bool, bytes: &[u8], line: &mut usize) -> Option<String> {
    let is_plain = bytes
        .iter()
        .all(|b| b.is_ascii_graphic() && *b != b'\'' || b" \n".contains(b));
    let from = *line + 1;
    *line += bytes.iter().filter(|byte| **byte == b'\n').count();
    Some(match std::str::from_utf8(bytes) {
        Ok("") => return None,
        Ok(text) if is_foretold && is_printable(text) && text.len() <= INLINE_FORETOLD => {
            match text.strip_suffix('\n') {
                Some(text) => {
                    let lines: Vec<String> = text.split('\n').map(shell_word).collect();
                    format!("printf '%s\\n' {}", lines.join(" "))
                }
                None => format!("printf %s {}", shell_word(text)),
            }
        }
        _ if is_foretold => "cat INPUT".to_owned(),
        // With the actor about, each line is a command and counts; so does one with an answer of
        // its own.
        Ok(text) if has_commands(run) && is_printable(text) => {
            let mut room = match text.len() > INLINE_SCRIPT {
                true => INLINE_SCRIPT / 3,
                false => INLINE_SCRIPT * 2,
            };
            let lines: Vec<String> = own(&text.replace(ACTOR, "syslab actor"))
                .lines()
                .map(shell_word)
                .enumerate()
                .take_while(|(nth, line)| {
                    room = room.saturating_sub(line.len() + 1);
                    room > 0 || *nth == 0
                })
                .map(|(_, line)| line)
                .collect();
            format!("printf '%s\\n' {}", lines.join(" "))
        }
        Ok(text) if is_plain && text.len() <= INLINE_INPUT && !text.contains(['%', '\\']) => {
            format!("printf '{}'", text.replace('\n', "\\n"))
        }
        _ if from > *line => format!("head -c {} /dev/zero | tr '\\0' x", bytes.len()),
        _ if from == 1 => format!("seq {line}"),
        _ => format!("seq {from} {line}"),
    })
}

fn is_printable(text: &str) -> bool {
    text.chars()
        .all(|c| !c.is_control() || c == '\n' || c == '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(steps: Vec<Step>) -> String {
        let run = Run {
            steps,
            ..Run::default()
        };
        input(&run, false)
    }

    #[test]
    fn what_comes_later_is_sent_later() {
        let send = |text: &str| Step::Send(text.into());
        let wait = || Step::AwaitOutput(b"ok".to_vec());
        assert_eq!(
            fed(vec![send("a\n"), send("b\n"), Step::CloseInput]),
            "printf 'a\\nb\\n' | "
        );
        assert_eq!(
            fed(vec![send("a\n"), wait(), send("b\n"), Step::CloseInput]),
            "(printf 'a\\n'; sleep 1; printf 'b\\n') | "
        );
        let long = "x".repeat(INLINE_INPUT) + "\n\n";
        assert_eq!(
            fed(vec![send(&long), wait(), send(&long), wait()]),
            "(seq 2; sleep 1; seq 3 4; sleep 5) | "
        );
        let torn = "x".repeat(INLINE_INPUT + 1);
        assert_eq!(
            fed(vec![send(&torn), wait(), send("\n"), Step::CloseInput]),
            "(head -c 73 /dev/zero | tr '\\0' x; sleep 1; printf '\\n') | "
        );
        assert_eq!(fed(vec![Step::CloseInput]), ": | ");
        assert_eq!(fed(Vec::new()), "sleep 5 | ");
    }
}
