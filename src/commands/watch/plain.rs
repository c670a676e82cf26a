//! The plain view: line by line, for dumb terminals, pipes, screen readers and editors.
//!
//! A failure's line has the form of a compiler's, `FILE:LINE: error: TEXT`, which editors understand.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender};
use std::thread;

use crate::exit::Trouble;
use crate::model::Verdict;
use crate::ui::{Screen, visible};

use super::detail::{Toned, trace};
use super::keys::{KEYS, line_wish};
use super::model::{Model, News, Overlay, Row, Work};
use super::session::{Errand, Session};
use super::source::{Place, places};
use super::{Heard, is_end};

/// Text without a width: a screen reader wraps by itself.
const WIDTH: usize = 1 << 20;

/// Tells of the session until the user has heard enough; whether that was by an interrupt. `prefix` is
/// the way from the current directory to the session's.
pub(super) fn run(
    mut session: Session,
    sender: &Sender<Heard>,
    heard: &Receiver<Heard>,
    prefix: impl Fn(&Session) -> PathBuf,
    screen: &Screen,
) -> Result<bool, Trouble> {
    read_lines(sender.clone());
    let keys = KEYS
        .map(|(key, name, _)| format!("{key} {name}"))
        .join(", ");
    screen.remark(&format!("a letter and Enter: {keys}"));
    loop {
        let way = prefix(&session);
        screen.print(&told(&mut session.model, &way))?;
        let errand = match heard.recv() {
            Ok(Heard::Line(Some(line))) => match line_wish(&line, &session.model.overlay) {
                Ok(Some(wish)) => session.wish(wish),
                Ok(None) => Errand::Nothing,
                Err(what) => {
                    session.model.say(what);
                    Errand::Nothing
                }
            },
            // By Ctrl-D. A pipe or a file that ends says nothing.
            Ok(Heard::Line(None)) if io::stdin().is_terminal() => return Ok(false),
            Ok(Heard::Saved) => {
                session.saved();
                Errand::Nothing
            }
            Ok(Heard::Said(said)) => {
                session.hear(said);
                Errand::Nothing
            }
            Ok(Heard::Signal(signal)) if is_end(signal) => return Ok(true),
            Ok(_) => Errand::Nothing,
            Err(_) => return Ok(true),
        };
        match errand {
            Errand::End { is_interrupt } => return Ok(is_interrupt),
            Errand::Edit(place) => screen.print(&format!("{}\n", named(&way, &place)))?,
            Errand::Overlay => {
                for line in overlay(&session.model) {
                    screen.print(&format!("{line}\n"))?;
                }
                if session.model.overlay != Overlay::AskReset {
                    session.model.overlay = Overlay::Nothing;
                }
            }
            Errand::Nothing | Errand::Suspend | Errand::Redraw => {}
        }
    }
}

fn read_lines(sender: Sender<Heard>) {
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            if sender.send(Heard::Line(Some(line))).is_err() {
                return;
            }
        }
        let _ended = sender.send(Heard::Line(None));
    });
}

