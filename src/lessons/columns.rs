//! Tables and prose: what a demo's figures look like in a terminal of 80 columns.

use std::time::Duration;

/// Columns that a demo may use at most: every terminal has them.
pub(in crate::lessons) const WIDTH: usize = 80;

/// Blanks between two columns.
const GAP: usize = 2;

/// Which side the cells of a column keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lessons) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Lays out `rows` (the first is the head) in columns as wide as their widest cell.
///
/// Cells beyond the length of `align` keep to the left. The result ends in a newline and has no
/// trailing blanks; a last column that would pass [`WIDTH`] continues on the next line.
pub(in crate::lessons) fn narrow<R: AsRef<[String]>>(align: &[Align], rows: &[R]) -> String {
    let count = rows.iter().map(|row| row.as_ref().len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|at| {
            let cells = rows.iter().filter_map(|row| row.as_ref().get(at));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut table = String::new();
    for row in rows {
        let row = row.as_ref();
        let mut line = String::new();
        let mut indent = 0;
        for (at, cell) in row.iter().enumerate() {
            let blanks = widths[at] - cell.chars().count();
            if at > 0 {
                line.push_str(&" ".repeat(GAP));
            }
            indent = line.chars().count();
            match align.get(at).unwrap_or(&Align::Left) {
                Align::Left => line.push_str(cell),
                Align::Right => line.push_str(&(" ".repeat(blanks) + cell)),
            }
            if at + 1 < row.len() && align.get(at).unwrap_or(&Align::Left) == &Align::Left {
                line.push_str(&" ".repeat(blanks));
            }
        }
        table.push_str(&wrapped(line.trim_end(), indent));
    }
    table
}

/// A head for [`narrow`].
pub(in crate::lessons) fn head<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// A paragraph within [`WIDTH`].
pub(in crate::lessons) fn prose(text: &str) -> String {
    wrapped(text, 0)
}

/// Breaks `line` between words so that it fits into [`WIDTH`]; the rest is indented.
pub(in crate::lessons) fn wrapped(line: &str, indent: usize) -> String {
    let mut rest = line;
    let mut text = String::new();
    let mut margin = 0;
    while margin + rest.chars().count() > WIDTH {
        let room = WIDTH - margin;
        let end = rest
            .char_indices()
            .nth(room)
            .map_or(rest.len(), |(at, _)| at);
        // A break further left than the indent would never end.
        let start = if margin == 0 { indent } else { 0 };
        let Some(cut) = rest[..=end.min(rest.len() - 1)]
            .rfind(' ')
            .filter(|cut| *cut > start)
        else {
            break;
        };
        text.push_str(&" ".repeat(margin));
        text.push_str(rest[..cut].trim_end());
        text.push('\n');
        rest = rest[cut..].trim_start();
        margin = indent;
    }
    text.push_str(&" ".repeat(margin));
    text.push_str(rest);
    text.push('\n');
    text
}

/// `text` in bold, if the output may use colour.
pub(in crate::lessons) fn bold(text: &str, color: bool) -> String {
    if color {
        format!("\x1b[1m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// A duration with two or three significant digits: `740 ns`, `1.9 µs`, `23 ms`.
pub(in crate::lessons) fn brief(time: Duration) -> String {
    let nanos = time.as_nanos() as f64;
    let (figure, unit) = match nanos {
        n if n < 1e3 => (n, "ns"),
        n if n < 1e6 => (n / 1e3, "µs"),
        n if n < 1e9 => (n / 1e6, "ms"),
        n => (n / 1e9, "s"),
    };
    if figure < 10.0 && unit != "ns" {
        format!("{figure:.1} {unit}")
    } else {
        format!("{figure:.0} {unit}")
    }
}

/// A ratio with two significant digits: what a measurement that varies from run to run supports.
pub(in crate::lessons) fn two_digits(ratio: f64) -> String {
    if ratio < 10.0 {
        return format!("{ratio:.1}");
    }
    let unit = 10_f64.powf(ratio.log10().floor() - 1.0);
    format!("{:.0}", (ratio / unit).round() * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn words_keep_left_and_numbers_right() {
        let table = narrow(
            &[Align::Left, Align::Right],
            &[row(&["way", "n", "note"]), row(&["write", "1000", ""])],
        );
        assert_eq!(table, "way       n  note\nwrite  1000\n");
    }

    #[test]
    fn a_long_last_cell_continues_under_itself() {
        let words = "word ".repeat(30);
        let table = narrow(&[], &[row(&["left", words.trim()])]);
        for line in table.lines().chain(prose(&words).lines()) {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
        assert_eq!(table.lines().count(), 2);
        assert!(table.lines().nth(1).unwrap().starts_with("      word"));
    }

    #[test]
    fn a_word_wider_than_the_screen_is_left_whole() {
        let word = "x".repeat(300);
        assert_eq!(wrapped(&word, 4), format!("{word}\n"));
        assert_eq!(wrapped(&format!("a {word}"), 2), format!("a {word}\n"));
        assert_eq!(wrapped("", 4), "\n");
    }

    #[test]
    fn ratios_are_rounded() {
        let rounded: Vec<_> = [0.5, 3.04, 49.3, 1599.0].map(two_digits).into();
        assert_eq!(rounded, ["0.5", "3.0", "49", "1600"]);
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        assert_eq!(brief(Duration::from_nanos(740)), "740 ns");
        assert_eq!(brief(Duration::from_nanos(1_940)), "1.9 µs");
        assert_eq!(brief(Duration::from_micros(23_400)), "23 ms");
        assert_eq!(brief(Duration::from_secs(2)), "2.0 s");
    }
}
