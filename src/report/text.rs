//! A scorecard for people.

use crate::model::check::WRITTEN;
use crate::model::{Evidence, Finding, Scorecard, Verdict};
use crate::ui::{Look, Tone, columns, padded, shortened, visible};

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What costs points.
    Usual,
    /// Also what was done and measured where nothing was lost, and on which machine.
    All,
}

/// Columns of the first line, if the screen does not say.
const USUAL_WIDTH: usize = 72;

/// Where the text below a claim begins.
const INDENT: usize = 8;

/// More proving events than this are not listed; the JSON form has all.
const EVIDENCE_SHOWN: usize = 40;

/// The scorecard as text; its last line is `Score: n/m`.
pub fn text(card: &Scorecard, look: Look, detail: Detail) -> String {
    let mut out = title(card, look);
    for finding in &card.checks {
        out.push_str(&one(finding, &card.lab, look, detail));
    }
    out.push_str(&notes(card, look, detail));
    if detail == Detail::All {
        out.push_str(&machine(card, look));
    }
    if !card.is_perfect() {
        out.push_str(&again(card, look));
    }
    out.push_str(&format!("Score: {}/{}\n", card.score, card.max_score));
    out
}

/// What the submitter should know beside the findings; each to some lines, unless all is wanted.
fn notes(card: &Scorecard, look: Look, detail: Detail) -> String {
    const LINES: usize = 12;
    let mut out = String::new();
    for note in &card.notes {
        let mut lines = lines(note);
        let more = lines.len().saturating_sub(LINES);
        if detail == Detail::Usual && more > 1 {
            lines.truncate(LINES);
            lines.push(format!("… ({more} more lines; -v has all)"));
        }
        for (nth, text) in lines.iter().enumerate() {
            let label = if nth == 0 { "note: " } else { "      " };
            let whole = format!("{label}{text}");
            out.push_str(&whole.replacen(
                "note:",
                &look.paint(Tone::Odd, "note:"),
                usize::from(nth == 0),
            ));
            out.push('\n');
        }
    }
    out
}

/// How the same experiments are made again.
fn again(card: &Scorecard, look: Look) -> String {
    let (lesson, lab) = card.lab.split_once('/').unwrap_or(("", &card.lab));
    if lesson == WRITTEN {
        // Its experiments are always the same, and nobody here knows where its file is.
        return String::new();
    }
    let command = format!(
        "again: syslab {} check {} --seed {}",
        shown(lesson),
        shown(lab),
        card.seed
    );
    format!("{}\n", look.paint(Tone::Faint, &command))
}

/// `process/reaper: a small init                    70 of 100`
fn title(card: &Scorecard, look: Look) -> String {
    let name = format!("{}: {}", shown(&card.lab), shown(&card.title));
    let points = format!("{} of {}", card.score, card.max_score);
    let width = look.width.unwrap_or(USUAL_WIDTH).min(USUAL_WIDTH);
    let gap = width
        .saturating_sub(columns(&name) + columns(&points))
        .max(2);
    format!(
        "{}{}{points}\n",
        look.paint(Tone::Strong, &name),
        " ".repeat(gap)
    )
}

/// A check: its line, and below it whatever explains it.
fn one(finding: &Finding, lab: &str, look: Look, detail: Detail) -> String {
    let (mark, tone) = match finding.verdict {
        Verdict::Pass => ("✓", Tone::Good),
        Verdict::Fail => ("✗", Tone::Bad),
        Verdict::Skipped => ("-", Tone::Faint),
        Verdict::Unknown => ("?", Tone::Odd),
    };
    let mut out = format!(
        "  {} {:>2}  {}",
        look.paint(tone, mark),
        finding.max_points,
        shown(&finding.claim)
    );
    if let Some(repeats) = finding.repeats {
        out.push_str(&format!(" (passed {} of {})", repeats.passed, repeats.of));
    }
    out.push('\n');
    let is_pass = finding.verdict == Verdict::Pass;
    if is_pass && detail == Detail::Usual {
        return out;
    }
    if detail == Detail::All {
        out.push_str(&line(look, Tone::Faint, "check: ", &finding.id));
    }
    for text in [&finding.story, &finding.why] {
        for line in lines(text) {
            out.push_str(&look.wrap(INDENT, 0, &line));
        }
    }
    out.push_str(&evidence(&finding.evidence, look));
    if detail == Detail::All {
        for figure in &finding.figures {
            out.push_str(&line(
                look,
                Tone::Faint,
                &format!("{}: ", visible(&figure.name)),
                &number(figure.value),
            ));
        }
    }
    if matches!(finding.verdict, Verdict::Fail | Verdict::Unknown) {
        out.push_str(&advice(finding, lab, look));
    }
    out
}

