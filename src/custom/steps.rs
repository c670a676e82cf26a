//! What the world does in a run.

use toml::de::DeValue;

use super::source::{Sources, whole};
use super::words;
use crate::model::Step;
use crate::model::toml_reader::Reader;

/// The longest time that a step waits for, milliseconds.
const MOST_MS: u64 = 600_000;

/// Steps without a figure, by their names.
const PLAIN: &[(&str, Step)] = &[
    ("close-input", Step::CloseInput),
    ("taken", Step::AwaitTaken),
    ("rest", Step::AwaitRest),
    ("strike", Step::AwaitStrike),
    ("inspect", Step::Inspect),
    ("zombies", Step::ListZombies),
    ("stall-output", Step::StallOutput),
    ("resume-output", Step::ResumeOutput),
    ("close-output", Step::CloseOutput),
];

/// The steps of a run: those that are written, or standard input alone.
pub(super) fn steps(table: &mut Reader<'_, '_>, sources: &Sources<'_>) -> Vec<Step> {
    let stdin = table.value("stdin", |value| sources.bytes(value));
    let has_stdin = stdin.is_some();
    let steps = table.value("steps", |value| match value {
        DeValue::Array(steps) => (steps.into_iter())
            .map(|step| one(step.into_inner(), sources))
            .collect::<Result<Vec<Step>, String>>(),
        _ => Err("must be a list of steps".to_owned()),
    });
    if has_stdin && steps.is_some() {
        table.refuse("stdin", "does not go with steps: send it in a step");
    }
    steps.unwrap_or_else(|| {
        let sent = stdin.filter(|bytes| !bytes.is_empty()).map(Step::Send);
        sent.into_iter().chain([Step::CloseInput]).collect()
    })
}

fn one(value: DeValue<'_>, sources: &Sources<'_>) -> Result<Step, String> {
    match value {
        DeValue::String(name) => (PLAIN.iter())
            .find(|(known, _)| *known == name)
            .map(|(_, step)| step.clone())
            .ok_or_else(|| unknown(&name)),
        DeValue::Table(table) if table.len() == 1 => {
            let (key, value) = table.into_iter().next().ok_or("has an empty step")?;
            with_figure(key.get_ref(), value.into_inner(), sources)
        }
        _ => Err("has a step that is neither a name nor a table of one key".to_owned()),
    }
}

fn with_figure(key: &str, value: DeValue<'_>, sources: &Sources<'_>) -> Result<Step, String> {
    let ms = |value: &DeValue<'_>| {
        (whole(value).filter(|ms| *ms <= MOST_MS))
            .ok_or_else(|| format!("has a step {key} that is no whole number up to {MOST_MS}"))
    };
    match key {
        "send" => Ok(Step::Send(sources.bytes(value)?)),
        "output" => match sources.bytes(value)? {
            empty if empty.is_empty() => Err("has a step output that waits for nothing".to_owned()),
            bytes => Ok(Step::AwaitOutput(bytes)),
        },
        "pass_ms" => Ok(Step::Pass { ms: ms(&value)? }),
        "exit_within_ms" => Ok(Step::AwaitExit {
            within_ms: ms(&value)?,
        }),
        "signal" => match value {
            DeValue::String(name) => (words::signal(&name).map(Step::Signal))
                .ok_or_else(|| format!("has a step with the unknown signal {name:?}")),
            _ => Err("has a step signal that is no name in quotes".to_owned()),
        },
        other => Err(unknown(other)),
    }
}

fn unknown(name: &str) -> String {
    let plain: Vec<&str> = PLAIN.iter().map(|(name, _)| *name).collect();
    format!(
        "has the unknown step {name:?}: known are {}, and with a value send, output, pass_ms, exit_within_ms, signal",
        plain.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::toml_reader::read;

    fn read_steps(text: &str) -> Result<Vec<Step>, String> {
        let no_file = |_: &str| Err("is no file".to_owned());
        let sources = Sources::new(&no_file);
        read(text, |table| steps(table, &sources)).map_err(|problems| problems.to_string())
    }

    #[test]
    fn standard_input_is_closed_behind_what_is_sent() {
        assert_eq!(read_steps("").unwrap(), [Step::CloseInput]);
        let sent = [Step::Send(b"a".to_vec()), Step::CloseInput];
        assert_eq!(read_steps("stdin = \"a\"").unwrap(), sent);
    }

    #[test]
    fn steps_are_made_as_they_stand() {
        let text = r#"steps = [{ send = "a" }, "taken", { output = "b" }, "rest", { pass_ms = 20 }, { signal = "SIGTERM" }, { exit_within_ms = 1500 }]"#;
        let steps = [
            Step::Send(b"a".to_vec()),
            Step::AwaitTaken,
            Step::AwaitOutput(b"b".to_vec()),
            Step::AwaitRest,
            Step::Pass { ms: 20 },
            Step::Signal(15),
            Step::AwaitExit { within_ms: 1500 },
        ];
        assert_eq!(read_steps(text).unwrap(), steps);
    }

    #[test]
    fn what_is_no_step_is_named() {
        for (text, says) in [
            ("steps = [\"rset\"]", "unknown step \"rset\""),
            ("steps = [{ pas = 3 }]", "unknown step \"pas\""),
            ("steps = [{ pass_ms = \"3\" }]", "no whole number"),
            (
                "steps = [{ pass_ms = 3, signal = \"SIGINT\" }]",
                "neither a name nor",
            ),
            ("steps = [{ signal = \"TERM\" }]", "unknown signal \"TERM\""),
            ("steps = [{ output = \"\" }]", "waits for nothing"),
            ("steps = \"rest\"", "list of steps"),
            ("stdin = \"\"\nsteps = []", "does not go with steps"),
        ] {
            let message = read_steps(text).unwrap_err();
            assert!(message.contains(says), "{text}: {message}");
        }
    }
}
