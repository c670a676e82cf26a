//! The line in which a program says what ended its command and what it used.

use crate::model::text::signal_number;
use crate::model::{Arg, ExitStatus, Recording, Stream, What, World};

/// A line of standard error that begins as the report does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    /// The event with which it was written, or else received.
    pub(super) at: usize,
    /// The line, without its newline.
    pub(super) text: String,
    /// What it says of the end.
    pub(super) ended: Option<ExitStatus>,
    /// What it says of time and memory, if that is as it should be.
    pub(super) used: Option<Used>,
}

/// The figures of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Used {
    /// Processor time, milliseconds.
    pub(super) cpu_ms: u64,
    /// Resident memory, KiB.
    pub(super) maxrss_kib: u64,
}

/// Every line of standard error that begins with `exit ` or `signal `. Others are free.
pub(super) fn reports(recording: &Recording) -> Vec<Report> {
    let mut reports = Vec::new();
    let mut line = Vec::new();
    let received = recording.world().filter_map(|(at, world)| match world {
        World::Received(Stream::Stderr, bytes) => Some((at, &bytes.data)),
        _ => None,
    });
    let mut last = 0;
    for (at, data) in received {
        last = at;
        for byte in data {
            if *byte == b'\n' {
                reports.extend(report(recording, at, &line));
                line.clear();
            } else {
                line.push(*byte);
            }
        }
    }
    // A last line without its newline is shown, and is not as it should be.
    if let Some(unfinished) = report(recording, last, &line) {
        reports.push(Report {
            ended: None,
            used: None,
            ..unfinished
        });
    }
    reports
}

fn report(recording: &Recording, received: usize, line: &[u8]) -> Option<Report> {
    let text = String::from_utf8_lossy(line);
    if !text.starts_with("exit ") && !text.starts_with("signal ") {
        return None;
    }
    let (ended, used) = parse(&text);
    Some(Report {
        at: written(recording, line).unwrap_or(received),
        ended,
        used,
        text: text.into_owned(),
    })
}

/// The entry of the write with which a line began.
fn written(recording: &Recording, line: &[u8]) -> Option<usize> {
    recording
        .events
        .iter()
        .enumerate()
        .rev()
        .find_map(|(at, event)| {
            let What::Enter(_, call) = &event.what else {
                return None;
            };
            let begins = |data: &[u8]| {
                !data.is_empty() && (data.starts_with(line) || line.starts_with(data))
            };
            let is_it = matches!(call.name.as_str(), "write" | "writev")
                && call
                    .args
                    .iter()
                    .any(|arg| matches!(arg, Arg::Str(bytes) if begins(&bytes.data)));
            is_it.then_some(at)
        })
}

fn parse(text: &str) -> (Option<ExitStatus>, Option<Used>) {
    let mut words = text.splitn(3, ' ');
    let (kind, what) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let ended = match kind {
        "exit" => number(what)
            .and_then(|code| i32::try_from(code).ok())
            .map(ExitStatus::Code),
        _ if what.starts_with("SIG") => signal_number(what).map(ExitStatus::Signal),
        _ => None,
    };
    (ended, words.next().and_then(used))
}

/// Reads `cpu=S.SSS maxrss=KIB`.
fn used(text: &str) -> Option<Used> {
    let (cpu, maxrss) = text.strip_prefix("cpu=")?.split_once(" maxrss=")?;
    let (seconds, thousandths) = cpu.split_once('.')?;
    if thousandths.len() != 3 {
        return None;
    }
    let cpu_ms = number(seconds)?
        .checked_mul(1000)?
        .checked_add(number(thousandths)?)?;
    Some(Used {
        cpu_ms,
        maxrss_kib: number(maxrss)?,
    })
}

/// A number that consists of digits alone.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(line: &str) -> (Option<ExitStatus>, Option<Used>) {
        parse(line)
    }

    #[test]
    fn a_report_is_read_as_the_handout_has_it() {
        let used = Some(Used {
            cpu_ms: 12_034,
            maxrss_kib: 5,
        });
        assert_eq!(
            first("exit 42 cpu=12.034 maxrss=5"),
            (Some(ExitStatus::Code(42)), used)
        );
        assert_eq!(
            first("signal SIGKILL cpu=12.034 maxrss=5"),
            (Some(ExitStatus::Signal(9)), used)
        );
        for bad in [
            "exit 4x cpu=1.5 maxrss=1",
            "signal KILL cpu=1.0345 maxrss=1",
            "signal 9 cpu=.034 maxrss=1",
            "exit -1 cpu=1,034 maxrss=1",
            "exit  cpu=1.034",
            "exit",
            "signal SIGNOT cpu=1.034 maxrss=1 KiB",
            "exit 99999999999999999999 cpu=99999999999999999999.000 maxrss=1",
        ] {
            assert_eq!(first(bad), (None, None), "{bad}");
        }
    }

    #[test]
    fn a_line_is_where_it_was_written_and_others_are_passed_over() {
        let recording: Recording = r#"
            3 write(2<pipe:[3]>, "exit now\nactor: no\n", 19) = 19
            * stderr "actor: no\n"
            2 write(2<pipe:[3]>, "exit 1", 6) = 6
            2 write(2<pipe:[3]>, " cpu=0.001 maxrss=7\n", 20) = 20
            * stderr "exit 1 cpu=0.0"
            * stderr "01 maxrss=7\nsignal SIG"
        "#
        .parse()
        .unwrap();
        let reports = reports(&recording);
        assert_eq!(reports.len(), 2);
        assert_eq!(
            (reports[0].at, reports[0].ended),
            (3, Some(ExitStatus::Code(1)))
        );
        assert_eq!((reports[1].at, reports[1].ended), (8, None));
    }
}
