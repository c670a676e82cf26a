//! The text below the checks: why the first failure fails, or what comes next; lines with what they
//! are, from the model alone.

use crate::model::{Finding, Verdict};
use crate::report;
use crate::ui::{Look, Tone, columns, padded, visible};

use super::model::{Model, Work};

/// A line, in pieces; those without a tone are as usual.
pub(super) type Toned = Vec<(Option<Tone>, String)>;

/// Proving events that are shown; the trace has all.
const EVENTS: usize = 6;

/// The lines that fit so many columns.
pub(super) fn detail(model: &Model, width: usize) -> Vec<Toned> {
    let mut page = Page::new(width);
    match model.failure() {
        Some(finding) => failure(&mut page, model, finding),
        None if model.is_passed() => passed(&mut page, model),
        None if model.is_complete() => undecided(&mut page, model),
        None if model.work == Work::Idle => page.prose(None, "Nothing has been found yet."),
        None => {}
    }
    page.lines
}

/// The failure's proving events, all of them, and how to see them oneself.
pub(super) fn trace(model: &Model, width: usize) -> Vec<Toned> {
    let mut page = Page::new(width);
    let Some(finding) = model.failure() else {
        page.prose(None, "Nothing fails, so there is nothing to prove.");
        return page.lines;
    };
    page.prose(Some(Tone::Strong), &finding.claim);
    page.prose(Some(Tone::Faint), &finding.story);
    events(&mut page, finding, usize::MAX);
    if !finding.see.is_empty() {
        page.labelled("see:  ", &finding.see);
    }
    let (lesson, lab) = (model.meant.lesson.slug, model.meant.lab.slug);
    let again = format!(
        "syslab {lesson} check {lab} --only {} --seed {}",
        finding.id, model.seed
    );
    page.labelled("again:", &again);
    page.lines
}

fn failure(page: &mut Page, model: &Model, finding: &Finding) {
    let points = format!("{} points", finding.max_points);
    if !model.is_current() {
        let text = "before your last save, now checked again:";
        page.prose(Some(Tone::Odd), text);
    }
    page.claim(&format!("{} ({points})", visible(&finding.claim)));
    page.prose(Some(Tone::Faint), &finding.story);
    for line in finding.why.trim_end().lines() {
        page.prose(None, line);
    }
    for step in model.hint_steps().iter().take(model.hints) {
        for (nth, line) in step.lines.iter().enumerate() {
            let label = match nth {
                0 => format!("{}:", step.label),
                _ => String::new(),
            };
            page.labelled(&padded(&label, 6), line);
        }
    }
    for excerpt in &model.excerpts {
        let number = excerpt.lines.last().map_or(0, |line| line.0);
        let number_width = number.to_string().len();
        page.line(vec![(
            Some(Tone::Code),
            format!("  {}", visible(&excerpt.file)),
        )]);
        for (nth, line) in &excerpt.lines {
            let is_marked = *nth == excerpt.marked;
            let mark = if is_marked { ">" } else { " " };
            let tone = is_marked.then_some(Tone::Strong);
            page.line(vec![
                (
                    Some(Tone::Faint),
                    format!("  {mark} {nth:>number_width$}  "),
                ),
                (tone, visible(&line.replace('\t', "    "))),
            ]);
        }
    }
    events(page, finding, EVENTS);
}

fn events(page: &mut Page, finding: &Finding, most: usize) {
    let (rows, more) = report::evidence_rows(&finding.evidence);
    let shown = rows.len().min(most);
    let (rows, more) = (&rows[..shown], more + rows.len() - shown);
    let sites = rows.iter().map(|row| columns(&row.site)).max().unwrap_or(0);
    let tasks = rows.iter().map(|row| columns(&row.task)).max().unwrap_or(0);
    for row in rows {
        page.line(vec![
            (
                Some(Tone::Code),
                format!("  {}  ", padded(&row.site, sites)),
            ),
            (None, format!("{}  {}", padded(&row.task, tasks), row.event)),
        ]);
    }
    if more > 0 {
        page.line(vec![(Some(Tone::Faint), format!("  … {more} more (t)"))]);
    }
}

fn passed(page: &mut Page, model: &Model) {
    page.line(vec![(Some(Tone::Good), "✓ Everything holds.".to_owned())]);
    let lab = model.meant.lab.slug;
    page.prose(
        None,
        &format!("`syslab compare {lab}` shows the reference beside your work. n: the next lab."),
    );
}

