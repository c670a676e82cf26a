//! CSV, byte by byte: for writing cells that no spreadsheet obeys, and for changing one column of
//! a platform's file and nothing else.
//!
//! RFC 4180, with what programs really write: any of `,` `;` and tab between cells, any of LF,
//! CRLF and CR after records, quotes in the middle of a cell that is not quoted.

use std::ops::Range;

use crate::model::fraction::Fraction;
use crate::ui::visible;

/// A platform's file with one column changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// How many cells are new.
    pub changed: usize,
    /// Rows that were left, or that the platform will not take over, and why.
    pub left: Vec<Left>,
    /// What holds for the file as a whole.
    pub notes: Vec<String>,
}

/// A student whose grade does not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Line of the file, from 1; `None` for who is not in it.
    pub line: Option<usize>,
    /// Whom it is about.
    pub who: String,
    /// Why.
    pub why: String,
}

/// A file, with the place of every cell.
pub(super) struct Cells<'t> {
    text: &'t str,
    /// What stands between cells.
    pub(super) separator: char,
    /// One per record; blank lines are none.
    pub(super) records: Vec<CellRecord>,
}

/// One record of a file.
pub(super) struct CellRecord {
    /// Its first line, from 1.
    pub(super) line: usize,
    /// Its cells, with their quotes.
    cells: Vec<Range<usize>>,
}

impl<'t> Cells<'t> {
    /// Finds every cell. What stands between cells is what the first record has most of.
    pub(super) fn of(text: &'t str) -> Self {
        let separator = separator(text);
        let mut records = Vec::new();
        let mut record = Vec::new();
        let (mut start, mut line, mut first_line) = (0, 1, 1);
        let mut is_quoted = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' if is_quoted => match chars.peek() {
                    Some((_, '"')) => drop(chars.next()),
                    _ => is_quoted = false,
                },
                '"' if at == start => is_quoted = true,
                '\n' if is_quoted => line += 1,
                c if c == separator && !is_quoted => {
                    record.push(start..at);
                    start = at + 1;
                }
                '\n' | '\r' if !is_quoted => {
                    record.push(start..at);
                    start = at + 1;
                    if c == '\r' && matches!(chars.peek(), Some((_, '\n'))) {
                        chars.next();
                        start += 1;
                    }
                    line += 1;
                    let cells = std::mem::take(&mut record);
                    records.push(CellRecord {
                        line: first_line,
                        cells,
                    });
                    first_line = line;
                }
                _ => {}
            }
        }
        if start < text.len() || !record.is_empty() {
            record.push(start..text.len());
            records.push(CellRecord {
                line: first_line,
                cells: record,
            });
        }
        records.retain(|record| {
            record.cells.iter().any(|cell| !cell.is_empty()) || record.cells.len() > 1
        });
        Self {
            text,
            separator,
            records,
        }
    }

    /// The content of a cell, without quotes; `None` if the record is too short.
    pub(super) fn get(&self, record: &CellRecord, column: usize) -> Option<String> {
        let raw = &self.text[record.cells.get(column)?.clone()];
        match raw.strip_prefix('"') {
            Some(rest) => {
                let inner = rest.strip_suffix('"').unwrap_or(rest);
                Some(inner.replace("\"\"", "\""))
            }
            None => Some(raw.to_owned()),
        }
    }

    /// All cells of a record.
    pub(super) fn all(&self, record: &CellRecord) -> Vec<String> {
        (0..record.cells.len())
            .filter_map(|at| self.get(record, at))
            .collect()
    }

    /// The text with some cells replaced, given as `(record, column, content)` in their order.
    pub(super) fn with(&self, changes: &[(usize, usize, String)]) -> String {
        let mut edited = String::with_capacity(self.text.len() + changes.len() * 4);
        let mut done = 0;
        for (record, column, content) in changes {
            let cell = &self.records[*record].cells[*column];
            edited.push_str(&self.text[done..cell.start]);
            edited.push_str(&quoted(content, self.separator));
            done = cell.end;
        }
        edited + &self.text[done..]
    }

    /// A number as this file writes it: with a decimal comma where `;` stands between cells.
    pub(super) fn number(&self, points: Fraction, is_comma: Option<bool>) -> String {
        const PLACES: u32 = 2;
        let decimal = points.decimal(PLACES);
        match is_comma.unwrap_or(self.separator == ';') {
            true => decimal.replace('.', ","),
            false => decimal,
        }
    }
}