/// What happened since it was last asked, in lines.
fn told(model: &mut Model, prefix: &Path) -> String {
    let mut out = String::new();
    while let Some(news) = model.news.pop_front() {
        for line in lines(model, &news, prefix) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

fn lines(model: &Model, news: &News, prefix: &Path) -> Vec<String> {
    match news {
        News::Began(count) => vec![format!(
            "checking {} ({count} of {} checks, seed {})",
            model.meant,
            model.rows.len(),
            model.seed
        )],
        News::Found(at) => vec![found(&model.rows[*at])],
        News::Ended => ended(model, prefix),
        News::Notice => vec![visible(&model.notice)],
        News::Hint(step) => {
            let label = |nth| if nth == 0 { step.label } else { "" };
            let line = |(nth, line)| format!("{}: {line}", label(nth));
            let lines = step.lines.iter().enumerate().map(line);
            lines
                .map(|line| line.trim_start_matches(": ").to_owned())
                .collect()
        }
    }
}

/// A check as soon as it is decided.
fn found(row: &Row) -> String {
    let word = match row.verdict() {
        Some(Verdict::Pass) => "holds",
        Some(Verdict::Fail) => "fails",
        Some(Verdict::Skipped) => "skipped",
        Some(Verdict::Unknown) => "unknown",
        None => "open",
    };
    format!("{word}: {}", row.check.claim)
}

/// All failures for an editor, the first one for a person, and the score.
fn ended(model: &Model, prefix: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let failures = model
        .rows
        .iter()
        .filter(|row| row.verdict() == Some(Verdict::Fail))
        .filter_map(|row| row.finding.as_ref());
    for finding in failures {
        let text = format!(
            "error: {}: {}",
            visible(&finding.claim),
            visible(finding.why.lines().next().unwrap_or_default())
        );
        lines.push(match places(finding).first() {
            Some(place) => format!("{}: {text}", named(prefix, place)),
            None => text,
        });
    }
    if model.is_current() {
        lines.extend(trace(model, WIDTH).iter().map(flat));
    }
    if model.work == Work::Idle {
        let (score, max_score) = model.score();
        lines.push(format!("Score: {score}/{max_score}"));
    }
    lines
}

/// `FILE:LINE`, as one gets there from the current directory.
fn named(prefix: &Path, place: &Place) -> String {
    let file: PathBuf = prefix.join(&place.file);
    format!("{}:{}", visible(&file.display().to_string()), place.line)
}

fn flat(line: &Toned) -> String {
    let text: String = line.iter().map(|(_, text)| text.as_str()).collect();
    text.trim_end().to_owned()
}

/// What an overlay shows, where there is nothing to lay over.
fn overlay(model: &Model) -> Vec<String> {
    match &model.overlay {
        Overlay::Nothing => Vec::new(),
        Overlay::Trace => trace(model, WIDTH).iter().map(flat).collect(),
        Overlay::AskReset => vec![format!(
            "Begin {} again? Your work is moved aside, not deleted. y or n:",
            model.meant
        )],
        Overlay::Keys => KEYS
            .map(|(key, name, what)| format!("{key}, {name}: {what}"))
            .to_vec(),
        Overlay::List { entries, .. } => entries
            .iter()
            .map(|entry| {
                let state = match entry.state {
                    crate::report::State::New => "not begun",
                    crate::report::State::Begun => "begun",
                    crate::report::State::Done => "done",
                };
                let score = match entry.score.as_str() {
                    "" => String::new(),
                    score => format!(", {score}"),
                };
                format!(
                    "{}: {} ({state}{score})",
                    entry.meant, entry.meant.lab.title
                )
            })
            .chain(["go to one: l NAME".to_owned()])
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{failing, hostile, model, passing};
    use super::*;

    #[test]
    fn a_round_is_told_line_by_line() {
        let mut model = model();
        let ids: Vec<String> = model
            .rows
            .iter()
            .map(|row| row.check.id.to_owned())
            .collect();
        model.begin(&ids[..2]);
        model.found(passing(0));
        let began = told(&mut model, Path::new("process/durable-log"));
        let claim = model.rows[0].check.claim;
        assert_eq!(
            began,
            format!(
                "checking process/durable-log (2 of {} checks, seed 7)\nholds: {claim}\n",
                ids.len()
            )
        );
        model.found(failing(1));
        model.end();
        let ended = told(&mut model, Path::new("process/durable-log"));
        let claim = model.rows[1].check.claim;
        let error = format!(
            "process/durable-log/main.c:150: error: {claim}: it had not ended 1.5 s after SIGTERM\n"
        );
        assert!(
            ended.starts_with(&format!("fails: {claim}\n{error}")),
            "{ended}"
        );
        let points = model.rows[0].check.points;
        assert!(
            ended.ends_with(&format!("Score: {points}/100\n")),
            "{ended}"
        );
        assert_eq!(told(&mut model, Path::new("")), "");
    }

    #[test]
    fn nothing_hostile_is_told() {
        let mut model = model();
        model.found(hostile(1));
        model.say("\x1b[2J");
        model.end();
        let told = told(&mut model, Path::new("")).replace('\n', "");
        assert!(told.chars().all(crate::ui::is_safe), "{told:?}");
    }
}