/// Nothing fails, and yet not all is well.
fn undecided(page: &mut Page, model: &Model) {
    let open = model.rows.iter().filter_map(|row| row.finding.as_ref());
    for finding in open.filter(|finding| finding.verdict != Verdict::Pass) {
        page.prose(Some(Tone::Strong), &finding.claim);
        page.prose(None, &finding.why);
    }
}

/// Lines of so many columns.
struct Page {
    width: usize,
    lines: Vec<Toned>,
}

impl Page {
    fn new(width: usize) -> Self {
        Self {
            width,
            lines: Vec::new(),
        }
    }

    /// A line that is cut where it does not fit.
    fn line(&mut self, line: Toned) {
        self.lines.push(line);
    }

    /// Text that is wrapped; nothing if it is empty.
    fn prose(&mut self, tone: Option<Tone>, text: &str) {
        if text.is_empty() {
            return;
        }
        let look = Look {
            color: false,
            width: Some(self.width),
        };
        for line in look.wrap(2, 0, &visible(text)).lines() {
            self.lines.push(vec![(tone, line.to_owned())]);
        }
    }

    /// What fails, wrapped behind its cross.
    fn claim(&mut self, text: &str) {
        let look = Look {
            color: false,
            width: Some(self.width),
        };
        for (nth, line) in look.wrap(0, 2, &format!("✗ {text}")).lines().enumerate() {
            self.lines.push(match line.strip_prefix("✗ ") {
                Some(rest) if nth == 0 => vec![
                    (Some(Tone::Bad), "✗ ".to_owned()),
                    (Some(Tone::Strong), rest.to_owned()),
                ],
                _ => vec![(Some(Tone::Strong), line.to_owned())],
            });
        }
    }

    /// Text behind a label, wrapped beside it: also commands, of which half would be no use.
    fn labelled(&mut self, label: &str, text: &str) {
        let look = Look {
            color: false,
            width: Some(self.width),
        };
        let wrapped = look.wrap(2, columns(label) + 1, &format!("{label} {}", visible(text)));
        for (nth, line) in wrapped.lines().enumerate() {
            self.lines
                .push(match (nth, line.split_at_checked(2 + label.len())) {
                    (0, Some((label, rest))) => vec![
                        (Some(Tone::Good), label.to_owned()),
                        (None, rest.to_owned()),
                    ],
                    _ => vec![(None, line.to_owned())],
                });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{excerpt, failing, hostile, model, passing};
    use super::*;

    fn plain(lines: &[Toned]) -> String {
        let line = |line: &Toned| line.iter().map(|(_, text)| text.as_str()).collect();
        lines.iter().map(line).collect::<Vec<String>>().join("\n")
    }

    #[test]
    fn a_failure_comes_with_its_proof_and_as_many_hints_as_were_asked_for() {
        let mut model = model();
        model.found(failing(4));
        model.excerpts = vec![excerpt()];
        let shown = plain(&detail(&model, 200));
        let claim = model.rows[4].check.claim;
        assert!(shown.starts_with(&format!("✗ {claim}")), "{shown}");
        assert!(shown.contains("  it had not ended 1.5 s after SIGTERM\n"));
        assert!(
            shown.contains("  > 152      got = read(0, input, size);\n"),
            "{shown}"
        );
        assert!(shown.contains("  main.c:152  2  read(0, 0x55db, 131072) = ?"));
        assert!(!shown.contains("think:"));
        model.hints = 1;
        let shown = plain(&detail(&model, 80));
        assert!(
            shown.contains("  think: What could the handler leave behind?\n"),
            "{shown}"
        );
        assert!(!shown.contains("read:"));
    }

    #[test]
    fn a_trace_says_how_to_see_it_again() {
        let mut model = model();
        model.found(failing(4));
        let shown = plain(&trace(&model, 120));
        assert!(
            shown.contains("see:   strace -f ./main /tmp/records.log\n"),
            "{shown}"
        );
        let id = model.rows[4].check.id;
        assert!(shown.contains(&format!("--only {id} --seed 7")), "{shown}");
    }

    #[test]
    fn what_all_passed_is_said() {
        let mut model = model();
        for nth in 0..model.rows.len() {
            model.found(passing(nth));
        }
        let shown = plain(&detail(&model, 80));
        assert!(shown.contains("Everything holds"));
        assert!(shown.contains("syslab compare durable-log"));
    }

    #[test]
    fn nothing_that_a_terminal_would_obey_is_in_the_text() {
        let mut model = model();
        model.found(hostile(1));
        model.hints = 3;
        for width in [20, 40, 80] {
            for lines in [detail(&model, width), trace(&model, width)] {
                let shown = plain(&lines).replace('\n', "");
                assert!(shown.chars().all(crate::ui::is_safe), "{shown:?}");
            }
        }
    }
}
