//! The time line: a lane for each thread, and one for the main thread; and what is counted in it.

use super::{Change, State, Story};

/// Columns of time.
const COLUMNS: usize = 64;

/// What the characters in a lane mean.
const LEGEND: &str = "  #  has the lock, in the function     -  computes without it
  .  waits to have it back             |  the main thread ran
     (blank) not in the function: it has returned, or waits to be let in
";

/// The picture.
pub(super) fn drawn(story: &Story) -> String {
    let end = end(story).max(1);
    let mut text = String::new();
    for (nth, changes) in story.threads.iter().enumerate() {
        text.push_str(&lane(&format!("thread {}", nth + 1), &states(changes, end)));
    }
    text.push_str(&lane("main", &marks(&story.ticks, end)));
    let scale = format!("{:.0} ms", end as f64 / 1e6);
    text.push_str(&format!("{:>10}{scale:>width$}\n\n", "0", width = COLUMNS));
    text + LEGEND
}

fn lane(name: &str, cells: &str) -> String {
    format!("{name:<9}{cells}").trim_end().to_owned() + "\n"
}

/// When the last thing happened that is drawn.
pub(super) fn end(story: &Story) -> i64 {
    let last = story.threads.iter().filter_map(|changes| changes.last());
    last.map(|change| change.0).max().unwrap_or(0)
}

/// From when to when a thread did what.
fn spans(changes: &[Change], end: i64) -> impl Iterator<Item = (i64, i64, State)> {
    let ends = changes.iter().skip(1).map(|change| change.0);
    let ends = ends.chain(std::iter::once(end));
    changes
        .iter()
        .zip(ends)
        .map(|(change, until)| (change.0, until, change.1))
}

/// A character for what the thread did for most of each column's time.
fn states(changes: &[Change], end: i64) -> String {
    (0..COLUMNS)
        .map(|at| {
            let (from, until) = column(at, end);
            let spent = |state: State| -> i64 {
                spans(changes, end)
                    .filter(|span| span.2 == state)
                    .map(|span| (span.1.min(until) - span.0.max(from)).max(0))
                    .sum()
            };
            let known = [State::Holds, State::Without, State::Waits];
            let most = known.into_iter().max_by_key(|state| spent(*state));
            match most.filter(|state| spent(*state) * 2 >= until - from) {
                Some(State::Holds) => '#',
                Some(State::Without) => '-',
                Some(State::Waits) => '.',
                _ => ' ',
            }
        })
        .collect()
}

/// A mark in each column in which something happened.
fn marks(times: &[i64], end: i64) -> String {
    (0..COLUMNS)
        .map(|at| {
            let (from, until) = column(at, end);
            let is_in = times.iter().any(|time| (from..until).contains(time));
            if is_in { '|' } else { ' ' }
        })
        .collect()
}

fn column(at: usize, end: i64) -> (i64, i64) {
    let edge = |at: usize| i64::try_from(at as i128 * i128::from(end) / COLUMNS as i128);
    (edge(at).unwrap_or(end), edge(at + 1).unwrap_or(end))
}

/// For how long all threads were at work in the function at once, with the lock or without.
pub(super) fn both(threads: &[Vec<Change>]) -> i64 {
    let [one, other] = threads else {
        return 0;
    };
    let at_work = |changes: &[Change]| -> Vec<(i64, i64)> {
        spans(changes, i64::MAX)
            .filter(|span| matches!(span.2, State::Holds | State::Without))
            .map(|span| (span.0, span.1))
            .collect()
    };
    let others = at_work(other);
    let pairs = at_work(one)
        .into_iter()
        .flat_map(|mine| others.iter().map(move |theirs| (mine, *theirs)));
    pairs
        .map(|(mine, theirs)| (mine.1.min(theirs.1) - mine.0.max(theirs.0)).max(0))
        .sum()
}

/// How often the main thread ran until the others were done.
pub(super) fn ticks(story: &Story) -> usize {
    let end = end(story);
    story.ticks.iter().filter(|time| **time < end).count()
}

/// The longest time between two of these.
pub(super) fn longest(times: &[i64]) -> i64 {
    let gaps = times.windows(2).map(|pair| pair[1] - pair[0]);
    gaps.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(from: i64, until: i64, state: State) -> [Change; 2] {
        [Change(from, state), Change(until, State::Outside)]
    }

    #[test]
    fn a_lane_shows_what_took_most_of_the_time() {
        let changes = [
            Change(0, State::Without),
            Change(32, State::Waits),
            Change(48, State::Holds),
            Change(64, State::Outside),
        ];
        let lane = states(&changes, 128);
        let expected = ["-".repeat(16), ".".repeat(8), "#".repeat(8), " ".repeat(32)];
        assert_eq!(lane, expected.concat());
        assert_eq!(
            marks(&[0, 127], 128).trim(),
            format!("|{}|", " ".repeat(62))
        );
    }

    #[test]
    fn both_are_at_work_where_their_calls_overlap() {
        let one = call(0, 10, State::Without).to_vec();
        let other = call(4, 20, State::Without).to_vec();
        assert_eq!(both(&[one.clone(), other]), 6);
        assert_eq!(both(&[one, call(10, 20, State::Holds).to_vec()]), 0);
        assert_eq!(longest(&[0, 3, 10]), 7);
    }

    #[test]
    fn the_picture_ends_with_the_last_call() {
        let story = Story {
            name: "held".to_owned(),
            share: 0.0,
            threads: vec![
                call(0, 1_000_000, State::Holds).to_vec(),
                call(1_000_000, 2_000_000, State::Holds).to_vec(),
            ],
            ticks: vec![0, 2_500_000],
        };
        let picture = drawn(&story);
        let lines: Vec<&str> = picture.lines().collect();
        assert_eq!(lines[0], format!("thread 1 {}", "#".repeat(32)));
        assert_eq!(lines[2], "main     |");
        assert!(lines[3].ends_with("2 ms"), "{picture}");
        assert_eq!(ticks(&story), 1);
        assert!(lines.iter().all(|line| line.chars().count() <= 80));
    }
}
