//! Tables: columns as wide as their widest cell, or narrower where the screen is.

use pulldown_cmark::Alignment;

use super::super::{Look, Tone, columns};
use super::flow::Flow;

/// Between two columns.
const GUTTER: &str = "  ";

/// A column is not made narrower than this.
const NARROWEST: usize = 8;

/// A table; the first row is its head.
#[derive(Debug)]
pub(super) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<Flow>>,
    row: Vec<Flow>,
}

impl Table {
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self {
            alignments,
            rows: Vec::new(),
            row: Vec::new(),
        }
    }

    pub(super) fn cell(&mut self, cell: Flow) {
        self.row.push(cell);
    }

    pub(super) fn end_row(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }

    /// The table's lines, at most `room` columns wide if that can be.
    pub(super) fn lines(&self, look: Look, room: usize) -> Vec<String> {
        let widths = self.widths(room);
        let mut lines = Vec::new();
        for (nth, row) in self.rows.iter().enumerate() {
            let cells: Vec<Vec<String>> = widths
                .iter()
                .enumerate()
                .map(|(column, width)| {
                    row.get(column)
                        .map(|cell| {
                            cell.wrapped(Look::PLAIN, *width)
                                .into_iter()
                                .zip(cell.wrapped(look, *width))
                        })
                        .map(|pairs| {
                            pairs
                                .map(|(plain, painted)| {
                                    self.aligned(column, &painted, columns(&plain), *width)
                                })
                                .collect()
                        })
                        .unwrap_or_default()
                })
                .collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(0);
            for at in 0..height {
                let line: Vec<String> = cells
                    .iter()
                    .zip(&widths)
                    .map(|(cell, width)| {
                        cell.get(at).cloned().unwrap_or_else(|| " ".repeat(*width))
                    })
                    .collect();
                lines.push(line.join(GUTTER).trim_end().to_owned());
            }
            if nth == 0 {
                let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                lines.push(look.paint(Tone::Faint, &rule.join(GUTTER)));
            }
        }
        lines
    }

    fn aligned(&self, column: usize, text: &str, used: usize, width: usize) -> String {
        let free = width.saturating_sub(used);
        let before = match self.alignments.get(column) {
            Some(Alignment::Right) => free,
            Some(Alignment::Center) => free / 2,
            _ => 0,
        };
        format!("{}{text}{}", " ".repeat(before), " ".repeat(free - before))
    }

    /// The columns' widths: as wide as needed, the widest cut down until all fit.
    fn widths(&self, room: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = (0..self.alignments.len())
            .map(|column| {
                self.rows
                    .iter()
                    .filter_map(|row| row.get(column))
                    .map(Flow::columns)
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let gutters = GUTTER.len() * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gutters > room {
            match widths.iter_mut().max() {
                Some(widest) if *widest > NARROWEST => *widest -= 1,
                _ => break,
            }
        }
        widths
    }
}