/// A number as people write it in a cell: with a point or a comma.
pub(super) fn number_of(cell: &str) -> Option<Fraction> {
    cell.trim().replace(',', ".").parse().ok()
}

fn separator(text: &str) -> char {
    let mut is_quoted = false;
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    for c in text.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\n' | '\r' if !is_quoted => break,
            c if !is_quoted => {
                for (separator, count) in &mut counts {
                    *count += usize::from(c == *separator);
                }
            }
            _ => {}
        }
    }
    // Of equal ones the first.
    counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(',', |(c, _)| *c)
}

/// A cell in quotes, where it needs them.
fn quoted(content: &str, separator: char) -> String {
    match content.contains([separator, '"', '\n', '\r']) {
        true => format!("\"{}\"", content.replace('"', "\"\"")),
        false => content.to_owned(),
    }
}

/// Text of unknown origin as a cell: made visible, and never a formula.
///
/// A spreadsheet computes what begins with `=`, `+`, `-`, `@`, a tab or a carriage return, also
/// after blanks, and also in quotes; an apostrophe before it stops that. See OWASP, "CSV
/// Injection". The same is done to what begins with a full-width form of these.
pub(super) fn harmless(text: &str) -> String {
    let shown = visible(text);
    let is_formula = shown
        .trim_start()
        .starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠']);
    let guarded = if is_formula {
        format!("'{shown}")
    } else {
        shown
    };
    quoted(&guarded, ',')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_are_found_however_they_are_written() {
        let text = "a;\"b;\"\"c\"\"\nd\";e\r\n;;\r\n\r\nlast";
        let cells = Cells::of(text);
        assert_eq!(cells.separator, ';');
        let all: Vec<_> = cells
            .records
            .iter()
            .map(|r| (r.line, cells.all(r)))
            .collect();
        assert_eq!(all[0].1, ["a", "b;\"c\"\nd", "e"]);
        assert_eq!(all[1], (3, vec![String::new(); 3]));
        assert_eq!(all[2], (5, vec!["last".to_owned()]));
        assert_eq!(
            cells.with(&[(0, 0, "x;y".to_owned())]),
            text.replacen('a', "\"x;y\"", 1)
        );
    }

    #[test]
    fn formulas_are_guarded() {
        assert_eq!(harmless("=cmd|'/c calc'!A1"), "'=cmd|'/c calc'!A1");
        assert_eq!(harmless("  @SUM(1)"), "'  @SUM(1)");
        assert_eq!(harmless("\t=1"), "\\t=1");
        assert_eq!(harmless("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(harmless("＝1"), "'＝1");
        assert_eq!(harmless("O'Brien"), "O'Brien");
    }

    proptest! {
        #[test]
        fn replacing_nothing_changes_nothing(text in "[a;,\"\r\n\té]{0,40}", other in any::<String>()) {
            for text in [text, other] {
                let cells = Cells::of(&text);
                prop_assert_eq!(cells.with(&[]), text.clone());
                let mut at = 0;
                for record in &cells.records {
                    for cell in &record.cells {
                        prop_assert!(cell.start >= at && text.get(cell.clone()).is_some());
                        at = cell.end;
                    }
                }
            }
        }

        #[test]
        fn what_is_written_is_read_again(cells in proptest::collection::vec(any::<String>(), 2..5)) {
            let line: Vec<String> = cells.iter().map(|cell| quoted(cell, ',')).collect();
            let text = format!("a,b,c,d,e\n{}\n", line.join(","));
            let read = Cells::of(&text);
            prop_assume!(read.records.len() == 2);
            prop_assert_eq!(read.all(&read.records[1]), cells);
        }
    }
}
