//! The full-screen view: a picture of the model, whatever the size of the screen.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::model::Verdict;
use crate::ui::{Tone, columns, cut, padded, plural, visible};

use super::detail::{Toned, detail, trace};
use super::keys::KEYS;
use super::model::{Model, Overlay, Row, Standing, Work};

/// Draws the model; without colour, what matters is still bold or reversed.
pub(super) fn draw(frame: &mut Frame<'_>, model: &Model, has_color: bool) {
    let area = frame.area();
    Picture {
        buffer: frame.buffer_mut(),
        area,
        has_color,
    }
    .draw(model);
}

struct Picture<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    has_color: bool,
}

impl Picture<'_> {
    fn width(&self) -> usize {
        usize::from(self.area.width)
    }

    fn height(&self) -> usize {
        usize::from(self.area.height)
    }

    fn draw(&mut self, model: &Model) {
        let height = self.height();
        self.title(model);
        if height > 2 {
            self.line(1, &status(model));
        }
        // Title and status above; a line of keys below.
        let (top, bottom) = (2, height.saturating_sub(1));
        match &model.overlay {
            Overlay::List {
                query, selected, ..
            } => self.list(model, query, *selected, top, bottom),
            Overlay::Trace => {
                let lines = trace(model, self.width());
                self.scrolled(&lines, model.scroll, top, bottom);
            }
            Overlay::Keys => self.scrolled(&keys(), model.scroll, top, bottom),
            Overlay::Nothing | Overlay::AskReset => {
                let below = self.checks(model, top, bottom);
                let lines = detail(model, self.width());
                self.scrolled(&lines, model.scroll, below, bottom);
            }
        }
        if height > 3 {
            self.line(height - 1, &self.foot(model));
        }
    }

    /// Lesson, lab and points, reversed.
    fn title(&mut self, model: &Model) {
        let (score, max_score) = model.score();
        let points = match model.is_complete() {
            true => format!("{score} of {max_score} "),
            false => format!("{}/{} checked ", model.known(), model.rows.len()),
        };
        let room = self.width().saturating_sub(columns(&points) + 2);
        let name = cut(
            &format!(" {}: {}", model.meant, model.meant.lab.title),
            room,
        );
        let text = format!("{}{points}", padded(&name, room + 2));
        self.line(0, &vec![(None, cut(&text, self.width()))]);
        let title = Rect {
            height: 1.min(self.area.height),
            ..self.area
        };
        self.buffer
            .set_style(title, Style::new().add_modifier(Modifier::REVERSED));
    }

    /// The checks, at most half of what is there; the line below them.
    fn checks(&mut self, model: &Model, top: usize, bottom: usize) -> usize {
        const FEWEST: usize = 3;
        let room = bottom.saturating_sub(top);
        let most = (room / 2).max(FEWEST).min(room);
        let mut lines: Vec<Toned> = Vec::new();
        if model.rows.len() <= most {
            lines.extend(model.rows.iter().map(row));
        } else if most > 0 {
            // What passes is told in one line with how much is to come.
            let is_open = |row: &&Row| row.verdict() != Some(Verdict::Pass);
            let shown = model.rows.iter().filter(is_open).take(most - 1);
            lines.extend(shown.map(row));
            let passed = model.rows.iter().filter(|row| !is_open(row)).count();
            let more = model.rows.len() - passed - lines.len();
            let rest = match passed {
                0 => vec![(Some(Tone::Faint), format!("· {more} more"))],
                _ => vec![
                    (Some(Tone::Good), "✓ ".to_owned()),
                    (None, format!("{passed} hold; {more} more")),
                ],
            };
            lines.push(rest);
        }
        for (nth, line) in lines.iter().enumerate() {
            self.line(top + nth, line);
        }
        // A blank line, where there is room for it.
        const ROOMY: usize = 12;
        top + lines.len() + usize::from(room >= ROOMY)
    }

    /// As much of a text as fits, and how much does not.
    fn scrolled(&mut self, lines: &[Toned], scroll: usize, top: usize, bottom: usize) {
        let room = bottom.saturating_sub(top);
        let scroll = scroll.min(lines.len().saturating_sub(room));
        let rest = &lines[scroll..];
        let shown = match rest.len() > room {
            true => room.saturating_sub(1),
            false => rest.len(),
        };
        for (nth, line) in rest[..shown].iter().enumerate() {
            self.line(top + nth, line);
        }
        if shown < rest.len() && room > 0 {
            let more = format!("  … {} more lines (PgDn)", rest.len() - shown);
            self.line(top + shown, &vec![(Some(Tone::Faint), more)]);
        }
    }

    fn list(&mut self, model: &Model, query: &str, selected: usize, top: usize, bottom: usize) {
        let found = model.found_entries();
        let query = vec![
            (Some(Tone::Strong), "search: ".to_owned()),
            (None, format!("{}▏", visible(query))),
            (
                Some(Tone::Faint),
                format!("  {}", plural(found.len(), "lab", "labs")),
            ),
        ];
        self.line(top, &query);
        let top = top + 1;
        let room = bottom.saturating_sub(top);
        let first = (selected + 1).saturating_sub(room);
        let widest = found.iter().map(|entry| columns(&entry.meant.to_string()));
        let widest = widest.max().unwrap_or(0);
        for (nth, entry) in found.iter().enumerate().skip(first).take(room) {
            let (mark, tone) = entry.state.mark();
            let name = padded(&entry.meant.to_string(), widest);
            let score = padded(&entry.score, "100/100".len());
            let y = top + nth - first;
            self.line(
                y,
                &vec![
                    (Some(tone), format!("{mark} ")),
                    (None, format!("{name}  {score}  {}", entry.meant.lab.title)),
                ],
            );
            if nth == selected {
                self.reverse(y);
            }
        }
    }

    fn foot(&self, model: &Model) -> Toned {
        let text = match model.overlay {
            Overlay::List { .. } => "type to search   ↑↓ select   Enter go   Esc back".to_owned(),
            Overlay::Trace => "↑↓ scroll   e edit   Esc back".to_owned(),
            Overlay::Keys => "Esc back".to_owned(),
            Overlay::AskReset => "y yes   any other key: no".to_owned(),
            Overlay::Nothing => {
                let all = KEYS
                    .map(|(key, name, _)| format!("{key} {name}"))
                    .join("  ");
                let short = KEYS.map(|(key, _, _)| key).join(" ");
                match columns(&all) <= self.width() {
                    true => all,
                    false => format!("{short}  ? keys"),
                }
            }
        };
        vec![(Some(Tone::Faint), text)]
    }

    /// Writes a line, cut where the screen ends.
    fn line(&mut self, y: usize, line: &Toned) {
        let Some(y) = u16::try_from(y).ok().filter(|y| *y < self.area.height) else {
            return;
        };
        let mut x = self.area.x;
        let mut left = self.width();
        for (tone, text) in line {
            let text = cut(text, left);
            let style = tone.map_or_else(Style::new, |tone| self.style(tone));
            if left > 0 {
                (x, _) = self
                    .buffer
                    .set_stringn(x, self.area.y + y, &text, left, style);
            }
            left = left.saturating_sub(columns(&text));
        }
    }

    fn reverse(&mut self, y: usize) {
        if let Ok(y) = u16::try_from(y) {
            let line = Rect {
                y: self.area.y.saturating_add(y),
                height: 1,
                ..self.area
            };
            let style = Style::new().add_modifier(Modifier::REVERSED);
            self.buffer.set_style(line.intersection(self.area), style);
        }
    }

    fn style(&self, tone: Tone) -> Style {
        let (color, modifier) = match tone {
            Tone::Good => (Some(Color::Green), Modifier::empty()),
            Tone::Bad => (Some(Color::Red), Modifier::BOLD),
            Tone::Odd => (Some(Color::Yellow), Modifier::empty()),
            Tone::Faint => (None, Modifier::DIM),
            Tone::Strong => (None, Modifier::BOLD),
            Tone::Stressed => (None, Modifier::ITALIC),
            Tone::Code => (Some(Color::Cyan), Modifier::empty()),
        };
        let style = Style::new().add_modifier(modifier);
        match color.filter(|_| self.has_color) {
            Some(color) => style.fg(color),
            None => style,
        }
    }
}

