//! The lines of the service that make descriptors, from a trace of it.

use std::collections::HashMap;

use crate::lessons::process::demos::stage::{self, Program};
use crate::model::curriculum::DemoOptions;
use crate::model::experiment::LAB_DIR;
use crate::model::{Experiment, Frame, Recording, Run, Step};

/// The name of the service's file while it is traced.
const MAIN: &str = "main.py";

/// A line of the service, and what became of the descriptors that it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) line: u32,
    pub(super) function: String,
    pub(super) opened: usize,
    pub(super) closed: usize,
}

/// Traces the service with so many orders; the lines with the most left open first, or why it
/// cannot be traced here.
pub(super) fn opened_by_line(
    source: &'static str,
    orders: u32,
    rotation: u64,
    options: &DemoOptions,
) -> anyhow::Result<Result<Vec<Opened>, String>> {
    let program = Program {
        file: "app.py",
        source,
    };
    let lines: String = (1..=orders).map(|nth| format!("book {nth}\n")).collect();
    let experiment = Experiment {
        story: "orders come in, and the service rotates its log".to_owned(),
        runs: vec![Run {
            args: vec![format!("{LAB_DIR}/var"), rotation.to_string()],
            steps: vec![Step::Send(lines.into_bytes()), Step::CloseInput],
            watch: ["open", "openat", "close"].map(str::to_owned).to_vec(),
            ..Run::default()
        }],
        ..Experiment::default()
    };
    let performed = match stage::perform(program, experiment, options) {
        Ok(performed) => performed,
        Err(error) => {
            options.go_on()?;
            return Ok(Err(format!("{error:#}")));
        }
    };
    Ok(performed.and_then(|trials| {
        trials
            .iter()
            .flat_map(|trial| &trial.runs)
            .next()
            .map(tallied)
            .filter(|lines| !lines.is_empty())
            .ok_or_else(|| "no line of it was seen".to_owned())
    }))
}

/// Which line opened how many, and how many of those were closed.
fn tallied(recording: &Recording) -> Vec<Opened> {
    let mut lines: Vec<Opened> = Vec::new();
    // Who has opened what is open: the number, and which of `lines`.
    let mut open: HashMap<i64, usize> = HashMap::new();
    for made in recording.calls() {
        let Some(value) = made.value() else {
            continue;
        };
        if made.call.name == "close" {
            let number = match made.call.args.first() {
                Some(crate::model::Arg::Fd(fd)) => i64::from(fd.number),
                _ => continue,
            };
            if let Some(by) = open.remove(&number) {
                lines[by].closed += 1;
            }
            continue;
        }
        let site = recording.events.get(made.enter).map(|event| &event.site);
        let Some((line, function)) = site.and_then(|site| own_line(site)) else {
            open.remove(&value);
            continue;
        };
        let known = lines.iter().position(|known| known.line == line);
        let by = known.unwrap_or_else(|| {
            lines.push(Opened {
                line,
                function: function.to_owned(),
                opened: 0,
                closed: 0,
            });
            lines.len() - 1
        });
        lines[by].opened += 1;
        open.insert(value, by);
    }
    lines.sort_by_key(|line| (usize::MAX - (line.opened - line.closed), line.line));
    lines
}

/// The innermost frame in the service's own file.
fn own_line(site: &[Frame]) -> Option<(u32, &str)> {
    site.iter().find_map(|frame| match frame {
        Frame::Source {
            file,
            line,
            function,
        } if file == MAIN => Some((*line, function.as_str())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_closed_is_counted_for_its_line() {
        let mut recording: Recording = "
            2 openat(-100, \"app.log\", 0) = 3
            2 openat(-100, \"order-1\", 0) = 4
            2 close(4<?>) = 0
            2 openat(-100, \"app.log\", 0) = 4
        "
        .parse()
        .unwrap();
        let line = |line: u32, function: &str| {
            vec![Frame::Source {
                file: MAIN.to_owned(),
                line,
                function: function.to_owned(),
            }]
        };
        let sites = [
            line(25, "rotate"),
            line(32, "<module>"),
            vec![],
            line(25, "rotate"),
        ];
        let enters: Vec<usize> = recording.calls().map(|made| made.enter).collect();
        for (enter, site) in enters.into_iter().zip(sites) {
            recording.events[enter].site = site;
        }
        let found = tallied(&recording);
        let said: Vec<_> = found
            .iter()
            .map(|line| (line.line, &*line.function, line.opened, line.closed))
            .collect();
        assert_eq!(said, [(25, "rotate", 2, 0), (32, "<module>", 1, 1)]);
    }
}