/// What to think about, what to read, and how to see the same with the standard tool.
fn advice(finding: &Finding, lab: &str, look: Look) -> String {
    let mut out = String::new();
    if !finding.hint.is_empty() {
        out.push_str(&line(look, Tone::Good, "hint: ", &finding.hint));
    }
    if !finding.teaches.is_empty() {
        let lesson = lab.split('/').next().unwrap_or(lab);
        let (lesson, heading) = finding
            .teaches
            .split_once('/')
            .unwrap_or((lesson, &finding.teaches));
        let command = format!("syslab {} read {}", shown(lesson), shown(heading));
        out.push_str(&line(look, Tone::Good, "read: ", &command));
    }
    if !finding.see.is_empty() {
        // Never wrapped: it is to be copied.
        out.push_str(&line(
            Look {
                width: None,
                ..look
            },
            Tone::Good,
            "see:  ",
            &finding.see,
        ));
    }
    out
}

/// A line with a label, wrapped beside it.
fn line(look: Look, tone: Tone, label: &str, text: &str) -> String {
    let wrapped = look.wrap(INDENT, columns(label), &format!("{label}{}", shown(text)));
    wrapped.replacen(label.trim_end(), &look.paint(tone, label.trim_end()), 1)
}

/// A proving event, in columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRow {
    /// Number of the run, from 1.
    pub run: u32,
    /// `main.c:41`; empty if it is not known.
    pub site: String,
    /// The task; `*` or `.` for the outside world.
    pub task: String,
    /// What happened.
    pub event: String,
}

/// The first of the proving events, and how many more there are.
pub fn evidence_rows(events: &[Evidence]) -> (Vec<EvidenceRow>, usize) {
    let row = |event: &Evidence| {
        let (task, what) = task_and_event(event);
        EvidenceRow {
            run: event.run,
            site: event
                .site
                .as_ref()
                .map_or_else(String::new, |site| match site.line {
                    0 => visible(&site.file),
                    line => format!("{}:{line}", visible(&site.file)),
                }),
            task: visible(&task),
            event: shown(&what),
        }
    };
    let rows = events.iter().take(EVIDENCE_SHOWN).map(row).collect();
    (rows, events.len().saturating_sub(EVIDENCE_SHOWN))
}

/// The proving events: where in the program, which task, what.
fn evidence(events: &[Evidence], look: Look) -> String {
    let (rows, more) = evidence_rows(events);
    let sites = rows.iter().map(|row| columns(&row.site)).max().unwrap_or(0);
    let tasks = rows.iter().map(|row| columns(&row.task)).max().unwrap_or(0);
    let in_several_runs = rows.iter().any(|row| row.run > 1);
    let mut out = String::new();
    let mut run = 0;
    for row in &rows {
        if in_several_runs && row.run != run {
            run = row.run;
            let label = look.paint(Tone::Faint, &format!("run {run}:"));
            out.push_str(&format!("{}{label}\n", " ".repeat(INDENT)));
        }
        let indent = " ".repeat(INDENT + 2);
        let site = match sites {
            0 => String::new(),
            width => format!("{}  ", padded(&row.site, width)),
        };
        out.push_str(&format!(
            "{indent}{}{}  {}\n",
            look.paint(Tone::Code, &site),
            padded(&row.task, tasks),
            row.event
        ));
    }
    if more > 0 {
        out.push_str(&format!(
            "{}… ({} more events; --format json has all)\n",
            " ".repeat(INDENT + 2),
            more
        ));
    }
    out
}

/// Splits the task off the event's text: `2 fsync(3) = 0` is task `2`, event `fsync(3) = 0`.
///
/// Events of the outside world have `*` or `.` in its place.
fn task_and_event(event: &Evidence) -> (String, String) {
    match (event.text.split_once(' '), event.task) {
        (Some((first, rest)), Some(task)) if first == task.to_string() => {
            (first.to_owned(), rest.to_owned())
        }
        (Some((first @ ("*" | "."), rest)), None) => (first.to_owned(), rest.to_owned()),
        (_, Some(task)) => (task.to_string(), event.text.clone()),
        (_, None) => (String::new(), event.text.clone()),
    }
}

/// Where the scorecard was made.
fn machine(card: &Scorecard, look: Look) -> String {
    let machine = &card.machine;
    let text = format!(
        "syslab {}, kernel {}, tracer {}, confinement {}",
        shown(&machine.syslab),
        shown(&machine.kernel),
        shown(&machine.tracer),
        shown(&machine.confinement),
    );
    let mut out = look.paint(Tone::Faint, &text);
    out.push('\n');
    out
}

/// Text of whatever origin, harmless and not longer than a screen can bear.
fn shown(text: &str) -> String {
    shortened(&visible(text))
}

/// The lines of a text that may have several (a compiler's complaint), each as [`shown`].
fn lines(text: &str) -> Vec<String> {
    let visible: Vec<String> = text.trim_end().split('\n').map(visible).collect();
    match shortened(&visible.join("\n")) {
        text if text.is_empty() => Vec::new(),
        text => text.split('\n').map(str::to_owned).collect(),
    }
}

/// A figure without noise: whole numbers whole, others to three places.
fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        format!("{value:.3}")
    }
}