/// What goes on, or what was said last.
fn status(model: &Model) -> Toned {
    if model.overlay == Overlay::AskReset {
        let text = " Begin again? Your work is moved aside, not deleted.";
        return vec![(Some(Tone::Odd), text.to_owned())];
    }
    if !model.notice.is_empty() {
        return vec![(Some(Tone::Odd), format!(" {}", visible(&model.notice)))];
    }
    let place = visible(&model.place);
    let text = match model.work {
        Work::Building => format!(" {place}: building"),
        Work::Checking => format!(" {place}: checking, seed {}", model.seed),
        Work::Idle => format!(" {place}: waiting for a save, seed {}", model.seed),
    };
    vec![(Some(Tone::Faint), text)]
}

/// A check's line: its mark, its points, its claim, and how far it is.
fn row(row: &Row) -> Toned {
    let (mark, tone) = match row.verdict() {
        Some(verdict) => mark(verdict),
        None => match row.standing {
            Standing::Running { .. } => ("▸", Tone::Odd),
            _ => ("·", Tone::Faint),
        },
    };
    let progress = match row.standing {
        Standing::Running { done, of } if of > 1 => format!("  {done}/{of}"),
        _ => String::new(),
    };
    // What it was before the last save, in words: the mark alone would say that it is.
    let earlier = match row.earlier() {
        Some(Verdict::Pass) => "  (held before)",
        Some(Verdict::Fail) => "  (failed before)",
        _ => "",
    };
    vec![
        (Some(tone), format!("{mark} ")),
        (Some(Tone::Faint), format!("{:>2}  ", row.check.points)),
        (
            (row.verdict() == Some(Verdict::Fail)).then_some(Tone::Strong),
            row.check.claim.to_owned(),
        ),
        (Some(Tone::Faint), format!("{progress}{earlier}")),
    ]
}

fn mark(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Pass => ("✓", Tone::Good),
        Verdict::Fail => ("✗", Tone::Bad),
        Verdict::Skipped => ("-", Tone::Faint),
        Verdict::Unknown => ("?", Tone::Odd),
    }
}

fn keys() -> Vec<Toned> {
    let own = KEYS.iter().map(|(key, name, what)| {
        vec![
            (Some(Tone::Code), format!("  {key}  ")),
            (Some(Tone::Strong), padded(name, 10)),
            (None, (*what).to_owned()),
        ]
    });
    let more = [
        ("↑↓", "scroll", "also PageUp, PageDown, j, k"),
        ("?", "keys", "this"),
    ];
    let more = more.map(|(key, name, what)| {
        vec![
            (Some(Tone::Code), format!("  {}", padded(key, 3))),
            (Some(Tone::Strong), padded(name, 10)),
            (None, what.to_owned()),
        ]
    });
    own.chain(more).collect()
}

#[cfg(test)]
mod tests;
