//! A table over time: which group grows, as a little graph.

use super::{KIND, MODE, place};
use crate::model::table::{Growth, History, Series, Table};
use crate::report::figures::span;
use crate::ui::{Look, Tone, padded};

/// Looks that a graph shows: the last ones.
const POINTS: usize = 20;

/// What the looks up to now say together: a picture that is drawn anew each time.
pub fn growth(history: &History, table: &Table, look: Look) -> String {
    let mut out = format!("{}\n", total(history, table));
    for series in history.series() {
        let grown = series.growth();
        let tone = match grown {
            1.. => Tone::Bad,
            0 => Tone::Faint,
            _ => Tone::Good,
        };
        let line = format!(
            "{:>6} {:>6}  {}  {} {}  {}",
            signed(grown),
            now(&series),
            graph(&series.counts),
            padded(series.key.kind.word(), KIND),
            padded(&series.key.mode.to_string(), MODE),
            place(&series.key),
        );
        out.push_str(&look.paint(tone, line.trim_end()));
        out.push('\n');
    }
    out
}

/// What the last look has found changed: a line of the whole, one for each group; none if nothing.
pub fn growth_lines(history: &History, table: &Table) -> Vec<String> {
    let changed: Vec<Series> = history
        .series()
        .into_iter()
        .filter(|series| series.step() != 0)
        .collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![total(history, table)];
    lines.extend(changed.iter().map(|series| {
        format!(
            "  {} {} {} {}, now {}  {}",
            signed(series.step()),
            series.key.kind.word(),
            series.key.mode,
            place(&series.key),
            now(series),
            graph(&series.counts).trim_end(),
        )
    }));
    lines
}

/// `917 of 1024 descriptors, +3.0 a second over 20 s: the limit is reached in 36 s`
fn total(history: &History, table: &Table) -> String {
    let open = table.descriptors.len() as u64;
    let mut text = match table.limit {
        Some(limit) => format!("{open} of {limit} descriptors"),
        None => format!("{open} descriptors"),
    };
    let Some(Growth {
        per_second,
        over_ms,
        left_ms,
    }) = history.growth()
    else {
        return text;
    };
    if per_second == 0.0 {
        text.push_str(&format!(", as many as {} ago", span(over_ms)));
    } else {
        text.push_str(&format!(", {} over {}", rate(per_second), span(over_ms)));
    }
    if table.limit.is_some_and(|limit| open >= limit) {
        text.push_str(": the limit is reached");
    } else if let Some(left) = left_ms {
        text.push_str(&format!(": the limit is reached in {}", span(left)));
    }
    text
}

/// `+3.0 a second`, `+2.5 a minute`, `+1.2 an hour`.
fn rate(per_second: f64) -> String {
    match per_second.abs() {
        fast if fast >= 0.1 => format!("{per_second:+.1} a second"),
        slow if slow * 60.0 >= 0.1 => format!("{:+.1} a minute", per_second * 60.0),
        _ => format!("{:+.1} an hour", per_second * 3600.0),
    }
}

fn signed(number: i64) -> String {
    match number {
        0 => "0".to_owned(),
        number => format!("{number:+}"),
    }
}

fn now(series: &Series) -> u64 {
    series.counts.last().copied().unwrap_or(0)
}

/// The last counts as bars, between the least and the most of them.
fn graph(counts: &[u64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let shown = &counts[counts.len().saturating_sub(POINTS)..];
    let least = shown.iter().copied().min().unwrap_or(0);
    let most = shown.iter().copied().max().unwrap_or(0);
    let bars: String = shown
        .iter()
        .map(|count| {
            let height = (count - least) * (BARS.len() as u64 - 1) / (most - least).max(1);
            BARS[height as usize]
        })
        .collect();
    padded(&bars, POINTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_between_the_least_and_the_most() {
        assert_eq!(graph(&[3, 3, 3]).trim_end(), "▁▁▁");
        assert_eq!(graph(&[100, 107]).trim_end(), "▁█");
        assert_eq!(graph(&[0, 1, 2, 3, 4, 5, 6, 7]).trim_end(), "▁▂▃▄▅▆▇█");
        assert_eq!(graph(&[7; 100]).chars().count(), POINTS);
        assert_eq!(graph(&[]).trim_end(), "");
    }

    #[test]
    fn rates_have_a_unit_that_fits() {
        assert_eq!(rate(3.04), "+3.0 a second");
        assert_eq!(rate(-0.05), "-3.0 a minute");
        assert_eq!(rate(0.001), "+3.6 an hour");
    }
}
