//! A program beside the reference solution.

use crate::ui::{Look, Tone, columns, cut, padded, visible};

/// From this width on, two programs stand side by side; below, one after the other.
const WIDE: usize = 120;

/// Columns between the two.
const GAP: &str = " │ ";

/// Lines of a program that are shown.
const LINES: usize = 5000;

/// A file of both, under its name.
pub fn compared(name: &str, own: Option<&str>, reference: &str, look: Look) -> String {
    let name = visible(name);
    let reference = lines(reference);
    let heading = |whose: &str| {
        format!(
            "{}\n",
            look.paint(Tone::Strong, &format!("{name}: {whose}"))
        )
    };
    let Some(own) = own.map(lines) else {
        return heading("the reference; you have no such file") + &listed(&reference, look);
    };
    match look.width.filter(|width| *width >= WIDE) {
        Some(width) => heading("yours, and the reference") + &beside(&own, &reference, width),
        None => {
            heading("yours")
                + &listed(&own, look)
                + "\n"
                + &heading("the reference")
                + &listed(&reference, look)
        }
    }
}

/// The lines of a program, harmless.
fn lines(text: &str) -> Vec<String> {
    let expanded = |line: &str| visible(&line.replace('\t', "    "));
    let mut lines: Vec<String> = text.lines().take(LINES).map(expanded).collect();
    let more = text.lines().count() - lines.len();
    if more > 0 {
        lines.push(format!("… ({more} more lines)"));
    }
    lines
}

fn listed(lines: &[String], look: Look) -> String {
    let number = lines.len().to_string().len();
    let mut out = String::new();
    for (nth, line) in lines.iter().enumerate() {
        let number = look.paint(Tone::Faint, &format!("{:>number$}", nth + 1));
        out.push_str(format!("{number}  {line}").trim_end());
        out.push('\n');
    }
    out
}

fn beside(own: &[String], reference: &[String], width: usize) -> String {
    let column = (width - columns(GAP)) / 2;
    let at = |lines: &[String], nth: usize| {
        lines
            .get(nth)
            .map_or_else(String::new, |line| cut(line, column))
    };
    let mut out = String::new();
    for nth in 0..own.len().max(reference.len()) {
        let both = format!(
            "{}{GAP}{}",
            padded(&at(own, nth), column),
            at(reference, nth)
        );
        out.push_str(both.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_screens_show_one_after_the_other() {
        let shown = compared("main.c", Some("a\n\tb\x1b[2J\n"), "c\n", Look::PLAIN);
        assert_eq!(
            shown,
            "main.c: yours\n1  a\n2      b\\x1b[2J\n\nmain.c: the reference\n1  c\n"
        );
        let alone = compared("x.h", None, "c\n", Look::PLAIN);
        assert_eq!(alone, "x.h: the reference; you have no such file\n1  c\n");
    }

    #[test]
    fn wide_screens_show_both_side_by_side() {
        let look = Look {
            width: Some(WIDE),
            ..Look::PLAIN
        };
        let long = "x".repeat(200);
        let shown = compared("main.c", Some(&format!("a\n{long}\n")), "c\nd\ne\n", look);
        let rows: Vec<&str> = shown.lines().collect();
        assert_eq!(rows.len(), 4);
        assert!(rows.iter().all(|row| columns(row) <= WIDE));
        assert_eq!(rows[1], format!("{} │ c", padded("a", 58)));
        assert!(rows[2].contains("x… │ d"));
        assert_eq!(rows[3], format!("{} │ e", " ".repeat(58)));
    }
}
