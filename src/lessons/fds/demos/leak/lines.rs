//! The lines of the service that make descriptors, from a trace of it.

use std::cmp::Reverse;

use crate::lessons::process::demos::stage::{self, Program};
use crate::model::curriculum::DemoOptions;
use crate::model::experiment::LAB_DIR;
use crate::model::openings::{Ledger, Place};
use crate::model::{Arg, Experiment, Frame, Recording, Run, Step};

/// The name of the service's file while it is traced.
const MAIN: &str = "main.py";

/// A line of the service, and what became of the descriptors that it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) line: u32,
    pub(super) function: String,
    pub(super) opened: u64,
    pub(super) closed: u64,
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
    let mut ledger = Ledger::default();
    for made in recording.calls() {
        let Some(number) = made.value().and_then(|value| i32::try_from(value).ok()) else {
            continue;
        };
        match (made.call.name.as_str(), made.call.args.first()) {
            ("close", Some(Arg::Fd(fd))) => ledger.closed(fd.number),
            ("close", _) => {}
            (call, _) => {
                let own = own_frame(&recording.events[made.enter].site);
                ledger.opened(number, call, own);
            }
        }
    }
    let mut lines: Vec<Opened> = ledger.into_places().iter().filter_map(Opened::of).collect();
    lines.sort_by_key(|line| (Reverse(line.opened - line.closed), line.line));
    lines
}

impl Opened {
    /// What was opened at a line of the service; elsewhere, nothing is told.
    fn of(place: &Place) -> Option<Self> {
        match place.frames.first()? {
            Frame::Source { line, function, .. } => Some(Self {
                line: *line,
                function: function.clone(),
                opened: place.opened,
                closed: place.closed,
            }),
            Frame::Native { .. } => None,
        }
    }
}

/// The innermost frame in the service's own file; empty if there is none.
fn own_frame(site: &[Frame]) -> &[Frame] {
    let is_own = |frame: &Frame| matches!(frame, Frame::Source { file, .. } if file == MAIN);
    site.iter()
        .position(is_own)
        .map_or(&[], |at| &site[at..=at])
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
